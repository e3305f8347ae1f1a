"""The planner as a subscriber: one fact in, the facts that follow out.

A delivery is a function: (checkpoint, fact) → (checkpoint, facts). The checkpoint is the one
its cursor's last commit belongs to, never the head of the thread; without it the thread is
built again from the case's facts. A delivery that the ledger already holds appends nothing.
"""

from __future__ import annotations

import hashlib

from graph.divergence import Difference, failure_of, report
from graph.drafts import PLANNER, planned, recorded
from graph.past import Past, has_records, past_of, payload, record_of
from graph.ports import World
from graph.records import Recorder, company_sha
from graph.rerun import Rerun, Reruns
from graph.threads import Ran, Threads
from ledger.domain.documents import ATTACHMENT
from ledger.domain.events import (
    AboutPosts,
    AlarmSet,
    ApprovalProlonged,
    AttemptStarted,
    CaseErased,
    CaseStuck,
    CaseUnstuck,
    CommitmentBroken,
    CommitmentKept,
    CommitmentMade,
    CommitmentMoved,
    CommitmentsDue,
    CommitmentWithdrawn,
    ContactCreated,
    ContactRecognised,
    DecisionOutcome,
    DecisionRecorded,
    Event,
    FailureCleared,
    FailureReported,
    GistMade,
    HoldOrdered,
    MailWaits,
    ModelCallFailed,
    ModelCallRecorded,
    ModelCallReserved,
    Routed,
    SpecimenAsked,
    Told,
    VerdictGiven,
)
from ledger.domain.events.erasure import ERASER
from ledger.domain.events.routing import LEAVING
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, derived_id
from ledger.domain.going_live import is_specimen
from ledger.domain.reading import History
from ledger.domain.values import DESK

_PASSED_OVER = (
    AboutPosts,
    AlarmSet,
    ApprovalProlonged,
    AttemptStarted,
    CaseStuck,
    CaseUnstuck,
    CommitmentBroken,
    DecisionOutcome,
    DecisionRecorded,
    CommitmentKept,
    CommitmentMade,
    CommitmentMoved,
    CommitmentsDue,
    CommitmentWithdrawn,
    ContactCreated,
    ContactRecognised,
    FailureCleared,
    FailureReported,
    GistMade,
    HoldOrdered,
    MailWaits,
    ModelCallFailed,
    ModelCallRecorded,
    ModelCallReserved,
    SpecimenAsked,
    Told,
    VerdictGiven,
)
"""Facts of other rooms that change nothing about what to do next."""


class Runner:
    """Plans every case but the desk."""

    def __init__(self, *, threads: Threads, reruns: Reruns, history: History, world: World) -> None:
        self._threads = threads
        self._reruns = reruns
        self._history = history
        self._world = world

    @property
    def name(self) -> str:
        return PLANNER

    def wants(self, fact: Fact) -> bool:
        """Every fact of a case that the planner did not say itself and that may change its plan."""
        if isinstance(fact.event, CaseErased):
            return True
        if isinstance(fact.event, Routed) and fact.event.kind == LEAVING:
            return False  # the dispatcher's own alarm
        said_by_us = fact.case == DESK or fact.by in {PLANNER, ERASER}
        passed_over = isinstance(fact.event, _PASSED_OVER) or is_specimen(
            str(getattr(fact.event, "action", ""))
        )
        attached = isinstance(fact.event, Routed) and fact.event.kind == ATTACHMENT
        return not said_by_us and not passed_over and not attached

    async def handle(self, delivery: Delivery) -> Reaction:
        """Run one delivery. Raises what a node raised; then nothing of it counts."""
        with self._threads.alone(delivery.fact.case):
            if isinstance(delivery.fact.event, CaseErased):
                # What the thread knew is gone; a later fact finds what is left of the past.
                await self._threads.erase(delivery.fact.case)
                return Reaction()
            later = await self._history.case(delivery.fact.case, after=delivery.fact.version)
            if record_of(later, delivery.fact.id):
                return await self._repeated(delivery)
            return await self._handled(delivery)

    async def _handled(self, delivery: Delivery) -> Reaction:
        recorder = Recorder(self._world, await self._world.company())
        start, differences = await self._stand(delivery, recorder)
        ran = await self._threads.resume(
            delivery.fact.case,
            start,
            payload(delivery.fact, delivery.source, company_sha(recorder.company)),
            recorder,
        )
        await self._threads.keep_only(delivery.fact.case, start, ran.checkpoint)
        drafts = _drafts(delivery.fact, ran, recorder)
        news = await self._news(delivery.fact, differences)
        return Reaction(drafts=(*drafts, *news), token=ran.checkpoint)

    async def _stand(
        self, delivery: Delivery, recorder: Recorder
    ) -> tuple[str, tuple[Difference, ...] | None]:
        """The checkpoint to resume; what came out differently, None where nothing was rebuilt."""
        case, token = delivery.fact.case, delivery.token
        if token and await self._threads.has(case, token):
            return token, None
        if not token and not has_records(await self._history.case(case)):
            return (await self._threads.start(case, recorder)).checkpoint, None
        rerun = await self._reruns.all(await past_of(self._history, case))
        return rerun.checkpoint, rerun.differences

    async def _repeated(self, delivery: Delivery) -> Reaction:
        """A fact the ledger already holds the answer to: the thread follows, nothing is added."""
        case = delivery.fact.case
        past = (await past_of(self._history, case)).until(delivery.fact.id)
        rerun = await self._followed(past, delivery.token)
        await self._threads.keep_only(case, delivery.token, rerun.checkpoint)
        news = _reported(delivery.fact, rerun.differences)
        return Reaction(drafts=news, token=rerun.checkpoint)

    async def _news(
        self, cause: Fact, differences: tuple[Difference, ...] | None
    ) -> tuple[Draft, ...]:
        """What there is to say of a past that was rebuilt as a whole."""
        if differences is None:
            return ()
        return await self._cleared(cause) if not differences else _reported(cause, differences)

    async def _cleared(self, cause: Fact) -> tuple[Draft, ...]:
        """An earlier difference is gone."""
        name = failure_of(cause.case)
        known = await self._world.entity("failure", name)
        if known is None or known.get("cleared"):
            return ()
        how = "The past comes out as it was recorded again."
        return (_said(cause, FailureCleared(failure=name, how=how), how),)

    async def _followed(self, past: Past, token: str) -> Rerun:
        if not token or not await self._threads.has(past.case, token):
            return await self._reruns.all(past)
        return await self._reruns.last(past, token)


def _drafts(cause: Fact, ran: Ran, recorder: Recorder) -> tuple[Draft, ...]:
    drafts = planned(ran.state, cause)
    reads = recorder.reads(company_is_new=ran.state["company_is_new"])
    return (*drafts, recorded(ran.state, cause, drafts, reads))


def _reported(cause: Fact, differences: tuple[Difference, ...]) -> tuple[Draft, ...]:
    """The first real difference; that a delivery was erased is none, nor is a mended prompt."""
    real = next((found for found in differences if not found.harmless), None)
    return (_said(cause, report(real), real.words),) if real else ()


def _said(cause: Fact, event: Event, what: str) -> Draft:
    """A fact about the planner itself: not part of what a replay compares."""
    digest = hashlib.sha256(what.encode()).hexdigest()[:16]
    return Draft(
        case=cause.case,
        event=event,
        key=f"divergence:{cause.id}:{digest}",
        by=PLANNER,
        cause=cause.id,
        id=derived_id(cause.id, PLANNER, "divergence", digest),
    )
