"""Small makers of choices, shared by the chapters of the playbook."""

from __future__ import annotations

from collections.abc import Sequence

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.briefing import is_told
from graph.deal import OVER, PENDING, Deal, Doing, Progress
from graph.moves import (
    AnyMove,
    AskOperator,
    Choice,
    CloseDeal,
    Decide,
    DeclineDeal,
    OfferProposal,
    Supersede,
    TellOperator,
    Wait,
    Why,
    WithdrawQuestion,
    Wording,
    WriteToCustomer,
)
from graph.planners.given_word import with_word, words_behind
from graph.situation import Situation
from graph.slots import Wanted
from graph.taxing import doubted, tax_of
from graph.terms import Terms, Unpriceable, priced, without_floors
from ledger.domain.billing import BillingPlan
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.events import Option
from ledger.domain.tax import Unclear
from ledger.domain.values import Money, Provenance, Trust

MAILS = frozenset({"SendProposal", "SendReply"})
"""Actions that answer a customer's message: a newer message makes them stale."""

REPLY = plain_option(AnswerId.REPLY, "Answer in my own words")
ASK_CUSTOMER = plain_option(AnswerId.ASK_CUSTOMER, "Ask the customer")
DECLINE = plain_option(AnswerId.DECLINE, "Decline politely")
CLOSE = plain_option(AnswerId.CLOSE, "Close the case")
LEAVE = plain_option(AnswerId.LEAVE, "Leave it to me")
HOLD = plain_option(AnswerId.HOLD, "Hold our price")


def waiting(reason: str) -> tuple[Choice, ...]:
    """Nothing to do."""
    return (Choice(id="wait", moves=(Wait(reason=reason),), why=reason),)


def telling(topic: str, text: str, why: str) -> Choice:
    """The operator should know, and nothing else."""
    return Choice(id="tell", moves=(TellOperator(topic=topic, text=text),), why=why)


def asking(
    s: Situation,
    topic: str,
    text: str,
    why: str,
    options: Sequence[Option] = (),
    *,
    recommendation: str = "",
    about: str = "",
) -> Choice:
    """Ask the operator."""
    question = AskOperator(
        topic=topic,
        about=about or s.cause,
        text=text,
        why=why,
        options=tuple(options),
        recommendation=recommendation,
    )
    return Choice(id="ask-operator", moves=(question,), why=why)


def asking_customer(items: tuple[str, ...] = ()) -> Choice:
    """Write to the customer and ask what is meant."""
    move = WriteToCustomer(purpose="clarify", items=items)
    return Choice(id="ask-customer", moves=(move,), why="The customer knows best what is meant.")


def offering(
    s: Situation,
    wanted: tuple[Wanted, ...],
    terms: Terms,
    why: Why,
    basis: Provenance,
    *,
    id_: str,
    reason: str,
    replaces: str = "",
    wording: Wording = Wording(),  # noqa: B008  # frozen
    plan: BillingPlan | None = None,
) -> Choice:
    """An offer at these terms; a question where they cannot be met.

    A price that the operator told the customer himself binds, whatever a list or a rule says.
    """
    terms, basis = _as_told(s, terms, basis)
    try:
        company = without_floors(s.company) if is_told(s, terms) else s.company
        price = priced(company, wanted, terms, today=s.today)
    except (Unpriceable, CurrencyMismatch) as error:
        return _impossible(s, str(error))
    tax = tax_of(s, price.lines)
    if isinstance(tax, Unclear):
        question = doubted(s, tax, (DECLINE,))
        return Choice(id="ask-operator", moves=(question,), why=question.why)
    move = OfferProposal(
        lines=wanted,
        terms=terms,
        why=why,
        basis=with_word(s, wanted, terms, basis),
        replaces=replaces,
        wording=wording,
        plan=plan,
    )
    return Choice(id=id_, moves=(move,), why=" ".join([reason, *words_behind(s, wanted, terms)]))


def _as_told(s: Situation, terms: Terms, basis: Provenance) -> tuple[Terms, Provenance]:
    word = s.deal.bound
    if word is None or word.price is None or basis.trust is Trust.OPERATOR:
        return terms, basis
    told = said_terms(word.price, gross=word.gross, delivery_days=terms.delivery_days)
    note = f"you told them {amount_words(word.price)} yourself"
    return told, Provenance(sources=(word.fact,), trust=Trust.OPERATOR, note=note)


def said_terms(price: Money, *, gross: bool, delivery_days: int = 0) -> Terms:
    """The terms behind one sum; of unknown basis it is taken as net."""
    if gross:
        return Terms(gross=price.minor, delivery_days=delivery_days)
    return Terms(net=price.minor, delivery_days=delivery_days)


