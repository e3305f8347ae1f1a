"""How one case stands: its deal, its actions, and what it waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from bot import texts
from bot.audit.words import purpose_words
from bot.channel import Reply
from bot.wording.amounts import clock_words
from bot.wording.clearing import fee_words
from bot.wording.standing import WAITING, status_of, stop_words
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Alarm,
    Approval,
    ApprovalStatus,
    Case,
    CreditNote,
    Invoice,
    Payment,
    Proposal,
    Question,
    Stop,
)
from ledger.domain.folding_copies import COPY
from ledger.domain.reading import Views

COMMAND_WORDS: Final = texts.COMMAND_WORDS


class CaseOverview:
    """The answer to `status CASE`."""

    def __init__(self, views: Views, now: datetime) -> None:
        self._views, self._now = views, now

    async def reply(self, case: Case, label: str) -> Reply:
        """Deal, actions and what waits, one line each."""
        stands = await status_of(self._views, case)
        outcome = f": {one_line(case.outcome)}" if case.outcome else ""
        stops = [await stop_words(self._views, e, self._now) for e in await self._stops(case)]
        parts = [self._deal(case.id), self._waiting(case.id)]
        parts += [] if case.closed else [self._alarms(case.id)]
        lines = [*stops, *[line for part in parts async for line in part]]
        head = f"{stands}{outcome}, changed {clock_words(case.updated_at, self._now)}"
        stuck = [one_line(case.stuck, 300)] if case.stuck else []
        return Reply(title=label, lines=(head, *stuck, *lines))

    async def _stops(self, case: Case) -> list[Stop]:
        """The stops in force that hold this case's effects."""
        return [each for each in await self._views.find(Stop, "active") if holds(each, case)]

    async def _deal(self, case: str) -> AsyncIterator[str]:
        for offer in await self._views.all(Proposal, case=case):
            yield self._offer(offer)
        for invoice in await self._views.all(Invoice, case=case):
            yield self._invoice(invoice)
            for payment in await self._views.find(Payment, f"invoice:{invoice.id}"):
                yield payment_words(payment)
        async for line in self._parts(case):
            yield line
        for note in await self._views.all(CreditNote, case=case):
            yield credit_note_words(note)
        for action in await self._views.all(Action, case=case):
            yield action_words(action)

    async def _waiting(self, case: str) -> AsyncIterator[str]:
        for approval in await self._views.all(Approval, case=case):
            if line := await self._card(approval):
                yield line
        for question in await self._views.all(Question, case=case):
            if question.status == "open":
                text = one_line(question.text)
                yield texts.STATUS_ASKED.format(number=question.number, text=text)

    async def _alarms(self, case: str) -> AsyncIterator[str]:
        """The alarms that still matter; one that ends a card stands with the card."""
        alarms = await self._views.all(Alarm, case=case)
        open_ends = await self._open_ends(case)
        last = {_counts_for(each.purpose): each.id for each in alarms}
        for alarm in sorted(alarms, key=lambda each: each.due):
            kind = _counts_for(alarm.purpose)
            if not alarm.rung and kind in open_ends and last[kind] == alarm.id:
                when = clock_words(alarm.due, self._now)
                purpose = purpose_words(alarm.purpose)
                yield texts.STATUS_ALARM.format(when=when, purpose=purpose)

    async def _open_ends(self, case: str) -> frozenset[str]:
        """What alarms may be for: an offer without an answer, an unpaid invoice."""
        offers = await self._views.all(Proposal, case=case)
        invoices = await self._views.all(Invoice, case=case)
        sent = [each.version for each in offers if each.status == "sent"]
        owed = [each.id for each in invoices if each.open.minor > 0]
        ends = {f"{kind}:{version}" for kind in ("offer-expires", "follow-up") for version in sent}
        return frozenset(
            ends | {f"{kind}:{invoice}" for kind in ("invoice-due", "remind") for invoice in owed}
        )

    async def _card(self, approval: Approval) -> str:
        """A card that can still be decided, or asked for again; "" for one that is over."""
        words = {"number": approval.number, "title": one_line(approval.title)}
        if approval.status in WAITING:
            until = clock_words(approval.expires_at, self._now)
            return texts.STATUS_CARD.format(until=until, **words)
        if await is_paused(self._views, approval):
            return texts.INBOX_PAUSED.format(**words)
        return ""

    async def _parts(self, case: str) -> AsyncIterator[str]:
        """The parts of an accepted offer that are not billed, and what they wait for."""
        owner = await self._views.get(Case, case)
        for offer in await self._views.all(Proposal, case=case):
            if offer.holds is None or offer.status != "accepted" or (owner and owner.closed):
                continue
            bills = await self._views.find(Invoice, f"proposal:{offer.id}")
            billed = {one.part.place for one in bills if one.part and not one.credited_by}
            done = [one.work for one in offer.done]
            for place in offer.holds.unbilled(billed):
                part = offer.holds.called(place).capitalize()
                if offer.holds.triggered(place, accepted=True, done=done):
                    yield texts.STATUS_AGAIN.format(part=part)
                else:
                    what = offer.holds.awaits(place)
                    yield texts.STATUS_AWAITS.format(part=part, what=what)

    def _offer(self, offer: Proposal) -> str:
        agreed = offer.agreed
        amount = amount_words(agreed.total if agreed else offer.total)
        version = agreed.version if agreed else offer.version
        return texts.STATUS_OFFER.format(
            number=offer.number, version=version, amount=amount, status=offer.status
        )

    def _invoice(self, invoice: Invoice) -> str:
        return texts.STATUS_INVOICE.format(
            number=invoice.number,
            amount=amount_words(invoice.total),
            status=invoice.status,
            open=amount_words(invoice.open),
            due=invoice.due_on.isoformat(),
        )


