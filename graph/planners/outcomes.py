"""The playbook for what became of an action: the next step, or what went wrong and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from msgspec.structs import replace

from graph.agents.reminder_texts import FOLLOW_UP as FOLLOWING
from graph.amounts import day_words
from graph.answers import AnswerId, plain_option
from graph.deal import PENDING, Deal, Doing, Progress, Stage
from graph.moves import (
    AnyMove,
    Choice,
    IssueInvoice,
    SendAgain,
    SendInvoice,
    WakeMe,
    WithdrawQuestion,
)
from graph.planners import wording
from graph.planners.crediting import credited, finished
from graph.planners.parts import next_part, waits_for
from graph.planners.reminding import (
    INVOICE_DUE,
    after_invoice,
    after_offer,
    on_time,
    unsent_follow_ups,
)
from graph.planners.steps import (
    CLOSE,
    DECLINE,
    HOLD,
    LEAVE,
    REPLY,
    asking,
    before,
    last_doing,
    telling,
    waiting,
)
from graph.planners.undoing import left_after_all, reopened
from graph.situation import Situation
from ledger.domain.events import (
    AbsenceNoted,
    ActionFailed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    AlarmRang,
    ApprovalSuperseded,
    DoneByOperator,
    InvoiceBrought,
    MailBounced,
    TapRefused,
)
from ledger.domain.going_live import brought_id

OFFER_EXPIRES = "offer-expires:"
"""The purpose of the alarm at an offer's end; its version follows."""

_MOVED = "The world moved while it waited, so I look at it afresh."
_WAYS_BACK = frozenset({"IssueCreditNote", "SendCreditNote", "ReopenCase"})
"""Actions that make sense in a closed case as well."""

_UNSETTLED = frozenset({Progress.UNKNOWN, Progress.FAILED, Progress.BOUNCED})

_MORNING = time(8, tzinfo=UTC)
_GRACE = timedelta(days=3)


def on_success(s: Situation, event: ActionSucceeded | DoneByOperator) -> tuple[Choice, ...]:
    """An effect happened: what comes next in the flow from lead to invoice."""
    answered = [one.question for one in s.deal.open if one.about == event.action]
    withdrawn = tuple(WithdrawQuestion(question=one, why="It is done.") for one in answered)
    doing = s.deal.action(event.action)
    if doing is not None and doing.unwanted:
        return before(withdrawn, left_after_all(s, doing))
    return before(withdrawn, after(s, doing))


def after(s: Situation, doing: Doing | None) -> tuple[Choice, ...]:  # noqa: C901, PLR0911, PLR0912  # one line a step: a table
    """The step after an action that reached the world, by Coo or by hand."""
    if doing is None:
        return waiting("It belongs to no step of this case.")
    match doing.name:
        case "SendProposal" if s.deal.accepted or s.deal.closed:
            return waiting("The offer is out, and answered already.")
        case "SendProposal":
            return _with_more(_expiry(s.deal, doing), after_offer(s, doing.version))
        case "IssueInvoice" if _next_waits(s.deal):
            return waiting("The next step waits already.")
        case "IssueInvoice" if s.deal.owing is not None and not s.deal.owing.sent:
            return (
                Choice(id="send-invoice", moves=(SendInvoice(),), why="The invoice is issued."),
            )
        case "IssueInvoice":
            text = (
                "You issued the invoice yourself, so I cannot match its payment. "
                "Close the case when it is paid."
            )
            return (telling("by-hand", text, "The invoice is not in the ledger."),)
        case "IssueCreditNote":
            return credited(s)
        case "SendCreditNote":
            return finished(s)
        case "SendCorrection":
            return waiting("The correction is out; the customer is next.")
        case "ReopenCase":
            return reopened(s)
        case "SendInvoice" if s.deal.bill is not None and s.deal.bill.credit is not None:
            return credited(s)
        case "SendInvoice" if s.deal.closed:
            return waiting("The invoice is out, and the case is closed.")
        case "SendInvoice":
            return (_with_next(s.deal, _due(s)),)
        case "SendReply" if s.deal.stage is Stage.OFFERED and doing.purpose != FOLLOWING:
            version = s.deal.sent_offer.version if s.deal.sent_offer else 0
            why = "The answer is out; the customer is next."
            return _with_more(waiting(why)[0], after_offer(s, version))
        case _:
            return waiting("The answer is out; the customer is next.")


