"""`company.yaml`: read strictly into `ledger.domain.company.Company`, slips named by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Final

from bot import texts
from bot.company.attention import attention, time_zone
from bot.company.reminding import follow_up_after, region, reminders
from bot.company.yaml_section import Section, document
from bot.wording.amounts import is_country, is_currency, micro_usd
from ledger.domain.accounts import Chart
from ledger.domain.billing import BillingPlan, PlanUnclear, plan_of
from ledger.domain.company import (
    CREDIT_NOTE_FORMAT,
    DEFAULT_RETENTION_YEARS,
    Bank,
    Basis,
    Bookkeeping,
    Budgets,
    Company,
    EarlyPayment,
    EInvoice,
    Elsewhere,
    Guardrails,
    InvoiceNumbers,
    Language,
    ModelScope,
    Negotiation,
    Operator,
    PriceItem,
    Receiving,
    Supply,
    Tax,
)
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import Money
from memory.working import SMALLEST_BUDGET

FILE_NAME: Final = "company.yaml"
ID_FORM: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VOICE: Final = "friendly, brief, concrete"
"""How Coo writes where the file does not say."""

_A_YEAR_OF_DAYS: Final = 366
_A_CENTURY: Final = 100
_LONGEST_HOLD: Final = 3_600
_MANY: Final = 1_000_000_000
_INVOICE_KEYS: Final = ("number_format", "next_number")
_CREDIT_NOTE_KEYS: Final = ("credit_note_format", "credit_note_next")


def load_company(path: Path) -> Company:
    """Read the file. Raises `SettingsInvalid` with line, cause and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        missing = texts.COMPANY_MISSING.put(path=path, folder=path.parent)
        raise SettingsInvalid(*missing) from error
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or texts.COMPANY_NO_UTF8
        raise SettingsInvalid(*texts.COMPANY_UNREADABLE.put(path=path, why=why)) from error
    return read_company(text, path.name)


@lru_cache(maxsize=2)
def read_company(text: str, file: str = FILE_NAME) -> Company:
    """Read the text of a `company.yaml`. Parsing takes long; the same text is the same company."""
    top = document(file, text)
    firm, invoices = top.section("company"), top.section("invoices")
    guardrails = top.section("guardrails")
    taxing, currency = top.section("tax"), _currency(firm)
    mail = top.section("mail")
    company = Company(
        id=_identifier(firm, "id"),
        name=firm.text("name"),
        address=firm.texts("address"),
        email=_address(firm, "email"),
        country=_country(firm),
        currency=currency,
        language=firm.choice("language", Language, Language.ENGLISH),
        voice=firm.text("voice", VOICE),
        operator=_operator(top.section("operator")),
        tax=_tax(taxing),
        ask_country=taxing.yes("ask_country", default=False),
        bank=_bank(top.section("bank")),
        prices=_prices(top.sections("prices"), currency),
        region=region(firm, _country(firm)),
        reminders=reminders(top),
        follow_up_after=follow_up_after(top.section("follow_up")),
        ask_above=_positive(guardrails, "ask_above", currency),
        guardrails=_guardrails(guardrails),
        payment_days=invoices.whole("payment_days", 14, 0, _A_YEAR_OF_DAYS),
        early_payment=_early_payment(invoices.section("early_payment")),
        bank_fee_tolerance=_positive(invoices, "bank_fee_tolerance", currency),
        invoice_numbers=_numbers(invoices, _INVOICE_KEYS, InvoiceNumbers()),
        credit_note_numbers=_numbers(
            invoices, _CREDIT_NOTE_KEYS, InvoiceNumbers(format=CREDIT_NOTE_FORMAT)
        ),
        keep_years=_keep_years(invoices),
        receiving=_receiving(mail),
        hold_seconds=_hold_seconds(mail),
        e_invoice=_e_invoice(invoices),
        billing=_billing(invoices),
        phone=firm.text("phone", ""),
        books=_books(top.section("books")),
        budgets=_budgets(top.section("budgets")),
        attention=attention(top.section("attention")),
        time_zone=time_zone(firm, "time_zone"),
        model_may_see=top.choice("model_may_see", ModelScope, ModelScope.ANY),
    )
    for section in (top, firm, taxing, invoices, guardrails, mail):
        section.done()
    return company


def _identifier(section: Section, key: str) -> str:
    value = section.text(key)
    if not ID_FORM.fullmatch(value):
        raise section.refused(key, texts.COMPANY_BAD_ID, value=value)
    return value


