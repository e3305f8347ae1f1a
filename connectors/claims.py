"""What the dispatcher needs of the ledger's attempts: a try that is durable before it leaves."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from ledger.domain.entities import Action
from ledger.domain.events import InvoiceIssued


class Claimed(Struct, frozen=True, kw_only=True):
    """Try `n` is durable and may leave. `invoice` is the one whose number it took."""

    n: int
    invoice: InvoiceIssued | None = None


class Refused(Struct, frozen=True, kw_only=True):
    """It may not leave. `why` as in `ActionWithheld`."""

    why: str
    detail: str
    remedy: str


class Attempts(Protocol):
    """Claims tries, each in one transaction with the stop, the budget and the number."""

    async def claim(
        self, action: Action, *, n: int, connector: str, capability: str, cause: str
    ) -> Claimed | Refused: ...
