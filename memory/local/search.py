"""Searching the local store: candidates by words, likeness, contact and items, then ranked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from memory.embedder import Vectors
from memory.episodes import Episode, Hit, MemoryQuery, Recall
from memory.local.lexical import LexicalIndex, Wanted
from memory.local.schema import condemned
from memory.local.vectors import Matrix, best_sentences
from memory.local.writing import moment
from memory.ranking import Candidate, Likeness, Question, ranked
from memory.stems import match_expression
from memory.surroundings import NEAR_WEIGHT, OWN_WEIGHT, WIDE_WEIGHT

T = TypeVar("T")

POOL: Final = 200
"""Candidates by words, likeness, contact and items each, before they are ranked."""

_NONE: Final[Sequence[int]] = ()
_NO_SCORES: Final[Mapping[int, float]] = {}

_ELIGIBLE: Final = """
    e.at <= :before AND e.valid_from <= :before AND e.case_id <> :not_case
    AND (:with_superseded OR (e.valid_to > :before AND NOT e.superseded))
    AND (:kinds = '[]' OR e.kind IN (SELECT value FROM json_each(:kinds)))
"""
_BY_WORDS: Final = f"""
    SELECT e.n, f.relevance
    FROM (SELECT rowid AS n, -bm25(words, {OWN_WEIGHT}, {NEAR_WEIGHT}, {WIDE_WEIGHT}) AS relevance
          FROM words WHERE words MATCH :match) f
    JOIN episode e ON e.n = f.n
    WHERE {_ELIGIBLE} ORDER BY f.relevance DESC, e.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in
_BY_NEW_WORDS: Final = _BY_WORDS.replace(
    "words MATCH :match", "words MATCH :match AND rowid IN (SELECT n FROM unindexed)"
)
_BY_CONTACT: Final = f"""
    SELECT e.n FROM episode e
    WHERE e.contact IN (SELECT value FROM json_each(:contacts))
    AND {_ELIGIBLE} ORDER BY e.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in
_BY_ITEM: Final = f"""
    SELECT e.at, e.id, e.n FROM item i CROSS JOIN episode e
    WHERE i.item = :item AND i.at <= :before AND e.n = i.n
    AND {_ELIGIBLE} ORDER BY i.at DESC, e.id LIMIT {POOL}
"""  # noqa: S608 - only the constants above go in
_THESE: Final = f"""
    SELECT e.n, e.id, e.at, e.contact, e.who,
        (SELECT json_group_array(item) FROM item WHERE item.n = e.n), e.form, e.after
    FROM episode e WHERE e.n IN (SELECT value FROM json_each(:numbers)) AND {_ELIGIBLE}
