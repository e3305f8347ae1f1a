"""What erasing somebody would take away, and what the law keeps. Looks, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import Connection, func, select

from bot.erasure.kept_documents import documents_of
from ledger.domain.entities import (
    Approval,
    ApprovalStatus,
    Case,
    Contact,
    CreditNote,
    Invoice,
    Payment,
    Question,
)
from ledger.domain.identity import Identity, identity
from ledger.erasure import mails_of
from ledger.tables import FACTS

if TYPE_CHECKING:
    from bot.opening import App


class KeptDocument(Struct, frozen=True):
    """A document of theirs. `past`: the law keeps it no longer, so it goes with them."""

    number: str
    issued_on: date
    until: date
    past: bool = False


class ErasurePlan(Struct, frozen=True, kw_only=True):
    """What would happen. `missing`: numbers of documents that must be kept and are not there.

    `payments` counts those whose payer stays, since they paid for others as well.
    """

    contacts: tuple[str, ...]
    persons: tuple[str, ...]
    facts: int
    mails: int
    documents: int
    cases: tuple[Case, ...] = ()
    waits: tuple[str, ...] = ()
    kept: tuple[KeptDocument, ...] = ()
    missing: tuple[str, ...] = ()
    unpaid: tuple[str, ...] = ()
    payments: int = 0
    years: int = 0


async def plan_erasure(app: App, contact: Contact) -> ErasurePlan:
    """What erasing somebody means, with all entries they are merged with."""
    whole = await identity(app.views, contact.id) or Identity((contact,))
    cases = [one for each in whole.ids for one in await app.views.find(Case, f"contact:{each}")]
    payers, shared = await _payers(app, {case.id for case in cases})
    persons = tuple(dict.fromkeys((*whole.persons, *payers)))
    return await _plan(app, whole.ids, persons, cases, shared)


async def plan_for_address(app: App, address: str) -> ErasurePlan | None:
    """The same for an address that is in no address book; None where it never wrote."""
    plan = await _plan(app, (), (app.keys.person(address),), (), 0)
    return plan if plan.facts or plan.mails else None


async def _plan(
    app: App,
    contacts: tuple[str, ...],
    persons: tuple[str, ...],
    cases: Sequence[Case],
    shared: int,
) -> ErasurePlan:
    invoices = [one for one in await app.views.all(Invoice) if one.contact in contacts]
    notes = [one for one in await app.views.all(CreditNote) if one.contact in contacts]
    kept = await asyncio.to_thread(_kept, app, contacts, persons)
    there = {each.number for each in kept}
    today, years = app.clock.now().date(), app.company.retention_years
    issued: list[Invoice | CreditNote] = [*invoices, *notes]
    wanted = [one for one in issued if date(one.issued_on.year + years, 12, 31) >= today]
    maildirs = app.folder.root / "mail"
    mails = await asyncio.to_thread(mails_of, maildirs, app.keys, persons)
    return ErasurePlan(
        contacts=contacts,
        persons=persons,
        facts=await app.ledger.read(lambda connection: _sealed(connection, app, persons)),
        mails=len(mails),
        documents=await app.blobs.held(persons),
        cases=tuple(cases),
        waits=tuple([word for case in cases for word in await _waiting(app, case)]),
        kept=kept,
        missing=tuple(one.number for one in wanted if one.number not in there),
        unpaid=tuple(one.number for one in invoices if one.open.minor > 0),
        payments=shared,
        years=years,
    )


def _kept(app: App, contacts: Sequence[str], persons: Sequence[str]) -> tuple[KeptDocument, ...]:
    years, today = app.company.retention_years, app.clock.now().date()
    found = documents_of(app.folder.invoices, app.keys, contacts, persons)
    return tuple(
        KeptDocument(each.number, each.issued_on, until, past=until < today)
        for each in found
        if (until := each.kept_until(years))
    )


def _sealed(connection: Connection, app: App, persons: Sequence[str]) -> int:
    """How many facts have a personal part under one of these keys."""
    row = FACTS.c
    theirs = (row.company == app.ledger.company) & row.person.in_(persons)
    query = select(func.count()).select_from(FACTS).where(theirs, row.sealed.is_not(None))
    return int(connection.execute(query).scalar_one())


async def _waiting(app: App, case: Case) -> list[str]:
    approvals = await app.views.all(Approval, case=case.id)
    cards = [one.number for one in approvals if one.status in _UNDECIDED]
    asked = await app.views.all(Question, case=case.id)
    questions = [one.number for one in asked if one.status == "open"]
    return [f"card {n}" for n in cards] + [f"question {n}" for n in questions]


async def _payers(app: App, cases: Collection[str]) -> tuple[tuple[str, ...], int]:
    """Under whose keys the payments of these cases are sealed; and how many payments are left
    out, since the same payer paid in other cases, or for nothing known, too."""
    payments = [
        ((await app.ledger.fact(one.fact)).person, set(one.cases))
        for one in await app.views.all(Payment)
    ]
    here = [(person, on) for person, on in payments if person and on & set(cases)]
    elsewhere = {person for person, on in payments if not on or on - set(cases)}
    theirs = tuple(dict.fromkeys(person for person, _ in here if person not in elsewhere))
    return theirs, sum(person in elsewhere for person, _ in here)


_UNDECIDED = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})
