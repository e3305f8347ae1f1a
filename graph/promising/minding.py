"""What an offer should mind: what we have promised its customer already. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from graph.ports import Owed
from ledger.domain.entities import Commitment
from ledger.domain.events import ProposalDrafted


def owed(found: Iterable[Commitment]) -> tuple[Owed, ...]:
    """Our open promises with a day, the earliest first."""
    ours = [Owed(one.number, one.due) for one in found if one.ours and one.open and one.due]
    return tuple(sorted(ours, key=lambda one: (one.due, one.number)))


def mind(promised: Sequence[Owed], offer: ProposalDrafted, today: date) -> str:
    """A sentence for the card where the offer's delivery time ends after what was promised.

    It names promises by number and day only: the words on a card's advice are never sealed.
    """
    delivery = today + timedelta(days=offer.delivery_days)
    earlier = [one for one in promised if one.due < delivery]
    if not earlier:
        return ""
    named = ", ".join(f"p{one.number} (due {one.due})" for one in earlier[:3])
    return (
        f"Mind what you promised them before: {named}; this offer's delivery time ends on "
        f"{delivery} at the earliest."
    )
