"""What only PostgreSQL can do to a ledger: several machines, restarts, and rules of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from ledger import postgres as dialect
from ledger.chain import Head
from ledger.domain.entities import Contact
from ledger.domain.errors import BlobMissing
from ledger.domain.events import ContactCreated, OperatorSaid, Told
from ledger.domain.facts import Draft
from ledger.places import blobs_at, keys_at
from ledger.replay import refold
from ledger.seal import Keys, KeysUnreadable, PersonForgotten
from ledger.store import Ledger, LedgerUnreadable, WriteFailed
from ledger.views import InlineViews, ReadViews

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

COMPANY = "acme"
MAIL = b"From: ada@example.com\r\n\r\nSecret plans\x00\r\n" * 1000


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


@pytest.fixture
def url(postgres: Any) -> str:
    found: str = postgres.fresh()
    return found


@asynccontextmanager
async def opened(url: str, keys: Keys | None = None) -> AsyncIterator[Ledger]:
    own = keys or keys_at(url, COMPANY)
    ledger = await Ledger.open(
        url, company=COMPANY, keys=own, clock=Clock(), projection=InlineViews()
    )
    try:
        yield ledger
    finally:
        await ledger.close()
        if keys is None:
            own.close()


def told(key: str, *, case: str = "desk", text: str = "hello", person: str = "p-ada") -> Draft:
    return Draft(case=case, event=Told(topic="news", text=text), key=key, by="t", person=person)


def connected(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


# --- append-only ---------------------------------------------------------------------------------

REFUSED = {
    "update": "UPDATE facts SET payload = 'x'",
    "update of no row": "UPDATE facts SET said_by = said_by WHERE seq = 99",
    "delete": "DELETE FROM facts WHERE seq = 3",
    "delete of all": "DELETE FROM facts",
    "truncate": "TRUNCATE facts",
    "truncate with others": "TRUNCATE chain_heads, facts CASCADE",
    "quiet update of a conflict": "INSERT INTO facts SELECT * FROM facts WHERE seq = 2 "
    "ON CONFLICT (company, seq) DO UPDATE SET payload = 'x'",
    "merge": "MERGE INTO facts USING (SELECT 2 AS n) AS given ON seq = n "
    "WHEN MATCHED THEN UPDATE SET payload = 'x'",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
async def test_no_fact_on_a_server_is_changed_removed_or_replaced(url: str, statement: str) -> None:
    async with opened(url) as ledger:
        await ledger.append([told(f"k{n}") for n in range(3)])
        with connected(url) as other, pytest.raises(psycopg.Error, match="append-only"):
            other.execute(statement.encode())
        with pytest.raises(WriteFailed, match="append-only"):
            await ledger.transact(
                lambda tx: tx.connection.exec_driver_sql(statement.replace("%", "%%")).close()
            )
        assert (await ledger.verify()).seq == 3


# --- several writers -----------------------------------------------------------------------------


async def test_sixteen_writers_leave_no_gap_and_one_chain(url: str) -> None:
    async with AsyncExitStack() as closing:
        ledgers = [await closing.enter_async_context(opened(url)) for _ in range(16)]

        async def write(number: int, ledger: Ledger) -> None:
            for n in range(20):
                await ledger.append([told(f"w{number}/{n}", case=f"lead-{n % 3}")])

        await asyncio.gather(*(write(n, ledger) for n, ledger in enumerate(ledgers)))
        facts = [fact async for fact in ledgers[0].facts()]
        assert [fact.seq for fact in facts] == list(range(1, 321))
        assert len({fact.key for fact in facts}) == 320
        assert (await ledgers[-1].verify()).seq == 320
        assert (await refold(ledgers[0])).identical


async def test_a_fact_that_two_machines_say_at_once_is_there_once(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        both = await asyncio.gather(*(each.append([told("k")]) for each in (one, other)))
        assert sorted(each.new for each in both) == [0, 1]
        assert both[0].facts == both[1].facts


async def test_machines_that_start_together_make_the_tables_once(url: str) -> None:
    async with AsyncExitStack() as closing:
        ledgers = await asyncio.gather(
            *(closing.enter_async_context(opened(url)) for _ in range(6))
        )
        await ledgers[0].append([told("k")])
        assert [(await ledger.head()).seq for ledger in ledgers] == [1] * 6


async def test_a_writer_that_stops_in_mid_transaction_holds_up_nobody_for_long(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "IDLE_SECONDS", 1)
    async with opened(url) as ledger:
        await ledger.append([told("before")])
        stopped = connected(url)
        stopped.execute("SET idle_in_transaction_session_timeout = '1s'")
        stopped.execute("BEGIN")
        lock = dialect.company_lock(COMPANY)
        stopped.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
        assert (await ledger.append([told("after")])).facts[0].seq == 2
        with pytest.raises(psycopg.Error, match="idle-in-transaction"):
            stopped.execute("SELECT 1")
        shown = await ledger.transact(
            lambda tx: tx.connection.exec_driver_sql(
                "SHOW idle_in_transaction_session_timeout"
            ).scalar()
        )
        assert shown == "1s"


async def test_two_companies_in_one_database_share_neither_facts_nor_keys(url: str) -> None:
    keys = keys_at(url, "other")
    async with (
        opened(url) as ours,
        await Ledger.open(url, company="other", keys=keys, clock=Clock()) as theirs,
    ):
        await ours.append([told("k", text="ours")])
        assert (await theirs.append([told("k", text="theirs")])).facts[0].seq == 1
        assert keys.person("ada@example.com") != ours._books.codec.keys.person("ada@example.com")
        assert (await ours.verify()).seq == (await theirs.verify()).seq == 1
    keys.close()


# --- the server goes away ------------------------------------------------------------------------


async def test_a_restart_of_the_server_in_the_middle_of_load_loses_and_doubles_nothing(
    postgres: Any, url: str
) -> None:
    async with opened(url) as one, opened(url) as other:
        stop, refused = asyncio.Event(), 0

        async def write(name: str, ledger: Ledger) -> int:
            nonlocal refused
            n = 0
            while not stop.is_set():
                try:
                    await ledger.append([told(f"{name}/{n}", case=name)])
                except WriteFailed:  # the commit itself was cut off: nobody knows, so say it again
                    refused += 1
                else:
                    n += 1
            return n

        writers = [
            asyncio.create_task(write(f"lead-{n}", each))
            for n, each in enumerate((one, other, one, other))
        ]
        await _grown(one, 50)
        await asyncio.to_thread(postgres.restart)
        await _grown(one, (await one.head()).seq + 50)
        stop.set()
        written = await asyncio.gather(*writers)
        assert [len(await one.case(f"lead-{n}")) for n in range(4)] == written
        assert (await other.verify()).seq == sum(written)
        assert refused <= 8


async def _grown(ledger: Ledger, to: int) -> None:
    """Wait until there are so many facts; each look is a round trip to the server."""
    async with asyncio.timeout(60):
        while (await ledger.head()).seq < to:
            pass


async def test_a_ledger_that_nobody_can_reach_is_told_with_a_remedy() -> None:
    with pytest.raises(KeysUnreadable) as caught:
        await asyncio.to_thread(_without_patience, "postgresql+psycopg://x@127.0.0.1:1/coo")
    assert "127.0.0.1" in caught.value.cause


def _without_patience(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.patience.Patience.left", lambda _self: False)
        keys_at(url, COMPANY)


async def test_a_dropped_database_is_not_waited_for(postgres: Any) -> None:
    url = postgres.fresh()
    async with opened(url) as ledger:
        await ledger.append([told("k")])
        with connected(url.rpartition("/")[0] + "/postgres") as other:
            other.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)".encode())
        ledger._patience.end()
        with pytest.raises((LedgerUnreadable, KeysUnreadable)):
            await ledger.head()


# --- text ----------------------------------------------------------------------------------------


async def test_a_nul_in_what_people_wrote_never_reaches_a_text_column(url: str) -> None:
    drafts = [
        Draft(
            case="desk",
            event=OperatorSaid(operator="o\x00", channel="console", text="a\x00b"),
            key="said:\x00:1",
            by="t\x00",
        ),
        Draft(
            case="desk",
            event=ContactCreated(contact="con-1", address="a\x00@b", name="\x00"),
            key="contact:\x00",
            by="t",
            person="p\x00",
        ),
    ]
    async with opened(url) as ledger:
        first = await ledger.append(drafts)
        assert (first.new, (await ledger.append(drafts)).new) == (2, 0)
        event = (await ledger.fact(first.facts[0].id)).event
        assert event == drafts[0].event
        assert await ledger.transact(lambda tx: tx.by_key("said:\x00:1")) == first.facts[0]
        found = await ReadViews(ledger).find(Contact, "person:p\x00")
        assert [contact.id for contact in found] == ["con-1"]
        assert (await ledger.verify()).seq == 2
        assert (await refold(ledger)).identical


# --- keys and documents --------------------------------------------------------------------------


async def test_a_person_erased_on_one_machine_is_erased_on_all(url: str) -> None:
    here, there = keys_at(url, COMPANY), keys_at(url, COMPANY)
    blobs = blobs_at(url, COMPANY, here)
    async with opened(url, here) as one, opened(url, there) as other:
        address = await blobs.put(MAIL, person="p-ada")
        await one.append([told("a", text="about Ada")])
        assert (await other.case("desk"))[0].event == Told(topic="news", text="about Ada")
        there.forget("p-ada")
        fact = (await one.case("desk"))[0]
        assert (fact.erased, fact.event) == (True, Told(topic="news", text=""))
        with pytest.raises(PersonForgotten):
            await one.append([replace(told("b"), by="intake")])
        with pytest.raises(BlobMissing):
            await blobs.get(address)
        assert (await blobs.held(["p-ada"]), await blobs.erase(["p-ada"])) == (1, 1)
        await one.refold()
        assert here.forgotten() == {"p-ada"}
        with connected(url) as reader:
            left = reader.execute("SELECT count(*) FROM coo_keys.person_keys").fetchone()
        assert left == (0,)
        assert await one.verify() == Head(1, (await other.head()).hash)
    for each in (blobs, here, there):
        each.close()


async def test_a_document_put_on_one_machine_is_found_on_another(url: str) -> None:
    here, there = keys_at(url, COMPANY), keys_at(url, COMPANY)
    one, other = blobs_at(url, COMPANY, here), blobs_at(url, COMPANY, there)
    address = await one.put(MAIL, person="p-ada")
    assert await one.put(MAIL, person="p-ada") == address
    assert await other.get(address) == MAIL
    assert await other.put(MAIL, person="p-bob") == address
    here.forget("p-ada")
    assert await other.get(address) == MAIL
    with pytest.raises(BlobMissing):
        await other.get("0" * 64)
    with connected(url) as reader:
        stored = reader.execute("SELECT sealed FROM blobs").fetchall()
    assert len(stored) == 2
    assert all(b"Secret" not in sealed for (sealed,) in stored)
    for each in (one, other, here, there):
        each.close()


async def test_a_key_made_on_two_machines_at_once_is_one_key(url: str) -> None:
    stores = [keys_at(url, COMPANY) for _ in range(4)]
    persons = [f"p-{n}" for n in range(30)]
    await asyncio.gather(*(asyncio.to_thread(each.ensure, persons) for each in stores))
    sealed = {each.cipher("p-7").seal(b"x", [b"c"]) for each in stores}
    assert len(sealed) == 1
    for each in stores:
        each.close()
