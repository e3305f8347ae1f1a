"""The index of words of a large store: tantivy, in a folder beside the store's file.

Up to `memory.local.store.LARGE` episodes SQLite's FTS5 answers in a few milliseconds and knows
each episode at once; at 100,000 it takes a tenth of a second, and tantivy two thousandths. A
commit takes it some ten milliseconds, so it follows in the background, and FTS5 answers for what
it does not know yet. The folder is disposable.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import tantivy
from msgspec import Struct

from memory.stems import analyzer, stems_of
from memory.surroundings import NEAR_WEIGHT, OWN_WEIGHT, WIDE_WEIGHT

LAYOUT: Final = "3"
"""Raised when fields or words change: an older folder is then made anew."""

_FIELDS: Final = (("own", OWN_WEIGHT), ("near", NEAR_WEIGHT), ("wide", WIDE_WEIGHT))
_HEAP: Final = 15_000_000
_EARLIEST: Final = -(2**62)
_TOKENS: Final = "words"


class Entry(Struct, frozen=True):
    """What is searched of one episode. Moments are in microseconds since 1970, UTC."""

    n: int
    at: int
    case: str
    kind: str
    superseded: bool
    valid_from: int
    valid_to: int
    own: str
    near: str
    wide: str


class Wanted(Struct, frozen=True, kw_only=True):
    """Which episodes may be found at all."""

    before: int
    not_case: str = ""
    kinds: tuple[str, ...] = ()
    with_superseded: bool = False


class LexicalIndex:
    """Finds episodes by any of the words of a text. Not to be used from two threads at once."""

    def __init__(self, folder: Path, generation: str) -> None:
        """The index in `folder`; `fresh` says that it was made anew and holds nothing.

        `generation` names the store's file that it belongs to: that of another one is replaced.
        """
        self._folder = folder
        self._mark = folder / "coo-generation"
        self._generation = f"{generation} {LAYOUT}"
        self._writer: tantivy.IndexWriter | None = None
        self._latest: Mapping[str, int] | None = None
        self.fresh = not self._belongs()
        self._index = self._made() if self.fresh else self._opened()

    def put(self, gone: Iterable[int], entries: Iterable[Entry]) -> None:
        """Remove and add, durably, and find it from now on. An entry replaces that of its `n`."""
        writer = self._writer = self._writer or self._index.writer(_HEAP, 1)
        for n in gone:
            writer.delete_documents_by_term("n", n)
        for entry in entries:
            writer.delete_documents_by_term("n", entry.n)
            writer.add_document(_document(entry))
        writer.commit()
        self._index.reload()
        self._latest = None

    def search(self, text: str, wanted: Wanted, limit: int) -> dict[int, float]:
        """The best `limit` by relevance, as n → BM25; {} where no word is worth looking for."""
        terms = stems_of(text)
        if not terms:
            return {}
        searcher = self._index.searcher()
        hits = searcher.search(self._query(terms, wanted), limit, count=False).hits
        numbers = searcher.fast_field_values("n", [address for _, address in hits])
        return {
            int(n): float(score or 0.0)
            for n, (score, _) in zip(numbers, hits, strict=True)
            if n is not None
        }

    def close(self) -> None:
        """Let the folder go."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _belongs(self) -> bool:
        try:
            return self._mark.read_text() == self._generation and tantivy.Index.exists(
                str(self._folder)
            )
        except (OSError, UnicodeDecodeError, ValueError):
            return False

    def _opened(self) -> tantivy.Index:
        try:
            return self._with_words(tantivy.Index.open(str(self._folder)))
        except ValueError:  # damaged
            self.fresh = True
            return self._made()

    def _made(self) -> tantivy.Index:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        made = self._with_words(tantivy.Index(_schema(), str(self._folder)))
        self._mark.write_text(self._generation)
        return made

    def _with_words(self, index: tantivy.Index) -> tantivy.Index:
        index.register_tokenizer(_TOKENS, analyzer())
        return index

    def _newest(self) -> Mapping[str, int]:
        """The last moment at which any episode happened, or begins to hold."""
        if self._latest is None:
            searcher = self._index.searcher()
            self._latest = {field: _last(searcher, field) for field in ("at", "valid_from")}
        return self._latest

    def _query(self, terms: Sequence[str], wanted: Wanted) -> tantivy.Query:
        schema, query = self._index.schema, tantivy.Query
        words = [
            (tantivy.Occur.Should, query.boost_query(query.term_query(schema, field, term), weight))
            for field, weight in _FIELDS
            for term in terms
        ]
        begun = _begun(schema, wanted, self._newest())
        parts = [(tantivy.Occur.Must, query.boolean_query(words)), *begun]
        parts += _eligible(schema, wanted)
        return query.boolean_query(parts)


def _last(searcher: tantivy.Searcher, field: str) -> int:
    everything = tantivy.Query.all_query()
    hits = searcher.search(everything, 1, count=False, order_by_field=field).hits
    numbers = searcher.fast_field_values(field, [address for _, address in hits])
    return int(numbers[0]) if numbers and numbers[0] is not None else _EARLIEST


def _begun(
    schema: tantivy.Schema, wanted: Wanted, newest: Mapping[str, int]
) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
    """Nothing later than the plan; a condition that all meet would cost as much as the search."""
    for field, last in newest.items():
        if last > wanted.before:
            yield tantivy.Occur.Must, _between(schema, field, _EARLIEST, wanted.before)


def _eligible(
    schema: tantivy.Schema, wanted: Wanted
) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
    """Conditions that decide and add nothing to the relevance."""
    query, occur = tantivy.Query, tantivy.Occur
    if wanted.not_case:
        yield occur.MustNot, query.term_query(schema, "case", wanted.not_case)
    if not wanted.with_superseded:
        yield occur.MustNot, _between(schema, "valid_to", _EARLIEST, wanted.before)
        yield occur.MustNot, query.term_query(schema, "superseded", 1)
    if wanted.kinds:
        kinds = [(occur.Should, query.term_query(schema, "kind", kind)) for kind in wanted.kinds]
        yield occur.Must, query.const_score_query(query.boolean_query(kinds), 0.0)


def _between(schema: tantivy.Schema, field: str, first: int, last: int) -> tantivy.Query:
    kind = tantivy.FieldType.Integer
    found = tantivy.Query.range_query(schema, field, kind, first, last, True, True)
    return tantivy.Query.const_score_query(found, 0.0)


def _document(entry: Entry) -> tantivy.Document:
    return tantivy.Document(
        n=entry.n,
        at=entry.at,
        case=entry.case,
        kind=entry.kind,
        superseded=int(entry.superseded),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        own=entry.own,
        near=entry.near,
        wide=entry.wide,
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field, _ in _FIELDS:
        builder.add_text_field(field, tokenizer_name=_TOKENS, index_option="freq")
    for field in ("case", "kind"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("n", "at", "superseded", "valid_from", "valid_to"):
        builder.add_integer_field(field, indexed=True, fast=True)
    return builder.build()
