"""Where each value of a command came from, in words with dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot import texts
from bot.wording.amounts import clock_words
from bot.wording.untrusted import one_line
from ledger.domain import events
from ledger.domain.events import Event
from ledger.domain.facts import Fact
from ledger.domain.values import Provenance, Trust

Sources = Mapping[str, Fact]
"""The facts that provenance names, by id; those not in it are shown by their id."""

MOST_SOURCES: Final = 3

_TRUST: Final = {
    Trust.OPERATOR: texts.TRUST_OPERATOR,
    Trust.VERIFIED: texts.TRUST_VERIFIED,
    Trust.UNTRUSTED: texts.TRUST_UNTRUSTED,
}

_NAMES: Final[dict[type[Event], str]] = {
    events.PaymentReceived: texts.SOURCE_PAYMENT,
    events.OperatorSaid: texts.SOURCE_SAID,
    events.Tapped: texts.SOURCE_TAP,
    events.QuestionReplied: texts.SOURCE_ANSWER,
    events.QuestionAnswered: texts.SOURCE_ANSWER,
    events.CompanyConfigured: texts.SOURCE_COMPANY,
    events.ContactCreated: texts.SOURCE_CONTACT,
    events.ContactRecognised: texts.SOURCE_CONTACT,
    events.ProposalDrafted: texts.SOURCE_PROPOSAL,
    events.ProposalAccepted: texts.SOURCE_ACCEPTANCE,
    events.InvoiceIssued: texts.SOURCE_INVOICE,
    events.CreditNoteIssued: texts.SOURCE_CREDIT_NOTE,
    events.UndoOrdered: texts.SOURCE_UNDO,
    events.WorkReported: texts.SOURCE_WORK,
    events.Understood: texts.SOURCE_UNDERSTOOD,
    events.CaseOpened: texts.SOURCE_CASE,
    events.Routed: texts.SOURCE_ROUTED,
}


def provenance_lines(
    provenance: Mapping[str, Provenance], sources: Sources, now: datetime
) -> tuple[str, ...]:
    """One line a group of values from the same place; the least trusted first."""
    groups: dict[tuple[int, str, str], list[str]] = {}
    for name, origin in provenance.items():
        key = (origin.trust.rank, _TRUST[origin.trust], _origin(origin, sources, now))
        groups.setdefault(key, []).append(name.replace("_", " "))
    return tuple(
        f"{trust}: {', '.join(names)}" + (f" – {words}" if words else "")
        for (_, trust, words), names in sorted(groups.items())
    )


def provenance_facts(provenance: Mapping[str, Provenance]) -> list[str]:
    """The ids of all facts that `provenance_lines` would like to know."""
    return sorted({source for origin in provenance.values() for source in origin.sources})


def _origin(origin: Provenance, sources: Sources, now: datetime) -> str:
    parts = [one_line(origin.note)] if origin.note else []
    return "; ".join([*parts, *_named(origin.sources, sources, now)])


def _named(ids: Sequence[str], sources: Sources, now: datetime) -> Iterator[str]:
    said = [each for each in ids if not _points(sources.get(each))] or list(ids)
    for each in said[:MOST_SOURCES]:
        fact = sources.get(each)
        yield source_words(fact, now) if fact else one_line(each, 40)
    if len(said) > MOST_SOURCES:
        yield texts.MORE_SOURCES.format(number=len(said) - MOST_SOURCES)


def _points(fact: Fact | None) -> bool:
    """Whether a fact says nothing itself, but only brings another one into the case."""
    return fact is not None and isinstance(fact.event, events.CaseOpened | events.Routed)


def source_words(fact: Fact, now: datetime) -> str:
    """`mail from ada@firm.example, 12 Nov 10:02`"""
    return f"{_source(fact)}, {clock_words(fact.at, now)}"


def _source(fact: Fact) -> str:
    if isinstance(fact.event, events.MailReceived):
        sender = fact.event.sender or texts.SOMEBODY_ERASED
        return texts.SOURCE_MAIL.format(sender=one_line(sender, 60))
    if isinstance(fact.event, events.DocumentReceived):
        return texts.SOURCE_DOCUMENT.format(name=one_line(fact.event.name, 60))
    return _NAMES.get(type(fact.event), _event_words(type(fact.event)))


def _event_words(kind: type[Event]) -> str:
    name = kind.__name__
    return "".join(f" {sign}" if sign.isupper() else sign for sign in name).strip().lower()
