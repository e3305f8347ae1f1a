"""Files that Coo made are deleted or damaged; it makes them again, or says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.deliveries import Deliveries
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.events import ActionSucceeded, InvoiceIssued

YES = "We accept your offer, please go ahead.\n\nAda\n"


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
def dies_after_issuing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The invoice's files are written, and the process ends before that is recorded."""
    commit = Deliveries._commit

    async def dies(self: Deliveries, lane: Any, fact: Any, reaction: Any) -> None:
        done = [
            draft.event for draft in reaction.drafts if isinstance(draft.event, ActionSucceeded)
        ]
        if any(event.receipt.provider == "invoices" for event in done):
            monkeypatch.setattr(Deliveries, "_commit", commit)
            raise Died
        await commit(self, lane, fact, reaction)

    monkeypatch.setattr(Deliveries, "_commit", dies)


def delete_both(folder: Path) -> None:
    shutil.rmtree(folder)


def delete_pdf(folder: Path) -> None:
    (folder / "2026-0001.pdf").unlink()


def delete_data(folder: Path) -> None:
    (folder / "2026-0001.json").unlink()


LOSSES: dict[str, Callable[[Path], None]] = {
    "both files": delete_both,
    "the PDF": delete_pdf,
    "the data": delete_data,
}


async def accepted(business: Any) -> None:
    """The offer went out and was accepted; the invoice waits to be sent."""
    offer = await business.offered()
    await business.mail(YES, answers=offer)


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_an_invoice_whose_files_are_deleted_before_it_is_sent_goes_out_as_approved(
    lose: Callable[[Path], None], business: Any
) -> None:
    await accepted(business)
    written = (business.app.folder.invoices / "2026-0001.pdf").read_bytes()
    lose(business.app.folder.invoices)
    await business.approves()
    [document] = business.sent()[-1].iter_attachments()
    assert document.get_filename() == "2026-0001.pdf"
    assert document.get_content() == written
    assert [invoice.number for invoice in await business.invoices()] == ["2026-0001"]


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_an_invoice_whose_files_are_lost_with_its_receipt_is_made_again_under_its_number(
    lose: Callable[[Path], None], founder: Any, dies_after_issuing: None
) -> None:
    with pytest.raises(Died):
        async with founder.business() as business:
            await accepted(business)
    lose(founder.folder / "invoices")
    async with founder.business() as business:
        await business.settle()
        await business.approves()
        assert [one.number for one in await business.facts(InvoiceIssued)] == ["2026-0001"]
        [document] = business.sent()[-1].iter_attachments()
        written = (founder.folder / "invoices" / "2026-0001.pdf").read_bytes()
        assert document.get_content() == written


async def test_a_damaged_invoice_file_is_never_overwritten_and_the_operator_hears_of_it(
    founder: Any, dies_after_issuing: None
) -> None:
    with pytest.raises(Died):
        async with founder.business() as business:
            await accepted(business)
    pdf = founder.folder / "invoices" / "2026-0001.pdf"
    pdf.write_bytes(b"%PDF- cut off")
    async with founder.business() as business:
        await business.settle()
        broken = await business.says("failures")
        assert "2026-0001.pdf" in broken
        assert "never overwritten" in broken
        assert pdf.read_bytes() == b"%PDF- cut off"
        pdf.unlink()
        [issuing] = [
            one for one in await business.app.views.all(Action) if one.name == "IssueInvoice"
        ]
        await business.says(f"retry {issuing.id}")
        await business.approves()
        assert [one.number for one in await business.facts(InvoiceIssued)] == ["2026-0001"]
        assert "2026-0001" in str(business.sent()[-1].get_body().get_content())


async def test_a_document_that_is_gone_from_the_store_holds_its_mail_back_until_it_is_back(
    business: Any,
) -> None:
    await accepted(business)
    [issued] = [
        one for one in await business.facts(ActionSucceeded) if one.receipt.provider == "invoices"
    ]
    [document] = issued.receipt.documents
    kept = business.app.folder.blobs / document.sha256[:2] / document.sha256
    aside = business.app.folder.root / "aside"
    kept.rename(aside)
    await business.approves()
    assert len(business.sent()) == 1
    broken = await business.says("failures")
    assert document.sha256[:8] in broken
    [sending] = await business.app.views.find(Action, f"status:{ActionStatus.FAILED}")
    aside.rename(kept)
    await business.says(f"retry {sending.id}")
    assert len(business.sent()) == 2
    assert "Nothing is broken" in await business.says("failures")
