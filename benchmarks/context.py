"""How long it takes to put together what a model call sees, without the model.

    python -m benchmarks.context [--episodes 100000] [--questions 200] [--json]

A whole company on disk: the ledger holds the facts behind every episode, cases, contacts, knowledge
and a long case in hand. The store is filled with seeded vectors, since embedding a hundred thousand
texts takes an hour; questions are embedded by the bundled model, and every question is another one.
One context is the question embedded, episodes found by words, likeness, contact and items, each
judged by the ledger, then turns, open tasks, facts and limits read, and all of it assembled.
`raw_ms` is the store alone with the question's vector at hand, `floor_ms` one embedding and one
multiplication of all vectors. On a busy machine look at `context_cpu_ms`, the work of all threads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from msgspec import Struct

from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import App, open_app
from bot.settings import Settings, one_thread
from bot.work.world import LiveWorld, Sources
from graph.agents.fallback import budget_of
from graph.ports import Gathering, ModelAnswer, ModelRequest, ModelUnavailable, RecallRequest
from ledger.domain.events import (
    CaseOpened,
    ContactCreated,
    Event,
    Instructed,
    KnowledgeStated,
    MailReceived,
    QuestionAsked,
    Routed,
    Told,
)
from ledger.domain.facts import Draft
from ledger.domain.knowledge import KnowledgeKind, MoneyValue, TextValue
from ledger.domain.values import DESK, Money
from memory.embedder import Vectors, bundled, unit
from memory.embeddings import EmbeddingCache
from memory.episodes import Episode, MemoryQuery
from memory.local.store import LocalStore
from memory.standing import Standing, Witness
from memory.working import Item, Sections, assembled
from policies.gate import Gate

EPISODES: Final = 100_000
QUESTIONS: Final = 200
CHUNK: Final = 2_000
OF_A_CASE: Final = 20
CONTACTS: Final = 997
KINDS: Final = ("proposal", "negotiation", "decision", "outcome")
IN_HAND: Final = "lead-in-hand"
_WORDS: Final = 50_000
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
_SHARES: Final = np.cumsum(1 / np.arange(1, _WORDS + 1))


class Filled(EmbeddingCache):
    """Seeded vectors for what is kept, the real model for questions; keeps nothing."""

    given: Vectors | None = None
    """The vector of the next questions, where only the store is measured."""

    async def embed(  # the owners matter only to what keeps vectors
        self,
        texts: Sequence[str],
        whose: Sequence[Collection[str]] = (),  # noqa: ARG002 - see above
    ) -> Vectors:
        """One vector a text, of no meaning."""
        generator = np.random.default_rng(len(texts[0]))
        return unit(generator.standard_normal((len(texts), self.dimensions), np.float32))

    async def once(self, question: MemoryQuery) -> Vectors:
        """The real one, or the one given."""
        return await super().once(question) if self.given is None else self.given


class Silent:
    """A model that is there and is never asked."""

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Raises `ModelUnavailable`."""
        raise ModelUnavailable("error", request.part)


class Timed(Witness, frozen=True):
    """Notes how long the ledger's judgement takes."""

    async def of(self, episodes: Sequence[Episode]) -> Standing:
        """As it does, with the time."""
        started = time.perf_counter()
        found = await super().of(episodes)
        TIMES["judging"].append((time.perf_counter() - started) * 1_000)
        return found


TIMES: Final[dict[str, list[float]]] = defaultdict(list)


class Bench(Struct, frozen=True):
    """A company at work on a memory of some size."""

    app: App
    store: LocalStore
    cache: Filled
    world: LiveWorld


async def measured(episodes: int, questions: int) -> dict[str, Any]:
    """Fill a company, and put together a context for each question."""
    generator = np.random.default_rng(episodes)
    async with _company(episodes, generator) as bench:
        asked = [_text(generator, 8) for _ in range(questions + 10)]
        for text in asked[:10]:
            await _context(bench, text)
        TIMES.clear()
        for text in asked[10:]:
            await _context(bench, text)
        await _raw(bench, asked[10:])
        return {"episodes": await bench.store.count(), **_figures()}