def _with_more(choice: Choice, more: tuple[AnyMove, ...]) -> tuple[Choice, ...]:
    return (replace(choice, moves=(*choice.moves, *more)),)


def on_failure(s: Situation, event: ActionFailed) -> tuple[Choice, ...]:
    """It certainly did not happen. Nothing is tried again without a word.

    A second try belongs to `retry`: it goes out under the same key, so it cannot happen twice.
    """
    what = wording.deed(s.deal.action(event.action))
    text = (
        f"{what.capitalize()} failed: {event.cause} {event.remedy} It was not done. "
        f"`retry {event.action}` tries it once more. Or did you do it yourself?"
    )
    return _did_it(s, "failed", event.action, text, "I did it myself", event.cause)


def on_unknown(s: Situation, event: ActionUnknown) -> tuple[Choice, ...]:
    """Nobody knows. A second try could do it twice, so a person looks."""
    what = wording.deed(s.deal.action(event.action))
    text = (
        f"I do not know whether {what} worked: {event.cause} Please look at {event.look_at}. "
        f"Did it happen? If not, `retry {event.action}` tries it under the same key."
    )
    return _did_it(s, "unknown", event.action, text, "Yes, it happened", event.cause)


def on_bounce(s: Situation, event: MailBounced) -> tuple[Choice, ...]:
    """A mail came back. The same once more is a new mail, so it is proposed and asked afresh."""
    if any(one.about == event.action for one in s.deal.open):
        return waiting("The question about it is open already.")
    what = wording.deed(s.deal.action(event.action))
    text = (
        f"{what.capitalize()} came back: {event.cause}. It did not arrive. "
        "If the address is wrong, correct it first: `address NAME NEW-ADDRESS`. What now?"
    )
    options = (
        plain_option(AnswerId.AGAIN, "Send it again", event.action),
        plain_option(AnswerId.HAPPENED, "I did it myself", event.action),
        LEAVE,
    )
    return (asking(s, "bounced", text, "A mail came back.", options, about=event.action),)


def on_absence(event: AbsenceNoted) -> tuple[Choice, ...]:
    """They are away: what waits for them waits until they are back, and people hear of it."""
    text = (
        f"They are away and back on {day_words(event.back_on)}, says their mail program. I remind "
        "them of nothing before. Nothing was answered."
    )
    return (telling("absence", text, "Nobody reads a reminder while they are away."),)


def on_withheld(s: Situation, event: ActionWithheld) -> tuple[Choice, ...]:
    """It waits, and the operator hears of it as it is. Only a moved world is for the planner."""
    if event.why == "superseded":
        return afresh(s)
    return waiting(f"It is withheld ({event.why}) until you lift that.")


def _did_it(
    s: Situation, topic: str, action: str, text: str, label: str, why: str
) -> tuple[Choice, ...]:
    """Ask once about an action whose end is open."""
    if any(one.about == action for one in s.deal.open):
        return waiting("The question about it is open already.")
    options = (plain_option(AnswerId.HAPPENED, label, action), LEAVE)
    return (asking(s, topic, text, why, options, about=action),)


def on_refused_tap(s: Situation, event: TapRefused) -> tuple[Choice, ...]:
    """Somebody decided too late: the card is made afresh, and the rules are asked again."""
    doing = next((one for one in s.deal.doing if one.approval == event.approval), None)
    if doing is None or doing.progress is not Progress.EXPIRED or _pending(s.deal):
        return waiting("Nothing to do about this tap.")
    return (_anew(s, doing, "Its approval had expired."),)


