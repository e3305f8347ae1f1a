"""Pictures, long answers as files, and the overview that opens a chat."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

PAGE_OF: Final = "{document}, page {page}"

# --- the timeline of a case -----------------------------------------------------------------------

MOMENT_MAIL: Final = "{who} wrote"
MOMENT_ERASED: Final = "A mail, erased since"
MOMENT_PAYMENT: Final = "{amount} arrived"
MOMENT_SAID: Final = "You said"
MOMENT_OFFER: Final = "Offer {version} drafted: {total}"
MOMENT_ACCEPTED: Final = "The offer is accepted"
MOMENT_DECLINED: Final = "The offer is declined"
MOMENT_DECIDED: Final = {
    "approved": "You approved",
    "rejected": "You said no",
    "instructed": "You said how",
    "postponed": "You put it off",
    "done": "You did it yourself",
    "superseded": "The card went out of date",
    "expired": "Nobody decided: paused",
    "prolonged": "The card counts longer",
    "refused": "A tap did not count",
}
MOMENT_BY: Final = "{who}"
MOMENT_ASKS: Final = "Coo asked you"
MOMENT_ANSWERED: Final = "You answered"
MOMENT_SOMETHING: Final = "Done"
MOMENT_DONE: Final = {
    "SendProposal": "Offer sent",
    "SendReply": "Answer sent",
    "SendInvoice": "Invoice sent",
    "SendCreditNote": "Credit note sent",
    "SendCorrection": "Correction sent",
    "ReopenCase": "Case opened again",
}
MOMENT_WRONG: Final = {
    "failed": "Failed: {what}",
    "unknown": "Unclear whether it happened: {what}",
    "withheld": "Held back: {what}",
    "stuck": "The case got stuck",
    "reported": "Trouble: {what}",
}
MOMENT_RECOVERED: Final = "Works again"
MOMENT_INVOICE: Final = "Invoice {number} issued"
MOMENT_DUE: Final = "{total}, due {due}"
MOMENT_CREDIT: Final = "Credit note {number} for {invoice}"
MOMENT_PAID: Final = "Invoice {number} is paid"
MOMENT_NOTED: Final = {
    "closed": "Case closed",
    "reopened": "Case opened again",
    "erased": "Everything personal was erased",
}

WHOSE: Final = {
    "customer": "Customer",
    "you": "You",
    "coo": "Coo",
    "money": "Money",
    "trouble": "Trouble",
}
TIMELINE_LEFT_OUT: Final = "{moments} left out here"
TIMELINE_EMPTY: Final = "Nothing has happened yet."
TIMELINE_SPAN: Final = "{stands} · {span} · {decisions} of yours"
TIMELINE_TITLE: Final = "The timeline of {label}"
TIMELINE_ALT: Final = "{when} {what}"
TIMELINE_HINT: Final = "`audit {case}` tells every step."
PICTURE_TITLE: Final = "{title}"
PICTURE_SAVED: Final = "Picture: {path}"

# --- the month ------------------------------------------------------------------------------------

MONTH_TITLE: Final = "{month}"
MONTH_UNDER: Final = "{company}, until {day}"
MONTH_INVOICED: Final = "Invoiced"
MONTH_PAID: Final = "Paid"
MONTH_OPEN: Final = "Open now"
MONTH_OVERDUE: Final = "{amount} of it is overdue."
MONTH_OTHERS: Final = "Also invoiced: {amounts}"
MONTH_PIPELINE: Final = "Pipeline"
STAGES: Final = {
    "lead": "New cases",
    "sent": "Offers sent",
    "accepted": "Accepted",
    "invoiced": "Invoices and credit notes",
    "paid": "Payments",
}
MONTH_SPEND: Final = "Models"
MONTH_NOTHING: Final = "cost nothing"
MONTH_SPENT: Final = "{spent} USD, at most {cap} a day"
MONTH_WORK: Final = "{calls}, {mails} sent, {decisions} of yours"
MONTH_ALT: Final = "{stage}: {count}{amount}"
MONTH_UNREADABLE: Final = Trouble(
    "{said!r} is no month that Coo can read.",
    "Write `report`, `report 2026-11`, `report november` or `report last month`.",
)
MONTH_AHEAD: Final = Trouble(
    "{month} has not begun.", "Ask for a month that has: `report` is this one."
)
