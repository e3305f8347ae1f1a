"""Cards and questions."""

from __future__ import annotations

from typing import Final

ROW_WHAT: Final = "What"
ROW_TO: Final = "To"
ROW_AMOUNT: Final = "Amount"
ROW_LINES: Final = "Lines"
ROW_DATES: Final = "Dates"
ROW_PAID: Final = "Paid"
ROW_REASON: Final = "Reason"
ROW_ASKS: Final = "Asks because"
ROW_RISK: Final = "Risk"
ROW_SOURCES: Final = "Values from"
ROW_ADVICE: Final = "Coo advises"
ROW_NOTHING: Final = "If not"
ROW_STOPPED: Final = "Stopped"
ROW_UNTIL: Final = "Until"
ROW_SUBJECT: Final = "Subject"
ROW_DOCUMENTS: Final = "Attached"
ROW_THREAD: Final = "Thread"
ROW_CHECKS: Final = "Only if"
ROW_EDITED: Final = "Edited"
ROW_DECIDED: Final = "Decided"
ROW_OUTCOME: Final = "Came of it"
ROW_PROOF: Final = "Proof"
ROW_UNASKED: Final = "Not asked"
ROW_WHY: Final = "Asks because"
ROW_CASE: Final = "Case"
ROW_ANSWER: Final = "Answer"
ROW_CAUSE: Final = "Cause"
ROW_EVIDENCE: Final = "Evidence"
ROW_NOT_DONE: Final = "Not done"
ROW_OWNER: Final = "Where"
ROW_REMEDY: Final = "What to do"

