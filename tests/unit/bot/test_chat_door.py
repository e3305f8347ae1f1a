from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.inbound import LONGEST_TEXT, ArrivalRefused, ChatDoor, payload
from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import App, open_app
from bot.settings import Settings
from ledger.domain.entities import ChatTurn
from ledger.domain.events import ChatFile, ChatKind, ChatOutcome, ChatReceived, ChatSeenTo
from ledger.domain.folding_chat import WAITING, turns_of, waiting_in
from ledger.replay import refold

HELLO = ChatReceived(
    channel="slack",
    chat="D1",
    message="1.1",
    user="U1",
    kind=ChatKind.MESSAGE,
    direct=True,
    text="status",
    user_name="Nora",
)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    write_company(tmp_path / "company", defaults())
    async with open_app(Settings(data=tmp_path / "company")) as opened:
        yield opened


@pytest.fixture
def door(app: App) -> ChatDoor:
    return ChatDoor(app.intake, app.ledger, app.keys)


async def test_what_came_in_twice_is_one_fact_also_where_the_platform_words_it_otherwise(
    app: App, door: ChatDoor
) -> None:
    first = await door.take(HELLO, "slack:T1:1")
    again = await door.take(HELLO, "slack:T1:1")
    renamed = await door.take(replace(HELLO, user_name="Nora L."), "slack:T1:1")
    assert (first.new, again.new, renamed.new) == (True, False, False)
    assert first.fact.id == again.fact.id == renamed.fact.id
    assert (await app.ledger.head()).seq == first.fact.seq


async def test_what_came_in_waits_in_its_chat_until_it_is_seen_to(app: App, door: ChatDoor) -> None:
    taken = await door.take(HELLO, "slack:T1:1")
    for key in (WAITING, waiting_in("slack", "D1"), turns_of("slack", "D1", "1.1")):
        assert [turn.id for turn in await app.views.find(ChatTurn, key)] == [taken.fact.id]
    seen = ChatSeenTo(received=taken.fact.id, outcome=ChatOutcome.SILENT)
    await app.intake.once(seen, "seen:1")
    assert await app.views.find(ChatTurn, WAITING) == []
    assert await app.views.find(ChatTurn, waiting_in("slack", "D1")) == []
    assert (await refold(app.ledger)).identical


@pytest.mark.parametrize(
    "raw", [b"", b"   ", b"\xff\xfe\x00", b"[1, 2]", b"null", b"{", b"[" * 9**6, b'{"a": "\\ud8'],
    ids=["empty", "blank", "bytes", "list", "null", "half", "deep", "cut sign"],
)  # fmt: skip
def test_junk_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(ArrivalRefused) as refused:
        payload(raw)
    assert refused.value.cause
    assert "Nothing was recorded" in refused.value.remedy
    assert refused.value.status == 400


def test_a_payload_of_ten_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(ArrivalRefused, match="10485773 bytes") as refused:
        payload(b'{"text": "' + b"x" * 10 * 1024 * 1024 + b'" }')
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "received",
    [
        replace(HELLO, text="  \n"),
        replace(HELLO, kind=ChatKind.TAP, text=""),
        replace(HELLO, kind=ChatKind.DELETED, message="", text=""),
        replace(HELLO, user=""),
        replace(HELLO, chat=" "),
        replace(HELLO, message="x" * 301),
        replace(HELLO, thread="1\x001"),
        replace(HELLO, message="\ud800"),
    ],
    ids=["blank", "no button", "nothing deleted", "nobody", "nowhere", "long id", "NUL", "half"],
)
async def test_what_says_nothing_or_not_who_it_is_from_is_refused_and_not_recorded(
    app: App, door: ChatDoor, received: ChatReceived
) -> None:
    before = await app.ledger.head()
    with pytest.raises(ArrivalRefused):
        await door.take(received, "slack:T1:1")
    assert await app.ledger.head() == before
    assert (await door.take(HELLO, "slack:T1:1")).new


async def test_a_text_of_ten_megabytes_is_kept_cut_with_a_note(door: ChatDoor) -> None:
    files = tuple(ChatFile(str(n), "name" * 200, "text/plain", -1) for n in range(30))
    long = replace(HELLO, text="ü" * 10_000_000, files=files, user_name="\ud800")
    kept = (await door.take(long, "slack:T1:1")).fact.event
    assert isinstance(kept, ChatReceived)
    assert len(kept.text) == LONGEST_TEXT
    assert len(kept.files) == 20
    assert kept.files[0].size == 0
    assert kept.user_name == "?"
    assert kept.notes == (
        f"{10_000_000 - LONGEST_TEXT} characters at its end were left out",
        "10 of its files were left out",
    )


async def test_what_somebody_wrote_goes_with_their_key(app: App, door: ChatDoor) -> None:
    taken = await door.take(HELLO, "slack:T1:1")
    app.keys.forget(app.keys.person("chat:slack:U1"))
    left = await app.ledger.fact(taken.fact.id)
    assert isinstance(left.event, ChatReceived)
    assert (left.event.text, left.event.user_name, left.event.chat) == ("", "", "D1")
    assert (await door.take(replace(HELLO, message="1.2"), "slack:T1:2")).new
