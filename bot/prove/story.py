"""Lead to invoice, without a person: what comes in, what Coo makes of it, what is decided.

It can be broken off anywhere and played on by another process. The operator is honest: she
approves what waits for her, and when Coo does not know whether something happened, she looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bot.channel import Verb
from bot.console.render import plain
from bot.notices.announcer import Announcer
from bot.prove.customer import Arrival, Customer
from bot.prove.stage import CHANNEL, OPERATOR, Staged
from graph.answers import AnswerId
from ledger.domain.entities import Approval, Question
from ledger.domain.errors import CooError

MOST_ROUNDS: Final = 12
"""A story that is not over by then hangs, and is told as lost."""

Deciding = Callable[[Staged], Awaitable[None]]

STEP: Final = timedelta(minutes=5)


class CardNotShown(CooError):
    """Something waits for the operator and her inbox does not show it."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Card {number} waits for a decision, and the inbox does not show it.",
            "This is a fault in Coo; please report it with the seed.",
        )


async def play(staged: Staged, decided: Deciding | None = None) -> None:
    """Until nobody has anything left to say. `decided` stands in for the operator."""
    announcer = Announcer(
        staged.app.views,
        staged.app.ledger,
        me=OPERATOR,
        channel=CHANNEL,
        failpoints=staged.app.failpoints,
    )
    customer = Customer(staged.world, staged.stage.start)
    told = await staged.office.head()
    await staged.settle()
    for _ in range(MOST_ROUNDS):
        before = await staged.office.head()
        for arrival in list(customer.so_far()):
            await arrives(staged, arrival)
        await staged.settle()
        news = await staged.office.news(told, 0)
        told = news[-1].seq if news else told
        await announcer.announce(news, staged.clock.now())
        await (decided or decide)(staged)
        if await staged.office.head() == before:
            return
        staged.clock.move(STEP)


async def arrives(staged: Staged, arrival: Arrival) -> None:
    """Hand it to intake, as a maildir or a bank's file would be."""
    if arrival.name.endswith(".eml"):
        await staged.app.intake.mail(arrival.data, arrival.name)
    else:
        await staged.app.intake.payments(arrival.name, arrival.data)


async def decide(staged: Staged) -> None:
    """Approve every card and answer every question that the inbox shows."""
    cards = await staged.app.views.find(Approval, "status:pending")
    questions = await staged.app.views.find(Question, "status:open")
    if not cards and not questions:
        return
    inbox = plain(await staged.commands.answer("inbox"))
    for card in cards:
        _refuse_hidden(card.number, inbox)
        await staged.office.tap(card.id, Verb.APPROVE, card.sha256)
    for question in questions:
        _refuse_hidden(question.number, inbox)
        await answer(staged, question)


async def answer(staged: Staged, question: Question) -> None:
    """Where Coo does not know what happened, she looks; else she takes the first answer."""
    choice = question.options[0].id if question.options else ""
    kind, _, action = choice.partition(":")
    if kind == AnswerId.HAPPENED and not _there(staged, action):
        await staged.office.retry(action)
    else:
        await staged.office.answer(question.id, choice, "" if choice else "as you recommend")


def _there(staged: Staged, action: str) -> bool:
    return any(effect.key == action for effect in staged.world.effects)


def _refuse_hidden(number: int, inbox: str) -> None:
    if str(number) not in inbox.split():
        raise CardNotShown(number)
