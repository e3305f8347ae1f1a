"""Long answers leave in several messages that lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Attached, Button, Card, CardKind, Reply, Row, Table
from bot.chat.port import Limits
from bot.chat.splitting import chunks, pieces, size, units

SMALL = Limits(text=1_000)
BUTTON = Button(label="Retry", typed="retry 1", command="retry 1")
CARD = Card(kind=CardKind.FAILURE, about="f-1", title="It broke", buttons=(BUTTON,))


def replies(reply: Reply, limits: Limits = SMALL) -> list[Reply]:
    return [piece for piece in pieces(reply, limits) if isinstance(piece, Reply)]


def test_what_fits_leaves_as_it_is() -> None:
    reply = Reply(title="Hello", lines=("one", "two"), cards=(CARD,))
    assert pieces(reply, SMALL) == (reply,)


def test_a_long_text_leaves_in_parts_and_its_buttons_come_last() -> None:
    lines = tuple(f"line {number} {'x' * 60}" for number in range(60))
    parts = replies(Reply(title="All of it", lines=lines, cards=(CARD,), hints=("a hint",)))
    assert len(parts) > 3
    assert [bool(part.cards) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[0].title == "All of it"
    assert tuple(line for part in parts for line in part.lines) == lines
    assert parts[-1].hints == ("a hint",)
    assert all(size(part) <= SMALL.text for part in parts)


def test_files_leave_before_what_can_be_tapped() -> None:
    pdf = Attached(name="i.pdf", media_type="application/pdf", data=b"%PDF")
    card = Card(kind=CardKind.APPROVAL, about="a", title="t", buttons=(BUTTON,), attachments=(pdf,))
    *before, last = pieces(Reply(lines=("words",), cards=(card,)), SMALL)
    assert pdf in before
    assert isinstance(last, Reply)
    assert last.cards[0].buttons
    assert not last.cards[0].attachments


def test_a_card_that_is_too_long_is_cut_with_a_note_and_keeps_its_buttons() -> None:
    card = Card(
        kind=CardKind.APPROVAL,
        about="a",
        title="Send it",
        number=3,
        rows=(Row("What", ("y" * 300,)), Row("Why", ("z" * 300,))),
        excerpt="x" * 900,
        buttons=(BUTTON,),
    )
    [part] = [each for each in replies(Reply(cards=(card,))) if each.cards]
    assert part.cards[0].buttons
    assert part.cards[0].cut > 0
    assert size(part) <= SMALL.text


def test_a_table_too_long_for_a_message_leaves_as_lines() -> None:
    table = Table(("No", "What"), tuple((str(n), "w" * 50) for n in range(80)))
    parts = replies(Reply(title="T", table=table))
    assert len(parts) > 3
    said = [line for part in parts for line in part.lines]
    assert len(said) == 81
    assert all(part.table is None for part in parts)


def test_an_emoji_counts_twice_as_services_count_it() -> None:
    assert units("a🙂") == 3


@given(st.lists(st.text(max_size=400), max_size=12), st.integers(min_value=20, max_value=200))
def test_no_chunk_is_too_long_and_no_word_is_lost(lines: list[str], limit: int) -> None:
    found = chunks(lines, limit)
    for chunk in found:
        assert sum(units(line) for line in chunk) <= limit
    said = "".join("".join("".join(chunk).split()) for chunk in found)
    assert said == "".join("".join(lines).split())


@pytest.mark.parametrize("limit", [500, 1_000, 4_000])
def test_whatever_the_limit_every_part_keeps_to_it(limit: int) -> None:
    lines = tuple("word " * (number % 300) for number in range(40))
    for part in replies(Reply(title="T", lines=lines), Limits(text=limit)):
        assert size(part) <= limit
