"""The same deal with a real model, where the environment names one; however weak it is."""

from __future__ import annotations

from typing import Any

import pytest

from bot.settings import Settings
from ledger.domain.entities import Invoice
from ledger.domain.events import CaseStuck
from ledger.domain.values import Money

LIVE = Settings.from_env().model


@pytest.mark.live
@pytest.mark.skipif(LIVE is None, reason="COO_MODEL names no model")
async def test_whatever_a_real_model_says_the_deal_ends_paid_and_nothing_wrong_leaves(
    founder: Any, closes_a_deal: Any
) -> None:
    async with founder.business(LIVE) as business:
        await closes_a_deal(business)
        (invoice,) = await business.app.views.all(Invoice)
        assert (invoice.status, invoice.total) == ("paid", Money(2_618_00, "EUR"))
        assert await business.facts(CaseStuck) == []
        mails = business.sent()
    assert len(mails) == 3
    assert {mail["To"] for mail in mails} == {"ada@example.com"}
    assert "€2,856.00" in mails[0].get_body().get_content()
    assert "€2,618.00" in mails[1].get_body().get_content()
