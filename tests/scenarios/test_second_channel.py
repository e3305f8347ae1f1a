"""Where money goes changes only when an owner says so in a second channel."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.work.hosting import Stepping
from ledger.domain.confirming import Confirmation
from ledger.domain.entities import Contact
from ledger.domain.events import (
    ChangeConfirmed,
    ChangeRefused,
    ChatPaired,
    ConfirmationAsked,
    ContactsMerged,
    KeyTold,
    PairingOffered,
)
from ledger.domain.facts import Draft
from ledger.domain.values import DESK
from ledger.replay import refold

OLD = defaults().bank
NEW = replace(OLD, iban="DE89370400440532013000", holder="Studio Nord GmbH")
THEIRS = "DE75512108001245126199"


async def paired(business: Any, channel: str, *, role: str = "owner") -> LiveOffice:
    """A chat of the owner's, paired as by a code; what stands behind it."""
    identity = f"chat-{channel}-{role}"
    offered = PairingOffered(
        offer=f"pair-{channel}", code="p-1", role=role, paired="Nora Lindt",
        expires_at=business.clock.now() + timedelta(minutes=10), operator="Nora Lindt",
        channel="console",
    )  # fmt: skip
    made = ChatPaired(
        identity=identity, offer=offered.offer, channel=channel, role=role, operator="Nora Lindt",
        user="U1", chat="D1",
    )  # fmt: skip
    drafts = [
        Draft(case=DESK, event=event, key=f"{channel}:{n}", by="test")
        for n, event in enumerate((offered, made))
    ]
    await business.app.ledger.append(drafts)
    return LiveOffice(
        business.app,
        Stepping(business.works),
        operator="Nora Lindt",
        channel=channel,
        by=identity,
    )


@pytest.fixture
async def offered(founder: Any) -> AsyncIterator[Any]:
    """An offer was accepted under the old bank account; then company.yaml got another one."""
    async with founder.business() as business:
        offer = await business.offered()
        await business.hears()
    founder.configure(bank=NEW)
    async with founder.business() as business:
        await business.settle()
        business.offer = offer
        yield business


async def invoiced(business: Any) -> str:
    """The customer accepts, the invoice is approved; what it says, without spaces."""
    business._count = itertools.count(100)
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=business.offer)
    while cards := await business.cards():
        await business.approves(cards[0])
    (file,) = business.app.folder.invoices.glob("*.json")
    return str(file.read_text())


async def only(business: Any) -> Confirmation:
    (asked,) = await business.app.views.find(Confirmation, "open")
    found: Confirmation = asked
    return found


async def test_what_company_yaml_says_first_is_in_force(founder: Any) -> None:
    async with founder.business() as business:
        business.offer = await business.offered()
        assert OLD.iban in await invoiced(business)
        assert await business.facts(ConfirmationAsked) == []


async def test_another_account_in_the_file_is_told_and_not_used(offered: Any) -> None:
    told = await offered.hears()
    assert f"IBAN {NEW.iban} instead of {OLD.iban}" in told
    assert "account holder Studio Nord GmbH instead of" in told
    assert "To confirm" in await offered.says("inbox")
    invoice = await invoiced(offered)
    assert OLD.iban in invoice
    assert NEW.iban not in invoice


async def test_once_confirmed_it_is_used_at_once(offered: Any) -> None:
    asked = await only(offered)
    await offered.says(f"confirm {asked.number}")
    assert "counts from now on, confirmed by Nora Lindt (console)" in await offered.hears()
    assert NEW.iban in await invoiced(offered)


async def test_refused_it_is_never_used_and_not_asked_again(founder: Any, offered: Any) -> None:
    await offered.says("confirm no")
    await offered.says(f"confirm {(await only(offered)).number} no")
    assert len(await offered.facts(ChangeRefused)) == 1
    assert "mend that file" in await offered.hears()
    assert "Nothing waits to be confirmed" in await offered.says("confirm")
    assert OLD.iban in await invoiced(offered)


