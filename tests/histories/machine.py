"""Any history: a state machine that does everything to a company, against a small model.

The model knows of cards only what their facts say, and foretells the answer to each tap. What
must hold of the whole is judged at the end, by `verdict`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from rehearsal import ANSWERS, LOSSES, Rehearsal
from verdict import faults_of

from bot.channel import Verb
from connectors.base import Capability
from connectors.sandbox import Fault
from ledger.domain.entities import Action, ActionStatus, Approval, Question
from ledger.domain.events import (
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    DoneByOperator,
    Instructed,
    Postponed,
    Rejected,
    TapRefused,
)
from ledger.domain.facts import Fact

T = TypeVar("T")

ANY = st.integers(0, 7)
LATE = st.sampled_from([False, False, True])
SELDOM = st.sampled_from([False, False, False, False, True])
NOW = st.sampled_from([True, True, False])
FAULTS = st.lists(st.sampled_from([None, *Fault]), max_size=3)
VERBS = st.sampled_from(
    [Verb.APPROVE, Verb.APPROVE, Verb.APPROVE, Verb.REJECT, Verb.INSTRUCT, Verb.LATER, Verb.DID_IT]
)
SAID = {
    Verb.APPROVE: Approved,
    Verb.REJECT: Rejected,
    Verb.INSTRUCT: Instructed,
    Verb.LATER: Postponed,
    Verb.DID_IT: DoneByOperator,
}
UNDONE = (
    ActionStatus.FAILED,
    ActionStatus.UNKNOWN,
    ActionStatus.WITHHELD,
    ActionStatus.SUCCEEDED,
    ActionStatus.REJECTED,
)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the test's own is made in it


class Model:
    """The cards that can still be decided, by the facts alone."""

    def __init__(self) -> None:
        self.open: dict[str, Any] = {}
        self.seen = 0

    def learns(self, facts: list[Fact]) -> None:
        for fact in facts[self.seen :]:
            match fact.event:
                case ApprovalRequested() as card:
                    self.open[card.approval] = card
                case Approved() | Rejected() | DoneByOperator() as over:
                    self.open.pop(over.approval, None)
                case ApprovalExpired() | ApprovalSuperseded() as over:
                    self.open.pop(over.approval, None)
                case _:
                    pass
        self.seen = len(facts)

    def foretells(self, approval: Approval, verb: Verb, *, forged: bool, now: Any) -> type:
        """The fact that answers a tap."""
        card = self.open.get(approval.id)
        counts = card is not None and now < card.expires_at and not forged
        return SAID[verb] if counts else TapRefused


class AnyHistory(RuleBasedStateMachine):
    """One history. Each step may die at any failpoint; `unsettled` steps pile up."""

    def __init__(self) -> None:
        super().__init__()
        place = MEMORY if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="any-history-", dir=place))
        self.runner = asyncio.Runner()
        self.model = Model()
        self.quiet = True
        self.jumped = False
        self.company: Rehearsal

    def run(self, doing: Awaitable[T]) -> T:
        async def done() -> T:
            return await doing

        return self.runner.run(done())

    def follows(self, settled: bool) -> None:
        """What follows happens now, or together with what comes next."""
        self.quiet = settled
        if settled:
            self.run(self.company.settle())
            self.model.learns(self.run(self.company.facts()))

    def pick(self, kind: type[T], which: int) -> T | None:
        there = self.run(self.company.all(kind))
        return there[-1 - which % len(there)] if there else None

    # --- the beginning ---------------------------------------------------------------------------

    @initialize(
        mail=st.sampled_from([Capability.KEYED, Capability.READ_BACK, Capability.NEITHER]),
        seed=st.integers(0, 2**16),
        stage=st.integers(0, 3),
        faults=FAULTS,
    )
    def begins(self, mail: Capability, seed: int, stage: int, faults: list[Fault | None]) -> None:
        """A company with a lead, an offer that left, or an invoice."""
        self.company = Rehearsal(self.folder / "company", mail=mail, seed=seed)
        self.run(self.company.begin())
        self.ingests_a_lead(customer=seed, late=False, settled=True)
        self.company.world.fail_next(*faults)
        for step in range(stage):
            if step == 1:
                self.ingests_an_answer(which=-1, kind="accept", late=False, settled=True)
            for card in self.run(self.company.app.views.find(Approval, "status:pending")):
                self.run(self.company.taps(card, Verb.APPROVE))
            self.follows(settled=True)

    # --- ingest ----------------------------------------------------------------------------------

    @rule(customer=ANY, late=LATE, settled=NOW)
    def ingests_a_lead(self, customer: int, late: bool, settled: bool) -> None:
        self.run(self.company.lead(customer, late=late))
        self.follows(settled)

    @rule(which=ANY, kind=st.sampled_from(sorted(ANSWERS)), late=LATE, settled=NOW)
    def ingests_an_answer(self, which: int, kind: str, late: bool, settled: bool) -> None:
        self.run(self.company.answers(which, kind, late=late))
        self.follows(settled)

    @rule(which=ANY, part=st.sampled_from([100, 100, 40, 130]), late=LATE, settled=NOW)
    def ingests_a_payment(self, which: int, part: int, late: bool, settled: bool) -> None:
        self.run(self.company.pays(which, part, late=late))
        self.follows(settled)

    @rule(which=ANY, settled=NOW)
    def ingests_the_same_again(self, which: int, settled: bool) -> None:
        self.run(self.company.repeats(which))
        self.follows(settled)

    # --- reorder ---------------------------------------------------------------------------------

    @precondition(lambda self: self.company.late)
    @rule(which=ANY, settled=NOW)
    def delivers_what_was_held_up(self, which: int, settled: bool) -> None:
        self.run(self.company.straggles(which))
        self.follows(settled)

    # --- propose, approve, reject, edit ----------------------------------------------------------

    @rule(which=ANY, verb=VERBS, forged=SELDOM, settled=NOW)
    def taps(self, which: int, verb: Verb, forged: bool, settled: bool) -> None:
        """Any card there ever was: one that waits, one that was decided, one out of date."""
        card = self.pick(Approval, which)
        if card is None:
            return
        alone, deaths = self.quiet and settled, self.company.fate.deaths
        before, now = len(self.run(self.company.facts())), self.company.clock.now()
        foretold = self.model.foretells(card, verb, forged=forged, now=now)
        tap = self.run(self.company.taps(card, verb, forged=forged))
        self.follows(settled)
        if alone and tap and deaths == self.company.fate.deaths and not self.jumped:
            self.agrees(tap, foretold, before)

    def agrees(self, tap: str, foretold: type, before: int) -> None:
        """The answer is the one that the model foretold."""
        said = self.run(self.company.facts())[before:]
        answers = [type(fact.event) for fact in said if getattr(fact.event, "tap", "") == tap]
        assert answers == [foretold], (answers, foretold)

    @rule(faults=FAULTS, dies=st.integers(0, 30), forged=SELDOM, settled=NOW)
    def approves_what_waits(
        self, faults: list[Fault | None], dies: int, forged: bool, settled: bool
    ) -> None:
        """The newest card, while the provider fails or the process is about to die."""
        waiting = self.run(self.company.app.views.find(Approval, "status:pending"))
        if not waiting:
            return
        self.company.world.fail_next(*faults)
        self.company.fate.strikes_in(max(0, dies - 10))
        self.run(self.company.taps(waiting[-1], Verb.APPROVE, forged=forged))
        self.follows(settled)

    @rule(which=ANY, words=st.sampled_from(["Hello again,", "Kind regards"]), settled=NOW)
    def edits(self, which: int, words: str, settled: bool) -> None:
        card = self.pick(Approval, which)
        if card is not None:
            self.run(self.company.edits(card, words))
            self.follows(settled)

    @rule(which=ANY, choice=ANY, settled=NOW)
    def answers_a_question(self, which: int, choice: int, settled: bool) -> None:
        question = self.pick(Question, which)
        if question is not None:
            self.run(self.company.says_to(question, choice))
            self.follows(settled)

    @rule(on=st.booleans(), settled=NOW)
    def stops_or_resumes(self, on: bool, settled: bool) -> None:
        self.run(self.company.stops() if on else self.company.resumes())
        self.follows(settled)

    @rule(which=ANY, settled=NOW)
    def retries(self, which: int, settled: bool) -> None:
        """Never an unclear end at a provider without keys: that is a person's risk to take."""
        ended = [a for a in self.run(self.company.all(Action)) if a.status in UNDONE]
        action = ended[which % len(ended)] if ended else None
        unclear = action is not None and action.status is ActionStatus.UNKNOWN
        if action is None or (unclear and self.company.mail is Capability.NEITHER):
            return
        self.run(self.company.retries(action.id))
        self.follows(settled)

    # --- expire, clock jump ----------------------------------------------------------------------

    @rule(settled=NOW)
    def expires(self, settled: bool) -> None:
        """The newest card's hour passes."""
        card = self.pick(Approval, 0)
        if card is not None:
            self.company.clock.moment = max(self.company.clock.moment, card.expires_at)
            self.follows(settled)

    @rule(hours=st.sampled_from([-48, -1, 1, 5, 24, 24 * 40]), settled=NOW)
    def the_clock_jumps(self, hours: int, settled: bool) -> None:
        self.jumped = self.jumped or hours < 0
        self.run(self.company.clock.sleep(hours * 3600))
        self.follows(settled)

    # --- faults, crash, redeliver ----------------------------------------------------------------

    @rule(moments=st.integers(1, 25))
    def will_crash(self, moments: int) -> None:
        """The process dies at the n-th failpoint from here."""
        self.company.fate.strikes_in(moments)

    @rule(lose=st.sampled_from(["", *LOSSES]), settled=NOW)
    def is_delivered_again(self, lose: str, settled: bool) -> None:
        """A restart, after which cursors, read tables or all that is disposable is gone."""
        self.run(self.company.restart(lose))
        self.follows(settled)

    # --- the end ---------------------------------------------------------------------------------

    def teardown(self) -> None:
        """The world heals, what waits happens, and the whole history is judged."""
        try:
            if hasattr(self, "company"):
                self.company.fate.spares()
                self.follows(settled=True)
                found = self.run(faults_of(self.company))
                assert not found, "\n".join(found)
        finally:
            if hasattr(self, "company"):
                self.run(self.company.end())
            self.runner.close()
            shutil.rmtree(self.folder)
