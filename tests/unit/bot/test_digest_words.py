from __future__ import annotations

from datetime import UTC, date, datetime

from bot.digest.words import Standing, digest_card
from ledger.domain.entities import Failure
from ledger.domain.events import DigestMade

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def failure(name: str, *, cleared: bool = False) -> Failure:
    return Failure(
        id=name,
        case="case-1",
        what="SendProposal failed after 4 tries.",
        cause="The disk is full.",
        not_done="Nothing left.",
        owner="maildir",
        remedies=(),
        since=NOW,
        cleared=cleared,
    )


def test_a_digest_says_what_failed_in_peoples_words_and_what_works_again_after_it() -> None:
    digest = DigestMade(day=date(2026, 11, 22), after=0, until=9)
    standing = Standing(failures=(failure("act-1", cleared=True), failure("act-2")))
    card = digest_card(digest, standing, NOW)
    (row,) = [each for each in card.rows if each.label == "Failed"]
    assert row.lines == (
        "Send an offer failed after 4 tries.",
        "Send an offer failed after 4 tries. (works again)",
    )
    assert [button.typed for button in card.buttons] == ["failures"]