def _counts_for(purpose: str) -> str:
    """What an alarm is about; of several that are about the same the last one counts.

    The step of a reminder is left out: `remind:inv-1:2` is about `remind:inv-1`.
    """
    return purpose.rpartition(":")[0] if purpose.startswith("remind:") else purpose


def payment_words(payment: Payment) -> str:
    """`Payment ch_1 of €2,856.00, booked 2026-12-06; stripe kept €43.09 of it`"""
    booked = texts.INVOICE_PAYMENT.format(
        payment=one_line(payment.id, 40),
        amount=amount_words(payment.amount),
        booked=payment.booked_on.isoformat(),
    )
    return booked + fee_words(payment)


def credit_note_words(note: CreditNote) -> str:
    """`Credit note CN-2026-0001 for invoice 2026-0001: -€2,856.00, sent`"""
    return texts.STATUS_CREDIT_NOTE.format(
        number=note.number,
        invoice=note.invoice_number,
        amount=amount_words(note.total),
        status=note.status,
    )


def holds(stop: Stop, case: Case | None) -> bool:
    """Whether a stop in force holds the effects of a case."""
    if case is None or stop.scope in {"all", COPY}:
        return stop.scope in {"all", COPY}
    return stop.target in {case.id, case.contact} or case.contact in stop.covers


async def is_paused(views: Views, approval: Approval) -> bool:
    """Whether nobody decided in time and nothing has taken the action's place since."""
    if approval.status is not ApprovalStatus.EXPIRED:
        return False
    action = await views.get(Action, approval.action)
    return action is not None and action.status is ActionStatus.EXPIRED


def action_words(action: Action) -> str:
    """`Send an offer: succeeded, receipt <id>`"""
    proof = f", receipt {one_line(action.receipt.reference)}" if action.receipt else ""
    why = f" ({one_line(action.cause)})" if action.cause and not action.receipt else ""
    name = COMMAND_WORDS.get(action.name, action.name)
    return texts.STATUS_ACTION.format(name=name, status=action.status.value, proof=proof + why)
