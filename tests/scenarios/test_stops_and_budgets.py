"""What is stopped stays, what is over budget waits, and both are said and lifted in words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.company import Budgets
from ledger.domain.entities import Case
from ledger.domain.events import ActionSucceeded, ActionWithheld, AttemptStarted

BEN = "Ben Other <ben@other.example>"
LEAD = "Hello, we would like your website design package. An offer, please?\n"
LOGO = "Hello, we need a logo. Please send an offer.\n\nBen\n"


async def shown(business: Any, text: str = LEAD, **mail: str) -> Any:
    """A lead came; its card was looked at."""
    await business.mail(text, **mail)
    card = max(await business.cards(), key=lambda each: each.number)
    await business.says(f"show {card.number}")
    return card


async def approve(business: Any, card: Any) -> str:
    answer: str = await business.says(f"approve {card.number}")
    return answer


# --- stop ----------------------------------------------------------------------------------------


async def test_nothing_leaves_while_stopped_and_after_resume_it_leaves_once(
    business: Any,
) -> None:
    card = await shown(business)
    assert "Nothing leaves any more until you say `resume`" in await business.says("stop")
    answer = await approve(business, card)
    assert "A stop is in force, so it is held back until `resume`." in answer
    assert business.sent() == []
    assert await business.facts(AttemptStarted) == []
    told = await business.hears()
    assert "Held back: Send an offer. Nora Lindt stopped everything. `resume` lets it run." in told
    assert "STOPPED: everything, by Nora Lindt" in await business.says("status")
    assert "Held back: 1 action" in await business.says("status")
    assert "withheld (Nora Lindt stopped everything.)" in await business.says("status 1")
    assert "Held back: Send an offer" in await business.says("why not 1")
    answer = await business.says("resume")
    assert "The stop of everything is lifted" in answer
    assert len(business.sent()) == 1
    told = await business.hears()
    assert "One case looks again at what was held back" in told
    assert "Sent to Ada Example" in told
    await business.says("resume")
    await business.says("retry 1")
    assert len(business.sent()) == 1
    assert "STOPPED" not in await business.says("status")


async def test_a_stop_holds_what_needs_no_approval_as_well(business: Any) -> None:
    offer = await business.offered()
    await business.says("stop")
    await business.mail("Could you do it for 2200.00 EUR net? Then we start.\n", answers=offer)
    assert len(business.sent()) == 1
    assert await business.facts(ActionWithheld)
    await business.says("resume")
    assert len(business.sent()) == 2


async def test_no_number_is_taken_for_an_invoice_while_stopped(business: Any) -> None:
    offer = await business.offered()
    await business.says("stop")
    await business.mail("We accept your offer, please go ahead.\n", answers=offer)
    assert await business.invoices() == []
    assert "Held back: Issue an invoice" in await business.hears()
    await business.says("resume")
    (invoice,) = await business.invoices()
    assert invoice.number == "2026-0001"


async def test_a_stop_survives_a_restart(founder: Any) -> None:
    async with founder.business() as business:
        card = await shown(business)
        await business.says("stop because I am on holiday")
    async with founder.business() as business:
        await business.says(f"show {card.number}")
        await approve(business, card)
        assert business.sent() == []
        assert "(I am on holiday)" in await business.says("status")
        await business.says("resume")
        assert len(business.sent()) == 1


async def test_a_stop_of_one_contact_holds_only_theirs(business: Any) -> None:
    ada, ben = await shown(business), await shown(business, LOGO, sender=BEN, subject="Logo")
    answer = await business.says("stop ada because she called")
    assert "Stopped for Ada Example" in answer
    assert "held back until `resume con-" in await approve(business, ada)
    assert "held back" not in await approve(business, ben)
    assert [mail["To"] for mail in business.sent()] == ["ben@other.example"]
    assert "STOPPED: everything to Ada Example, by Nora Lindt" in await business.says("status")
    assert "(she called)" in await business.says("status ada")
    assert "STOPPED" not in await business.says("status ben")
    answer = await business.says("resume ada")
    assert "The stop is lifted for everything to Ada Example" in answer
    assert sorted(mail["To"] for mail in business.sent()) == [
        "ada@example.com",
        "ben@other.example",
    ]


async def test_a_stop_of_one_case_holds_only_that_case(business: Any) -> None:
    ada, ben = await shown(business), await shown(business, LOGO, sender=BEN, subject="Logo")
    await business.says("stop case 2")
    await approve(business, ben)
    await approve(business, ada)
    assert [mail["To"] for mail in business.sent()] == ["ada@example.com"]
    assert "STOPPED: case 2, Logo" in await business.says("status 2")
    await business.says("resume 2")
    assert len(business.sent()) == 2


async def test_lifting_one_stop_leaves_the_others_in_force_and_says_so(business: Any) -> None:
    card = await shown(business)
    await business.says("stop ada")
    await business.says("stop")
    await approve(business, card)
    answer = await business.says("resume")
    assert "Still stopped: everything to Ada Example" in answer
    assert business.sent() == []
    await business.says("resume ada")
    assert len(business.sent()) == 1
    assert len(await business.facts(ActionSucceeded)) == 1


async def test_a_stop_of_somebody_unknown_stops_nothing_and_says_how_to_stop_all(
    business: Any,
) -> None:
    await shown(business)
    answer = await business.says("stop nobody")
    assert "Nothing was stopped" in answer
    assert "`stop` alone halts everything" in answer
    assert "STOPPED" not in await business.says("status")


async def test_a_stop_on_an_empty_folder_works_and_holds_the_first_case(business: Any) -> None:
    await business.says("stop")
    card = await shown(business)
    await approve(business, card)
    assert business.sent() == []
    await business.says("resume all")
    assert len(business.sent()) == 1


async def test_a_held_back_action_that_the_world_overtook_does_not_leave_at_resume(
    business: Any,
) -> None:
    card = await shown(business)
    await business.says("stop")
    await approve(business, card)
    await business.mail("Sorry, we do not need it any more. Please do not send an offer.\n")
    await business.says("resume")
    assert business.sent() == []


# --- budgets -------------------------------------------------------------------------------------


@pytest.fixture
def thrifty(founder: Any) -> Any:
    """A company that sends one mail a day, to whomever."""
    founder.configure(budgets=replace(defaults().budgets, mails_per_day=1))
    return founder


async def test_a_mail_above_the_daily_budget_waits_and_leaves_the_next_day(thrifty: Any) -> None:
    async with thrifty.business() as business:
        ada, ben = await shown(business), await shown(business, LOGO, sender=BEN, subject="Logo")
        await approve(business, ada)
        await approve(business, ben)
        assert [mail["To"] for mail in business.sent()] == ["ada@example.com"]
        told = await business.hears()
        assert "Held back: Send an offer" in told
        assert "The limit of mails per day (1) is reached. `retry act-" in told
        assert "withheld" in await business.says("status 2")
        await business.says("retry 2")
        assert len(business.sent()) == 1
        business.clock.forward(days=1)
        await business.settle()
        await business.says("retry 2")
        assert sorted(mail["To"] for mail in business.sent()) == [
            "ada@example.com",
            "ben@other.example",
        ]


async def test_many_mails_to_one_contact_in_a_day_are_asked_about(founder: Any) -> None:
    founder.configure(budgets=Budgets(mails_per_contact_per_day=1))
    async with founder.business() as business:
        offer = await business.offered()
        await business.mail("Could you do it for 2200.00 EUR net? Then we start.\n", answers=offer)
        assert len(business.sent()) == 1
        card = await business.only_card()
        assert "many-mails-today" in await business.says(f"show {card.number}")
        await approve(business, card)
        assert len(business.sent()) == 2


# --- two cases of one contact --------------------------------------------------------------------


async def two_open_cases(business: Any) -> None:
    """Ada's first case was paid and closed, she asks for more, and then pays the first again."""
    await business.invoiced()
    await business.pays("2856.00", reference="Invoice 2026-0001")
    await business.mail("We need a workshop day now. An offer, please?\n", subject="Workshop")
    await business.pays("2856.00", reference="Invoice 2026-0001", bank_id="B-2")
    for question in await business.questions():
        await business.says(f"{question.number} c")
    assert [case.closed for case in await business.app.views.all(Case)] == [False, False]


