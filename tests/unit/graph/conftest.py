"""A case on a bench: the nodes in their order, over a world in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from graph.deal import Deal, deal_of
from graph.nodes.delegate import delegate
from graph.nodes.gate import gate
from graph.nodes.plan import plan
from graph.nodes.recall import recall
from graph.nodes.report import report
from graph.nodes.review import review
from graph.nodes.understand import understand
from graph.ports import (
    GateDecision,
    Gathered,
    Gathering,
    ModelAnswer,
    ModelRequest,
    ModelUnavailable,
    RecallRequest,
    Remembered,
)
from graph.state import CaseState, collect, event_of, fact_json
from ledger.domain.commands import IssueInvoice
from ledger.domain.company import (
    Bank,
    Company,
    Guardrails,
    Language,
    Operator,
    PriceItem,
    Tax,
)
from ledger.domain.entities import Contact
from ledger.domain.events import (
    ActionProposed,
    ActionSucceeded,
    Approved,
    CaseOpened,
    Event,
    Instructed,
    InvoiceIssued,
    MailReceived,
    PaymentReceived,
    QuestionAnswered,
    QuestionAsked,
    Recollection,
    Rejected,
    Routed,
)
from ledger.domain.facts import Fact
from ledger.domain.values import Attachment, Money
from ledger.domain.verdicts import Allow, Ask, FiredRule, Receipt

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ADA = "ada@example.com"
CASE = "lead-00000001"


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def an_item(
    item: str, titles: tuple[str, str, str], price: int, floor: int, unit: str, *names: str
) -> PriceItem:
    return PriceItem(
        id=item,
        title=titles[0],
        titles={Language.GERMAN: titles[1], Language.FRENCH: titles[2]},
        price=eur(price),
        floor=eur(floor),
        unit=unit,
        names=names,
    )


PRICES = (
    an_item(
        "website",
        ("Website design package", "Webdesign-Paket", "Création de site web"),
        240_000,
        200_000,
        "piece",
        "website",
        "homepage",
        "Webseite",
        "site web",
        "site internet",
    ),
    an_item(
        "logo",
        ("Logo design", "Logogestaltung", "Création de logo"),
        65_000,
        55_000,
        "piece",
        "logo",
        "Firmenlogo",
    ),
    an_item(
        "workshop",
        ("Workshop day", "Workshoptag", "Journée d'atelier"),
        120_000,
        100_000,
        "day",
        "workshop",
        "training",
        "Schulung",
        "atelier",
        "formation",
    ),
    an_item(
        "care",
        ("Monthly care", "Monatliche Betreuung", "Maintenance mensuelle"),
        9_000,
        8_000,
        "month",
        "website care",
        "Wartung",
        "entretien",
    ),
)


def a_company(**more: Any) -> Company:
    fields: dict[str, Any] = {
        "id": "studio-nord",
        "name": "Studio Nord",
        "address": ("Beispielweg 7", "20095 Hamburg"),
        "email": "hello@studio-nord.example",
        "operator": Operator(name="Nora Lindt", email="nora@studio-nord.example"),
        "bank": Bank(holder="Studio Nord", iban="DE02120300000000202051"),
        "prices": PRICES,
        "guardrails": Guardrails(max_discount_bp=1_000, deadline_days=10),
        "tax": Tax(rate_bp=1_900),
    }
    return Company(**{**fields, **more})


class BenchWorld:
    """Everything a node may read. `answers` are what a model says, in order; none: no model."""

    def __init__(
        self, company: Company | None = None, answers: list[str | ModelUnavailable] | None = None
    ) -> None:
        self.configured = company or a_company()
        self.time = NOW
        self.answers = answers
        self.asked: list[ModelRequest] = []
        self.recalled: tuple[Recollection, ...] = ()
        self.contact = Contact(
            id="con-ada", name="Ada Muster", address=ADA, persons=("p-ada",), cases=(CASE,)
        )
        self.allow = False
        self.gathered: Gathered | None = Gathered()
        self.actions: dict[str, dict[str, Any]] = {}
        self.held: tuple[Any, ...] = ()
        self.owed: tuple[Any, ...] = ()

    async def now(self) -> datetime:
        return self.time

    async def company(self) -> Company:
        return self.configured

    async def recall(self, request: RecallRequest) -> Remembered:
        return Remembered(episodes=self.recalled)

    async def gate(
        self, case: str, person: str, proposed: ActionProposed, alongside: Any
    ) -> GateDecision:
        fired = (FiredRule("test", "ask", "It is a test."),)
        verdict = Allow(fired, "1@test") if self.allow else Ask(fired, "1@test")
        return GateDecision(verdict=verdict, input_json="{}")

    async def entity(self, kind: str, entity_id: str) -> dict[str, Any] | None:
        if kind == "action":
            return self.actions.get(entity_id)
        known = kind == "contact" and entity_id == self.contact.id
        return msgspec.to_builtins(self.contact) if known else None

    async def find(self, kind: str, key: str) -> list[dict[str, Any]]:
        return []

    async def known(self, contact: str) -> tuple[Any, ...]:
        return self.held

    async def workday(self, on: date, after: int, country: str) -> datetime:
        return datetime.combine(on + timedelta(days=after), time(9), UTC)

    async def promised(self, contact: str) -> tuple[Any, ...]:
        return self.owed

    async def gather(self, asked: Gathering) -> Gathered | None:
        return self.gathered

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        if self.answers is None:
            raise ModelUnavailable("unconfigured", "no model is configured")
        if not self.answers:
            raise ModelUnavailable("error", "the model is gone")
        answer = self.answers.pop(0)
        if isinstance(answer, ModelUnavailable):
            raise answer
        return ModelAnswer(text=answer, model="tiny", microusd=10)


class Bench:
    """Delivers facts to one case and keeps what came out."""

    def __init__(self, world: BenchWorld | None = None) -> None:
        self.world = world or BenchWorld()
        self.state: CaseState = {}
        self.version = 0
        self.out: list[Event] = []
        self.desk = 0
        self.heard: list[tuple[Fact, Fact | None, list[Event]]] = []

    @property
    def deal(self) -> Deal:
        return deal_of(self.state.get("deal"))

    async def deliver(self, event: Event, source: Fact | None = None) -> list[Event]:
        """One delivery through all nodes; returns what was said."""
        self.version += 1
        fact = self._fact(event, CASE, self.version, "p-ada")
        self.state = {
            **self.state,
            "fact": fact_json(fact),
            "source": fact_json(source) if source else None,
            "understood": None,
            "recalled": None,
            "moves": [],
            "briefs": [],
            "proposed": [],
            "drafted": [],
            "out": [],
        }  # type: ignore[typeddict-item]  # cleared as await_fact does
        for node in (understand, recall, plan):
            await self._run(node)
        for brief in self.state["briefs"]:
            await self._run(delegate, {**self.state, "brief": brief})
        for node in (review, gate, report):
            await self._run(node)
        self.out = [event_of(entry["event"]) for entry in self.state["out"]]
        self.heard.append((fact, source, self.out))
        self.version += len(self.out)
        for action in self.actions():
            self.world.actions[action.action] = {
                "provenance": msgspec.to_builtins(action.provenance)
            }
        return self.out

    async def _run(self, node: Any, given: Any = None) -> None:
        update = await node(given or self.state, self.world)
        for key, value in update.items():
            grows = key in ("out", "drafted")
            self.state[key] = collect(self.state[key], value) if grows else value  # type: ignore[literal-required]

    def _fact(self, event: Event, case: str, version: int, person: str) -> Fact:
        name = f"{case}-{version:04d}"
        return Fact(
            id=name,
            seq=version,
            company="studio-nord",
            case=case,
            version=version,
            at=NOW,
            event=event,
            key=name,
            by="test",
            person=person,
        )

    def on_desk(self, event: Event, person: str = "p-ada") -> Fact:
        self.desk += 1
        return self._fact(event, "desk", self.desk, person)

    # --- what happens to a case -----------------------------------------------------------------

    async def mail(
        self, text: str, *, subject: str = "", sender: str = "same", **more: Any
    ) -> list[Event]:
        """A customer's mail, routed to the case; the first one opens it."""
        first = not self.deal.opened
        known = [one.message_id for one in self.deal.doing if one.message_id]
        event = MailReceived(
            raw_sha256="0" * 64,
            size=len(text),
            message_id=f"m{self.desk}@example.com",
            in_reply_to=more.pop("in_reply_to", known[-1] if known else ""),
            sender=ADA,
            sender_name="Ada Muster",
            text=text,
            subject=subject or ("Request" if first else "Re: Request"),
            **more,
        )
        fact = self.on_desk(event, "p-ada" if sender == "same" else "p-eve")
        if first:
            await self.deliver(
                CaseOpened(kind="lead", fact=fact.id, contact="con-ada", title=event.subject), fact
            )
        return await self.deliver(
            Routed(fact=fact.id, kind="mail", why="thread", sender=sender), fact
        )

    async def paid(self, minor: int, currency: str = "EUR", payment: str = "pay-1") -> list[Event]:
        event = PaymentReceived(
            payment=payment,
            amount=Money(minor, currency),
            booked_on=date(2026, 12, 1),
            source="bank",
        )
        fact = self.on_desk(event)
        return await self.deliver(Routed(fact=fact.id, kind="payment", why="number"), fact)

    async def done(self, action: str, documents: tuple[Attachment, ...] = ()) -> list[Event]:
        receipt = Receipt(provider="test", reference="r", documents=documents)
        return await self.deliver(ActionSucceeded(action=action, n=1, receipt=receipt))

    async def approve(self, proposed: ActionProposed) -> list[Event]:
        """The tap, and what the dispatcher does about it."""
        await self.deliver(
            Approved(
                approval="apr",
                action=proposed.action,
                sha256=proposed.sha256,
                operator="nora",
                channel="console",
                tap="t",
            )
        )
        if isinstance(proposed.command, IssueInvoice):
            await self.deliver(self._issued(proposed, proposed.command))
            pdf = Attachment(
                name="2026-0001.pdf", media_type="application/pdf", size=9, sha256="a" * 64
            )
            return await self.done(proposed.action, (pdf,))
        return await self.done(proposed.action)

    def _issued(self, proposed: ActionProposed, command: IssueInvoice) -> InvoiceIssued:
        return InvoiceIssued(
            invoice="inv-1",
            number="2026-0001",
            series="2026",
            action=proposed.action,
            proposal=command.proposal,
            version=command.version,
            contact=command.contact,
            lines=command.lines,
            net=eur(0),
            total=command.total,
            issued_on=NOW.date(),
            service_date=command.service_date,
            due_on=date(2026, 12, 6),
        )

    async def answer(self, choice: str = "", text: str = "") -> list[Event]:
        """The operator answers the newest open question."""
        return await self.deliver(
            QuestionAnswered(
                question=self.deal.open[-1].question,
                operator="nora",
                channel="console",
                choice=choice,
                text=text,
            )
        )

    async def say(self, text: str, action: str = "") -> list[Event]:
        return await self.deliver(
            Instructed(operator="nora", channel="console", action=action, text=text)
        )

    async def reject(self, action: str, reason: str) -> list[Event]:
        return await self.deliver(
            Rejected(
                approval="apr",
                action=action,
                operator="nora",
                channel="console",
                tap="t",
                reason=reason,
            )
        )

    # --- what came of it ------------------------------------------------------------------------

    def actions(self) -> list[ActionProposed]:
        return [event for event in self.out if isinstance(event, ActionProposed)]

    def action(self) -> ActionProposed:
        (found,) = self.actions()
        return found

    def questions(self) -> list[QuestionAsked]:
        return [event for event in self.out if isinstance(event, QuestionAsked)]

    def question(self) -> QuestionAsked:
        (found,) = self.questions()
        return found

    def said(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.out if isinstance(event, kind)]