def _currency(section: Section) -> str:
    value = section.text("currency", "EUR")
    if not is_currency(value):
        raise section.refused("currency", texts.COMPANY_BAD_CURRENCY, value=value)
    return value


def _country(section: Section) -> str:
    value = section.text("country", "DE")
    if not is_country(value):
        raise section.refused("country", texts.COMPANY_BAD_COUNTRY, value=value)
    return value


def _address(section: Section, key: str) -> str:
    value = section.text(key)
    if not is_mail_address(value):
        raise section.refused(key, texts.COMPANY_BAD_MAIL, value=value)
    return value


def is_mail_address(value: str) -> bool:
    """Whether `value` is one bare address: something@something.something, no name, no space."""
    return parseaddr(value)[1] == value and bool(
        re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.\w+", value)
    )


def _books(section: Section) -> Bookkeeping:
    books = Bookkeeping(
        basis=section.choice("basis", Basis, Basis.ACCRUAL),
        chart=section.choice("chart", Chart, Chart.NONE),
    )
    section.done()
    return books


def _operator(section: Section) -> Operator:
    said = "language" in section.keys()  # noqa: SIM118 - a method of ours, no mapping
    operator = Operator(
        name=section.text("name"),
        email=_address(section, "email"),
        language=section.choice("language", Language, Language.ENGLISH) if said else None,
    )
    section.done()
    return operator


def _tax(section: Section) -> Tax:
    rate = section.percent("rate")
    tax = Tax(
        rate_bp=Tax().rate_bp if rate is None else rate,
        vat_id=section.text("vat_id", ""),
        tax_number=section.text("tax_number", ""),
        exempt=section.yes("exempt", default=False),
        exempt_note=section.text("exempt_note", ""),
    )
    if tax.exempt and not tax.exempt_note:
        raise section.refused("exempt", texts.COMPANY_NO_EXEMPT_NOTE)
    return tax


def _bank(section: Section) -> Bank:
    iban = section.text("iban").replace(" ", "").upper()
    if not iban_holds(iban):
        raise section.refused("iban", texts.COMPANY_BAD_IBAN, value=iban)
    bank = Bank(
        holder=section.text("holder"),
        iban=iban,
        bic=section.text("bic", ""),
        bank=section.text("bank", ""),
    )
    section.done()
    return bank


