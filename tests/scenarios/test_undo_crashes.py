"""Coo dies on the way back: the number is taken once, and the customer gets one mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.invoices.files import InvoiceFiles
from connectors.mail.maildir import MaildirOut
from ledger.domain.entities import CreditNote
from ledger.domain.events import AttemptStarted, CreditNoteIssued
from ledger.replay import refold


class Died(BaseException):
    """The process is gone: no handler of an ordinary error may catch this."""


@pytest.fixture
def dies_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The next effect of a connector is the last thing the process does, or the last before it."""

    def strike(kind: type[Any], *, after: bool) -> None:
        execute = kind.execute

        async def dying(self: Any, order: Any) -> Any:
            if after:
                await execute(self, order)
            raise Died

        monkeypatch.setattr(kind, "execute", dying)

    return strike


async def dies(doing: Any) -> None:
    """Whatever it was, the process died of it."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - a group or the death itself
        await doing
    assert caught.group_contains(Died) if _is_group(caught.value) else caught.type is Died


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)


@pytest.mark.parametrize("after", [False, True], ids=["before the document", "after it"])
async def test_a_death_between_number_and_receipt_of_a_credit_note_keeps_one_number(
    founder: Any, monkeypatch: pytest.MonkeyPatch, dies_in: Callable[..., None], after: bool
) -> None:
    async with founder.business() as business:
        await business.invoiced()
        await business.says("undo 2026-0001")
        dies_in(InvoiceFiles, after=after)
        await dies(business.approves())
    monkeypatch.undo()
    async with founder.business() as business:
        await business.settle()
        (issued,) = await business.facts(CreditNoteIssued)
        assert (issued.number, issued.ordinal) == ("CN-2026-0001", 1)
        (note,) = await business.app.views.all(CreditNote)
        assert note.status == "issued"
        assert "Credit note CN-2026-0001" in (await business.only_card()).title
        files = sorted(path.name for path in business.app.folder.invoices.iterdir())
        assert files == ["2026-0001.json", "2026-0001.pdf", "CN-2026-0001.json", "CN-2026-0001.pdf"]
        assert (await refold(business.app.ledger)).identical


@pytest.mark.parametrize("after", [False, True], ids=["before the mail", "after it"])
async def test_a_death_between_issuing_and_sending_a_credit_note_sends_it_once(
    founder: Any, monkeypatch: pytest.MonkeyPatch, dies_in: Callable[..., None], after: bool
) -> None:
    async with founder.business() as business:
        await business.invoiced()
        await business.says("undo 2026-0001")
        await business.approves()
        dies_in(MaildirOut, after=after)
        await dies(business.approves())
    monkeypatch.undo()
    async with founder.business() as business:
        await business.settle()
        mails = [mail for mail in business.sent() if mail["X-Coo-Command"] == "SendCreditNote"]
        assert len(mails) == 1
        assert len(await business.facts(CreditNoteIssued)) == 1
        (note,) = await business.app.views.all(CreditNote)
        assert note.status == "sent"
        assert (await business.case()).outcome == "credited"
        tried = [one.action for one in await business.facts(AttemptStarted)]
        assert len(set(tried)) == 5
