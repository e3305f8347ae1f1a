"""The playbook: from lead to invoice without a model. Read it as a table of contents.

`choices` returns what may sensibly be done about a fact, the playbook's own pick first. The
model planner picks from the very same list, so it can never reach for more.
"""

from __future__ import annotations

from msgspec.structs import replace

from graph.moves import Choice
from graph.ordering import renewed
from graph.planners.matching import on_matched, on_unmatched
from graph.planners.messages import on_message, on_note
from graph.planners.orders import on_answer, on_instruction, on_rejection
from graph.planners.outcomes import (
    afresh,
    on_absence,
    on_alarm,
    on_bounce,
    on_brought,
    on_failure,
    on_held,
    on_refused_tap,
    on_success,
    on_unknown,
    on_withheld,
)
from graph.planners.own_word import on_own_word
from graph.planners.parts import on_work
from graph.planners.payments import on_payment
from graph.planners.reminding import interrupted
from graph.planners.repricing import on_prices
from graph.planners.steps import telling, waiting
from graph.planners.undoing import on_undo
from graph.planners.wording import left_out
from graph.ports import World
from graph.situation import Planned, Situation
from graph.wishes import Wish
from ledger.domain.events import (
    AbsenceNoted,
    ActionFailed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    AlarmRang,
    ApprovalSuperseded,
    CaseOpened,
    DocumentReceived,
    DoneByOperator,
    Instructed,
    InvoiceBrought,
    MailBounced,
    MailReceived,
    OperatorActed,
    OperatorSaid,
    PaymentMatched,
    PaymentReceived,
    PaymentUnmatched,
    PricesChanged,
    QuestionAnswered,
    Rejected,
    Routed,
    TapRefused,
    UndoOrdered,
    WorkReported,
)
from ledger.domain.values import PLAYBOOK


class Playbook:
    """Always takes its own pick."""

    async def choose(self, situation: Situation, world: World) -> Planned:  # noqa: ARG002  # the port's shape; the playbook reads nothing
        """The playbook's pick, with the alternatives it did not take."""
        return Planned(choice=picked(choices(situation)), planner=PLAYBOOK)


def picked(options: tuple[Choice, ...], at: int = 0) -> Choice:
    """One of the choices, with the others as what was not taken."""
    taken = options[at]
    others = tuple(left_out(one.id) for one in options if one.id != taken.id)
    return replace(taken, not_taken=(*taken.not_taken, *others))


def choices(s: Situation) -> tuple[Choice, ...]:
    """What may be done about this fact, the playbook's own pick first; never empty."""
    found = _from_outside(s) if isinstance(s.fact.event, Routed) else _from_inside(s)
    return interrupted(s, found or waiting("Nothing to do about this fact."))


def _from_outside(s: Situation) -> tuple[Choice, ...]:
    match s.event:
        case MailReceived(automatic=sign) if sign:
            return on_note(s, sign)
        case MailReceived() if s.slots is not None:
            return on_message(s, s.slots)
        case PaymentReceived():
            money = s.deal.money(s.cause)
            return on_payment(s, money) if money else ()
        case AlarmRang() as event:
            purpose = next((one.purpose for one in s.deal.alarms if one.alarm == event.alarm), "")
            return on_alarm(s, event, purpose)
        case UndoOrdered() as event:
            return on_undo(s, event)
        case DocumentReceived():
            return renewed(s, "A document was handed in.")
        case WorkReported() as event:
            return on_work(s, event)
        case PricesChanged() as event:
            return on_prices(s, event)
        case OperatorSaid() as event:
            said = Instructed(operator=event.operator, channel=event.channel, text=event.text)
            return on_instruction(s, said, s.wish or Wish(rest=event.text))
        case _:
            return ()


def _from_inside(s: Situation) -> tuple[Choice, ...]:
    match s.fact.event:
        case Instructed() as event:
            return on_instruction(s, event, s.wish or Wish(rest=event.text))
        case Rejected() as event:
            return on_rejection(s, event, s.wish or Wish(rest=event.reason))
        case QuestionAnswered() as event:
            return on_answer(s, event, s.wish or Wish(rest=event.text))
        case OperatorActed() as event:
            return on_own_word(s, event)
        case PaymentMatched() as event:
            return on_matched(s, event)
        case PaymentUnmatched() as event:
            return on_unmatched(s, event)
        case CaseOpened() if isinstance(s.event, InvoiceBrought):
            return (on_brought(s.event),)
        case CaseOpened() as event if event.kind != "lead":
            return (_no_flow(event),)
        case _:
            return _from_dispatcher(s)


def _from_dispatcher(s: Situation) -> tuple[Choice, ...]:
    match s.fact.event:
        case ActionSucceeded() | DoneByOperator() as event:
            return on_success(s, event)
        case ActionFailed() as event:
            return on_failure(s, event)
        case ActionUnknown() as event:
            return on_unknown(s, event)
        case MailBounced() as event:
            return on_bounce(s, event)
        case AbsenceNoted() as event:
            return on_absence(event)
        case ActionWithheld() as event:
            return on_withheld(s, event)
        case ApprovalSuperseded(held=True) as event:
            return on_held(s, event)
        case ApprovalSuperseded():
            return afresh(s)
        case TapRefused() as event:
            return on_refused_tap(s, event)
        case _:
            return ()


def _no_flow(event: CaseOpened) -> Choice:
    text = (
        f"I have no playbook for a {event.kind} yet. I can turn a lead's mail into an offer, an "
        "invoice and a matched payment; `help` lists what else I understand."
    )
    return telling("no-playbook", text, f"There is no playbook for a {event.kind}.")
