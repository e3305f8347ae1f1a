"""The whole month of a made-up company, against books that were kept by hand."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from bot.command_line.main import cli
from connectors.mail.compose import COMMAND_HEADER

pytestmark = pytest.mark.slow


class Billed(NamedTuple):
    """One invoice as a person would write it into a book, from the script alone."""

    whom: str
    currency: str
    net: str
    tax_percent: str
    paid: str
    let_go: str = "0.00"


BOOK = (
    Billed("Jonas, a logo in two payments", "EUR", "650.00", "19", "773.50"),
    Billed("Mark in Portland, two workshop days", "USD", "2600.00", "0", "2600.00"),
    Billed("Ada, a website at her price, 2 % Skonto", "EUR", "2200.00", "19", "2565.64", "52.36"),
    Billed("Claire in Lyon, a website, reverse charge", "EUR", "2400.00", "0", "2400.00"),
    Billed("Louise in Nantes, no business, a logo", "EUR", "650.00", "19", "773.50"),
    Billed("Priya in London, a workshop day", "EUR", "1200.00", "0", "1200.00"),
    Billed("Beat in Bern, a logo, five euros kept", "EUR", "650.00", "0", "645.00", "5.00"),
    Billed("Nina, a workshop day", "EUR", "1200.00", "19", "1428.00"),
    Billed("Tom, two fifths of a website before it begins", "EUR", "960.00", "19", "1142.40"),
    Billed("Tom, the rest of it once it is there", "EUR", "1440.00", "19", "0.00"),
    Billed("Greta, thirty books", "EUR", "747.00", "7", "799.29"),
    Billed("Henrik, a logo", "EUR", "650.00", "19", "773.50"),
    Billed("Mia, a website", "EUR", "2400.00", "19", "0.00"),
    Billed("Otto, three months", "EUR", "270.00", "19", "321.30"),
    Billed("Paul, a logo", "EUR", "650.00", "19", "0.00"),
)
"""Otto's first invoice was reversed by a credit note, so it is not in the sums."""

LOOSE = {"EUR": Decimal("84.20") + Decimal("0.63"), "USD": Decimal(0)}
"""The waterworks pay back 84.20, and Greta paid 0.63 too much, which is her credit."""

SPENT = {"EUR": Decimal("23.80"), "USD": Decimal(0)}
"""A server for September, from a receipt that the operator forwarded; a debit paid it."""


def gross(one: Billed) -> Decimal:
    return Decimal(one.net) + tax(one)


def tax(one: Billed) -> Decimal:
    return (Decimal(one.net) * Decimal(one.tax_percent) / 100).quantize(Decimal("0.01"))


def by_hand(currency: str) -> dict[str, str]:
    own = [one for one in BOOK if one.currency == currency]
    paid = sum((Decimal(one.paid) for one in own), Decimal(0))
    let_go = sum((Decimal(one.let_go) for one in own), Decimal(0))
    invoiced = sum(map(gross, own), Decimal(0))
    sums = {
        "invoiced": invoiced,
        "income": sum((Decimal(one.net) for one in own), Decimal(0)),
        "tax": sum(map(tax, own), Decimal(0)),
        "paid": paid,
        "reduced": let_go,
        "open": invoiced - paid - let_go,
        "unmatched": LOOSE[currency],
        "expenses": SPENT[currency],
    }
    return {name: f"{amount:.2f}" for name, amount in sums.items()}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What the command printed, and the folder that it left."""
    folder = tmp_path_factory.mktemp("month") / "company"
    asked = ["demo", "--scenario", "month", "--auto", "--json", "--data", str(folder)]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), folder


def test_the_month_ends_with_the_books_that_were_kept_by_hand(
    month: tuple[dict[str, Any], Path],
) -> None:
    summary, _ = month
    assert summary["books"] == {code: by_hand(code) for code in ("EUR", "USD")}
    assert summary["books_balanced"] is True
    assert summary["invoices"] == len(BOOK) + 1
    assert summary["credit_notes"] == 1


def test_every_message_of_the_month_is_accounted_for_and_nothing_was_done_twice(
    month: tuple[dict[str, Any], Path],
) -> None:
    summary, _ = month
    assert summary["messages"] >= 60
    outcomes = summary["cases"] + summary["needs_you"] + summary["no_action"]
    assert summary["messages"] == outcomes
    assert summary["duplicate_effects"] == 0
    assert summary["cards"] > 0
    assert summary["outward_actions"] > 0
    assert summary["chain_ok"] is True
    assert summary["replay_identical"] is True


def test_what_left_the_house_in_the_month_is_as_many_mails_as_there_are_receipts(
    month: tuple[dict[str, Any], Path],
) -> None:
    summary, folder = month
    outbox = folder / "mail" / "out"
    assert len([*outbox.glob("new/*"), *outbox.glob("cur/*")]) == summary["outward_actions"]


def test_who_is_late_is_reminded_and_who_has_paid_or_written_is_not(
    month: tuple[dict[str, Any], Path],
) -> None:
    _, folder = month
    outbox = folder / "mail" / "out"
    heads = [
        BytesHeaderParser().parsebytes(path.read_bytes())
        for path in (*outbox.glob("new/*"), *outbox.glob("cur/*"))
    ]
    reminded = sorted(str(head["To"]) for head in heads if head[COMMAND_HEADER] == "SendReminder")
    assert reminded == [
        "jonas@petersen-rad.example",  # of the rest, which came the day after
        "mia@keramik-mia.example",
        "paul@reimer-elektro.example",
        "priya@nair-studio.example",  # the second one was withdrawn: she wrote
    ]


def test_a_month_that_is_over_is_only_counted_again(month: tuple[dict[str, Any], Path]) -> None:
    summary, folder = month
    asked = ["demo", "--scenario", "month", "--auto", "--json", "--data", str(folder)]
    again = json.loads(CliRunner().invoke(cli, asked).stdout)
    assert again | {"seconds": 0, "facts": 0} == summary | {"seconds": 0, "facts": 0}
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        kept = connection.execute("SELECT count(*) FROM facts").fetchone()[0]
    assert kept == again["facts"] == summary["facts"]
