"""Opening a case again: an effect inside the company, so nothing outside has to be asked."""

from __future__ import annotations

from connectors.base import Capability, Order
from ledger.domain.commands import Command, ReopenCase
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded


class Reopening:
    """Takes `ReopenCase`. KEYED: the planner opens the case when it sees the receipt, once."""

    name = "cases"
    capability = Capability.KEYED

    def takes(self, command: Command) -> bool:
        """Only reopenings."""
        return isinstance(command, ReopenCase)

    async def execute(self, order: Order) -> Outcome:
        """The receipt that lets the planner open the case."""
        if not isinstance(order.command, ReopenCase):
            return Failed("This is no order to open a case again.", "Have it proposed again.")
        return Succeeded(Receipt(provider=self.name, reference=order.command.case))

    async def look_up(self, order: Order) -> Succeeded | None:  # noqa: ARG002 - part of the port
        """Nothing is kept here: the ledger has the receipt, or the order is simply repeated."""
        return None
