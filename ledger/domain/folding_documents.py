"""The fold of documents: where each belongs, and what the operator said of those nobody could
read."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.documents import Document
from ledger.domain.entities import Entity, Question
from ledger.domain.events import DocumentReceived, QuestionAnswered, Routed
from ledger.domain.facts import Fact
from ledger.domain.look import Look
from ledger.domain.roles import allowed


def fold_documents(fact: Fact, look: Look) -> list[Entity]:
    """A document that came in, one that follows its mail into a case, one that was described."""
    match fact.event:
        case DocumentReceived() as event:
            made = _new(event, fact)
            return [made if allowed(event, look) else replace(made, case="")]
        case Routed() as event:
            found = look.find(Document, f"of:{event.fact}")
            foreign = event.sender == "other"
            return [replace(one, case=fact.case, foreign=foreign) for one in found if not one.case]
        case QuestionAnswered() as event if event.text:
            asked = look.get(Question, event.question)
            about = look.get(Document, asked.about) if asked else None
            return [replace(one, told=event.text) for one in _asked_with(about, look)]
        case _:
            return []


def document_keys(document: Document) -> list[str]:
    """By the mail it hung on, by its case, and by its name."""
    keys = [f"of:{document.of}"] if document.of else []
    keys += [f"case:{document.case}"] if document.case else []
    return [*keys, f"name:{document.name.casefold()}"] if document.name else keys


def _new(event: DocumentReceived, fact: Fact) -> Document:
    return Document(
        id=event.document,
        fact=fact.id,
        of=event.of,
        case=event.about,
        name=event.name,
        media_type=event.media_type,
        size=event.size,
        sha256=event.sha256,
        how=event.how,
        pages=event.pages,
    )


def _asked_with(about: Document | None, look: Look) -> list[Document]:
    """One question asks about all of a mail that could not be read."""
    if about is None:
        return []
    beside = look.find(Document, f"of:{about.of}") if about.of else [about]
    return [one for one in beside if one.how.asks]
