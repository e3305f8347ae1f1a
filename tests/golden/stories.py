"""The stories that golden ledgers tell, with clock, ids and keys fixed.

A version that adds facts adds stories, or adds to the last one, and records anew under its own
name. What is recorded already stays as it is.
"""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

from rich.console import Console

HISTORIES = str(Path(__file__).parents[1] / "histories")
if HISTORIES not in sys.path:
    sys.path.append(HISTORIES)

from rehearsal import START, Rehearsal, TestClock  # noqa: E402 - found only now

from bot.channel import Verb  # noqa: E402
from bot.company.init import write_company  # noqa: E402
from bot.company.text import defaults  # noqa: E402
from bot.demo.customer import ADA, BEN  # noqa: E402
from bot.demo.demo import BACK, played  # noqa: E402
from bot.opening import open_app  # noqa: E402
from bot.settings import Settings  # noqa: E402
from connectors.base import Capability  # noqa: E402
from connectors.sandbox import Fault  # noqa: E402
from ledger.domain.entities import Action, ActionStatus, Approval, Question  # noqa: E402
from ledger.domain.failpoints import Moment  # noqa: E402

SEED = 20_261_123


async def demo(folder: Path) -> None:
    """What `coo demo` does: a deal of weeks ago, and one that recalls it."""
    lots, clock = random.Random(SEED), TestClock()
    write_company(folder, defaults())
    for script, when in ((BEN, START - BACK), (ADA, START)):
        clock.moment = when
        async with open_app(Settings(data=folder), clock=clock, chance=lots.randbytes) as app:
            await played(app, Console(file=StringIO()), script)


async def trouble(folder: Path) -> None:
    """Stops, edits, refusals, failures, retries, an end nobody saw, a death, an odd payment."""
    company = Rehearsal(folder, mail=Capability.NEITHER, seed=SEED)
    await company.begin()
    try:
        await _offered_at_last(company)
        await _unclear_and_refused(company)
        await _paid_oddly(company)
    finally:
        await company.end()


async def _offered_at_last(company: Rehearsal) -> None:
    """Put off, told better, forged, too late, stopped, dead, edited: and then it leaves."""
    await company.lead(0)
    await company.settle()
    for verb in (Verb.LATER, Verb.INSTRUCT):
        await company.taps(await _card(company), verb)
        await company.settle()
    await company.taps(await _card(company), Verb.APPROVE, forged=True)
    await company.settle()
    company.clock.moment = (await _card(company)).expires_at + timedelta(minutes=1)
    await company.settle()
    await company.taps((await company.all(Approval))[-1], Verb.APPROVE)
    await company.settle()
    await company.stops()
    await company.edits(await _card(company), "Hello Ada, here is our offer as discussed.")
    await company.settle()
    company.fate.strikes_at(Moment.COMMIT_AFTER)
    await company.resumes()
    await company.settle()


async def _unclear_and_refused(company: Rehearsal) -> None:
    """A card rejected; an end nobody saw; a refusal, retried; a counter-offer, an acceptance."""
    await company.lead(1)
    await company.settle()
    await company.taps(await _card(company), Verb.REJECT)
    await company.settle()
    await _answered(company)
    await company.lead(2)
    await company.settle()
    await _answered(company)
    company.world.fail_next(Fault.TIMEOUT_AFTER)
    await company.taps(await _card(company), Verb.APPROVE)
    await company.settle()
    await _answered(company)
    await company.answers(0, "counter")
    await company.settle()
    await company.answers(-1, "accept")
    company.world.fail_next(Fault.ERROR, Fault.REFUSED)
    await company.settle()
    for action in await company.all(Action):
        if action.status is ActionStatus.FAILED:
            await company.retries(action.id)
            await company.settle()


async def _paid_oddly(company: Rehearsal) -> None:
    """Too little, then the rest, and the invoice mail approved in between."""
    for part in (40, 60, 100):
        for card in await company.app.views.find(Approval, "status:pending"):
            await company.taps(card, Verb.APPROVE)
            await company.settle()
        await company.pays(0, part)
        await company.settle()
        await _answered(company)
    await company.repeats(0)
    await company.settle()


async def _card(company: Rehearsal) -> Approval:
    waiting = await company.app.views.find(Approval, "status:pending")
    return (waiting or await company.app.views.find(Approval, "status:postponed"))[-1]


async def _answered(company: Rehearsal) -> None:
    for question in await company.app.views.find(Question, "status:open"):
        await company.says_to(question, 0)
        await company.settle()


STORIES = {"demo": demo, "trouble": trouble}