HEADLINES: Final = {
    "SendProposal": "Send an offer to {who}",
    "SendReply": "Answer {who}",
    "SendInvoice": "Send an invoice to {who}",
    "SendReminder": "Remind {who} of an invoice",
    "IssueInvoice": "Issue an invoice to {who}",
    "IssueCreditNote": "Reverse an invoice to {who} with a credit note",
    "SendCreditNote": "Send a credit note to {who}",
    "SendCorrection": "Correct a mail to {who}",
    "SendSpecimen": "Show you the first real mail to {who}",
    "ReopenCase": "Open the case of {who} again",
}
BRIEF_SPECIMEN: Final = "A copy of the first real mail, word for word, to your own address"
WHAT_PROPOSAL: Final = "Mail offer {proposal}, version {version}"
WHAT_REPLY: Final = "Mail an answer: {purpose}"
WHAT_REMINDER: Final = "Mail reminder {step} ({kind}) of invoice {number} ({invoice}), due on {day}"
BRIEF_REMINDER: Final = "Reminder {step} of invoice {number} by mail"
WHAT_INVOICE: Final = "Mail invoice {number} ({invoice})"
WHAT_CREDIT: Final = (
    "Take the next credit note number and reverse invoice {number} of {day} ({invoice}) in full"
)
WHAT_CREDIT_NOTE: Final = "Mail credit note {number} ({note}) for invoice {invoice}"
WHAT_CORRECTION: Final = "Mail a correction of {action}, in the same thread"
WHAT_WITHDRAWN: Final = "offer {proposal} stands no longer up to version {version}"
WHAT_REOPEN: Final = "Open {case} again, which was closed: {outcome}"
WHAT_ISSUE: Final = "Take the next invoice number for offer {proposal}, version {version}"
BRIEF_PROPOSAL: Final = "An offer by mail, version {version}"
BRIEF_REPLY: Final = "An answer by mail: {purpose}"
BRIEF_INVOICE: Final = "Invoice {number} by mail"
BRIEF_ISSUE: Final = "The next invoice number, for version {version} of the offer"
BRIEF_CREDIT: Final = "Invoice {number} of {day} is reversed in full, by a credit note"
BRIEF_CREDIT_NOTE: Final = "Credit note {number} for invoice {invoice}, by mail"
BRIEF_CORRECTION: Final = "A correction by mail, in the same thread"
BRIEF_WITHDRAWN: Final = "A correction by mail, in the same thread: the offer no longer stands"
BRIEF_REOPEN: Final = "The case is opened again; it was closed as {outcome}"
BRIEF_REASON: Final = "{reason} ({rule})"
BRIEF_SOURCES: Final = "you, or checked"
BRIEF_OTHERS: Final = "the others: you, or checked"
BRIEF_FIRST: Final = "their first mail from you"
BRIEF_QUESTION: Final = "Coo asks: {what}"
BRIEF_LINE: Final = "{quantity} × {what}, {price} each{off}"
NOBODY_KNOWN: Final = "somebody unknown"
TO_STRANGER: Final = "! This contact is not in your address book."
TO_OTHER_ADDRESS: Final = "! Your address book has another address for them: {address}"
TO_FIRST: Final = "The first mail to them."
PAID_SO_FAR: Final = "! {amount} has been paid on it: sending that back is your own doing."
NOTHING_PAID: Final = "{amount}: nothing has been paid on it."
NO_REASON: Final = "none given; `edit` adds one"
GROSS: Final = "{amount} gross"
NET: Final = "{amount} net"
TAX_LINE: Final = "{amount} tax at {rate} %"
ROW_TAX: Final = "Tax"
ROW_BUYER: Final = "On the invoice"
ROW_E_INVOICE: Final = "E-invoice"
TAX_CASE: Final = "{kind}: customer in {country}, {business}"
TAX_KINDS: Final = {
    "domestic": "Tax as at home",
    "small business": "No tax, small business",
    "reverse charge": "No tax, reverse charge",
    "intra-community supply": "No tax, intra-community supply",
    "export": "No tax, export of goods",
    "outside scope": "No tax here, the service is taxed where they are",
}
TAX_BUSINESS: Final = "a business"
TAX_CONSUMER: Final = "not known as a business"
TAX_OWN_ID: Final = "your VAT id {vat_id}"
BUYER_ADDRESS: Final = "address {address}"
BUYER_COUNTRY: Final = "country {country}"
BUYER_VAT_ID: Final = "VAT id {vat_id}"
BUYER_BUSINESS: Final = {True: "a business", False: "a consumer"}
BUYER_REFERENCE: Final = "buyer reference {reference}"
BUYER_ORDER: Final = "purchase order {order}"
E_INVOICES: Final = {
    "zugferd": "ZUGFeRD: XML in the PDF",
    "xrechnung": "XRechnung: XML beside the PDF",
}
LESS: Final = "less {percent} %"
LINE_TAX: Final = "{rate} % tax [{item}]"
LINES_DIFFER: Final = "! The lines add up to {amount}."
LINES_MIXED: Final = "! The lines are not all in the currency of the total."
DATES: Final = "Service on {service}, payable within {days}"
IN_REPLY_TO: Final = "answers {mail}"
REFERS_TO: Final = "refers to {mails}"
NO_MAIL: Final = "no mail"

CHECK_UNPAID: Final = "invoice {invoice} is still unpaid"
CHECK_NOT_ISSUED: Final = "there is no invoice for offer {proposal} yet"
CHECK_OPEN: Final = "offer {proposal} is still open at version {version}"
CHECK_ACCEPTED: Final = "offer {proposal} is accepted at version {version}"
CHECK_NOT_CREDITED: Final = "no credit note has reversed invoice {invoice}"
CHECK_PAID: Final = "exactly {amount} has been paid on invoice {invoice}"
CHECK_NOT_ACCEPTED: Final = "offer {proposal} has not been accepted"
CHECK_CLOSED: Final = "{case} is closed"
CHECK_NO_FACT: Final = "no new message came in {case} since its step {version}"

TRUST_OPERATOR: Final = "yours"
TRUST_VERIFIED: Final = "checked"
TRUST_UNTRUSTED: Final = "! unchecked"
SOURCE_MAIL: Final = "mail from {sender}"
SOURCE_DOCUMENT: Final = "document {name}"
SOURCE_PAYMENT: Final = "payment"
SOURCE_SAID: Final = "what you said"
SOURCE_TAP: Final = "what you decided"
SOURCE_ANSWER: Final = "what you answered"
SOURCE_COMPANY: Final = "company.yaml"
SOURCE_CONTACT: Final = "address book"
SOURCE_PROPOSAL: Final = "the offer"
SOURCE_ACCEPTANCE: Final = "the acceptance"
SOURCE_INVOICE: Final = "the issued invoice"
SOURCE_CREDIT_NOTE: Final = "the issued credit note"
SOURCE_UNDO: Final = "what you wanted undone"
SOURCE_WORK: Final = "what you said is done"
SOURCE_UNDERSTOOD: Final = "what was read out of the mail"
SOURCE_CASE: Final = "the case's beginning"
SOURCE_ROUTED: Final = "what came in"
MORE_SOURCES: Final = "and {number} more"
SOMEBODY_ERASED: Final = "an erased person"

