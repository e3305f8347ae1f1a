"""The playbook for a price that changed while an offer with it waits for its card.

Nothing goes out at a price the operator has just changed, and none is changed without them.
"""

from __future__ import annotations

from graph.amounts import amount_words
from graph.answers import AnswerId, plain_option, terms_option
from graph.deal import Deal, Doing
from graph.moves import Choice, Supersede
from graph.planners import wording
from graph.planners.steps import LEAVE, asking, before, is_asking, waiting
from graph.situation import Situation
from graph.terms import Terms
from ledger.domain.events import PriceChange, PricesChanged
from ledger.domain.values import Line


def on_prices(s: Situation, event: PricesChanged) -> tuple[Choice, ...]:
    """Take back the card that used an old price, and ask at which price it is to go out."""
    doing = _waiting_offer(s.deal)
    offer = s.deal.version(doing.version) if doing else None
    changes = [one for one in event.changes if offer and used(offer.lines, one)]
    if doing is None or offer is None or not changes:
        return waiting("No offer with that price waits.")
    why = "; ".join(change_words(one) for one in changes)
    gone = Supersede(action=doing.action, why=f"It used an old price. {why}.")
    text = (
        f"{why}. Our {wording.number_of(s.deal)} at {wording.offer_words(offer)} waited with the "
        f"old price, so I took its card back. {wording.NOTHING_SENT} Which price shall it have?"
    )
    keep = terms_option(
        Terms(net=offer.net.minor, delivery_days=offer.delivery_days),
        f"Keep {amount_words(offer.net)} net",
    )
    options = (plain_option(AnswerId.RENEW, "Make it anew with the new price"), keep, LEAVE)
    ask = asking(s, "price", text, "A price it used has changed.", options, about=doing.action)
    return before((gone,), (ask,))


def used(lines: tuple[Line, ...], change: PriceChange) -> bool:
    """Whether lines rest on the price before the change."""
    return any(
        line.item == change.item and line.unit_price == change.before and line.quantity > 0
        for line in lines
    )


def change_words(change: PriceChange) -> str:
    """`Logo design costs €700.00 now, no longer €650.00`"""
    now, then = amount_words(change.now), amount_words(change.before)
    return f"{change.title} costs {now} now, no longer {then}"


def _waiting_offer(deal: Deal) -> Doing | None:
    found = (one for one in deal.doing if one.name == "SendProposal" and is_asking(one))
    return next(found, None)
