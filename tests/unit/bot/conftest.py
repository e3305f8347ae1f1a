"""An office on paper: facts in a list, the real fold, and nobody who reacts to anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest

from bot.channel import Verb
from bot.company.text import defaults
from bot.live.readiness import Readiness, Series
from bot.office.port import PoliciesInForce, ReplayReport, VerifyReport
from ledger.domain import events
from ledger.domain.commands import Command, SendProposal, amount_of, command_name, command_sha
from ledger.domain.entities import Approval, Entity
from ledger.domain.errors import UnknownFact
from ledger.domain.events import Event, PlanStep, Recollection, WatchBegun, WentLive
from ledger.domain.facts import Fact
from ledger.domain.folding import case_of, changes, lookups
from ledger.domain.going_live import MODE, Mode
from ledger.domain.pairing import Role
from ledger.domain.preconditions import ProposalOpen
from ledger.domain.speakers import role_now
from ledger.domain.values import DESK, Attachment, Line, Money, Provenance, Trust
from ledger.domain.verdicts import Ask, FiredRule, Receipt

E = TypeVar("E", bound=Entity)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEAD = "lead-00000001"
ADA = "con-ada00000"


class PaperClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class PaperOffice:
    """Everything a chat may ask, over facts that a test writes itself."""

    operator = "nora"
    channel = "console"
    identity = ""
    company = defaults()

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.clock = PaperClock()
        self.policies = PoliciesInForce(policy="1@abcdef", rules=("first-contact",))
        self.at_work = "here"
        self.settles = True
        self.report = ReplayReport(case=LEAD, deliveries=3, facts=12)
        self.react: Callable[[Fact], None] = lambda fact: None
        self._entities: dict[tuple[type, str], Any] = {}
        self._counters: dict[str, int] = {}

    # --- writing -------------------------------------------------------------------------

    def note(self, event: Event, case: str = LEAD, *, cause: str = "", person: str = "p1") -> Fact:
        """Append a fact and fold it."""
        number = len(self.facts) + 1
        fact = Fact(
            id=f"f{number:03d}",
            seq=number,
            company="studio-nord",
            case=case,
            version=1 + sum(each.case == case for each in self.facts),
            at=self.clock.now(),
            event=event,
            key=str(number),
            by="paper",
            cause=cause,
            person=person,
        )
        for entity in changes(fact, self):
            self._entities[type(entity), entity.id] = entity
        self.facts.append(fact)
        return fact

    def _record(self, event: Event) -> str:
        fact = self.note(event, DESK, person="")
        self.react(fact)
        return fact.id

    def put(self, entity: Any) -> None:
        """Change an entity by hand, as an erasure would."""
        self._entities[type(entity), entity.id] = entity

    def last(self, kind: type[Event]) -> Any:
        return next(fact.event for fact in reversed(self.facts) if isinstance(fact.event, kind))

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(fact.event, kind) for fact in self.facts)

    # --- Look ------------------------------------------------------------------------------

    def get(self, kind: type[E], entity_id: str) -> E | None:
        return self._entities.get((kind, entity_id))

    def find(self, kind: type[E], key: str) -> list[E]:
        return [each for each in self.every(kind) if key in lookups(each)]

    def every(self, kind: type[E]) -> list[E]:
        return [each for (found, _), each in self._entities.items() if found is kind]

    def add(self, counter: str, amount: int = 1) -> int:
        self._counters[counter] = self._counters.get(counter, 0) + amount
        return self._counters[counter]

    # --- Office ----------------------------------------------------------------------------

    @property
    def views(self) -> PaperViews:
        return PaperViews(self)

    @property
    def tallies(self) -> PaperViews:
        return PaperViews(self)

    @property
    def history(self) -> PaperViews:
        return PaperViews(self)

    async def tap(
        self,
        approval: str,
        verb: Verb,
        sha256: str,
        text: str = "",
        edits: Mapping[str, str] | None = None,
    ) -> str:
        return self._record(
            events.Tapped(
                approval=approval,
                verb=verb.value,
                sha256=sha256,
                operator=self.operator,
                channel=self.channel,
                text=text,
                edits=dict(edits or {}),
            )
        )

    async def say(self, text: str, about: str = "") -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.OperatorSaid(**who, about=about, text=text))

    async def answer(self, question: str, choice: str = "", text: str = "") -> str:
        who = {"operator": self.operator, "channel": self.channel}
        event = events.QuestionReplied(question=question, **who, choice=choice, text=text)
        return self._record(event)

    async def stop(self, scope: str, target: str = "", reason: str = "") -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.StopOrdered(scope=scope, target=target, **who, reason=reason))

    async def resume(self, scope: str, target: str = "") -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.ResumeOrdered(scope=scope, target=target, **who))

    async def undo(self, target: str, reason: str = "") -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.UndoOrdered(target=target, reason=reason, **who))

    async def watch(self) -> str:
        return self._record(WatchBegun(operator=self.operator, channel=self.channel))

    async def go_live(self) -> str:
        return self._record(WentLive(operator=self.operator, channel=self.channel))

    async def readiness(self) -> Readiness:
        return Readiness(mode=self.get(Mode, MODE), real=False, operator="nora@studio.example")

    async def series(self) -> Sequence[Series]:
        return (Series(book="invoice", next="2026-0001"),)

    async def continue_numbers(self, book: str, last: str) -> str:
        raise AssertionError(f"{book} {last}: a paper office counts nothing")

    async def retry(self, target: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.RetryOrdered(target=target, **who))

    async def merge(self, kept: str, other: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.MergeOrdered(contact=kept, merged=other, **who))

    async def split(self, contact: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.SplitOrdered(contact=contact, **who))

    async def link(self, contact: str, kind: str, key: str, mark: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.KeyTold(contact=contact, kind=kind, key=key, **who))

    async def assign(self, fact: str, case: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.AssignOrdered(fact=fact, case=case, **who))

    async def match(self, payment: str, invoices: Any, amount: Any) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        named = tuple(invoices)
        order = events.MatchOrdered(payment=payment, invoices=named, amount=amount, **who)
        return self._record(order)

    async def unmatch(self, payment: str, invoice: str) -> str:
        who = {"operator": self.operator, "channel": self.channel}
        return self._record(events.UnmatchOrdered(payment=payment, invoice=invoice, **who))

    async def replay(self, case: str) -> ReplayReport:
        return self.report

    async def verify(self) -> VerifyReport:
        return VerifyReport(facts=len(self.facts), head="cafe")

    async def role(self) -> Role | None:
        return await role_now(self.views, self.identity, self.channel)

    async def worker(self) -> str:
        return self.at_work

    async def settle(self, seconds: float) -> bool:
        return self.settles

    async def head(self) -> int:
        return len(self.facts)

    async def news(self, after: int, seconds: float) -> Sequence[Fact]:
        if after >= len(self.facts):
            await self.clock.sleep(seconds)
        return self.facts[after:]

    # --- a story ---------------------------------------------------------------------------

    def story(self) -> str:
        """A lead came in and an offer waits for approval; returns the approval's id."""
        mail = self.note(
            events.MailReceived(
                raw_sha256="a" * 64,
                size=900,
                message_id="m1@byron.example",
                sender="ada@byron.example",
                sender_name="Ada Byron",
                subject="Website for our bakery",
                text="Hello, we need a new website.\nBest, Ada",
            ),
            DESK,
        )
        opened = self.note(
            events.CaseOpened(kind="lead", fact=mail.id, contact=ADA, title=mail.event.subject),
            cause=mail.id,
        )
        self.note(
            events.ContactCreated(contact=ADA, name="Ada Byron", address="ada@byron.example"),
            cause=mail.id,
        )
        self.think(opened)
        return self.offer(opened)

    def think(self, opened: Fact) -> None:
        by = {"cause": opened.id}
        self.note(
            events.Understood(
                fact=opened.id, intent="request", language="en", by="patterns", unsure=("deadline",)
            ),
            **by,
        )
        old = Recollection("ep1", "outcome", "lead-old", ("f0",), 12, 0.9, "Byron paid on time")
        self.note(events.Recalled(query="website", episodes=(old,)), **by)
        self.note(
            events.PlanMade(
                goal="Win the lead",
                planner="playbook",
                steps=(PlanStep("1", "Draft an offer"), PlanStep("2", "Send it", ("1",))),
                why="The request names one thing on the price list.",
                not_taken=(("Offer a discount", "nobody asked for one"),),
            ),
            **by,
        )
        self.note(
            events.ProposalDrafted(
                proposal="pro-1",
                number="A-1",
                version=1,
                contact=ADA,
                lines=(),
                net=Money(240_000, "EUR"),
                total=Money(285_600, "EUR"),
                discount_bp=0,
                valid_until=date(2026, 12, 6),
                delivery_days=10,
            ),
            **by,
        )

    def offer(self, opened: Fact, command: Command | None = None, n: int = 1) -> str:
        """Propose a command and ask for approval; returns the approval's id."""
        command = command or offer_command()
        action, sha, by = f"act-{n:08d}", command_sha(command), {"cause": opened.id}
        untrusted = Provenance((self.facts[0].id,), Trust.UNTRUSTED, "read from the mail")
        listed = Provenance(("company.yaml",), Trust.OPERATOR, "list price × 1")
        self.note(
            events.ActionProposed(
                action=action,
                name=command_name(command),
                risk=command.risk.value,
                sha256=sha,
                agent="drafter",
                amount=amount_of(command),
                provenance={"total": listed, "subject": untrusted},
                recommendation="Send it: the price is the list price.",
                if_nothing="Ada gets no answer.",
                command=command,
            ),
            **by,
        )
        fired = (FiredRule("first-contact", "ask", "It is the first mail to them."),)
        self.note(
            events.VerdictGiven(
                action=action,
                sha256=sha,
                phase="proposal",
                verdict=Ask(fired, "1@abcdef"),
                input_sha256="0" * 64,
            ),
            **by,
        )
        self.note(
            events.ApprovalRequested(
                approval=f"apr-{n:08d}",
                action=action,
                sha256=sha,
                expires_at=self.clock.now() + timedelta(days=2),
                title="Send an offer to Ada Byron",
            ),
            **by,
        )
        return f"apr-{n:08d}"

    def approve(self, approval: str = "apr-00000001", tap: str = "") -> None:
        """What the router says to a good tap."""
        found = self.get(Approval, approval)
        assert found is not None
        self.note(
            events.Approved(
                approval=approval,
                action=found.action,
                sha256=found.sha256,
                operator="nora",
                channel="console",
                tap=tap,
            ),
            cause=tap,
        )

    def send(self, action: str = "act-00000001") -> None:
        """What the dispatcher says when all goes well."""
        who = {"connector": "maildir", "capability": "read-back"}
        self.note(events.AttemptStarted(action=action, n=1, sha256="5" * 64, **who))
        receipt = Receipt("maildir", "m2@studio-nord.example", "mail/out/new/m2.eml")
        self.note(events.ActionSucceeded(action=action, n=1, receipt=receipt))

    def ask(self, n: int = 1, options: tuple[events.Option, ...] = ()) -> None:
        self.note(
            events.QuestionAsked(
                question=f"ask-{n:08d}",
                about=LEAD,
                why="Two cases fit.",
                options=options,
                text="Which project is this about?",
            )
        )


