"""Brings contacts, open invoices and the operator's tone into the ledger: all of it, or nothing.

Everything has a key of its own, so the same files a second time add nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bot.bringing.files import read_brought
from bot.bringing.tone import Habit, read_tone
from bot.live.continuing import continue_numbers
from bot.office.access import Speaker
from connectors.bringing.entries import Brought, BroughtContact, BroughtInvoice, Wrong
from graph.marks import MAIL, key_of
from ledger.domain.applied import ADDRESS, BILLING_ADDRESS, LANGUAGE, TAX_COUNTRY, TAX_VAT_ID
from ledger.domain.entities import Contact, Invoice
from ledger.domain.errors import CommandInvalid
from ledger.domain.events import (
    ContactCreated,
    ContactsMerged,
    Event,
    InvoiceBrought,
    KnowledgeStated,
    ToneLearned,
)
from ledger.domain.facts import Draft, short_id
from ledger.domain.going_live import INVOICE_BOOK, Numbering
from ledger.domain.knowledge import Knowledge, KnowledgeKind, TextValue
from ledger.domain.numbers import ReadNumber, read_number
from ledger.domain.values import DESK, canonical
from ledger.domain.vat_ids import bare, vat_id_holds

if TYPE_CHECKING:
    from bot.opening import App

CHANNEL: Final = "import"
_CORRECT: Final = "Correct the row, or remove it."


class Done(Struct, frozen=True, kw_only=True):
    """What came of it. `wrong` rows: then nothing was recorded at all.

    `known` counts what was there already, `paid` invoices that nothing is owed on; `continues` is
    the number after which the next invoice goes on, "" where nothing shows it; `new` counts facts.
    """

    contacts: int = 0
    invoices: int = 0
    known: int = 0
    paid: int = 0
    mails: int = 0
    others: int = 0
    forms: int = 0
    tones: tuple[ToneLearned, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    continues: str = ""
    new: int = 0


async def bring(app: App, paths: Sequence[Path], operator: str) -> Done:
    """Read all files, then record everything in one transaction, or say what is wrong."""
    own = frozenset({app.company.email.lower(), app.company.operator.email.lower()})
    brought = await asyncio.to_thread(read_brought, paths, own, app.company.currency)
    plan = _Plan(app, brought, operator)
    await plan.make()
    if plan.wrong:
        return Done(wrong=tuple(plan.wrong))
    known = [await app.ledger.by_key(draft.key) for draft in plan.drafts]
    pairs = zip(plan.drafts, known, strict=True)
    fresh = [draft for draft, there in pairs if there is None]
    await app.ledger.append(fresh)
    continues = await _continued(app, plan.billed, operator)
    return Done(
        contacts=plan.contacts,
        invoices=len(plan.billed),
        known=plan.known,
        paid=plan.paid,
        mails=len(brought.mails),
        others=brought.others,
        forms=plan.forms,
        tones=plan.tones,
        continues=continues,
        new=len(fresh),
    )


class _Plan:
    """Everything that would be recorded. Nothing is written here."""

    def __init__(self, app: App, brought: Brought, operator: str) -> None:
        self._app, self._brought, self._operator = app, brought, operator
        self.wrong = list(brought.wrong)
        self.drafts: list[Draft] = []
        self.billed: list[BroughtInvoice] = []
        self.tones: tuple[ToneLearned, ...] = ()
        self.contacts = self.known = self.paid = self.forms = 0
        self._by_mail: dict[str, tuple[str, str]] = {}
        self._by_name: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._stated: set[tuple[str, str]] = set()

    async def make(self) -> None:
        """Contacts first: invoices and mails are theirs."""
        await self._address_book()
        for contact in self._brought.contacts:
            await self._contact(contact)
        numbers: dict[str, BroughtInvoice] = {}
        for invoice in self._brought.invoices:
            await self._invoice(invoice, numbers)
        await self._tone()

    async def _address_book(self) -> None:
        for one in await self._app.views.all(Contact):
            if one.erased or not one.persons:
                continue
            self._noted((one.id, one.persons[0]), one.address, one.name, one.organisation)
        for known in await self._app.views.all(Knowledge):
            self._stated.add((known.subject, known.topic))

    def _noted(self, who: tuple[str, str], address: str, name: str, organisation: str) -> None:
        if address:
            self._by_mail.setdefault(address.lower(), who)
            self._names.setdefault(address.lower(), tuple(n for n in (name, organisation) if n))
        for each in {_plain(name), _plain(organisation)} - {""}:
            if who not in self._by_name.setdefault(each, []):
                self._by_name[each].append(who)

    # --- contacts ---------------------------------------------------------------------------------

    async def _contact(self, one: BroughtContact) -> None:
        """A new entry; what is there already stays as it is, and gains what it lacks."""
        vat_id = bare(one.vat_id) if one.vat_id else ""
        if vat_id and not vat_id_holds(vat_id, one.country):
            what = f"{one.vat_id[:40]!r} is no VAT id that holds."
            self.wrong.append(Wrong(where=one.where, what=what, remedy="Correct or empty it."))
            return
        address = next((each for each in one.emails if each in self._by_mail), one.emails[0])
        who = self._by_mail.get(address)
        if who is None:
            who = self._created(one, address)
            self.contacts += 1
        else:
            self.known += 1
        for email in one.emails:
            await self._also(who, email)
        for phone in one.phones:
            await self._also(who, phone)
        self._state(who, KnowledgeKind.PREFERENCE, LANGUAGE, one.language, one.where)
        self._state(who, KnowledgeKind.BILLING, TAX_COUNTRY, one.country, one.where)
        self._state(who, KnowledgeKind.BILLING, TAX_VAT_ID, vat_id, one.where)
        self._state(who, KnowledgeKind.BILLING, BILLING_ADDRESS, one.address, one.where)

    def _created(self, one: BroughtContact, address: str) -> tuple[str, str]:
        person = self._app.keys.person(address)
        event = ContactCreated(
            contact=short_id("con", person),
            language=one.language,
            name=one.name,
            address=address,
            organisation=one.organisation,
        )
        self._says(event, f"contact:{person}", person)
        who = (event.contact, person)
        self._noted(who, address, one.name, one.organisation)
        return who

    async def _also(self, who: tuple[str, str], said: str) -> None:
        """Another key of theirs, under an entry of its own; one that is somebody's stays theirs."""
        key = key_of(said, self._app.company.country)
        if key is None or key.mark in self._by_mail:
            return
        person = self._app.keys.person(key.mark)
        if await self._app.views.find(Contact, f"person:{person}"):
            return
        self._by_mail[key.mark] = who
        by_mail = key.kind == MAIL
        entry = ContactCreated(
            contact=short_id("con", person),
            kind=key.kind,
            address=key.value if by_mail else "",
            key="" if by_mail else key.value,
        )
        merged = ContactsMerged(
            contact=who[0], merged=entry.contact, operator=self._operator, channel=CHANNEL
        )
        self._says(entry, f"contact:{person}", person)
        self._says(merged, f"brought:merged:{person}", "")

    def _state(
        self, who: tuple[str, str], kind: KnowledgeKind, topic: str, text: str, where: str
    ) -> None:
        """Said once; what was stated by anybody before stands."""
        if not text or (who[0], topic) in self._stated:
            return
        self._stated.add((who[0], topic))
        key = f"brought:{who[0]}:{topic}"
        event = KnowledgeStated(
            knowledge=short_id("kno", key),
            kind=kind,
            subject=who[0],
            topic=topic,
            value=TextValue(),
            operator=self._operator,
            channel=CHANNEL,
            text=text,
            quote=where,
        )
        self._says(event, key, who[1])

    # --- open invoices ----------------------------------------------------------------------------

    async def _invoice(self, one: BroughtInvoice, numbers: dict[str, BroughtInvoice]) -> None:
        number = one.number.upper()
        same = numbers.setdefault(number, one)
        if same is not one:
            self._refuse(one.where, f"{one.number} stands in {same.where} as well.")
        elif one.paid.minor >= one.total.minor:
            self.paid += 1
        elif (who := self._customer(one)) is not None:
            await self._bill(one, number, who)

    async def _bill(self, one: BroughtInvoice, number: str, who: tuple[str, str]) -> None:
        event = self._brought_as(one, who[0])
        earlier = await self._app.ledger.by_key(f"brought:invoice:{number}")
        there = await self._app.views.find(Invoice, f"number:{number}")
        if earlier is not None and isinstance(earlier.event, InvoiceBrought):
            if _figures(earlier.event) != _figures(event):
                self._refuse(one.where, f"{one.number} was brought before with other figures.")
            else:
                self.known += 1
        elif there:
            self._refuse(one.where, f"{one.number} is there already, and was not brought along.")
        else:
            self._says(event, f"brought:invoice:{number}", who[1])
            self.billed.append(one)

    def _customer(self, one: BroughtInvoice) -> tuple[str, str] | None:
        """By the mail address, else by exactly the name; a stranger needs an address."""
        if one.email and one.email in self._by_mail:
            return self._by_mail[one.email]
        if one.email:
            contact = BroughtContact(
                where=one.where, name=one.customer or one.email, emails=(one.email,)
            )
            self.contacts += 1
            return self._created(contact, one.email)
        found = self._by_name.get(_plain(one.customer), [])
        if len(found) == 1:
            return found[0]
        several = "Several contacts are" if found else "No contact is"
        self._refuse(
            one.where,
            f"{several} called {one.customer[:60]!r}.",
            "Add a column with the mail address, or bring the contacts along.",
        )
        return None

    def _brought_as(self, one: BroughtInvoice, contact: str) -> InvoiceBrought:
        usual = timedelta(days=self._app.company.payment_days)
        return InvoiceBrought(
            number=one.number,
            contact=contact,
            net=one.net,
            tax=one.tax,
            total=one.total,
            paid=one.paid,
            issued_on=one.issued_on,
            due_on=one.due_on or one.issued_on + usual,
            row=one.where,
            customer=one.customer,
        )

    # --- tone -------------------------------------------------------------------------------------

    async def _tone(self) -> None:
        if not self._brought.mails:
            return
        tones, habits = read_tone(
            self._brought.mails, self._app.company.language, lambda to: self._names.get(to, ())
        )
        self.tones = tones
        for tone in tones:
            sha = hashlib.sha256(canonical(tone)).hexdigest()[:16]
            self._says(tone, f"tone:{tone.language}:{sha}", "")
        for habit in habits:
            self._habit(habit)

    def _habit(self, habit: Habit) -> None:
        """How a contact is written to; a reader who is in no address book is passed over."""
        who = self._by_mail.get(habit.to)
        if who is None:
            return
        where = f"{habit.mails} of your sent mails"
        self._state(who, KnowledgeKind.PREFERENCE, LANGUAGE, habit.language, where)
        if habit.form:
            before = len(self.drafts)
            said = f"{habit.said} of your {habit.mails} sent mails"
            self._state(who, KnowledgeKind.PREFERENCE, ADDRESS, habit.form, said)
            self.forms += len(self.drafts) - before

    # --- both -------------------------------------------------------------------------------------

    def _refuse(self, where: str, what: str, remedy: str = _CORRECT) -> None:
        self.wrong.append(Wrong(where=where, what=what, remedy=remedy))

    def _says(self, event: Event, key: str, person: str) -> None:
        self.drafts.append(
            Draft(case=DESK, event=event, key=key, by="intake", cause="", person=person)
        )


async def _continued(app: App, billed: Sequence[BroughtInvoice], operator: str) -> str:
    """The highest number proposes where invoices go on; only while nothing says so yet."""
    known = await app.views.get(Numbering, INVOICE_BOOK)
    if (known is not None and known.last) or await app.views.counter("invoices"):
        return ""
    read = [each for each in _read(billed) if each.year in {0, app.clock.now().year}]
    if not read:
        return ""
    last = max(read, key=lambda each: (each.year, each.ordinal))
    speaker = Speaker(operator=operator, channel="console")
    unique = f"brought:numbers:{last.text}"
    await continue_numbers(app, speaker, INVOICE_BOOK, last.text, unique=unique, proposed=True)
    return last.text


def _read(billed: Sequence[BroughtInvoice]) -> Iterator[ReadNumber]:
    for one in billed:
        try:
            yield read_number(one.number)
        except CommandInvalid:
            continue


def _figures(event: InvoiceBrought) -> tuple[object, ...]:
    return (event.net, event.tax, event.total, event.paid, event.issued_on)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
