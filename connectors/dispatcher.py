"""The dispatcher: reacts to what was allowed or approved, and lets it happen, once.

A subscriber. It says nothing twice: an action whose end it has already told because of a fact
is left alone when that fact is delivered again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from connectors.base import Connector
from connectors.checks import Checks, Gate
from connectors.claims import Attempts
from connectors.effect import Effects
from connectors.first_mail import FirstMail
from connectors.leaving import Leaving
from connectors.outcomes import NAME, OUTCOMES
from connectors.tries import Patience, Tries
from connectors.turns import Fence, Fenced
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.events import Approved, HoldOrdered, RetryOrdered, Routed, VerdictGiven
from ledger.domain.events.routing import LEAVING
from ledger.domain.facts import Delivery, Fact, Reaction
from ledger.domain.reading import Clock, History, Views
from ledger.domain.verdicts import Allow

RESUME: Final = "resume"
RETRY: Final = "retry"

_ALLOWED: Final = frozenset({ActionStatus.ALLOWED, ActionStatus.ATTEMPTED})
_APPROVED: Final = _ALLOWED | {ActionStatus.ASKING}
_RESUMED: Final = frozenset({ActionStatus.WITHHELD, ActionStatus.ATTEMPTED})
_RETRIED_CASE: Final = _RESUMED | {ActionStatus.FAILED}
_RETRIED: Final = _RETRIED_CASE | {ActionStatus.UNKNOWN, ActionStatus.DENIED}
"""An unknown end is tried again only where the operator names that very action."""


class Dispatcher:
    """Everything that leaves goes through here. See `connectors.effect` for one effect."""

    name = NAME

    def __init__(
        self,
        *,
        connectors: Sequence[Connector],
        attempts: Attempts,
        views: Views,
        gate: Gate,
        history: History,
        clock: Clock,
        patience: Patience | None = None,
        fence: Fence | None = None,
        first: FirstMail | None = None,
        shared: bool = False,
        hold: timedelta = timedelta(),
    ) -> None:
        """`shared`: other machines run dispatchers of this company at the same time. `hold`: how
        long an approved mail waits before it leaves."""
        checks = Checks(views=views, gate=gate, attempts=attempts, fence=fence, first=first)
        outside = [Fenced(one, fence) for one in connectors] if fence else connectors
        tries = Tries(
            checks=checks,
            attempts=attempts,
            views=views,
            history=history,
            clock=clock,
            patience=patience or Patience(),
        )
        self._effects = Effects(
            connectors=outside, checks=checks, tries=tries, views=views, shared=shared
        )
        self._views = views
        self._history = history
        self._leaving = Leaving(views, hold)

    def wants(self, fact: Fact) -> bool:
        """An allowed proposal, an approval, a mail's moment to leave, and the orders to hold,
        resume or retry."""
        match fact.event:
            case VerdictGiven(phase="proposal", verdict=Allow()) | Approved() | HoldOrdered():
                return True
            case Routed(kind=kind):
                return kind in {RESUME, RETRY, LEAVING}
            case _:
                return False

    async def handle(self, delivery: Delivery) -> Reaction:
        """Run what is due, one action after the other."""
        if isinstance(delivery.fact.event, HoldOrdered):
            return Reaction(drafts=await self._leaving.held(delivery.fact.event))
        due = await self._due(delivery)
        waits = self._leaving.waits(due, delivery.fact)
        if waits:
            return Reaction(drafts=waits)
        answered = await self._answered(delivery.fact) if due else frozenset()
        drafts = [
            draft
            for action in due
            if action.id not in answered
            for draft in await self._effects.run(action, delivery.fact)
        ]
        return Reaction(drafts=tuple(drafts))

    async def _due(self, delivery: Delivery) -> list[Action]:
        event = delivery.fact.event
        match event:
            case VerdictGiven():
                return await self._one(event.action, _ALLOWED)
            case Approved():
                return await self._one(event.action, _APPROVED)
            case Routed(kind="leave") if delivery.source is not None:
                waiting = await self._leaving.whose_moment(delivery.source)
                return [one for one in waiting if one.case == delivery.fact.case]
            case Routed(kind="resume"):
                return await self._all_of(delivery.fact.case, _RESUMED)
            case Routed(kind="retry") if delivery.source is not None:
                return await self._retried(delivery.fact.case, delivery.source)
            case _:
                return []

    async def _retried(self, case: str, source: Fact) -> list[Action]:
        """What an order to retry names: one action, or a case with all that failed in it."""
        order = source.event
        if not isinstance(order, RetryOrdered):
            return []
        if order.target == case:
            return await self._all_of(case, _RETRIED_CASE)
        return [one for one in await self._one(order.target, _RETRIED) if one.case == case]

    async def _one(self, action_id: str, statuses: frozenset[ActionStatus]) -> list[Action]:
        action = await self._views.get(Action, action_id)
        return [action] if action is not None and action.status in statuses else []

    async def _all_of(self, case: str, statuses: frozenset[ActionStatus]) -> list[Action]:
        actions = await self._views.all(Action, case=case)
        return [action for action in actions if action.status in statuses]

    async def _answered(self, trigger: Fact) -> frozenset[str]:
        """The actions whose end was already told because of this fact."""
        later = await self._history.case(trigger.case, after=trigger.version)
        return frozenset(
            fact.event.action
            for fact in later
            if fact.cause == trigger.id and isinstance(fact.event, OUTCOMES)
        )
