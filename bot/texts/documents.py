"""What is said about documents."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble
from ledger.domain.documents import ReadHow

DOCUMENTS_TITLE: Final = "Documents, the newest first"
DOCUMENTS_OF: Final = "Documents of {case}"
DOCUMENTS_NONE: Final = "No document came in."
DOCUMENTS_MORE: Final = "{number} older ones are not shown; `documents CASE` lists those of a case."
DOCUMENTS_HINT: Final = "`document NAME` shows what one says."
COLUMNS_DOCUMENTS: Final = ("Id", "Name", "From", "Came", "Read")

DOCUMENT_CAME: Final = "From: {origin}, {when}"
DOCUMENT_IS: Final = "{kind}, {size}; {how}"
DOCUMENT_NOTE: Final = "Note: {note}"
DOCUMENT_TOLD: Final = "You said that it says: {text}"
DOCUMENT_HANDED: Final = "handed in by {who}"
DOCUMENT_PAGES: Final = ", {pages} p."
DOCUMENT_YOU_TOLD: Final = "; you said what it says"
DOCUMENT_PAGE: Final = "— p. {page} —"
DOCUMENT_GOES_ON: Final = "… it goes on; the rest is too long for one answer."
DOCUMENT_HOW: Final = {
    ReadHow.TEXT: "read",
    ReadHow.PICTURE: "a picture",
    ReadHow.NAMED: "named only",
    ReadHow.NO_TEXT: "has no text",
    ReadHow.ENCRYPTED: "encrypted",
    ReadHow.BROKEN: "broken",
    ReadHow.TOO_LARGE: "too large to read",
    ReadHow.TOO_SLOW: "took too long to read",
    ReadHow.UNKNOWN: "of a kind that is not read",
}
DOCUMENT_GONE: Final = Trouble(
    "{name} is gone: whoever it came from was erased.", "Nothing to do; ask them for it again."
)
ATTACHED: Final = "{name} goes to {case}."
ATTACH_IN_CHAT: Final = Trouble(
    "A chat cannot name files of the machine.",
    "Send the file itself, in the thread of the case or in reply to its card.",
)
FILE_FOR_WHAT: Final = Trouble(
    "it does not say which case it is for",
    "Send it in the thread of a case, or in reply to one of its cards.",
)
