"""The playbook for the operator's words and choices. They are trusted, but still not guessed."""

from __future__ import annotations

from collections.abc import Callable

from graph.answers import AnswerId, answer_of, lines_of, terms_of
from graph.deal import Doing, Offer, Progress
from graph.moves import (
    AnyMove,
    Choice,
    Close,
    CloseDeal,
    IssueInvoice,
    SendAgain,
    SendCreditNote,
    SendInvoice,
    Why,
    WriteToCustomer,
)
from graph.ordering import DOCUMENT, renewed
from graph.planners.acceptance import accepting
from graph.planners.given_word import standing_terms
from graph.planners.messages import on_message
from graph.planners.outcomes import afresh, after, options_after_no
from graph.planners.parts import next_part, on_delivered, waits_for
from graph.planners.payments import settling
from graph.planners.steps import (
    LEAVE,
    REPLY,
    answered,
    asking,
    asking_customer,
    before,
    by_operator,
    declining,
    last_doing,
    offering,
    telling,
    tidied,
    waiting,
)
from graph.situation import Situation
from graph.slots import Wanted
from graph.terms import Terms
from graph.wishes import Wish
from ledger.domain.events import Instructed, QuestionAnswered, Rejected

Answer = Callable[[Situation, str], tuple[Choice, ...]]


def on_instruction(s: Situation, event: Instructed, wish: Wish) -> tuple[Choice, ...]:
    """The operator said how they want it."""
    doing = s.deal.action(event.action) or last_doing(s.deal, pending=not wish.again)
    return wished(s, wish, doing)


def on_rejection(s: Situation, event: Rejected, wish: Wish) -> tuple[Choice, ...]:
    """The operator refused, and said why: where the reason says how else, it is done so."""
    doing = s.deal.action(event.action)
    if doing is not None and doing.name == "SendReminder":
        return waiting("This reminder is left out; the next one is asked about when it is due.")
    if wish.rest or not (
        wish.priced or wish.worded or wish.decline or wish.ask_customer or wish.close
    ):
        return options_after_no(s, doing)
    return wished(s, wish, doing)


def on_answer(s: Situation, event: QuestionAnswered, wish: Wish) -> tuple[Choice, ...]:
    """The operator answered a question: a choice, or words of their own."""
    known = s.deal.question(event.question)
    if known is not None and known.about.startswith(DOCUMENT):
        return renewed(s, "It is noted with the document.")
    parsed = answer_of(event.choice)
    if parsed is not None:
        return _BY_ANSWER[parsed[0]](s, parsed[1])
    if event.choice or not event.text.strip():
        return waiting("The answer is for somebody else.")
    asked = s.deal.question(event.question)
    clear = not wish.rest and (wish.priced or wish.decline or wish.close or wish.ask_customer)
    if clear:
        return wished(s, wish, last_doing(s.deal, pending=True))
    if asked is not None and AnswerId.REPLY in asked.options:
        return (_reply(event.text),)
    return wished(s, wish, last_doing(s.deal, pending=True))


def wished(s: Situation, wish: Wish, doing: Doing | None) -> tuple[Choice, ...]:
    """Do what the operator wishes; where a part of it was not understood, say so and ask."""
    if wish.rest:
        return (_not_understood(s, wish, doing),)
    if wish.decline:
        return (declining(s, "operator", write=True),)
    if wish.close:
        return _close(s, "")
    found = _acted(s, wish, doing)
    if found.id in {"ask-operator", "tell"}:
        return (found,)
    return before(answered(s, "You said how you want it."), (found,))


def _acted(s: Situation, wish: Wish, doing: Doing | None) -> Choice:
    if wish.ask_customer:
        return asking_customer(tuple(one.item for one in s.deal.requested))
    if wish.priced:
        return _revised(s, wish, doing)
    if wish.worded and doing is not None:
        return _reworded(s, wish, doing)
    return _redone(doing) if wish.again and doing else _not_understood(s, wish, doing)