def on_alarm(s: Situation, event: AlarmRang, purpose: str) -> tuple[Choice, ...]:
    """A moment this case waited for; while the contact is away it waits for them."""
    silent = on_time(s, event, purpose)
    if silent:
        return silent
    offer, bill = s.deal.sent_offer, s.deal.bill
    if s.deal.away_until is not None and s.today < s.deal.away_until and _awaited(purpose):
        due = datetime.combine(s.deal.away_until, _MORNING)
        why = f"They are away until {day_words(s.deal.away_until)}."
        return (Choice(id="wait", moves=(WakeMe(due=due, purpose=purpose),), why=why),)
    if purpose.startswith(OFFER_EXPIRES) and offer and _still_open(s.deal, purpose):
        text = (
            f"Our {wording.number_of(s.deal)} at {wording.offer_words(offer)} ran out without "
            "an answer. What now?"
        )
        options = (plain_option(AnswerId.RENEW, "Send it again with a new date"),
                   plain_option(AnswerId.CLOSE, "Close the case"), LEAVE)  # fmt: skip
        asked = asking(s, "expired", text, "The offer expired.", options, about=s.deal.proposal)
        return before(unsent_follow_ups(s.deal), (asked,))
    if purpose.startswith(INVOICE_DUE) and bill and bill.open.minor > 0 and not s.deal.closed:
        text = f"{wording.owed(bill)} was due on {bill.due_on} and is not paid. What shall I write?"
        return (
            asking(
                s, "overdue", text, "The invoice is overdue.", (REPLY, LEAVE), about=bill.invoice
            ),
        )
    return waiting(f"The alarm {event.alarm} has nothing left to do.")


def afresh(s: Situation) -> tuple[Choice, ...]:
    """What is due when nothing is pending: after an approval lost its ground, or a retry."""
    deal = s.deal
    last = last_doing(deal)
    if last is not None and last.unwanted:
        return waiting("You withdrew what was due last.")
    if last is not None and last.answered and last.progress is Progress.SUPERSEDED:
        return waiting("You answered them yourself.")
    if last is not None and last.name in _WAYS_BACK and last.progress is Progress.SUPERSEDED:
        return () if _pending(deal) or deal.open else (_again(last, _MOVED),)
    if deal.closed or deal.declined or deal.open or _pending(deal) or _unsettled(deal):
        return waiting("Somebody else is next.")
    reversed_ = deal.bill is not None and deal.bill.credit is not None and not deal.begun_anew
    if reversed_ and not (deal.plan and deal.bill and deal.bill.credit and deal.bill.credit.sent):
        return credited(s)
    if deal.owing is not None and not deal.owing.sent and not _next_waits(deal):
        return (
            Choice(
                id="send-invoice",
                moves=(SendInvoice(),),
                why="The invoice is issued, but not sent.",
            ),
        )
    if deal.plan is not None:
        return _next(deal)
    if deal.accepted and deal.owing is None:
        move: AnyMove = IssueInvoice(version=deal.accepted)
        return (Choice(id="issue", moves=(move,), why="The offer is accepted."),)
    if last is None or last.progress is not Progress.SUPERSEDED or deal.accepted:
        return waiting("Nothing is due.")
    return (_anew(s, last, _MOVED),)


def on_held(s: Situation, event: ApprovalSuperseded) -> tuple[Choice, ...]:
    """The operator stopped an approved mail before it left: the same is asked again."""
    doing = s.deal.action(event.action)
    if doing is None or doing.unwanted:
        return waiting("What was held is not wanted any more.")
    return (_anew(s, doing, "You held it before it left, so you decide again."),)


def options_after_no(s: Situation, doing: Doing | None) -> tuple[Choice, ...]:
    """The operator rejected something without saying how else."""
    text = f"You rejected {wording.deed(doing)}. What should happen instead? {wording.FREE_TEXT}"
    about = doing.action if doing else s.cause
    options = (DECLINE, HOLD, REPLY, LEAVE) if s.deal.sent_offer else (REPLY, DECLINE, LEAVE)
    if s.deal.accepted:
        options = (REPLY, CLOSE, LEAVE)
    return (asking(s, "rejected", text, "It was rejected.", options, about=about),)


