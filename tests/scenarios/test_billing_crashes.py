"""Coo dies between the parts of a deal: each part becomes one invoice, under one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.invoices.files import InvoiceFiles
from connectors.mail.maildir import MaildirOut
from ledger.deliveries import Deliveries
from ledger.domain.events import InvoiceIssued, Routed, WorkDone
from ledger.replay import refold

pytestmark = pytest.mark.slow

LEAD = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
ACCEPTS = "We accept your offer, please go ahead.\n\nAda\n"


class Died(BaseException):
    """The process is gone: no handler of an ordinary error may catch this."""


def in_effect(kind: type[Any], *, after: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """The next effect of a connector is the last thing the process does, or the last before it."""
    execute = kind.execute

    async def dying(self: Any, order: Any) -> Any:
        if after:
            await execute(self, order)
        raise Died

    return lambda patch: patch.setattr(kind, "execute", dying)


def in_commit(fact: type[Any], *, after: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """What somebody made of a fact of this kind is about to be committed, or just was."""
    commit = Deliveries._commit

    async def dying(self: Deliveries, lane: Any, delivered: Any, reaction: Any) -> None:
        strikes = isinstance(delivered.event, fact)
        if after or not strikes:
            await commit(self, lane, delivered, reaction)
        if strikes:
            raise Died

    return lambda patch: patch.setattr(Deliveries, "_commit", dying)


async def dies(doing: Any) -> None:
    """Whatever it was, the process died of it."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - a group or the death itself
        await doing
    group = isinstance(caught.value, BaseExceptionGroup)
    assert caught.group_contains(Died) if group else caught.type is Died


async def with_deposit(business: Any) -> None:
    """A deal whose deposit is billed and sent."""
    await business.mail(LEAD)
    await business.says("billing case 1 deposit 40% final")
    await business.approves()
    await business.mail(ACCEPTS, answers=business.sent()[-1])
    await business.approves()
    await business.approves()


async def billed_to_the_end(business: Any) -> None:
    """Whatever waits for the operator is approved; then each part is one invoice and one mail."""
    await business.settle()
    for _ in range(4):
        for card in await business.cards():
            await business.approves(card)
    issued = await business.facts(InvoiceIssued)
    assert [(one.number, one.part.place) for one in issued] == [("2026-0001", 1), ("2026-0002", 2)]
    assert [one.total.minor for one in issued] == [114_240, 171_360]
    mails = [one for one in business.sent() if one["X-Coo-Command"] == "SendInvoice"]
    assert len(mails) == 2
    assert len(await business.facts(WorkDone)) == 1
    assert (await refold(business.app.ledger)).identical


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "after it is kept"])
async def test_a_death_after_delivered_was_said_bills_the_final_part_once(
    founder: Any, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    async with founder.business() as business:
        await with_deposit(business)
        in_commit(Routed, after=after)(monkeypatch)
        await dies(business.says("delivered case 1"))
    monkeypatch.undo()
    async with founder.business() as business:
        await billed_to_the_end(business)


@pytest.mark.parametrize(
    "death",
    [
        in_effect(InvoiceFiles, after=False),
        in_effect(InvoiceFiles, after=True),
        in_commit(InvoiceIssued, after=False),
        in_commit(InvoiceIssued, after=True),
    ],
    ids=["before the document", "after the document", "before it is heard", "after it is heard"],
)
@pytest.mark.parametrize("place", [1, 2], ids=["deposit", "final"])
async def test_a_death_around_the_invoice_of_a_part_issues_it_once(
    founder: Any,
    monkeypatch: pytest.MonkeyPatch,
    death: Callable[[pytest.MonkeyPatch], None],
    place: int,
) -> None:
    async with founder.business() as business:
        if place == 2:
            await with_deposit(business)
            await business.says("delivered case 1")
        else:
            await business.mail(LEAD)
            await business.says("billing case 1 deposit 40% final")
            await business.approves()
            await business.mail(ACCEPTS, answers=business.sent()[-1])
        death(monkeypatch)
        await dies(business.approves())
    monkeypatch.undo()
    async with founder.business() as business:
        if place == 1:
            await business.settle()
            for card in await business.cards():
                await business.approves(card)
            await business.says("delivered case 1")
        await billed_to_the_end(business)


async def test_a_death_before_the_mail_of_the_final_invoice_sends_it_once(
    founder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with founder.business() as business:
        await with_deposit(business)
        await business.says("delivered case 1")
        await business.approves()
        in_effect(MaildirOut, after=True)(monkeypatch)
        await dies(business.approves())
    monkeypatch.undo()
    async with founder.business() as business:
        await billed_to_the_end(business)
