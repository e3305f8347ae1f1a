"""The fold of cases and contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from ledger.domain.commands import OutgoingMail
from ledger.domain.entities import Action, Case, Contact, Entity, Failure, Forms, Gist
from ledger.domain.events import (
    AbsenceNoted,
    ActionSucceeded,
    AddressCorrected,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseStuck,
    CaseUnstuck,
    ContactCreated,
    ContactRecognised,
    Event,
    GistMade,
    OperatorActed,
    PersonErased,
    Routed,
    Understood,
)
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import contact_of, is_mail
from ledger.domain.folding_failures import still_stuck
from ledger.domain.forms import form_in, language_in
from ledger.domain.look import CASE_NUMBERS, Look
from ledger.domain.values import DESK

ABOUT_CASES: Final[frozenset[type[Event]]] = frozenset(
    {
        CaseOpened,
        CaseClosed,
        CaseReopened,
        CaseStuck,
        CaseUnstuck,
        ContactCreated,
        ContactRecognised,
        OperatorActed,
        Routed,
    }
)
"""Events that open a case or say more of it than its version and age; see `aged`."""


def aged(case: Case, version: int, at: datetime) -> Case:
    """What every fact of a case does to it, and all that one not in `ABOUT_CASES` does."""
    return replace(case, version=version, updated_at=at)


def fold_case(fact: Fact, look: Look) -> list[Entity]:
    """Every fact of a case moves its version and age; the desk is no case of its own here."""
    if fact.case == DESK:
        return []
    case = look.get(Case, fact.case)
    if isinstance(fact.event, CaseOpened):
        return [_opened(fact.event, fact, look)] if case is None else []
    if case is None:
        return []
    altered = _altered(fact.event, case, fact, look)
    return [replace(aged(case, fact.version, fact.at), **altered)]


def _opened(event: CaseOpened, fact: Fact, look: Look) -> Case:
    return Case(
        id=fact.case,
        kind=event.kind,
        number=look.add(CASE_NUMBERS),
        opened_at=fact.at,
        updated_at=fact.at,
        version=fact.version,
        contact=event.contact,
        title=event.title,
        last_inbound_version=fact.version if event.kind == "lead" else 0,
    )


def _altered(event: Event, case: Case, fact: Fact, look: Look) -> dict[str, Any]:
    match event:
        case Routed(kind="mail"):
            wrote = {"last_person": fact.person} if event.sender == "same" else {}
            return {"last_inbound_version": fact.version, **wrote}
        case OperatorActed():
            return {"last_inbound_version": fact.version}
        case ContactCreated() | ContactRecognised():
            return {"contact": case.contact or event.contact}
        case CaseStuck():
            return {"stuck": event.cause}
        case CaseUnstuck():
            others = still_stuck(look.get(Failure, case.id), event.subscriber)
            return {"stuck": case.stuck if others else ""}
        case CaseClosed():
            return {"closed": True, "outcome": event.outcome}
        case CaseReopened():
            return {"closed": False, "outcome": ""}
        case _:
            return {}


def fold_contact(fact: Fact, look: Look) -> list[Entity]:
    """Who somebody is, how they write, which cases they are in, how many mails they got."""
    match fact.event:
        case ContactCreated() as event:
            return [_created(event, fact, look)]
        case CaseOpened(contact=contact):
            known = look.get(Contact, contact) if contact else None
            return [] if known is None else [_in_case(known, fact.case)]
        case ContactRecognised() as event:
            return _recognised(event, fact, look)
        case Understood() as event:
            return _speaks(event, fact, look)
        case ActionSucceeded() as event:
            return _mailed(event, look)
        case OperatorActed(how="wrote") as event:
            return _wrote(event, fact, look)
        case AbsenceNoted() as event:
            return _away(event, fact, look)
        case AddressCorrected() as event:
            entry = look.get(Contact, event.contact)
            return [replace(entry, address=event.address or entry.address)] if entry else []
        case PersonErased() as event:
            entries = [look.get(Contact, contact) for contact in event.contacts]
            return [replace(entry, erased=True) for entry in entries if entry is not None]
        case _:
            return []


def _away(event: AbsenceNoted, fact: Fact, look: Look) -> list[Entity]:
    """Whom the case is with is away; the latest note counts, also where they come back sooner."""
    case = look.get(Case, fact.case)
    contact = look.get(Contact, case.contact) if case and case.contact else None
    return [replace(contact, away_until=event.back_on)] if contact else []


def _created(event: ContactCreated, fact: Fact, look: Look) -> Contact:
    known = look.get(Contact, event.contact) or Contact(
        id=event.contact, name="", address="", persons=(), created_at=fact.at
    )
    contact = replace(
        known,
        name=event.name or known.name,
        address=event.address or known.address,
        organisation=event.organisation or known.organisation,
        language=event.language or known.language,
        persons=_with(known.persons, fact.person),
        kind=event.kind,
        key=event.key or known.key,
        hints=_with_all(known.hints, event.hints),
    )
    for case in _cases_of(event.contact, fact, look):
        contact = _in_case(contact, case)
    return contact


def _recognised(event: ContactRecognised, fact: Fact, look: Look) -> list[Entity]:
    known = look.get(Contact, event.contact)
    if known is None:
        return []
    hinted = replace(known, hints=_with_all(known.hints, event.hints))
    return [_in_case(hinted, fact.case)]


def _speaks(event: Understood, fact: Fact, look: Look) -> list[Entity]:
    """The language of a contact is the first one they were understood to write in, until they
    plainly write in another; and the form of address is that of their last mail that had one.
    """
    case = look.get(Case, fact.case)
    known = look.get(Contact, case.contact) if case and case.contact else None
    if known is None:
        return []
    new = known
    if event.language and (event.switched or not known.language):
        new = replace(new, language=event.language)
    if event.address:
        forms = replace(new.forms, theirs=event.address, theirs_in=event.fact)
        new = replace(new, forms=forms)
    return [new] if new != known else []


def fold_gist(fact: Fact, look: Look) -> list[Entity]:
    """The gist of the last mail of a case; it is over as soon as another mail was read."""
    match fact.event:
        case GistMade() as event:
            made = Gist(
                id=fact.case,
                fact=event.fact,
                sha256=event.sha256,
                language=event.language,
                by=event.by,
                text=event.text,
            )
            return [made]
        case Understood() as event:
            known = look.get(Gist, fact.case)
            return [replace(known, over=True)] if known and known.fact != event.fact else []
        case _:
            return []


def _cases_of(contact: str, fact: Fact, look: Look) -> list[str]:
    """The case a contact is made in; made on the desk, those that were opened for it before."""
    if fact.case != DESK:
        return [fact.case]
    return [case.id for case in look.find(Case, f"contact:{contact}")]


def _in_case(contact: Contact, case: str) -> Contact:
    return contact if case == DESK else replace(contact, cases=_with(contact.cases, case))


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if not value or value in values else (*values, value)


def _with_all(values: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*values, *more)))


def _mailed(event: ActionSucceeded, look: Look) -> list[Entity]:
    action = look.get(Action, event.action)
    if action is None or action.receipt is not None or not is_mail(action):
        return []
    contact = look.get(Contact, contact_of(action, look))
    if contact is None:
        return []
    forms = _written(contact, action)
    return [replace(contact, mails_sent=contact.mails_sent + 1, forms=forms)]


def _wrote(event: OperatorActed, fact: Fact, look: Look) -> list[Entity]:
    """The operator's own mail to them shows how he addresses them."""
    case = look.get(Case, fact.case)
    known = look.get(Contact, case.contact) if case and case.contact else None
    form = form_in(event.text, language_in(event.text, known.language)) if known else None
    if known is None or form is None:
        return []
    return [replace(known, forms=replace(known.forms, ours=form.value, ours_in=event.fact))]


def _written(contact: Contact, action: Action) -> Forms:
    """The form of address in a mail of ours that left; a mail without one changes nothing."""
    body = action.command.body if isinstance(action.command, OutgoingMail) else ""
    form = form_in(body, language_in(body, contact.language))
    if form is None:
        return contact.forms
    return replace(contact.forms, ours=form.value, ours_in=action.id)
