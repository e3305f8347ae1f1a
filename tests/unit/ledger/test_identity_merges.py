"""Who is who: merges and splits in any order, against a small model of an address book."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.domain.entities import Contact, Stop
from ledger.domain.events import (
    CaseOpened,
    ContactCreated,
    ContactRecognised,
    ContactsKeptApart,
    ContactsMerged,
    ContactSplit,
    Event,
    ResumeOrdered,
    StopOrdered,
)
from ledger.domain.facts import Draft, Fact
from ledger.domain.identity import Identity, identity_in, keys_of
from ledger.domain.present import Present
from ledger.domain.values import DESK
from ledger.replay import refold
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BY = {"operator": "nora", "channel": "console"}
SOME = [f"con-{n}" for n in range(6)]

orders = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.sampled_from(SOME), st.sampled_from(SOME)),
        st.tuples(st.just("split"), st.sampled_from(SOME), st.just("")),
    ),
    max_size=25,
)


class Book:
    """The model: each entry points to the one it was merged with, or to nobody."""

    def __init__(self) -> None:
        self.into: dict[str, str] = {}

    def head(self, one: str) -> str:
        while one in self.into:
            one = self.into[one]
        return one

    def merge(self, kept: str, other: str) -> None:
        if self.head(kept) != self.head(other):
            self.into[self.head(other)] = kept

    def split(self, one: str) -> None:
        self.into.pop(one, None)

    def groups(self) -> dict[str, set[str]]:
        return {one: {o for o in SOME if self.head(o) == self.head(one)} for one in SOME}


def events_of(steps: Sequence[tuple[str, str, str]]) -> list[Event]:
    said: list[Event] = [
        ContactCreated(contact=one, name=f"Name {one}", address=f"{one}@example.com")
        for one in SOME
    ]
    for step, one, other in steps:
        if step == "merge":
            said.append(ContactsMerged(contact=one, merged=other, **BY))
        else:
            said.append(ContactSplit(contact="", parted=one, **BY))
    return said


def draft_of(event: Event, n: int, case: str = DESK) -> Draft:
    person = f"p-{event.contact}" if isinstance(event, ContactCreated) else ""
    return Draft(case=case, event=event, key=f"k{n}", by="test", person=person)


def folded(events: Sequence[Event], state: Present | None = None, case: str = DESK) -> Present:
    state = state or Present()
    for event in events:
        draft, seq = draft_of(event, state.seq, case), state.seq + 1
        state.fold(
            [
                Fact(
                    id=f"{seq:032x}",
                    seq=seq,
                    company="acme",
                    case=case,
                    version=seq,
                    at=NOW,
                    event=event,
                    key=draft.key,
                    by="test",
                    person=draft.person,
                )
            ]
        )
    return state


def known(state: Present, one: str) -> Identity:
    found = identity_in(state, one)
    assert found is not None
    return found


@given(orders)
def test_merges_and_splits_in_any_order_give_the_address_book_that_a_person_would_keep(
    steps: list[tuple[str, str, str]],
) -> None:
    book = Book()
    for step, one, other in steps:
        if step == "merge":
            book.merge(one, other)
        else:
            book.split(one)
    state = folded(events_of(steps))
    for one, group in book.groups().items():
        found = known(state, one)
        assert set(found.ids) == group
        assert found.id == book.head(one)
        assert len(found.ids) == len(set(found.ids))
        assert set(found.persons) == {f"p-{each}" for each in group}
        assert found.under(one).address == f"{one}@example.com"


@given(orders)
def test_when_every_merge_is_taken_back_each_entry_is_what_it_was(
    steps: list[tuple[str, str, str]],
) -> None:
    before = folded(events_of([]))
    after = folded([*events_of(steps), *(ContactSplit(contact="", parted=c, **BY) for c in SOME)])
    for one in SOME:
        left = after.get(Contact, one)
        assert left is not None
        assert replace(left, apart=()) == before.get(Contact, one)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(orders)
def test_the_address_book_folded_from_scratch_is_the_one_that_was_kept(
    steps: list[tuple[str, str, str]],
) -> None:
    asyncio.run(_kept_and_refolded(steps))


async def _kept_and_refolded(steps: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = Keys.open(folder / "keys.db")
        ledger = await Ledger.open(
            folder, company="acme", keys=keys, clock=_Still(), projection=InlineViews()
        )
        try:
            for n, event in enumerate(events_of(steps)):
                await ledger.append([draft_of(event, n)])
            assert (await refold(ledger)).identical
            model = folded(events_of(steps))
            for one in SOME:
                assert set(await keys_of(one, ReadViews(ledger))) == set(known(model, one).persons)
        finally:
            await ledger.close()
            keys.close()


class _Still:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


def test_facts_that_come_while_merged_stay_with_the_key_they_came_under() -> None:
    state = folded([*events_of([("merge", "con-0", "con-1")])])
    folded([CaseOpened(kind="lead", fact="f", contact="con-1")], state, case="lead-7")
    assert known(state, "con-0").contact.cases == ("lead-7",)
    folded([ContactSplit(contact="con-0", parted="con-1", **BY)], state)
    assert known(state, "con-0").contact.cases == ()
    assert known(state, "con-1").contact.cases == ("lead-7",)


def test_a_stop_of_one_holds_for_all_they_are_merged_with_and_for_those_named_after_a_split() -> (
    None
):
    stopped = StopOrdered(scope="contact", target="con-1", **BY)
    state = folded([*events_of([]), stopped, ContactsMerged(contact="con-0", merged="con-1", **BY)])
    (stop,) = state.find(Stop, "active")
    assert set(stop.covers) == {"con-0", "con-1"}
    folded([ContactSplit(contact="con-0", parted="con-1", **BY)], state)
    (stop,) = state.find(Stop, "active")
    assert stop.covers == ("con-1",)
    folded([ResumeOrdered(scope="contact", target="con-1", **BY)], state)
    folded([ContactsMerged(contact="con-0", merged="con-1", **BY)], state)
    folded([StopOrdered(scope="contact", target="con-0", **BY)], state)
    folded([ContactSplit(contact="con-0", parted="con-1", **BY)], state)
    (stop,) = state.find(Stop, "active")
    assert set(stop.covers) == {"con-0", "con-1"}, "it was ordered for both, so it holds for both"


def test_hints_are_kept_once_and_found_under() -> None:
    state = folded([*events_of([]), ContactRecognised(contact="con-0", by="address", hints=("h",))])
    folded([ContactRecognised(contact="con-0", by="address", hints=("h", "i"))], state)
    assert [each.id for each in state.find(Contact, "hint:h")] == ["con-0"]
    contact = state.get(Contact, "con-0")
    assert contact is not None
    assert contact.hints == ("h", "i")


def test_who_was_told_apart_is_remembered_on_both_sides() -> None:
    apart = ContactsKeptApart(contact="con-0", other="con-1", **BY)
    state = folded([*events_of([]), apart, apart])
    assert known(state, "con-0").contact.apart == ("con-1",)
    assert known(state, "con-1").contact.apart == ("con-0",)
