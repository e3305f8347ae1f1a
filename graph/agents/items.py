"""Which items of the price list a text asks for, and how many. Where two fit, it says so."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from graph.agents.numbers import ARTICLES, count_of
from graph.agents.plaintext import plain
from graph.slots import ItemSlot
from ledger.domain.company import PriceItem

MOST_WORDS = 2_500
"""Words of a text that are compared with the price list."""

_WORD = re.compile(r"[a-z0-9\u00df-\u024f]+(?:[.,]\d+)?")
_ENDINGS = ("en", "er", "es", "e", "n", "s", "x")
_SHORTEST_STEM = 3
_FUZZY_LENGTH = 6
_FUZZY = 0.86
_FUZZY_SLACK = 2
_NEVER_FUZZY = frozenset(
    ["thanks", "workers", "forms", "format", "formal", "former", "within", "without"]
)

_UNITS: dict[str, frozenset[str]] = {
    "day": frozenset(
        [
            "day",
            "days",
            "tag",
            "tage",
            "tagen",
            "taegig",
            "tagig",
            "jour",
            "jours",
            "journee",
            "journees",
        ]
    ),
    "hour": frozenset(["hour", "hours", "hrs", "stunde", "stunden", "std", "heure", "heures"]),
    "month": frozenset(["month", "months", "monat", "monate", "monaten", "monats", "mois"]),
    "piece": frozenset(
        [
            "piece",
            "pieces",
            "stuck",
            "stueck",
            "piece",
            "pieces",
            "unit",
            "units",
            "x",
            "mal",
            "times",
            "fois",
        ]
    ),
}
_TIMES = frozenset({"day", "hour", "month", "week"})
_FILLERS = frozenset(
    [
        "of",
        "de",
        "d",
        "full",
        "whole",
        "new",
        "more",
        "neue",
        "neuen",
        "neuer",
        "neues",
        "ganze",
        "ganzen",
        "volle",
        "nouveau",
        "nouvelle",
        "nouvelles",
        "nouveaux",
        "x",
        "times",
        "further",
        "additional",
        "weitere",
        "weiteren",
        "mal",
        "complete",
        "complets",
        "komplette",
        "of",
        "the",
        "your",
        "ihrer",
        "ihre",
        "ihren",
        "vos",
        "on",
        "site",
        "ganztagige",
        "ganztagigen",
        "entire",
        "l",
        "le",
        "la",
        "les",
    ]
)
_BRIDGES = frozenset(
    [
        "for",
        "fur",
        "fuer",
        "over",
        "uber",
        "pour",
        "de",
        "sur",
        "x",
        "of",
        "je",
        "a",
        "an",
        "auf",
        "i",
        "e",
        "in",
        "total",
        "qty",
        "quantity",
        "menge",
        "anzahl",
        "quantite",
        "d",
        "with",
        "mit",
        "the",
        "dauer",
        "duration",
    ]
)
_OWN = re.compile(
    r"(?:\b(?:on|via|through|from|visited|saw|seen|found|browsed|like|love|auf|uber|ueber|von|"
    r"durch|gefallt|"
    r"besucht|sur|par|vu|visite|grace a)\s+(?:\w+\s+){0,2}?)?\b(?:your|ihre[rnm]?|eure[rnm]?|"
    r"deine[rnm]?|votre)\s+$"
)
_TAKE_CARE = re.compile(r"\b(?:take|takes|taking|taken|with|great|best|medical|health)\s+$")
_THEIRS = re.compile(r"\b(?:our|my|unsere[rnms]?|meine[rnms]?|notre|nos|mon|ma)\s+(?:\w+\s+)?$")
_NOT = re.compile(
    r"\b(?:no|not|without|kein|keine|keinen|ohne|nicht|sans|pas de|pas d')\s+(?:(?:a|an|the|"
    r"any|new)\s+)?$"
)
_LOOK_BACK = 48


class Word(Struct, frozen=True):
    """A folded word of a text and where it stands."""

    text: str
    start: int
    end: int


class Match(Struct, frozen=True):
    """An item found in words `first` to `last` (exclusive), `size` signs long.

    `weak`: it may only be mentioned ("our website is down").
    """

    item: str
    first: int
    last: int
    size: int
    weak: bool


class Wants(Struct, frozen=True):
    """What a text asks for. `unsure` says in words what could not be told."""

    items: tuple[ItemSlot, ...]
    unsure: tuple[str, ...] = ()


def wants_in(text: str, prices: Sequence[PriceItem]) -> Wants:
    """The items a text asks for, with quantities where they are told."""
    words = _words(plain(text))
    matches, doubts = _untangled(list(_matches(plain(text), words, prices)))
    slots = []
    for item in prices:
        found = [match for match in matches if match.item == item.id]
        if found:
            slot, doubt = _slot(text, words, found, item, matches)
            slots.append(slot)
            doubts += doubt
    return Wants(tuple(slots), tuple(doubts))


def names_of(item: PriceItem) -> tuple[str, ...]:
    """Every word or phrase that means this item: its id, its titles, its names."""
    return (item.id, item.title, *item.titles.values(), *item.names)


def stem(word: str) -> str:
    """The word without plural and case endings of three languages."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return stem(word[: -len(ending)])
    return word


