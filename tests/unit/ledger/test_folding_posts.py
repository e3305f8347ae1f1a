"""Posts as the ledger folds them: what is due, what is there, and under which ids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ledger.domain.entities import Post, PostStatus
from ledger.domain.events import (
    Event,
    PostAdopted,
    PostAttempted,
    PostDelivered,
    PostFailed,
    PostOutdated,
    PostRequested,
    PostUnknown,
    PostWithdrawn,
)
from ledger.domain.facts import Fact
from ledger.domain.folding import lookups
from ledger.domain.present import Present
from ledger.domain.verdicts import Allow

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
REQUESTED = PostRequested(
    post="post-1", channel="slack", chat="D1", subject="approval:apr-1", nonce="n"
)


def attempted(n: int, revision: int = 1, **more: Any) -> PostAttempted:
    verdict = Allow((), "1@abc")
    return PostAttempted(
        post="post-1", n=n, revision=revision, sha256=f"sha{n}", verdict=verdict, **more
    )


def delivered(n: int, message: str = "m1") -> PostDelivered:
    return PostDelivered(post="post-1", n=n, message=message)


def post_after(*said: Event) -> Post:
    present = Present()
    for seq, event in enumerate((REQUESTED, *said), start=1):
        fact = Fact(
            id=f"f{seq}",
            seq=seq,
            company="acme",
            case="lead-1",
            version=seq,
            at=NOW,
            event=event,
            key=f"k{seq}",
            by="test",
        )
        present.fold([fact])
    found = present.get(Post, "post-1")
    assert found is not None
    return found


def test_what_was_asked_for_is_due_until_it_is_there() -> None:
    assert post_after().due
    assert post_after(attempted(1)).due
    there = post_after(attempted(1, bound={"apr-1": "aa"}), delivered(1))
    assert not there.due
    assert (there.message, there.shown, there.bound) == ("m1", 1, {"apr-1": "aa"})


def test_what_is_out_of_date_is_due_again_and_only_its_newest_state_counts() -> None:
    shown = (attempted(1), delivered(1))
    stale = [PostOutdated(post="post-1", revision=revision) for revision in (2, 3)]
    assert post_after(*shown, *stale).due
    again = post_after(*shown, *stale, attempted(2, revision=3, message="m1"), delivered(2))
    assert not again.due
    assert again.shown == again.wanted == 3


def test_a_change_while_a_call_is_out_is_not_forgotten() -> None:
    outdated = PostOutdated(post="post-1", revision=2)
    assert post_after(attempted(1), outdated, delivered(1)).due


def test_a_text_in_parts_is_there_with_its_last_part() -> None:
    first = post_after(attempted(1, part=1, parts=2), delivered(1, "m1"))
    assert (first.due, first.done, first.message) == (True, 1, "")
    whole = post_after(
        attempted(1, part=1, parts=2),
        delivered(1, "m1"),
        attempted(2, part=2, parts=2),
        delivered(2, "m2"),
    )
    assert (whole.due, whole.message) == (False, "m2")


def test_the_end_of_an_earlier_call_only_tells_of_a_copy() -> None:
    post = post_after(
        attempted(1),
        PostUnknown(post="post-1", n=1, cause="lost"),
        attempted(2, repeated=True),
        delivered(1, "m1"),
        delivered(2, "m2"),
    )
    assert (post.message, post.copies, post.due) == ("m2", ("m1",), False)
    assert {"message:slack:D1:m1", "message:slack:D1:m2"} <= set(lookups(post))


def test_a_tap_on_an_unrecorded_copy_makes_it_known() -> None:
    lost = (attempted(1), PostUnknown(post="post-1", n=1, cause="lost"))
    adopted = post_after(*lost, PostAdopted(post="post-1", message="m9"))
    assert adopted.message == "m9"


def test_what_never_arrived_is_given_up_and_what_is_there_stays() -> None:
    failed = PostFailed(post="post-1", n=1, cause="gone", remedy="pair")
    assert post_after(attempted(1), failed).status is PostStatus.UNDELIVERABLE
    kept = post_after(
        attempted(1),
        delivered(1),
        PostOutdated(post="post-1", revision=2),
        attempted(2, revision=2, message="m1"),
        PostFailed(post="post-1", n=2, cause="gone", remedy="pair"),
    )
    assert (kept.status, kept.due, kept.message) == (PostStatus.DELIVERED, False, "m1")


def test_a_call_that_may_be_made_again_leaves_it_due() -> None:
    failed = PostFailed(post="post-1", n=1, cause="busy", remedy="", final=False)
    assert post_after(attempted(1), failed).due


def test_what_is_withdrawn_before_it_left_never_leaves() -> None:
    withdrawn = PostWithdrawn(post="post-1", why="decided")
    assert not post_after(withdrawn).due
    assert post_after(attempted(1), delivered(1), withdrawn).status is PostStatus.DELIVERED


def test_a_post_is_found_by_what_is_on_it_and_where_it_is() -> None:
    post = post_after(attempted(1, open=True, bound={"apr-1": "aa"}), delivered(1))
    assert set(lookups(post)) == {
        "nonce:n",
        "subject:approval:apr-1",
        "status:delivered",
        "chat:slack:D1",
        "bound:apr-1",
        "shown:slack:D1:2026-11-22",
        "message:slack:D1:m1",
    }
