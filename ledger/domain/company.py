"""The company as its operator configured it: read from `company.yaml`, frozen, pure."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from ledger.domain.accounts import Chart
from ledger.domain.billing import BillingPlan
from ledger.domain.values import Money

DEFAULT_RETENTION_YEARS: Final = 10
"""As German tax law long had it, and the longest of the usual ones."""

RETENTION_YEARS: Final = {"AT": 7, "GB": 6, "NL": 7}
"""Countries with another usual period. Who knows better writes it in company.yaml."""


class Negotiation(StrEnum):
    """What Coo may do alone when a customer counters."""

    ASK = "ask"
    WITHIN_GUARDRAILS = "within_guardrails"


class Language(StrEnum):
    """Languages Coo writes in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"


class Supply(StrEnum):
    """What an item is for the tax of a customer abroad."""

    SERVICE = "service"
    GOODS = "goods"


class EInvoice(StrEnum):
    """How an invoice can be read by programs: XML inside the PDF, XML beside it, or not at all."""

    ZUGFERD = "zugferd"
    XRECHNUNG = "xrechnung"
    NONE = "none"


class ModelScope(StrEnum):
    """What may be shown to a language model: anything, only to a local one, nothing."""

    ANY = "any"
    LOCAL = "local"
    NONE = "none"