"""  # noqa: S608 - only the constants above go in


class Place(Struct, frozen=True):
    """Where is searched: the file, the index of words of a large store, the vectors."""

    connection: sqlite3.Connection
    index: LexicalIndex | None = None
    matrix: Matrix | None = None


def searched(place: Place, query: MemoryQuery, asked: Vectors | None = None) -> Recall:
    """The best eligible episodes; `asked` is the question as a vector.

    Never raises: what could not be searched is in `degraded`.
    """
    search = _Search(place, query, asked)
    hits = search.hits()
    return Recall(hits=tuple(hits), degraded=" ".join(search.broken))


class _Search:
    """One search, with what went wrong on the way."""

    def __init__(self, place: Place, query: MemoryQuery, asked: Vectors | None) -> None:
        self._place, self._query = place, query
        self._asked = asked if place.matrix is not None and len(place.matrix) else None
        self._given = _parameters(query)
        self.broken: list[str] = []

    def hits(self) -> list[Hit]:
        relevance = self._tried("text", self._by_words, _NO_SCORES)
        told = {*self._tried("contact", lambda: self._rows(_BY_CONTACT, "contacts"), _NONE)}
        told |= {*self._tried("items", self._by_items, _NONE)}
        alike = self._tried("likeness", self._alike, _NONE)
        numbers = {*relevance, *told, *alike}
        likeness = self._tried("likeness", lambda: self._likeness(numbers), Likeness())
        reasons = {*relevance, *told, *(n for n in alike if likeness.related(n))}
        nobody: list[Candidate] = []
        candidates = self._tried("candidates", lambda: self._candidates(reasons), nobody)
        query = self._query
        question = Question.of(query, moment(query.before))
        best = ranked(question, candidates, relevance, likeness)[: max(query.limit, 0)]
        nothing: list[Hit] = []
        return self._tried("result", lambda: self._whole(best), nothing)

    def _by_words(self) -> Mapping[int, float]:
        if not self._given["match"]:
            return _NO_SCORES
        index = self._place.index
        sql = _BY_WORDS if index is None else _BY_NEW_WORDS
        rows = self._place.connection.execute(sql, self._given).fetchall()
        newest = {int(n): float(relevance) for n, relevance in rows}
        return newest if index is None else {**self._by_index(index), **newest}

    def _by_index(self, index: LexicalIndex) -> Mapping[int, float]:
        query = self._query
        wanted = Wanted(
            before=moment(query.before),
            not_case=query.not_case,
            kinds=query.kinds,
            with_superseded=query.with_superseded,
        )
        return index.search(query.text, wanted, POOL)

    def _rows(self, sql: str, name: str) -> Sequence[int]:
        if self._given[name] == "[]":
            return _NONE
        rows = self._place.connection.execute(sql, self._given).fetchall()
        return [int(n) for (n,) in rows]

    def _by_items(self) -> Sequence[int]:
        """The newest with any of the items; one item after the other, so that few are read."""
        rows = {
            row
            for item in self._query.items
            for row in self._place.connection.execute(_BY_ITEM, {**self._given, "item": item})
        }
        newest = sorted(rows, key=lambda row: (-row[0], row[1]))[:POOL]
        return [int(n) for _, _, n in newest]

    def _alike(self) -> Sequence[int]:
        if self._asked is None or self._place.matrix is None:
            return _NONE
        return list(self._place.matrix.best(self._asked, POOL))

    def _likeness(self, numbers: Iterable[int]) -> Likeness:
        if self._asked is None or self._place.matrix is None:
            return Likeness()
        known = sorted(numbers)
        return Likeness(
            around=self._place.matrix.likeness(self._asked, known),
            sentences=best_sentences(self._place.connection, self._asked, known),
        )

    def _candidates(self, numbers: Iterable[int]) -> list[Candidate]:
        given = {**self._given, "numbers": msgspec.json.encode(sorted(numbers)).decode()}
        rows = self._place.connection.execute(_THESE, given).fetchall()
        return [
            Candidate(n, id_, at, contact, who, frozenset(msgspec.json.decode(items)), form, after)
            for n, id_, at, contact, who, items, form, after in rows
        ]

    def _whole(self, best: Sequence[tuple[float, Candidate]]) -> list[Hit]:
        sql = "SELECT body FROM episode WHERE n = ?"
        rows = [self._place.connection.execute(sql, (c.n,)).fetchone() for _, c in best]
        bodies = [msgspec.json.decode(row[0], type=Episode) for row in rows]
        return [
            Hit(episode=body, score=score) for body, (score, _) in zip(bodies, best, strict=True)
        ]

    def _tried(self, name: str, search: Callable[[], T], otherwise: T) -> T:
        try:
            return search()
        except (sqlite3.Error, msgspec.MsgspecError, ValueError, OSError) as error:
            # An operational error may pass (a lock, a full disk) or shows again at the next
            # opening; anything else of the file is damage inside it.
            if isinstance(error, sqlite3.Error | msgspec.MsgspecError) and not isinstance(
                error, sqlite3.OperationalError
            ):
                condemned(self._place.connection)
            self.broken.append(f"The memory could not be searched by {name} ({error}).")
            return otherwise


def _parameters(query: MemoryQuery) -> Mapping[str, object]:
    return {
        "match": match_expression(query.text),
        "before": moment(query.before),
        "not_case": query.not_case,
        "with_superseded": query.with_superseded,
        "kinds": msgspec.json.encode(query.kinds).decode(),
        "contacts": msgspec.json.encode(query.contacts).decode(),
    }
