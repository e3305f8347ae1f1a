"""`coo init`: a few questions, each with a default, become a commented `company.yaml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from bot import texts
from bot.company.file import FILE_NAME, iban_holds, is_mail_address, read_company
from bot.company.text import company_text, defaults
from bot.wording.amounts import basis_points, is_country, is_currency, minor_units, percent_plain
from ledger.domain.amounts import plain_amount
from ledger.domain.company import Bank, Company, Guardrails, Negotiation, Operator, PriceItem, Tax
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import BASIS_POINTS

Ask = Callable[[str, str], str]
"""(question, default) → answer; an empty answer means the default."""

USUAL_RATES: Final = {"DE": "19", "AT": "20", "FR": "20", "NL": "21", "GB": "20", "CH": "8.1"}
USUAL_CURRENCIES: Final = {"GB": "GBP", "CH": "CHF", "US": "USD", "DK": "DKK", "SE": "SEK"}
NO_TAX: Final = "none"
MOST_ITEMS: Final = 50
PRIVATE: Final = 0o700
"""A new data folder is its owner's alone: mails lie in it as ordinary files."""


class Written(Struct, frozen=True, kw_only=True):
    """What `init` did. `kept` is where the former file went, if there was one."""

    path: Path
    company: Company
    kept: Path | None = None


def write_company(folder: Path, company: Company, *, force: bool = False) -> Written:
    """Write `company.yaml`. Raises `SettingsInvalid` where one exists and `force` is not set,
    and where the folder cannot be written to.

    With `force` the former file is kept beside it, never lost.
    """
    path = folder / FILE_NAME
    text = company_text(company)
    read_company(text)
    refuse_existing(folder, force=force)
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        kept = _set_aside(path)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        why = error.strerror or error
        raise SettingsInvalid(*texts.COMPANY_NOT_WRITTEN.put(path=path, why=why)) from error
    return Written(path=path, company=company, kept=kept)


def refuse_existing(folder: Path, *, force: bool) -> None:
    """Raise `SettingsInvalid` where a `company.yaml` would be replaced without `force`."""
    path = folder / FILE_NAME
    if path.exists() and not force:
        raise SettingsInvalid(*texts.COMPANY_EXISTS.put(path=path))


def _set_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    kept = next(each for each in _spare_names(path) if not each.exists())
    path.rename(kept)
    return kept


