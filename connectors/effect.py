"""How one effect happens: checked, claimed, called, and its end put into facts.

The order matters. Nothing leaves before its attempt is durable, and an attempt without an
outcome is never simply made again: it is repeated under its key, looked up, or asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from connectors.base import Capability, Connector, Order
from connectors.call import Absent, Unclear
from connectors.checks import Checks, Held, Moved
from connectors.outcomes import Voice
from connectors.tries import Tried, Tries, elsewhere, not_yet, unseen
from ledger.domain.commands import Command
from ledger.domain.entities import Action, ActionStatus, Failure
from ledger.domain.events import AttemptStarted
from ledger.domain.facts import Draft, Fact
from ledger.domain.reading import Views
from ledger.domain.verdicts import Failed, Succeeded, Unknown


class Effects:
    """Runs actions that were allowed or approved."""

    def __init__(
        self,
        *,
        connectors: Sequence[Connector],
        checks: Checks,
        tries: Tries,
        views: Views,
        shared: bool = False,
    ) -> None:
        """`shared`: whoever claimed a try may live on another machine, and be about to call."""
        self._shared = shared
        self._connectors = tuple(connectors)
        self._checks = checks
        self._tries = tries
        self._views = views

    async def run(self, action: Action, cause: Fact) -> list[Draft]:
        """Everything there is to say about this action now."""
        voice = Voice(action, cause)
        command = action.command
        if command is None:
            return voice.withheld(_erased(action))
        connector = self._taking(command)
        if connector is None:
            return await self._without_connector(voice)
        if action.status is ActionStatus.ATTEMPTED:
            return await self._recovered(voice, connector)
        return await self._checked(voice, connector)

    async def _without_connector(self, voice: Voice) -> list[Draft]:
        """Nothing can run it now. What was tried before may have happened all the same."""
        action = voice.action
        started = await self._tries.started(action)
        if action.status is ActionStatus.ATTEMPTED and started is not None:
            return voice.unknown(started.n, _nobody_to_ask(started))
        return voice.failed(0, _nobody_takes(action))

    async def _recovered(self, voice: Voice, connector: Connector) -> list[Draft]:
        """A try was claimed and its end never recorded: the process died in the middle of it."""
        order = await self._tries.order(voice.action, voice.action.attempts)
        started = await self._tries.started(voice.action)
        if started is not None and started.connector != connector.name:
            return voice.unknown(order.n, elsewhere(started, order, connector))
        seen = await self._tries.sighted(order, connector)
        match seen:
            case Succeeded():
                return await self._told(voice, Tried(order.n, seen))
            case Absent() if self._shared and connector.capability is not Capability.KEYED:
                return voice.unknown(order.n, not_yet(order, connector))
            case Absent():
                return await self._checked(voice, connector, again=order)
            case Unclear() if connector.capability is Capability.KEYED:
                return await self._checked(voice, connector, again=order, unclear=seen)
            case Unclear():
                return voice.unknown(order.n, unseen(seen, order, connector))
            case _:
                assert_never(seen)

    async def _checked(
        self,
        voice: Voice,
        connector: Connector,
        *,
        again: Order | None = None,
        unclear: Unclear | None = None,
    ) -> list[Draft]:
        """Try it, where everything still holds. `again` is a claimed try to be made once more."""
        checked = await self._checks.all(voice.action)
        verdict = checked.verdict
        if checked.obstacle is not None:
            end = unseen(unclear, again, connector) if unclear and again else checked.obstacle
            tried = Tried(again.n if again else 0, end, verdict)
        elif again is None:
            tried = await self._tries.fresh(voice.action, connector, voice.cause.id, verdict)
        else:
            cause = voice.cause.id
            tried = await self._tries.onwards(voice.action, again, connector, cause, verdict)
        repeated = verdict if again is not None and checked.obstacle is None else None
        said = [voice.say(given) for given in (repeated, tried.verdict) if given is not None]
        return [*said, *await self._told(voice, tried)]

    async def _told(self, voice: Voice, tried: Tried) -> list[Draft]:
        match tried.end:
            case Succeeded() as done:
                broken = await self._was_broken(voice.action)
                return voice.succeeded(tried.n, done.receipt, was_broken=broken)
            case Failed() as failed:
                return voice.failed(tried.n, failed)
            case Unknown() as unknown:
                return voice.unknown(tried.n, unknown)
            case Held() as held:
                return voice.withheld(held, dangling=tried.n)
            case Moved() as moved:
                return voice.superseded(moved, dangling=tried.n)
            case _:
                assert_never(tried.end)

    async def _was_broken(self, action: Action) -> bool:
        failure = await self._views.get(Failure, action.id)
        return failure is not None and not failure.cleared

    def _taking(self, command: Command) -> Connector | None:
        return next((one for one in self._connectors if one.takes(command)), None)


def _nobody_takes(action: Action) -> Failed:
    return Failed(
        f"Nothing is set up that could run {action.name}.",
        "`coo doctor` says what is missing; set it up and retry.",
    )


def _nobody_to_ask(started: AttemptStarted) -> Unknown:
    return Unknown(
        f"Nobody saw how a try through {started.connector!r} ended, and it is not set up any more.",
        f"Look for {started.action} in {started.connector}.",
    )


def _erased(action: Action) -> Held:
    return Held(
        "superseded",
        f"The content of {action.id!r} was erased with the person it belonged to.",
        "Nothing to do; it can never run.",
    )
