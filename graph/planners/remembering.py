"""What a planning call sees of the past: this customer's own cases, in our words, with the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from graph.planners import wording
from ledger.domain.events import LeftOut, Recollection, Stale
from memory.sight import READERS_ALONE
from memory.working import Item, Section

OTHERS_CASE: Final = "another customer's case"
OWN_CASE: Final = "this very case"


class Past(Struct, frozen=True, kw_only=True):
    """What memory offered for a case: `cases` are all cases of its contact."""

    recalled: Sequence[Recollection]
    case: str
    cases: Sequence[str]
    now: datetime
    stale: Sequence[Stale] = ()

    def shown(self) -> Iterator[Item]:
        """What others did is no business of a model, so only the customer's own cases."""
        for one in self.recalled:
            if not self._why_not(one):
                yield _item(one, self.now)

    def withheld(self) -> Iterator[LeftOut]:
        """What was found and is not shown, and why."""
        for one in self.recalled:
            why = self._why_not(one)
            if why:
                yield LeftOut(Section.RECALLED.value, one.episode, why, facts=one.facts)
        for gone in self.stale:
            yield LeftOut(Section.RECALLED.value, gone.episode, gone.reason)

    def _why_not(self, one: Recollection) -> str:
        if not wording.ours([one]):
            return READERS_ALONE
        if one.case == self.case:
            return OWN_CASE
        return "" if one.case in self.cases else OTHERS_CASE


def _item(one: Recollection, now: datetime) -> Item:
    """An episode as a call sees it: cited by its own id, with the day of what it tells."""
    return Item(
        id=one.episode,
        text=one.text,
        facts=one.facts,
        at=now - timedelta(days=one.age_days),
        case=one.case,
        who=one.kind,
    )
