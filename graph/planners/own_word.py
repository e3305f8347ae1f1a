"""The playbook for what the operator did himself: his word stands, and nothing is said twice."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option
from graph.deal import PENDING, Offer
from graph.folding import ANSWERS, answers_earlier
from graph.moves import (
    AnyMove,
    Choice,
    RecordTold,
    TellOperator,
    WakeMe,
    Withdraw,
    WithdrawQuestion,
)
from graph.planners import wording
from graph.planners.negotiation import asked_of
from graph.planners.outcomes import OFFER_EXPIRES
from graph.planners.steps import LEAVE, answered, asking, said_terms
from graph.situation import Situation
from graph.slots import Intent, Wanted
from graph.taxing import doubted, tax_of
from graph.terms import Priced, Unpriceable, priced, without_floors
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.events import OperatorActed
from ledger.domain.tax import Unclear
from ledger.domain.values import Money

_DID: Final = {
    "wrote": "You wrote to {who} yourself",
    "told": "You told {who} yourself",
    "called": "You spoke to {who} yourself",
    "sent": "You sent {who} something yourself",
}
_MORNING: Final = time(8, tzinfo=UTC)


def on_own_word(s: Situation, event: OperatorActed) -> tuple[Choice, ...]:
    """What waits for the same customer is withdrawn, and the case goes on from what he said."""
    who = f"@{s.deal.contact}" if s.deal.contact else "the customer"
    did = _DID.get(event.how, _DID["told"]).format(who=who)
    if answers_earlier(s.deal, event):
        tell = TellOperator(
            topic="own-word",
            text=f"{did}, about an earlier mail of theirs; what waits for their last one stays.",
        )
        return (_all(did, (tell,), _priced(s, event)),)
    return (_all(did, _withdrawn(s, did), _next(s, event, did)),)


def _all(did: str, *moves: tuple[AnyMove, ...]) -> Choice:
    return Choice(id="own-word", moves=tuple(one for each in moves for one in each), why=f"{did}.")


def _withdrawn(s: Situation, did: str) -> tuple[AnyMove, ...]:
    """Every card of this thread; one that is no answer is asked about, since it may be due."""
    gone = tuple(
        Withdraw(action=one.action, why=f"{did}; this card is withdrawn.")
        for one in s.deal.doing
        if one.progress in PENDING
    )
    due = tuple(one for one in s.deal.doing if one.progress in PENDING and one.name not in ANSWERS)
    asked = tuple(
        move
        for one in due
        for move in asking(
            s, "own-word",
            f"{did}, so I took back: {wording.deed(one)}. Shall I still propose it?",
            "What you said may have changed it.",
            (plain_option(AnswerId.AGAIN, "Yes, propose it again", one.action), LEAVE),
            about=one.action,
        ).moves
    )  # fmt: skip
    who = {one.question for one in s.deal.open if AnswerId.SAME_PERSON in one.options}
    moot = (
        one
        for one in answered(s, f"{did}.")
        if not (isinstance(one, WithdrawQuestion) and one.question in who)
    )
    return (*gone, *moot, *asked)


def _next(s: Situation, event: OperatorActed, did: str) -> tuple[AnyMove, ...]:
    moves = _priced(s, event)
    if moves:
        return moves
    text = f"{did}. I answer nothing of that again, and go on from what you said."
    return (TellOperator(topic="own-word", text=text),)


# --- the price he told ---------------------------------------------------------------------------


def _priced(s: Situation, event: OperatorActed) -> tuple[AnyMove, ...]:
    """The price is on record as a version that is out; () where he named none."""
    price, gross = _meant(s, event)
    if price is None:
        return ()
    if s.deal.accepted or s.deal.declined:
        return _too_late(s, price)
    terms, wanted = said_terms(price, gross=gross), _wanted(s)
    if not wanted:
        text = f"You told them {amount_words(price)}. The next offer says that."
        return (TellOperator(topic="own-word", text=text),)
    try:
        found = priced(without_floors(s.company), wanted, terms, today=s.today)
    except (Unpriceable, CurrencyMismatch) as error:
        return _impossible(s, price, str(error))
    tax = tax_of(s, found.lines)
    if isinstance(tax, Unclear):
        return (doubted(s, tax),)
    told = RecordTold(lines=wanted, terms=terms, fact=event.fact, message_id=event.message_id)
    return (told, *_goes_on(s, found, price))


def _meant(s: Situation, event: OperatorActed) -> tuple[Money | None, bool]:
    """What he named; or what they asked for, where he said yes to it."""
    if event.price is not None or not event.agreed:
        return event.price, event.gross
    asked = _asked(s)
    return (Money(asked, s.company.currency), False) if asked else (None, False)


def _asked(s: Situation) -> int:
    """The net sum that their last mail asks for; 0 for none that is certain."""
    heard, offer = s.deal.heard, s.deal.sent_offer
    slots = heard.slots if heard and heard.sender != "other" else None
    if slots is None or offer is None or slots.intent is not Intent.COUNTER_OFFER or slots.unsure:
        return 0
    asked = asked_of(s, slots, offer)
    return 0 if asked.doubt else asked.net


def _wanted(s: Situation) -> tuple[Wanted, ...]:
    offer: Offer | None = s.deal.sent_offer or s.deal.offer
    lines = offer.wanted if offer else s.deal.requested
    return lines if all(one.quantity for one in lines) else ()


def _goes_on(s: Situation, found: Priced, price: Money) -> tuple[AnyMove, ...]:
    """They asked for just that: is the deal made? Else their answer is next."""
    version = (s.deal.offer.version if s.deal.offer else 0) + 1
    until = datetime.combine(found.valid_until + timedelta(days=1), _MORNING)
    wake = WakeMe(due=until, purpose=f"{OFFER_EXPIRES}{version}")
    words = wording.net_words(found.sums.net.minor, s.company.currency, found.discount_bp)
    if _asked(s) == found.sums.net.minor:
        text = f"You told them {words}, which is what they asked for. Is the deal made?"
        yes = plain_option(AnswerId.ACCEPT, f"Yes: accepted at {words}", str(version))
        ask = asking(
            s, "acceptance", text, "Only you know whether that settled it.",
            (yes, plain_option(AnswerId.LEAVE, "No, I wait for their word")),
            about=s.deal.heard.fact if s.deal.heard else "",
        )  # fmt: skip
        return (wake, *ask.moves)
    text = (
        f"You told them {amount_words(price)}: on record as version {version} at {words}. "
        "It binds what I offer and bill; I send nothing of it."
    )
    return (wake, TellOperator(topic="own-word", text=text))


def _too_late(s: Situation, price: Money) -> tuple[AnyMove, ...]:
    over = "accepted" if s.deal.accepted else "declined"
    text = (
        f"You told them {amount_words(price)}, and the offer is {over} already. Nothing was "
        "changed. `undo` takes an invoice back; a new offer may be made then."
    )
    return asking(s, "own-word", text, f"The offer is {over}.", (LEAVE,)).moves


def _impossible(s: Situation, price: Money, why: str) -> tuple[AnyMove, ...]:
    text = (
        f"You told them {amount_words(price)}, and I cannot make an offer of it: {why} I send "
        "them no other price. Say what it is for, or change the price list."
    )
    return asking(s, "own-word", text, why, (LEAVE,)).moves