async def test_a_restart_neither_uses_it_nor_asks_again(founder: Any) -> None:
    async with founder.business() as business:
        business.offer = offer = await business.offered()
    founder.configure(bank=NEW)
    for _ in range(2):
        async with founder.business() as business:
            await business.settle()
            assert len(await business.facts(ConfirmationAsked)) == 1
    async with founder.business() as business:
        business.offer = offer
        assert OLD.iban in await invoiced(business)


async def test_mending_the_file_takes_the_question_back(founder: Any) -> None:
    async with founder.business() as business:
        await business.settle()
    founder.configure(bank=NEW)
    async with founder.business() as business:
        await business.settle()
        assert await only(business)
    founder.configure(bank=OLD)
    async with founder.business() as business:
        await business.settle()
        assert not await business.app.views.find(Confirmation, "open")
        assert (await refold(business.app.ledger)).identical


async def test_the_tax_number_and_the_rate_wait_as_well(founder: Any) -> None:
    async with founder.business() as business:
        offer = await business.offered()
    tax = replace(defaults().tax, vat_id="DE999999999", rate_bp=700)
    founder.configure(tax=tax)
    async with founder.business() as business:
        await business.settle()
        told = await business.hears()
        assert "VAT ID DE999999999 instead of" in told
        assert "tax rate 7 % instead of 19 %" in told
        business.offer = offer
        assert "DE999999999" not in await invoiced(business)


async def test_with_a_chat_of_the_owner_the_machine_alone_does_not_suffice(offered: Any) -> None:
    phone = await paired(offered, "telegram")
    asked = await only(offered)
    await offered.says(f"confirm {asked.number}")
    told = await offered.hears()
    assert "The change was made on this machine, so it is confirmed elsewhere" in told
    assert await offered.facts(ChangeConfirmed) == []
    await phone.confirm(asked.id, agreed=True)
    await offered.settle()
    assert len(await offered.facts(ChangeConfirmed)) == 1
    assert NEW.iban in await invoiced(offered)


async def test_an_approver_cannot_confirm_it(offered: Any) -> None:
    phone = await paired(offered, "telegram", role="approver")
    asked = await only(offered)
    await phone.confirm(asked.id, agreed=True)
    await offered.settle()
    assert await offered.facts(ChangeConfirmed) == []
    assert "this takes an owner" in await offered.hears()
    assert (await only(offered)).id == asked.id


async def test_two_who_decide_at_once_decide_once(offered: Any) -> None:
    phone, asked = await paired(offered, "telegram"), await only(offered)
    await phone.confirm(asked.id, agreed=False)
    await phone.confirm(asked.id, agreed=True)
    await offered.settle()
    assert await offered.facts(ChangeConfirmed) == []
    assert "That change is refused already." in await offered.hears()
    assert OLD.iban in await invoiced(offered)


# --- the account of a contact --------------------------------------------------------------------


async def contact(business: Any) -> Contact:
    await business.mail("Hello, we would like your website design package. An offer, please?\n")
    found: Contact = (await business.app.views.all(Contact))[0]
    return found


async def told_key(phone: LiveOffice, business: Any, who: Contact) -> None:
    await phone.link(who.id, "payment", THEIRS, f"payer:{THEIRS}")
    await business.settle()


async def test_an_account_that_a_chat_gives_a_contact_waits_for_another_channel(
    business: Any,
) -> None:
    phone, who = await paired(business, "telegram"), await contact(business)
    await told_key(phone, business, who)
    assert await business.facts(ContactsMerged) == []
    asked = await only(business)
    assert asked.what == f"{who.id} pays from {THEIRS}"
    await phone.confirm(asked.id, agreed=True)
    await business.settle()
    assert "The change was made on telegram, so it is confirmed elsewhere" in await business.hears()
    assert await business.facts(ContactsMerged) == []
    await business.says(f"confirm {asked.number}")
    (merged,) = await business.facts(ContactsMerged)
    assert merged.contact == who.id


async def test_an_account_told_at_the_console_counts_at_once(business: Any) -> None:
    who = await contact(business)
    await business.says(f"link {who.id} {THEIRS}")
    assert len(await business.facts(ContactsMerged)) == 1
    assert len(await business.facts(KeyTold)) == 1
    assert await business.facts(ConfirmationAsked) == []