class Elsewhere(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an item costs in another currency than the company's; `floor` as there."""

    price: Money
    floor: Money


class PriceItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing the company sells. `names` are the words customers use for it, any language.

    `price` is net per `unit`; `floor` is the lowest net price per unit Coo may ever offer.
    `currencies` has what it costs in others, by ISO code: nothing is ever converted.
    """

    id: str
    title: str
    price: Money
    floor: Money
    unit: str = "piece"
    names: tuple[str, ...] = ()
    titles: dict[Language, str] = field(default_factory=dict)
    tax_bp: int | None = None
    supply: Supply = Supply.SERVICE
    currencies: dict[str, Elsewhere] = field(default_factory=dict)
    billing: BillingPlan | None = None


class Guardrails(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far Coo may go in a negotiation without its operator.

    `deadline_days`: the earliest delivery Coo may promise, counted from acceptance.
    `rounds`: how many counter-offers Coo makes before it asks.
    """

    max_discount_bp: int = 1_000
    negotiation: Negotiation = Negotiation.WITHIN_GUARDRAILS
    deadline_days: int = 10
    rounds: int = 2
    proposal_valid_days: int = 14


class Tax(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`exempt_note` replaces the tax lines where the company charges no tax."""

    rate_bp: int = 1_900
    vat_id: str = ""
    tax_number: str = ""
    exempt: bool = False
    exempt_note: str = ""


class Bank(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where customers pay to."""

    holder: str
    iban: str
    bic: str = ""
    bank: str = ""


class EarlyPayment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever pays a whole invoice within `days` of its issue may keep this share of it."""

    percent_bp: int
    days: int


class InvoiceNumbers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How invoices, or credit notes, are numbered.

    `format` is a Python format string over `year` and `number` ("{year}-{number:04d}").
    """

    format: str = "{year}-{number:04d}"
    next: int = 1


CREDIT_NOTE_FORMAT: Final = "CN-{year}-{number:04d}"
"""How credit notes are numbered where company.yaml does not say."""


class ReminderKind(StrEnum):
    """How a reminder of an invoice sounds."""

    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"


class ReminderStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reminder so many days after an invoice was due."""

    kind: ReminderKind
    after_days: int


USUAL_REMINDERS: Final = (
    ReminderStep(kind=ReminderKind.FRIENDLY, after_days=3),
    ReminderStep(kind=ReminderKind.FIRM, after_days=14),
    ReminderStep(kind=ReminderKind.FINAL, after_days=28),
)
"""What company.yaml means where it says nothing of reminders."""

USUAL_FOLLOW_UP: Final = 5
"""Working days of silence after an offer, where company.yaml says nothing."""


class Receiving(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to believe about the senders of mail.

    `authserv_id` is the name under which the operator's own receiving server says what it found;
    empty: nobody. `ask_unauthenticated`: an acceptance of which it says nothing is asked about.
    """

    authserv_id: str = ""
    ask_unauthenticated: bool = True


class Budgets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Caps that hold before a thing is done, not after. Model money in micro-units of USD.

    `context_tokens` is the most that one call of the main model is shown of a case, and of the
    price list; the cheaper model has a budget of its own.
    """

    model_per_case_microusd: int = 500_000
    model_per_day_microusd: int = 5_000_000
    mails_per_day: int = 50
    mails_per_contact_per_day: int = 5
    context_tokens: int = 6_000
    context_tokens_cheap: int = 4_000


class QuietHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when to when nobody is to be disturbed, by the clock on the wall; over night too."""

    begin: time
    end: time


class Attention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the operator's attention Coo may take in chat, and when.

    `group_from`: so many asks alike share one card. `digest_at`: when the day's digest comes, None
    for never. `zone` is an IANA name; empty: that of the company.
    """

    cards_per_hour: int = 6
    cards_per_day: int = 30
    group_from: int = 3
    quiet_hours: QuietHours | None = QuietHours(begin=time(22), end=time(7))
    digest_at: time | None = time(18)
    zone: str = ""


class Basis(StrEnum):
    """When income and its tax count: when it is invoiced, or when it is paid."""

    ACCRUAL = "accrual"
    CASH = "cash"


class Bookkeeping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the books are kept; `chart` names whose account numbers stand beside the names."""

    basis: Basis = Basis.ACCRUAL
    chart: Chart = Chart.NONE


class Operator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The human behind the company."""

    name: str
    email: str
    language: Language | None = None


class Company(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything `company.yaml` says. `id` is the tenant key every row carries.

    `time_zone` is an IANA name (`Europe/Berlin`); empty: that of the machine.
    `keep_years`: how long the law keeps invoices, None for what is usual in `country`.
    `ask_country`: a customer of whom no country is known is asked about, not taken as at home.
    `e_invoice` None: ZUGFeRD for a business, where the company is in the EU. `phone` is for it.
    `bank_fee_tolerance`: what may be missing from a payment that still closes its invoice, since a
    bank kept it; None for nothing. `hold_seconds`: how long an approved mail can still be held;
    None for a minute where mail leaves through a server, no time where it stays in the folder.
    `reminders` of an unpaid invoice, in order; without any, an overdue one is asked about.
    `follow_up_after`: working days of silence after an offer, 0 for never. `region`: the part of
    `country` whose holidays count too, as the library `holidays` names it.
    `billing`: in which parts a deal is billed, None for all on
    acceptance; an item may say otherwise.
    """

    id: str
    name: str
    address: tuple[str, ...]
    email: str
    operator: Operator
    bank: Bank
    country: str = "DE"
    currency: str = "EUR"
    language: Language = Language.ENGLISH
    voice: str = "friendly, brief, concrete"
    payment_days: int = 14
    early_payment: EarlyPayment | None = None
    bank_fee_tolerance: Money | None = None
    keep_years: int | None = None
    receiving: Receiving | None = None
    ask_above: Money | None = None
    tax: Tax = field(default_factory=Tax)
    prices: tuple[PriceItem, ...] = ()
    guardrails: Guardrails = field(default_factory=Guardrails)
    invoice_numbers: InvoiceNumbers = field(default_factory=InvoiceNumbers)
    credit_note_numbers: InvoiceNumbers = field(
        default_factory=lambda: InvoiceNumbers(format=CREDIT_NOTE_FORMAT)
    )
    budgets: Budgets = field(default_factory=Budgets)
    attention: Attention = field(default_factory=Attention)
    model_may_see: ModelScope = ModelScope.ANY
    time_zone: str = ""
    ask_country: bool = False
    e_invoice: EInvoice | None = None
    phone: str = ""
    hold_seconds: int | None = None
    reminders: tuple[ReminderStep, ...] = ()
    follow_up_after: int = 0
    region: str = ""
    books: Bookkeeping = field(default_factory=Bookkeeping)
    billing: BillingPlan | None = None

    @property
    def retention_years(self) -> int:
        """For how many whole years after the year of issue an invoice must be kept."""
        if self.keep_years is not None:
            return self.keep_years
        return RETENTION_YEARS.get(self.country, DEFAULT_RETENTION_YEARS)

    def item(self, item_id: str) -> PriceItem | None:
        """The price item with exactly this id, or None."""
        return next((item for item in self.prices if item.id == item_id), None)

    def priced_in(self, currency: str) -> Company:
        """The company for a customer who pays in this currency: only what is listed in it is sold.

        Limits in its own currency mean nothing there; `ask_above` keeps it, so the rules ask.
        """
        if currency in ("", self.currency):
            return self
        listed = (
            replace(item, price=there.price, floor=there.floor)
            for item in self.prices
            if (there := item.currencies.get(currency)) is not None
        )
        return replace(self, currency=currency, prices=tuple(listed))

    @property
    def spoken(self) -> Language:
        """The operator's own language: the company's, where it is not said."""
        return self.operator.language or self.language

    def tax_bp(self, item: PriceItem) -> int:
        """The tax rate of an item in basis points; 0 where the company is exempt."""
        if self.tax.exempt:
            return 0
        return self.tax.rate_bp if item.tax_bp is None else item.tax_bp