async def test_a_mail_that_fits_two_open_cases_is_asked_about_and_put_where_the_operator_says(
    business: Any,
) -> None:
    await two_open_cases(business)
    await business.hears()
    before = len(business.sent())
    await business.mail("Could you please call us back?\n", subject="News")
    question = await business.only_question()
    assert "Which case does the mail" in await business.hears()
    labels = [option.label for option in question.options]
    assert [label.split(":")[0] for label in labels] == ["1", "2", "Something new"]
    await business.says(f"{question.number} b")
    assert "Nora Lindt said so." in await business.says("audit 2")
    assert "call us back" in await business.says("audit 2")
    assert "call us back" not in await business.says("audit 1")
    assert len(business.sent()) == before


async def test_a_mail_in_a_thread_goes_to_its_case_however_many_are_open(business: Any) -> None:
    await two_open_cases(business)
    card = await business.only_card()
    await business.approves(card)
    offer = next(mail for mail in business.sent() if "Workshop" in mail["Subject"])
    await business.mail("We accept your offer, please go ahead.\n", answers=offer)
    assert [invoice.number for invoice in await business.invoices()] == ["2026-0001", "2026-0002"]
    assert "accepted" in await business.says("status 2")


# --- failures ------------------------------------------------------------------------------------


async def test_a_broken_outbox_is_reported_with_a_remedy_and_cleared_once_it_works(
    business: Any,
) -> None:
    card = await shown(business)
    outbox = business.app.folder.outbox
    outbox.parent.mkdir(parents=True, exist_ok=True)
    outbox.write_text("a file where the maildir should be", encoding="utf-8")
    await approve(business, card)
    assert await business.facts(ActionSucceeded) == []
    told = await business.hears()
    assert "Sent to" not in told
    failures = await business.says("failures")
    assert "Cause" in failures
    assert "What to do" in failures
    assert "Broken: 1 failure" in await business.says("status")
    outbox.unlink()
    await business.says("retry 1")
    assert len(business.sent()) == 1
    assert "Nothing is broken" in await business.says("failures")
    assert "Works again" in await business.hears()
