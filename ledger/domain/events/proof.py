"""What is said of the ledger itself."""

from __future__ import annotations

from datetime import date

from ledger.domain.events.base import Event


class HeadAnchored(Event, frozen=True, kw_only=True):
    """The head before this fact was handed to the operator in a signed `line`, on `day`."""

    day: date
    seq: int
    line: str
