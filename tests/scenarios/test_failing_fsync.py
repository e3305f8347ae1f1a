"""An `fsync` that fails, of every file in turn: told with a remedy, made good, nothing doubled.

Mails, invoices and documents are files of Coo's own, so each of their syncs is refused once, as
a failing disk does. For the ledger's see tests/histories/test_failing_disk.py.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Any

import pytest

from bot.demo.demo import chain_state, replay_state
from ledger.domain.entities import Action, ActionStatus, Failure
from ledger.domain.errors import CooError
from ledger.domain.events import ActionSucceeded, InvoiceIssued

LEAD = "Hello Nora,\n\nwe would like your website design package.\n\nAda\n"
YES = "We accept your offer, please go ahead.\n\nAda\n"


class Syncs:
    """Counts syncs, and refuses the `bad` one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bad = 0
        self.seen = 0
        self._sync = os.fsync
        monkeypatch.setattr(os, "fsync", self.fsync)

    def fsync(self, handle: int) -> None:
        self.seen += 1
        if self.seen == self.bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._sync(handle)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    return Syncs(monkeypatch)


async def patiently(doing: Any) -> None:
    """Do it, and once more where it was refused with a cause and a remedy."""
    with contextlib.suppress(CooError, OSError):
        return await doing()
    return await doing()


async def invoiced(business: Any) -> None:
    """From the lead to the mail with the invoice; what failed is retried, as the card says."""
    await patiently(lambda: business.mail(LEAD))
    await decided(business)
    if business.sent():
        await patiently(lambda: business.mail(YES, answers=business.sent()[-1]))
    await decided(business)


async def decided(business: Any) -> None:
    for card in await business.cards():
        await business.approves(card)
    for action in await business.app.views.all(Action):
        if action.status in {ActionStatus.FAILED, ActionStatus.UNKNOWN}:
            await business.office.retry(action.id)
            await business.settle()
    for card in await business.cards():
        await business.approves(card)


async def test_the_story_syncs_each_of_its_files(business: Any, syncs: Syncs) -> None:
    await invoiced(business)
    assert syncs.seen >= 20


@pytest.mark.slow
@pytest.mark.parametrize("bad", range(1, 21))
async def test_a_sync_that_fails_is_made_good_and_nothing_is_doubled(
    bad: int, founder: Any, syncs: Syncs
) -> None:
    async with founder.business() as business:
        syncs.seen, syncs.bad = 0, bad
        await invoiced(business)
        assert syncs.seen >= bad
        done = [event.action for event in await business.facts(ActionSucceeded)]
        assert len(done) == len(set(done)) == 3
        assert [str(mail["X-Coo-Command"]) for mail in business.sent()] == [
            "SendProposal",
            "SendInvoice",
        ]
        assert [event.number for event in await business.facts(InvoiceIssued)] == ["2026-0001"]
        assert all(failure.cleared for failure in await business.app.views.all(Failure))
        assert await chain_state(business.app) == "ok"
        assert await replay_state(business.app) == "identical"


async def test_a_mail_whose_sync_fails_is_not_called_sent_until_it_is(
    business: Any, syncs: Syncs
) -> None:
    await business.mail(LEAD)
    card = await business.only_card()
    syncs.seen, syncs.bad = 0, 1
    await business.approves(card)
    done = await business.facts(ActionSucceeded)
    assert len(done) == len(business.sent()) == 1
    assert syncs.seen > 1
