from __future__ import annotations

import pytest

from connectors.prices import FREE, PRICES, UNKNOWN_MODEL, Price, PriceList

OPENAI = PriceList()


def test_a_server_on_this_machine_or_network_costs_nothing() -> None:
    assert PriceList(local=True).estimate("gpt-5", 1_000_000, 1_000_000) == 0


def test_a_price_the_operator_gave_counts_everywhere() -> None:
    own = {"gpt-5": Price(1, 2)}
    assert PriceList(own=own).price("gpt-5") == Price(1, 2)
    assert PriceList(local=True, own=own).price("gpt-5") == Price(1, 2)
    assert PriceList(local=True, own=own).price("other") == FREE


def test_a_call_costs_its_tokens_rounded_up() -> None:
    assert OPENAI.cost("gpt-5-mini", 1_000_000, 0) == 250_000
    assert OPENAI.cost("gpt-5-mini", 1, 0) == 1
    assert OPENAI.cost("gpt-5-mini", 0, 0) == 0


def test_a_dated_model_costs_what_its_family_costs() -> None:
    assert OPENAI.price("gpt-5-mini-2025-08-07") == OPENAI.price("gpt-5-mini")


@pytest.mark.parametrize("model", ["gpt-99", "gpt-5-mini-2025-08-0x", "", "gpt-5-2000"])
def test_an_unknown_model_counts_as_the_dearest(model: str) -> None:
    assert OPENAI.price(model) == UNKNOWN_MODEL
    assert all(UNKNOWN_MODEL.answer >= price.answer for price in PRICES.values())
    assert all(UNKNOWN_MODEL.prompt >= price.prompt for price in PRICES.values())


def test_what_is_reserved_is_never_less_than_what_such_a_call_costs() -> None:
    prompt = "Wir hätten gern ein Angebot über drei Tage Beratung. " * 40
    tokens = len(prompt) // 3
    assert OPENAI.estimate("gpt-5", len(prompt), 800) >= OPENAI.cost("gpt-5", tokens, 800)
