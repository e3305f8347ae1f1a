"""Another generation of memory: built beside, compared, switched to, kept, while work goes on."""

import itertools
import sqlite3
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pytest
from weaviate_memory import place_of
from weaviate_server import WeaviateServer

from ledger.domain.entities import Case, Contact
from ledger.domain.errors import CooError, UnknownFact
from ledger.domain.events import CaseErased, Instructed, ProposalDrafted
from ledger.domain.facts import Delivery, Fact
from ledger.domain.failpoints import UNWATCHED, Moment
from ledger.domain.values import Line, Money, totals
from memory.comparing import NotAsGood
from memory.embedder import unit
from memory.embeddings import EmbeddingCache
from memory.episodes import MemoryQuery
from memory.filling import Filler
from memory.generations import Mark
from memory.local.generations import LocalGenerations
from memory.local.store import LocalStore
from memory.migration import AlreadySo, Migration, NothingKept, Phase, Throttle
from memory.projector import MemoryProjector, refill
from memory.stems import stemmed
from memory.switching import CurrentStore
from memory.weaviate.generations import WeaviateGenerations
from memory.weaviate.layout import PREFIX, collection_of
from memory.weaviate.link import Link

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = NOW - timedelta(days=30)
SECRET = "Zacharias"
"""Stands in every text about the person who is erased."""


class Letters:
    """An embedder for which a text is its letters. Each has dimensions of its own, so that two
    that are mixed cannot even be compared."""

    def __init__(self, dimensions):
        self.dimensions, self.fingerprint = dimensions, f"letters/{dimensions}"
        self.texts = []

    async def embed(self, texts):
        self.texts += texts
        made = np.full((len(texts), self.dimensions), 0.01, np.float32)
        for row, text in enumerate(texts):
            for sign in text.lower():
                made[row, ord(sign) % self.dimensions] += 1
        return unit(made)


class Ledger:
    """Facts in memory, readable as a ledger is."""

    def __init__(self):
        self.all = []
        self.erased = set()

    def say(self, event, case, person):
        seq = len(self.all) + 1
        fact = Fact(
            id=f"{seq:012x}" + "0" * 20,
            seq=seq,
            company="acme",
            case=case,
            version=1 + sum(other.case == case for other in self.all),
            at=START + timedelta(minutes=seq),
            event=event,
            key=str(seq),
            by="test",
            person=person,
        )
        self.all.append(fact)
        return fact

    def _read(self, fact):
        gone = fact.person in self.erased and not isinstance(fact.event, CaseErased)
        return msgspec.structs.replace(fact, erased=gone)

    async def case(self, case, *, after=0):
        return [self._read(f) for f in self.all if f.case == case and f.version > after]

    async def fact(self, fact_id):
        raise UnknownFact(fact_id)

    async def facts(self, after_seq=0):
        while len(self.all) > after_seq:  # a page of two
            for fact in self.all[after_seq : after_seq + 2]:
                yield self._read(fact)
                after_seq = fact.seq

    async def head(self):
        return self.all[-1]


class Views:
    """Every case has a contact of its own, whose person is `p-<case>`."""

    async def get(self, kind, entity_id):
        if kind is Contact:
            name = SECRET if entity_id == "con-secret" else f"Ada of {entity_id[4:]}"
            return Contact(id=entity_id, name=name, address="a@b.c", persons=(person(entity_id),))
        fields = {"number": 1, "opened_at": START, "updated_at": START, "version": 1}
        return Case(id=entity_id, kind="lead", contact=f"con-{entity_id}", **fields)


def person(contact):
    return f"p-{contact.removeprefix('con-')}"


def drafted(case, version):
    line = Line("site", f"Website {case}", 1, "piece", Money(1_000_00 + version, "EUR"), 1_900, 0)
    summed = totals((line,), "EUR")
    return ProposalDrafted(
        proposal=f"pro-{case}",
        number="P-7",
        version=version,
        contact=f"con-{case}",
        lines=(line,),
        net=summed.net,
        total=summed.gross,
        discount_bp=0,
        valid_until=date(2026, 12, 6),
        delivery_days=10,
    )


def said(text):
    return Instructed(operator="Olga", channel="console", text=text)


class Died(BaseException):
    """The process was killed."""


class DiesAt:
    """Lets a process die at the n-th failpoint it comes to; `reached_` are those it came to."""

    def __init__(self, n=0):
        self._n, self.seen = n, []

    def reached(self, moment):
        self.seen.append(moment)
        if len(self.seen) == self._n:
            raise Died(moment)


