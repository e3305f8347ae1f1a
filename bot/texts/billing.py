"""What is entered of a customer for tax and e-invoices, and what follows from it."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

BILLING_ENTERED: Final = "{name}: {what} ({handle})"
BILLING_SAME: Final = "{name}: {what}, as you said already ({handle})"
BILLING_GONE: Final = "{name}: no {field} any more. It stays on record: `memory {handle}`."
BILLING_TAX: Final = "An invoice to them now: {tax}."
BILLING_UNKNOWN: Final = "An invoice to them now: as to a customer at home."
BILLING_UNCLEAR: Final = "An invoice to them now: I would ask, since it is unclear ({doubt})."
BILLING_WAITS_CURRENCY: Final = (
    "Card {number} waits in another currency ({currency}). "
    "Say `tell {number} make the offer again` for one in theirs."
)
BILLING_WAITS: Final = (
    "! Card {number} waits with another tax ({tax}); nothing is changed behind it. "
    "`tell {number} at list price`, or with your terms, offers it anew."
)
BILLING_KINDS: Final = {
    "domestic": "tax as at home",
    "small business": "no tax, small business",
    "reverse charge": "no tax, reverse charge",
    "intra-community supply": "no tax, intra-community supply",
    "export": "no tax, export of goods",
    "outside scope": "no tax, the service is taxed where they are",
}
INVOICE_TAX: Final = "Customer in {country}: {tax}"
BILLING_FIELDS: Final = {
    "country": "country: {value}",
    "vat-id": "VAT id: {value}",
    "business": "a business: {value}",
    "address": "address: {value}",
    "reference": "buyer reference: {value}",
    "order": "purchase order: {value}",
    "currency": "currency: {value}",
}
BILLING_SETTLED: Final = "{what} ({handle}, said by {who} on {day})"

ENTER_WHAT: Final = Trouble(
    "You did not say which {field}. Nothing was changed.",
    "Write {usage}; `none` takes away what was said.",
)
BAD_COUNTRY: Final = Trouble(
    "{value!r} is no country code.",
    "Write two letters, like DE, FR or CH. A name that contains the word `country` needs quotes.",
)
BAD_CURRENCY: Final = Trouble(
    "Nothing on the price list has a price in {value!r}. Nothing was changed.",
    "Write three letters, like USD or CHF, and in company.yaml give what you sell there a price: "
    "`currencies: {{USD: {{price: ..., floor: ...}}}}`.",
)
BAD_VAT_ID: Final = Trouble(
    "{value!r} is no VAT id whose form and check digits are right. Nothing was changed.",
    "Ask them, or look it up at the tax office; from outside the EU enter the country first.",
)
VAT_ID_ELSEWHERE: Final = Trouble(
    "{value!r} is a VAT id of {country}, but their country is {entered}. Nothing was changed.",
    "Correct the country first: `contact … country {country}`.",
)
BAD_BUSINESS: Final = Trouble(
    "{value!r} does not say whether they are a business.", "Write `business yes` or `business no`."
)
NEVER_ENTERED: Final = Trouble(
    "Nothing was entered as their {field}, so nothing was changed.",
    "`contact …` shows what is known.",
)
LONG_BILLING: Final = Trouble("That is too long.", "Write at most {most} signs.")
CORRECT_BILLING: Final = Trouble(
    "{handle} is checked when it is entered, so it is not corrected freely. Nothing was changed.",
    "Say it anew: `contact NAME country|vat-id|business|address|reference|order|currency …`.",
)
