"""What ten deals do for the eleventh: how many of its fields follow the agreed ones.

    python -m benchmarks.compounding [--json] [--seeds 3] [--deals 10]

Each seed makes up a company's deals: who asks for what, and how the operator wants it (a discount,
a delivery, their own greeting and sign-off), drawn at random but alike for alike items, as a
person's habits are; one deal in five is otherwise. The whole application works on them in a
temporary folder. Then somebody asks for each item once more, first with memory, then with memory
emptied. Counted are the fields of
these offers that are what the operator usually wants for that item: discount, delivery, greeting,
sign-off. A field that company.yaml would give anyway does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from bot.app import Works, at_work
from bot.channel import Verb
from bot.company.init import write_company
from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.opening import App, open_app
from bot.settings import Settings
from bot.work.hosting import Stepping
from ledger.domain.commands import SendProposal, command_sha, with_edits
from ledger.domain.entities import Action, Approval, Proposal, Question
from memory.local.store import LocalStore

WISHES = {"website": "your website design package", "workshop": "2 workshop days"}
REQUEST = "Hello,\n\nwe would like {wish}. Could you send us an offer?\n\n{who}\n"
OTHERWISE = 0.2
"""Share of deals that the operator wants otherwise than usual."""

FIELDS = ("discount", "delivery", "greeting", "sign-off")
NAMES = [
    "Ada",
    "Bea",
    "Cem",
    "Dora",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "Jo",
    "Kai",
    "Lena",
    "Mia",
    "Nils",
    "Olga",
    "Pia",
    "Quin",
    "Rosa",
    "Sam",
]
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Habit(NamedTuple):
    """How the operator wants the deals over an item to be."""

    off: int
    days: int
    greeting: str
    bye: str


class Clock:
    """Time that only moves when it is told to."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Company:
    """A company at work, spoken to by mail and through its operator's console."""

    def __init__(self, app: App, works: Works, clock: Clock) -> None:
        self.app, self.works, self.clock = app, works, clock
        self.office = LiveOffice(app, Stepping(works), operator="Nora Lindt", channel="console")

    async def settle(self) -> None:
        await self.works.alarms.ring_due()
        await self.works.relay.run_until_idle()

    async def mail(self, mark: str, who: str, text: str, answers: str = "") -> None:
        """A mail of somebody comes in, and everything that follows happens."""
        message = EmailMessage()
        message["From"] = f"{who} Example <{who.lower()}@{who.lower()}.example>"
        message["To"], message["Subject"] = "hello@studio-nord.example", f"A question of {who}"
        message["Message-ID"], message["Date"] = f"<{mark}@bench.example>", self.clock.now()
        if answers:
            message["In-Reply-To"] = f"<{answers}>"
        message.set_content(text)
        self.clock.moment += timedelta(minutes=5)
        await self.app.intake.mail(message.as_bytes(), "bench.eml")
        await self.settle()

    async def card(self) -> tuple[Approval, Action]:
        """The one card that waits."""
        found = await self.app.views.find(Approval, "status:pending")
        if len(found) != 1:
            asked = await self.app.views.find(Question, "status:open")
            raise RuntimeError(f"{len(found)} cards wait; asked: {[one.text for one in asked]}")
        card = found[0]
        action = await self.app.views.get(Action, card.action)
        assert action is not None, "a card has its action"
        return card, action

    async def tap(self, verb: Verb, **more: Any) -> None:
        """The operator does something with the card that waits."""
        card, _ = await self.card()
        await self.office.tap(card.id, verb, more.pop("sha256", card.sha256), **more)
        await self.settle()


@asynccontextmanager
async def company(folder: Path, clock: Clock) -> AsyncIterator[Company]:
    """Open the folder and go to work."""
    async with open_app(Settings(data=folder), clock=clock) as app, at_work(app, "bench") as works:
        yield Company(app, works, clock)


async def happens(at: Company, mark: str, who: str, item: str, habit: Habit) -> None:
    """One deal: asked for, wanted otherwise, edited, sent and accepted; the invoice goes out."""
    await at.mail(mark, who, REQUEST.format(wish=WISHES[item], who=who))
    wish = f"{habit.off / 100:g} % off, delivery in {habit.days} days"
    _, action = await at.card()
    proposal = await offered(at, action)
    if (proposal.discount_bp, proposal.delivery_days) != (habit.off, habit.days):
        await at.tap(Verb.INSTRUCT, text=wish)
    _, action = await at.card()
    assert isinstance(action.command, SendProposal), "the offer waits"
    body = reworded(action.command.body, who, habit)
    changed = with_edits(action.command, {"body": body})
    await at.tap(Verb.EDIT, sha256=command_sha(changed), edits={"body": body})
    left = [one for one in await at.app.views.all(Action) if one.name == "SendProposal"][-1]
    await at.mail(f"{mark}-yes", who, f"We accept your offer.\n\n{who}\n", left.message_id)
    await at.tap(Verb.APPROVE)
    at.clock.moment += timedelta(days=1)


