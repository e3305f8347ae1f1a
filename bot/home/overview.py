"""The overview that opens a chat: Slack's App Home, Telegram's /start, `home` anywhere.

It is rendered from views and is no fact. A `Home` is plain data in reading order; a channel
translates its sections, whose cards bear the same buttons as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot import texts
from bot.channel import Button, Card, CardKind, Reply

_OUTSIDE: Final = frozenset({texts.ROW_AMOUNT, texts.ROW_UNTIL, texts.ROW_CASE})
"""Rows that a closed card shows."""


class Item(Struct, frozen=True, kw_only=True):
    """One thing in a line, with what can be done about it."""

    text: str
    buttons: tuple[Button, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """One part of the overview, in the order: heading, lines, cards, items, hint."""

    heading: str
    lines: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    items: tuple[Item, ...] = ()
    hint: str = ""


class Home(Struct, frozen=True, kw_only=True):
    """How things stand for one person. `line` is the sentence that says it all."""

    title: str
    line: str
    sections: tuple[Section, ...] = ()


def home_reply(home: Home) -> Reply:
    """The overview as one answer, for channels without a place of its own for it.

    What waits is a line and one button each, which opens the card with all of its own: nobody
    approves in passing, and ten buttons under one message are read by nobody.
    """
    lines = [home.line, *(line for section in home.sections for line in _told(section))]
    cards = tuple(_opener(card) for section in home.sections for card in section.cards)
    hints = tuple(section.hint for section in home.sections if section.hint)
    return Reply(title=home.title, lines=tuple(lines), cards=cards, hints=hints)


def _opener(card: Card) -> Card:
    """The card closed: its title, how much, until when, and the button that opens it."""
    outside = (row for row in card.rows if row.label in _OUTSIDE)
    rows = tuple(replace(row, lines=row.lines[:1]) for row in outside)
    show = Button(label=texts.VERB_SHOW, typed=f"show {card.number}", command=f"show {card.number}")
    shown = (show,) if card.buttons else ()
    return Card(
        kind=CardKind.DETAILS,
        about=card.about,
        title=card.title,
        number=card.number,
        case=card.case,
        rows=rows,
        buttons=shown,
    )


def _told(section: Section) -> Iterator[str]:
    """A section in lines; one that only has cards is told by them."""
    if not section.lines and not section.items:
        return
    yield ""
    yield texts.HOME_HEADING.format(heading=section.heading)
    yield from section.lines
    for item in section.items:
        typed = ", ".join(f"`{button.typed}`" for button in item.buttons)
        yield texts.HOME_ITEM.format(text=item.text) + (f" ({typed})" if typed else "")
