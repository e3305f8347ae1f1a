"""What fitted no case, placed by hand."""

from __future__ import annotations

from graph.desk import Desk, routed, says, tells
from graph.routing_documents import with_its_files
from graph.routing_mail import AUTOMATIC, MAIL
from graph.routing_payments import PAYMENT
from ledger.domain.entities import Case, Stray
from ledger.domain.events import AssignOrdered, MailReceived, PaymentReceived, StrayPlaced
from ledger.domain.facts import Draft, Fact

ASSIGN = "assign"


async def route_assign(fact: Fact, order: AssignOrdered, desk: Desk) -> list[Draft]:
    """The stray goes to the case the operator names, or off the list."""
    stray = await desk.views.get(Stray, order.fact)
    if stray is None or (stray.placed and stray.case):
        where = f"It is in case {stray.case} already." if stray else "Nothing like it waits."
        return [tells(fact, ASSIGN, f"{where} Nothing changed; `inbox` lists what fits no case.")]
    if order.case and await desk.views.get(Case, order.case) is None:
        return [tells(fact, ASSIGN, f"There is no case {order.case!r}. Nothing was assigned.")]
    source = await desk.fact(order.fact)
    placed = StrayPlaced(
        fact=order.fact, case=order.case, operator=order.operator, channel=order.channel
    )
    if not order.case:
        return [says(fact, placed)]
    moved = await _routed(fact, source, order, desk) if source else None
    if moved is None:
        text = "It could not be read, so no case can use it. `assign … to nothing` puts it aside."
        return [tells(fact, ASSIGN, text)]
    asked = await with_its_files(fact, source, order.case, desk) if source else []
    return [says(fact, placed), moved, *asked]


async def _routed(order_fact: Fact, source: Fact, order: AssignOrdered, desk: Desk) -> Draft | None:
    why = f"{order.operator} said so."
    match source.event:
        case PaymentReceived():
            return routed(source, order.case, PAYMENT, why, cause=order_fact)
        case MailReceived() as mail:
            kind = AUTOMATIC if mail.automatic else MAIL
            sender = "" if mail.automatic else await desk.sender(order.case, source.person)
            return routed(source, order.case, kind, why, sender, cause=order_fact)
        case _:
            return None