async def _context(bench: Bench, text: str) -> None:
    """One whole context, with the time of each part."""
    started, working = time.perf_counter(), time.process_time()
    found = await bench.world.recall(
        RecallRequest(text=text, contact="con-1", items=("logo",), not_case=IN_HAND)
    )
    recalled = time.perf_counter()
    gathered = await bench.world.gather(
        Gathering(case=IN_HAND, part="plan", contact="con-1", items=("logo",))
    )
    read = time.perf_counter()
    if gathered is None or not found.episodes or found.degraded:
        raise SystemExit(f"Nothing was recalled for {text!r}: {found.degraded or 'no episode'}")
    now = bench.app.clock.now()
    told = tuple(
        Item(id=each.episode, text=each.text, facts=each.facts, case=each.case, at=now)
        for each in found.episodes
    )
    sections = Sections(
        goal=(Item(id="task", text=text),),
        facts=gathered.facts,
        tasks=gathered.tasks,
        turns=gathered.turns,
        recalled=told,
    )
    assembled(sections, budget_of(bench.app.company.budgets, "main"))
    done = time.perf_counter()
    TIMES["context_cpu"].append((time.process_time() - working) * 1_000)
    for name, seconds in (
        ("recall", recalled - started),
        ("gather", read - recalled),
        ("assemble", done - read),
        ("context", done - started),
    ):
        TIMES[name].append(seconds * 1_000)


async def _raw(bench: Bench, questions: Sequence[str]) -> None:
    """The store alone, the model alone, and what cannot be avoided."""
    matrix = np.zeros((await bench.store.count(), bench.cache.dimensions), np.float32)
    for text in questions:
        question = MemoryQuery(
            text=text,
            before=bench.app.clock.now(),
            contacts=("con-1",),
            items=("logo",),
            not_case=IN_HAND,
            limit=15,
        )
        started = time.perf_counter()
        vector = await EmbeddingCache.once(bench.cache, question)
        embedded = time.perf_counter()
        matrix @ vector[0]
        TIMES["floor"].append((time.perf_counter() - started) * 1_000)
        TIMES["embed"].append((embedded - started) * 1_000)
        bench.cache.given = vector
        started = time.perf_counter()
        await bench.store.recall(question)
        TIMES["raw"].append((time.perf_counter() - started) * 1_000)
        bench.cache.given = None


@asynccontextmanager
async def _company(episodes: int, generator: np.random.Generator) -> AsyncIterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="coo-context-") as name:
        folder = Path(name)
        write_company(folder, defaults())
        embedder = bundled()
        if embedder is None:
            raise SystemExit("The bundled embedder is not installed.")
        async with open_app(Settings(data=folder)) as app:
            await _people(app)
            await _in_hand(app)
            cache = Filled(embedder, folder / "embeddings.db")
            store = await LocalStore.open(folder / "memory.db", cache)
            await _filled(app, store, episodes, generator)
            yield Bench(app, store, cache, _world(app, store))
            await store.close()


def _world(app: App, store: LocalStore) -> LiveWorld:
    return LiveWorld(
        Sources(
            company=app.company,
            views=app.views,
            store=store,
            witness=Timed(app.views, app.keys.forgotten),
            history=app.ledger,
            policies=app.policies,
            gate=Gate(app.policies, app.views, app.company, app.clock),
            models=Silent(),
            clock=app.clock,
        )
    )


async def _filled(app: App, store: LocalStore, size: int, generator: np.random.Generator) -> None:
    for first in range(0, size, CHUNK):
        numbers = range(first, min(first + CHUNK, size))
        drafts = [draft for n in numbers for draft in _drafts(n)]
        facts = (await app.ledger.append(drafts)).facts
        told = [fact for fact in facts if isinstance(fact.event, Told)]
        made = [_episode(n, fact.id, generator) for n, fact in zip(numbers, told, strict=True)]
        await store.write(made)
    await store.catch_up()


