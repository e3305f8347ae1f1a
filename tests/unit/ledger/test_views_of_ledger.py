"""The read tables follow the ledger, and can be thrown away at any time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from ledger.domain.entities import Action, ActionStatus, Approval, Case, Contact, Failure, Question
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    Approved,
    CaseOpened,
    CaseStuck,
    ContactCreated,
    Event,
    OperatorSaid,
    QuestionAsked,
)
from ledger.domain.facts import Draft
from ledger.domain.values import DESK
from ledger.places import keys_at
from ledger.replay import refold
from ledger.store import Ledger, Tx
from ledger.tables import VIEW_COUNTER, VIEW_ENTITY, VIEW_LOOKUP, VIEW_STATE, VIEWS
from ledger.views import InlineViews, ReadViews, at

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class StillClock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@asynccontextmanager
async def opened(folder: Path | str, *, fold_version: int = 1) -> AsyncIterator[Ledger]:
    keys = keys_at(folder if isinstance(folder, str) else folder / "keys.db", "acme")
    views = InlineViews(fold_version=fold_version)
    ledger = await Ledger.open(
        folder, company="acme", keys=keys, clock=StillClock(), projection=views
    )
    try:
        yield ledger
    finally:
        await ledger.close()
        keys.close()


def drafts(case: str, *said: Event, start: int = 0) -> list[Draft]:
    return [
        Draft(case=case, event=event, key=f"{case}:{n}", by="test", person="p-1")
        for n, event in enumerate(said, start=start)
    ]


def a_lead(n: int) -> list[Draft]:
    asked = ApprovalRequested(
        approval=f"apr-{n}", action=f"act-{n}", sha256="s", expires_at=NOW + timedelta(days=1)
    )
    return drafts(
        f"lead-{n}",
        ContactCreated(contact=f"con-{n}", name=f"Ada {n}", address=f"ada{n}@example.com"),
        CaseOpened(kind="lead", fact="f", contact=f"con-{n}", title=f"Website {n}"),
        ActionProposed(action=f"act-{n}", name="SendReply", risk="r", sha256="s", agent="sales"),
        asked,
        QuestionAsked(question=f"ask-{n}", about="f", why="unclear", text="Which?"),
    )


def yes(n: int) -> Approved:
    return Approved(
        approval=f"apr-{n}",
        action=f"act-{n}",
        sha256="s",
        operator="olga",
        channel="console",
        tap="t",
    )


async def test_what_was_just_appended_is_what_everybody_reads(database: Path | str) -> None:
    async with opened(database) as ledger:
        views = ReadViews(ledger)
        await ledger.append(a_lead(1))
        assert (await views.find(Contact, "person:p-1"))[0].name == "Ada 1"
        assert (await views.find(Approval, "status:pending"))[0].number == 1
        await ledger.append(drafts("lead-1", yes(1), start=5))
        assert await views.find(Approval, "status:pending") == []
        action = await views.get(Action, "act-1")
        assert action is not None
        assert action.status is ActionStatus.ALLOWED
        case = await views.get(Case, "lead-1")
        assert case is not None
        assert case.version == 6


async def test_entities_come_oldest_first_and_by_case(database: Path | str) -> None:
    async with opened(database) as ledger:
        views = ReadViews(ledger)
        for n in (3, 1, 2):
            await ledger.append(a_lead(n))
        assert [case.id for case in await views.all(Case)] == ["lead-3", "lead-1", "lead-2"]
        assert [a.id for a in await views.all(Action, case="lead-1")] == ["act-1"]
        pending = await views.find(Approval, "status:pending")
        assert [approval.number for approval in pending] == [1, 3, 5]


async def test_a_whole_story_in_one_append_folds_like_one_fact_at_a_time(tmp_path: Path) -> None:
    together, one_by_one = tmp_path / "a", tmp_path / "b"
    story = [d for n in range(20) for d in [*a_lead(n), *drafts(f"lead-{n}", yes(n), start=5)]]
    async with opened(together) as ledger:
        await ledger.append(story)
        first = await ledger.read(tables)
    async with opened(one_by_one) as ledger:
        for draft in story:
            await ledger.append([draft])
        assert await ledger.read(tables) == first
        assert (await refold(ledger)).identical


def tables(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: sorted(tuple(row) for row in connection.execute(select(table)))
        for table in VIEWS
    }


def drop_everything(connection: Connection) -> None:
    for table in VIEWS:
        connection.execute(delete(table))


def drop_entities(connection: Connection) -> None:
    connection.execute(delete(VIEW_ENTITY))


def drop_lookups(connection: Connection) -> None:
    connection.execute(delete(VIEW_LOOKUP))


def lag_behind(connection: Connection) -> None:
    connection.execute(update(VIEW_ENTITY).values(data=b"nonsense"))
    connection.execute(update(VIEW_STATE).values(seq=3))


@pytest.mark.parametrize("harm", [drop_everything, drop_entities, drop_lookups, lag_behind])
async def test_read_tables_that_were_lost_are_rebuilt_the_same(
    database: Path | str, harm: Callable[[Connection], None]
) -> None:
    async with opened(database) as ledger:
        for n in range(5):
            await ledger.append(a_lead(n))
        await ledger.append(drafts("lead-1", yes(1), start=5))
        before = await ledger.read(tables)
        await ledger.transact(lambda tx: harm(tx.connection))
    async with opened(database) as ledger:
        assert await ledger.read(tables) == before
        assert (await refold(ledger)).identical


async def test_a_new_fold_rebuilds_the_tables_and_an_unchanged_one_leaves_them(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await ledger.append(a_lead(1))
        await ledger.transact(lambda tx: scribble(tx.connection))
    async with opened(database) as ledger:
        assert not (await refold(ledger)).identical
    async with opened(database, fold_version=2) as ledger:
        assert (await refold(ledger)).identical


def scribble(connection: Connection) -> None:
    connection.execute(update(VIEW_COUNTER).values(value=77))


async def test_a_check_of_the_fold_names_the_first_difference_in_words(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await ledger.append(a_lead(1))
        views = ReadViews(ledger)
        contact = await views.get(Contact, "con-1")
        assert contact is not None
        forged = b'{"type":"contact","id":"con-1","name":"Eve","address":"e@x","persons":[]}'
        await ledger.transact(lambda tx: overwrite(tx.connection, forged))
        check = await refold(ledger)
        assert not check.identical
        assert "contact 'con-1'" in check.difference
        assert "name is 'Eve'" in check.difference
        assert "folds to 'Ada 1'" in check.difference


def overwrite(connection: Connection, data: bytes) -> None:
    row = VIEW_ENTITY.c
    connection.execute(update(VIEW_ENTITY).where(row.entity_id == "con-1").values(data=data))


async def test_a_check_of_the_fold_finds_what_is_missing_and_what_is_too_much(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:
        await ledger.append(a_lead(1))
        await ledger.transact(lambda tx: remove_question(tx.connection))
        check = await refold(ledger)
        assert "question 'ask-1' is missing" in check.difference
        assert await ReadViews(ledger).get(Question, "ask-1") is None


def remove_question(connection: Connection) -> None:
    connection.execute(delete(VIEW_ENTITY).where(VIEW_ENTITY.c.kind == "question"))


async def test_inside_a_transaction_the_views_already_show_what_it_appended(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:

        def work(tx: Tx) -> list[Approval]:
            tx.append(a_lead(1))
            reads = at(tx.connection, tx.company)
            return reads.find(Approval, "number:1")

        assert [found.id for found in await ledger.transact(work)] == ["apr-1"]


async def test_a_transaction_that_fails_leaves_no_trace_in_the_read_tables(
    database: Path | str,
) -> None:
    async with opened(database) as ledger:

        def work(tx: Tx) -> None:
            tx.append(a_lead(1))
            raise ValueError("changed my mind")

        with pytest.raises(ValueError, match="changed my mind"):
            await ledger.transact(work)
        assert await ReadViews(ledger).all(Case) == []
        await ledger.append(a_lead(2))
        assert [case.number for case in await ReadViews(ledger).all(Case)] == [1]


async def test_an_erased_person_is_gone_from_the_rebuilt_tables(database: Path | str) -> None:
    async with opened(database) as ledger:
        await ledger.append(a_lead(1))
        await ledger.transact(lambda tx: drop_everything(tx.connection))
    keys = keys_at(database if isinstance(database, str) else database / "keys.db", "acme")
    keys.forget("p-1")
    keys.close()
    async with opened(database) as ledger:
        views = ReadViews(ledger)
        contact = (await views.find(Contact, "person:p-1"))[0]
        case = await views.get(Case, "lead-1")
        assert case is not None
        assert (contact.name, contact.address, case.title) == ("", "", "")
        assert (await refold(ledger)).identical


async def test_the_desk_is_no_case_but_can_be_stuck(database: Path | str) -> None:
    stuck = CaseStuck(subscriber="router", fact="f", tries=5, cause="boom", remedy="Retry it.")
    said = OperatorSaid(operator="olga", channel="console", text="hello")
    async with opened(database) as ledger:
        await ledger.append(drafts(DESK, said, stuck))
        views = ReadViews(ledger)
        assert await views.all(Case) == []
        assert [failure.id for failure in await views.find(Failure, "broken")] == [DESK]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE view_entity SET case_id = 'lead-9' WHERE kind = 'question'", "lies in case"),
        (
            "UPDATE view_entity SET kind = 'alarm' WHERE kind = 'question'",
            "question 'ask-1' is missing",
        ),
    ],
)
async def test_a_check_of_the_fold_finds_what_lies_where_nobody_would_look(
    database: Path | str, damage: str, told: str
) -> None:
    async with opened(database) as ledger:
        await ledger.append(a_lead(1))
        await ledger.transact(lambda tx: tx.connection.exec_driver_sql(damage))
        assert told in (await refold(ledger)).difference
