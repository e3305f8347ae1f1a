"""Cards that wait with another price than holds now: nothing is changed behind them."""

from __future__ import annotations

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.applied import PRICE, price_said
from ledger.domain.commands import SendProposal
from ledger.domain.company import Company
from ledger.domain.entities import Action, Approval, ApprovalStatus, Proposal
from ledger.domain.knowledge import Knowledge, MoneyValue
from ledger.domain.known import held_for
from ledger.domain.reading import Clock, Views
from ledger.domain.values import Line


async def waiting_lines(
    views: Views, company: Company, clock: Clock, known: Knowledge
) -> list[str]:
    """One line for each card whose offer has the item of a statement at another price than holds
    for its contact; [] where the statement is no price."""
    if not known.topic.startswith(PRICE):
        return []
    item = known.topic.removeprefix(PRICE)
    found = []
    for approval in await views.find(Approval, f"status:{ApprovalStatus.PENDING}"):
        line = await _line_of(views, approval, item)
        if line is None:
            continue
        contact, offered = line
        held = await held_for(views, contact, clock.now())
        said = price_said(company, held, item)
        listed = company.item(item)
        now = said.value.amount if said and isinstance(said.value, MoneyValue) else None
        price = now or (listed.price if listed else None)
        if price is not None and offered.unit_price != price:
            found.append(
                texts.REMEMBERED_WAITS.format(
                    number=approval.number,
                    price=amount_words(offered.unit_price),
                    title=one_line(approval.title, 60),
                )
            )
    return found


async def _line_of(views: Views, approval: Approval, item: str) -> tuple[str, Line] | None:
    """(contact, line) of a waiting offer that has the item."""
    action = await views.get(Action, approval.action)
    command = action.command if action else None
    if not isinstance(command, SendProposal):
        return None
    offer = await views.get(Proposal, command.proposal)
    lines = offer.lines if offer and offer.version == command.version else ()
    line = next((one for one in lines if one.item == item), None)
    return (command.contact, line) if line else None
