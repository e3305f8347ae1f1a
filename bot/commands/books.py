"""Commands that look at the business: books, a contact, an invoice. Now, or as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from bot import texts
from bot.books.gathering import gathered
from bot.books.period import period_said
from bot.books.telling import books_reply
from bot.channel import Reply, Table
from bot.commands.answers import trouble, unclear
from bot.commands.overview import credit_note_words
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things, pick
from bot.office.port import Looks
from bot.remembering.billing import billing_lines
from bot.wording.amounts import clock_words, counted, percent_plain
from bot.wording.clearing import clearing_lines, fee_words
from bot.wording.manners import manners_lines
from bot.wording.standing import status_of, stop_words
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Case, Contact, CreditNote, Invoice, Payment, Payout, Stop
from ledger.domain.identity import identity, met_as
from ledger.domain.known import all_in_force
from ledger.domain.values import Money

MOST_INVOICES: Final = 30


class Bookkeeping:
    """Answers from the entities alone."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    @property
    def _now(self) -> datetime:
        return self._session.now(self._office)

    async def month(self, said: str) -> Reply:
        """Income, tax, expenses, what is open and what is unmatched of a period."""
        now = self._now
        period = period_said(said, now)
        if period is None:
            return trouble(texts.BOOKS_WHEN, said=one_line(said, 40))
        if period.first > now.date():
            return trouble(texts.BOOKS_AHEAD, period=period.name)
        return books_reply(await gathered(self._office, period))

    async def books(self) -> Reply:
        """What was invoiced, what is paid, what is open; the newest invoices last."""
        title = texts.BOOKS_TITLE.format(company=one_line(self._office.company.name))
        unmatched = tuple(_unmatched(await self._office.views.all(Payment)))
        invoices = await self._office.views.all(Invoice)
        if not invoices:
            return Reply(title=title, lines=(texts.BOOKS_NONE, *unmatched))
        today = self._now.date().isoformat()
        sums = tuple(_sums(invoices, today))
        newest = invoices[-MOST_INVOICES:]
        rows = [await self._row(invoice, today) for invoice in newest]
        older = counted(len(invoices) - len(newest), "invoice")
        more = (texts.BOOKS_MORE.format(invoices=older),) if len(newest) < len(invoices) else ()
        hints = (
            *more,
            texts.BOOKS_MONTH_HINT.format(period=f"{self._now:%Y-%m}"),
        )
        table = Table(texts.COLUMNS_BOOKS, tuple(rows))
        return Reply(title=title, lines=(*sums, *unmatched), table=table, hints=hints)

    async def open_invoices(self) -> Reply:
        """The invoices on which something is open, and the payments that are on none."""
        title = texts.OPEN_TITLE.format(company=one_line(self._office.company.name))
        invoices = [each for each in await self._office.views.all(Invoice) if each.open.minor]
        today = self._now.date().isoformat()
        sums = tuple(_sums(invoices, today)) if invoices else (texts.OPEN_NONE,)
        payments = await self._office.views.all(Payment)
        loose = [each for each in payments if each.left.minor]
        lines = [await self._unplaced(each) for each in loose[-MOST_INVOICES:]]
        lines += clearing_lines(payments, await self._office.views.all(Payout))
        rows = tuple([await self._row(invoice, today) for invoice in invoices[-MOST_INVOICES:]])
        table = Table(texts.COLUMNS_BOOKS, rows) if rows else None
        hints = (texts.OPEN_HINT,) if loose else ()
        return Reply(title=title, lines=(*sums, *lines), table=table, hints=hints)

    async def _unplaced(self, payment: Payment) -> str:
        payer = texts.BY_PAYER.format(payer=one_line(payment.payer, 40)) if payment.payer else ""
        words = texts.OPEN_UNPLACED.format(
            payment=one_line(payment.id, 40),
            amount=amount_words(payment.amount),
            payer=f" {payer}" if payer else "",
            booked=payment.booked_on.isoformat(),
            left=amount_words(payment.left),
        )
        if not payment.credit_of:
            return words
        contact = await met_as(self._office.views, payment.credit_of)
        who = (contact.name or contact.address) if contact else payment.credit_of
        return words + texts.OPEN_CREDIT.format(who=one_line(who, 40))

    async def contact(self, said: str) -> Reply:
        """Somebody in the address book."""
        found = await self.find_contact(said)
        if isinstance(found, Reply):
            return found
        if not isinstance(found, Candidate):
            return unclear(found, said)
        return await self._contact(found.thing)

    async def invoice(self, said: str) -> Reply:
        """One invoice."""
        found = await self.find_invoice(said)
        if isinstance(found, Candidate):
            return await self._invoice(found.thing)
        none = isinstance(found, Missing) and not await self._office.views.all(Invoice)
        return trouble(texts.NO_INVOICES) if none else unclear(found, said)

    async def find_contact(self, said: str) -> Candidate[Contact] | Several | Missing | Reply:
        """Somebody by id, name, address or organisation; the only one without a word."""
        if not await self._office.views.all(Contact):
            return trouble(texts.NO_CONTACTS)
        return await self._things.contact(said)

    async def find_invoice(self, said: str) -> Candidate[Invoice] | Several | Missing:
        """An invoice by number or id, by whom it is to, or by its case."""
        return pick([await self._candidate(i) for i in await self._office.views.all(Invoice)], said)

    async def _candidate(self, invoice: Invoice) -> Candidate[Invoice]:
        who = await self._who(invoice)
        label = f"{invoice.number}: {one_line(who, 40)}, {amount_words(invoice.total)}"
        return Candidate(invoice, (invoice.number, invoice.id, invoice.case), (who,), label)

    async def _who(self, invoice: Invoice) -> str:
        contact = await met_as(self._office.views, invoice.contact)
        return (contact.name or contact.address) if contact else invoice.contact

    async def _row(self, invoice: Invoice, today: str) -> tuple[str, ...]:
        money = (amount_words(each) for each in (invoice.total, invoice.paid, invoice.open))
        dates = (invoice.issued_on.isoformat(), invoice.due_on.isoformat())
        stands = texts.OVERDUE if _is_overdue(invoice, today) else invoice.status
        return (invoice.number, one_line(await self._who(invoice), 30), *dates, *money, stands)

    async def _contact(self, contact: Contact) -> Reply:
        name = one_line(contact.name or contact.address or contact.id, 60)
        lines = [texts.CONTACT_ERASED] if not (contact.name or contact.address) else []
        for form, value in (
            (texts.CONTACT_ADDRESS, contact.address),
            (texts.CONTACT_FIRM, contact.organisation),
        ):
            placed = {"address": value, "organisation": value}
            lines += [one_line(form.format(**placed), 120)] if value else []
        lines += await manners_lines(self._office, contact, self._now)
        lines += [line async for line in self._entries(contact.id)]
        held = await all_in_force(self._office.views, [contact.id], self._now)
        lines += billing_lines(held, self._office.company)
        since = clock_words(contact.created_at, self._now) if contact.created_at else "?"
        mails = counted(contact.mails_sent, "mail")
        lines.append(texts.CONTACT_SINCE.format(when=since, mails=mails))
        title = texts.CONTACT_TITLE.format(name=name, contact=contact.id)
        return Reply(title=title, lines=tuple(lines), table=await self._cases(contact))

    async def _entries(self, contact: str) -> AsyncIterator[str]:
        """Their stops, and what else they are known by."""
        whole = await identity(self._office.views, contact)
        for stop in await self._office.views.find(Stop, "active"):
            if whole and not {stop.target, *stop.covers}.isdisjoint(whole.ids):
                yield await stop_words(self._office.views, stop, self._now)
        for entry in whole.records[1:] if whole else ():
            key = one_line(entry.address or entry.key or "?", 60)
            yield texts.CONTACT_KEY.format(key=key, entry=entry.id, into=entry.merged_into)

    async def _cases(self, contact: Contact) -> Table | None:
        rows = []
        for each in contact.cases:
            case = await self._office.views.get(Case, each)
            if case is not None:
                stands = await status_of(self._office.views, case)
                changed = clock_words(case.updated_at, self._now)
                title = one_line(case.title or case.kind, 40)
                rows.append((str(case.number), title, case.id, stands, changed))
        return Table(texts.COLUMNS_THEIR_CASES, tuple(rows)) if rows else None

    async def _invoice(self, invoice: Invoice) -> Reply:
        who = one_line(await self._who(invoice), 60)
        title = texts.INVOICE_TITLE.format(number=invoice.number, who=who, status=invoice.status)
        paid = await self._office.views.find(Payment, f"invoice:{invoice.id}")
        notes = await self._office.views.find(CreditNote, f"invoice:{invoice.id}")
        reversed_by = (credit_note_words(each) for each in notes)
        booked = (_payment(each, invoice) for each in paid)
        lines = (*_lines(invoice), *reversed_by, *booked, *_reductions(invoice))
        hint = texts.INVOICE_CASE.format(case=invoice.case)
        return Reply(title=title, lines=lines, hints=(hint,))


