"""The playbook for the way back: what the operator wants undone, and what can be done about it.

What has not run is withdrawn. What has left the house cannot be called back; its business way back
is proposed as an action of its own, which asks. What has none says so, with the next best.
"""

from __future__ import annotations

from typing import Final

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.deal import OVER, PENDING, Bill, Deal, Doing, Progress, about
from graph.moves import (
    AnyMove,
    Choice,
    CorrectMail,
    CreditInvoice,
    ProposeReopening,
    ReopenDeal,
    Supersede,
    TellOperator,
    Withdraw,
    WithdrawQuestion,
)
from graph.planners import wording
from graph.planners.steps import CLOSE, LEAVE, REPLY, asking, before, is_asking, telling
from graph.situation import Situation
from ledger.domain.events import UndoOrdered
from ledger.domain.values import Money

UNDO: Final = "undo"
"""The topic of what is told about it."""

_WAYS_BACK: Final = frozenset({"IssueCreditNote", "SendCreditNote", "SendCorrection", "ReopenCase"})
_INVOICE: Final = frozenset({"IssueInvoice", "SendInvoice"})
_NEVER_RAN: Final = {
    Progress.EXPIRED: "its card expired undecided",
    Progress.REJECTED: "you rejected it",
    Progress.DENIED: "the rules forbade it",
    Progress.SUPERSEDED: "it was withdrawn or replaced",
    Progress.FAILED: "it failed",
    Progress.BOUNCED: "it came back",
}


def on_undo(s: Situation, order: UndoOrdered) -> tuple[Choice, ...]:
    """What may be done about the wish to have something undone: one choice, no model picks."""
    doing = s.deal.meant(order.target)
    if doing is None:
        return (_no_action(s, order),)
    if s.running:
        text = (
            f"{_deed(doing)} is under way at this very moment. Should it happen, I propose the way "
            "back at once."
        )
        return (_told(text, "It is under way."),)
    if doing.progress in PENDING:
        return (_withdrawn(s, doing),)
    if doing.progress in _NEVER_RAN:
        text = (
            f"{_deed(doing)} never happened: {_NEVER_RAN[doing.progress]}. Nothing is left to do."
        )
        return (_told(text, "It never ran."),)
    if doing.progress is Progress.UNKNOWN:
        text = f"Nobody knows whether {wording.deed(doing)} happened. Answer that question first."
        return (_told(text, "Its end is not known."),)
    return (_way_back(s, doing, order.reason.strip()),)


def left_after_all(s: Situation, doing: Doing) -> tuple[Choice, ...]:
    """It was to be withdrawn, and had left already: the way back is the one for what has left."""
    text = f"{_deed(doing)} could not be withdrawn any more: it had happened already."
    told = TellOperator(topic=UNDO, text=text)
    return before((told,), (_way_back(s, doing, ""),))


def reopened(s: Situation) -> tuple[Choice, ...]:
    """The operator agreed to open the case again: what now is theirs to say."""
    if not s.deal.closed:
        return (_told("The case is open already.", "It is open."),)
    text = "The case is open again. What now?"
    options = [REPLY, CLOSE, LEAVE]
    if s.deal.offers and s.deal.owing is None and not s.deal.accepted:
        renew = plain_option(AnswerId.RENEW, "Make the offer anew with a new date")
        options.insert(0, renew)
    ask = asking(s, "reopened", text, "You had it opened again.", options)
    return before((ReopenDeal(why="You wanted it open again.", undoes=True),), (ask,))


def _no_action(s: Situation, order: UndoOrdered) -> Choice:
    """A closed case, a payment, or nothing that Coo did."""
    if order.target == s.deal.case and s.deal.closed:
        return _reopening(s)
    if any(one.payment == order.target for one in s.deal.incoming):
        text = (
            "Money that arrived cannot be undone from here. Send it back with your bank; when the "
            "refund is on your statement, I book it."
        )
        if s.deal.owing is not None:
            text += f" `undo {s.deal.owing.number}` reverses the invoice."
        return _told(text, "A payment is the customer's doing.")
    text = "Coo has done nothing in this case that could be undone. `audit` shows what happened."
    return _told(text, "Nothing was done.")


