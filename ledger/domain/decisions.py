"""Decisions: what was chosen over what, and how it turned out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from ledger.domain.events import Alternative

APPROVED: Final = "approved"
EDITED: Final = "edited"
CHANGED: Final = "changed"
REJECTED: Final = "rejected"
ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"
PAID: Final = "paid"
REVERSED: Final = "reversed"

_RANK: Final = {"": 0, APPROVED: 1, EDITED: 1, ACCEPTED: 2, PAID: 3}
_LAST: Final = frozenset({CHANGED, REJECTED, DECLINED, REVERSED})
"""Nothing follows on these: what was decided is off."""


class Decision(Struct, frozen=True, kw_only=True, tag="decision", gc=False):
    """A decision, and what came of it so far: "", approved, edited, changed, rejected, accepted,
    declined, paid, reversed. `shown_by` is the fact that shows the outcome.

    `version` is the place of its fact in the case. `about`: the case whose end tells more.
    """

    id: str
    case: str
    version: int
    topic: str
    chosen: str
    by: str
    at: datetime
    fact: str
    evidence: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    about: str = ""
    action: str = ""
    outcome: str = ""
    shown_by: str = ""
    shown_at: datetime | None = None

    def may_become(self, outcome: str) -> bool:
        """Whether this outcome says more than the one it has."""
        if self.outcome in _LAST or outcome == self.outcome:
            return False
        return outcome in _LAST or _RANK[outcome] > _RANK.get(self.outcome, 0)
