"""A customer may answer a mail before Coo knows that it left: the answer is the proof."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.mail.maildir import MaildirOut
from ledger.deliveries import Deliveries
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.events import (
    ActionSucceeded,
    ActionUnknown,
    ApprovalSuperseded,
    ProposalAccepted,
    QuestionWithdrawn,
    Routed,
)
from ledger.domain.verdicts import Outcome, Unknown

YES = "We accept your offer, please go ahead.\n\nAda\n"


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
def dies_after_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first mail is filed, and the process ends before its receipt is recorded."""
    commit = Deliveries._commit

    async def dies(self: Deliveries, lane: Any, fact: Any, reaction: Any) -> None:
        sent = [draft for draft in reaction.drafts if isinstance(draft.event, ActionSucceeded)]
        if lane.subscriber.name == "dispatcher" and sent:
            monkeypatch.setattr(Deliveries, "_commit", commit)
            raise Died
        await commit(self, lane, fact, reaction)

    monkeypatch.setattr(Deliveries, "_commit", dies)


@pytest.fixture
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail is filed, and the disk neither says so nor can be asked."""
    execute = MaildirOut.execute

    async def files(self: MaildirOut, order: Any) -> Outcome:
        with monkeypatch.context() as readable:
            readable.setattr(MaildirOut, "look_up", look_up)
            await execute(self, order)
        return Unknown("The disk did not confirm it.", "the outgoing mail")

    async def broken(self: MaildirOut, order: Any) -> None:
        raise ConnectionError("The maildir cannot be read.")

    look_up = MaildirOut.look_up
    monkeypatch.setattr(MaildirOut, "execute", files)
    monkeypatch.setattr(MaildirOut, "look_up", broken)


async def test_an_acceptance_that_comes_before_the_receipt_of_its_offer_is_an_acceptance(
    founder: Any, dies_after_sending: None
) -> None:
    with pytest.raises(Died):
        async with founder.business() as business:
            await business.offered()
    async with founder.business() as business:
        [offer] = business.sent()
        next(business._count)  # the Message-ID of the first mail is taken
        await business.mail(YES, answers=offer)
        [proven] = [one.proves for one in await business.facts(Routed) if one.proves]
        assert len(await business.facts(ProposalAccepted)) == 1
        assert not await business.facts(ApprovalSuperseded)
        assert not await business.questions()
        assert [one.action for one in await business.facts(ActionSucceeded)].count(proven) == 1
        card = await business.only_card()
        assert "Invoice 2026-0001" in card.title
        assert len(business.sent()) == 1


async def test_an_answer_settles_whether_an_unconfirmed_offer_arrived(
    business: Any, unconfirmed: None
) -> None:
    await business.mail("We would like your website design package.\n\nAda\n")
    await business.approves()
    assert len(await business.facts(ActionUnknown)) == 1
    asked = await business.only_question()
    [offer] = business.sent()
    await business.mail(YES, answers=offer)
    assert len(await business.facts(ProposalAccepted)) == 1
    assert [one.question for one in await business.facts(QuestionWithdrawn)] == [asked.id]


async def test_an_answer_to_a_mail_that_was_never_tried_proves_nothing(business: Any) -> None:
    await business.mail("We would like your website design package.\n\nAda\n")
    card = await business.only_card()
    action = await business.app.views.get(Action, card.action)
    assert action.status is ActionStatus.ASKING
    await business.mail(YES, headers={"In-Reply-To": f"<{action.message_id}>"})
    assert not [one for one in await business.facts(Routed) if one.proves]
    assert not await business.facts(ProposalAccepted)
    assert not business.sent()