def _anew(s: Situation, doing: Doing, why: str) -> Choice:
    """The same once more; an offer whose days are over is asked about, its date is a promise."""
    offer = s.deal.version(doing.version)
    if doing.name != "SendProposal" or offer is None or s.today <= offer.valid_until:
        return _again(doing, why)
    until = day_words(offer.valid_until)
    text = (
        f"{why} That {wording.number_of(s.deal)} would have been valid until {until}. "
        f"{wording.NOTHING_SENT} What now?"
    )
    options = (plain_option(AnswerId.RENEW, "Make it anew with a new date"),
               plain_option(AnswerId.CLOSE, "Close the case"), LEAVE)  # fmt: skip
    return asking(s, "expired", text, "The offer's date has passed.", options, about=doing.action)


def _again(doing: Doing, why: str) -> Choice:
    return Choice(id="again", moves=(SendAgain(action=doing.action, why=why),), why=why)


def _pending(deal: Deal) -> bool:
    return any(one.progress in PENDING for one in deal.doing)


def _next_waits(deal: Deal) -> bool:
    """Whether the next step after an invoice is there; of a part, only its own mail is."""
    bill = deal.bill
    if bill is None or bill.part is None:
        return _pending(deal)
    mine = (one for one in deal.doing if one.invoice == bill.invoice)
    return any(one.progress in PENDING for one in mine)


def _next(deal: Deal) -> tuple[Choice, ...]:
    """The part of a deal that is due now, or what is waited for."""
    moves, why = next_part(deal), "The next part is due."
    if moves:
        return (Choice(id="issue", moves=moves, why=why),)
    return waiting(waits_for(deal) or "Nothing is due.")


def _with_next(deal: Deal, choice: Choice) -> Choice:
    """The same, and the part that came due meanwhile."""
    return replace(choice, moves=(*choice.moves, *next_part(deal)))


def _unsettled(deal: Deal) -> bool:
    """Whether an end is open that only a person or a retry can tell."""
    return any(one.progress in _UNSETTLED for one in deal.doing)


def _awaited(purpose: str) -> bool:
    """Whether the alarm is for something that the customer was to do."""
    return purpose.startswith((OFFER_EXPIRES, INVOICE_DUE))


def _still_open(deal: Deal, purpose: str) -> bool:
    version = purpose.removeprefix(OFFER_EXPIRES)
    newest = deal.sent_offer is not None and str(deal.sent_offer.version) == version
    return newest and not (deal.accepted or deal.declined or deal.closed)


def _expiry(deal: Deal, doing: Doing) -> Choice:
    offer = deal.version(doing.version)
    why = "The offer is out; the customer is next."
    if offer is None:
        return waiting(why)[0]
    due = datetime.combine(offer.valid_until + timedelta(days=1), _MORNING)
    wake = WakeMe(due=due, purpose=f"{OFFER_EXPIRES}{offer.version}")
    return Choice(id="wait", moves=(wake,), why=why)


def on_brought(brought: InvoiceBrought) -> Choice:
    """An invoice from before Coo is out already: the payment is next."""
    why = "It was issued before Coo; the payment is next."
    due = datetime.combine(brought.due_on + _GRACE, _MORNING)
    wake = WakeMe(due=due, purpose=f"{INVOICE_DUE}{brought_id(brought.number)}")
    return Choice(id="wait", moves=(wake,), why=why)


def _due(s: Situation) -> Choice:
    deal, why = s.deal, "The invoice is out; the payment is next."
    if deal.bill is None:
        return waiting(why)[0]
    first = after_invoice(s, deal.bill)
    if first is not None:
        return Choice(id="wait", moves=(first,), why=why)
    due = datetime.combine(deal.bill.due_on + _GRACE, _MORNING)
    wake = WakeMe(due=due, purpose=f"{INVOICE_DUE}{deal.bill.invoice}")
    return Choice(id="wait", moves=(wake,), why=why)
