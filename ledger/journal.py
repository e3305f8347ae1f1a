"""The journal of model calls: money is set aside before a call leaves, and answers are kept.

A call is named by what it is for, so that a re-run finds its answer instead of paying twice.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from ledger.domain.company import Company
from ledger.domain.events import (
    ContextSeen,
    Event,
    ModelCallFailed,
    ModelCallRecorded,
    ModelCallReserved,
)
from ledger.domain.facts import Draft
from ledger.domain.look import model_of_case, model_of_day
from ledger.domain.values import DESK
from ledger.reads import Reads
from ledger.store import Ledger, Tx

JOURNAL: Final = "journal"


class Call(Struct, frozen=True, kw_only=True):
    """A model call that somebody wants to make. `call` names it; `microusd` is the most it costs.

    `person` is whose key seals the answer; `cause` the fact that made the call necessary;
    `context` what it is about to be shown.
    """

    call: str
    model: str
    part: str
    microusd: int
    prompt_sha256: str
    case: str
    person: str = ""
    cause: str = ""
    context: ContextSeen | None = None


class Reserved(Struct, frozen=True, kw_only=True):
    """The money is set aside: make the call, then `record` or `fail` it. `n` counts tries."""

    call: Call
    n: int
    on: date


class AlreadyAnswered(Struct, frozen=True):
    """The call was made before; this is what it gave."""

    answer: ModelCallRecorded


class OverBudget(Struct, frozen=True):
    """The call would cost more than is left. `scope`: case or day. In micro-units of USD."""

    scope: str
    limit: int
    used: int


class Journal:
    """The one door through which facts about model calls enter."""

    def __init__(self, ledger: Ledger, company: Company) -> None:
        self._ledger = ledger
        self._company = company

    async def reserve(self, call: Call) -> Reserved | AlreadyAnswered | OverBudget:
        """Set money aside, in one transaction with the check that it is there.

        A try whose end nobody recorded (a crash) still counts as spent; the call may be
        reserved again.
        """
        return await self._ledger.transact(lambda tx: self._reserve(tx, call))

    async def record(
        self,
        reserved: Reserved,
        *,
        answer: str,
        microusd: int,
        prompt_tokens: int,
        answer_tokens: int,
        milliseconds: int,
    ) -> ModelCallRecorded:
        """Keep an answer and its real cost. Returns the answer that counts: the first one."""
        event = ModelCallRecorded(
            call=reserved.call.call,
            model=reserved.call.model,
            part=reserved.call.part,
            microusd=microusd,
            prompt_tokens=prompt_tokens,
            answer_tokens=answer_tokens,
            prompt_sha256=reserved.call.prompt_sha256,
            milliseconds=milliseconds,
            reserved=reserved.call.microusd,
            reserved_on=reserved.on,
            answer=answer,
        )
        return await self._ledger.transact(lambda tx: _recorded(tx, reserved.call, event))

    async def fail(self, reserved: Reserved, *, reason: str, cause: str, microusd: int = 0) -> None:
        """Note that a call gave nothing usable, and what it cost all the same."""
        event = ModelCallFailed(
            call=reserved.call.call,
            model=reserved.call.model,
            part=reserved.call.part,
            reason=reason,
            cause=cause,
            microusd=microusd,
            reserved=reserved.call.microusd,
            reserved_on=reserved.on,
        )
        key = f"{_key(reserved.call, reserved.n)}:failed"
        await self._ledger.transact(lambda tx: _once(tx, reserved.call, event, key))

    async def refuse(self, call: Call, *, reason: str, cause: str) -> None:
        """Note that a call was not made at all: no budget, no permission, nothing configured."""
        event = ModelCallFailed(
            call=call.call, model=call.model, part=call.part, reason=reason, cause=cause
        )
        key = f"model:{call.call}:refused:{reason}"
        await self._ledger.transact(lambda tx: _once(tx, call, event, key))

    async def answer(self, call: str) -> ModelCallRecorded | None:
        """The recorded answer to a call, or None."""
        return await self._ledger.transact(lambda tx: _answer(tx, call))

    def _reserve(self, tx: Tx, call: Call) -> Reserved | AlreadyAnswered | OverBudget:
        known = _answer(tx, call.call)
        if known is not None:
            return AlreadyAnswered(known)
        today, caps = tx.now().date(), self._company.budgets
        over = None
        if call.case != DESK:  # what concerns the whole company is no single case
            over = _over(tx, "case", model_of_case(call.case), call, caps.model_per_case_microusd)
        over = over or _over(tx, "day", model_of_day(today), call, caps.model_per_day_microusd)
        if over is not None:
            return over
        n = 1
        while tx.by_key(_key(call, n)) is not None:
            n += 1
        event = ModelCallReserved(
            call=call.call,
            model=call.model,
            part=call.part,
            microusd=call.microusd,
            prompt_sha256=call.prompt_sha256,
            context=call.context,
        )
        tx.append([_draft(call, event, _key(call, n))])
        return Reserved(call=call, n=n, on=today)


def _over(tx: Tx, scope: str, counter: str, call: Call, limit: int) -> OverBudget | None:
    used = Reads(tx.connection, tx.company).counter(counter)
    return OverBudget(scope, limit, used) if used + call.microusd > limit else None


def _recorded(tx: Tx, call: Call, event: ModelCallRecorded) -> ModelCallRecorded:
    first = _answer(tx, call.call)
    if first is None:
        tx.append([_draft(call, event, _answer_key(call.call))])
    return first or event


def _once(tx: Tx, call: Call, event: Event, key: str) -> None:
    if tx.by_key(key) is None:
        tx.append([_draft(call, event, key)])


def _answer(tx: Tx, call: str) -> ModelCallRecorded | None:
    fact = tx.by_key(_answer_key(call))
    return fact.event if fact and isinstance(fact.event, ModelCallRecorded) else None


def _key(call: Call, n: int) -> str:
    return f"model:{call.call}:{n}"


def _answer_key(call: str) -> str:
    return f"model:{call}:answer"


def _draft(call: Call, event: Event, key: str) -> Draft:
    return Draft(
        case=call.case, event=event, key=key, by=JOURNAL, cause=call.cause, person=call.person
    )
