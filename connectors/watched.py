"""The same claims and connectors, with a word before and after each: see `Failpoints`."""

from __future__ import annotations

from connectors.base import Around, Connector, Order
from connectors.claims import Attempts
from ledger.domain.claims import Claim
from ledger.domain.entities import Action
from ledger.domain.events import VerdictGiven
from ledger.domain.failpoints import Failpoints, Moment
from ledger.domain.verdicts import Outcome


class WatchedAttempts:
    """Says when a try is claimed."""

    def __init__(self, attempts: Attempts, failpoints: Failpoints) -> None:
        self._attempts = attempts
        self._failpoints = failpoints

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
        """Claim the n-th try."""
        self._failpoints.reached(Moment.CLAIM_BEFORE)
        claim = await self._attempts.claim(
            action,
            n=n,
            connector=connector,
            capability=capability,
            cause=cause,
            verdict=verdict,
        )
        self._failpoints.reached(Moment.CLAIM_AFTER)
        return claim

    async def moved(self, action: Action) -> str:
        """Why the world no longer fits the action."""
        return await self._attempts.moved(action)


class WatchedConnector(Around):
    """Says when a provider is called, and when it has done what it was called for."""

    def __init__(self, connector: Connector, failpoints: Failpoints) -> None:
        super().__init__(connector)
        self._failpoints = failpoints

    async def execute(self, order: Order) -> Outcome:
        """Do it."""
        self._failpoints.reached(Moment.CALL_BEFORE)
        outcome = await super().execute(order)
        self._failpoints.reached(Moment.CALL_AFTER)
        return outcome