class PaperViews:
    """Views and history over the paper."""

    def __init__(self, paper: PaperOffice) -> None:
        self._paper = paper

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return self._paper.get(kind, entity_id)

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return self._paper.find(kind, key)

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        return [e for e in self._paper.every(kind) if case is None or case_of(e) == case]

    async def counter(self, name: str) -> int:
        return self._paper.add(name, 0)

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [f for f in self._paper.facts if f.case == case and f.version > after]

    async def fact(self, fact_id: str) -> Fact:
        for each in self._paper.facts:
            if each.id == fact_id:
                return each
        raise UnknownFact(fact_id)


def offer_command() -> SendProposal:
    return SendProposal(
        contact=ADA,
        to="ada@byron.example",
        subject="Your new website",
        body="Dear Ada,\n\nhere is our offer.\n\nBest, Nora",
        in_reply_to="m1@byron.example",
        references=("m1@byron.example",),
        attachments=(Attachment("offer-A-1.pdf", "application/pdf", 48_213, "d" * 64),),
        preconditions=(ProposalOpen("pro-1", 1),),
        proposal="pro-1",
        version=1,
        total=Money(285_600, "EUR"),
    )


def invoice_line() -> Line:
    return Line("website", "Website design package", 1, "piece", Money(240_000, "EUR"), 1_900, 500)


@pytest.fixture
def paper() -> PaperOffice:
    return PaperOffice()


@pytest.fixture
def line() -> Line:
    return invoice_line()
