"""Erasing a person: the preview, the order, and what came of it."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

ERASED_ENDS: Final = "The person it concerned was erased."

ERASE_TITLE: Final = "Erase {who}? Nothing has been done yet."
ERASE_KEYS: Final = "Goes for ever: the key to {facts} about them; nobody can read those any more."
ERASE_COPIES: Final = (
    "Goes for ever: {mails} on disk, {documents} in the store, and what memory, read tables and "
    "plans keep of them."
)
ERASE_CASES: Final = "Goes with it: {cases}. What waits there ends: {waits}."
ERASE_NOTHING_WAITS: Final = "nothing"
ERASE_STAYS: Final = (
    "Stays, as it names nobody: that there were these facts, with dates, amounts and numbers, so "
    "that the chain still verifies and the books still add up."
)
ERASE_KEPT: Final = (
    "Kept by law until {until}: {number} of {issued} (PDF and data). Invoices and credit notes "
    "must be kept for {years} after the year of issue ({country}); then they are erased too."
)
ERASE_PAST: Final = "Goes too: {number} of {issued}, since the law kept it only until {until}."
ERASE_UNPAID: Final = (
    "{number} is not paid. A payment that names it is still booked, but nobody is reminded."
)
ERASE_SHARED: Final = (
    "Stays: the payer of {payments}, who also paid for others. Amount and date stay readable."
)
ERASE_EXPORTS: Final = (
    "Goes too: the evidence of their cases and the books that lie in `exports`; make the books "
    "again where you need them."
)
ERASE_ELSEWHERE: Final = (
    "Not in my hands: your mail program, your bank, backups you made, what you exported to "
    "elsewhere, and texts of yours or of others that mention them."
)
ERASE_HOW: Final = "It cannot be undone. If that is what you want: `erase {handle} confirm`"
ERASE_ORDERED: Final = "{who} is being erased."
ERASE_WHO: Final = Trouble(
    "Whom shall I erase?", "`erase NAME` or `erase ADDRESS` shows a preview."
)
ERASE_NO_SUCH: Final = Trouble(
    "I know nobody called {said!r}.",
    "Use the name, the mail address or the id of the contact. Who was erased has no name here.",
)
ERASE_DONE_BEFORE: Final = Trouble(
    "{contact} was erased before.", "There is nothing left of them to erase."
)
ERASE_LOOK_FIRST: Final = Trouble(
    "{said!r} is not the whole name of anybody, so I do not erase on it alone.",
    "Look at the preview first (`erase {said}`), or use the full name or the address.",
)
ERASE_MISSING: Final = Trouble(
    "The law wants {number} to be kept, and its files are not in the folder `invoices`.",
    "Nothing was erased. Put them back from a backup (or `retry` what failed to write them), "
    "then do it again.",
)
REPLAY_ERASED: Final = (
    "Of its {deliveries} deliveries {erased} were erased with the person they were about, and "
    "cannot be compared."
)
REPLAY_ALL_ERASED: Final = (
    "Replay of {case}: nothing to compare. What its deliveries were about was erased with the "
    "person; the facts themselves are there, and `verify` shows that none was changed."
)
SAY_ERASED: Final = (
    "Erased: {who}. {mails} and {documents} are gone, and so is every key to the rest."
)
SAY_ERASED_KEPT: Final = "Kept by law: {numbers}."
SAY_TOMBSTONE: Final = (
    "Keep a copy of `erased.txt` beside your backups: it makes an older backup forget them too."
)
SAY_RETENTION: Final = "The law keeps {number} no longer: the document was erased."
