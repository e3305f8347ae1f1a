"""Who may be the same: what speaks for it is put to the operator, and nothing is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from graph.desk import Desk, says
from graph.marks import domain_of, name_mark, phones_in
from ledger.domain.entities import Contact, Question
from ledger.domain.events import MailReceived, Option, QuestionAsked
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.identity import Identity, identity

SAME, APART, SOMEBODY = "same:", "apart:", "somebody:"
"""Prefixes of the answers: `same:ENTRY:OTHER`, `apart:ENTRY:OTHER,OTHER`, `somebody:ENTRY`."""

_CROWD: Final = 5
"""A hint that more entries share gives nobody away: a switchboard, a form's sender."""

_PHONE: Final = "the same phone number in the signature"
_DOMAIN: Final = "the same name, and an address at the same domain"
_FIRM: Final = "the same name and the same organisation"


class Likely(Struct, frozen=True):
    """Somebody in the address book who may be the one who wrote, and why."""

    who: Identity
    evidence: tuple[str, ...]


def hints_of(mail: MailReceived, desk: Desk) -> tuple[str, ...]:
    """Pseudonyms of the sender's name and of the phone numbers they sign with."""
    marks = [f"phone:{number}" for number in phones_in(mail.text, desk.country)]
    name = name_mark(mail.sender_name)
    return tuple(desk.pseudonym(mark) for mark in (*([name] if name else []), *marks))


async def likely(
    entry: Identity | None, person: str, mail: MailReceived, desk: Desk
) -> list[Likely]:
    """Who in the address book may be the sender, who is found under `person` (or not yet)."""
    found: dict[str, tuple[Identity, list[str]]] = {}
    for hint in hints_of(mail, desk):
        named = hint == desk.pseudonym(name_mark(mail.sender_name) or mail.sender)
        for contact in await _under(hint, desk):
            evidence = _by_name(contact, mail) if named else _PHONE
            who = await identity(desk.views, contact.id)
            if evidence and who and _may_be(who, entry, person):
                found.setdefault(who.id, (who, []))[1].append(evidence)
    return [Likely(who, tuple(dict.fromkeys(why))) for who, why in found.values()]


async def _under(hint: str, desk: Desk) -> Sequence[Contact]:
    hinted = await desk.views.find(Contact, f"hint:{hint}")
    keyed = await desk.views.find(Contact, f"person:{hint}")
    found = {contact.id: contact for contact in (*keyed, *hinted)}
    return list(found.values()) if len(found) <= _CROWD else []


def _may_be(who: Identity, entry: Identity | None, person: str) -> bool:
    """Neither the sender themselves, nor somebody of whom a person said that they are not."""
    if person in who.persons or (entry is not None and entry.id == who.id):
        return False
    return entry is None or set(entry.contact.apart).isdisjoint(who.ids)


def _by_name(contact: Contact, mail: MailReceived) -> str:
    """What the name and the firm say together; "" where they are only namesakes."""
    if domain_of(contact.address) == domain_of(mail.sender) != "":
        return _DOMAIN
    firm = " ".join(contact.organisation.casefold().split())
    return _FIRM if firm and firm in " ".join(mail.text.casefold().split()) else ""


async def asked_whether_same(
    cause: Fact, fact: Fact, mail: MailReceived, desk: Desk
) -> list[Draft]:
    """The question about the sender of the mail in `fact`, where there is something to ask."""
    own = await desk.contact_of(fact.person)
    entry = await identity(desk.views, own.id) if own else None
    found = (await likely(entry, fact.person, mail, desk))[:3]
    own_id = own.id if own else short_id("con", fact.person)
    question = short_id("ask", own_id, *sorted(each.who.id for each in found), "same")
    if not found or await desk.views.get(Question, question):
        return []
    event = QuestionAsked(
        question=question,
        about=fact.id,
        text=_text(mail, own_id, found),
        why="; ".join(f"{called(each.who)}: {', '.join(each.evidence)}" for each in found),
        recommendation="Answer yes only if you know it. `split` takes a yes back.",
        options=tuple(same_options(own_id, [each.who for each in found])),
    )
    return [says(cause, event, person=fact.person)]


def _text(mail: MailReceived, own_id: str, found: Sequence[Likely]) -> str:
    name = f"{mail.sender_name} <{mail.sender}>" if mail.sender_name else mail.sender
    known = " or ".join(called(each.who) for each in found)
    return f"Same person? {name} ({own_id}) may be {known}. They are kept apart until you say so."


def called(who: Identity) -> str:
    """How a fact names somebody: by the id alone, so that nothing of them is copied into it."""
    return f"@{who.id}"


def same_options(entry: str, others: Sequence[Identity]) -> list[Option]:
    """Yes to one of them, no to all, or somebody else."""
    single = len(others) == 1
    yes = (
        Option(f"{SAME}{entry}:{each.id}", "Yes, the same" if single else f"Yes: {called(each)}")
        for each in others
    )
    ids = ",".join(each.id for each in others)
    no = Option(f"{APART}{entry}:{ids}", "No, somebody else than them")
    return [*yes, no, Option(f"{SOMEBODY}{entry}", "Somebody else I know")]
