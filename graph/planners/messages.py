"""The playbook for a customer's message: who wrote it, what for, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from graph.amounts import day_words
from graph.answers import AnswerId, offer_option, plain_option
from graph.deal import Stage
from graph.moves import (
    AnyMove,
    Choice,
    ReopenDeal,
    Why,
    WithdrawQuestion,
    WriteToCustomer,
)
from graph.ordering import on_order
from graph.planners import wording
from graph.planners.acceptance import on_acceptance
from graph.planners.budgets import on_money
from graph.planners.given_word import standing_terms
from graph.planners.negotiation import on_counter
from graph.planners.parts import asked_whether_delivered, waits_for
from graph.planners.precedents import as_agreed_before
from graph.planners.steps import (
    ASK_CUSTOMER,
    CLOSE,
    DECLINE,
    LEAVE,
    REPLY,
    asking,
    asking_customer,
    before,
    by_list,
    declining,
    offering,
    stale,
    telling,
    waiting,
)
from graph.routing_returns import BOUNCE
from graph.situation import Situation
from graph.slots import Intent, Slots, Wanted
from ledger.domain.events import DeliveryReport, MailReceived, Option, Routed

_LATE = frozenset({Stage.ACCEPTED, Stage.INVOICED, Stage.BILLED, Stage.CLOSED})
_SETTLED = frozenset({Intent.ACCEPTANCE, Intent.PAYMENT_NOTICE, Intent.UNRELATED})


def on_message(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    """The choices after a message, the playbook's own first."""
    if s.deal.heard is not None and s.deal.heard.sender == "other":
        return before(_asked_before(s), (_who(s, slots),))
    if s.deal.stage in _LATE:
        return before(on_order(s), _late(s, slots))
    why = "The customer wrote again."
    return before(stale(s, why), _BY_INTENT[slots.intent](s, slots))


def on_note(s: Situation, sign: str) -> tuple[Choice, ...]:
    """A machine's mail; what it told of a bounce or an absence is a fact of its own by now."""
    if isinstance(s.fact.event, Routed) and s.fact.event.kind == BOUNCE:
        return waiting("It is asked about already.")
    if s.deal.away_until is not None and sign.startswith(("auto-", "precedence")):
        return waiting("They are away, and it was told.")
    report = s.event.report if isinstance(s.event, MailReceived) else None
    if report is not None and report.action != "failed":
        return (_on_the_way(s, report),)
    return (on_machine(s, sign),)


def _on_the_way(s: Situation, report: DeliveryReport) -> Choice:
    """A server tells how a delivery goes; nothing is lost yet."""
    about = wording.number_of(s.deal)
    if report.action == "delivered":
        text = f"A server says that our mail about {about} was delivered. Nothing was answered."
        return telling("automatic", text, "A delivery was reported.")
    text = (
        f"Our mail about {about} is delayed, says a server: {report.said or 'it gives no reason'}. "
        "It still tries. Nothing was sent again."
    )
    return telling("automatic", text, "A delay is no failure.")


def on_machine(s: Situation, sign: str) -> Choice:
    """A machine answered. Nobody writes back to one; what did not arrive is the operator's."""
    about = wording.number_of(s.deal)
    if sign != "delivery report":
        text = f"An automatic mail ({sign}) came in about {about}. Nothing was answered."
        return telling("automatic", text, "Automatic mail is never answered.")
    text = (
        f"A delivery report came in about {about}: a mail of ours may not have arrived. "
        "Nothing was sent again. What now?"
    )
    return asking(
        s, "bounced", text, "A mail may not have arrived.", (CLOSE, LEAVE),
        recommendation="Read the report, and ask the customer in another way.",
    )  # fmt: skip


def _asked_before(s: Situation) -> tuple[AnyMove, ...]:
    """One card is enough: the newest mail of a stranger takes the place of those before it."""
    why = "They wrote again; the newer card asks about both."
    return tuple(
        WithdrawQuestion(question=one.question, why=why)
        for one in s.deal.open
        if AnswerId.SAME_PERSON in one.options
    )


