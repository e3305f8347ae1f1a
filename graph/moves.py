"""Moves: what a planner may pick. Typed, with references only.

No move carries a price, a recipient or a text for a customer. Amounts come from the price list,
the guardrails and what the operator said; recipients from the address book. So the worst that a
planner can do is to pick an unfitting move, and that is refused here or asked about at the gate.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from graph.deal import Deal, Stage
from graph.slots import Wanted
from graph.state import Json, as_json
from graph.terms import Terms
from ledger.domain.billing import BillingPlan
from ledger.domain.events import Option
from ledger.domain.precedents import Lesson
from ledger.domain.values import Provenance


class Move(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Base of all moves."""


class Why(StrEnum):
    """Why an offer goes out: it decides the words of its mail."""

    FIRST = "first"
    AGREED = "agreed"
    COUNTER = "counter"
    REVISED = "revised"


class Wording(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the operator wants a mail to sound. `body` replaces the text as it stands, `address` is
    `du`, `Sie`, `tu` or `vous`.

    `learned`: what they have changed in earlier drafts again and again.
    """

    tone: str = ""
    address: str = ""
    body: str = ""
    subject: str = ""
    learned: tuple[Lesson, ...] = ()


class Close(StrEnum):
    """What becomes of the difference between a payment and what is open."""

    NOTHING = ""
    LESSEN = "lessen"
    WAIVE = "waive"
    CREDIT = "credit"
    REVERSE = "reverse"


class OfferProposal(Move, frozen=True, kw_only=True):
    """Make a new version of the proposal and send it.

    `basis` says on whose word the terms rest: the price list and guardrails, or the operator.
    `plan` is how it is to be billed, where that was said.
    """

    lines: tuple[Wanted, ...]
    terms: Terms
    why: Why
    basis: Provenance
    replaces: str = ""
    wording: Wording = Wording()
    plan: BillingPlan | None = None


class AskOperator(Move, frozen=True, kw_only=True):
    """Coo cannot tell, or may not decide. `topic` names the question, see `graph.questions`."""

    topic: str
    about: str
    text: str
    why: str
    options: tuple[Option, ...] = ()
    recommendation: str = ""


class WithdrawQuestion(Move, frozen=True, kw_only=True):
    """The question answered itself."""

    question: str
    why: str


class Supersede(Move, frozen=True, kw_only=True):
    """An open approval no longer counts, since the world moved."""

    action: str
    why: str


class WriteToCustomer(Move, frozen=True, kw_only=True):
    """Answer the customer without an offer. `purpose` picks the template.

    `said` is the operator's own text, quoted in the answer as it stands; `items` are what a
    question or a price answer is about.
    """

    purpose: str
    items: tuple[str, ...] = ()
    said: str = ""
    replaces: str = ""
    wording: Wording = Wording()


class SendAgain(Move, frozen=True, kw_only=True):
    """Propose an earlier action afresh, with today's preconditions."""

    action: str
    why: str
    wording: Wording = Wording()


class RecordTold(Move, frozen=True, kw_only=True):
    """The operator himself told the customer these terms: a version of the offer that is out.

    `fact` is his mail or his word, `message_id` of his mail.
    """

    lines: tuple[Wanted, ...]
    terms: Terms
    fact: str
    message_id: str = ""


class RecordAcceptance(Move, frozen=True, kw_only=True):
    """The customer accepted this version. `fact` is the message that says so, `by` who judged."""

    version: int
    fact: str
    by: str = "customer"


class RecordWork(Move, frozen=True, kw_only=True):
    """Work is done, as the operator said with `fact`: a milestone's number, 0 the delivery."""

    work: int
    on: date
    fact: str


class IssueInvoice(Move, frozen=True, kw_only=True):
    """Issue the invoice for the accepted version, or for one part of it (from 1)."""

    version: int
    part: int = 0


class SendInvoice(Move, frozen=True, kw_only=True):
    """Send the issued invoice."""

    replaces: str = ""
    wording: Wording = Wording()


class CreditInvoice(Move, frozen=True, kw_only=True):
    """Reverse the issued invoice in full. `reason` is the operator's, for the document."""

    reason: str = ""
    replaces: str = ""


class SendCreditNote(Move, frozen=True, kw_only=True):
    """Send the issued credit note."""

    replaces: str = ""
    wording: Wording = Wording()


class CorrectMail(Move, frozen=True, kw_only=True):
    """Write to the customer, in the thread, that what `action` sent no longer holds.

    `said` is the operator's own text.
    """

    action: str
    said: str = ""
    replaces: str = ""
    wording: Wording = Wording()


class ProposeReopening(Move, frozen=True, kw_only=True):
    """Have the closed case opened again, once the operator agrees."""

    replaces: str = ""


class Withdraw(Move, frozen=True, kw_only=True):
    """An action that has not run is not to run, whether it waits, is approved or is allowed."""

    action: str
    why: str


class MatchPayment(Move, frozen=True, kw_only=True):
    """This payment settles (part of) the invoice. `fact` is the PaymentReceived.

    `close` says what becomes of the difference; the figures are code's, see `graph.balances`.
    """

    fact: str
    close: Close = Close.NOTHING


class SettleBill(Move, frozen=True, kw_only=True):
    """Nothing is open on the invoice any more, since the operator matched `payment`."""

    payment: str


class DeclineDeal(Move, frozen=True, kw_only=True):
    """The proposal is off. `fact` is what says so."""

    fact: str
    by: str


class CloseDeal(Move, frozen=True, kw_only=True):
    """The business is done."""

    outcome: str


class ReopenDeal(Move, frozen=True, kw_only=True):
    """Something came after the end. `undoes`: the operator wanted the end taken back."""

    why: str
    undoes: bool = False


class Decide(Move, frozen=True, kw_only=True):
    """Record what was chosen, by whom, on which facts, over which alternatives.

    `about`: the case whose end will tell how it turned out, "" where nothing is to follow.
    """

    topic: str
    chosen: str
    by: str
    evidence: tuple[str, ...]
    alternatives: tuple[tuple[str, str], ...] = ()
    outcome: str = ""
    about: str = ""


class TellOperator(Move, frozen=True, kw_only=True):
    """Something the operator should know."""

    topic: str
    text: str


class Remind(Move, frozen=True, kw_only=True):
    """Remind them of what is open on the invoice. `step` counts its reminders from 1."""

    step: int
    replaces: str = ""
    wording: Wording = Wording()


class WakeOnWorkday(Move, frozen=True, kw_only=True):
    """Look at this case again on the morning of a working day, `after` of them later than `on`.

    `country`: theirs, whose holidays count as well.
    """

    on: date
    purpose: str
    after: int = 0
    country: str = ""


class WakeMe(Move, frozen=True, kw_only=True):
    """Look at this case again at `due`."""

    due: datetime
    purpose: str


class Wait(Move, frozen=True, kw_only=True):
    """Nothing to do until the next fact."""

    reason: str


AnyMove = (
    OfferProposal
    | AskOperator
    | WithdrawQuestion
    | Supersede
    | WriteToCustomer
    | SendAgain
    | RecordTold
    | RecordAcceptance
    | RecordWork
    | IssueInvoice
    | SendInvoice
    | CreditInvoice
    | SendCreditNote
    | CorrectMail
    | ProposeReopening
    | Withdraw
    | MatchPayment
    | SettleBill
    | DeclineDeal
    | CloseDeal
    | ReopenDeal
    | Decide
    | TellOperator
    | Remind
    | WakeOnWorkday
    | WakeMe
    | Wait
)


class Choice(Struct, frozen=True, kw_only=True):
    """A complete plan for now: its moves, and why. `id` names it among the alternatives."""

    id: str
    moves: tuple[AnyMove, ...]
    why: str
    goal: str = "Turn the lead into a paid invoice."
    not_taken: tuple[tuple[str, str], ...] = ()


_ALWAYS: frozenset[type[Move]] = frozenset(
    {
        AskOperator,
        WithdrawQuestion,
        Supersede,
        TellOperator,
        Remind,
        WakeOnWorkday,
        WakeMe,
        Wait,
        Decide,
        SendAgain,
        CloseDeal,
        CreditInvoice,
        SendCreditNote,
        CorrectMail,
        ProposeReopening,
        Withdraw,
        MatchPayment,
        SettleBill,
        RecordWork,
    }
)
"""What `is_legal` judges by what it refers to, wherever the deal stands."""

_OPEN: frozenset[type[Move]] = frozenset({OfferProposal, RecordTold, WriteToCustomer, DeclineDeal})
_ANEW: frozenset[type[Move]] = _OPEN | {RecordAcceptance, IssueInvoice}
"""What is possible again once a credit note has reversed the invoice."""


def legal_moves(deal: Deal) -> frozenset[type[Move]]:
    """The kinds of moves that make sense at this point, whoever picks them."""
    more: dict[Stage, frozenset[type[Move]]] = {
        Stage.NEW: _OPEN,
        Stage.DRAFTED: _OPEN,
        Stage.OFFERED: _OPEN | {RecordAcceptance, IssueInvoice},
        Stage.ACCEPTED: frozenset({IssueInvoice, WriteToCustomer}),
        Stage.INVOICED: frozenset({SendInvoice, WriteToCustomer}),
        Stage.BILLED: frozenset({SendInvoice, WriteToCustomer}),
        Stage.CLOSED: frozenset({ReopenDeal, WriteToCustomer}),
    }
    reversed_ = deal.bill is not None and deal.owing is None and not deal.closed
    parts: frozenset[type[Move]] = frozenset({IssueInvoice}) if deal.plan else frozenset()
    anew = _ANEW if reversed_ and not deal.plan else frozenset()
    return _ALWAYS | more[deal.stage] | parts | anew


def is_legal(deal: Deal, move: AnyMove) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line a move: a table
    """Whether this very move may be made now: its kind fits, and what it refers to exists."""
    if type(move) not in legal_moves(deal):
        return False
    match move:
        case RecordAcceptance():
            offer = deal.version(move.version)
            stands = offer is not None and offer.sent and not offer.withdrawn
            return stands and not deal.accepted and not deal.declined
        case IssueInvoice():
            if move.part:
                return move.part not in deal.standing and not deal.closed
            return deal.owing is None and deal.version(move.version) is not None
        case RecordWork():
            return deal.plan is not None and not deal.closed
        case SendInvoice() | CreditInvoice() | Remind():
            return deal.owing is not None
        case MatchPayment():
            return deal.bill is not None
        case SettleBill():
            return deal.owing is not None and deal.owing.open.minor <= 0
        case SendCreditNote():
            return deal.bill is not None and deal.bill.credit is not None
        case ProposeReopening():
            return bool(deal.closed)
        case OfferProposal() | RecordTold():
            return not deal.accepted and not deal.declined
        case SendAgain() | Supersede() | CorrectMail() | Withdraw():
            return deal.action(move.action) is not None
        case _:
            return True


def move_json(move: AnyMove) -> Json:
    """A move as JSON, for the state."""
    return as_json(move)


def move_of(data: Json) -> AnyMove:
    """The move behind its JSON."""
    move: AnyMove = msgspec.convert(data, AnyMove)
    return move
