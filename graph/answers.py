"""The answers a question offers. An answer's id says by itself what choosing it means.

So a choice can be acted on from the fact alone: nothing about the question need be remembered.
Shapes: `hold`, `accept:2`, `terms:net:210000`, `terms:net:210000:7` (days),
`offer:logo=1,website=2`, `happened:act-…`, `delivered:2026-11-20`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from graph.slots import Wanted
from graph.terms import Terms
from ledger.domain.events import Option


class AnswerId(StrEnum):
    """What stands before the first colon of an answer's id."""

    TERMS = "terms"
    OFFER = "offer"
    ACCEPT = "accept"
    HOLD = "hold"
    RENEW = "renew"
    DECLINE = "decline"
    ASK_CUSTOMER = "ask-customer"
    REPLY = "reply"
    SAME_PERSON = "same-person"
    OTHER_PERSON = "other-person"
    MATCH = "match"
    WAIVE = "waive"
    CREDIT = "credit"
    AGAIN = "again"
    HAPPENED = "happened"
    CLOSE = "close"
    LEAVE = "leave"
    GO_ON = "go-on"
    ORDER = "order"
    NO_ORDER = "no-order"
    DELIVERED = "delivered"
    NOT_YET = "not-yet"


def answer_of(choice: str) -> tuple[AnswerId, str] | None:
    """An answer's kind and the rest of its id; None where it is not one of the planner's."""
    name, _, rest = choice.partition(":")
    return (AnswerId(name), rest) if name in set(AnswerId) else None


def terms_option(terms: Terms, label: str) -> Option:
    """Agree to these terms."""
    kind, value = next(
        (pair for pair in (("net", terms.net), ("gross", terms.gross)) if pair[1]),
        ("discount", terms.discount_bp),
    )
    days = f":{terms.delivery_days}" if terms.delivery_days else ""
    return Option(f"{AnswerId.TERMS}:{kind}:{value}{days}", label)


def terms_of(rest: str) -> Terms | None:
    """The terms behind `net:210000:7`; None where it is no such thing."""
    kind, *numbers = rest.split(":")
    if not numbers or not all(number.isdigit() for number in numbers):
        return None
    value, days = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
    match kind:
        case "net":
            return Terms(net=value, delivery_days=days)
        case "gross":
            return Terms(gross=value, delivery_days=days)
        case "discount":
            return Terms(discount_bp=value, delivery_days=days)
        case _:
            return None


def offer_option(wanted: Sequence[Wanted], label: str) -> Option:
    """Offer these quantities at list price."""
    lines = ",".join(f"{one.item}={one.quantity}" for one in wanted)
    return Option(f"{AnswerId.OFFER}:{lines}", label)


def lines_of(rest: str) -> tuple[Wanted, ...]:
    """The lines behind `logo=1,website=2`; () where it is no such thing."""
    pairs = [part.rpartition("=") for part in rest.split(",") if part]
    if not all(item and count.isdigit() and int(count) for item, _, count in pairs):
        return ()
    return tuple(Wanted(item, int(count)) for item, _, count in pairs)


def plain_option(kind: AnswerId, label: str, about: str = "") -> Option:
    """An answer without numbers; `about` is what it refers to."""
    return Option(f"{kind}:{about}" if about else str(kind), label)