def _revised(s: Situation, wish: Wish, doing: Doing | None) -> Choice:
    deal, offer = s.deal, s.deal.offer
    if deal.accepted:
        text = "The offer is accepted, so its price is fixed. Nothing was changed."
        return asking(s, "instruction", text, "An accepted offer is not changed.", (LEAVE,))
    lines = _wished_lines(wish, offer.wanted if offer else deal.requested)
    if not lines:
        return _not_understood(s, wish, doing)
    terms = _wished_terms(wish, offer, lines)
    if terms is None:
        text = (
            "That changes what is offered, and the agreed sum was for something else. "
            "At which price shall I offer it?"
        )
        return asking(s, "instruction", text, "The agreed sum no longer fits.", (LEAVE,))
    note = f"said by the operator: {'; '.join(wish.understood)}"
    replaces = (
        doing.action
        if doing and doing.name == "SendProposal" and doing.progress is not Progress.DONE
        else ""
    )
    return offering(
        s, lines, terms, Why.REVISED if deal.sent_offer else Why.FIRST, by_operator(s, note),
        id_="revise", reason=f"You want {', '.join(wish.understood)}.",
        replaces=replaces, wording=wish.wording, plan=wish.plan,
    )  # fmt: skip


def _wished_lines(wish: Wish, had: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    """What the operator wants offered; () where it cannot be told."""
    counts = {one.item: one.quantity for one in had if one.item not in wish.drop}
    for line in wish.lines:
        counts[line.item] = line.quantity or counts.get(line.item, 0)
    if wish.quantity and len(counts) != 1:
        return ()
    if wish.quantity:
        counts = dict.fromkeys(counts, wish.quantity)
    return (
        tuple(Wanted(item, count) for item, count in counts.items()) if all(counts.values()) else ()
    )


def _wished_terms(wish: Wish, offer: Offer | None, lines: tuple[Wanted, ...]) -> Terms | None:
    """The terms the operator names, else those of the offer; None: those fit other lines only."""
    days = wish.delivery_days or (offer.delivery_days if offer else 0)
    if wish.discount_bp is not None or wish.net or wish.gross:
        return Terms(
            discount_bp=wish.discount_bp or 0, net=wish.net, gross=wish.gross, delivery_days=days
        )
    if offer is None:
        return Terms(delivery_days=days)
    if {line.discount_bp for line in offer.lines} == {offer.discount_bp}:
        return Terms(discount_bp=offer.discount_bp, delivery_days=days)
    return Terms(net=offer.net.minor, delivery_days=days) if offer.wanted == lines else None


def _reworded(s: Situation, wish: Wish, doing: Doing) -> Choice:
    why = f"You want {', '.join(wish.understood)}."
    if doing.name == "SendInvoice":
        move: AnyMove = SendInvoice(replaces=doing.action, wording=wish.wording)
    elif doing.name == "SendCreditNote":
        move = SendCreditNote(replaces=doing.action, wording=wish.wording)
    elif (
        doing.name in {"SendReply", "SendCorrection"}
        and not wish.wording.body
        and (wish.wording.tone or wish.wording.address)
    ):
        text = "I cannot change how this answer sounds without changing what it says. Edit it."
        return asking(s, "instruction", text, why, (LEAVE,), about=doing.action)
    elif doing.name in {"IssueInvoice", "IssueCreditNote", "ReopenCase"}:
        text = "This has no mail whose text could change. Say what should be different."
        return asking(s, "instruction", text, why, (LEAVE,), about=doing.action)
    else:
        move = SendAgain(action=doing.action, why=why, wording=wish.wording)
    return Choice(id="reword", moves=(move,), why=why)


_FIXED = frozenset({"SendReply", "SendCorrection"})
"""Mails whose tone is their content."""

_NEVER_LEFT = frozenset({Progress.DENIED, Progress.EXPIRED, Progress.REJECTED, Progress.SUPERSEDED})


def _redone(doing: Doing) -> Choice:
    """Propose it afresh, where it certainly is not in the world and not on its way there."""
    if doing.progress is Progress.BOUNCED:
        why = "It came back, and you want it sent again."
        return Choice(id="again", moves=(SendAgain(action=doing.action, why=why),), why=why)
    if doing.progress in (Progress.FAILED, Progress.UNKNOWN):
        text = f"`retry {doing.action}` tries it once more, under the same key, so never twice."
        return telling("instruction", text, "A second try keeps its key.")
    if doing.progress not in _NEVER_LEFT:
        return telling("instruction", "There is nothing to do again.", "Nothing was refused.")
    why = "You asked for it."
    return Choice(id="again", moves=(SendAgain(action=doing.action, why=why),), why=why)


def _not_understood(s: Situation, wish: Wish, doing: Doing | None) -> Choice:
    got = f"I understood: {'; '.join(wish.understood)}. " if wish.understood else ""
    what = f"; I could not place {wish.rest[:120]!r}" if wish.rest else ""
    text = (
        f"{got}I did not understand all of what you want{what}. Nothing was changed. "
        "You can say a discount, a price, quantities, a tone, or write the text yourself."
    )
    about = doing.action if doing else ""
    return asking(s, "instruction", text, "I did not understand all of it.", (LEAVE,), about=about)


def _reply(text: str) -> Choice:
    move = WriteToCustomer(purpose="answer", said=text.strip())
    return Choice(id="reply", moves=(move,), why="You wrote the answer.")


# --- choices -----------------------------------------------------------------------------------


def _terms(s: Situation, rest: str) -> tuple[Choice, ...]:
    terms, offer = terms_of(rest), s.deal.sent_offer or s.deal.offer
    if terms is None or offer is None or s.deal.accepted:
        return afresh(s)
    basis = by_operator(s, "chosen by the operator")
    return (
        offering(
            s, offer.wanted, terms, Why.AGREED, basis, id_="terms", reason="You chose these terms."
        ),
    )


def _offer(s: Situation, rest: str) -> tuple[Choice, ...]:
    lines = lines_of(rest)
    if not lines or s.deal.accepted:
        return afresh(s)
    why = Why.REVISED if s.deal.sent_offer else Why.FIRST
    basis = by_operator(s, "price list × the quantities the operator chose")
    return (
        offering(
            s, lines, standing_terms(s), why, basis, id_="offer", reason="You chose what to offer."
        ),
    )


def _accept(s: Situation, rest: str) -> tuple[Choice, ...]:
    offer = s.deal.version(int(rest)) if rest.isdigit() else None
    if offer is None or not offer.sent or s.deal.accepted or s.deal.declined:
        return afresh(s)
    fact = s.deal.heard.fact if s.deal.heard else s.cause
    return (accepting(s, offer, fact, "operator"),)


def _hold(_s: Situation, _rest: str) -> tuple[Choice, ...]:
    move = WriteToCustomer(purpose="hold")
    return (Choice(id="hold", moves=(move,), why="You hold the price."),)


def _renew(s: Situation, _rest: str) -> tuple[Choice, ...]:
    offer = s.deal.sent_offer or s.deal.offer
    why = Why.REVISED if s.deal.sent_offer else Why.FIRST
    if offer is None or s.deal.accepted:
        return afresh(s)
    terms = _wished_terms(Wish(), offer, offer.wanted) or Terms(net=offer.net.minor)
    basis = by_operator(s, "the same terms once more, as the operator chose")
    return (
        offering(s, offer.wanted, terms, why, basis, id_="renew", reason="You renew the offer."),
    )


def _decline(s: Situation, _rest: str) -> tuple[Choice, ...]:
    return (declining(s, "operator", write=True),)


def _ask_customer(s: Situation, _rest: str) -> tuple[Choice, ...]:
    return (asking_customer(tuple(one.item for one in s.deal.requested)),)


def _own_words(s: Situation, _rest: str) -> tuple[Choice, ...]:
    text = "What shall I write? Answer in your own words."
    return (asking(s, "answer", text, "You want to answer in your own words.", (REPLY, LEAVE)),)


def _same_person(s: Situation, _rest: str) -> tuple[Choice, ...]:
    heard = s.deal.heard
    return (
        on_message(s, heard.slots)
        if heard and heard.slots
        else waiting("There is nothing to act on.")
    )


def _other_person(_s: Situation, _rest: str) -> tuple[Choice, ...]:
    return (telling("message", "I leave that mail aside.", "You said it is somebody else."),)


def _match(s: Situation, rest: str) -> tuple[Choice, ...]:
    return _booked(s, rest, Close.NOTHING)


def _waive(s: Situation, rest: str) -> tuple[Choice, ...]:
    return _booked(s, rest, Close.WAIVE)


def _credit(s: Situation, rest: str) -> tuple[Choice, ...]:
    return _booked(s, rest, Close.CREDIT)


def _booked(s: Situation, rest: str, close: Close) -> tuple[Choice, ...]:
    bill, payment = s.deal.bill, s.deal.money(rest)
    if bill is None or payment is None or payment.payment in s.deal.payments:
        return waiting("That payment is booked already.")
    if payment.payment in s.booked:
        text = f"That payment is booked on another invoice. Nothing was booked on {bill.number}."
        return (telling("payment", text, "Its money is spent on another invoice."),)
    return (settling(s, payment, bill, "operator", close),)


def _again(s: Situation, rest: str) -> tuple[Choice, ...]:
    doing = s.deal.action(rest)
    return (_redone(doing),) if doing else waiting("There is no such step.")


def _happened(s: Situation, rest: str) -> tuple[Choice, ...]:
    return after(s, s.deal.action(rest))


def _close(s: Situation, _rest: str) -> tuple[Choice, ...]:
    moves = (*tidied(s, "You closed the case."), CloseDeal(outcome="closed by operator"))
    return (Choice(id="close", moves=moves, why="You closed it."),)


def _leave(_s: Situation, _rest: str) -> tuple[Choice, ...]:
    return (telling("left", "I leave it to you.", "You take it over."),)


def _go_on(s: Situation, _rest: str) -> tuple[Choice, ...]:
    """What was missing is there: on with what the question held up."""
    heard = s.deal.heard
    if s.deal.accepted or heard is None or heard.slots is None:
        return afresh(s)
    return on_message(s, heard.slots)


def _order(s: Situation, _rest: str) -> tuple[Choice, ...]:
    """Which order number counts was all that held the invoice up."""
    billing = any(one.name == "IssueInvoice" for one in s.deal.pending)
    if s.deal.plan is not None:
        return before(next_part(s.deal), renewed(s, "It is noted for the invoice."))
    if s.deal.accepted and s.deal.owing is None and not billing:
        move = IssueInvoice(version=s.deal.accepted)
        return (Choice(id="issue", moves=(move,), why="You said which order number counts."),)
    return renewed(s, "It is noted for the invoice.")


def _not_yet(s: Situation, _rest: str) -> tuple[Choice, ...]:
    text = f"Nothing was billed. {waits_for(s.deal)}".strip()
    return (telling("billing", text, "You said that it is not delivered yet."),)


_BY_ANSWER: dict[AnswerId, Answer] = {
    AnswerId.TERMS: _terms,
    AnswerId.OFFER: _offer,
    AnswerId.ACCEPT: _accept,
    AnswerId.HOLD: _hold,
    AnswerId.RENEW: _renew,
    AnswerId.DECLINE: _decline,
    AnswerId.ASK_CUSTOMER: _ask_customer,
    AnswerId.REPLY: _own_words,
    AnswerId.SAME_PERSON: _same_person,
    AnswerId.OTHER_PERSON: _other_person,
    AnswerId.MATCH: _match,
    AnswerId.WAIVE: _waive,
    AnswerId.CREDIT: _credit,
    AnswerId.AGAIN: _again,
    AnswerId.HAPPENED: _happened,
    AnswerId.CLOSE: _close,
    AnswerId.LEAVE: _leave,
    AnswerId.GO_ON: _go_on,
    AnswerId.ORDER: _order,
    AnswerId.NO_ORDER: _order,
    AnswerId.DELIVERED: on_delivered,
    AnswerId.NOT_YET: _not_yet,
}