def _who(s: Situation, slots: Slots) -> Choice:
    """A message from another address in this thread: a person says whether it counts."""
    text = (
        f"A mail about {wording.number_of(s.deal)} came from another address than the customer's. "
        f"It reads as: {slots.intent.value.replace('_', ' ')}. "
        "I answer only the customer's own address. Is it the same person?"
    )
    options = (
        plain_option(AnswerId.SAME_PERSON, "Yes, act on it"),
        plain_option(AnswerId.OTHER_PERSON, "No, leave it aside"),
    )
    return asking(
        s, "same-person", text, "The sender is not the case's contact.", options,
        recommendation="Check with the customer before anything is done.",
    )  # fmt: skip


def _late(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    """After the yes nothing is negotiated without a person."""
    asked = asked_whether_delivered(s, slots)
    if asked:
        return asked
    what = slots.intent.value.replace("_", " ")
    if slots.intent in _SETTLED and not slots.unsure:
        left = waits_for(s.deal) or "nothing is left to do for it."
        text = f"They wrote about {wording.number_of(s.deal)} ({what}); {left}"
        if slots.intent is Intent.PAYMENT_NOTICE:
            text = "They say they have paid. I match the payment when it arrives on the account."
        return (telling("message", text, f"A {what} changes nothing now."),)
    ask = asking(
        s, "message",
        f"They wrote after the deal was made ({what}). What shall I answer?",
        "The deal is made, so this is not for me to decide.", (REPLY, CLOSE),
    )  # fmt: skip
    reopen = (ReopenDeal(why="The customer wrote again."),) if s.deal.closed else ()
    return before(reopen, (ask,))


def _on_request(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    if slots.unsure or not slots.items:
        return (_unsure(s, slots), asking_customer(tuple(one.item for one in slots.wanted)))
    again = s.deal.offer is not None and set(slots.wanted) == set(s.deal.offer.wanted)
    if s.deal.offers and not (again and s.deal.sent_offer is None):
        return (_once_more(s) if again else _another(s, slots),)
    first = _hurry(s, slots) or on_money(s, slots)
    if first:
        return (first,)
    followed = as_agreed_before(s, slots)
    if followed is not None:
        return (followed, _decide_first(s, slots))
    basis = by_list(s, "price list × the quantities the customer asked for")
    terms = standing_terms(s)
    reason = f"They ask for {wording.things(s.company, slots.wanted)}, which is on the price list."
    offer = offering(s, slots.wanted, terms, Why.FIRST, basis, id_="offer", reason=reason)
    return (offer, _decide_first(s, slots))


def _decide_first(s: Situation, slots: Slots) -> Choice:
    options = (offer_option(slots.wanted, "Offer it at list price"), ASK_CUSTOMER, DECLINE, REPLY)
    text = f"They ask for {wording.things(s.company, slots.wanted)}. Shall I offer it?"
    return asking(s, "request", text, "You may prefer to decide.", options)


def _unsure(s: Situation, slots: Slots) -> Choice:
    doubts = wording.doubts(slots.unsure) or "which item of the price list is meant"
    text = (
        f"A request I cannot place for certain. I could not tell: {doubts}. "
        f"{wording.NOTHING_SENT} {wording.FREE_TEXT}"
    )
    options = (*_guesses(s, slots), ASK_CUSTOMER, DECLINE, CLOSE)
    return asking(s, "request", text, f"I could not tell: {doubts}.", options,
                  recommendation="Ask the customer, unless you know.")  # fmt: skip


def _guesses(s: Situation, slots: Slots) -> tuple[Option, ...]:
    """Ready-made answers: what was read, where it is complete, else one and two of each."""
    if not slots.items:
        return ()
    counts = (1, 2) if any(not one.quantity for one in slots.wanted) else (1,)
    filled = [
        tuple(Wanted(one.item, one.quantity or count) for one in slots.wanted) for count in counts
    ]
    return tuple(
        offer_option(lines, f"Offer {wording.things(s.company, lines)}") for lines in filled
    )


def _once_more(s: Situation) -> Choice:
    """They ask for exactly what they were offered already."""
    offer = f" at {wording.offer_words(s.deal.sent_offer)}" if s.deal.sent_offer else ""
    text = (
        f"They ask again for what our {wording.number_of(s.deal)}{offer} has already. "
        f"{wording.NOTHING_SENT} What shall I answer?"
    )
    options = (plain_option(AnswerId.RENEW, "Send the offer once more"), REPLY, DECLINE)
    return asking(s, "scope", text, "They ask for the same again.", options)


def _another(s: Situation, slots: Slots) -> Choice:
    """They ask again before or after our offer left: what is meant to happen to the first?"""
    had = s.deal.offer.wanted if s.deal.offer else ()
    both = tuple({one.item: one for one in (*had, *slots.wanted)}.values())
    options = [offer_option(slots.wanted, f"Offer only {wording.things(s.company, slots.wanted)}")]
    if set(both) != set(slots.wanted):
        options.append(offer_option(both, f"Offer {wording.things(s.company, both)} together"))
    text = (
        f"They now ask for {wording.things(s.company, slots.wanted)}; our offer has "
        f"{wording.things(s.company, had)}. What shall I offer?"
    )
    return asking(
        s, "scope", text, "They name other items or quantities.", (*options, DECLINE, REPLY)
    )


def _hurry(s: Situation, slots: Slots) -> Choice | None:
    """They want it sooner than the operator lets Coo promise."""
    least = s.company.guardrails.deadline_days
    days = (slots.deadline - s.today).days if slots.deadline else least
    if slots.deadline is None or days >= least:
        return None
    when = day_words(slots.deadline)
    text = (
        f"They ask for {wording.things(s.company, slots.wanted)} by {when}, in {days} days. "
        f"The earliest you let me promise is {least} days. What shall I offer?"
    )
    options = (
        offer_option(slots.wanted, f"Offer it with {least} days"), ASK_CUSTOMER, DECLINE, REPLY,
    )  # fmt: skip
    why = f"Delivery in {days} days is sooner than the guardrails allow."
    return asking(s, "deadline", text, why, options, recommendation=f"Offer {least} days.")


def _counter(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    offer = s.deal.sent_offer
    return on_counter(s, slots, offer) if offer else _unclear(s, slots)


def _acceptance(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    return on_acceptance(s, slots) if s.deal.sent_offer else _unclear(s, slots)


def _rejection(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    if slots.unsure:
        return (_what(s, slots, "It reads like a no, but I am not sure."),)
    return before(
        declining(s, "customer", write=False).moves,
        (telling("declined", f"They do not want {wording.number_of(s.deal)}. The case is closed.",
                 "The customer said no."),),
    )  # fmt: skip


def _question(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    ask = _what(s, slots, "They ask a question that only you can answer.")
    items = tuple(one.item for one in slots.wanted)
    if not items or slots.unsure:
        return (ask,)
    prices = Choice(
        id="prices",
        moves=(WriteToCustomer(purpose="prices", items=items),),
        why="They ask for a price that is on the list.",
    )
    return (prices, ask)


def _payment_notice(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    return (_what(s, slots, "They speak of a payment, but no invoice has been sent."),)


def _complaint(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    return (_what(s, slots, "They complain. That is for you to answer."),)


def _unrelated(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    return (_what(s, slots, "It reads like advertising.", recommendation="Close the case."),)


def _unclear(s: Situation, slots: Slots) -> tuple[Choice, ...]:
    return (_what(s, slots, "I cannot tell what they want."),)


def _what(s: Situation, slots: Slots, why: str, *, recommendation: str = "") -> Choice:
    doubts = f" I could not tell: {wording.doubts(slots.unsure)}." if slots.unsure else ""
    text = f"{why}{doubts} {wording.NOTHING_SENT} What shall I answer?"
    options = (REPLY, ASK_CUSTOMER, DECLINE, CLOSE)
    return asking(s, "message", text, why, options, recommendation=recommendation)


_BY_INTENT: dict[Intent, Callable[[Situation, Slots], tuple[Choice, ...]]] = {
    Intent.NEW_REQUEST: _on_request,
    Intent.COUNTER_OFFER: _counter,
    Intent.ACCEPTANCE: _acceptance,
    Intent.REJECTION: _rejection,
    Intent.QUESTION: _question,
    Intent.PAYMENT_NOTICE: _payment_notice,
    Intent.COMPLAINT: _complaint,
    Intent.UNRELATED: _unrelated,
    Intent.UNCLEAR: _unclear,
}
