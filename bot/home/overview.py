"""The overview that opens a chat: Slack's App Home, Telegram's /start, `home` anywhere.

It is rendered from views and is no fact. A `Home` is plain data in reading order; a channel
translates its sections, whose cards bear the same buttons as everywhere.
"""

from __future__ import annotations

from msgspec import Struct

from bot.channel import Button, Card


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
