"""The tax of what is offered and billed, as the planner sees it; what is unclear is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from graph.answers import AnswerId, plain_option
from graph.deal import Offer
from graph.moves import AskOperator
from graph.situation import Situation
from ledger.domain.applied import buyer_of
from ledger.domain.company import EInvoice
from ledger.domain.einvoicing import form_of, missing_for
from ledger.domain.events import Option
from ledger.domain.tax import NOBODY, Buyer, Doubt, TaxCase, TaxKind, Unclear, tax_case
from ledger.domain.values import Line

GO_ON: Final = plain_option(AnswerId.GO_ON, "I entered it: go on")
LEAVE: Final = plain_option(AnswerId.LEAVE, "Leave it to me")

_COUNTRY: Final = "Say `contact {contact} country FR`, with their country."
_REMEDIES: Final = {
    Doubt.NO_COUNTRY: f"I do not know in which country they are. {_COUNTRY}",
    Doubt.NO_BUSINESS: (
        "They are abroad, and I do not know whether they are a business. Say "
        "`contact {contact} vat-id …`, or `contact {contact} business yes` or `no`."
    ),
    Doubt.NO_VAT_ID: (
        "They are a business in another member state, and I have no VAT id of theirs. Say "
        "`contact {contact} vat-id …`."
    ),
    Doubt.BAD_VAT_ID: (
        "Their VAT id has wrong check digits. Ask them, and say `contact {contact} vat-id …`."
    ),
    Doubt.OTHER_COUNTRY: (
        "Their VAT id is of another country than the one you entered. Correct "
        "`contact {contact} country …` or `contact {contact} vat-id …`."
    ),
    Doubt.OWN_VAT_ID: (
        "Your own VAT id has to stand on it, and `tax: vat_id` in company.yaml is empty, wrong or "
        "of another country."
    ),
    Doubt.DISTANCE_SALE: (
        "Goods for a consumer in another member state may be taxed there, which depends on your "
        "turnover and registration. Write this one yourself, or ask your accountant."
    ),
    Doubt.CONSUMER_ABROAD: (
        "For a consumer outside the EU the tax depends on the kind of service. Write this one "
        "yourself, or ask your accountant."
    ),
    Doubt.MIXED: (
        "Goods and services for a customer abroad are taxed differently. Invoice them separately."
    ),
    Doubt.SPECIAL_TERRITORY: (
        "Northern Ireland is in the EU for goods alone. Write this one yourself, or ask your "
        "accountant."
    ),
}


def tax_of(s: Situation, lines: Sequence[Line]) -> TaxCase | Unclear | None:
    """The tax case of these lines for the case's contact; None: nothing is known that bears."""
    return tax_case(s.company, buyer_of(s.known), lines)


def kind_of(case: TaxCase | Unclear | None) -> TaxKind | None:
    """The kind, where the case is clear and something was known."""
    return case.kind if isinstance(case, TaxCase) else None


def buyer_in(s: Situation) -> Buyer | None:
    """What was entered of the contact; None where nothing was."""
    buyer = buyer_of(s.known)
    return None if buyer == NOBODY else buyer


def form_in(s: Situation, case: TaxCase | None) -> EInvoice:
    """How programs shall be able to read the invoice."""
    return form_of(s.company, case)


def taxed_now(s: Situation, offer: Offer, case: TaxCase | None) -> tuple[Line, ...]:
    """The accepted lines, with other taxes where the case is not the one that was offered."""
    home = TaxKind.SMALL_BUSINESS if s.company.tax.exempt else TaxKind.DOMESTIC
    if (case.kind if case else home) == (offer.tax or home):
        return offer.lines
    items = {line.item: s.company.item(line.item) for line in offer.lines}
    rates = {item.id: s.company.tax_bp(item) for item in items.values() if item}
    return tuple(replace(one, tax_bp=rates.get(one.item, one.tax_bp)) for one in offer.lines)


def doubted(s: Situation, found: Unclear, options: tuple[Option, ...] = ()) -> AskOperator:
    """The question about a tax case that is not clear."""
    why = f"tax unclear: {found.doubt.value}"
    remedy = _REMEDIES[found.doubt].format(contact=s.deal.contact)
    text = f"I cannot tell which tax applies ({found.doubt.value}). {remedy} Nothing was made."
    return AskOperator(
        topic="tax", about=s.cause, text=text, why=why, options=(GO_ON, *options, LEAVE)
    )


def incomplete(s: Situation, form: EInvoice) -> AskOperator | None:
    """The question about what an e-invoice must say and nobody has entered."""
    missing = missing_for(form, s.company, buyer_of(s.known))
    if not missing:
        return None
    why = f"{form.value} incomplete"
    what = "; ".join(missing).replace("contact …", f"contact {s.deal.contact}")
    text = f"An invoice as {form.value} must also say {what}. No number was taken."
    return AskOperator(topic="tax", about=s.cause, text=text, why=why, options=(GO_ON, LEAVE))