def iban_holds(iban: str) -> bool:
    """Whether the check digits of an IBAN (no spaces, capitals) are right: ISO 7064, mod 97."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban):
        return False
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _prices(sections: Iterable[Section], currency: str) -> tuple[PriceItem, ...]:
    items: dict[str, PriceItem] = {}
    for section in sections:
        item = _price(section, currency)
        if item.id in items:
            raise section.refused("id", texts.COMPANY_TWICE, value=item.id)
        items[item.id] = item
    return tuple(items.values())


def _price(section: Section, currency: str) -> PriceItem:
    price = _required(section, "price", currency)
    floor = _positive(section, "floor", currency) or price
    if price < floor:
        raise section.refused("floor", texts.COMPANY_FLOOR_ABOVE)
    others = section.section("currencies")
    item = PriceItem(
        id=_identifier(section, "id"),
        title=section.text("title"),
        price=price,
        floor=floor,
        unit=section.text("unit", "piece"),
        names=section.texts("names"),
        titles=_titles(section.section("titles")),
        tax_bp=section.percent("tax"),
        supply=section.choice("supply", Supply, Supply.SERVICE),
        currencies={code: _elsewhere(others, code, currency) for code in others.keys()},  # noqa: SIM118  # no mapping
        billing=_billing(section),
    )
    section.done()
    return item


def _elsewhere(others: Section, code: str, own: str) -> Elsewhere:
    """What an item costs in another currency."""
    if not is_currency(code) or code == own:
        raise others.refused(code, texts.COMPANY_BAD_CURRENCY, value=code)
    section = others.section(code)
    price = _required(section, "price", code)
    floor = _positive(section, "floor", code) or price
    if price < floor:
        raise section.refused("floor", texts.COMPANY_FLOOR_ABOVE)
    section.done()
    return Elsewhere(price=price, floor=floor)


def _titles(section: Section) -> dict[Language, str]:
    present = set(section.keys())
    titles = {each: section.text(each.value, "") for each in Language}
    section.done()
    return {each: title for each, title in titles.items() if each.value in present}


def _required(section: Section, key: str, currency: str) -> Money:
    amount = _positive(section, key, currency)
    if amount is None:
        raise section.refused(key, texts.YAML_MISSING)
    return amount


def _positive(section: Section, key: str, currency: str) -> Money | None:
    amount = section.money(key, currency)
    if amount is not None and amount.minor <= 0:
        raise section.refused(key, texts.COMPANY_NOT_POSITIVE)
    return amount


def _guardrails(section: Section) -> Guardrails:
    base = Guardrails()
    discount = section.percent("max_discount")
    return Guardrails(
        max_discount_bp=base.max_discount_bp if discount is None else discount,
        negotiation=section.choice("negotiation", Negotiation, base.negotiation),
        deadline_days=section.whole("deadline_days", base.deadline_days, 0, _A_YEAR_OF_DAYS),
        rounds=section.whole("rounds", base.rounds, 0, 20),
        proposal_valid_days=section.whole(
            "proposal_valid_days", base.proposal_valid_days, 1, _A_YEAR_OF_DAYS
        ),
    )


def _numbers(section: Section, keys: tuple[str, str], base: InvoiceNumbers) -> InvoiceNumbers:
    """A series of numbers; `keys` name its format and its first number."""
    pattern, first = keys
    numbers = InvoiceNumbers(
        format=section.text(pattern, base.format),
        next=section.whole(first, base.next, 1, _MANY),
    )
    problem = format_problem(numbers.format)
    if problem:
        raise section.refused(pattern, texts.COMPANY_BAD_FORMAT, reason=problem)
    return numbers


def _e_invoice(section: Section) -> EInvoice | None:
    if "e_invoice" not in set(section.keys()):
        return None
    return section.choice("e_invoice", EInvoice, EInvoice.NONE)


def _keep_years(section: Section) -> int | None:
    if "keep_years" not in set(section.keys()):
        return None
    return section.whole("keep_years", DEFAULT_RETENTION_YEARS, 0, _A_CENTURY)


def format_problem(pattern: str) -> str:
    """Why a number format cannot be used, or "". It must give each number another file name."""
    try:
        drawn = [pattern.format(year=2026, number=number) for number in (1, 2, 10, 12_345)]
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        return f"it cannot be filled in ({error})"
    if len(set(drawn)) < len(drawn):
        return "it gives two invoices the same number"
    return "" if re.fullmatch(r"[\w.-]{1,32}", drawn[-1]) else "use letters, digits, - _ and ."


def _billing(section: Section) -> BillingPlan | None:
    """In which parts it is billed; None where nothing is said of it."""
    said = section.text("billing", "")
    if not said:
        return None
    try:
        return plan_of(said)
    except PlanUnclear as error:
        raise section.refused("billing", texts.COMPANY_BAD_BILLING, reason=error) from error


def _early_payment(section: Section) -> EarlyPayment | None:
    """What may be kept by whoever pays early; None where nothing is said of it."""
    if not section.keys():
        return None
    share = section.percent("percent")
    if share is None:
        raise section.refused("percent", texts.YAML_MISSING)
    terms = EarlyPayment(percent_bp=share, days=section.whole("days", 0, 1, _A_YEAR_OF_DAYS))
    section.done()
    return terms


def _receiving(section: Section) -> Receiving | None:
    """Whom to believe about senders; None where nothing is said of it."""
    if not {"authserv_id", "ask_unauthenticated"} & set(section.keys()):
        return None
    return Receiving(
        authserv_id=section.text("authserv_id"),
        ask_unauthenticated=section.yes("ask_unauthenticated", default=True),
    )


def _hold_seconds(section: Section) -> int | None:
    """How long an approved mail waits; None where nothing is said of it."""
    if "hold_seconds" not in section.keys():  # noqa: SIM118  # a method of the section, no mapping
        return None
    return section.whole("hold_seconds", 0, 0, _LONGEST_HOLD)


def _budgets(section: Section) -> Budgets:
    base = Budgets()
    budgets = Budgets(
        model_per_case_microusd=_usd(section, "model_per_case_usd", base.model_per_case_microusd),
        model_per_day_microusd=_usd(section, "model_per_day_usd", base.model_per_day_microusd),
        mails_per_day=section.whole("mails_per_day", base.mails_per_day, 0, _MANY),
        mails_per_contact_per_day=section.whole(
            "mails_per_contact_per_day", base.mails_per_contact_per_day, 0, _MANY
        ),
        context_tokens=section.whole("context_tokens", base.context_tokens, SMALLEST_BUDGET, _MANY),
        context_tokens_cheap=section.whole(
            "context_tokens_cheap", base.context_tokens_cheap, SMALLEST_BUDGET, _MANY
        ),
    )
    section.done()
    return budgets


def _usd(section: Section, key: str, default: int) -> int:
    amount = section.exact(key, micro_usd)
    return default if amount is None else amount
