"""Watching sends nothing; going live asks again; the first real mail goes to the operator first."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from smtp_server import SmtpServer

from bot.channel import Verb
from bot.mail_settings import Mailing
from connectors.mail.server import MailServer, Security
from connectors.mail.smtp import SmtpOut
from ledger.domain.entities import Action, ActionStatus, Invoice
from ledger.domain.events import ActionSucceeded, ApprovalRequested, AttemptStarted
from ledger.domain.going_live import MODE, Mode
from ledger.replay import refold

LEAD = "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n"
OPERATOR = "nora@studio-nord.example"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    found = SmtpServer()
    yield found
    found.close()


@pytest.fixture
def real(founder: Any, server: SmtpServer) -> Any:
    """A company whose mail really leaves."""
    at = MailServer(host="127.0.0.1", port=server.port, security=Security.PLAIN)
    founder.mailing = Mailing(server=at)
    return founder


async def test_what_is_approved_while_watching_is_kept_and_asked_again_after_go_live(
    business: Any,
) -> None:
    assert "nothing leaves" in await business.says("watch")
    await business.mail(LEAD)
    first = await business.only_card()
    card = await business.says(f"show {first.number}")
    assert "Watching: nothing is sent until" in card
    assert "asked again" in await business.says(f"approve {first.number}")
    assert business.sent() == []
    assert await business.facts(AttemptStarted) == []
    held = await business.app.views.get(Action, first.action)
    assert (held.status, held.held) == (ActionStatus.WITHHELD, "watching")
    assert "nothing is sent until" in await business.hears()

    meaning = await business.says("go-live")
    assert "1 was approved while watching" in meaning
    assert "go-live confirm" in meaning
    assert (await business.app.views.get(Mode, MODE)).watching
    assert "1 was approved" in await business.says("go-live confirm")
    assert business.sent() == []
    again = await business.only_card()
    assert (again.action, again.sha256) == (first.action, first.sha256)
    assert again.id != first.id
    assert "Watching" not in await business.says(f"show {again.number}")
    await business.approves(again)
    assert len(business.sent()) == 1
    assert (await refold(business.app.ledger)).identical
    report = await business.office.replay((await business.case()).id)
    assert not report.divergences


async def test_no_number_is_taken_while_watching_and_the_first_one_is_shown_once(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.says("watch")
    said = await business.says("numbers invoice RE-2026-0042")
    assert "RE-2026-0043" in said
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    issue = await business.only_card()
    await business.approves(issue)
    assert await business.invoices() == []
    await business.says("go-live confirm")
    again = await business.only_card()
    assert "RE-2026-0043, after your RE-2026-0042" in await business.says(f"show {again.number}")
    await business.approves(again)
    (invoice,) = await business.invoices()
    assert invoice.number == "RE-2026-0043"
    assert "RE-2026-0044" in await business.says("numbers")
    assert "leave a gap" in await business.says("numbers invoice RE-2026-0050")
    assert "given twice" in await business.says("numbers invoice RE-2026-0012")
    assert (await refold(business.app.ledger)).identical


async def approved(business: Any, card: Any = None) -> None:
    """Approved, and the moment in which it could be held is over."""
    await business.approves(card)
    business.clock.forward(minutes=2)
    await business.settle()


async def test_the_first_real_mail_goes_to_the_operator_and_only_then_to_the_customer(
    real: Any, server: SmtpServer
) -> None:
    async with real.business() as business:
        await business.says("watch")
        assert "127.0.0.1" in await business.says("go-live")
        assert OPERATOR in await business.says("go-live confirm")
        await business.mail(LEAD)
        await business.mail(LEAD, sender="Bob <bob@example.org>")
        first, second = await business.cards()
        await business.office.tap(first.id, Verb.APPROVE, first.sha256)
    async with real.business() as business:  # it died before anything came of the tap
        await business.settle()
        business.clock.forward(minutes=2)  # the moment in which it could be held
        await business.settle()
        assert [mail.recipients for mail in server.mails] == [[OPERATOR]]
        await approved(business, second)
        assert [mail.recipients for mail in server.mails] == [[OPERATOR]]
        (card,) = await business.cards()
        assert "does it look right" in card.title
        assert (card.action, card.sha256) == (first.action, first.sha256)
    async with real.business() as business:
        await approved(business, card)
        assert [mail.recipients for mail in server.mails] == [[OPERATOR], ["ada@example.com"]]
        shown, original = [
            message_from_bytes(mail.raw, policy=policy.default) for mail in server.mails
        ]
        assert shown["Subject"] == f"[First real mail, to you first] {original['Subject']}"
        assert shown.get_content() == original.get_content()
        (other,) = await business.cards()
        assert other.action == second.action
        await approved(business, other)
        assert len(server.mails) == 3
        assert len(await business.facts(ActionSucceeded)) == 3
        assert (await refold(business.app.ledger)).identical
        for case in {each.case for each in await business.app.views.all(Action)}:
            assert not (await business.office.replay(case)).divergences


async def test_a_first_mail_that_looks_wrong_never_leaves_and_the_next_goes_to_the_operator(
    real: Any, server: SmtpServer
) -> None:
    async with real.business() as business:
        await business.says("watch")
        await business.says("go-live confirm")
        await business.mail(LEAD)
        await approved(business)
        (card,) = await business.cards()
        await business.office.tap(card.id, Verb.REJECT, card.sha256, "No, the tone is wrong.")
        await business.settle()
        await business.mail(LEAD, sender="Bob <bob@example.org>")
        bobs = [each for each in await business.cards() if "bob@" in each.title]
        await approved(business, bobs[0])
        assert [mail.recipients for mail in server.mails] == [[OPERATOR], [OPERATOR]]
        asked_again = [
            e for e in await business.facts(ApprovalRequested) if "look right" in e.title
        ]
        assert len(asked_again) == 2
        assert await business.app.views.all(Invoice) == []


class Died(BaseException):
    """The process is gone: no handler of an ordinary error may catch this."""


async def test_a_death_while_the_copy_is_on_its_way_sends_the_customer_nothing(
    real: Any, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = SmtpOut.execute

    async def dying(self: Any, order: Any) -> Any:
        await execute(self, order)
        raise Died

    async with real.business() as business:
        await business.says("watch")
        await business.says("go-live confirm")
        await business.mail(LEAD)
        monkeypatch.setattr(SmtpOut, "execute", dying)
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - a group or the death itself
            await approved(business)
        assert caught.type is Died or caught.group_contains(Died)
    monkeypatch.undo()
    async with real.business() as business:
        await business.settle()
        (copy,) = await business.app.views.find(Action, f"status:{ActionStatus.UNKNOWN}")
        assert copy.name == "SendSpecimen"
        assert await business.cards() == []
        await business.says(f"retry {copy.id}")
        card = await business.only_card()
        await approved(business, card)
        received = [mail.recipients for mail in server.mails]
        assert received == [[OPERATOR], [OPERATOR], ["ada@example.com"]]
        assert (await refold(business.app.ledger)).identical