def _drafts(n: int) -> list[Draft]:
    """The fact behind an episode, and its case where it is the first there."""
    case = f"lead-{n // OF_A_CASE}"
    told = _says(Told(topic="note"), case, f"told-{n}")
    opened = CaseOpened(kind="lead", fact=f"m{n}", contact=_contact(n))
    return [told] if n % OF_A_CASE else [_says(opened, case, case), told]


def _contact(n: int) -> str:
    return f"con-{n // OF_A_CASE % CONTACTS}"


async def _people(app: App) -> None:
    people = [
        _says(ContactCreated(contact=f"con-{n}", name=f"Person{n} Of Town{n}"), DESK, f"con-{n}")
        for n in range(CONTACTS)
    ]
    await app.ledger.append(people)


async def _in_hand(app: App) -> None:
    """A case with forty mails, open questions, and things that are known about its contact."""
    opened = CaseOpened(kind="lead", fact="m0", contact="con-1", title="A new logo")
    await app.ledger.append([_says(opened, IN_HAND, "opened")])
    for n in range(40):
        mail = MailReceived(raw_sha256="", size=1, message_id=f"m{n}", text=_mail(n))
        drafted = _says(mail, DESK, f"mail-{n}")
        (fact,) = (await app.ledger.append([drafted])).facts
        routed = Routed(fact=fact.id, kind="mail", why="thread", sender="same")
        word = Instructed(operator="Nora", channel="console", text=f"Be friendly, part {n}.")
        await app.ledger.append([_says(routed, IN_HAND, f"r{n}"), _says(word, IN_HAND, f"i{n}")])
    asked = [
        QuestionAsked(question=f"ask-{n}", about="m1", why="It is open.", text="Which price?")
        for n in range(3)
    ]
    await app.ledger.append([_says(each, IN_HAND, each.question) for each in asked])
    await app.ledger.append([_says(each, DESK, each.knowledge) for each in _knowledge()])


def _knowledge() -> list[KnowledgeStated]:
    price = KnowledgeStated(
        knowledge="kno-price",
        kind=KnowledgeKind.PRICE,
        subject="con-1",
        topic="price:logo",
        value=MoneyValue(Money(60_000, "EUR")),
        operator="Nora",
        channel="console",
    )
    notes = [
        KnowledgeStated(
            knowledge=f"kno-{n}",
            kind=KnowledgeKind.NOTE,
            subject="con-1",
            topic=f"note:kno-{n}",
            value=TextValue(),
            text=f"They like their offers short and their answers soon, note {n}.",
            operator="Nora",
            channel="console",
        )
        for n in range(20)
    ]
    return [price, *notes]


def _mail(n: int) -> str:
    return " ".join(f"We talked about part {n} of the work, sentence {m}." for m in range(12))


def _says(event: Event, case: str, key: str) -> Draft:
    return Draft(case=case, event=event, key=key, by="benchmark")


def _episode(n: int, fact: str, generator: np.random.Generator) -> Episode:
    return Episode(
        id=f"e{n}",
        kind=KINDS[n % len(KINDS)],
        case=f"lead-{n // OF_A_CASE}",
        at=_START + timedelta(minutes=n),
        text=f"{_text(generator, 12)}. {_text(generator, 10)}.",
        facts=(fact,),
        contact=_contact(n),
        items=("logo",) if n % 20 == 0 else (),
    )


def _text(generator: np.random.Generator, words: int) -> str:
    drawn = np.searchsorted(_SHARES, generator.random(words) * _SHARES[-1])
    return " ".join(f"w{n}" for n in drawn)


def _figures() -> dict[str, float]:
    return {
        f"{name}_ms_{label}": round(value, 2)
        for name, times in TIMES.items()
        for label, value in (
            ("p50", statistics.median(times)),
            ("p95", statistics.quantiles(times, n=20)[-1]),
        )
    }


def main() -> None:
    """Run it and print what was measured; on one thread, as `coo` does."""
    if one_thread():  # numpy is loaded already, and reads it only then
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.context", *sys.argv[1:]])  # noqa: S606 - ourselves
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=EPISODES)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = asyncio.run(measured(given.episodes, given.questions))
    if given.json:
        print(json.dumps(figures))
        return
    print("  ".join(f"{name} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
