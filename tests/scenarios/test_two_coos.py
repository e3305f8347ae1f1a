"""Two programs that write to each other stop, whether or not they say what they are."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ledger.domain.entities import Stray
from ledger.domain.events import CaseOpened

NORD, SUED = "hello@studio-nord.example", "post@studio-sued.example"


async def exchange(one: Any, other: Any) -> int:
    """What each sent and the other has not read yet comes in there; how many mails that were."""
    moved = 0
    for sender, reader in ((one, other), (other, one)):
        for mail in sender.sent():
            taken = await reader.app.intake.mail(mail.as_bytes(), "inbox")
            moved += taken.new
            await reader.settle()
            for card in await reader.cards():
                await reader.approves(card)
    return moved


async def test_two_coos_that_mail_each_other_stop_after_one_exchange(
    founder: Any, tmp_path: Path
) -> None:
    nord, sued = founder, type(founder)(tmp_path / "sued")
    sued.configure(name="Studio Süd", email=SUED)
    async with nord.business() as one, sued.business() as other:
        await one.mail(
            "Hello,\n\nwe would like your website design package. Could you send us an offer?\n",
            sender=f"Studio Süd <{SUED}>",
        )
        await one.approves()
        assert await exchange(one, other) == 1
        assert [await exchange(one, other) for _ in range(3)] == [0, 0, 0]
        assert (len(one.sent()), len(other.sent())) == (1, 0)
        assert await other.facts(CaseOpened) == []
        assert "sent by Coo" in await other.says("inbox")


def answer(to: EmailMessage, n: int) -> bytes:
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["To"] = "Ada Example <ada@example.com>", NORD
    mail["Subject"] = f"Re: {to['Subject']}"
    mail["Message-ID"] = f"<quick-{n}@mail.example.com>"
    mail["In-Reply-To"] = to["Message-ID"]
    mail.set_content("Could you tell me the price of the website design package once more?\n")
    return message_from_bytes(mail.as_bytes(), policy=policy.SMTP).as_bytes()


async def test_a_machine_that_hides_what_it_is_gets_no_more_answers_and_the_operator_is_asked(
    business: Any,
) -> None:
    offer = await business.offered()
    for n in range(8):
        business.clock.forward(seconds=20)
        await business.app.intake.mail(answer(offer, n), "inbox")
        await business.settle()
        for card in await business.cards():
            business.clock.forward(seconds=20)
            await business.approves(card)
        for question in await business.questions():
            if not question.text.startswith("Does a machine"):
                option = next(one.id for one in question.options if one.id == "ask-customer")
                await business.office.answer(question.id, option)
                await business.settle()
                for card in await business.cards():
                    await business.approves(card)
    asked = [one for one in await business.questions() if one.text.startswith("Does a machine")]
    assert len(asked) == 1
    sent = len(business.sent())
    assert len(await business.app.views.find(Stray, "open")) >= 1
    await business.app.intake.mail(answer(offer, 9), "inbox")
    await business.settle()
    assert len(business.sent()) == sent
    await business.office.answer(asked[0].id, asked[0].options[1].id)
    await business.settle()
    assert len(business.sent()) == sent
