"""One card for several asks alike: a list, with buttons for each and one for all that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from bot import texts
from bot.cards.outcomes import UNDECIDED, decided_words
from bot.channel import Button, Card, CardKind, Row
from bot.wording.amounts import clock_words
from bot.wording.untrusted import one_line
from ledger.domain.entities import Action, Approval

EXCERPT: Final = 100
"""Characters of each text that the list shows; the rest is one tap away."""


class Listed(Struct, frozen=True):
    """One ask of a list, with the card that it has by itself."""

    approval: Approval
    action: Action
    card: Card


def list_card(about: str, listed: Sequence[Listed], now: datetime) -> Card:
    """The list as it is now: what was decided says so and has no buttons, the others keep theirs.

    A button is known by the number of its card, so it means the same wherever it moves.
    """
    listed = sorted(listed, key=lambda each: each.approval.number)
    waiting = [each for each in listed if each.approval.status in UNDECIDED]
    names = {texts.COMMAND_WORDS.get(each.action.name, each.action.name) for each in listed}
    what = ", ".join(sorted(names))
    return Card(
        kind=CardKind.LIST,
        about=about,
        title=texts.LIST_TITLE.format(number=len(listed), what=what),
        rows=tuple(_row(each, now) for each in listed),
        buttons=(*_each(listed), *_all(waiting)),
        footer=texts.LIST_FOOTER if waiting else "",
        irreversible=any(each.card.irreversible for each in waiting),
        binds={each.approval.id: each.approval.sha256 for each in listed},
    )


def _row(each: Listed, now: datetime) -> Row:
    approval, card = each.approval, each.card
    label = texts.LIST_ROW.format(number=approval.number)
    title = one_line(card.title, 100)
    if approval.status not in UNDECIDED:
        return Row(label, (title, decided_words(approval, now), *_came_of_it(card)))
    said = _first_words(card)
    until = texts.LIST_UNTIL.format(when=clock_words(approval.expires_at, now))
    return Row(label, (title, *_why(card), *said, until), important=True)


def _came_of_it(card: Card) -> Iterator[str]:
    """What a decision led to, in one line."""
    for row in card.rows:
        if row.label == texts.ROW_OUTCOME and row.lines:
            yield one_line(row.lines[0], 160)


def _why(card: Card) -> Iterator[str]:
    """To whom, how much, why it asks: the rows that a person decides by."""
    for row in card.rows:
        if row.label in {texts.ROW_TO, texts.ROW_AMOUNT, texts.ROW_ASKS}:
            lines = row.lines if row.brief is None else row.brief
            if lines:
                yield f"{row.label}: {one_line(' '.join(lines[:2]), 200)}"


def _first_words(card: Card) -> Iterator[str]:
    words = one_line(card.excerpt or card.text, EXCERPT)
    if words:
        yield f"“{words}”"
    left = max(len(card.text), len(card.excerpt) + card.cut) - len(words)
    if words and left > 0:
        yield texts.LIST_CUT.format(number=left)


def _each(listed: Sequence[Listed]) -> Iterator[Button]:
    for each in listed:
        if each.approval.status in UNDECIDED:
            yield _button(texts.LIST_APPROVE, "approve", each.approval)
            yield _button(texts.LIST_SHOW, "show", each.approval)


def _button(label: str, command: str, approval: Approval) -> Button:
    return Button(
        label=label.format(number=approval.number),
        typed=f"{command} {approval.number}",
        command=f"{command} {approval.id}",
        name=f"{command}{approval.number}",
    )


def _all(waiting: Sequence[Listed]) -> Iterator[Button]:
    """Only where more than one is left, and only those that are shown."""
    if len(waiting) > 1:
        numbers = " ".join(str(each.approval.number) for each in waiting)
        yield Button(
            label=texts.LIST_APPROVE_ALL.format(number=len(waiting)),
            typed=f"approve {numbers}",
            command=f"approve {' '.join(each.approval.id for each in waiting)}",
            name="all",
        )
