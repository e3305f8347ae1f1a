"""When a draft is a fact that is there already."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from ledger.books import Books, Sheet
from ledger.chain import EMPTY, StoredFact
from ledger.codec import Codec
from ledger.domain.errors import KeyConflict
from ledger.domain.events import Event
from ledger.domain.facts import Draft
from ledger.domain.values import Personal
from ledger.ids import TimeOrderedIds
from ledger.placing import Placing
from ledger.seal import Keys
from ledger.statements import Statements
from ledger.upcast import Upcasters

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Moved(Event, frozen=True, kw_only=True):
    """A made-up event whose `room` was called `place` in its first schema."""

    schema = 2

    room: str
    who: Personal = ""


RENAMED = Upcasters({("Moved", 1): lambda old: {"type": "Moved", "room": old["place"]}})


@pytest.fixture
def books(tmp_path: Path):
    keys = Keys.open(tmp_path / "keys.db")
    codec = Codec("acme", keys, types={"Moved": Moved}, upcasters=RENAMED)
    yield Books("acme", codec, Statements(sqlite.dialect()), None, TimeOrderedIds())
    keys.close()


def sheet(books: Books, room: str) -> Sheet:
    draft = Draft(case="c", event=Moved(room=room), key="k", by="me")
    return books.sheets([draft])[0]


def stored_long_ago(place: str) -> StoredFact:
    payload = f'{{"type":"Moved","place":"{place}"}}'.encode()
    middle = ("id", "c", 1, 0, "Moved", 1, "k", "me", "", "")
    return StoredFact("acme", 1, *middle, payload, None, b"", b"")


def placing(books: Books, known: StoredFact) -> Placing:
    return Placing(books, EMPTY, NOW, {"k": known}, lambda _case: 0)


def test_a_fact_written_by_an_older_version_counts_as_the_same(books: Books) -> None:
    done = placing(books, stored_long_ago("attic")).batch([sheet(books, "attic")])
    assert (done.new, done.facts[0].event) == (0, Moved(room="attic"))


def test_a_fact_written_by_an_older_version_may_still_conflict(books: Books) -> None:
    with pytest.raises(KeyConflict):
        placing(books, stored_long_ago("attic")).batch([sheet(books, "cellar")])
