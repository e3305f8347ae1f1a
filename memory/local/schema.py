"""The file of the local store: its tables, and how one that is missing or damaged is replaced."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from memory.surroundings import LAYOUT

VERSION = 6
"""Raised when tables or texts change: an older file is replaced and filled again."""

_TABLES = """
CREATE TABLE episode (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    contact TEXT NOT NULL,
    who TEXT NOT NULL,
    superseded INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    -- What its form says (memory/phrasing.py), and which episode is right before it in its case.
    form INTEGER NOT NULL,
    after INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX episode_of_case ON episode (case_id, at, id);
CREATE INDEX episode_of_contact ON episode (contact, at);
CREATE INDEX episode_of_person ON episode (person);
-- In time, so that the newest of an item are found without reading all of them.
CREATE TABLE item (
    item TEXT NOT NULL, at INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (item, at, n)
) WITHOUT ROWID;
CREATE INDEX item_of_episode ON item (n);
-- Stems (memory/stems.py), so that both indexes of words know the same.
CREATE VIRTUAL TABLE words USING fts5 (
    own, near, wide, tokenize = 'unicode61 remove_diacritics 2'
);
-- What the large index of words and the vectors do not know yet: new, changed or gone.
CREATE TABLE unindexed (n INTEGER PRIMARY KEY);
CREATE TABLE unembedded (n INTEGER PRIMARY KEY);
-- float16, rows of the embedder's dimensions: what is around an episode, and its sentences.
CREATE TABLE vector (n INTEGER PRIMARY KEY, around BLOB NOT NULL, sentences BLOB NOT NULL);
CREATE TABLE mark (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
INSERT INTO mark VALUES ('watermark', 0), ('fingerprint', '');
"""


def opened(path: Path) -> sqlite3.Connection:
    """A connection to a sound file at `path`; one that is missing, old or damaged starts empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connected(path)
    if _is_sound(connection):
        return connection
    connection.close()
    removed(path)
    fresh = _connected(path)
    _configure(fresh)
    fresh.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT")
    fresh.execute("INSERT INTO mark VALUES ('generation', ?)", (secrets.token_hex(8),))
    fresh.execute("INSERT INTO mark VALUES ('layout', ?)", (LAYOUT,))
    return fresh


def generation(connection: sqlite3.Connection) -> str:
    """Which file this is: what was made beside another one does not belong to it."""
    row = connection.execute("SELECT value FROM mark WHERE name = 'generation'").fetchone()
    return str(row[0])


def removed(path: Path) -> None:
    """Delete the file with everything SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def condemned(connection: sqlite3.Connection) -> None:
    """Mark a file whose damage showed only in use, so that the next start replaces it."""
    try:
        connection.execute("PRAGMA user_version = 0")
    except sqlite3.Error:
        return  # Too damaged even for that: then opening it finds the damage, too.


def _connected(path: Path) -> sqlite3.Connection:
    # Autocommit: every transaction here is written out as BEGIN … COMMIT. The store's lock keeps
    # threads apart.
    return sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)


def _configure(connection: sqlite3.Connection) -> None:
    # FULL, since the relay's cursor moves on after a write: one that a power cut takes back
    # would be missing for ever. WAL, so that other processes can read meanwhile.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _is_sound(connection: sqlite3.Connection) -> bool:
    try:
        _configure(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        checked = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        return version == VERSION and checked == "ok" and _answers(connection)
    except (sqlite3.DatabaseError, TypeError):
        return False


def _answers(connection: sqlite3.Connection) -> bool:
    connection.execute("SELECT rowid FROM words WHERE words MATCH 'coo' LIMIT 1").fetchall()
    connection.execute("SELECT count(*) FROM episode, mark").fetchone()
    return bool(generation(connection))
