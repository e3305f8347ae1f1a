"""Every word the playbook says to the operator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.amounts import amount_words, percent_words
from graph.deal import Bill, Deal, Doing, Offer
from graph.moves import (
    AnyMove,
    AskOperator,
    CloseDeal,
    OfferProposal,
    RecordAcceptance,
    RecordWork,
    WriteToCustomer,
)
from graph.slots import Wanted
from ledger.domain.company import Company
from ledger.domain.events import Recollection
from ledger.domain.values import Money

FREE_TEXT = "You can also answer in your own words."
NOTHING_SENT = "Nothing was sent."

_CUT = 240
_DEEDS = {
    "SendProposal": "sending the offer",
    "SendReply": "sending the answer",
    "IssueInvoice": "issuing the invoice",
    "SendInvoice": "sending the invoice",
    "SendReminder": "sending the reminder",
    "IssueCreditNote": "issuing the credit note",
    "SendCreditNote": "sending the credit note",
    "SendCorrection": "sending the correction",
    "SendSpecimen": "showing the first real mail",
    "ReopenCase": "opening the case again",
}


def things(company: Company, wanted: Sequence[Wanted]) -> str:
    """`2 × Workshop day, 1 × Logo design`."""
    return ", ".join(f"{one.quantity or '?'} × {_title(company, one.item)}" for one in wanted)


def doubts(parts: Iterable[str]) -> str:
    """`which price they accept; they name a date`."""
    return "; ".join(parts)


def offer_words(offer: Offer) -> str:
    """`€2,160.00 net (€2,570.40 with tax)`."""
    return f"{amount_words(offer.net)} net ({amount_words(offer.total)} with tax)"


def net_words(minor: int, currency: str, off_bp: int = 0) -> str:
    """`€2,160.00 net, 10 % off`."""
    off = f", {percent_words(off_bp)} off" if off_bp else ""
    return f"{amount_words(Money(minor, currency))} net{off}"


def deed(doing: Doing | None) -> str:
    """What an action is, for a sentence: `sending the offer`."""
    return _DEEDS.get(doing.name, doing.name) if doing else "an earlier step"


_TELLING = ("negotiation", "outcome", "decision", "proposal")
"""Kinds of episodes in our own words, the one that says most about how a deal went first."""


def remembered(recalled: Sequence[Recollection]) -> str:
    """One line on the most similar past, with its age; "" for none.

    It stands on a card as Coo's advice, so it never quotes what somebody wrote in a mail.
    """
    told = ours(recalled)
    if not told:
        return ""
    best = min(
        (each for each in told if each.case == told[0].case),
        key=lambda it: _TELLING.index(it.kind),
    )
    text = " ".join(best.text.split())
    cut = text if len(text) <= _CUT else text[: _CUT - 1] + "…"
    return f"Most similar so far ({_ago(best.age_days)}): {cut}"


def ours(recalled: Sequence[Recollection]) -> list[Recollection]:
    """What is remembered in our own words; what people wrote is left out."""
    return [each for each in recalled if each.kind in _TELLING]


def _ago(days: int) -> str:
    return "today" if not days else "yesterday" if days == 1 else f"{days} days ago"


def owed(bill: Bill) -> str:
    """`Invoice 2026-0001 over €2,856.00, of which €856.00 is open`."""
    return f"Invoice {bill.number} over {amount_words(bill.total)}{_part(bill)}"


def _part(bill: Bill) -> str:
    if bill.credit is not None:
        return f", reversed by credit note {bill.credit.number}"
    if not bill.paid.minor:
        return ""
    if bill.open.minor > 0:
        return f", of which {amount_words(bill.open)} is open"
    extra = Money(-bill.open.minor, bill.open.currency)
    return f", paid with {amount_words(extra)} too much" if extra.minor else ", paid in full"


def number_of(deal: Deal) -> str:
    """The proposal's number, for a sentence."""
    return f"offer {deal.number}" if deal.number else "this case"


def left_out(choice: str) -> tuple[str, str]:
    """What else could have been done, and why it was not, for the audit."""
    return _LEFT_OUT.get(choice, (choice, "something else was preferred"))


_LEFT_OUT = {
    "ask-operator": ("ask you first", "nothing about it was open"),
    "ask-customer": ("ask the customer", "you may know it without them"),
    "offer": ("offer it at list price", "something else was preferred"),
    "agree": ("agree to their price", "something else was preferred"),
    "counter": ("make the best offer you allow", "something else was preferred"),
    "accept": ("take it as accepted", "something else was preferred"),
    "prices": ("answer with the list price", "something else was preferred"),
}


def described(moves: Iterable[AnyMove]) -> list[str]:
    """Each move as a step of a plan."""
    return [_step(move) for move in moves]


def _step(move: AnyMove) -> str:
    match move:
        case OfferProposal():
            lines = ", ".join(f"{one.quantity} × {one.item}" for one in move.lines)
            return f"Offer {lines} ({move.why.value})"
        case WriteToCustomer():
            return f"Write to the customer ({move.purpose})"
        case AskOperator():
            return f"Ask you ({move.topic})"
        case RecordWork():
            return "Note that the work is done"
        case RecordAcceptance():
            return f"Record that version {move.version} is accepted"
        case CloseDeal():
            return f"Close the case ({move.outcome})"
        case _:
            return _WORDS.get(type(move).__name__, type(move).__name__)


_WORDS = {
    "IssueInvoice": "Issue the invoice",
    "SendInvoice": "Send the invoice",
    "Remind": "Remind them of the invoice",
    "WakeOnWorkday": "Look again on a working day",
    "CreditInvoice": "Reverse the invoice with a credit note",
    "SendCreditNote": "Send the credit note",
    "CorrectMail": "Correct what was sent",
    "ProposeReopening": "Have the case opened again",
    "Withdraw": "Withdraw what has not run",
    "MatchPayment": "Match the payment",
    "SendAgain": "Propose it again",
    "RecordTold": "Record the price that you told them",
    "Supersede": "Withdraw a card that no longer counts",
    "WithdrawQuestion": "Withdraw a question",
    "DeclineDeal": "Record that the offer is declined",
    "ReopenDeal": "Open the case again",
    "Decide": "Record the decision",
    "TellOperator": "Tell you",
    "WakeMe": "Look again later",
    "Wait": "Wait",
}


def _title(company: Company, item_id: str) -> str:
    item = company.item(item_id)
    return item.title if item else item_id
