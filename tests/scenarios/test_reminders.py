"""Silence has its time: who does not pay is reminded, in steps, and never once they have paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.calendars import is_workday, workday
from ledger.domain.commands import SendReminder
from ledger.domain.entities import Action, Alarm, Invoice
from ledger.domain.events import ApprovalSuperseded
from ledger.replay import refold

AWAY = {"Auto-Submitted": "auto-replied"}


async def until(business: Any, day: date) -> None:
    """Every alarm until that day rings when it is due, and Coo works on each."""
    while waiting := await business.app.views.find(Alarm, "waiting"):
        due = max(business.clock.moment, min(one.due for one in waiting))
        if due.date() > day:
            break
        business.clock.moment = due
        await business.settle()
    start = business.clock.moment
    business.clock.moment = max(start, start.replace(year=day.year, month=day.month, day=day.day))
    await business.settle()


async def a_card(business: Any) -> None:
    """One alarm after the other, until something waits on a card."""
    for _ in range(30):
        if await business.cards():
            return
        waiting = await business.app.views.find(Alarm, "waiting")
        business.clock.moment = max(business.clock.moment, min(one.due for one in waiting))
        await business.settle()
    raise AssertionError([one.purpose for one in await business.app.views.find(Alarm, "waiting")])


async def owed(business: Any) -> Invoice:
    """An invoice that was sent, on its last day."""
    await business.invoiced()
    (invoice,) = await business.invoices()
    await until(business, invoice.due_on)
    return invoice


async def reminders(business: Any) -> list[Action]:
    """What was ever proposed as a reminder, oldest first."""
    found = await business.app.views.all(Action)
    return sorted(
        (one for one in found if one.name == SendReminder.__name__), key=lambda one: one.proposed_at
    )


def reminded(business: Any) -> list[Any]:
    return [mail for mail in business.sent() if mail["X-Coo-Command"] == "SendReminder"]


async def test_an_unpaid_invoice_is_reminded_of_in_steps_each_on_a_card(business: Any) -> None:
    invoice = await owed(business)
    waiting = await business.app.views.find(Alarm, "waiting")
    first = next(one for one in waiting if one.purpose.startswith("remind:"))
    assert is_workday(business.app.company, first.due.date())
    assert first.due.date() >= invoice.due_on + timedelta(days=3)
    for number, words in enumerate(("slipped through", "overdue", "last reminder"), 1):
        await a_card(business)
        assert is_workday(business.app.company, business.clock.now().date())
        await business.approves()
        assert len(reminded(business)) == number
        text = reminded(business)[-1].get_body().get_content()
        assert words in text
        assert invoice.number in text
        assert "fee" not in text
        assert "interest" not in text
    await until(business, business.clock.now().date() + timedelta(days=30))
    assert len(await reminders(business)) == 3
    assert "overdue" in (await business.only_question()).why
    assert (await refold(business.app.ledger)).identical


async def asked(business: Any) -> Invoice:
    """The first reminder of an invoice waits on its card."""
    invoice = await owed(business)
    await a_card(business)
    await business.hears()
    return invoice


async def test_a_payment_withdraws_the_reminder_and_says_how_long_ago(business: Any) -> None:
    invoice = await asked(business)
    card = await business.only_card()
    await business.pays("2856.00", reference=invoice.number)
    assert await business.cards() == []
    business.clock.forward(minutes=4)
    assert "Reminder withdrawn: paid 4 minutes ago" in await business.hears()
    assert "paid 4 minutes ago" in await business.says(f"approve {card.number}")
    await until(business, business.clock.now().date() + timedelta(days=60))
    assert reminded(business) == []
    assert await business.cards() == []


async def test_a_reply_withdraws_the_reminder_which_then_rests(business: Any) -> None:
    await asked(business)
    invoice_mail = [m for m in business.sent() if m["X-Coo-Command"] == "SendInvoice"][-1]
    await business.mail("Please send it to our accounting.\n\nAda\n", answers=invoice_mail)
    gone = [one for one in await business.facts(ApprovalSuperseded) if one.since]
    assert [one.why for one in gone] == ["they wrote"]
    (question,) = await business.questions()
    await business.says(f"{question.number} leave it to me")
    written = business.clock.now().date()
    await a_card(business)
    assert business.clock.now().date() >= written + timedelta(days=5)
    assert len(await reminders(business)) == 2


async def test_a_reminder_after_a_part_payment_names_the_rest(business: Any) -> None:
    invoice = await asked(business)
    await business.pays("1000.00", reference=invoice.number)
    (question,) = await business.questions()
    await business.says(f"{question.number} a")
    await a_card(business)
    await business.approves()
    (mail,) = reminded(business)
    assert "€1,856.00" in mail.get_body().get_content()


async def test_after_an_outage_a_case_asks_once_for_the_latest_step(business: Any) -> None:
    invoice = await owed(business)
    business.clock.moment += timedelta(days=40)
    await business.settle()
    card = await business.only_card()
    (action,) = await reminders(business)
    assert action.approval == card.id
    assert isinstance(action.command, SendReminder)
    assert (action.command.step, action.command.invoice) == (3, invoice.id)


async def test_a_refused_reminder_is_left_out_and_the_next_one_comes(business: Any) -> None:
    await asked(business)
    card = await business.only_card()
    await business.says(f"show {card.number}")
    await business.says(f"reject {card.number} not now")
    await a_card(business)
    steps = [one.command.step for one in await reminders(business)]
    assert steps == [1, 2]
    assert reminded(business) == []


async def away(business: Any, days: int) -> date:
    """Their mail program says that they are away for so many days; the day they are back."""
    back: date = business.clock.now().date() + timedelta(days=days)
    text = f"I am back on {back:%d %B %Y}.\n"
    await business.mail(text, answers=business.sent()[-1], headers=AWAY)
    return back


async def test_an_absence_puts_a_reminder_off_until_they_are_back(business: Any) -> None:
    await asked(business)
    back = await away(business, 20)
    gone = [one.why for one in await business.facts(ApprovalSuperseded) if one.since]
    assert gone == ["an absence notice came"]
    assert await business.cards() == []
    await a_card(business)
    assert business.clock.now() == workday(business.app.company, back)
    latest = (await reminders(business))[-1].command
    assert isinstance(latest, SendReminder)
    assert latest.step == 2


async def test_an_absence_puts_the_question_after_silence_off(business: Any) -> None:
    offer = await business.offered()
    await a_card(business)
    first = await business.only_card()
    back = await away(business, 4)
    assert await business.cards() == []
    await a_card(business)
    assert business.clock.now() == workday(business.app.company, back)
    again = await business.only_card()
    assert (again.id != first.id, len(business.sent())) == (True, 1)
    await business.mail("We accept, please go ahead.\n\nAda\n", answers=offer)
    assert "Invoice" in (await business.only_card()).title


async def test_an_absence_before_the_silence_is_over_puts_the_question_off(business: Any) -> None:
    await business.offered()
    back = await away(business, 10)
    await a_card(business)
    assert business.clock.now() == workday(business.app.company, back)


async def test_nobody_is_reminded_of_an_invoice_they_object_to_before_it_is_answered(
    business: Any,
) -> None:
    await owed(business)
    await business.mail(
        "This invoice is wrong, we never ordered that. I want to complain.\n\nAda\n",
        answers=business.sent()[-1],
    )
    (question,) = await business.questions()
    await until(business, business.clock.now().date() + timedelta(days=40))
    assert await reminders(business) == []
    await business.says(f"{question.number} leave it to me")
    await a_card(business)
    assert len(await reminders(business)) == 1


async def test_what_a_case_waits_for_stands_in_its_status_until_it_is_over(business: Any) -> None:
    await business.offered()
    assert "then ask whether they have read the offer" in await business.says("status 1")
    await business.mail(
        "We accept your offer, please go ahead.\n\nAda\n", answers=business.sent()[-1]
    )
    await business.approves()
    said = await business.says("status 1")
    assert "read the offer" not in said
    (alarm,) = [
        one
        for one in await business.app.views.find(Alarm, "waiting")
        if one.purpose.startswith("remind:")
    ]
    assert f"Waits for {alarm.due:%d %b %H:%M}: then a reminder" in said
    assert said.count("then a reminder is due, unless it is paid") == 1
    (invoice,) = await business.invoices()
    await business.pays("2856.00", reference=invoice.number)
    assert "reminder is due" not in await business.says("status 1")


async def test_who_is_silent_after_an_offer_is_asked_once(business: Any) -> None:
    await business.offered()
    offered_on = business.clock.now().date()
    await a_card(business)
    assert business.clock.now().date() >= offered_on + timedelta(days=7)
    await business.approves()
    asked_again = business.sent()[-1].get_body().get_content()
    assert "Could you have a look at it?" in asked_again
    await until(business, offered_on + timedelta(days=13))
    assert await business.cards() == []


async def test_a_reply_withdraws_the_question_after_silence(business: Any) -> None:
    offer = await business.offered()
    await a_card(business)
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    card = await business.only_card()
    assert "Invoice" in card.title
