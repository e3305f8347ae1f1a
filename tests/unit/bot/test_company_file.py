from __future__ import annotations

from contextlib import suppress
from datetime import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.company.file import iban_holds, load_company, read_company
from bot.company.init import company_by_asking, slug, write_company
from bot.company.text import company_text, defaults
from ledger.domain.company import (
    Attention,
    Bank,
    Budgets,
    Company,
    EInvoice,
    Guardrails,
    InvoiceNumbers,
    Language,
    ModelScope,
    Negotiation,
    Operator,
    PriceItem,
    QuietHours,
    Supply,
    Tax,
)
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import Money

TEXT = company_text(defaults())


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1, old
    return TEXT.replace(old, new, 1)


def refusal(text: str) -> SettingsInvalid:
    with pytest.raises(SettingsInvalid) as caught:
        read_company(text)
    assert caught.value.remedy
    return caught.value


def test_the_defaults_are_a_working_company() -> None:
    company = read_company(TEXT)
    assert company == defaults()
    assert company.item("website") is not None
    assert company.prices[0].price == Money(240_000, "EUR")
    assert company.guardrails.max_discount_bp == 1_000


def test_the_written_file_is_narrow_enough_to_read() -> None:
    assert max(len(line) for line in TEXT.splitlines()) <= 100


words = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() != "")
amounts = st.integers(min_value=1, max_value=10**9)


@st.composite
def companies(draw: st.DrawFn) -> Company:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "USD"]))

    def item(number: int) -> PriceItem:
        floor = draw(amounts)
        return PriceItem(
            id=f"item-{number}",
            title=draw(words),
            price=Money(floor + draw(st.integers(0, 10**6)), currency),
            floor=Money(floor, currency),
            unit=draw(words),
            names=tuple(draw(st.lists(words, max_size=12))),
            titles=draw(st.dictionaries(st.sampled_from(Language), words)),
            tax_bp=draw(st.none() | st.integers(0, 10_000)),
        )

    return Company(
        id=slug(draw(words)),
        name=draw(words),
        address=tuple(draw(st.lists(words, max_size=4))),
        email="a@b.example",
        operator=Operator(name=draw(words), email="n@b.example"),
        bank=Bank(holder=draw(words), iban="DE02120300000000202051", bic=draw(words)),
        country=draw(st.sampled_from(["DE", "NO", "US"])),
        currency=currency,
        language=draw(st.sampled_from(Language)),
        voice=draw(words),
        payment_days=draw(st.integers(0, 366)),
        ask_above=draw(st.none() | st.builds(Money, amounts, st.just(currency))),
        tax=Tax(
            rate_bp=draw(st.integers(0, 10_000)),
            exempt=draw(st.booleans()),
            exempt_note=draw(words),
        ),
        prices=tuple(item(n) for n in range(draw(st.integers(0, 2)))),
        guardrails=Guardrails(
            max_discount_bp=draw(st.integers(0, 10_000)),
            negotiation=draw(st.sampled_from(Negotiation)),
            rounds=draw(st.integers(0, 20)),
        ),
        invoice_numbers=InvoiceNumbers(next=draw(st.integers(1, 10**9))),
        budgets=Budgets(model_per_case_microusd=draw(st.integers(0, 10**10))),
        model_may_see=draw(st.sampled_from(ModelScope)),
    )


@settings(max_examples=40, deadline=None)
@given(companies())
def test_whatever_init_writes_reads_back_as_the_same_company(company: Company) -> None:
    assert read_company(company_text(company)) == company


