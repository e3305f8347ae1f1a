"""The playbook for deals that are billed in parts: what is due now, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from graph.agents.having import speaks_of_having
from graph.answers import AnswerId, plain_option
from graph.deal import PENDING, Deal, Progress
from graph.moves import AnyMove, Choice, IssueInvoice, RecordWork, TellOperator, WithdrawQuestion
from graph.planners.steps import CLOSE, LEAVE, REPLY, asking, before, telling
from graph.situation import Situation
from graph.slots import Slots
from ledger.domain.billing import DELIVERY, BillingPlan, Trigger
from ledger.domain.entities import Done
from ledger.domain.events import MailReceived, WorkReported

TOPIC = "billing"

_TRIED = PENDING | {Progress.REJECTED, Progress.DENIED, Progress.EXPIRED, Progress.FAILED}


def next_part(deal: Deal) -> tuple[AnyMove, ...]:
    """The invoice of the part that is due, unless it was tried; () for none."""
    if not deal.due_part or _issuing(deal) or deal.closed:
        return ()
    tried = (one for one in deal.doing if one.name == "IssueInvoice")
    if any(one.part == deal.due_part and one.progress in _TRIED for one in tried):
        return ()
    return (IssueInvoice(version=deal.accepted, part=deal.due_part),)


def first_part(plan: BillingPlan) -> tuple[AnyMove, ...]:
    """What an acceptance makes due; where that is nothing, what is waited for."""
    if plan.triggered(1, accepted=True, done=()):
        return ()
    text = f"The offer is accepted. {_waits(plan, (1,))}"
    return (TellOperator(topic=TOPIC, text=text),)


def waits_for(deal: Deal) -> str:
    """`The final invoice waits for: delivered.`; "" where nothing waits."""
    plan, gone = deal.plan, deal.left_out
    if plan is None:
        return ""
    said = (_reversed(plan, place) for place in deal.awaited if place in gone)
    return " ".join((*said, _waits(plan, [p for p in deal.awaited if p not in gone]))).strip()


def _reversed(plan: BillingPlan, place: int) -> str:
    """A part whose invoice was reversed: how it is billed after all."""
    what = f"The {plan.called(place)} was reversed or refused"
    if plan.parts[place - 1].trigger is Trigger.ACCEPTANCE and place < len(plan.parts):
        return f"{what}: the {plan.called(len(plan.parts))} bills it."
    return f"{what}: say once more `{plan.awaits(place)}`, and it is billed again."


def _waits(plan: BillingPlan, places: Iterable[int]) -> str:
    said = (f"The {plan.called(place)} waits for: {plan.awaits(place)}." for place in places)
    return " ".join(said)


def asked_whether_delivered(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    """The customer speaks as one who has it: whether it is delivered, the operator says. ()
    where they do not, or nothing waits for it."""
    plan, heard = s.deal.plan, _mail(s)
    waits = plan is not None and len(plan.parts) in s.deal.awaited and not s.deal.closed
    if plan is None or heard is None or not waits or not speaks_of_having(heard.event.text):
        return ()
    on = heard.at.date()
    text = (
        f"They write as if it were delivered ({slots.intent.value.replace('_', ' ')}). The "
        f"{plan.called(len(plan.parts))} of {s.deal.number} waits for your word, so nothing was "
        "billed. Is it delivered?"
    )
    options = (
        plain_option(AnswerId.DELIVERED, f"Yes, delivered on {on}: bill it", on.isoformat()),
        plain_option(AnswerId.NOT_YET, "No, not yet"),
        REPLY,
    )
    ask = asking(
        s, TOPIC, text, "Only you can say that it is delivered.", options,
        recommendation=f"Was it another day? `delivered {s.deal.case} DAY` says which.",
    )  # fmt: skip
    return before(_whether(s.deal, "They wrote again."), (ask,))


def _mail(s: Situation) -> _Heard | None:
    """The customer's mail that is acted on, where this delivery has it."""
    fact = s.source or s.fact
    event = fact.event
    return _Heard(event, fact.at) if isinstance(event, MailReceived) else None


