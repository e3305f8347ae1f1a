"""What the dispatcher needs of the ledger's attempts: a try that is durable before it leaves."""

from __future__ import annotations

from typing import Protocol

from ledger.domain.claims import Claim
from ledger.domain.entities import Action
from ledger.domain.events import VerdictGiven


class Attempts(Protocol):
    """Claims tries, each in one transaction with all that could stand in its way."""

    async def claim(
        self,
        action: Action,
        *,
        n: int,
        connector: str,
        capability: str,
        cause: str,
        verdict: VerdictGiven | None = None,
    ) -> Claim:
        """The n-th try, or why it may not leave. `verdict` is put on record together with it."""
        ...

    async def moved(self, action: Action) -> str:
        """Why the world no longer fits the action, in plain words; "" where it does."""
        ...
