"""The face of a card: what a phone shows of it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.brief import first_sentence
from bot.channel import Card, CardKind, Reply, Row
from bot.wording.untrusted import one_line

LONGEST_TITLE: Final = 90
"""Signs: two lines of a phone."""

_BOUND: Final = frozenset({CardKind.APPROVAL, CardKind.PREVIEW})
"""Cards whose footer is the hash of their bytes, which `more` shows whole."""


def face(card: Card) -> Card:
    """The card with its rows in brief. What can be decided on it, and on what, stays the same."""
    rows = tuple(_row(row) for row in card.rows if row.brief != ())
    footer = "" if card.kind in _BOUND else card.footer
    return replace(card, title=_title(card), rows=rows, footer=footer)


def _title(card: Card) -> str:
    """A question is read from its title; every other card says there what it is about."""
    if card.kind is not CardKind.QUESTION or card.title != texts.QUESTION or not card.text:
        return card.title
    return one_line(texts.BRIEF_QUESTION.format(what=first_sentence(card.text)), LONGEST_TITLE)


def faced(reply: Reply) -> Reply:
    """The reply with the faces of its cards."""
    return replace(reply, cards=tuple(map(face, reply.cards))) if reply.cards else reply


def _row(row: Row) -> Row:
    return row if row.brief is None else replace(row, lines=row.brief, brief=None)