def _words(folded: str) -> tuple[Word, ...]:
    found = [Word(hit[0], hit.start(), hit.end()) for hit in _WORD.finditer(folded)]
    return tuple(found[:MOST_WORDS])


def _matches(folded: str, words: Sequence[Word], prices: Sequence[PriceItem]) -> Iterator[Match]:
    stems = [stem(word.text) for word in words]
    for item in prices:
        for name in dict.fromkeys(_names(item)):
            for first, last in _spans(words, stems, name):
                before = folded[max(0, words[first].start - _LOOK_BACK) : words[first].start]
                if not _mentioned_only(before, name):
                    size = words[last - 1].end - words[first].start
                    yield Match(item.id, first, last, size, bool(_THEIRS.search(before)))


def _names(item: PriceItem) -> Iterator[tuple[str, ...]]:
    for name in names_of(item):
        parts = tuple(
            stem(word.text) for word in _words(plain(name)) if word.text not in ("d", "de")
        )
        if parts:
            yield parts


def _spans(
    words: Sequence[Word], stems: Sequence[str], name: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    whole = "".join(name)
    for first in range(len(words)):
        for size in range(1, len(name) + 2):
            part = stems[first : first + size]
            counted = any(count_of(word.text) is not None for word in words[first : first + size])
            if counted or len(part) < size:
                break
            if _same("".join(part), whole, words[first].text):
                yield first, first + size
                break
        if len(name) > 1 and (end := _scattered(stems, first, name)):
            yield first, end


def _same(found: str, wanted: str, word: str) -> bool:
    if found == wanted:
        return True
    near = (
        abs(len(found) - len(wanted)) <= _FUZZY_SLACK
        and min(len(found), len(wanted)) >= _FUZZY_LENGTH
    )
    if not near or found[0] != wanted[0] or word in _NEVER_FUZZY:
        return False
    if sorted(found) == sorted(wanted):
        return True
    return difflib.SequenceMatcher(None, found, wanted, autojunk=False).ratio() >= _FUZZY


def _scattered(stems: Sequence[str], first: int, name: tuple[str, ...]) -> int:
    """Where the name ends when its words stand in another order ("days of workshop"), or 0."""
    window = stems[first : first + len(name) + 1]
    if not window or window[0] not in name or not set(name) <= set(window):
        return 0
    return first + max(window.index(part) for part in name) + 1


def _mentioned_only(before: str, name: tuple[str, ...]) -> bool:
    if _OWN.search(before) or _NOT.search(before):
        return True
    return name == ("car",) and bool(_TAKE_CARE.search(before))


def _untangled(matches: list[Match]) -> tuple[list[Match], list[str]]:
    """Of overlapping matches the longest; equally long ones of several items are a doubt."""
    kept, doubts = [], []
    for match in matches:
        rivals = [other for other in matches if other.item != match.item and _overlap(match, other)]
        if any(other.size > match.size for other in rivals):
            continue
        kept.append(match)
        equal = sorted({match.item, *(other.item for other in rivals if other.size == match.size)})
        if len(equal) > 1:
            doubts.append(f"which item is meant: {' or '.join(equal)}")
    strong = {match.item for match in kept if not match.weak}
    weak = {match.item for match in kept} - strong
    if strong and weak:
        doubts.append(f"whether {' and '.join(sorted(weak))} is asked for or only mentioned")
    return kept, list(dict.fromkeys(doubts))


def _overlap(one: Match, other: Match) -> bool:
    return one.first < other.last and other.first < one.last


def _slot(
    text: str,
    words: Sequence[Word],
    found: Sequence[Match],
    item: PriceItem,
    others: Sequence[Match],
) -> tuple[ItemSlot, list[str]]:
    told = {
        count for match in found if (count := _quantity(words, match, item, others)) is not None
    }
    evidence = _evidence(text, words, found[0], item)
    if len(told) > 1:
        return ItemSlot(item.id, 0, evidence), [f"quantity of {item.id}: {_either(told)}"]
    count = next(iter(told), None)
    if count is None and not _needs_count(words, found, item):
        count = 1
    return ItemSlot(item.id, count or 0, evidence), [] if count else [f"quantity of {item.id}"]


def _evidence(text: str, words: Sequence[Word], match: Match, item: PriceItem) -> str:
    before = _before(words, match, item)
    start = words[match.first if before is None else before].start
    return " ".join(text[start : words[match.last - 1].end].split())


def _either(counts: Iterable[int]) -> str:
    return " or ".join(map(str, sorted(counts)))


def _needs_count(words: Sequence[Word], found: Sequence[Match], item: PriceItem) -> bool:
    """Nothing was said: one is meant only where the word is singular and no span of time."""
    if item.unit in _TIMES:
        return True
    return any(_is_plural(words[match.last - 1].text, item) for match in found)


def _is_plural(word: str, item: PriceItem) -> bool:
    names = {part.text for name in names_of(item)
             for part in _words(plain(name))}  # fmt: skip
    return word not in names and word.endswith(("s", "n", "en", "x"))


def _quantity(
    words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> int | None:
    """The count that stands right before or after the item's words; None: none does."""
    before = _before(words, match, item)
    after = _after(words, match, item, others)
    if before is not None and words[before].text in ARTICLES and item.unit in _TIMES:
        spoken = _speaks_of_unit(words, match, item)
        before = before if spoken and after is None else None
    at = before if before is not None else after
    return None if at is None else count_of(_bare_count(words[at].text))


def _before(words: Sequence[Word], match: Match, item: PriceItem) -> int | None:
    at = match.first - 1
    units = _units(item)
    for _ in range(4):
        if at < 0:
            return None
        word = words[at].text
        if count_of(_bare_count(word)) is not None and not _is_x(word):
            return at
        if word not in _FILLERS and word not in units and stem(word) not in map(stem, units):
            return None
        at -= 1
    return None


def _after(
    words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> int | None:
    """`workshop (2 days)`, `workshop: 2`, `workshop for two days`, `logos x 3`."""
    at = match.last
    while at < min(len(words), match.last + 4):
        if any(other.first <= at < other.last for other in others if other.item != match.item):
            return None
        if count_of(words[at].text) is not None and words[at].text not in ARTICLES | {"couple"}:
            return at if _closes(words, at, item) else None
        if words[at].text not in _BRIDGES:
            return None
        at += 1
    return None


def _closes(words: Sequence[Word], at: int, item: PriceItem) -> bool:
    """The number is a count: a unit of the item follows it, or nothing on the same line does."""
    following = words[at + 1] if at + 1 < len(words) else None
    if following is None or following.start - words[at].end > 1:
        return True
    return following.text in _units(item) or following.text in (
        "x",
        "and",
        "und",
        "et",
        "please",
        "bitte",
    )


def _speaks_of_unit(words: Sequence[Word], match: Match, item: PriceItem) -> bool:
    units = {stem(unit) for unit in _UNITS.get(item.unit, frozenset()) if len(unit) > 1}
    tail = [stem(word.text) for word in words[max(0, match.first - 2) : match.last]]
    return any(part == unit or part.endswith(unit) for part in tail for unit in units)


def _units(item: PriceItem) -> frozenset[str]:
    own = _UNITS.get(item.unit, frozenset({plain(item.unit), plain(item.unit) + "s"}))
    return own | _UNITS["piece"]


def _is_x(word: str) -> bool:
    return word == "x"


def _bare_count(word: str) -> str:
    """`2x` is 2; `zweitagig` and `2tagig` are 2."""
    return re.sub(r"(?<=\d)x$|ta(?:e)?gige?[nrsm]?$", "", word) or word
