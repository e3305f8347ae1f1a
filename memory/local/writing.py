"""What the local store keeps in its file: pure SQL, inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from memory.episodes import Episode
from memory.local.lexical import Entry
from memory.phrasing import form_of
from memory.stems import stemmed
from memory.surroundings import REACH, Surroundings, texts_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ALWAYS: Final = (-(2**62), 2**62)

UNWIPED: Final = "SELECT count(*) FROM mark WHERE name = 'unwiped'"
"""Whether traces (free pages, the index beside the file) of who was removed may be there."""

_PUT: Final = (
    "INSERT INTO episode (id, case_id, at, kind, person, contact, who, superseded, valid_from,"
    " valid_to, form, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET case_id=excluded.case_id,"
    " at=excluded.at, kind=excluded.kind, person=excluded.person, contact=excluded.contact,"
    " who=excluded.who, superseded=excluded.superseded, valid_from=excluded.valid_from,"
    " valid_to=excluded.valid_to, form=excluded.form, body=excluded.body RETURNING n"
)

_SET_AFTER: Final = (
    "UPDATE episode SET after = (SELECT p.n FROM episode p WHERE p.case_id = episode.case_id"
    " AND (p.at, p.id) < (episode.at, episode.id) ORDER BY p.at DESC, p.id DESC LIMIT 1)"
    " WHERE n = ?"
)


def moment(at: datetime) -> int:
    """A moment as the file keeps it: microseconds since 1970, UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def validity(episode: Episode) -> tuple[int, int]:
    """From when an episode holds, and when no longer, as the file keeps them: no open ends."""
    start, end = episode.valid_from, episode.valid_to
    return (
        moment(start) if start is not None else _ALWAYS[0],
        moment(end) if end is not None else _ALWAYS[1],
    )


def write(cursor: sqlite3.Cursor, episodes: Iterable[Episode]) -> None:
    """Add or replace by id. What stays as it was is not touched."""
    touched: set[int] = set()
    for episode in episodes:
        body = msgspec.json.encode(episode)
        old = _row(cursor, episode.id)
        if old is not None and old[1] == body:
            continue
        if old is not None:
            touched |= set(_around(cursor, old[0]))
        n = _put(cursor, episode, body)
        touched |= set(_around(cursor, n))
    _put_words(cursor, touched)
    _waits(cursor, touched)


def forget(cursor: sqlite3.Cursor, person: str) -> tuple[int, list[Surroundings]]:
    """Remove a person's episodes; what was beside them is to be looked at again.

    Returns how many went, and all that is concerned as it stood before.
    """
    sql = "SELECT n FROM episode WHERE person = ?"
    gone = [int(row[0]) for row in cursor.execute(sql, (person,)).fetchall()]
    touched = {other for n in gone for other in _around(cursor, n)}
    stood = [around for n in sorted(touched) if (around := surroundings(cursor, n)) is not None]
    for table in ("episode", "item", "vector"):
        cursor.executemany(f"DELETE FROM {table} WHERE n = ?", [(n,) for n in gone])  # noqa: S608 - names above
    _put_words(cursor, touched)
    _waits(cursor, touched)
    if gone:
        cursor.execute("INSERT OR REPLACE INTO mark VALUES ('unwiped', 1)")
    return len(gone), stood


def surroundings(cursor: sqlite3.Cursor, n: int) -> Surroundings | None:
    """An episode among those beside it; None where it is gone."""
    place = cursor.execute("SELECT case_id, at, id FROM episode WHERE n = ?", (n,)).fetchone()
    if place is None:
        return None
    before = [body for _, body in _side(cursor, place, "<", "DESC")][::-1]
    after = [body for _, body in _side(cursor, place, ">", "ASC")]
    own = cursor.execute("SELECT body FROM episode WHERE n = ?", (n,)).fetchone()[0]
    bodies = (*before, own, *after)
    episodes = tuple(msgspec.json.decode(each, type=Episode) for each in bodies)
    return Surroundings(n, episodes, len(before))


