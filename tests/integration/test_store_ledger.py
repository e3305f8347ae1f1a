"""The ledger on a real file and a real server: appending, transactions, cursors, erasure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, insert, text

from ledger.domain.errors import KeyConflict, SettingsInvalid, StaleCursor, UnknownFact
from ledger.domain.events import Routed, Told
from ledger.domain.facts import Draft, Fact
from ledger.seal import Keys, PersonForgotten
from ledger.store import Ledger, LedgerClosed, Tx, WriteFailed, sqlite_warning
from ledger.tables import VIEW_COUNTER, VIEW_STATE

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class StandingClock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def told(key: str, text: str = "hello", *, case: str = "desk", person: str = "p-ada") -> Draft:
    event = Told(topic="news", text=text)
    return Draft(case=case, event=event, key=key, by="test", person=person)


def opening(place: Path | str, keys: Keys, clock: StandingClock, **more: object):
    return Ledger.open(place, company="acme", keys=keys, clock=clock, **more)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def keys(tmp_path: Path):
    opened = Keys.open(tmp_path / "keys.db")
    yield opened
    opened.close()


@pytest.fixture
async def ledger(database: Path | str, keys: Keys, clock: StandingClock) -> AsyncIterator[Ledger]:
    async with await opening(database, keys, clock) as opened:
        yield opened


async def all_facts(ledger: Ledger) -> list[Fact]:
    return [fact async for fact in ledger.facts()]


# --- appending -----------------------------------------------------------------------------------


async def test_an_appended_fact_has_its_place_and_is_read_as_it_was_written(
    ledger: Ledger,
) -> None:
    done = await ledger.append([told("k1"), told("k2", case="lead-1")])
    first, second = done.facts
    assert (first.seq, first.version, second.seq, second.version) == (1, 1, 2, 1)
    assert (first.at, first.company, first.by) == (START, "acme", "test")
    assert done.new == 2
    assert await all_facts(ledger) == [first, second]
    assert await ledger.fact(second.id) == second
    assert await ledger.case("lead-1") == [second]


async def test_the_same_draft_twice_is_one_fact(ledger: Ledger) -> None:
    first = await ledger.append([told("k")])
    again = await ledger.append([told("k"), told("k")])
    assert again.facts == first.facts * 2
    assert again.new == 0
    assert (await ledger.head()).seq == 1


async def test_a_key_given_twice_in_one_append_is_one_fact(ledger: Ledger) -> None:
    done = await ledger.append([told("k"), told("k")])
    assert done.new == 1
    assert done.facts[0] == done.facts[1]


@pytest.mark.parametrize(
    "other", [told("k", "other"), told("k", case="lead-1"), told("k", person="p-bob")]
)
async def test_the_same_key_with_other_content_is_an_error_and_writes_nothing(
    ledger: Ledger, other: Draft
) -> None:
    first = await ledger.append([told("k")])
    with pytest.raises(KeyConflict) as caught:
        await ledger.append([told("new"), other])
    assert caught.value.existing == first.facts[0].id
    assert await all_facts(ledger) == [*first.facts]


async def test_who_says_it_and_why_do_not_make_it_another_fact(ledger: Ledger) -> None:
    first = await ledger.append([told("k")])
    other = Draft(case="desk", event=Told(topic="news", text="hello"), key="k", by="x", cause="y",
                  person="p-ada")  # fmt: skip
    assert (await ledger.append([other])).facts == first.facts


async def test_a_draft_with_an_id_keeps_it_and_another_key_cannot_take_it(ledger: Ledger) -> None:
    mine = Draft(case="desk", event=Told(topic="x"), key="k", by="me", id="0" * 32)
    assert (await ledger.append([mine])).facts[0].id == "0" * 32
    thief = Draft(case="desk", event=Told(topic="x"), key="k2", by="me", id="0" * 32)
    with pytest.raises(KeyConflict, match="k2"):
        await ledger.append([told("before"), thief])
    assert (await ledger.head()).seq == 1
    assert (await ledger.append([told("after")])).facts[0].seq == 2


async def test_ids_sort_by_time_and_never_go_back_with_the_clock(
    ledger: Ledger, clock: StandingClock
) -> None:
    ids = [(await ledger.append([told(f"k{n}")])).facts[0].id for n in range(3)]
    clock.moment -= timedelta(hours=1)
    ids.append((await ledger.append([told("late")])).facts[0].id)
    assert ids == sorted(set(ids))
    assert {len(i) for i in ids} == {32}
    assert int(ids[0][:12], 16) == int(START.timestamp() * 1000)


async def test_nothing_to_append_is_nothing_done(ledger: Ledger) -> None:
    done = await ledger.append([])
    assert (done.facts, done.new) == ((), 0)


async def test_two_hundred_at_once_make_a_chain_without_gaps(ledger: Ledger) -> None:
    drafts = [told(f"k{n}", case=f"lead-{n % 7}") for n in range(200)]
    done = await asyncio.gather(*[ledger.append([draft]) for draft in drafts])
    assert sorted(one.facts[0].seq for one in done) == list(range(1, 201))
    assert (await ledger.verify()).seq == 200


async def test_many_at_once_share_commits(ledger: Ledger) -> None:
    commits: list[int] = []
    ledger.subscribe(lambda facts: commits.append(len(facts)))
    await asyncio.gather(*[ledger.append([told(f"k{n}")]) for n in range(100)])
    assert sum(commits) == 100
    assert len(commits) < 20


async def test_one_that_fails_does_not_hurt_its_neighbours(ledger: Ledger) -> None:
    await ledger.append([told("taken")])
    results = await asyncio.gather(
        ledger.append([told("a")]),
        ledger.append([told("half"), told("taken", "other")]),
        ledger.transact(lambda _tx: 1 // 0),
        ledger.append([told("b"), Draft(case="x", event=Told(topic=1), key="bad", by="me")]),
        ledger.transact(lambda tx: tx.append([told("c")])),
        ledger.append([told("d")]),
        return_exceptions=True,
    )
    failed = [type(result).__name__ for result in results if isinstance(result, Exception)]
    assert failed == ["KeyConflict", "ZeroDivisionError", "EventInvalid"]
    assert [fact.key for fact in await all_facts(ledger)] == ["taken", "a", "c", "d"]
    assert (await ledger.verify()).seq == 4


async def test_a_function_that_runs_out_of_items_does_not_silence_its_neighbours(
    ledger: Ledger,
) -> None:
    careless = ledger.transact(lambda _tx: next(iter(())))
    results = await asyncio.gather(careless, ledger.append([told("a")]), return_exceptions=True)
    assert "StopIteration" in str(results[0])
    assert (await ledger.head()).seq == 1


def test_facts_are_kept_though_the_event_loop_ends_before_the_answer(
    database: Path | str, keys: Keys, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    loop, gone = asyncio.new_event_loop(), threading.Event()
    ledger = loop.run_until_complete(opening(database, keys, clock))

    def slow(tx: Tx) -> None:
        gone.wait()
        tx.append([told("k")])

    async def hand_in() -> None:
        writer = ledger._open_writer()
        writer.transact(slow)

    loop.run_until_complete(hand_in())
    loop.close()
    gone.set()
    asyncio.run(ledger.close())
    assert "event loop had ended" in caplog.text

    async def reread() -> int:
        async with await opening(database, keys, clock) as again:
            return (await again.verify()).seq

    assert asyncio.run(reread()) == 1


async def test_a_caller_who_gives_up_harms_nobody(ledger: Ledger) -> None:
    gone = asyncio.create_task(ledger.append([told("gone")]))
    stays = asyncio.create_task(ledger.append([told("stays")]))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).new == 1
    assert (await ledger.append([told("after")])).new == 1
    await ledger.verify()


# --- transactions and cursors --------------------------------------------------------------------


async def test_a_transaction_writes_facts_and_cursor_together(ledger: Ledger) -> None:
    def deliver(tx: Tx) -> str:
        done = tx.append([told("k", case="lead-1")])
        tx.move_cursor("planner", "lead-1", expected=0, to=1, token="checkpoint")
        assert tx.by_key("k") == tx.fact(done.facts[0].id) == done.facts[0]
        assert tx.case("lead-1") == [*done.facts]
        return f"{tx.case_version('lead-1')} {tx.head().seq} {tx.now():%H:%M}"

    assert await ledger.transact(deliver) == "1 1 09:00"
    assert await ledger.transact(lambda tx: tx.cursor("planner", "lead-1")) == (1, "checkpoint")
    assert await ledger.transact(lambda tx: tx.cursor("memory", "lead-1")) == (0, "")


async def test_a_transaction_that_raises_leaves_nothing(ledger: Ledger) -> None:
    def half(tx: Tx) -> None:
        tx.append([told("k")])
        tx.move_cursor("planner", "desk", expected=0, to=1, token="")
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        await ledger.transact(half)
    assert await all_facts(ledger) == []
    assert await ledger.transact(lambda tx: tx.cursor("planner", "desk")) == (0, "")
    assert (await ledger.append([told("k")])).facts[0].seq == 1


async def test_a_conflict_that_is_caught_inside_lets_the_rest_go_on(ledger: Ledger) -> None:
    await ledger.append([told("decision:1", "yes")])

    def decide(tx: Tx) -> str:
        try:
            tx.append([told("extra"), told("decision:1", "no")])
        except KeyConflict:
            tx.append([told("refused")])
        return "answered"

    assert await ledger.transact(decide) == "answered"
    assert [fact.key for fact in await all_facts(ledger)] == ["decision:1", "refused"]
    assert (await ledger.verify()).seq == 2


async def test_a_cursor_that_somebody_else_moved_is_stale(ledger: Ledger) -> None:
    def move(expected: int, to: int) -> Callable[[Tx], None]:
        return lambda tx: tx.move_cursor("planner", "c", expected=expected, to=to, token=f"t{to}")

    await ledger.transact(move(0, 3))
    await ledger.transact(move(3, 5))
    with pytest.raises(StaleCursor):
        await ledger.transact(move(3, 4))
    with pytest.raises(StaleCursor):
        await ledger.transact(move(0, 4))
    assert await ledger.transact(lambda tx: tx.cursor("planner", "c")) == (5, "t5")


# --- reading -------------------------------------------------------------------------------------


async def test_a_case_is_read_from_a_version_on(ledger: Ledger) -> None:
    await ledger.append([told(f"k{n}", case=f"lead-{n % 2}") for n in range(10)])
    assert [f.key for f in await ledger.case("lead-1", after=3)] == ["k7", "k9"]
    assert [f.key for f in await ledger.case("lead-1", after=1, limit=2)] == ["k3", "k5"]
    assert await ledger.case("nobody") == []


async def test_a_long_ledger_is_streamed_in_order(ledger: Ledger) -> None:
    await ledger.append([told(f"k{n}") for n in range(2500)])
    assert [fact.seq for fact in await all_facts(ledger)] == list(range(1, 2501))
    assert [fact.seq async for fact in ledger.facts(2498)] == [2499, 2500]


async def test_an_unknown_fact_is_named(ledger: Ledger) -> None:
    with pytest.raises(UnknownFact, match="nothing"):
        await ledger.fact("nothing")
    with pytest.raises(UnknownFact):
        await ledger.transact(lambda tx: tx.fact("nothing"))
    assert await ledger.transact(lambda tx: tx.by_key("nothing")) is None


async def test_a_reader_sees_what_was_committed_and_can_change_nothing(ledger: Ledger) -> None:
    await ledger.append([told("k")])
    count = text("SELECT count(*) FROM facts")
    assert await ledger.read(lambda connection: connection.execute(count).scalar()) == 1
    with pytest.raises(Exception, match=r"read-?only"):
        await ledger.read(lambda connection: connection.execute(text("DELETE FROM cursors")))


async def test_companies_in_one_file_do_not_see_each_other(
    database: Path | str, keys: Keys, clock: StandingClock, ledger: Ledger
) -> None:
    await ledger.append([told("k", "ours")])
    async with await Ledger.open(database, company="other", keys=keys, clock=clock) as other:
        assert await all_facts(other) == []
        assert (await other.append([told("k", "theirs")])).facts[0].seq == 1
        assert (await other.verify()).seq == 1
    assert len(await all_facts(ledger)) == 1


# --- wake-ups ---------------------------------------------------------------------------------


async def test_listeners_hear_of_new_facts_only_and_can_leave(ledger: Ledger) -> None:
    heard: list[str] = []
    leave = ledger.subscribe(lambda facts: heard.extend(fact.key for fact in facts))
    await ledger.append([told("a")])
    await ledger.append([told("a")])
    await ledger.append([told("b")])
    leave()
    await ledger.append([told("c")])
    assert heard == ["a", "b"]


async def test_a_listener_that_fails_harms_nobody(ledger: Ledger) -> None:
    heard: list[int] = []
    ledger.subscribe(lambda _facts: 1 // 0)
    ledger.subscribe(lambda facts: heard.append(len(facts)))
    assert (await ledger.append([told("a")])).new == 1
    assert heard == [1]


async def test_only_the_commits_of_others_count_as_a_change_elsewhere(
    database: Path | str, keys: Keys, clock: StandingClock, ledger: Ledger
) -> None:
    async with await opening(database, keys, clock) as other:
        ledger.changed_elsewhere()
        await ledger.append([told("mine")])
        assert not ledger.changed_elsewhere()
        await other.append([told("theirs")])
        await ledger.append([told("mine again")])
        assert ledger.changed_elsewhere()
        assert not ledger.changed_elsewhere()
        assert (await ledger.head()).seq == 3


# --- opening and closing -------------------------------------------------------------------------


def as_url(place: Path | str) -> str:
    return f"sqlite:///{place / 'ledger.db'}" if isinstance(place, Path) else place


async def test_a_reopened_ledger_goes_on_where_it_ended(
    database: Path | str, keys: Keys, clock: StandingClock
) -> None:
    async with await opening(database, keys, clock) as first:
        await first.append([told("a")])
        before = await all_facts(first)
    async with await opening(as_url(database), keys, clock) as second:
        assert await all_facts(second) == before
        assert (await second.append([told("b")])).facts[0].seq == 2
        assert (await second.verify()).seq == 2


async def test_what_was_handed_in_is_written_before_closing(
    database: Path | str, keys: Keys, clock: StandingClock
) -> None:
    first = await opening(database, keys, clock)
    waiting = [asyncio.ensure_future(first.append([told(f"k{n}")])) for n in range(20)]
    await asyncio.sleep(0)
    await first.close()
    assert sum([(await one).new for one in waiting]) == 20
    with pytest.raises(LedgerClosed):
        await first.append([told("late")])
    await first.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://x/y", "://"])
async def test_a_place_that_cannot_hold_a_ledger_is_refused(
    keys: Keys, clock: StandingClock, url: str
) -> None:
    with pytest.raises(SettingsInvalid):
        await opening(url, keys, clock)  # type: ignore[arg-type]  # a URL is a str


# --- erasure -------------------------------------------------------------------------------------


async def test_an_erased_person_reads_blank_and_the_chain_still_verifies(
    ledger: Ledger, keys: Keys
) -> None:
    await ledger.append([told("a", "about Ada"), told("b", "about Bob", person="p-bob")])
    keys.forget("p-ada")
    ada, bob = await all_facts(ledger)
    assert (ada.erased, ada.event) == (True, Told(topic="news", text=""))
    assert (bob.erased, bob.event) == (False, Told(topic="news", text="about Bob"))
    assert (await ledger.verify()).seq == 2


async def test_nothing_personal_is_kept_about_an_erased_person(ledger: Ledger, keys: Keys) -> None:
    first = await ledger.append([told("a")])
    keys.forget("p-ada")
    (later,) = (await ledger.append([told("b", "late words")])).facts
    assert (later.erased, later.event) == (True, Told(topic="news", text=""))
    assert await ledger.fact(later.id) == later
    assert (await ledger.append([told("b", "late words")])).new == 0
    with pytest.raises(PersonForgotten):
        await ledger.append([replace(told("c"), by="intake")])
    again = await ledger.append([told("a")])
    assert (again.new, again.facts[0].id, again.facts[0].erased) == (0, first.facts[0].id, True)
    routed = Draft(case="desk", event=Routed(fact="f", kind="mail", why="n"), key="r", by="me",
                   person="p-ada")  # fmt: skip
    assert (await ledger.append([routed])).new == 1


async def stored_bytes(ledger: Ledger) -> list[tuple[bytes, bytes]]:
    query = text("SELECT payload, sealed FROM facts WHERE company = :company")
    values = {"company": ledger.company}
    rows = await ledger.read(lambda connection: connection.execute(query, values).all())
    return [(bytes(payload), bytes(sealed)) for payload, sealed in rows]


async def test_equal_content_is_stored_as_equal_bytes(
    tmp_path: Path, ledger: Ledger, keys: Keys, clock: StandingClock
) -> None:
    await ledger.append([told("k", "secret words")])
    async with await opening(tmp_path / "second", keys, clock) as second:
        await second.append([told("k", "secret words")])
        first_bytes, second_bytes = await stored_bytes(ledger), await stored_bytes(second)
    assert first_bytes == second_bytes
    assert b"secret" not in first_bytes[0][1]


# --- read tables ---------------------------------------------------------------------------------


class CountingProjection:
    """Counts the facts of a company in `view_counter`."""

    fold = 1

    def __init__(self) -> None:
        self.rebuilt = 0
        self.fail = False

    def apply(self, connection: Connection, company: str, facts: Sequence[Fact]) -> None:
        if self.fail:
            raise ValueError("the fold does not know this")
        self._store(connection, company, facts[-1].seq)

    def behind(self, connection: Connection, company: str) -> bool:
        state = text("SELECT seq, fold_version FROM view_state WHERE company = :company")
        found = connection.execute(state, {"company": company}).first()
        last = text("SELECT coalesce(max(seq), 0) FROM facts WHERE company = :company")
        head = connection.execute(last, {"company": company}).scalar()
        return head != 0 and (found is None or tuple(found) != (head, self.fold))

    def rebuild(self, connection: Connection, company: str, facts: Iterable[Fact]) -> None:
        self.rebuilt += 1
        self._store(connection, company, [fact.seq for fact in facts][-1])

    def _store(self, connection: Connection, company: str, seq: int) -> None:
        for table in (VIEW_COUNTER, VIEW_STATE):
            connection.execute(table.delete().where(table.c.company == company))
        connection.execute(insert(VIEW_COUNTER).values(company=company, name="facts", value=seq))
        state = {"company": company, "seq": seq, "fold_version": self.fold}
        connection.execute(insert(VIEW_STATE).values(**state))


COUNTED = text("SELECT value FROM view_counter")


async def test_read_tables_change_in_the_commit_of_their_facts(
    database: Path | str, keys: Keys, clock: StandingClock
) -> None:
    projection = CountingProjection()
    async with await opening(database, keys, clock, projection=projection) as ledger:
        await ledger.append([told("a"), told("b")])
        assert await ledger.transact(lambda tx: tx.connection.execute(COUNTED).scalar()) == 2
        projection.fail = True
        with pytest.raises(ValueError, match="fold"):
            await ledger.append([told("c")])
        with pytest.raises(ValueError, match="fold"):
            await ledger.transact(swallowing)
        projection.fail = False
        assert (await ledger.append([told("c")])).facts[0].seq == 3
        await ledger.verify()


def swallowing(tx: Tx) -> None:
    """Appends, and wrongly goes on when the fold failed half-way."""
    try:
        tx.append([told("swallowed")])
    except ValueError:
        return


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE view_entity",
        "DROP TABLE view_state",
        "DROP TABLE cursors",
        "DELETE FROM view_counter",
        "DELETE FROM view_state",
        "UPDATE view_state SET fold_version = 0",
        "UPDATE view_state SET seq = 1",
        "ALTER TABLE view_counter ADD COLUMN stray TEXT",
    ],
)
async def test_damaged_read_tables_are_made_anew_when_the_ledger_opens(
    database: Path | str, keys: Keys, clock: StandingClock, damage: str
) -> None:
    projection = CountingProjection()
    async with await opening(database, keys, clock, projection=projection) as ledger:
        await ledger.append([told("a"), told("b")])
        await ledger.transact(lambda tx: tx.connection.exec_driver_sql(damage).close())
    async with await opening(database, keys, clock, projection=projection) as ledger:
        assert await ledger.read(lambda c: c.execute(COUNTED).scalar()) == 2
        assert await ledger.transact(lambda tx: tx.cursor("planner", "desk")) == (0, "")
        assert (await ledger.append([told("c")])).new == 1


# --- a disk that refuses -------------------------------------------------------------------------


@pytest.fixture
async def file_ledger(tmp_path: Path, keys: Keys, clock: StandingClock) -> AsyncIterator[Ledger]:
    async with await opening(tmp_path, keys, clock) as opened:
        yield opened


async def test_a_full_disk_is_told_with_a_remedy_and_the_writer_goes_on(
    file_ledger: Ledger,
) -> None:
    ledger = file_ledger
    await ledger.append([told("before")])

    def limit(pages: str) -> Callable[[Tx], None]:
        return lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close()

    await ledger.transact(limit("1"))
    results = await asyncio.gather(
        ledger.append([told("big", "x" * 1_000_000)]),
        ledger.append([told("neighbour")]),
        return_exceptions=True,
    )
    assert isinstance(results[0], WriteFailed)
    assert "full" in results[0].cause
    assert "free space" in results[0].remedy
    await ledger.transact(limit("1000000"))
    assert (await ledger.append([told("after", "x" * 1_000_000)])).new == 1
    keys = {fact.key for fact in await all_facts(ledger)}
    assert {"before", "after"} <= keys
    assert "big" not in keys
    await ledger.verify()


# --- warnings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 52, 0), (3, 44, 6), (3, 50, 7), (3, 50, 9)])
def test_a_sound_sqlite_gives_no_warning(version: tuple[int, int, int]) -> None:
    assert sqlite_warning(version) == ""


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)])
def test_an_older_sqlite_is_warned_of(version: tuple[int, int, int]) -> None:
    assert "3.51.3" in sqlite_warning(version)


async def test_new_persons_of_one_group_get_their_keys_in_one_commit(
    ledger: Ledger, keys: Keys
) -> None:
    commits: list[str] = []
    keys._store.connection.set_trace_callback(commits.append)
    await ledger.append([told(f"k{n}", person=f"p-{n}") for n in range(50)])
    assert commits.count("COMMIT") == 1
