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
    "hold": "You held it",
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
    "SendReminder": "Reminder sent",
    "SendCreditNote": "Credit note sent",
    "SendCorrection": "Correction sent",
    "SendSpecimen": "First mail shown to you",
    "ReopenCase": "Case opened again",
    "IssueInvoice": "Invoice issued",
    "IssueCreditNote": "Credit note issued",
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
MONTH_MONEY: Final = "Invoiced {invoiced}, paid {paid}, open now {open}."
MONTH_STAGE: Final = "{stage} {count}"
MONTH_MODELS: Final = "Models: {spent}."

# --- more -----------------------------------------------------------------------------------------

MORE_TITLE: Final = "More about {card}"
MORE_HINT: Final = "`audit {case}` tells the whole case, `timeline {case}` draws it."
MORE_OF_WHAT: Final = Trouble(
    "It is not clear of what.", "Name a card: `more 3`. `inbox` lists what waits."
)
MORE_STEP: Final = "step {step}"
MORE_NO_FACT: Final = "no fact"
MORE_VALUE: Final = "{name}: {trust}, from {where}"
MORE_ENTRY: Final = "{step}, {when}: {what}"
MORE_PAYLOAD: Final = "The exact bytes"
ROW_BYTES: Final = "Bytes"
ROW_FACTS: Final = "From facts"
ROW_BEFORE: Final = "Led to it"
ROW_SINCE: Final = "Since then"

# --- the overview ---------------------------------------------------------------------------------

HOME_QUIET: Final = "Nothing waits for you."
HOME_TROUBLE: Final = "Nothing waits for you, but something is stuck."
HOME_STOPPED: Final = "A stop is in force."
HOME_WAITS: Final = "For you: {waits}."
HOME_WAITING: Final = "Waits for you"
HOME_STUCK: Final = "Stuck"
HOME_RUNNING: Final = "At work"
HOME_MONEY: Final = "Today"
HOME_DONE: Final = "Done last"
HOME_HEADING: Final = "{heading}:"
HOME_ITEM: Final = "• {text}"
HOME_WAITER: Final = "{number} · {title}{until}"
HOME_UNTIL: Final = ", until {when}"
HOME_MORE_WAITS: Final = "And {number} more: `inbox` lists them."
HOME_MORE_STUCK: Final = "And {number} more: `failures` lists them."
HOME_MORE_RUNS: Final = "And {number} more: `status` lists them."
HOME_STRAYS: Final = "Fits no case: {what}. `inbox` lists it."
HOME_BROKEN: Final = "{what}: {cause} {remedy}"
HOME_HELD: Final = "Held back: {what}. {why}"
HOME_CASE: Final = "{number} · {title} ({who}): {stands}"
HOME_MODELS: Final = "Models: {spent} of {cap} USD"
HOME_MAILS: Final = "Mails: {sent} of {cap}"
HOME_OWED: Final = "Owed to you: {amount} on {invoices}"
HOME_LATE: Final = "! {amount} of it is overdue"
HOME_DID: Final = "{what}, {who}{amount} ({when})"
VERB_SHOW: Final = "Show"

# --- long answers ---------------------------------------------------------------------------------

LONG_ANSWER: Final = "{lines} more stand in the file."
LONG_CUT: Final = "The file has all of it."
LONG_NAME: Final = "answer.txt"
LONG_TITLE: Final = "The whole answer"