def reworded(body: str, who: str, habit: Habit) -> str:
    """The mail as this operator would send it."""
    lines = body.split("\n")
    lines[0] = habit.greeting.format(first=who)
    bye = max(n for n, line in enumerate(lines) if line == "Nora Lindt") - 1
    lines[bye] = habit.bye
    return "\n".join(lines)


async def offered(at: Company, action: Action) -> Proposal:
    assert isinstance(action.command, SendProposal), "the offer waits"
    found = await at.app.views.get(Proposal, action.command.proposal)
    assert found is not None, "an offer that is sent was drafted"
    return found


async def follows(at: Company, mark: str, who: str, item: str, habit: Habit) -> Counter[str]:
    """Which fields of a new offer are as agreed before; the card is then taken off the table."""
    await at.mail(mark, who, REQUEST.format(wish=WISHES[item], who=who))
    _, action = await at.card()
    proposal = await offered(at, action)
    body = action.command.body if isinstance(action.command, SendProposal) else ""
    found = {
        "discount": proposal.discount_bp == habit.off,
        "delivery": proposal.delivery_days == habit.days,
        "greeting": body.startswith(habit.greeting.format(first=who)),
        "sign-off": f"\n{habit.bye}\nNora Lindt" in body,
    }
    await at.tap(Verb.DID_IT)
    return Counter(name for name, agreed in found.items() if agreed)


def emptied(folder: Path) -> None:
    """The files of memory are gone."""
    for path in folder.glob("memory.db*"):
        if path.is_file():
            path.unlink()


async def forget(folder: Path) -> None:
    """Memory is emptied, and not filled again from the ledger."""
    await asyncio.to_thread(emptied, folder)
    store = await LocalStore.open(folder / "memory.db", None)
    await store.advance(10**9)
    await store.close()


async def one_seed(seed: int, deals: int, folder: Path) -> dict[str, Any]:
    """Fields that follow, with memory and without, and how many there were."""
    chance = random.Random(seed)  # noqa: S311 - made-up deals, not secrets
    habits = {item: made_up(chance) for item in WISHES}
    write_company(folder, defaults(), force=True)
    clock, names, marks = Clock(), itertools.cycle(NAMES), numbered(seed)
    with_memory: Counter[str] = Counter()
    without: Counter[str] = Counter()
    async with company(folder, clock) as at:
        for n in range(deals):
            item = list(WISHES)[n % len(WISHES)]
            usual = chance.random() >= OTHERWISE
            habit = habits[item] if usual else made_up(chance)
            await happens(at, next(marks), next(names), item, habit)
        for item, habit in habits.items():
            with_memory += await follows(at, next(marks), next(names), item, habit)
    await forget(folder)
    async with company(folder, clock) as at:
        for item, habit in habits.items():
            without += await follows(at, next(marks), next(names), item, habit)
    return {"with": with_memory, "without": without, "of": len(habits)}


def made_up(chance: random.Random) -> Habit:
    """Terms within the guardrails, none of them what company.yaml would give anyway."""
    return Habit(
        off=chance.choice((200, 300, 500, 700, 1_000)),
        days=chance.choice((14, 21, 28, 35)),
        greeting=chance.choice(("Hi {first},", "Good day {first},", "Moin {first},")),
        bye=chance.choice(("See you soon", "Warmly", "All the best from the harbour")),
    )


def numbered(seed: int) -> Iterator[str]:
    return (f"mail-{seed}-{n}" for n in itertools.count())


async def measured(seeds: int, deals: int) -> dict[str, Any]:
    """Shares over all seeds."""
    found = []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory(prefix="coo-bench-") as folder:
            found.append(await one_seed(seed, deals, Path(folder) / "company"))
    asked = sum(one["of"] for one in found)
    shares = {
        name: {field: sum(one[name][field] for one in found) / asked for field in FIELDS}
        for name in ("with", "without")
    }
    return {
        "seeds": seeds,
        "deals": deals,
        "offers": asked,
        "with_memory": {**shares["with"], "all": _mean(shares["with"])},
        "memory_emptied": {**shares["without"], "all": _mean(shares["without"])},
    }


def _mean(shares: dict[str, float]) -> float:
    return round(sum(shares.values()) / len(shares), 3)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--deals", type=int, default=10)
    options = parser.parse_args()
    found = asyncio.run(measured(options.seeds, options.deals))
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['offers']} offers after {found['deals']} deals each, {found['seeds']} seeds")
    for name in ("with_memory", "memory_emptied"):
        words = ", ".join(f"{field} {share:.0%}" for field, share in found[name].items())
        print(f"{name.replace('_', ' ')}: {words}")


if __name__ == "__main__":
    main()
