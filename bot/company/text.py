"""`company.yaml` as Coo writes it: commented, and read back to exactly the same company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bot.wording.amounts import percent_plain, usd_plain
from ledger.domain.amounts import plain_amount
from ledger.domain.company import (
    USUAL_FOLLOW_UP,
    USUAL_REMINDERS,
    Attention,
    Bank,
    Bookkeeping,
    Company,
    EInvoice,
    Guardrails,
    Language,
    Operator,
    PriceItem,
    Supply,
    Tax,
)
from ledger.domain.values import Money

WIDTH: Final = 96

_ESCAPED: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def defaults() -> Company:
    """Studio Nord, the company of the examples: complete, invented, and with a test IBAN."""
    return Company(
        id="studio-nord",
        name="Studio Nord",
        address=("Beispielweg 7", "20095 Hamburg", "Germany"),
        email="hello@studio-nord.example",
        operator=Operator(name="Nora Lindt", email="nora@studio-nord.example"),
        bank=Bank(holder="Studio Nord", iban="DE02120300000000202051", bic="BYLADEM1001"),
        ask_above=Money(500_000, "EUR"),
        tax=Tax(rate_bp=1_900, tax_number="22/123/45678"),
        guardrails=Guardrails(max_discount_bp=1_000, deadline_days=10),
        prices=tuple(_studio_prices()),
        reminders=USUAL_REMINDERS,
        follow_up_after=USUAL_FOLLOW_UP,
    )


def _studio_prices() -> Iterator[PriceItem]:
    yield _item(
        "website",
        ("Website design package", "Webdesign-Paket", "Création de site web"),
        (240_000, 200_000),
        "piece",
        ("website", "web site", "homepage", "Webseite", "Website", "Internetseite", "site web",
         "site internet", "page d'accueil", "web design"),
    )  # fmt: skip
    yield _item(
        "logo",
        ("Logo design", "Logogestaltung", "Création de logo"),
        (65_000, 55_000),
        "piece",
        ("logo", "Logodesign", "Firmenlogo", "logotype"),
    )
    yield _item(
        "workshop",
        ("Workshop day", "Workshoptag", "Journée d'atelier"),
        (120_000, 100_000),
        "day",
        ("workshop", "training", "Schulung", "Seminar", "atelier", "formation"),
    )
    yield _item(
        "care",
        ("Monthly care", "Monatliche Betreuung", "Maintenance mensuelle"),
        (9_000, 8_000),
        "month",
        ("care", "maintenance", "website care", "Wartung", "Betreuung", "Pflege", "entretien"),
    )


def _item(
    item: str,
    titles: tuple[str, str, str],
    price_and_floor: tuple[int, int],
    unit: str,
    names: tuple[str, ...],
) -> PriceItem:
    price, floor = price_and_floor
    return PriceItem(
        id=item,
        title=titles[0],
        titles={Language.GERMAN: titles[1], Language.FRENCH: titles[2]},
        price=Money(price, "EUR"),
        floor=Money(floor, "EUR"),
        unit=unit,
        names=names,
    )


def company_text(company: Company) -> str:
    """The whole file. `read_company(company_text(c)) == c`."""
    parts = (
        _head(), _firm(company), _people(company), _money(company), _prices(company.prices),
        _limits(company), _invoices(company), _reminding(company), _receiving(company),
        _books(company), _budgets(company),
        _attention(company.attention), _models(company),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in (*part, ""))


def quoted(text: str) -> str:
    """`text` as a YAML double-quoted scalar on one line."""
    return '"' + "".join(_sign(each) for each in text) + '"'


def _sign(sign: str) -> str:
    if sign in _ESCAPED:
        return _ESCAPED[sign]
    code = ord(sign)
    if sign.isprintable():
        return sign
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"  # noqa: PLR2004  # YAML's two forms


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(each) for each in texts) + "]"


def _folded(start: str, texts: tuple[str, ...]) -> Iterator[str]:
    """A list that goes on in the next line before it gets wider than `WIDTH`."""
    line = start + "["
    for place, text in enumerate(texts):
        part = quoted(text) + ("" if place == len(texts) - 1 else ",")
        if len(line) + len(part) > WIDTH and not line.endswith("["):
            yield line
            line = " " * len(start)
        line += part if line.endswith(("[", " ")) else f" {part}"
    yield line + "]"


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _head() -> Iterator[str]:
    yield "# Who you are, what you sell, and how far Coo may go alone."
    yield '# Amounts and percentages stand in quotes, with a point: "2400.00", "7.5".'
    yield "# Coo reads this file at start and when it changes; a slip is named with its line."


def _firm(company: Company) -> Iterator[str]:
    yield "company:"
    yield f"  id: {quoted(company.id)}  # never change it once there is business in the ledger"
    yield f"  name: {quoted(company.name)}"
    yield f"  address: {_list(company.address)}"
    yield f"  email: {quoted(company.email)}  # the address your customers write to"
    if company.phone:
        yield f"  phone: {quoted(company.phone)}"
    yield f"  country: {quoted(company.country)}"
    yield f"  currency: {quoted(company.currency)}"
    yield f"  language: {quoted(company.language)}  # where a customer's is unknown: en, de or fr"
    yield f"  voice: {quoted(company.voice)}  # how Coo should sound"
    if company.region:
        yield f"  region: {quoted(company.region)}  # its holidays count too"
    zone = f"time_zone: {quoted(company.time_zone or 'Europe/Berlin')}"
    yield f"  {zone if company.time_zone else f'# {zone}'}  # of your days; else this machine's"


def _people(company: Company) -> Iterator[str]:
    yield "operator:  # you"
    yield f"  name: {quoted(company.operator.name)}"
    yield f"  email: {quoted(company.operator.email)}"


def _money(company: Company) -> Iterator[str]:
    tax, bank = company.tax, company.bank
    yield "tax:"
    yield f"  rate: {quoted(percent_plain(tax.rate_bp))}  # percent, for items without their own"
    yield f"  vat_id: {quoted(tax.vat_id)}"
    yield f"  tax_number: {quoted(tax.tax_number)}"
    yield f"  exempt: {_yes(tax.exempt)}  # true: small business, no tax on invoices"
    yield f"  exempt_note: {quoted(tax.exempt_note)}  # the sentence that then stands on them"
    ask = f"  ask_country: {_yes(company.ask_country)}"
    yield f"{ask}  # true: a customer of unknown country is asked about, not taken as at home"
    yield ""
    yield "bank:  # where customers pay to; printed on every invoice"
    yield f"  holder: {quoted(bank.holder)}"
    yield f"  iban: {quoted(bank.iban)}"
    yield f"  bic: {quoted(bank.bic)}"
    yield f"  bank: {quoted(bank.bank)}"


def _prices(items: Iterable[PriceItem]) -> Iterator[str]:
    listed = [line for item in items for line in _price(item)]
    yield "# Net prices. `names` are the words customers use, in any language; `floor` is the"
    yield "# lowest price per unit that Coo may ever offer. `tax` overrides the rate above."
    yield "prices:" if listed else "prices: []"
    yield from listed


def _price(item: PriceItem) -> Iterator[str]:
    yield f"  - id: {quoted(item.id)}"
    yield f"    title: {quoted(item.title)}"
    if item.titles:
        translated = (f"{key.value}: {quoted(title)}" for key, title in item.titles.items())
        yield f"    titles: {{{', '.join(translated)}}}"
    yield from _folded("    names: ", item.names)
    yield f"    price: {quoted(plain_amount(item.price))}"
    yield f"    floor: {quoted(plain_amount(item.floor))}"
    yield f"    unit: {quoted(item.unit)}"
    if item.tax_bp is not None:
        yield f"    tax: {quoted(percent_plain(item.tax_bp))}"
    if item.supply is not Supply.SERVICE:
        yield f"    supply: {quoted(item.supply.value)}"
    if item.currencies:
        yield "    currencies:"
    for code, there in item.currencies.items():
        price, floor = (quoted(plain_amount(each)) for each in (there.price, there.floor))
        yield f"      {code}: {{price: {price}, floor: {floor}}}"
    if item.billing is not None:
        yield f"    billing: {quoted(item.billing.words)}"


def _limits(company: Company) -> Iterator[str]:
    rails = company.guardrails
    yield "guardrails:"
    yield f'  negotiation: {quoted(rails.negotiation)}  # or "ask": every counter-offer is yours'
    yield f"  max_discount: {quoted(percent_plain(rails.max_discount_bp))}  # percent off the list"
    yield f"  rounds: {rails.rounds}  # counter-offers before Coo asks you"
    yield f"  deadline_days: {rails.deadline_days}  # the soonest delivery Coo may promise"
    yield f"  proposal_valid_days: {rails.proposal_valid_days}"
    if company.ask_above is not None:
        limit = quoted(plain_amount(company.ask_above))
        yield f"  ask_above: {limit}  # gross; from here on you decide"


def _invoices(company: Company) -> Iterator[str]:
    numbers = company.invoice_numbers
    yield "invoices:"
    yield f"  number_format: {quoted(numbers.format)}"
    yield f"  next_number: {numbers.next}  # the first one Coo issues; afterwards the ledger counts"
    notes = company.credit_note_numbers
    yield f"  credit_note_format: {quoted(notes.format)}  # what reverses an invoice has its own"
    yield f"  credit_note_next: {notes.next}"
    yield f"  payment_days: {company.payment_days}"
    form = company.e_invoice
    yield "  # zugferd (XML in the PDF), xrechnung (XML beside it) or none; without it: zugferd for"
    yield "  # a business, where you are in the EU."
    yield f"  {'# ' if form is None else ''}e_invoice: {(form or EInvoice.ZUGFERD).value}"
    yield from _terms(company)
    years = company.keep_years
    yield "  # So many years after the year of issue an invoice stays when its customer is erased;"
    yield "  # without a number here, as long as is usual in your country."
    yield f"  {'# ' if years is None else ''}keep_years: {company.retention_years}"


def _terms(company: Company) -> Iterator[str]:
    """What may be missing from a payment that still closes its invoice."""
    early, fee = company.early_payment, company.bank_fee_tolerance
    if early is None:
        yield "  # early_payment: {percent: 2, days: 10}  # of the whole, paid within these days"
    else:
        share = quoted(percent_plain(early.percent_bp))
        yield f"  early_payment: {{percent: {share}, days: {early.days}}}"
    if fee is None:
        yield '  # bank_fee_tolerance: "5.00"  # so much a bank may keep; without it, nothing'
    else:
        yield f"  bank_fee_tolerance: {quoted(plain_amount(fee))}"
    plan = company.billing
    example = "deposit 40% final"
    yield f"  {'' if plan else '# '}billing: {quoted(plan.words if plan else example)}"


def _books(company: Company) -> Iterator[str]:
    """How the books are kept."""
    books = company.books
    mark = "# " if books == Bookkeeping() else ""
    yield f"{mark}books:  # see docs/books.md"
    yield f"{mark}  basis: {books.basis.value}  # accrual: when invoiced; cash: when paid"
    yield f"{mark}  chart: {books.chart.value}  # skr03 or skr04: account numbers beside the names"


def _reminding(company: Company) -> Iterator[str]:
    """When somebody who is silent hears from us again. Each mail is a card first."""
    yield "# Days after an unpaid invoice was due; [] to be asked each time what to write."
    if not company.reminders:
        yield "reminders: []"
    else:
        yield "reminders:"
    for step in company.reminders:
        yield f"  - {{kind: {step.kind.value}, after_days: {step.after_days}}}"
    yield "# Working days of silence after an offer; 0 for never."
    yield f"follow_up: {{after: {company.follow_up_after}}}"


def _receiving(company: Company) -> Iterator[str]:
    """How long a mail can be held, and whom to believe about the senders of mail."""
    known, hold = company.receiving, company.hold_seconds
    plain = known is None and hold is None
    yield "# mail:" if plain else "mail:"
    mark = "#" if hold is None else ""
    seconds = 60 if hold is None else hold
    yield f"{mark}  hold_seconds: {seconds}  # an approved mail can be held so long"
    if known is None:
        yield "#   authserv_id: mx.yourhost.example  # who receives your mail: docs/mail.md"
        return
    yield f"  authserv_id: {quoted(known.authserv_id)}"
    yield f"  ask_unauthenticated: {str(known.ask_unauthenticated).lower()}"


def _budgets(company: Company) -> Iterator[str]:
    budgets = company.budgets
    yield "budgets:  # they hold before a thing is done, not after"
    yield f"  model_per_case_usd: {quoted(usd_plain(budgets.model_per_case_microusd))}"
    yield f"  model_per_day_usd: {quoted(usd_plain(budgets.model_per_day_microusd))}"
    yield f"  mails_per_day: {budgets.mails_per_day}"
    yield f"  mails_per_contact_per_day: {budgets.mails_per_contact_per_day}"
    yield f"  context_tokens: {budgets.context_tokens}  # what one model call is shown at most"
    yield f"  context_tokens_cheap: {budgets.context_tokens_cheap}"


def _attention(attention: Attention) -> Iterator[str]:
    quiet, digest = attention.quiet_hours, attention.digest_at
    yield "attention:  # in chat; what is urgent or runs out comes all the same"
    yield f"  cards_per_hour: {attention.cards_per_hour}"
    yield f"  cards_per_day: {attention.cards_per_day}"
    yield f"  group_from: {attention.group_from}  # so many cards alike come as one list"
    hours = quoted(f"{quiet.begin:%H:%M}-{quiet.end:%H:%M}") if quiet else "none"
    yield f"  quiet_hours: {hours}"
    yield f"  digest_at: {quoted(f'{digest:%H:%M}') if digest else 'none'}  # one message a day"
    zone = f"zone: {quoted(attention.zone or 'Europe/Berlin')}"
    yield f"  {zone if attention.zone else f'# {zone}'}  # where you are; else time_zone above"


def _models(company: Company) -> Iterator[str]:
    yield "# What a language model may see: any, local (only one on your own machine), none."
    yield f"model_may_see: {quoted(company.model_may_see)}"
