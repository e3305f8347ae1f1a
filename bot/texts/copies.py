"""Backups, copies of a company, and which of them may act."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

# --- passphrases ----------------------------------------------------------------------------------

WORDS_ASKED: Final = "Passphrase"
WORDS_AGAIN: Final = "The same once more"
PASSPHRASE_DIFFERS: Final = Trouble(
    "The two passphrases are not the same.", "Nothing was written. Try it again."
)
PASSPHRASE_SHORT: Final = Trouble(
    "A passphrase of fewer than {least} characters is soon guessed.",
    "Nothing was written. Take several words; keep them where the backup is not.",
)
PASSPHRASE_NOBODY: Final = Trouble(
    "There is nobody here to be asked for the passphrase.",
    "Put it into a file that only you can read, and name that with --passphrase-file.",
)
PASSPHRASE_FILE: Final = Trouble(
    "The passphrase cannot be read from {path}: {why}.",
    "Name a file whose first line is the passphrase.",
)

# --- coo backup, restore, export, import ----------------------------------------------------------

BACKED_UP: Final = "Wrote {path}: {facts} facts, {files} files, {size}. Head {head}."
BACKUP_HINT: Final = (
    "It holds the keys: who has file and passphrase can read all. Without the passphrase nobody "
    "can, you neither."
)
BACKUP_NOT_TOLD: Final = (
    "The backup is whole, but the ledger could not note it, so `coo doctor` does not know of it."
)
RESTORED: Final = "Restored {company} into {folder}: {facts} facts, the chain holds, head {head}."
RESTORED_STOPPED: Final = (
    "This copy is stopped: nothing leaves it. `coo takeover` compares it with the world."
)
RESTORED_FORGOTTEN: Final = "Erased since the backup was made, and so erased here too: {persons}."
EXPORTED: Final = "Wrote {path}: {facts} facts, {size}. Head {head}."
EXPORT_WITHOUT_KEYS: Final = (
    "Without keys: it can be checked and read by programs, but not be imported again."
)
EXPORT_READABLE: Final = "Personal texts stand in it for everybody to read: treat it like them."
IMPORTED: Final = "Imported {company} into {folder}: {facts} facts, the chain holds, head {head}."
IMPORT_CHECKED: Final = "{path} holds: {facts} facts of {company}, head {head}."

# --- coo takeover ---------------------------------------------------------------------------------

COMPARED: Final = {
    "sent": "Sent after this copy was made, and unknown here: {number}",
    "known": "Sent already, though this copy does not know it (will not be sent twice): {number}",
    "waiting": "In the inbox, not yet taken in (comes in after the take-over): {number}",
    "taken": "In the inbox, taken in by another copy, unknown here: {number}",
    "invoice": "Invoices unknown here (their numbers are passed over): {number}",
    "payment": "Payments unknown here: {number}",
}
COMPARED_MORE: Final = "  and {number} more"
COMPARED_SENT: Final = "{what} to {to}, “{subject}”, {when}"
COMPARED_NO_DATE: Final = "without a date"
COMPARED_MAIL: Final = "{who}, “{subject}”: {path}"
COMPARED_ANSWERED: Final = " (answered already by another copy)"
COMPARED_UNREADABLE: Final = "not readable: {path}"
COMPARED_PAYMENT: Final = "{amount} from {payer}, {day}: {path}"
COMPARED_NOBODY: Final = "somebody unnamed"
COMPARED_INVOICE: Final = "{number}"
COMPARED_SAME: Final = "Nothing happened out there that this copy does not know of."
TAKEOVER_TITLE: Final = "This copy must not act: {why}."
TAKEOVER_INGEST: Final = (
    "What another copy took in and did not answer, and payments: `coo ingest FILE` takes them in."
)
TAKEOVER_SHARED: Final = (
    "`takeover yes`: this copy acts from now on, and every other one that uses the mailbox {path} "
    "stops by itself."
)
TAKEOVER_ALONE: Final = (
    "The mailbox of this copy lies in its own folder, so another copy cannot notice a take-over. "
    "Switch the other one off for good, then say `takeover the other is off`."
)
TAKEN_OVER: Final = "This copy acts from now on, as generation {generation}."
TAKEOVER_NEEDLESS: Final = Trouble(
    "This copy acts already, as generation {generation}; there is nothing to take over.",
    "To halt it say `stop`.",
)
TAKEOVER_UNSAID: Final = Trouble(
    "{said!r} does not take over.", "Say `takeover` alone to see what it would mean."
)
TAKEOVER_UNREACHED: Final = Trouble(
    "The mailbox {path} does not take the mark of the take-over: {why}.",
    "Nothing changed, this copy stays stopped. Mend that and say it again.",
)
TAKEOVER_OTHERS: Final = "other copies take over at this very moment"
TAKEOVER_HOLDS: Final = "another copy dealt with them after the backup"
TAKEOVER_WILL_HOLD: Final = (
    "Nothing will leave for those whom another copy dealt with until you `resume` each: {who}."
)
STATUS_HALTED_COPY: Final = "STOPPED: this copy must not act, {why}. `takeover` lets it."
STOPPED_COPY: Final = "this copy must not act, {why}"
STILL_COPY: Final = "Still stopped: this copy must not act, {why}. `takeover` lets it."
COPY_HOLDS: Final = "This copy must not act, so it is held back until `takeover`."
SAY_SUPERSEDED_COPY: Final = (
    "Another copy of this company took over (generation {generation}). This one sends nothing any "
    "more; `takeover` would take it back."
)
SAY_RESTORED: Final = "This copy was made from a {kind} of {when}. It is stopped: see `takeover`."
INBOX_LEFT_ALONE: Final = (
    "mail/inbox is left alone: this copy must not act ({why}). `coo takeover` says more."
)
