"""An effect that nobody knows of whether it happened: parked, asked about, and settled for good."""

from __future__ import annotations

from pathlib import Path

from bot.prove.customer import LEAD, letter
from bot.prove.stage import Stage, Staged, founded, staged
from bot.prove.story import answer, arrives, play
from connectors.base import Capability
from connectors.sandbox import Fault
from ledger.domain.entities import Action, ActionStatus, Approval, Failure, Proposal, Question
from ledger.replay import refold


async def parked(company: Staged, fault: Fault) -> Question:
    """An offer was approved, and its provider said nothing that can be relied on."""
    await arrives(company, letter("lead", LEAD, company.stage.start, subject="A new website"))
    await company.settle()
    company.world.fail_next(fault)
    [card] = await company.app.views.find(Approval, "status:pending")
    await company.commands.answer(f"show {card.number}")
    await company.commands.answer(f"approve {card.number}")
    await company.settle()
    [question] = await company.app.views.find(Question, "status:open")
    return question


def stage(tmp_path: Path) -> Stage:
    return founded(Stage(root=tmp_path, seed=1, mail=Capability.NEITHER))


async def test_a_provider_that_cannot_tell_is_asked_about_and_never_called_again(
    tmp_path: Path,
) -> None:
    async with staged(stage(tmp_path)) as company:
        question = await parked(company, Fault.TIMEOUT_AFTER)
        assert "I do not know whether" in question.text
        [action] = await company.app.views.find(Action, f"status:{ActionStatus.UNKNOWN}")
        assert len(company.world.calls) == 1
        assert [one.id for one in await company.app.views.find(Failure, "broken")] == [action.id]


async def test_the_operators_word_settles_it_in_status_failures_and_the_offer(
    tmp_path: Path,
) -> None:
    async with staged(stage(tmp_path)) as company:
        await answer(company, await parked(company, Fault.TIMEOUT_AFTER))
        await company.settle()
        [action] = await company.app.views.all(Action)
        assert action.status is ActionStatus.BY_OPERATOR
        assert await company.app.views.find(Failure, "broken") == []
        [offer] = await company.app.views.all(Proposal)
        assert offer.sent_versions == (1,)
        assert len(company.world.effects) == 1
        assert (await refold(company.app.ledger)).identical


async def test_the_customers_answer_is_the_proof(tmp_path: Path) -> None:
    async with staged(stage(tmp_path)) as company:
        await parked(company, Fault.TIMEOUT_AFTER)

        async def nobody_looks(_: Staged) -> None: ...

        await play(company, decided=nobody_looks)
        first = (await company.app.views.all(Action))[0]
        assert first.status is ActionStatus.SUCCEEDED
        assert first.receipt is not None
        assert first.receipt.provider == "the customer"
        assert await company.app.views.find(Failure, "broken") == []
        assert (await refold(company.app.ledger)).identical