def by_list(s: Situation, note: str) -> Provenance:
    """Prices from the operator's list; which items, the customer said."""
    return Provenance(sources=sources(s), trust=Trust.VERIFIED, note=note)


def by_operator(s: Situation, note: str) -> Provenance:
    """The operator said so, in the delivered fact."""
    return Provenance(sources=(s.fact.id,), trust=Trust.OPERATOR, note=note)


def by_customer(s: Situation, note: str) -> Provenance:
    """The customer named it. That stays on the value, whatever the guardrails say about it."""
    return Provenance(sources=sources(s), trust=Trust.UNTRUSTED, note=note)


def sources(s: Situation) -> tuple[str, ...]:
    """The facts behind a plan: the last message, and the fact that opened the case."""
    heard = s.deal.heard.fact if s.deal.heard else ""
    return tuple(dict.fromkeys(fact for fact in (s.cause, heard, s.deal.opened) if fact))


def declining(s: Situation, by: str, *, write: bool) -> Choice:
    """The deal is off: say so, record it, close."""
    letter: tuple[AnyMove, ...] = (WriteToCustomer(purpose="decline"),) if write else ()
    decision = Decide(
        topic="decline", chosen="The deal is off.", by=by, evidence=sources(s), outcome="declined"
    )
    off: tuple[AnyMove, ...] = (DeclineDeal(fact=s.cause, by=by),) if s.deal.offers else ()
    return Choice(
        id="decline",
        moves=(
            *tidied(s, "The deal is off."),
            *letter,
            *off,
            decision,
            CloseDeal(outcome="declined"),
        ),
        why=f"The {by} does not want it.",
    )


def stale(s: Situation, why: str) -> tuple[AnyMove, ...]:
    """What a newer message of the customer makes stale: drafts that wait, questions about mails,
    and questions whether something was done that the message shows."""
    drafts = (one for one in s.deal.doing if one.name in MAILS and is_asking(one))
    done = {one.action for one in s.deal.doing if one.progress in OVER}
    settled = done.union(s.deal.mails) - {s.cause}
    asked = (one for one in s.deal.open if one.about in settled)
    return (
        *(Supersede(action=one.action, why=why) for one in drafts),
        *(WithdrawQuestion(question=one.question, why=why) for one in asked),
    )


def tidied(s: Situation, why: str) -> tuple[AnyMove, ...]:
    """The end of a case: nothing of it waits for the operator any more, but money of which
    nobody has said what it is.
    """
    unread = [one.question for one in s.deal.unread]
    moot = [one.question for one in s.deal.open if one.about not in _unplaced(s.deal)]
    return (
        *(Supersede(action=one.action, why=why) for one in s.deal.doing if is_asking(one)),
        *(WithdrawQuestion(question=each, why=why) for each in (*moot, *unread)),
    )


def answered(s: Situation, why: str) -> tuple[AnyMove, ...]:
    """What was asked before the operator said what to do; but unplaced money still is asked
    about, and so is an action of which nobody knows the end.
    """
    unsettled = (Progress.UNKNOWN, Progress.FAILED, Progress.BOUNCED)
    ends = {one.action for one in s.deal.doing if one.progress in unsettled}
    return tuple(
        WithdrawQuestion(question=one.question, why=why)
        for one in s.deal.open
        if one.about not in ends | _unplaced(s.deal)
    )


def _unplaced(deal: Deal) -> set[str]:
    """The payments of which nobody has said what they are."""
    return {one.fact for one in deal.incoming if one.payment not in deal.payments}


def is_asking(doing: Doing) -> bool:
    """Whether it waits for an approval."""
    return bool(doing.approval) and doing.progress in (Progress.ASKING, Progress.WITHHELD)


def before(moves: tuple[AnyMove, ...], choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices, each with these moves first."""
    return tuple(
        Choice(
            id=one.id,
            moves=(*moves, *one.moves),
            why=one.why,
            goal=one.goal,
            not_taken=one.not_taken,
        )
        for one in choices
    )


def last_doing(deal: Deal, *, pending: bool = False) -> Doing | None:
    """The newest action, or the newest that may still run."""
    found = [one for one in deal.doing if not pending or one.progress in PENDING]
    return found[-1] if found else None


def _impossible(s: Situation, why: str) -> Choice:
    text = f"I cannot make this offer: {why} {_SAY}"
    return asking(
        s, "impossible", text, why, (HOLD, DECLINE, LEAVE), recommendation="Name other terms."
    )


_SAY = "Nothing was sent. Say other terms, or change the price list."
