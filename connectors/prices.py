"""What a model call costs, in micro-units of USD: known before it leaves, so budgets can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

MILLION: Final = 1_000_000
CHARS_PER_TOKEN: Final = 2
"""Fewer characters a token than any European language has, so an estimate errs upwards."""


class Price(Struct, frozen=True):
    """Micro-USD for a million tokens read and a million tokens written."""

    prompt: int
    answer: int


FREE: Final = Price(0, 0)
UNKNOWN_MODEL: Final = Price(30_000_000, 180_000_000)
"""A model without a price counts as one of the dearest, so that a cap can never be passed."""

PRICES: Final[dict[str, Price]] = {
    "gpt-5": Price(1_250_000, 10_000_000),
    "gpt-5-mini": Price(250_000, 2_000_000),
    "gpt-5-nano": Price(50_000, 400_000),
    "gpt-4.1": Price(2_000_000, 8_000_000),
    "gpt-4.1-mini": Price(400_000, 1_600_000),
    "gpt-4.1-nano": Price(100_000, 400_000),
    "gpt-4o": Price(2_500_000, 10_000_000),
    "gpt-4o-mini": Price(150_000, 600_000),
    "text-embedding-3-small": Price(20_000, 0),
    "text-embedding-3-large": Price(130_000, 0),
    "text-embedding-ada-002": Price(100_000, 0),
}
"""List prices; a dated name ("gpt-5-mini-2025-08-07") costs what its family costs."""


class PriceList(Struct, frozen=True, kw_only=True):
    """Prices at one endpoint. `own` are the operator's and count before all others.

    `local`: a server on this machine or network costs nothing unless `own` says otherwise.
    """

    local: bool = False
    own: Mapping[str, Price] = {}

    def price(self, model: str) -> Price:
        """The price of a model by its exact name or its family with a date."""
        if model in self.own:
            return self.own[model]
        if self.local:
            return FREE
        return PRICES.get(model) or PRICES.get(_family(model), UNKNOWN_MODEL)

    def knows(self, model: str) -> bool:
        """Whether a price is known, so that the model need not count as the dearest."""
        return self.price(model) != UNKNOWN_MODEL

    def cost(self, model: str, prompt_tokens: int, answer_tokens: int) -> int:
        """Micro-USD of a call, rounded up."""
        price = self.price(model)
        return -(-(prompt_tokens * price.prompt + answer_tokens * price.answer) // MILLION)

    def estimate(self, model: str, prompt_chars: int, max_tokens: int) -> int:
        """The most a call can cost, in micro-USD: what is reserved before it leaves."""
        return self.cost(model, tokens_at_most(prompt_chars), max_tokens)


def tokens_at_most(chars: int) -> int:
    """A count of tokens that a European text of so many characters stays below."""
    return -(-chars // CHARS_PER_TOKEN)


def _family(model: str) -> str:
    """ "gpt-5-mini-2025-08-07" without its date; any other name as it is."""
    family, _, date = model.partition("-20")
    dated = len(date) == len("25-08-07") and date.replace("-", "").isdigit()
    return family if dated else model
