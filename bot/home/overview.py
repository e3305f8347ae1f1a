"""The overview that opens a chat: Slack's App Home, Telegram's /start, `home` anywhere.

It is rendered from views and is no fact. A `Home` is plain data in reading order; a channel
translates its sections, whose cards bear the same buttons as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from bot import texts
from bot.channel import Button, Card, Reply


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
    """The overview as one answer, for channels without a place of its own for it."""
    lines = [home.line, *(line for section in home.sections for line in _told(section))]
    cards = tuple(card for section in home.sections for card in section.cards)
    hints = tuple(section.hint for section in home.sections if section.hint)
    return Reply(title=home.title, lines=tuple(lines), cards=cards, hints=hints)


def _told(section: Section) -> Iterator[str]:
    """A section in lines; one that only has cards is told by them."""
    if section.lines or section.items:
        yield texts.HOME_HEADING.format(heading=section.heading)
    yield from section.lines
    for item in section.items:
        typed = ", ".join(f"`{button.typed}`" for button in item.buttons)
        yield texts.HOME_ITEM.format(text=item.text) + (f" ({typed})" if typed else "")
