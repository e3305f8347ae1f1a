"""The words and amounts that every deal of the benchmark shares."""

from __future__ import annotations

from typing import Final

from ledger.domain.values import Line, Money

POLICY: Final = "7@3f1c9a52be04"
WHY: Final = "An offer above 1,000.00 EUR is looked at before it leaves."
MAIL: Final = (
    "Hello Nora,\n\nwe are a bakery of four people and would like your website design package, "
    "with room for our opening hours, a page for each of our shops and a form for orders. Could "
    "you send us an offer? We would like to start in March.\n\nKind regards\nAda Example\n"
)
OFFER: Final = (
    "Dear Ada,\n\nthank you for your mail. Here is our offer: website design package, 2,400.00 EUR "
    "net. It is valid for two weeks, and we can deliver in ten working days.\n\nNora Lindt\n"
)
SLOTS: Final = (
    '{"items":[{"item":"website","quantity":1}],"budget":null,"start":"2026-03-01","wish":"form"}'
)
ANSWER: Final = (
    '{"deal":{"stage":"asked","items":["website"],"quantity":[1]},"entities":[],"version":%d,'
    '"name":"Ada Example","organisation":"Bakery Example","language":"en","mails_sent":1}'
)
NET: Final = Money(240_000, "EUR")
TOTAL: Final = Money(285_600, "EUR")
LINES: Final = (Line("website", "Website design package", 1, "piece", NET, 1_900),)