class Clock:
    """Time that passes by sleeping only; whoever waits for `during` gets a turn in each sleep."""

    def __init__(self):
        self.slept = []
        self.during = None

    def now(self):
        return NOW + timedelta(seconds=sum(self.slept))

    async def sleep(self, seconds):
        self.slept.append(seconds)
        if self.during:
            await self.during()


class LocalKind:
    """The local store: what the tests need to know of it beyond its protocol."""

    def __init__(self, folder):
        self._folder = folder

    async def open(self):
        """Files need nobody to serve them."""

    async def close(self):
        """Nor to stop."""

    def generations(self, choose, failpoints):
        return LocalGenerations(
            self._folder / "memory.db", choose, first="letters/26", failpoints=failpoints
        )

    def lose(self):
        for path in self._folder.glob("memory*.db"):
            path.unlink()

    def holds(self, text):
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        return any(text.encode() in path.read_bytes() for path in files)

    def sizes(self, generation):
        path = LocalGenerations(self._folder / "memory.db", None).path_of(generation)
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT length(around) / 2 FROM vector").fetchall()
        connection.close()
        return [int(row[0]) for row in rows]

    def count(self):
        return len(list(self._folder.glob("memory*.db")))


class WeaviateKind:
    """Collections on a server, which keeps what it has in memory."""

    def __init__(self, folder):
        self._folder, self.server = folder, WeaviateServer()
        self._opened = []

    def generations(self, choose, failpoints):
        made = WeaviateGenerations(
            Link(place_of(self.server)),
            "acme",
            choose,
            lock=self._folder / "memory.lock",
            first="letters/26",
            failpoints=failpoints,
            seconds=itertools.count(0, 2).__next__,
        )
        self._opened.append(made)
        return made

    async def open(self):
        await self.server.start()

    async def close(self):
        for each in self._opened:
            await each.close()
        await self.server.stop()

    def lose(self):
        for name in self._collections():
            del self.server.state.collections[name]

    def holds(self, text):
        objects = [each.properties for name in self._collections() for each in self._in(name)]
        said = stemmed(text)
        return any(text in str(each) or said in str(each) for each in objects)

    def sizes(self, generation):
        held = self._in(collection_of(generation.name))
        return [len(each.vectors["around"]) for each in held if each.vectors]

    def count(self):
        return len(self._collections())

    def _collections(self):
        return [name for name in self.server.state.collections if name.startswith(PREFIX)]

    def _in(self, name):
        return list(self.server.state.collections[name].tenants["acme"].values())


KINDS = {"local": LocalKind, "weaviate": WeaviateKind}
"""How each kind of store is looked at; another kind is added here and passes the same tests."""


