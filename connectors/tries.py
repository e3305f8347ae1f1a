"""The tries of one delivery: each claimed before it leaves, all under the same key."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct

from connectors.base import Capability, Connector, Order
from connectors.call import Absent, Unclear, called, sighted
from connectors.checks import Checked, Checks, Held, Moved
from connectors.claims import Attempts
from ledger.domain.claims import AlreadyClaimed, AlreadyDone, Claimed, Issued, Refused, WorldMoved
from ledger.domain.commands import IssueCreditNote, IssueInvoice
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.errors import CooError
from ledger.domain.events import AttemptStarted, CreditNoteIssued, InvoiceIssued, VerdictGiven
from ledger.domain.reading import Clock, History, Views
from ledger.domain.verdicts import Failed, Outcome, Succeeded, Unknown


class Patience(Struct, frozen=True, kw_only=True):
    """How often a failed call is made again, after how long, and how long one may take.

    `waits` are the seconds between tries; `seconds` is the limit of one call.
    """

    waits: tuple[float, ...] = (2.0, 8.0, 32.0)
    seconds: float = 120.0


class Tried(Struct, frozen=True):
    """How it ended. `n` is the try whose end this is; 0 where none left.

    `verdict` is what the rules said last, where no claim has put it on record.
    """

    n: int
    end: Outcome | Held | Moved
    verdict: VerdictGiven | None = None


class Overtaken(CooError):
    """Somebody else claimed this very try; what we knew of the action is out of date."""

    def __init__(self, action: str, n: int) -> None:
        super().__init__(
            f"Try {n} of {action!r} was claimed by another process in the meantime.",
            "Nothing was sent from here. The delivery is repeated and looks afresh.",
        )


class Tries:
    """Tries an action until it succeeded, failed for good, or must wait."""

    def __init__(
        self,
        *,
        checks: Checks,
        attempts: Attempts,
        views: Views,
        history: History,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._checks = checks
        self._attempts = attempts
        self._views = views
        self._history = history
        self._clock = clock
        self._patience = patience

    async def fresh(
        self, action: Action, connector: Connector, cause: str, verdict: VerdictGiven | None
    ) -> Tried:
        """New tries. Where earlier ones ended unclear and can be read back, look first."""
        order = await self._claimed(action, connector, cause, action.attempts + 1, verdict)
        if isinstance(order, Held | Moved):
            return Tried(0, order, verdict)
        if action.attempts and connector.capability is Capability.READ_BACK:
            match await self.sighted(order, connector):
                case Succeeded() as found:
                    return Tried(order.n, found)
                case Unclear() as unclear:
                    return Tried(order.n, unseen(unclear, order, connector))
                case Absent():
                    pass
        return await self.onwards(action, order, connector, cause, verdict)

    async def onwards(
        self,
        action: Action,
        order: Order,
        connector: Connector,
        cause: str,
        told: VerdictGiven | None,
    ) -> Tried:
        """Call with a claimed order, and claim and call again while that makes sense.

        `told` is the verdict on record; one that says otherwise goes there with the next claim.
        """
        for wait in self._patience.waits:
            end = await called(connector, order, seconds=self._patience.seconds)
            if not _worth_another(end, connector):
                return Tried(order.n, end)
            await self._clock.sleep(wait)
            checked = await self._still(action)
            news = _news(checked.verdict, told)
            again = checked.obstacle or await self._claimed(
                action, connector, cause, order.n + 1, news
            )
            if isinstance(again, Held | Moved):
                return Tried(order.n, end if isinstance(end, Unknown) else again, news)
            order, told = again, news or told
        end = await called(connector, order, seconds=self._patience.seconds)
        return Tried(order.n, end)

    async def sighted(self, order: Order, connector: Connector) -> Succeeded | Absent | Unclear:
        """Whether it happened after all."""
        return await sighted(connector, order, seconds=self._patience.seconds)

    async def started(self, action: Action) -> AttemptStarted | None:
        """The last try that was claimed."""
        for fact in reversed(await self._history.case(action.case)):
            match fact.event:
                case AttemptStarted(action=action.id, n=action.attempts) as started:
                    return started
        return None

    async def order(self, action: Action, n: int) -> Order:
        """The order of a try that was claimed before, with the invoice it took a number for."""
        return _order(action, n, await self._issued(action))

    async def _still(self, action: Action) -> Checked:
        """All checks once more: the world, the rules or the operator may have moved meanwhile."""
        now = await self._views.get(Action, action.id)
        if now is None or now.status is not ActionStatus.ATTEMPTED:
            why = "It was decided otherwise meanwhile."
            return Checked(obstacle=Held("superseded", why, "Nothing to do."))
        return await self._checks.all(now)

    async def _claimed(
        self,
        action: Action,
        connector: Connector,
        cause: str,
        n: int,
        verdict: VerdictGiven | None,
    ) -> Order | Held | Moved:
        claim = await self._attempts.claim(
            action,
            n=n,
            connector=connector.name,
            capability=connector.capability.value,
            cause=cause,
            verdict=verdict,
        )
        match claim:
            case Claimed():
                return _order(action, claim.n, claim.issued)
            case AlreadyClaimed() | AlreadyDone():
                raise Overtaken(action.id, n)
            case WorldMoved():
                return Moved(claim.detail)
            case Refused():
                return Held(claim.why, claim.detail, claim.remedy)
            case _:
                assert_never(claim)

    async def _issued(self, action: Action) -> Issued | None:
        if not isinstance(action.command, IssueInvoice | IssueCreditNote):
            return None
        for fact in await self._history.case(action.case):
            if isinstance(fact.event, Issued) and fact.event.action == action.id:
                return fact.event
        return None


def _news(verdict: VerdictGiven | None, told: VerdictGiven | None) -> VerdictGiven | None:
    """The verdict, where it says something else than the one on record."""
    same = verdict is not None and told is not None and verdict.verdict == told.verdict
    return None if same else verdict


def unseen(unclear: Unclear, order: Order, connector: Connector) -> Unknown:
    """An earlier try whose end nobody saw, at a provider that does not say."""
    cause = f"Nobody saw how an earlier try ended. {unclear.cause}"
    return Unknown(cause, f"Look for {order.key} in {connector.name}.")


def not_yet(order: Order, connector: Connector) -> Unknown:
    """Another machine claimed the try. It may be gone, or only slow, and do it any moment."""
    cause = (
        f"Another worker claimed this try and did not say how it ended. {connector.name} has "
        "nothing of it yet, but that worker may still be at it."
    )
    return Unknown(cause, f"Look for {order.key} in {connector.name}, then `retry` or let it be.")


def elsewhere(started: AttemptStarted, order: Order, connector: Connector) -> Unknown:
    """An earlier try left through another provider, and the one of today cannot know its end."""
    cause = (
        f"Nobody saw how an earlier try through {started.connector!r} ended, and "
        f"{connector.name!r}, which is set up now, cannot tell."
    )
    return Unknown(cause, f"Look for {order.key} in {started.connector}.")


def _order(action: Action, n: int, issued: Issued | None) -> Order:
    assert action.command is not None  # noqa: S101 - the checks hold what has no bytes
    return Order(
        key=action.id,
        n=n,
        case=action.case,
        person=action.person,
        command=action.command,
        invoice=issued if isinstance(issued, InvoiceIssued) else None,
        credit_note=issued if isinstance(issued, CreditNoteIssued) else None,
    )


def _worth_another(end: Outcome, connector: Connector) -> bool:
    """A certain failure that may pass; or an unclear end that the same key makes harmless."""
    if isinstance(end, Failed):
        return end.retryable
    return isinstance(end, Unknown) and connector.capability is Capability.KEYED