def _reopening(s: Situation) -> Choice:
    waiting = _live(s.deal, "ReopenCase")
    if waiting is not None:
        return _under_way(waiting)
    why = f"You want the case open again, which was closed as: {s.deal.closed}."
    return Choice(id="reopen", moves=(ProposeReopening(),), why=why)


def _withdrawn(s: Situation, doing: Doing) -> Choice:
    """It has not run yet, whatever was decided about it."""
    text = f"{_deed(doing)} is withdrawn: it had not run, and nothing left."
    bill = s.deal.owing
    if doing.name == "SendInvoice" and bill is not None:
        text += f" Invoice {bill.number} stays issued; `undo {bill.number}` reverses it."
    why = "You withdrew it before it ran."
    withdraw = Withdraw(action=doing.action, why=why)
    asked = (one.question for one in s.deal.open if one.about == doing.action)
    moot = (WithdrawQuestion(question=one, why=why) for one in asked)
    told = TellOperator(topic=UNDO, text=text)
    return Choice(id="withdraw", moves=(withdraw, *moot, told), why=why)


def _way_back(s: Situation, doing: Doing, reason: str) -> Choice:
    if doing.name in _INVOICE:
        return _reversal(s, reason)
    if doing.name in _WAYS_BACK:
        return _final(s, doing)
    return _correction(s, doing, reason)


# --- invoices ------------------------------------------------------------------------------------


def _reversal(s: Situation, reason: str) -> Choice:
    """An issued invoice is reversed by a credit note, whether it left, was paid or neither."""
    bill = s.deal.bill
    if bill is None:
        text = (
            "You issued that invoice yourself, so it is not in my ledger. Reverse it where it is."
        )
        return _told(text, "The invoice is not in the ledger.")
    if bill.credit is not None:
        note = bill.credit.number
        sent = "" if bill.credit.sent or not bill.sent else " Sending it is still open."
        text = f"Invoice {bill.number} is already undone: credit note {note} reversed it."
        return _told(text + sent, "It is undone already.")
    final = next((one for one in s.deal.standing.values() if one.part and one.part.final), None)
    if final is not None and final.invoice != bill.invoice and _deducts(final, bill):
        text = (
            f"Invoice {final.number} deducts invoice {bill.number}, so it would be wrong without "
            f"it. Reverse that first: `undo {final.number}`. Nothing was done."
        )
        return _told(text, "The final invoice deducts it.")
    under_way = _live(s.deal, "IssueCreditNote", bill)
    if under_way is not None:
        return _under_way(under_way)
    why = (
        f"An issued invoice is only ever reversed by a credit note; you want {bill.number} undone."
    )
    moves = (*_moot(s, bill), CreditInvoice(reason=reason), *_news(bill))
    return Choice(id="credit-invoice", moves=moves, why=why)


def _moot(s: Situation, bill: Bill) -> tuple[AnyMove, ...]:
    """What an invoice that is to be reversed leaves without sense: its mail, and asking for it."""
    why = f"Invoice {bill.number} is to be reversed."
    mails = (
        one
        for one in s.deal.doing
        if one.name in {"SendInvoice", "SendReminder"} and about(one, bill) and is_asking(one)
    )
    asked = (one for one in s.deal.open if one.about == bill.invoice)
    return (
        *(Supersede(action=one.action, why=why) for one in mails),
        *(WithdrawQuestion(question=one.question, why=why) for one in asked),
    )


def _news(bill: Bill) -> tuple[AnyMove, ...]:
    if not bill.paid.minor:
        return ()
    return (TellOperator(topic=UNDO, text=refund_words(bill.number, bill.paid)),)


def refund_words(number: str, paid: Money) -> str:
    """What the operator has to do about money that came for a reversed invoice."""
    return (
        f"{amount_words(paid)} has arrived for invoice {number}. Once it is reversed, that money "
        "is the customer's: send it back with your bank, which I never do. When the refund is on "
        "your statement, I book it."
    )


