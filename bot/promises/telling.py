"""What is due, as a card: read when it is shown, so that what was kept meanwhile says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from bot import texts
from bot.channel import Button, Card, CardKind, Row
from bot.promises.listing import PromiseList
from bot.promises.words import Seen, day_words, outcome
from ledger.domain.entities import Commitment
from ledger.domain.events import CommitmentsDue
from ledger.domain.reading import History, Views

MOST_BUTTONS = 3
"""So many promises of a card have buttons; the others are settled by their number."""


class DueCards:
    """Turns what is due into a card."""

    def __init__(self, views: Views, history: History) -> None:
        self._views, self._history = views, history

    async def card(self, event: CommitmentsDue, now: datetime) -> Card:
        """The card, as things stand; `now` is in the operator's zone."""
        listed = PromiseList(self._views, self._history, now.tzinfo)
        found = [await self._views.get(Commitment, each.commitment) for each in event.due]
        return due_card(event.day, [await listed.seen(one) for one in found if one], now.date())


def due_card(day: date, found: Sequence[Seen], today: date) -> Card:
    """One list of all that is due, ours first; buttons only for what is still open."""
    ours = tuple(_line(each, today) for each in found if each.one.ours)
    theirs = tuple(_line(each, today) for each in found if not each.one.ours)
    rows = [(texts.DUE_OURS, ours), (texts.DUE_THEIRS, theirs)]
    return Card(
        kind=CardKind.OUTCOME,
        about=f"promises:{day.isoformat()}",
        title=texts.DUE_TITLE.format(day=f"{day:%A}, {day.day} {day:%B}"),
        rows=tuple(Row(name, lines) for name, lines in rows if lines),
        buttons=tuple(_buttons([each.one for each in found if each.one.open])),
    )


def _line(each: Seen, today: date) -> str:
    one = each.one
    fields = {"number": one.number, "who": each.who, "what": each.what, "source": each.source}
    if not one.open or one.due is None:
        return texts.DUE_OVER.format(status=outcome(one), **fields)
    if not one.ours and one.due < today:
        return texts.DUE_NOTHING_CAME.format(day=day_words(one.due), **fields)
    if one.due == today:
        return texts.DUE_TODAY.format(**fields)
    form = texts.DUE_BEFORE if one.due > today else texts.DUE_LATE
    return form.format(day=day_words(one.due), **fields)


def _buttons(found: Sequence[Commitment]) -> Iterator[Button]:
    for one in found[:MOST_BUTTONS]:
        yield _button(texts.DUE_KEPT.format(number=one.number), f"kept p{one.number}")
        yield _button(texts.DUE_BROKEN.format(number=one.number), f"broken p{one.number}")
    if found:
        yield _button(texts.DUE_LIST, "promises")


def _button(label: str, command: str) -> Button:
    return Button(label=label, typed=command, command=command)