def _spare_names(path: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield path.with_name(f"{path.name}.before-{number}")


def company_by_asking(ask: Ask, say: Callable[[str], None]) -> Company:
    """Ask the few questions. A wrong answer is explained through `say` and asked again."""
    asking = _Asking(ask, say)
    base = defaults()
    firm, person = _who(asking, base)
    tax = _tax(asking, firm["country"], base.tax)
    iban = asking(texts.ASK_IBAN, base.bank.iban, _iban)
    rails = _rails(asking, base.guardrails)
    return msgspec.structs.replace(
        base,
        id=slug(firm["name"]),
        name=firm["name"],
        address=(firm["name"], firm["country"]) if firm["name"] != base.name else base.address,
        email=person.email if person.email != base.operator.email else base.email,
        country=firm["country"],
        currency=firm["currency"],
        operator=person,
        tax=tax,
        bank=_bank(base.bank, firm["name"], iban),
        guardrails=rails,
        prices=_prices(asking, firm["currency"], rails.max_discount_bp) or _carried(base, firm),
        ask_above=minor_units("5000", firm["currency"]),
    )


def slug(name: str) -> str:
    """An id made from a name: `Büro Süd` → `buro-sud`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "company"


class _Asking:
    """Asks until an answer passes its check; the check returns the clean value or raises."""

    def __init__(self, ask: Ask, say: Callable[[str], None]) -> None:
        self._ask, self._say = ask, say

    def __call__(self, question: str, default: str, check: Callable[[str], str]) -> str:
        while True:
            answer = self._ask(question, default).strip() or default
            try:
                return check(answer)
            except ValueError as error:
                self._say(texts.ASK_AGAIN.format(reason=error))


def _who(asking: _Asking, base: Company) -> tuple[Mapping[str, str], Operator]:
    name = asking(texts.ASK_NAME, base.name, _some)
    person = asking(texts.ASK_OPERATOR, base.operator.name, _some)
    email = asking(texts.ASK_MAIL, base.operator.email, _mail)
    country = asking(texts.ASK_COUNTRY, base.country, _country)
    currency = asking(texts.ASK_CURRENCY, USUAL_CURRENCIES.get(country, "EUR"), _currency)
    firm = {"name": name, "country": country, "currency": currency}
    return firm, Operator(name=person, email=email)


def _tax(asking: _Asking, country: str, base: Tax) -> Tax:
    answer = asking(texts.ASK_TAX, USUAL_RATES.get(country, "20"), _rate)
    note = texts.EXEMPT_NOTES.get(country, texts.EXEMPT_NOTE)
    if answer == NO_TAX:
        return msgspec.structs.replace(base, exempt=True, exempt_note=note)
    return msgspec.structs.replace(base, rate_bp=basis_points(answer))


def _bank(base: Bank, holder: str, iban: str) -> Bank:
    if iban == base.iban:
        return msgspec.structs.replace(base, holder=holder)
    return Bank(holder=holder, iban=iban)


def _rails(asking: _Asking, base: Guardrails) -> Guardrails:
    discount = asking(texts.ASK_DISCOUNT, percent_plain(base.max_discount_bp), _percent)
    alone = asking(texts.ASK_ALONE, "yes", _yes_no)
    negotiation = Negotiation.WITHIN_GUARDRAILS if alone == "yes" else Negotiation.ASK
    return msgspec.structs.replace(
        base, max_discount_bp=basis_points(discount), negotiation=negotiation
    )


def _prices(asking: _Asking, currency: str, discount_bp: int) -> tuple[PriceItem, ...]:
    items: dict[str, PriceItem] = {}
    question = texts.ASK_FIRST_ITEM
    while len(items) < MOST_ITEMS and (title := asking(question, "", str)):
        items[slug(title)] = _item(asking, title, currency, discount_bp)
        question = texts.ASK_NEXT_ITEM
    return tuple(items.values())


def _item(asking: _Asking, title: str, currency: str, discount_bp: int) -> PriceItem:
    amount = _amount(currency)
    price = minor_units(asking(texts.ASK_PRICE.format(title=title), "1000.00", amount), currency)
    lowest = plain_amount(price.share(BASIS_POINTS - discount_bp))

    def floor(answer: str) -> str:
        if price < minor_units(amount(answer), currency):
            raise ValueError("the lowest price lies above the price")
        return answer

    words = asking(texts.ASK_WORDS, title.lower(), _some)
    return PriceItem(
        id=slug(title),
        title=title,
        price=price,
        floor=minor_units(asking(texts.ASK_FLOOR, lowest, floor), currency),
        names=tuple(each.strip() for each in words.split(",") if each.strip()),
    )


def _carried(base: Company, firm: Mapping[str, str]) -> tuple[PriceItem, ...]:
    """The example's price list with the same figures in the company's own currency."""
    currency = firm["currency"]
    return tuple(
        msgspec.structs.replace(
            item,
            price=minor_units(_whole(plain_amount(item.price)), currency),
            floor=minor_units(_whole(plain_amount(item.floor)), currency),
        )
        for item in base.prices
    )


def _whole(amount: str) -> str:
    return amount.partition(".")[0]


def _some(answer: str) -> str:
    if not answer or not answer.isprintable():
        raise ValueError("it needs a word or two")
    return answer


def _mail(answer: str) -> str:
    if not is_mail_address(answer):
        raise ValueError("that is no mail address")
    return answer


def _country(answer: str) -> str:
    if not is_country(answer.upper()):
        raise ValueError("that is no two-letter country code")
    return answer.upper()


def _currency(answer: str) -> str:
    if not is_currency(answer.upper()):
        raise ValueError("that is no currency code such as EUR")
    return answer.upper()


def _rate(answer: str) -> str:
    return NO_TAX if answer.lower() in {NO_TAX, "no", "0"} else _percent(answer)


def _percent(answer: str) -> str:
    cleaned = answer.rstrip("% ").replace(",", ".")
    basis_points(cleaned)
    return cleaned


def _iban(answer: str) -> str:
    iban = answer.replace(" ", "").upper()
    if not iban_holds(iban):
        raise ValueError("its check digits are wrong")
    return iban


def _yes_no(answer: str) -> str:
    for word in ("yes", "no"):
        if answer and word.startswith(answer.lower()):
            return word
    raise ValueError("please answer yes or no")


def _amount(currency: str) -> Callable[[str], str]:
    def check(answer: str) -> str:
        if minor_units(answer, currency).minor <= 0:
            raise ValueError("it must be above zero")
        return answer

    return check
