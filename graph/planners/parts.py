"""The playbook for deals that are billed in parts: what is due now, and what waits for what."""

from __future__ import annotations

from msgspec.structs import replace

from graph.deal import PENDING, Deal, Progress
from graph.moves import AnyMove, Choice, IssueInvoice, RecordWork, TellOperator
from graph.planners.steps import CLOSE, LEAVE, asking, telling
from graph.situation import Situation
from ledger.domain.billing import BillingPlan
from ledger.domain.entities import Done
from ledger.domain.events import WorkReported

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
    return _waits(deal.plan, deal.awaited) if deal.plan else ""


def _waits(plan: BillingPlan, places: tuple[int, ...]) -> str:
    said = (f"The {plan.called(place)} waits for: {plan.awaits(place)}." for place in places)
    return " ".join(said)


def on_work(s: Situation, event: WorkReported) -> tuple[Choice, ...]:
    """The operator says that work is done: the part that waited for it is billed."""
    deal, plan = s.deal, s.deal.plan
    what = _called(plan, event.work)
    if deal.closed:
        text = f"The case is closed, so nothing was billed for {what}. `undo {deal.case}` opens it."
        return (telling(TOPIC, text, "The case is closed."),)
    if plan is None or event.work > len(plan.milestones):
        text = f"No part of what is billed in this case waits for {what}. Nothing was billed."
        return (telling(TOPIC, text, "Nothing waits for it."),)
    billed = deal.standing.get(plan.place_of(event.work)) or deal.standing.get(len(plan.parts))
    if billed is not None:
        text = f"That was billed already with invoice {billed.number}. Nothing more was billed."
        return (telling(TOPIC, text, "It is billed."),)
    on = event.on or (s.source or s.fact).at.date()
    if on > s.today:
        text = f"{on} is still to come. Say it once it is done; nothing was billed."
        return (telling(TOPIC, text, "It is not done yet."),)
    return (_recorded(s, event.work, RecordWork(work=event.work, on=on, fact=s.cause)),)


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
        f"left is billed as agreed. {waits} A reversed part is billed again once you say that its "
        "work is done; what was never billed is part of the final invoice."
    )
    return asking(s, TOPIC, text, "A part of the deal is reversed.", (CLOSE, LEAVE))