ASKS_BY_DEFAULT: Final = "No rule allows it, and then you decide."
POLICY: Final = "rules {policy}"
EFFECTS: Final = {"ask": "asks", "allow": "allows", "deny": "forbids"}
RISKS: Final = {
    "reversible": "It can be taken back.",
    "compensable": "It can be made good, not undone.",
    "irreversible": "It cannot be taken back.",
}
NOTHING_HAPPENS: Final = "Nothing happens; it waits."
EXPIRES: Final = "{when} (in {left}), then it pauses; that is no refusal"
EXPIRES_BRIEF: Final = "{when} (in {left}), then it pauses"
POSTPONED: Final = "put off until {when}"
BOUND_TO: Final = "Approving runs exactly these bytes: {sha}…"
YOUR_EDIT: Final = "your edit"
PREVIEW: Final = "Edited: {title}"
QUESTION: Final = "Coo asks"
ASKED: Final = "asked {when}"
READ_ALL: Final = "`audit {case}` shows all of it"
ANSWER_FREELY: Final = "Or in your own words: {number} …"
SINCE: Final = "since {when}"
SEEN: Final = ", seen {number} times"
CLEARED: Final = " (over)"
ERASED: Final = "Its text was erased with the person it concerned."

VERB_APPROVE: Final = "Approve"
VERB_EDIT: Final = "Edit"
VERB_REJECT: Final = "Reject"
VERB_TELL: Final = "Tell me how"
VERB_LATER: Final = "Later"
VERB_DID_IT: Final = "I did it myself"
REMINDER_GONE: Final = "Reminder withdrawn: {why} {ago}"
VERB_HOLD: Final = "Hold"
LEAVES_AT: Final = "Leaves at {when}."
ROW_LEAVES: Final = "Leaves"
VERB_MORE: Final = "More"
VERB_SEND_EDIT: Final = "Send exactly this"
VERB_EDIT_AGAIN: Final = "Edit again"
VERB_DROP: Final = "Back to the original"
VERB_RETRY: Final = "Try again"

DECISIONS: Final = {
    "approved": "approved",
    "rejected": "rejected",
    "superseded": "no longer counts",
    "expired": "expired undecided, so it is paused, not refused",
    "done by operator": "done by hand",
}
UNDECIDED: Final = "not decided yet"
BY_WHOM: Final = " by {who}"
AT_WHEN: Final = ", {when}"

STATUS: Final = {
    "proposed": "Proposed; no rule has decided yet.",
    "asking": "It waits for a person.",
    "allowed": "It may run and is about to.",
    "denied": "A rule forbids it; it will not run.",
    "rejected": "Refused; it will not run.",
    "superseded": "Replaced; it will not run.",
    "expired": "Paused: nobody decided in time.",
    "done by operator": "Done by hand; Coo will not do it again.",
    "withheld": "Held back; it has not run.",
    "attempted": "Begun; there is no receipt yet.",
    "succeeded": "Done.",
    "failed": "It did not happen.",
    "unknown": "Nobody knows whether it happened.",
    "bounced": "It left and came back.",
}
NO_RECEIPT: Final = "It is recorded as done, but the receipt was erased."
DONE_MAIL: Final = "Sent to {to}"
DONE_CREDIT_NOTE: Final = "Credit note {reference} issued to {to}"
DONE_REOPENED: Final = "The case of {to} may be opened again"
DONE_INVOICE: Final = "Invoice {reference} issued to {to}"
DONE_ERASED: Final = "Done ({reference})"
RECEIPT: Final = "receipt {reference} from {provider}"
RECEIPT_BRIEF: Final = "there is a receipt from {provider}"
AT_PLACE: Final = ", at {place}"
