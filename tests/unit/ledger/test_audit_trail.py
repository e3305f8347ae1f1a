from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ledger.audit import Trail, explain, find_step, read_trail, trail, why_not
from ledger.audit import entries as line
from ledger.audit.lines import LINES, SILENT
from ledger.domain import events
from ledger.domain.errors import UnknownFact
from ledger.domain.events import EVENT_TYPES, Alternative, Event, PlanStep, Recollection
from ledger.domain.facts import Fact
from ledger.domain.values import DESK, Money, Provenance, Trust
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Receipt

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHA = "7c" * 32


class Book:
    """Facts written one after another; also a history."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def note(
        self, event: Event, case: str = "lead-1", cause: str = "", *, erased: bool = False
    ) -> str:
        number = len(self.facts) + 1
        self.facts.append(
            Fact(
                id=f"f{number}",
                seq=number,
                company="c",
                case=case,
                version=1 + sum(each.case == case for each in self.facts),
                at=NOON + timedelta(minutes=number),
                event=event,
                key=str(number),
                by="book",
                cause=cause,
                erased=erased,
            )
        )
        return f"f{number}"

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [each for each in self.facts if each.case == case and each.version > after]

    async def fact(self, fact_id: str) -> Fact:
        for each in self.facts:
            if each.id == fact_id:
                return each
        raise UnknownFact(fact_id)

    async def trail(self) -> Trail:
        return await read_trail(self, "lead-1")


def mail(**more: Any) -> events.MailReceived:
    base: dict[str, Any] = {
        "raw_sha256": "",
        "size": 1,
        "message_id": "m1",
        "sender": "ada@byron.example",
        "subject": "Website",
        "text": "Hello,\nwe need one.",
    }
    return events.MailReceived(**(base | more))


@pytest.fixture
def book() -> Book:
    """A lead that became an approved and sent offer."""
    book = Book()
    came = book.note(mail(notes=("cut after 50,000 signs",)), DESK)
    opened = book.note(events.CaseOpened(kind="lead", fact=came, title="Website"), cause=came)
    book.note(events.ContactCreated(contact="con-1", name="Ada"), cause=came)
    routed = book.note(events.Routed(fact=came, kind="mail", why="new lead"), cause=opened)
    think(book, routed)
    propose(book, routed)
    tap = book.note(
        events.Tapped(
            approval="apr-1", verb="approve", sha256=SHA, operator="nora", channel="console"
        ),
        DESK,
    )
    book.note(
        events.Approved(
            approval="apr-1",
            action="act-1",
            sha256=SHA,
            operator="nora",
            channel="console",
            tap=tap,
        ),
        cause=tap,
    )
    send(book)
    return book


def think(book: Book, cause: str) -> None:
    book.note(
        events.Understood(fact=cause, intent="request", language="en", by="patterns"), cause=cause
    )
    episode = Recollection("e1", "outcome", "lead-0", ("f0",), 12, 0.9, "They paid on time")
    book.note(events.Recalled(episodes=(episode,), degraded="no vectors"), cause=cause)
    book.note(
        events.PlanMade(
            goal="Win",
            planner="playbook",
            steps=(PlanStep("1", "offer"),),
            why="On the list.",
            not_taken=(("Offer a discount", "nobody asked"),),
        ),
        cause=cause,
    )
    book.note(
        events.DecisionRecorded(
            decision="d1",
            topic="price",
            chosen="list price",
            by="coo",
            evidence=("f1",),
            alternatives=(Alternative("half price", "below the floor"),),
        ),
        cause=cause,
    )


def propose(book: Book, cause: str) -> None:
    book.note(
        events.ActionProposed(
            action="act-1",
            name="SendProposal",
            risk="irreversible",
            sha256=SHA,
            agent="drafter",
            amount=Money(285_600, "EUR"),
            provenance={"total": Provenance(("f1",), Trust.VERIFIED)},
        ),
        cause=cause,
    )
    judged(book, Ask((FiredRule("first", "ask", "First mail."),), "1@abc"), cause=cause)
    book.note(
        events.ApprovalRequested(
            approval="apr-1", action="act-1", sha256=SHA, expires_at=NOON + timedelta(days=2)
        ),
        cause=cause,
    )


def judged(book: Book, verdict: Any, phase: str = "proposal", cause: str = "") -> None:
    event = events.VerdictGiven(
        action="act-1", sha256=SHA, phase=phase, verdict=verdict, input_sha256=""
    )
    book.note(event, cause=cause)


def send(book: Book) -> None:
    started = events.AttemptStarted(
        action="act-1", n=1, sha256=SHA, connector="maildir", capability="keyed"
    )
    book.note(started)
    judged(book, Allow((), "1@abc"), "execution")
    book.note(events.ActionSucceeded(action="act-1", n=1, receipt=Receipt("maildir", "m2")))


def kinds(found: Trail) -> list[str]:
    return [type(entry).__name__ for entry in found.entries]


def test_every_event_has_a_line_or_is_left_out_on_purpose() -> None:
    assert set(LINES) & SILENT == set()
    assert {kind.__name__ for kind in set(LINES) | SILENT} == set(EVENT_TYPES)


async def test_the_chain_runs_from_the_mail_to_the_receipt(book: Book) -> None:
    assert kinds(await book.trail()) == [
        "Noted",
        "WhoItWas",
        "CameIn",
        "Understanding",
        "Remembered",
        "Planned",
        "Chose",
        "Proposed",
        "Judged",
        "Asked",
        "Decided",
        "Tried",
        "Judged",
        "Proved",
    ]


async def test_what_came_in_is_told_with_sender_time_key_and_what_was_wrong(book: Book) -> None:
    (came,) = [e for e in (await book.trail()).entries if isinstance(e, line.CameIn)]
    assert (came.kind, came.who, came.routed) == ("mail", "ada@byron.example", "new lead")
    assert came.came_at == NOON + timedelta(minutes=1)
    assert came.summary == "Website – Hello, we need one."
    assert came.notes == ("cut after 50,000 signs",)


async def test_what_was_remembered_has_its_age_and_what_was_missing(book: Book) -> None:
    (found,) = [e for e in (await book.trail()).entries if isinstance(e, line.Remembered)]
    assert found.episodes[0].age_days == 12
    assert found.degraded == "no vectors"


async def test_who_approved_which_bytes_when_and_through_which_channel(book: Book) -> None:
    (decided,) = [e for e in (await book.trail()).entries if isinstance(e, line.Decided)]
    assert (decided.how, decided.who, decided.channel) == ("approved", "nora", "console")
    assert decided.sha256 == SHA
    tapped = next(fact for fact in book.facts if isinstance(fact.event, events.Tapped))
    assert decided.tapped_at == tapped.at


async def test_every_verdict_names_its_rules_and_policy(book: Book) -> None:
    first, again = [e for e in (await book.trail()).entries if isinstance(e, line.Judged)]
    assert first.verdict.fired[0].rule == "first"
    assert (first.phase, again.phase) == ("proposal", "execution")
    assert again.verdict.policy == "1@abc"


async def test_costs_add_up_also_those_of_calls_in_vain(book: Book) -> None:
    call = {"call": "c", "model": "m", "part": "plan", "microusd": 700}
    tokens = {"prompt_tokens": 90, "answer_tokens": 10, "prompt_sha256": "", "milliseconds": 5}
    book.note(events.ModelCallRecorded(**call, **tokens))
    left = {"reserved": 700, "reserved_on": NOON.date()}
    book.note(events.ModelCallFailed(**call, **left, reason="deadline", cause="too slow"))
    refused = {**call, "microusd": 0}
    book.note(events.ModelCallFailed(**refused, reason="budget", cause="it is used up"))
    cost = (await book.trail()).cost
    assert (cost.microusd, cost.calls, cost.failed_calls, cost.tokens) == (1_400, 2, 1, 100)
    assert (cost.effects, cost.cards, cost.questions) == (1, 1, 0)


async def test_an_opening_that_is_not_routed_is_itself_what_came_in(book: Book) -> None:
    only = [fact for fact in book.facts if isinstance(fact.event, events.CaseOpened)]
    assert kinds(trail(only, {"f1": book.facts[0]})) == ["CameIn"]


def test_a_source_that_is_lost_leaves_a_line_that_says_so() -> None:
    book = Book()
    book.note(events.Routed(fact="gone", kind="mail", why="x"))
    (entry,) = trail(book.facts, {}).entries
    assert isinstance(entry, line.CameIn)
    assert entry.kind == "unknown"


@pytest.mark.parametrize(
    ("event", "kind", "summary"),
    [
        (events.OperatorSaid(operator="n", channel="c", text="Be  brief"), "said", "Be brief"),
        (
            events.Tapped(
                approval="a", verb="reject", sha256="", operator="n", channel="c", text="no"
            ),
            "tap",
            "reject no",
        ),
        (
            events.QuestionReplied(question="q", operator="n", channel="c", choice="a1"),
            "answer",
            "a1",
        ),
        (
            events.StopOrdered(scope="case", target="lead-1", operator="n", channel="c"),
            "stop",
            "case lead-1",
        ),
        (events.ResumeOrdered(scope="all", target="", operator="n", channel="c"), "resume", "all"),
        (events.RetryOrdered(target="act-1", operator="n", channel="c"), "retry", "act-1"),
        (
            events.AlarmRang(alarm="a", case="lead-1", due=NOON),
            "alarm",
            "due 2026-11-22 12:00 UTC",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_whatever_reaches_a_case_is_told(event: Event, kind: str, summary: str) -> None:
    book = Book()
    source = book.note(event, DESK)
    book.note(events.Routed(fact=source, kind="x", why="y"))
    (entry,) = trail(book.facts[1:], {source: book.facts[0]}).entries
    assert isinstance(entry, line.CameIn)
    assert (entry.kind, entry.summary) == (kind, summary)


async def test_a_payment_names_its_amount_and_the_invoices_number() -> None:
    book = Book()
    paid = events.PaymentReceived(
        payment="p", amount=Money(500, "EUR"), booked_on=date(2026, 11, 20), source="bank"
    )
    source = book.note(paid, DESK)
    issued = events.InvoiceIssued(
        invoice="inv-1",
        number="2026-0001",
        series="2026",
        action="act-1",
        proposal="pro-1",
        version=1,
        contact="con-1",
        lines=(),
        net=Money(500, "EUR"),
        total=Money(500, "EUR"),
        issued_on=date(2026, 11, 1),
        service_date=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
    )
    book.note(issued)
    book.note(events.Routed(fact=source, kind="payment", why="number"))
    book.note(
        events.PaymentMatched(payment="p", invoice="inv-1", amount=Money(500, "EUR"), fact=source)
    )
    _, came, matched = (await book.trail()).entries
    assert isinstance(came, line.CameIn)
    assert isinstance(matched, line.Paid)
    assert came.amount == Money(500, "EUR")
    assert matched.number == "2026-0001"


async def test_an_erased_person_leaves_the_chain_standing(book: Book) -> None:
    before = kinds(await book.trail())
    emptied = {"sender": "", "subject": "", "text": ""}
    erased = msgspec.structs.replace(book.facts[0].event, **emptied)
    book.facts[0] = msgspec.structs.replace(book.facts[0], event=erased, erased=True)
    after = await book.trail()
    assert kinds(after) == before
    assert [entry.erased for entry in after.entries if isinstance(entry, line.CameIn)] == [True]


def test_no_facts_are_an_empty_trail() -> None:
    empty = trail([], {})
    assert empty.entries == ()
    assert find_step(empty, "") is None


# --- why -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", ["act-1", "8", "f9"])
async def test_a_step_is_found_by_action_number_or_fact(book: Book, thing: str) -> None:
    step = find_step(await book.trail(), thing)
    assert isinstance(step, line.Proposed)


async def test_a_step_is_found_by_its_approval(book: Book) -> None:
    assert isinstance(find_step(await book.trail(), "apr-1"), line.Asked)
    assert find_step(await book.trail(), "apr-9") is None


async def test_without_a_name_the_last_telling_step_is_meant(book: Book) -> None:
    book.note(events.Told(topic="x", text="y"))
    assert isinstance(find_step(await book.trail(), ""), line.Proved)


async def test_why_goes_back_over_approval_verdict_plan_and_memory_to_the_mail(book: Book) -> None:
    found = await book.trail()
    step = find_step(found, "14")
    assert step is not None
    assert isinstance(step, line.Proved)
    chain = [type(entry).__name__ for entry in explain(found, step).chain]
    assert chain == [
        "WhoItWas",
        "CameIn",
        "Understanding",
        "Remembered",
        "Planned",
        "Chose",
        "Proposed",
        "Judged",
        "Asked",
        "Decided",
        "Tried",
        "Judged",
    ]


async def test_why_does_not_drag_in_an_earlier_message(book: Book) -> None:
    came = book.note(mail(message_id="m3", subject="Thanks"), DESK)
    routed = book.note(events.Routed(fact=came, kind="mail", why="reply"), cause=came)
    book.note(
        events.PlanMade(goal="Wait", planner="playbook", steps=(), why="Nothing."), cause=routed
    )
    found = await book.trail()
    step = next(e for e in reversed(found.entries) if isinstance(e, line.Planned))
    chain = explain(found, step).chain
    assert [type(entry).__name__ for entry in chain] == ["WhoItWas", "CameIn"]


async def test_an_explanation_names_what_became_of_it_and_what_was_left_out(book: Book) -> None:
    found = await book.trail()
    step = find_step(found, "act-1")
    assert step is not None
    told = explain(found, step)
    assert [type(entry).__name__ for entry in told.later] == [
        "Judged",
        "Asked",
        "Decided",
        "Tried",
        "Judged",
        "Proved",
    ]
    assert [(each.kind, each.what) for each in told.not_taken] == [
        ("plan", "Offer a discount"),
        ("alternative", "half price"),
    ]


@pytest.mark.parametrize(
    ("event", "kind", "what"),
    [
        (
            events.ActionWithheld(action="act-1", why="stopped", detail="A stop.", remedy="r"),
            "withheld",
            "SendProposal",
        ),
        (
            events.TapRefused(
                tap="t", approval="apr-1", operator="x", channel="c", why="a stranger"
            ),
            "refused",
            "apr-1",
        ),
        (
            events.ApprovalSuperseded(approval="apr-1", action="act-1", why="She wrote."),
            "superseded",
            "SendProposal",
        ),
        (events.ApprovalExpired(approval="apr-1", action="act-1"), "expired", "SendProposal"),
        (
            events.Rejected(
                approval="apr-1",
                action="act-1",
                operator="n",
                channel="c",
                tap="t",
                reason="too cheap",
            ),
            "rejected",
            "SendProposal",
        ),
        (
            events.VerdictGiven(
                action="act-1",
                sha256=SHA,
                phase="proposal",
                verdict=Deny((FiredRule("floor", "deny", "Below the floor."),), "1@abc"),
                input_sha256="",
            ),
            "denied",
            "SendProposal",
        ),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Event) else "",
)
async def test_why_not_tells_whatever_kept_something_from_happening(
    book: Book, event: Event, kind: str, what: str
) -> None:
    book.note(event)
    newest = why_not(await book.trail())[0]
    assert (newest.kind, newest.what) == (kind, what)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("discount", 1), ("discounts?", 1), ("half price", 1), ("", 2), ("a yacht", 0)],
)
async def test_why_not_narrows_to_what_is_asked_about(book: Book, asked: str, found: int) -> None:
    assert len(why_not(await book.trail(), asked)) == found


async def test_a_rule_that_forbade_it_answers_why_not(book: Book) -> None:
    judged(book, Deny((FiredRule("floor", "deny", "Below the floor."),), "1@abc"))
    (found,) = why_not(await book.trail(), "floor deny")[:1] or why_not(
        await book.trail(), "denied"
    )
    assert found.fired[0].reason == "Below the floor."
    assert found.policy == "1@abc"


async def test_the_same_facts_give_the_same_trail(book: Book) -> None:
    assert await book.trail() == await book.trail()
