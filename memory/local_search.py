"""Searching the local store: candidates by words, contact and items, then ranked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from memory.episodes import Episode, Hit, MemoryQuery, Recall
from memory.local_schema import condemned
from memory.words import match_expression

OWN_WEIGHT = 1.0
CONTEXT_WEIGHT = 0.5
SAME_CONTACT = 0.35
"""What the same contact adds; the best match by words counts 1."""
SAME_ITEMS = 0.2
"""What the same items add, in proportion to how many of the wanted ones there are."""
POOL = 200
"""Candidates taken from the words, and from contact and items each, before they are ranked."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ELIGIBLE = """
    e.at <= :before AND e.case_id <> :not_case AND e.superseded <= :with_superseded
    AND (:kinds = '[]' OR e.kind IN (SELECT value FROM json_each(:kinds)))
"""
_BY_WORDS = f"""
    SELECT e.body, f.relevance
    FROM (SELECT rowid AS n, -bm25(words, {OWN_WEIGHT}, {CONTEXT_WEIGHT}) AS relevance
          FROM words WHERE words MATCH :match) f
    JOIN episode e ON e.n = f.n
    WHERE {_ELIGIBLE} ORDER BY f.relevance DESC, e.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in
_BY_CONTACT = f"""
    SELECT e.body, 0.0 FROM episode e
    WHERE e.contact IN (SELECT value FROM json_each(:contacts))
    AND {_ELIGIBLE} ORDER BY e.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in
_BY_ITEMS = f"""
    SELECT e.body, 0.0 FROM episode e
    WHERE e.n IN (SELECT n FROM item WHERE item IN (SELECT value FROM json_each(:items)))
    AND {_ELIGIBLE} ORDER BY e.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in

_SEARCHES = (("text", _BY_WORDS), ("contact", _BY_CONTACT), ("items", _BY_ITEMS))
Found = dict[str, tuple[Episode, float]]


def searched(connection: sqlite3.Connection, query: MemoryQuery) -> Recall:
    """The best eligible episodes. Never raises: what could not be searched is in `degraded`."""
    found, broken = _candidates(connection, query)
    hits = sorted(_ranked(found, query), key=_best_first)
    return Recall(hits=tuple(hits[: max(query.limit, 0)]), degraded=" ".join(broken))


def moment(at: datetime) -> int:
    """A moment as the file keeps it: microseconds since 1970, UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _parameters(query: MemoryQuery) -> dict[str, object]:
    return {
        "match": match_expression(query.text),
        "before": moment(query.before),
        "not_case": query.not_case,
        "with_superseded": query.with_superseded,
        "kinds": msgspec.json.encode(query.kinds).decode(),
        "items": msgspec.json.encode(query.items).decode(),
        "contacts": msgspec.json.encode(query.contacts).decode(),
    }


def _candidates(connection: sqlite3.Connection, query: MemoryQuery) -> tuple[Found, list[str]]:
    """Eligible episodes by id with their relevance, and in words what could not be searched."""
    given = _parameters(query)
    found: Found = {}
    broken: list[str] = []
    for name, sql in _SEARCHES:
        if name == "text" and not given["match"]:
            continue
        try:
            for body, relevance in connection.execute(sql, given).fetchall():
                episode = msgspec.json.decode(body, type=Episode)
                found.setdefault(episode.id, (episode, float(relevance)))
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            broken.append(_broken(connection, name, error))
    return found, broken


def _broken(connection: sqlite3.Connection, name: str, error: Exception) -> str:
    # An operational error may pass (a lock, a full disk) or shows again at the next opening;
    # anything else is damage inside the file.
    if not isinstance(error, sqlite3.OperationalError):
        condemned(connection)
    return f"The memory could not be searched by {name} ({error})."


def _ranked(found: dict[str, tuple[Episode, float]], query: MemoryQuery) -> Iterator[Hit]:
    best = max((relevance for _, relevance in found.values()), default=0.0)
    wanted = set(query.items)
    for episode, relevance in found.values():
        score = relevance / best if best > 0 else 0.0
        score += SAME_CONTACT * (episode.contact in query.contacts)
        score += SAME_ITEMS * len(wanted & set(episode.items)) / max(len(wanted), 1)
        yield Hit(episode=episode, score=round(score, 6))


def _best_first(hit: Hit) -> tuple[float, int, str]:
    return (-hit.score, -moment(hit.episode.at), hit.episode.id)
