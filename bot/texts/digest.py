"""The digest."""

from __future__ import annotations

from typing import Final

DIGEST_TITLE: Final = "{day}: your digest"
DIGEST_SO_FAR: Final = "Since the last digest"
DIGEST_MODE: Final = "Mode"
DIGEST_DONE: Final = "Done"
DIGEST_WAITS: Final = "Waits for you"
DIGEST_FAILED: Final = "Failed"
DIGEST_COST: Final = "Cost"
DIGEST_QUIET: Final = "Nothing has happened since the last digest."
DIGEST_NOTHING_DONE: Final = "Nothing left the house."
DIGEST_NOTHING_WAITS: Final = "Nothing."
DIGEST_NOTHING_FAILED: Final = "Nothing."
DIGEST_MONEY: Final = "{amounts} booked, {payments}"
DIGEST_CASES: Final = "{cases}"
DIGEST_OPENED: Final = "{count} opened"
DIGEST_CLOSED: Final = "{count} closed"
DIGEST_MORE: Final = "… and {number} more"
DIGEST_CARD: Final = "{number} · {title}, until {until}"
DIGEST_QUESTION: Final = "{number} · {text}"
DIGEST_BROKEN: Final = "{what}"
DIGEST_MENDED: Final = "{what} (works again)"
DIGEST_MODEL: Final = "{cost} for the model"
DIGEST_MESSAGES: Final = "Mail"
DIGEST_NO_ACTION: Final = (
    "{messages} came in; {number} needed nothing (`no-action`). `lead N` if one was a lead."
)
DIGEST_FREE: Final = "Nothing for models."
DIGEST_LOOK: Final = "What waits"
DIGEST_FAILURES: Final = "What is broken"

DONE_WORDS: Final = {
    "SendProposal": "Offer to {who}{amount}",
    "SendReply": "Answer to {who}",
    "SendInvoice": "Invoice to {who}{amount}",
    "SendReminder": "Reminder to {who}{amount}",
    "IssueInvoice": "Invoice issued for {who}{amount}",
    "IssueCreditNote": "Credit note issued for {who}{amount}",
    "SendCreditNote": "Credit note to {who}{amount}",
    "SendCorrection": "Correction to {who}",
    "SendSpecimen": "First real mail, to you first",
    "ReopenCase": "Case of {who} opened again",
}
DONE_OTHER: Final = "{action} for {who}{amount}"
DONE_SOMEBODY: Final = "somebody who was erased"
