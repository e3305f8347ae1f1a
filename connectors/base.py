"""The connector port: one way to act on the world, always with a key."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from ledger.domain.commands import Command
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.verdicts import Outcome, Succeeded


class Capability(StrEnum):
    """What a connector can do about an attempt whose end nobody saw.

    KEYED: the provider takes our action id as idempotency key, so the call is repeated with it.
    READ_BACK: the effect can be looked up; it is repeated only where it is certainly absent.
    NEITHER: the operator is asked.
    """

    KEYED = "keyed"
    READ_BACK = "read-back"
    NEITHER = "neither"


class Order(Struct, frozen=True, kw_only=True):
    """What a connector executes. `key` is the action id: the provider's idempotency key.

    `command` was hashed and found equal to what was approved. `invoice` is the issued invoice
    behind an `IssueInvoice`, `credit_note` the note behind an `IssueCreditNote` (their numbers are
    already taken), else None.
    """

    key: str
    n: int
    case: str
    person: str
    command: Command
    invoice: InvoiceIssued | None = None
    credit_note: CreditNoteIssued | None = None


class Connector(Protocol):
    """Acts on the world. Never raises for a provider's failure: it returns an outcome."""

    @property
    def name(self) -> str: ...

    @property
    def capability(self) -> Capability: ...

    def takes(self, command: Command) -> bool:
        """Whether this connector runs commands of this type."""
        ...

    async def execute(self, order: Order) -> Outcome:
        """Do it. `Failed` only where it certainly did not happen, else `Unknown`."""
        ...

    async def look_up(self, order: Order) -> Succeeded | None:
        """Read back whether the order already happened; None: certainly not.

        Only called for READ_BACK and KEYED connectors. Raises `ConnectionError` where the
        provider cannot be asked.
        """
        ...


class Around:
    """A connector that stands before another and hands everything on; others add to `execute`."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    @property
    def name(self) -> str:
        return self._connector.name

    @property
    def capability(self) -> Capability:
        return self._connector.capability

    def takes(self, command: Command) -> bool:
        return self._connector.takes(command)

    async def execute(self, order: Order) -> Outcome:
        return await self._connector.execute(order)

    async def look_up(self, order: Order) -> Succeeded | None:
        return await self._connector.look_up(order)