def _lines(invoice: Invoice) -> Iterator[str]:
    for line in invoice.lines:
        percent = percent_plain(line.discount_bp)
        yield texts.INVOICE_LINE.format(
            quantity=line.quantity,
            unit=line.unit,
            description=one_line(line.description, 80),
            net=amount_words(line.net),
            discount=texts.INVOICE_DISCOUNT.format(percent=percent) if line.discount_bp else "",
        )
    yield texts.INVOICE_SUM.format(
        net=amount_words(invoice.net),
        total=amount_words(invoice.total),
        paid=amount_words(invoice.paid),
        open=amount_words(invoice.open),
    )
    if invoice.tax is not None:
        tax = texts.BILLING_KINDS[invoice.tax.kind.value]
        yield texts.INVOICE_TAX.format(tax=tax, country=one_line(invoice.tax.country, 2))
    yield texts.INVOICE_DATES.format(
        issued=invoice.issued_on.isoformat(),
        service=invoice.service_date.isoformat(),
        due=invoice.due_on.isoformat(),
    )


def _payment(payment: Payment, invoice: Invoice) -> str:
    whole = texts.INVOICE_PAYMENT.format(
        payment=one_line(payment.id, 40),
        amount=amount_words(payment.amount),
        booked=payment.booked_on.isoformat(),
    )
    whole += fee_words(payment)
    part = next((each.amount for each in payment.parts if each.invoice == invoice.id), None)
    if part is None or part == payment.amount:
        return whole
    return whole + texts.INVOICE_PART.format(part=amount_words(part))