class _Heard(NamedTuple):
    event: MailReceived
    at: datetime


def _whether(deal: Deal, why: str) -> tuple[AnyMove, ...]:
    """Takes back the question whether it is delivered."""
    return tuple(
        WithdrawQuestion(question=one.question, why=why)
        for one in deal.open
        if AnswerId.NOT_YET in one.options
    )


def on_delivered(s: Situation, day: str) -> tuple[Choice, ...]:
    """The operator was asked whether it is delivered, and says yes."""
    return _reported(s, DELIVERY, date.fromisoformat(day))


def on_work(s: Situation, event: WorkReported) -> tuple[Choice, ...]:
    """The operator says that work is done: the part that waited for it is billed."""
    found = _reported(s, event.work, event.on or (s.source or s.fact).at.date())
    over = event.work == DELIVERY
    return before(_whether(s.deal, "You said that it is delivered."), found) if over else found


def _reported(s: Situation, work: int, on: date) -> tuple[Choice, ...]:
    deal, plan = s.deal, s.deal.plan
    what = _called(plan, work)
    if deal.closed:
        text = f"The case is closed, so nothing was billed for {what}. `undo {deal.case}` opens it."
        return (telling(TOPIC, text, "The case is closed."),)
    if plan is None or work > len(plan.milestones):
        text = f"No part of what is billed in this case waits for {what}. Nothing was billed."
        return (telling(TOPIC, text, "Nothing waits for it."),)
    billed = deal.standing.get(plan.place_of(work)) or deal.standing.get(len(plan.parts))
    if billed is not None:
        text = f"That was billed already with invoice {billed.number}. Nothing more was billed."
        return (telling(TOPIC, text, "It is billed."),)
    if on > s.today:
        text = f"{on} is still to come. Say it once it is done; nothing was billed."
        return (telling(TOPIC, text, "It is not done yet."),)
    return (_recorded(s, work, RecordWork(work=work, on=on, fact=s.cause)),)


def _recorded(s: Situation, work: int, record: RecordWork) -> Choice:
    why = f"You said: {_called(s.deal.plan, work)}."
    if _issuing(s.deal):
        text = "Noted. Another invoice of this case waits for you; decide that first, this follows."
        moves: tuple[AnyMove, ...] = (record, TellOperator(topic=TOPIC, text=text))
        return Choice(id="work-done", moves=moves, why=why)
    place = _due_after(s.deal, record)
    if not place:
        text = f"Noted. {waits_for(s.deal)}"
        return Choice(id="work-done", moves=(record, TellOperator(topic=TOPIC, text=text)), why=why)
    issue = IssueInvoice(version=s.deal.accepted, part=place)
    return Choice(id="bill-part", moves=(record, issue), why=why)


def _due_after(deal: Deal, record: RecordWork) -> int:
    asked = deal.plan.place_of(record.work) if deal.plan else 0
    left_out = tuple(place for place in deal.left_out if place != asked)
    done = (*deal.done, Done(record.work, record.on))
    return replace(deal, done=done, left_out=left_out).due_part


def _issuing(deal: Deal) -> bool:
    open_ends = PENDING | {Progress.UNKNOWN}
    return any(one.name == "IssueInvoice" and one.progress in open_ends for one in deal.doing)


def _called(plan: BillingPlan | None, work: int) -> str:
    if not work:
        return "the delivery"
    known = plan is not None and work <= len(plan.milestones)
    return plan.awaits(plan.place_of(work)) if plan and known else f"milestone {work}"


def going_on(s: Situation, said: str) -> Choice:
    """A part was reversed: whether the project goes on is not for Coo to say."""
    waits = waits_for(s.deal)
    text = (
        f"{said} Is the project over? Close the case where it is; else leave it, and what is "
        f"left is billed as agreed. {waits}"
    ).strip()
    return asking(s, TOPIC, text, "A part of the deal is reversed.", (CLOSE, LEAVE))