def waiting(cursor: sqlite3.Cursor, table: str, limit: int) -> list[int]:
    """What the index of words (`unindexed`) or the vectors (`unembedded`) do not know yet."""
    sql = f"SELECT n FROM {table} ORDER BY n LIMIT ?"  # noqa: S608 - one of two names
    return [int(row[0]) for row in cursor.execute(sql, (limit,)).fetchall()]


def everything_waits(cursor: sqlite3.Cursor, table: str) -> None:
    """All episodes are to be indexed or embedded anew."""
    cursor.execute(f"INSERT OR IGNORE INTO {table} SELECT n FROM episode")  # noqa: S608 - one of two names


def number(cursor: sqlite3.Cursor, sql: str) -> int:
    """The single number that a query gives."""
    return int(cursor.execute(sql).fetchone()[0])


def entry_of(around: Surroundings) -> Entry:
    """What the indexes of words hold of an episode."""
    own, texts = around.own, texts_of(around)
    valid_from, valid_to = validity(own)
    return Entry(
        n=around.n,
        at=moment(own.at),
        case=own.case,
        kind=own.kind,
        superseded=own.superseded,
        valid_from=valid_from,
        valid_to=valid_to,
        own=texts.own,
        near=texts.near,
        wide=texts.wide,
    )


def _put_words(cursor: sqlite3.Cursor, touched: Iterable[int]) -> None:
    for n in sorted(touched):
        cursor.execute("DELETE FROM words WHERE rowid = ?", (n,))
        around = surroundings(cursor, n)
        if around is not None:
            entry = entry_of(around)
            row = (n, stemmed(entry.own), stemmed(entry.near), stemmed(entry.wide))
            cursor.execute("INSERT INTO words (rowid, own, near, wide) VALUES (?, ?, ?, ?)", row)
            cursor.execute(_SET_AFTER, (n,))


def _waits(cursor: sqlite3.Cursor, touched: Iterable[int]) -> None:
    rows = [(n,) for n in sorted(touched)]
    for table in ("unindexed", "unembedded"):
        cursor.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?)", rows)  # noqa: S608 - names above


def _row(cursor: sqlite3.Cursor, episode_id: str) -> tuple[int, bytes] | None:
    sql = "SELECT n, body FROM episode WHERE id = ?"
    row: tuple[int, bytes] | None = cursor.execute(sql, (episode_id,)).fetchone()
    return row


def _put(cursor: sqlite3.Cursor, episode: Episode, body: bytes) -> int:
    values = (
        *(episode.id, episode.case, moment(episode.at), episode.kind, episode.person),
        *(episode.contact, episode.who, episode.superseded, *validity(episode)),
        *(int(form_of(episode.text)), body),
    )
    n = int(cursor.execute(_PUT, values).fetchone()[0])
    cursor.execute("DELETE FROM item WHERE n = ?", (n,))
    rows = [(item, moment(episode.at), n) for item in set(episode.items)]
    cursor.executemany("INSERT INTO item (item, at, n) VALUES (?, ?, ?)", rows)
    return n


def _around(cursor: sqlite3.Cursor, n: int) -> Iterator[int]:
    """An episode and those beside it."""
    place = cursor.execute("SELECT case_id, at, id FROM episode WHERE n = ?", (n,)).fetchone()
    yield n
    for sign, order in (("<", "DESC"), (">", "ASC")):
        yield from (other for other, _ in _side(cursor, place, sign, order))


def _side(
    cursor: sqlite3.Cursor, place: tuple[str, int, str], sign: str, order: str
) -> list[tuple[int, bytes]]:
    """Those right before or right after a place in a case, the nearest first."""
    sql = (
        f"SELECT n, body FROM episode WHERE case_id = ? AND (at, id) {sign} (?, ?)"  # noqa: S608 - sign and order come from here
        f" ORDER BY at {order}, id {order} LIMIT {REACH}"
    )
    return [(int(n), bytes(body)) for n, body in cursor.execute(sql, place).fetchall()]
