"""A mail that comes back is a failure with remedies, and who is away is not reminded."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from graph.planners.outcomes import OFFER_EXPIRES
from ledger.domain.entities import Action, ActionStatus, Alarm, Failure, Proposal, Question
from ledger.domain.events import AbsenceNoted, MailBounced
from ledger.replay import refold

AWAY = {"Auto-Submitted": "auto-replied"}


def report(mail: EmailMessage, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report as RFC 3464 has it, about a mail that left."""
    return (
        "From: Mail Delivery <mailer-daemon@mx.example.com>\r\n"
        "To: hello@studio-nord.example\r\nSubject: Undelivered mail\r\n"
        "Message-ID: <report-1@mx.example.com>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; ada@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail['Message-ID']}\r\n\r\n"
        "--b--\r\n"
    ).encode()


async def chosen(business: Any, question: Question, label: str) -> None:
    option = next(one.id for one in question.options if one.label == label)
    await business.office.answer(question.id, option)
    await business.settle()


async def test_an_offer_that_comes_back_is_a_failure_and_goes_to_the_corrected_address(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.raw(report(offer))
    (bounced,) = await business.facts(MailBounced)
    assert bounced.status == "5.1.1"
    assert "no such user here" in await business.says("failures")
    (proposal,) = await business.app.views.all(Proposal)
    assert (proposal.status, proposal.sent_versions) == ("drafted", ())
    assert "came back" in await business.says(f"retry {bounced.action}")
    assert len(business.sent()) == 1

    await business.says("address ada ada@right.example")
    question = await business.only_question()
    await chosen(business, question, "Send it again")
    card = await business.only_card()
    assert "ada@right.example" in await business.says(f"show {card.number}")
    await business.approves(card)
    assert sorted(str(mail["To"]) for mail in business.sent()) == [
        "ada@example.com", "ada@right.example",
    ]  # fmt: skip
    assert not await business.app.views.find(Failure, "broken")
    (proposal,) = await business.app.views.all(Proposal)
    assert proposal.sent_versions == (1,)
    assert (await refold(business.app.ledger)).difference == ""


async def test_a_mail_that_came_back_and_was_done_by_hand_is_no_failure_any_more(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.raw(report(offer))
    question = await business.only_question()
    await chosen(business, question, "I did it myself")
    (action,) = [one for one in await business.app.views.all(Action) if one.name == "SendProposal"]
    assert action.status is ActionStatus.BY_OPERATOR
    assert not await business.app.views.find(Failure, "broken")
    (proposal,) = await business.app.views.all(Proposal)
    assert proposal.sent_versions == (1,)


async def test_a_report_of_a_delay_is_told_and_fails_nothing(business: Any) -> None:
    offer = await business.offered()
    await business.hears()
    await business.raw(report(offer, action="delayed", status="4.4.1"))
    assert "is delayed" in await business.hears()
    assert not await business.facts(MailBounced)
    assert await business.questions() == []


async def test_a_report_about_a_mail_that_coo_never_sent_fails_nothing(business: Any) -> None:
    await business.offered()
    foreign = EmailMessage()
    foreign["Message-ID"] = "<somebody@else.example>"
    await business.raw(report(foreign))
    assert not await business.facts(MailBounced)
    assert not await business.app.views.find(Failure, "broken")


async def test_nobody_is_asked_about_an_offer_that_runs_out_while_the_customer_is_away(
    business: Any,
) -> None:
    offer = await business.offered()
    (alarm,) = [
        one for one in await business.app.views.find(Alarm, "waiting") if not one.ends
        and one.case == (await business.case()).id and one.purpose.startswith(OFFER_EXPIRES)
    ]  # fmt: skip
    back = alarm.due.date().replace(day=28, month=12)
    await business.hears()
    await business.mail(f"I am out of office until {back:%d %B %Y}.\n", answers=offer, headers=AWAY)
    (noted,) = await business.facts(AbsenceNoted)
    assert "29 December" in await business.hears()
    assert noted.back_on.day == 29
    business.clock.moment = alarm.due
    await business.settle()
    assert await business.questions() == []
    business.clock.forward(days=(noted.back_on - alarm.due.date()).days)
    await business.settle()
    assert "ran out without an answer" in (await business.only_question()).text


async def test_our_own_mail_that_comes_round_is_neither_read_nor_answered(business: Any) -> None:
    offer = await business.offered()
    await business.hears()
    await business.raw(offer.as_bytes())
    assert len(business.sent()) == 1
    assert await business.questions() == []
    assert "our own mail" in await business.hears()
    assert "Fits no case" not in await business.says("inbox")
