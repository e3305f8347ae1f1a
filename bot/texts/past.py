"""Going back in time, the books, and what would have been otherwise."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

MOMENT_UNREADABLE: Final = Trouble(
    "{said!r} is no moment I can read.",
    "Write `2026-11-23`, `2026-11-23 14:30`, `yesterday` or `3 days ago`; a day means its end.",
)
MOMENT_NO_DAY: Final = Trouble(
    "{said!r} is not in the calendar: {why}.", "Write a day like 2026-11-23, an hour like 14:30."
)
MOMENT_TOO_EARLY: Final = Trouble(
    "{count} {unit}s ago is before any calendar.", "Write a day like 2026-11-23."
)
MOMENT_AHEAD: Final = Trouble(
    "{said} lies ahead; only what has happened is on record.", "Name a moment in the past."
)
SPAN_UNREADABLE: Final = Trouble(
    "{said!r} is no span of time.", "Write `30d`, `12h`, `4w`, `all`, or a day like 2026-11-23."
)

AS_OF: Final = "As of {when}, after fact {seq} ({last})."
AS_OF_SET_BACK: Final = (
    "{facts} more bear an earlier time but were recorded after later ones, since a clock was set "
    "back; they are left out."
)
AS_OF_EMPTY: Final = Trouble(
    "Nothing was on record at {when} yet.", "The first fact is of {first}; ask for a later moment."
)
AS_OF_NO_FACTS: Final = Trouble(
    "Nothing is on record yet.", "Put a mail in with `coo ingest FILE`."
)
AS_OF_ONLY_LOOKS: Final = Trouble(
    "In the past one can only look, and {word!r} is no look.",
    "Looks are: {looks}; or name a case, a person or an invoice.",
)
PAST_IS_OVER: Final = Trouble("The past cannot be changed.", "Say it without `as-of`.")

BOOKS_TITLE: Final = "Books of {company}"
BOOKS_SUM: Final = "Invoiced {invoiced}, paid {paid}, open {open}{overdue}: {invoices}."
BOOKS_OVERDUE: Final = " (of it overdue {amount})"
BOOKS_NONE: Final = "No invoice has been issued."
BOOKS_UNMATCHED: Final = "Received and matched to no invoice: {amount} ({payments})."
BOOKS_MORE: Final = "… and {invoices} before these."
COLUMNS_BOOKS: Final = ("Invoice", "To", "Issued", "Due", "Total", "Paid", "Open", "Stands")
OVERDUE: Final = "overdue"

CONTACT_TITLE: Final = "{name} ({contact})"
CONTACT_ADDRESS: Final = "Writes from {address}"
CONTACT_FIRM: Final = "Belongs to {organisation}"
CONTACT_SINCE: Final = "Known since {when}; {mails} from us"
COLUMNS_THEIR_CASES: Final = ("", "Case", "Id", "Stands", "Changed")
CONTACT_ERASED: Final = "Erased: what was personal is gone."

INVOICE_TITLE: Final = "Invoice {number} to {who}, {status}"
INVOICE_LINE: Final = "{quantity} {unit} {description}: {net} net{discount}"
INVOICE_DISCOUNT: Final = ", {percent} % off"
INVOICE_SUM: Final = "{net} net, {total} gross; paid {paid}, open {open}"
INVOICE_DATES: Final = "Issued {issued}, service {service}, due {due}"
INVOICE_PAYMENT: Final = "Payment {payment} of {amount}, booked {booked}"
INVOICE_PART: Final = "; {part} of it on this invoice"
INVOICE_LESS: Final = "{amount} less is owed: {kind} with payment {payment}"
LESS_KINDS: Final = {
    "discount": "early-payment discount",
    "fee": "bank fee",
    "waived": "you let it go",
}
MATCHING: Final = "Noted: payment {payment} is to pay {invoices}."
UNMATCHING: Final = "Noted: payment {payment} is to be taken off."
MATCH_NO_INVOICE: Final = Trouble(
    "{said!r} names no invoice.",
    "`open invoices` lists the numbers; a stray goes to a case with `assign 2 to case 3`.",
)
MATCH_SUM: Final = "Write the sum behind the invoice, like 500.00. Nothing was matched."
BY_PAYER: Final = "from {payer}"
OPEN_TITLE: Final = "Open invoices of {company}"
OPEN_NONE: Final = "No invoice is open."
OPEN_UNPLACED: Final = (
    "Payment {payment} of {amount}{payer}, booked {booked}: {left} is on no invoice."
)
OPEN_CREDIT: Final = " It is kept as credit of {who}."
FEE_KEPT: Final = "; {provider} kept {fee} of it"
CLEARING: Final = (
    "{provider} holds {held}: {received} received, {fees} kept as fees, {paid_out} paid out."
)
PAYOUT_AWAITED: Final = (
    "Payout {payout} of {amount} was to arrive on {day}: no bank statement shows it yet."
)
PAYOUT_RETURNS: Final = (
    "Payout {payout} of {amount} failed after it arrived: no bank statement shows it go back."
)
OPEN_HINT: Final = "`match PAYMENT INVOICE` books it; `invoice NUMBER` shows one with its payments."
INVOICE_CASE: Final = "`audit {case}` shows how it came about."
NO_INVOICES: Final = Trouble("No invoice has been issued.", "`status` shows what is going on.")
NO_CONTACTS: Final = Trouble("Nobody is in the address book.", "They come with their first mail.")

WHATIF_TITLE: Final = (
    "Of {commands} since {since}: {unchanged} unchanged, {fewer} with fewer asks, {new} with new "
    "asks, {denied} newly denied{undenied}, {lost} not evaluable."
)
WHATIF_UNDENIED: Final = ", {number} no longer denied"
WHATIF_RAN: Final = "! It would have run {commands} that you rejected: {open}"
WHATIF_RAN_NONE: Final = "It would have run nothing that you rejected."
WHATIF_RULES: Final = "On trial: {file} as {policy}; in force: {current}."
WHATIF_NOTHING: Final = Trouble(
    "No command was proposed since {since}.", "Look further back: `--since all`."
)
WHATIF_OPEN: Final = "`whatif {file} {span}show {group}`"
WHATIF_HINT: Final = "Nothing was done and nothing recorded."
WHATIF_GROUP: Final = "{group}: {number}, {open}"
WHATIF_COMMAND: Final = "{when} {name}{amount} – case {number}, {title}"
WHATIF_THEN: Final = "  then: {then}"
WHATIF_NOW: Final = "  under these rules: {now}"
WHATIF_GROUPS: Final = {
    "unchanged": "Unchanged",
    "fewer-asks": "Fewer asks: it would have run alone",
    "new-asks": "New asks: you would have been asked",
    "newly-denied": "Newly denied",
    "no-longer-denied": "No longer denied",
    "not-evaluable": "Not evaluable",
    "rejected": "Would have run what you rejected",
}
WHATIF_NO_SUCH_GROUP: Final = Trouble("There is no group {said!r}.", "Groups are: {groups}.")
WHATIF_EMPTY_GROUP: Final = "{group}: none."
WHATIF_UNREADABLE: Final = Trouble(
    "{said!r} cannot be read as a file, a span and a group.",
    "Write `whatif FILE --since 30d show new-asks`; a name with spaces stands in quotes.",
)
WHATIF_REJECTED_FOR: Final = "  ! you rejected it: {reason}"
WHATIF_POINTERS: Final = "  `audit {case}`, `why {action}`"
VERDICT_WORDS: Final = {"Allow": "allowed", "Ask": "asked", "Deny": "denied"}

REPLAY_NO_ENDPOINT: Final = Trouble(
    "No language model can be asked here.",
    "Set COO_MODEL (and OPENAI_API_KEY where its endpoint wants one); `coo doctor` explains.",
)
REPLAY_NO_OPTION: Final = Trouble(
    "{said!r} is no option of replay.", "Options are `--policy FILE` and `--model NAME`."
)
SUPPOSED_TITLE: Final = "{case} as it would have been with {what}"
SUPPOSED_RULES: Final = "the rules of {file} ({policy})"
SUPPOSED_MODEL: Final = "the model {model}"
SUPPOSED_SAME: Final = "No difference: {deliveries} come out alike{lost}."
SUPPOSED_FIRST: Final = (
    "First difference in delivery {number} of {total} ({kind}, {when}){lost}. Whatever follows is "
    "counterfactual: it is shown as if all else had gone as it did."
)
SUPPOSED_LOST: Final = "; {number} not evaluable ({why})"
SUPPOSED_ERASED: Final = "Delivery {number}: Erased"
SUPPOSED_DELIVERY: Final = "Delivery {number}, {kind}, {when}{mark}"
SUPPOSED_MARK: Final = " – counterfactual"
SUPPOSED_THEN: Final = "  then: {line}"
SUPPOSED_NOW: Final = "  instead: {line}"
SUPPOSED_NOTHING: Final = "nothing"
SUPPOSED_STOPPED: Final = "  instead: it broke off. {why}"
SUPPOSED_REFUSED: Final = "The model did not answer: {why}"
SUPPOSED_COST: Final = "The answers of {model} cost {cost}; nothing else was recorded."
SUPPOSED_END: Final = "Nothing was done and nothing recorded."
SUPPOSED_VERDICT: Final = "{command}: {verdict} ({rules})"
SUPPOSED_PLAN: Final = "plans: {steps}"
SUPPOSED_ACTION: Final = "proposes: {command}{amount}, bytes {sha}"
SUPPOSED_CARD: Final = "asks you: {title}"
SUPPOSED_QUESTION: Final = "asks: {text}"
SUPPOSED_READ: Final = "reads: {intent}, {language}{slots}"
SUPPOSED_TOLD: Final = "tells you: {text}"
SUPPOSED_OTHER: Final = "{kind}{detail}"
