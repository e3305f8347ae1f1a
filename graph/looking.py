"""How the nodes read their state and the world: typed, and only what a delivery needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from graph.deal import Deal, deal_of
from graph.moves import AnyMove, move_of
from graph.ports import World
from graph.situation import Situation
from graph.slots import Slots
from graph.state import CaseState, fact_of
from graph.wishes import Wish
from ledger.domain.applied import as_known
from ledger.domain.company import Company
from ledger.domain.entities import ActionStatus, Contact, Invoice
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    Approved,
    CaseOpened,
    CreditNoteIssued,
    Event,
    InvoiceIssued,
    Postponed,
    QuestionAsked,
    Recollection,
    Stale,
    Told,
)
from ledger.domain.facts import Fact
from ledger.domain.precedents import Precedents
from ledger.domain.values import Provenance

_QUIET = (
    ActionProposed,
    ApprovalRequested,
    Approved,
    CreditNoteIssued,
    InvoiceIssued,
    Postponed,
    QuestionAsked,
    Told,
)
"""Facts that are only remembered: nothing is planned for them."""


def fact_in(state: CaseState) -> Fact:
    """The delivered fact."""
    return fact_of(state["fact"])


def source_in(state: CaseState) -> Fact | None:
    """The desk fact behind it, if any."""
    source = state.get("source")
    return fact_of(source) if source else None


def deal_in(state: CaseState) -> Deal:
    """The deal, as it stands in the state."""
    return deal_of(state.get("deal"))


def is_quiet(event: Event) -> bool:
    """Whether a fact is only folded. A lead's mail comes with the Routed after its CaseOpened."""
    return isinstance(event, _QUIET) or (isinstance(event, CaseOpened) and event.kind == "lead")


async def situation_of(state: CaseState, world: World) -> Situation:
    """What the planner looks at."""
    understood, recalled = state.get("understood") or {}, state.get("recalled") or {}
    slots, wish = understood.get("slots"), understood.get("wish")
    deal, company, now = deal_in(state), await world.company(), await world.now()
    known = await world.known(deal.contact)
    as_agreed, source = as_known(company, known), source_in(state)
    return Situation(
        deal=deal,
        fact=fact_in(state),
        source=source,
        company=as_agreed,
        issued_on=await _issued_on(deal, source, as_agreed, world),
        now=now,
        known=known,
        configured=company,
        promised=await world.promised(deal.contact),
        slots=msgspec.convert(slots, Slots) if slots else None,
        wish=msgspec.convert(wish, Wish) if wish else None,
        recalled=msgspec.convert(recalled.get("episodes", []), tuple[Recollection, ...]),
        stale=msgspec.convert(recalled.get("stale", []), tuple[Stale, ...]),
        precedents=msgspec.convert(recalled.get("precedents", {}), Precedents),
    )


async def _issued_on(
    deal: Deal, source: Fact | None, company: Company, world: World
) -> date | None:
    """Read only where it matters: for money, in a company that lets early payers keep a share."""
    money = deal.money(source.id) if source is not None else None
    if money is None or money.part is None or company.early_payment is None:
        return None
    invoice = await invoice_of(deal, world)
    return invoice.issued_on if invoice else None


async def contact_of(deal: Deal, world: World) -> Contact | None:
    """The case's contact in the address book, by exact id."""
    found = await world.entity("contact", deal.contact) if deal.contact else None
    return msgspec.convert(found, Contact) if found else None


async def invoice_of(deal: Deal, world: World) -> Invoice | None:
    """The case's invoice as the ledger has it, by exact id."""
    found = await world.entity("invoice", deal.bill.invoice) if deal.bill else None
    return msgspec.convert(found, Invoice) if found else None


async def booked_elsewhere(deal: Deal, world: World) -> tuple[str, ...]:
    """The payments that several cases were told of, and that another one has booked."""
    open_ones = [
        one
        for one in deal.incoming
        if one.shared and one.part is None and one.payment not in deal.payments
    ]
    found = [(one.payment, await world.entity("payment", one.payment)) for one in open_ones]
    return tuple(payment for payment, known in found if known and _is_booked(known))


def _is_booked(payment: dict[str, Any]) -> bool:
    """Records from before payments could cover several invoices name the only one."""
    return bool(payment.get("invoices") or payment.get("invoice"))


async def provenance_of(action: str, world: World) -> dict[str, Provenance]:
    """Where the arguments of an action came from, as the ledger has it; {} where it is unknown."""
    found = await world.entity("action", action)
    return msgspec.convert(found["provenance"], dict[str, Provenance]) if found else {}


async def is_running(action: str, world: World) -> bool:
    """Whether a try of the action has left and its end is not recorded."""
    found = await world.entity("action", action)
    return found is not None and found["status"] == ActionStatus.ATTEMPTED


def moves_in(state: CaseState) -> tuple[AnyMove, ...]:
    """What the planner picked."""
    return tuple(move_of(data) for data in state.get("moves", []))