@pytest.mark.parametrize(
    ("old", "new", "says", "lines_off"),
    [
        ('price: "2400.00"', "price: 2400.00", "does not keep exactly", 0),
        ('price: "2400.00"', 'price: "2.400,00"', "digits with a point", 0),
        ('price: "2400.00"', 'price: "2400.001"', "2 decimal places", 0),
        ('price: "2400.00"', 'price: "-1"', "not above zero", 0),
        ('floor: "2000.00"', 'floor: "2400.01"', "higher than the price", 0),
        ('currency: "EUR"', 'currency: "EURO"', "ISO 4217", 0),
        ('country: "DE"', 'country: "Germany"', "country code", 0),
        ('language: "en"', 'language: "nl"', "Choose: en, de, fr", 0),
        ("DE02120300000000202051", "DE02120300000000202052", "check digits", 0),
        ("{number:04d}", "{nummer}", "cannot be filled in", 0),
        ("{year}-{number:04d}", "{year}", "same number", 0),
        ("{year}-{number:04d}", "../{number}", "letters, digits", 0),
        ("next_number: 1", "next_number: 0", "whole number from 1", 0),
        ("next_number: 1", "next_number: true", "whole number", 0),
        ("  holder:", "  hodler:", "bank.holder is missing", -1),
        ("guardrails:", "gaurdrails:", "'guardrails'", 0),
        ("  rounds: 2", "  rounds: 2\n  round: 2", "'rounds'", 1),
        ('id: "studio-nord"', 'id: "Studio Nord"', "small letters", 0),
        ("exempt: false", "exempt: true", "exempt_note is empty", 0),
        ("exempt: false", "exempt: 1", "neither true nor false", 0),
        ('rate: "19"', 'rate: "119"', "between 0 and 100", 0),
        ('rate: "19"', "rate: 19.0", "does not keep exactly", 0),
        ("hello@studio-nord.example", "Nora <n@x.example>", "no mail address", 0),
        ('model_may_see: "any"', 'model_may_see: "some"', "any, local, none", 0),
        ('["Beispielweg 7"', "[7", "no list of texts", 0),
        ('name: "Studio Nord"', "name: 2026-01-01", "is no text", 0),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line_and_a_remedy(
    old: str, new: str, says: str, lines_off: int
) -> None:
    error = refusal(changed(old, new))
    line = TEXT[: TEXT.index(old)].count("\n") + 1 + lines_off
    assert says in str(error)
    assert error.cause.startswith(f"company.yaml:{line}: ")


def test_a_second_item_with_the_same_id_is_found_in_its_own_line() -> None:
    text = changed('id: "logo"', 'id: "website"')
    lines = [n for n, line in enumerate(text.splitlines(), 1) if 'id: "website"' in line]
    assert refusal(text).cause.startswith(f"company.yaml:{lines[1]}: prices[2].id")


@pytest.mark.parametrize(
    "text", ["", "- a\n- b\n", "just words", "a: [1", "company: 7\n", "a: 1\na: 2\n", "\t", "\x00"]
)
def test_a_file_that_is_no_configuration_is_refused_in_words(text: str) -> None:
    assert refusal(text).cause.startswith("company.yaml:")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(TEXT) - 2), st.text(max_size=3))
def test_any_small_damage_is_read_or_refused_but_never_crashes(place: int, noise: str) -> None:
    damaged = TEXT[:place] + noise + TEXT[place + 1 :]
    with suppress(SettingsInvalid):
        read_company(damaged)


def test_whole_amounts_need_no_quotes() -> None:
    assert read_company(changed('price: "2400.00"', "price: 2400")) == defaults()


def test_an_absent_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="coo init"):
        load_company(tmp_path / "company.yaml")


def test_a_file_in_another_charset_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_bytes("name: Büro".encode("latin-1"))
    with pytest.raises(SettingsInvalid, match="UTF-8"):
        load_company(path)


@pytest.mark.parametrize(
    ("iban", "good"),
    [
        ("DE02120300000000202051", True),
        ("GB82WEST12345698765432", True),
        ("DE02120300000000202015", False),
        ("de02120300000000202051", False),
        ("DE02", False),
        ("", False),
    ],
)
def test_an_iban_holds_only_with_right_check_digits(iban: str, good: bool) -> None:
    assert iban_holds(iban) is good


# --- coo init ---------------------------------------------------------------------------------