async def offered(text: str = "We need a new website.", world: BenchWorld | None = None) -> Bench:
    """A case whose first offer has left."""
    bench = Bench(world)
    await bench.mail(text)
    await bench.approve(bench.action())
    return bench


async def billed(world: BenchWorld | None = None) -> Bench:
    """A case whose invoice has left."""
    bench = await offered(world=world)
    await bench.mail("Yes, please go ahead.")
    await bench.approve(bench.action())
    await bench.approve(bench.action())
    return bench


@pytest.fixture
def bench() -> Bench:
    """A case without a fact yet, and no model."""
    return Bench()


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """A case on a world of one's own: `make_bench(answers=[…], company=…)`."""
    return lambda **world: Bench(BenchWorld(**world))


@pytest.fixture
def an_offer() -> Callable[..., Awaitable[Bench]]:
    """A case whose first offer has left."""

    async def make(text: str = "We need a new website.", **world: Any) -> Bench:
        return await offered(text, BenchWorld(**world))

    return make


@pytest.fixture
def a_bill() -> Callable[..., Awaitable[Bench]]:
    """A case whose invoice has left."""

    async def make(**world: Any) -> Bench:
        return await billed(BenchWorld(**world))

    return make


@pytest.fixture
def company() -> Company:
    """Studio Nord: a website, logos, workshop days and monthly care."""
    return a_company()
