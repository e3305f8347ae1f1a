"""Files on the desk: one that was handed in goes to its case; what nobody could read is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.desk import Desk, routed, says
from ledger.domain.documents import Document, ReadHow
from ledger.domain.entities import Question
from ledger.domain.events import DocumentReceived, MailReceived, Option, QuestionAsked
from ledger.domain.facts import Draft, Fact, short_id

DOCUMENT: Final = "document"
"""What a file is routed as; it makes no card that waits out of date."""
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
    if not event.about:
        mail = await desk.fact(event.of)
        found = await desk.views.get(Document, event.document)
        return await asked_about(fact, mail, found.case, desk) if mail and found else []
    if await desk.case(event.about) is None:
        return []
    why = f"{event.operator} handed it in."
    taken = routed(fact, event.about, DOCUMENT, why, "same")
    known = await desk.views.get(Document, event.document)
    return [taken, *_asked(fact, (known,) if known else (), event.about, fact.person)]


async def asked_about(cause: Fact, mail: Fact, case: str, desk: Desk) -> list[Draft]:
    """The question about those files of a mail that could not be read; once it is in a case."""
    event = mail.event
    if not case or not isinstance(event, MailReceived) or event.automatic or mail.erased:
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