# --- mails ---------------------------------------------------------------------------------------


def _correction(s: Situation, doing: Doing, reason: str) -> Choice:
    """A mail that left is corrected by another in its thread, while that still means anything."""
    offer = doing.name == "SendProposal"
    if offer and s.deal.bill is not None and doing.version <= s.deal.bill.version:
        return _became_invoice(s.deal.bill)
    if offer and s.deal.accepted and doing.version == s.deal.accepted:
        text = (
            f"They accepted {wording.number_of(s.deal)}, so it binds you and cannot be taken back "
            "by a mail. The next best is to agree on something else with them. What shall I write?"
        )
        return asking(s, UNDO, text, "It is accepted.", (REPLY, LEAVE), about=doing.action)
    corrected = next((o for o in reversed(s.deal.doing) if o.undoes == doing.action), None)
    if corrected is not None and corrected.progress in OVER:
        return _told("That mail is already undone: a correction went out.", "It is undone already.")
    if corrected is not None and corrected.progress in PENDING | {Progress.UNKNOWN}:
        return _under_way(corrected)
    told = TellOperator(topic=UNDO, text=_cannot_call_back(s.deal, doing))
    move = CorrectMail(action=doing.action, said=reason)
    why = "What has left cannot be called back; a correction is the next best."
    return Choice(id="correct", moves=(told, move), why=why)


def _became_invoice(bill: Bill) -> Choice:
    if bill.credit is not None:
        text = (
            f"That offer is already undone, with its invoice, by credit note {bill.credit.number}."
        )
        return _told(text, "It is undone already.")
    text = (
        f"That offer was accepted and became invoice {bill.number}, so it cannot be taken back. "
        f"`undo {bill.number}` reverses the invoice, and with it the deal."
    )
    return _told(text, "It has become an invoice.")


def _cannot_call_back(deal: Deal, doing: Doing) -> str:
    heard = deal.heard
    answered = heard is not None and doing.message_id in {heard.in_reply_to, *heard.references}
    read = "they have read and answered it" if answered else "it left and may have been read"
    by_hand = "" if doing.message_id else " You sent it yourself, so I cannot answer to it."
    return (
        f"{_deed(doing)} cannot be called back: {read}. The next best is a correction in the same "
        f"thread, which waits for your yes.{by_hand}"
    )


# --- what is a way back itself --------------------------------------------------------------------


def _final(s: Situation, doing: Doing) -> Choice:
    match doing.name:
        case "IssueCreditNote" | "SendCreditNote":
            text = (
                "A credit note is never taken back. The next best is a new invoice: make the offer "
                f"anew in this case{_opened_first(s.deal)} and have it accepted."
            )
        case "ReopenCase":
            text = f"The case is open again. `tell {s.deal.case} close` closes it."
        case _:
            text = (
                "A correction is not corrected by yet another one. The next best is to write what "
                f"holds in your own words: `tell {s.deal.case} …`."
            )
    return _told(text, "It is a way back itself.")


def _opened_first(deal: Deal) -> str:
    return f" (`undo {deal.case}` opens it again first)" if deal.closed else ""


def _under_way(doing: Doing) -> Choice:
    waits = "its card waits for you" if is_asking(doing) else "it has not ended yet"
    text = f"It is being undone already: {wording.deed(doing)} ({doing.action}), {waits}."
    return _told(text, "It is under way already.")


def _deducts(final: Bill, bill: Bill) -> bool:
    deducted = final.part.deducted if final.part else ()
    return any(one.invoice == bill.invoice for one in deducted)


def _live(deal: Deal, name: str, bill: Bill | None = None) -> Doing | None:
    """The newest action of this kind, where it may still run or nobody knows its end."""
    named = (one for one in reversed(deal.doing) if one.name == name and about(one, bill))
    doing = next(named, None)
    open_ends = PENDING | {Progress.UNKNOWN}
    return doing if doing is not None and doing.progress in open_ends else None


def _deed(doing: Doing) -> str:
    return wording.deed(doing).capitalize()


def _told(text: str, why: str) -> Choice:
    return telling(UNDO, text, why)