class Company:
    """A ledger, the process that works on it, and its memory."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        self.ledger, self.clock = Ledger(), Clock()
        self.embedders = {n: Letters(n) for n in (26, 27, 28)}
        self.store = None
        self.undelivered = []

    def generations(self, failpoints=UNWATCHED):
        return self.kind.generations(self._choose, failpoints)

    def filler(self, failpoints=UNWATCHED):
        return Filler(self.ledger, Views(), failpoints=failpoints, batch=3)

    async def _choose(self, spec):
        if spec == "none":
            return None
        number = int(spec.removeprefix("letters/"))
        if number not in self.embedders:
            raise CooError(f"{spec} is away.", "Wait.")
        return EmbeddingCache(self.embedders[number], self.folder / "embeddings.db")

    async def start(self, failpoints=UNWATCHED):
        await self.stop()
        generations = self.generations(failpoints)
        self.store = await CurrentStore.open(generations, self.filler(failpoints))
        await self.deliver()

    async def stop(self):
        if self.store is not None:
            await self.store.close()
            self.store = None

    def say(self, event, case, *, late=False):
        """Something happens; its delivery is done with `deliver`, or `late` after all others."""
        fact = self.ledger.say(event, case, f"p-{case}")
        self.undelivered.insert(0 if not late else len(self.undelivered), (late, fact))

    async def deliver(self, *, also_late=False):
        """What the relay does. A delivery that dies is done again."""
        projector = MemoryProjector(self.store, self.ledger, Views())
        for late, fact in sorted(self.undelivered, key=lambda pair: pair[1].seq):
            if not late or also_late:
                if projector.wants(fact):
                    await projector.handle(Delivery(fact=fact))
                self.undelivered.remove((late, fact))

    async def erase(self, case):
        """As the eraser does: keys, then all copies, then the fact."""
        self.ledger.erased.add(f"p-{case}")
        await self.store.forget(f"p-{case}")
        self.say(CaseErased(erasure="e", persons=(f"p-{case}",)), case)

    def migration(self, failpoints=UNWATCHED, told=lambda _: None, **limits):
        throttle = Throttle(self.clock, **limits)
        return Migration(self.generations(failpoints), self.filler(failpoints), throttle, told)

    async def standing(self):
        return await self.generations().standing()

    async def ids(self, text, **changes):
        found = await self.store.recall(MemoryQuery(text=text, before=NOW, limit=50, **changes))
        assert found.degraded == ""
        return {hit.episode.id for hit in found.hits}

    async def expected(self):
        """What memory has to hold: all of the ledger, told to an empty store."""
        (self.folder / "fresh").mkdir(exist_ok=True)
        path = self.folder / "fresh" / "memory.db"
        fresh = await LocalStore.open(path)
        await refill(fresh, self.ledger.facts(), self.ledger, Views())
        rows = await contents(fresh)
        await fresh.close()
        for each in path.parent.iterdir():
            each.unlink()
        return rows

    async def check(self):
        """One generation answers, complete, with vectors of one fingerprint, and nothing else is
        there but what is kept or being built; nobody who was erased is anywhere."""
        await self.store.catch_up()
        assert await contents(self.store) == await self.expected()
        standing = await self.standing()
        sizes = self.kind.sizes(standing.current)
        size = int((standing.current.fingerprint or "/0").rpartition("/")[2])
        assert set(sizes) <= {size}
        assert len(sizes) == (await self.store.count() if size else 0)
        if "p-secret" in self.ledger.erased:
            assert not self.kind.holds(SECRET)


async def contents(store):
    query = MemoryQuery(text="", before=NOW, limit=500, with_superseded=True, kinds=())
    contacts = tuple(f"con-{case}" for case in ("a", "b", "secret", "c", "d"))
    hits = (await store.recall(msgspec.structs.replace(query, contacts=contacts))).hits
    return {hit.episode.id: hit.episode for hit in hits}


@pytest.fixture(params=["local", pytest.param("weaviate", marks=pytest.mark.slow)])
async def company(request, tmp_path):
    made = Company(KINDS[request.param](tmp_path), tmp_path)
    await made.kind.open()
    made.say(drafted("a", 1), "a")
    made.say(said("call them on Monday"), "b")
    made.say(drafted("secret", 1), "secret")
    made.say(said(f"{SECRET} likes sailing boats"), "secret")
    made.say(said("the bakery wants a shop"), "b")
    await made.start()
    await made.store.catch_up()
    yield made
    await made.stop()
    await made.kind.close()


async def busy(company):
    """A working day, a bit of it each time somebody else rests: a newer version, an erasure,
    cases that are delivered late."""
    company.say(drafted("a", 2), "a")
    await company.deliver()
    yield
    company.say(said("quarterly newsletter"), "c", late=True)
    company.say(said("green is the colour"), "b")
    await company.deliver()
    yield
    await company.erase("secret")
    await company.deliver()
    yield
    company.say(drafted("d", 1), "d", late=True)
    company.say(drafted("a", 3), "a")
    await company.deliver()
    yield


def turns(working):
    """Hands out the turns of a working day, one a call."""

    async def during():
        await anext(working, None)

    return during


async def test_the_next_start_uses_what_was_switched_to_with_its_own_embedder(company):
    switched = await company.migration().reindex("letters/27")
    assert (switched.previous.embedder, switched.current.embedder) == ("letters/26", "letters/27")
    assert switched.compared.shortfalls == ()
    company.embedders[26].texts.clear()
    await company.start()
    assert (await company.store.status()).fingerprint == "letters/27"
    assert await company.ids("bakery shop")
    assert company.embedders[26].texts == []
    await company.check()


async def test_a_process_that_runs_uses_the_new_one_from_its_next_question_on(company):
    before = await company.store.revision()
    await company.migration().reindex("letters/27")
    company.embedders[26].texts.clear()
    assert await company.ids("bakery shop")
    assert company.embedders[26].texts == []
    assert (await company.store.status()).fingerprint == "letters/27"
    assert await company.store.revision() != before
    company.say(said("written after the switch"), "b")
    await company.deliver()
    await company.check()


async def test_what_happens_during_the_build_is_in_the_new_one(company):
    company.clock.during = turns(busy(company))
    await company.migration().reindex("letters/27")
    while company.undelivered:
        await company.deliver(also_late=True)
    await company.check()
    assert len(await company.expected()) == 10 - 2  # all but the two of who was erased


@pytest.mark.parametrize("choice", ["letters/27", "none", "same"])
async def test_nobody_who_was_erased_is_in_the_kept_one_or_the_candidate(company, choice):
    company.clock.during = turns(busy(company))
    try:
        await company.migration().reindex(choice)
    finally:
        company.clock.during = None
    assert company.kind.count() == 2
    await company.check()
    late = company.say(said("more of it"), "b")
    assert late is None
    await company.deliver(also_late=True)
    await company.migration().roll_back()
    await company.check()


async def test_an_erasure_after_the_switch_reaches_the_kept_one(company):
    await company.migration().reindex("letters/27")
    assert company.kind.holds(SECRET)
    await company.erase("secret")
    await company.deliver()
    assert not company.kind.holds(SECRET)


async def test_rolling_back_catches_up_first_and_is_one_step(company):
    await company.migration().reindex("letters/27")
    company.say(drafted("a", 2), "a")
    company.say(said("something quite new"), "c")
    await company.deliver()
    switched = await company.migration().roll_back()
    assert (switched.current.embedder, switched.previous.embedder) == ("letters/26", "letters/27")
    await company.check()
    again = await company.migration().roll_back()
    assert again.current.embedder == "letters/27"
    await company.check()


async def test_the_old_one_is_removed_when_told_to_and_by_the_next_migration(company):
    with pytest.raises(NothingKept):
        await company.migration().roll_back()
    await company.migration().reindex("letters/27")
    await company.migration().reindex("letters/28")
    assert company.kind.count() == 2
    dropped = await company.migration().drop_old()
    assert dropped.embedder == "letters/27"
    assert company.kind.count() == 1
    with pytest.raises(NothingKept):
        await company.migration().drop_old()
    await company.check()


async def test_making_it_anew_calls_no_embedder_for_what_was_embedded_once(company):
    embedder = company.embedders[26]
    embedder.texts.clear()
    golden = {each.text[:300] for each in (await contents(company.store)).values()}
    await company.migration().reindex("same")
    assert set(embedder.texts) <= golden  # questions are never kept; no episode was embedded
    assert len(embedder.texts) == 2 * len(golden)


async def test_what_is_there_already_is_not_made_again(company):
    with pytest.raises(AlreadySo):
        await company.migration().reindex("letters/26")
    await company.migration().reindex("none")
    with pytest.raises(AlreadySo):
        await company.migration().reindex("none")


async def test_an_embedder_that_is_not_at_hand_is_refused_before_anything_is_made(company):
    with pytest.raises(CooError, match="letters/99 is away"):
        await company.migration().reindex("letters/99")
    assert company.kind.count() == 1
    assert (await company.standing()).candidate is None


async def test_without_its_embedder_a_generation_is_searched_by_words_and_says_so(company):
    await company.migration().reindex("letters/27")
    del company.embedders[27]
    await company.start()
    found = await company.store.recall(MemoryQuery(text="bakery", before=NOW))
    assert found.hits[0].episode.text.endswith("the bakery wants a shop")
    assert "letters/27" in found.degraded
    assert "coo memory reindex" in found.degraded


async def test_an_embedder_that_changed_is_not_asked_about_old_vectors(company):
    company.embedders[26].fingerprint = "letters/26, improved"
    await company.start()
    found = await company.store.recall(MemoryQuery(text="bakery", before=NOW))
    assert found.hits[0].episode.text.endswith("the bakery wants a shop")
    assert "letters/26, improved now" in found.degraded
    switched = await company.migration().reindex("letters/26")
    assert switched.current.fingerprint == "letters/26, improved"
    assert await company.ids("bakery")


async def test_one_that_falls_short_is_refused_with_its_figures_and_kept(company):
    old = await company.generations().open((await company.standing()).current)
    lost = next(iter((await contents(company.store)).values()))
    await old.write([msgspec.structs.replace(lost, id="unknown to the ledger", text="lost")])
    await old.close()
    with pytest.raises(NotAsGood) as refused:
        await company.migration().reindex("letters/27")
    assert refused.value.compared.missing == ("unknown to the ledger",)
    assert "1 episodes are missing: unknown to the ledger." in refused.value.cause
    standing = await company.standing()
    assert (standing.turn, standing.candidate.embedder) == (0, "letters/27")
    company.embedders[27].texts.clear()
    switched = await company.migration().reindex("letters/27", anyway=True)
    assert switched.compared.missing == ("unknown to the ledger",)
    assert all(len(text) <= 300 for text in company.embedders[27].texts)


async def test_answers_that_have_little_to_do_with_the_old_ones_are_refused(company):
    class Nonsense(Letters):
        async def embed(self, texts):
            return unit(-(await super().embed(texts)))

    for n in range(40):
        company.say(said(f"{'xyzw'[n % 4] * 9} {n} {'klmn'[n // 10] * 9}"), "c")
    await company.deliver()
    await company.store.catch_up()
    company.embedders[27] = Nonsense(27)
    switched = await company.migration().reindex("letters/27", anyway=True)
    assert 0 < switched.compared.answers.shared <= 1
    assert switched.compared.answers.asked == 45


async def test_progress_counts_facts_then_episodes_and_ends_full(company):
    told = []
    await company.migration(told=told.append).reindex("letters/27")
    assert [each.phase for each in told] == sorted((e.phase for e in told), key=list(Phase).index)
    facts = [each for each in told if each.phase is Phase.TELLING]
    assert [(each.done, each.of) for each in facts] == [(3, 5), (5, 5)]
    assert told[-2].done == told[-2].of == 5


async def test_it_works_no_faster_than_it_may(company):
    await company.migration(facts_per_s=2).reindex("letters/27")
    assert company.clock.slept[:2] == [1.5, 1.0]


async def test_it_rests_in_proportion_to_its_work():
    clock = Clock()
    throttle = Throttle(clock, share=0.25)
    clock.slept.append(2.0)  # two seconds of work
    await throttle.rest()
    assert clock.slept[-1] == 6.0


async def test_a_build_that_was_cut_off_goes_on_where_it_was(company):
    dies = DiesAt(7)  # the second batch is written, and not marked
    with pytest.raises(Died):
        await company.migration(dies).reindex("letters/27")
    candidate = await company.generations().open((await company.standing()).candidate)
    assert await candidate.mark(Mark.TOLD) == 3
    await candidate.close()
    told = []
    await company.migration(told=told.append).reindex("letters/27")
    assert [each.done for each in told if each.phase is Phase.TELLING] == [5]
    await company.check()


async def test_another_choice_begins_again_and_removes_what_was_begun(company):
    with pytest.raises(Died):
        await company.migration(DiesAt(5)).reindex("letters/27")
    await company.migration().reindex("letters/28")
    assert (await company.standing()).current.embedder == "letters/28"
    assert company.kind.count() == 2
    await company.check()


async def test_a_memory_that_was_deleted_is_filled_again_whichever_it_was(company):
    await company.migration().reindex("letters/27")
    await company.stop()
    company.kind.lose()
    await company.start()
    await company.check()
    assert (await company.store.status()).fingerprint == "letters/27"


async def test_a_start_that_was_cut_off_while_filling_goes_on(company):
    await company.stop()
    company.kind.lose()
    with pytest.raises(Died):
        await company.start(DiesAt(4))
    await company.start()
    await company.check()


LAST = 26
"""So many failpoints come in a migration, the work that follows it, its roll-back and removal."""
CALM = LAST + 9


@pytest.mark.parametrize(
    "company", ["local", pytest.param("weaviate", marks=pytest.mark.slow)], indirect=True
)
def _deaths():
    """Every one with files; with a server, which takes longer, every fifth in the fast tests."""
    for n in (*range(1, LAST + 1), CALM):
        for kind in sorted(KINDS):
            seldom = kind != "local" and n % 5
            yield pytest.param(kind, n, marks=[pytest.mark.slow] if seldom else [])


@pytest.mark.parametrize(("company", "n"), [*_deaths()], indirect=["company"])
async def test_whoever_dies_at_any_step_leaves_one_memory_that_answers_and_is_complete(company, n):
    dies = DiesAt(n)
    company.clock.during = turns(busy(company))
    steps = [
        lambda: company.migration(dies).reindex("letters/27"),
        lambda: company.start(dies),
        lambda: company.migration(dies).roll_back(),
        lambda: company.ids("bakery"),
        lambda: company.migration(dies).drop_old(),
    ]
    died = 0
    for step in steps:
        try:
            await step()
        except Died:
            died += 1
            await company.start()
            await company.deliver(also_late=True)
            await company.check()
            try:
                await step()  # resumed, or begun again
            except (NothingKept, AlreadySo):  # it had happened already
                await company.check()
    company.clock.during = None
    while company.undelivered:
        await company.deliver(also_late=True)
    await company.check()
    assert died == (n != CALM)
    if n == CALM:
        assert len(dies.seen) == LAST
        assert set(dies.seen) == {m for m in Moment if m.name.startswith("MEMORY")}