def _reductions(invoice: Invoice) -> Iterator[str]:
    for each in invoice.reductions:
        yield texts.INVOICE_LESS.format(
            amount=amount_words(each.amount),
            kind=texts.LESS_KINDS.get(each.kind, each.kind),
            payment=one_line(each.payment, 40),
        )


def _sums(invoices: Sequence[Invoice], today: str) -> Iterator[str]:
    """One line a currency."""
    for currency in dict.fromkeys(invoice.total.currency for invoice in invoices):
        own = [invoice for invoice in invoices if invoice.total.currency == currency]
        overdue = _sum((each.open for each in own if _is_overdue(each, today)), currency)
        late = texts.BOOKS_OVERDUE.format(amount=amount_words(overdue)) if overdue.minor else ""
        yield texts.BOOKS_SUM.format(
            invoiced=amount_words(_sum((each.billed for each in own), currency)),
            paid=amount_words(_sum((each.paid for each in own), currency)),
            open=amount_words(_sum((each.open for each in own), currency)),
            overdue=late,
            invoices=counted(len(own), "invoice"),
        )


def _unmatched(payments: Sequence[Payment]) -> Iterator[str]:
    lost = [one for one in payments if not (one.invoices or one.same_as or one.payout)]
    for currency in dict.fromkeys(payment.amount.currency for payment in lost):
        own = [each.amount for each in lost if each.amount.currency == currency]
        amount, number = amount_words(_sum(own, currency)), counted(len(own), "payment")
        yield texts.BOOKS_UNMATCHED.format(amount=amount, payments=number)


def _is_overdue(invoice: Invoice, today: str) -> bool:
    return invoice.open.minor > 0 and invoice.due_on.isoformat() < today


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    return sum(amounts, start=Money(0, currency))
