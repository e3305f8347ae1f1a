"""Files on the desk: one that was handed in goes to its case; what nobody could read is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.desk import Desk, routed, says
from ledger.domain.documents import ATTACHMENT, Document, ReadHow
from ledger.domain.entities import Question
from ledger.domain.events import DocumentReceived, MailReceived, Option, QuestionAsked
from ledger.domain.facts import Draft, Fact, short_id

DOCUMENT: Final = "document"
"""What a file is routed as; it makes no card that waits out of date."""
_HUNG: Final = "It hung on the mail."
NOT_NEEDED: Final = "document:not-needed"
"""The answer that a document which could not be read says nothing that matters."""

_WHY: Final = {
    ReadHow.NO_TEXT: "has no text: it is a scan or a picture",
    ReadHow.ENCRYPTED: "is encrypted",
    ReadHow.BROKEN: "is broken",
    ReadHow.TOO_LARGE: "is too large to be read",
    ReadHow.TOO_SLOW: "took too long to read",
    ReadHow.UNKNOWN: "is of a kind that I cannot read",
}
_MOST_NAMED: Final = 5


async def route_document(fact: Fact, event: DocumentReceived, desk: Desk) -> list[Draft]:
    """A file of a mail follows its mail; one that was handed in goes where it was said."""
    known = await desk.views.get(Document, event.document)
    if known is None or not known.case:
        return []
    if event.about:
        why = f"{event.operator} handed it in."
        taken = routed(fact, event.about, DOCUMENT, why, "same")
        return [taken, *_asked(fact, (known,), event.about, fact.person)]
    mail = await desk.fact(event.of)
    asked = await _asked_about(fact, mail, known.case, desk) if mail else []
    return [routed(fact, known.case, ATTACHMENT, _HUNG), *asked]


async def with_its_files(cause: Fact, mail: Fact, case: str, desk: Desk) -> list[Draft]:
    """What follows a mail that a person put into a case: its files, and what nobody could read."""
    found = await desk.views.find(Document, f"of:{mail.id}")
    facts = [await desk.fact(one.fact) for one in found]
    brought = [routed(one, case, ATTACHMENT, _HUNG, cause=cause) for one in facts if one]
    return [*brought, *await _asked_about(cause, mail, case, desk)]


async def _asked_about(cause: Fact, mail: Fact, case: str, desk: Desk) -> list[Draft]:
    """The question about those files of a mail that could not be read; a machine's are left."""
    event = mail.event
    if not isinstance(event, MailReceived) or event.automatic or mail.erased:
        return []
    found = await desk.views.find(Document, f"of:{mail.id}")
    unread = [one for one in found if one.how.asks]
    if not unread or await desk.views.get(Question, _question(unread[0])):
        return []
    return _asked(cause, unread, case, mail.person)


def _asked(cause: Fact, found: Sequence[Document], case: str, person: str) -> list[Draft]:
    unread = [one for one in found if one.how.asks]
    if not unread:
        return []
    said = "; ".join(f"{one.name} {_WHY[one.how]}" for one in unread[:_MOST_NAMED])
    more = f"; and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
    what = "it" if len(unread) == 1 else "them"
    names = ", ".join(dict.fromkeys(one.how.value for one in unread))
    event = QuestionAsked(
        question=_question(unread[0]),
        about=unread[0].id,
        why=f"A document could not be read ({names}).",
        options=(Option(NOT_NEEDED, "Nothing in it matters"),),
        text=f"{said}{more}. Open {what} and tell me what matters.",
    )
    return [says(cause, event, case=case, person=person)]


def _question(document: Document) -> str:
    return short_id("ask", document.id)
