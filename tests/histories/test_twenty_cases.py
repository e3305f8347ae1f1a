"""Cases of docs/safety-cases.md that nothing else shows on a whole company."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rehearsal import Rehearsal
from verdict import faults_of

from bot.channel import Verb
from connectors.base import Capability
from connectors.sandbox import Fault
from ledger.domain.entities import Action, ActionStatus, Approval, Case, Invoice, Question
from ledger.domain.events import (
    ActionSucceeded,
    AttemptStarted,
    MailReceived,
    PaymentReceived,
    TapRefused,
)
from ledger.domain.failpoints import Moment

STRANGE = "Hello \u202eAda\u202c \u200b👩‍🚀 <!channel> @here é e\u0301 \ufeff end."


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    found = Rehearsal(tmp_path / "company")
    await found.begin()
    yield found
    assert await faults_of(found) == []
    await found.end()


async def asked(company: Rehearsal) -> Approval:
    """A lead came; the card of its offer."""
    await company.lead(0)
    await company.settle()
    return await card(company)


async def card(company: Rehearsal) -> Approval:
    (found,) = await company.app.views.find(Approval, "status:pending")
    return found


async def approved(company: Rehearsal) -> None:
    await company.taps(await card(company), Verb.APPROVE)
    await company.settle()


async def invoiced(company: Rehearsal) -> Invoice:
    await asked(company)
    await approved(company)
    await company.answers(0, "accept")
    await company.settle()
    await approved(company)
    (invoice,) = await company.all(Invoice)
    return invoice


async def events(company: Rehearsal, kind: type) -> list:
    return [fact.event for fact in await company.facts() if isinstance(fact.event, kind)]


# --- 1 and 6: one effect --------------------------------------------------------------------------


async def test_two_taps_from_two_devices_are_one_effect_and_the_second_is_told_when(
    company: Rehearsal,
) -> None:
    waiting = await asked(company)
    tap = company.office.tap
    await asyncio.gather(*(tap(waiting.id, Verb.APPROVE, waiting.sha256) for _ in range(2)))
    await company.settle()
    assert len(company.world.effects) == 1
    (refused,) = await events(company, TapRefused)
    assert refused.why == f"already approved at {company.clock.now():%H:%M} by Nora Lindt"


@pytest.mark.parametrize("moment", list(Moment)[:8])
@pytest.mark.parametrize("mail", [Capability.KEYED, Capability.READ_BACK])
async def test_a_death_at_any_moment_of_an_effect_leaves_exactly_one(
    moment: Moment, mail: Capability, tmp_path: Path
) -> None:
    company = Rehearsal(tmp_path / "company", mail=mail)
    await company.begin()
    waiting = await asked(company)
    company.fate.strikes_at(moment)
    await company.taps(waiting, Verb.APPROVE)
    await company.settle()
    await company.taps(waiting, Verb.APPROVE)  # whoever died saw no answer, and taps again
    await company.settle()
    assert company.fate.deaths == 1
    assert len(company.world.effects) == 1
    assert await faults_of(company) == []
    await company.end()


# --- 7 and 8: a provider in trouble ---------------------------------------------------------------


async def test_a_provider_that_is_busy_gets_the_same_key_again_after_growing_waits(
    company: Rehearsal,
) -> None:
    waiting = await asked(company)
    company.world.fail_next(Fault.ERROR, Fault.ERROR)
    began = company.clock.now()
    await company.taps(waiting, Verb.APPROVE)
    await company.settle()
    assert {order.key for _, order in company.world.calls} == {waiting.action}
    assert [order.n for _, order in company.world.calls] == [1, 2, 3]
    assert (company.clock.now() - began).total_seconds() == 2 + 8
    assert len(company.world.effects) == 1


@pytest.mark.parametrize(
    "fault", [Fault.TIMEOUT_AFTER, Fault.ACCEPTED_THEN_ERROR, Fault.WRONG_REPLY]
)
@pytest.mark.parametrize("mail", [Capability.KEYED, Capability.READ_BACK])
async def test_an_effect_whose_answer_went_astray_is_recorded_as_done_and_not_done_again(
    fault: Fault, mail: Capability, tmp_path: Path
) -> None:
    company = Rehearsal(tmp_path / "company", mail=mail)
    await company.begin()
    waiting = await asked(company)
    company.world.fail_next(fault)
    await company.taps(waiting, Verb.APPROVE)
    await company.settle()
    assert [done.action for done in await events(company, ActionSucceeded)] == [waiting.action]
    assert len(company.world.effects) == 1
    assert await faults_of(company) == []
    await company.end()


async def test_where_neither_key_nor_read_back_can_tell_the_operator_is_asked_and_nothing_repeated(
    tmp_path: Path,
) -> None:
    company = Rehearsal(tmp_path / "company", mail=Capability.NEITHER)
    await company.begin()
    waiting = await asked(company)
    company.world.fail_next(Fault.TIMEOUT_AFTER)
    await company.taps(waiting, Verb.APPROVE)
    await company.settle()
    await company.restart("everything")
    await company.settle()
    action = await company.app.views.get(Action, waiting.action)
    assert action is not None
    assert action.status is ActionStatus.UNKNOWN
    (question,) = await company.app.views.find(Question, "status:open")
    assert question.options
    assert len(await events(company, AttemptStarted)) == len(company.world.effects) == 1
    await company.end()


# --- 9 and 10: what comes in ----------------------------------------------------------------------


async def test_the_same_mail_and_payment_a_hundred_times_at_once_are_one_fact_each(
    company: Rehearsal,
) -> None:
    await company.lead(0)
    mail = company.taken[0][1]
    pay = b'{"id": "B-1", "amount": "1.00", "currency": "EUR", "date": "2026-11-23"}'
    intake = company.app.intake
    mails = await asyncio.gather(*(intake.mail(mail, f"{n}.eml") for n in range(100)))
    paid = await asyncio.gather(*(intake.payments(f"{n}.json", pay) for n in range(100)))
    await company.settle()
    assert sum(taken.new for taken in mails) == 0
    assert sum(taken.new for (taken,) in paid) == 1
    assert len(await events(company, MailReceived)) == 1
    assert len(await events(company, PaymentReceived)) == 1
    assert len(await company.all(Case)) == 1


def payment(name: str, amount: str, number: str) -> tuple[str, bytes]:
    text = (
        f'{{"id": "{name}", "amount": "{amount}", "currency": "EUR", "date": "2026-11-24", '
        f'"payer": "Ada Example", "reference": "{number}"}}'
    )
    return "payments.json", text.encode()


async def test_money_that_comes_before_its_invoice_ends_in_the_same_books_as_in_order(
    tmp_path: Path,
) -> None:
    ended = []
    for early in (False, True):
        company = Rehearsal(tmp_path / f"early-{early}")
        await company.begin()
        paid = payment("B-1", "2856.00", "2026-0001")
        if early:
            await company.arrives(*paid)
            await company.settle()
        await asked(company)
        await approved(company)
        await company.answers(0, "accept")
        await company.settle()
        if not early:
            await company.arrives(*paid)
            await company.settle()
        (invoice,) = await company.all(Invoice)
        ended.append((invoice.status, invoice.paid.minor, invoice.number))
        assert [case.outcome for case in await company.all(Case)] == ["paid"]
        assert await faults_of(company) == []
        await company.end()
    assert ended == [("paid", 285600, "2026-0001")] * 2


async def test_money_that_goes_back_before_it_came_books_nothing_by_itself(
    company: Rehearsal,
) -> None:
    invoice = await invoiced(company)
    await company.arrives(*payment("R-1", "-2856.00", invoice.number))
    await company.settle()
    (invoice,) = await company.all(Invoice)
    assert (invoice.status, invoice.paid.minor) == ("sent", 0)
    assert [q.case for q in await company.app.views.find(Question, "status:open")] == [invoice.case]
    await company.arrives(*payment("B-1", "2856.00", invoice.number))
    await company.settle()
    (invoice,) = await company.all(Invoice)
    assert (invoice.status, invoice.paid.minor) == ("paid", 285600)


# --- 15 and 20 ------------------------------------------------------------------------------------


async def test_strange_signs_keep_their_bytes_their_hash_and_their_approval(
    company: Rehearsal,
) -> None:
    waiting = await asked(company)
    await company.edits(waiting, STRANGE)
    await company.restart("everything")
    await company.settle()
    (effect,) = company.world.effects
    action = await company.app.views.get(Action, effect.key)
    assert action is not None
    assert action.command == effect.order.command
    assert getattr(action.command, action.command.editable[-1]) == STRANGE


async def test_a_card_from_before_an_upgrade_still_works_or_has_expired_with_a_notice(
    company: Rehearsal,
) -> None:
    waiting = await asked(company)
    await company.restart("everything")
    await company.settle()
    assert (await card(company)).id == waiting.id
    company.clock.moment = waiting.expires_at
    await company.restart("everything")
    await company.settle()
    await company.taps(waiting, Verb.APPROVE)
    await company.settle()
    assert not company.world.effects
    assert [refused.approval for refused in await events(company, TapRefused)] == [waiting.id]
    assert (await card(company)).id != waiting.id
    await approved(company)
    assert len(company.world.effects) == 1
