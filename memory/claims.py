"""What an episode says that could be contradicted later: topics, and values in one form. Pure.

Topics of knowledge (`price:site`, `discount`) are named as in `ledger.domain.events.knowledge`.
The others name what became of a thing: `proposal:<id>` with the version, `invoice:<id>`,
`action:<id>`, `case:<id>` with how it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, assert_never

from ledger.domain.amounts import plain_amount
from ledger.domain.knowledge import (
    DateValue,
    DaysValue,
    EarlyValue,
    Knowledge,
    MoneyValue,
    PercentValue,
    TextValue,
    YesNoValue,
)
from ledger.domain.values import Line, Money
from memory.episodes import Episode

PRICE: Final = "price"
PROPOSAL: Final = "proposal"
INVOICE: Final = "invoice"
ACTION: Final = "action"
CASE: Final = "case"

DISCOUNT: Final = "discount"
DELIVERY: Final = "delivery-days"

_THINGS: Final = frozenset({PROPOSAL, INVOICE, ACTION, CASE})
_AMOUNT: Final = re.compile(r"-?[€$£]\s?\d(?:[\d.,]*\d)?|-?\d(?:[\d.,]*\d)?\s?(?:[€$£]|[A-Z]{3}\b)")

Claim = tuple[str, str]
"""A topic, and what is said of it."""


def amount(money: Money) -> str:
    """An amount as memory writes it, without separators, so that it is found by its digits."""
    return f"{plain_amount(money)} {money.currency}"


def without_amounts(text: str) -> str:
    """A text with its amounts taken out, in whatever way they are written."""
    return _AMOUNT.sub("(an earlier amount)", text)


def topic(kind: str, name: str) -> str:
    """`price:site`: what a claim is about."""
    return f"{kind}:{name}"


def kind_of(topic: str) -> str:
    """`price` of `price:site`, and the whole of a topic without a name."""
    return topic.partition(":")[0]


def name_of(topic: str) -> str:
    """`site` of `price:site`, "" of a topic without a name."""
    return topic.partition(":")[2]


def is_knowledge(topic: str) -> bool:
    """Whether statements of the operator could say otherwise."""
    return kind_of(topic) not in _THINGS


def terms(lines: Iterable[Line], discount_bp: int, delivery_days: int) -> tuple[Claim, ...]:
    """What an offer says: the net price of one unit of each item, the discount, the delivery."""
    prices = {(topic(PRICE, line.item), amount(line.unit_price)): None for line in lines}
    return (*prices, (DISCOUNT, f"{discount_bp} bp"), (DELIVERY, f"{delivery_days} days"))


def claims_of(episode: Episode) -> Iterator[Claim]:
    """The topics of an episode, each with what it says of it."""
    return zip(episode.topics, episode.values, strict=False)


def over(last: date) -> datetime:
    """When a day that still counts is over. Offers are dated in UTC, like every fact."""
    return datetime.combine(last + timedelta(days=1), time(), UTC)


def value_of(known: Knowledge) -> str:
    """What a statement says, in the form of a claim."""
    match known.value:
        case MoneyValue(amount=money):
            return amount(money)
        case PercentValue(basis_points=basis_points):
            return f"{basis_points} bp"
        case DaysValue(days=days):
            return f"{days} days"
        case EarlyValue(basis_points=basis_points, days=days):
            return f"{basis_points} bp within {days} days"
        case DateValue(on=on):
            return on.isoformat()
        case YesNoValue(yes=yes):
            return "yes" if yes else "no"
        case TextValue():
            return known.text
        case _:
            assert_never(known.value)