class Answers:
    """Answers questions that contain a word; all others with their default."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[str] = []

    def __call__(self, question: str, default: str) -> str:
        self.asked.append(question)
        word = next((each for each in self.answers if each in question), "")
        return self.answers.pop(word, "")


def test_asking_nothing_but_defaults_gives_studio_nord() -> None:
    assert company_by_asking(Answers(), print) == defaults()


def test_a_few_answers_make_a_company_of_ones_own(tmp_path: Path) -> None:
    ask = Answers(
        {
            "called": "Büro Süd",
            "And you": "Ada",
            "which address": "ada@buero.example",
            "country": "ch",
            "VAT": "none",
            "IBAN": "GB82 WEST 1234 5698 7654 32",
            "list price": "5",
            "alone": "n",
            "sell": "Coaching hour",
            "Net price of": "200.00",
            "words": "training, coaching",
        }
    )
    company = company_by_asking(ask, print)
    written = write_company(tmp_path, company)
    assert load_company(written.path) == company
    assert (company.id, company.currency) == ("buro-sud", "CHF")
    assert company.tax.exempt
    assert company.guardrails.negotiation is Negotiation.ASK
    (item,) = company.prices
    assert (item.id, item.price.minor, item.floor.minor) == ("coaching-hour", 20_000, 19_000)
    assert item.names == ("training", "coaching")
    assert len(ask.asked) <= 16


def test_a_wrong_answer_is_explained_and_asked_again() -> None:
    said: list[str] = []
    ask = Answers({"IBAN": "DE00 1234"})
    assert company_by_asking(ask, said.append).bank.iban == defaults().bank.iban
    assert said == ["That does not work: its check digits are wrong. Once more:"]


def test_an_example_price_list_follows_the_currency() -> None:
    company = company_by_asking(Answers({"currency": "JPY"}), print)
    assert read_company(company_text(company)) == company
    assert company.prices[0].price == Money(2_400, "JPY")


def test_init_never_overwrites_a_file_unasked(tmp_path: Path) -> None:
    write_company(tmp_path, defaults())
    other = msgspec.structs.replace(defaults(), name="Other")
    with pytest.raises(SettingsInvalid, match="left as it is"):
        write_company(tmp_path, other)
    assert load_company(tmp_path / "company.yaml") == defaults()


def test_init_by_force_keeps_the_former_file_beside_it(tmp_path: Path) -> None:
    other = msgspec.structs.replace(defaults(), name="Other")
    write_company(tmp_path, defaults())
    first = write_company(tmp_path, other, force=True)
    second = write_company(tmp_path, defaults(), force=True)
    assert first.kept is not None
    assert second.kept is not None
    assert load_company(first.kept) == defaults()
    assert load_company(second.kept) == other


ATTENTION = TEXT[TEXT.index("attention:") : TEXT.index("# What a language model")]


def attending(*lines: str) -> str:
    return TEXT.replace(ATTENTION, "attention:\n" + "".join(f"  {line}\n" for line in lines) + "\n")


def test_attention_is_read_as_it_is_written() -> None:
    given = Attention(
        cards_per_hour=3,
        cards_per_day=12,
        group_from=4,
        quiet_hours=QuietHours(begin=time(12, 30), end=time(14)),
        digest_at=None,
        zone="America/New_York",
    )
    company = replace(defaults(), attention=given)
    assert read_company(company_text(company)) == company
    awake = replace(defaults(), attention=Attention(quiet_hours=None, digest_at=time(6, 5)))
    assert read_company(company_text(awake)) == awake


def test_a_company_that_says_nothing_of_attention_has_quiet_nights_and_a_digest() -> None:
    company = read_company(TEXT.replace(ATTENTION, ""))
    assert company.attention == Attention()
    assert company.attention.quiet_hours is not None


@pytest.mark.parametrize(
    ("line", "cause", "remedy"),
    [
        ('quiet_hours: "ten to six"', "attention.quiet_hours is 'ten to six'", '"22:00-07:00"'),
        ('quiet_hours: "22:00-25:00"', "which are no quiet hours", "or `quiet_hours: none`"),
        ('quiet_hours: "22:00-22:00"', "which are no quiet hours", '"22:00-07:00"'),
        ('digest_at: "noon"', "attention.digest_at is 'noon', which is no time", '"18:00"'),
        ("cards_per_hour: 0", "no whole number from 1", "digits only"),
        ("group_from: 1", "no whole number from 2", "digits only"),
        ("zone: Berlin", "attention.zone is 'Berlin', which is no time zone", "Europe/Berlin"),
        ("cards_per_hours: 3", "attention.cards_per_hours is no key", "'cards_per_hour'"),
    ],
)
def test_a_slip_in_attention_is_named_with_its_line_and_what_to_write(
    line: str, cause: str, remedy: str
) -> None:
    text = attending(line)
    error = refusal(text)
    place = text.splitlines().index(f"  {line}") + 1
    assert error.cause.startswith(f"company.yaml:{place}: ")
    assert cause in error.cause
    assert remedy in error.remedy


def test_what_tax_and_e_invoices_need_is_read_back_as_it_was_written() -> None:
    item = msgspec.structs.replace(defaults().prices[0], supply=Supply.GOODS)
    company = msgspec.structs.replace(
        defaults(),
        ask_country=True,
        e_invoice=EInvoice.XRECHNUNG,
        phone="+49 40 1",
        prices=(item, *defaults().prices[1:]),
    )
    assert read_company(company_text(company)) == company
    assert read_company(TEXT).e_invoice is None
    with pytest.raises(SettingsInvalid, match="zugferd"):
        read_company(changed("# e_invoice: zugferd", "e_invoice: pdf"))
