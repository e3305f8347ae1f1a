"""Which items of the price list a text asks for, and how many. Where two fit, it says so."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from graph.agents.mentions import belongs_to, only_mentioned, perhaps_mentioned
from graph.agents.numbers import count_of
from graph.agents.plaintext import plain
from graph.agents.quantities import TIMES, told_apart, told_quantity
from graph.agents.words import Match, Place, Word, stem, unnumbered, words_in
from graph.slots import ItemSlot
from ledger.domain.company import PriceItem

_FUZZY_LENGTH = 6
_FUZZY = 0.86
_FUZZY_SLACK = 2
_NEVER_FUZZY = frozenset(
    [
        "thanks",
        "workers",
        "worship",
        "forms",
        "format",
        "formal",
        "former",
        "within",
        "without",
        "trailing",
        "maintenant",
    ]
)
"""Common words that look like one of a price list."""

_EVIDENCE = 6
"""Words before the end of an item's words that may belong to its quantity."""


class Wants(Struct, frozen=True):
    """What a text asks for. `unsure` says in words what could not be told.

    `places` are where the items stand in the text.
    """

    items: tuple[ItemSlot, ...]
    unsure: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


class Text(Struct, frozen=True):
    """A text, its folded form, its words, and every item found in it."""

    whole: str
    folded: str
    words: tuple[Word, ...]
    found: tuple[Match, ...]


def wants_in(text: str, prices: Sequence[PriceItem]) -> Wants:
    """The items a text asks for, with quantities where they are told."""
    folded = unnumbered(plain(text))
    words = words_in(folded)
    found, doubts = _untangled(folded, words, list(_matches(folded, words, prices)))
    slots = []
    for item in prices:
        matches = [match for match in found if match.item == item.id]
        if matches:
            slot, doubt = _slot(Text(text, folded, words, tuple(found)), matches, item)
            slots.append(slot)
            doubts += doubt
    places = tuple(
        Place(one.item, words[one.first].start, words[one.last - 1].end) for one in found
    )
    return Wants(tuple(slots), tuple(doubts), places)


def names_of(item: PriceItem) -> tuple[str, ...]:
    """Every word or phrase that means this item: its id, its titles, its names."""
    return (item.id, item.title, *item.titles.values(), *item.names)


def _matches(folded: str, words: Sequence[Word], prices: Sequence[PriceItem]) -> Iterator[Match]:
    stems = [stem(word.text) for word in words]
    for item in prices:
        for name in dict.fromkeys(_names(item)):
            for first, last in _spans(words, stems, name):
                start, end = words[first].start, words[last - 1].end
                if not only_mentioned(folded, start, end, care=name == ("car",)):
                    weak = perhaps_mentioned(folded, start)
                    yield Match(item.id, first, last, end - start, weak)


def _compounds(item: PriceItem) -> Iterator[str]:
    """German joins a name and its unit: "Schulung" and "Tag" are "Schulungstag"."""
    unit = {"day": "tag", "hour": "stunde", "month": "monat"}.get(item.unit)
    for name in names_of(item) if unit else ():
        if " " not in name and not name.lower().endswith(str(unit)):
            yield from (f"{name}{unit}", f"{name}s{unit}")


def _names(item: PriceItem) -> Iterator[tuple[str, ...]]:
    for name in (*names_of(item), *_compounds(item)):
        parts = tuple(
            stem(word.text) for word in words_in(plain(name)) if word.text not in ("d", "de")
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
        if len(name) > 1 and (end := _scattered(words, stems, first, name)):
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


def _scattered(
    words: Sequence[Word], stems: Sequence[str], first: int, name: tuple[str, ...]
) -> int:
    """Where the name ends when its words stand in another order ("days of workshop"), or 0."""
    window = stems[first : first + len(name) + 1]
    if not window or window[0] not in name or not set(name) <= set(window):
        return 0
    last = first + max(window.index(part) for part in name) + 1
    return 0 if any(count_of(word.text) is not None for word in words[first:last]) else last


def _untangled(
    folded: str, words: Sequence[Word], matches: list[Match]
) -> tuple[list[Match], list[str]]:
    """Of overlapping matches the longest; equally long ones of several items are a doubt."""
    kept: list[Match] = []
    doubts = []
    for match in matches:
        rivals = [other for other in matches if other.item != match.item and _overlap(match, other)]
        if any(other.size > match.size for other in rivals):
            continue
        kept.append(match)
        equal = sorted({match.item, *(other.item for other in rivals if other.size == match.size)})
        if len(equal) > 1:
            doubts.append(f"which item is meant: {' or '.join(equal)}")
    kept = _with_objects(folded, words, kept)
    strong = {match.item for match in kept if not match.weak}
    weak = {match.item for match in kept} - strong
    if strong and weak:
        doubts.append(f"whether {' and '.join(sorted(weak))} is asked for or only mentioned")
    return kept, list(dict.fromkeys(doubts))


def _with_objects(folded: str, words: Sequence[Word], found: list[Match]) -> list[Match]:
    """An item that only says what another one is for goes into it: "care of our website"."""
    owners = {one: _object_of(folded, words, one, found) for one in found}
    taken = {one for one, last in owners.items() if last}
    objects = {(one.item, one.first) for one in found if any(
        owner.item != one.item and owner.last <= one.first < owners[owner] for owner in taken
    )}  # fmt: skip
    return [
        replace(one, last=max(one.last, owners[one]))
        for one in found
        if (one.item, one.first) not in objects
    ]


def _object_of(folded: str, words: Sequence[Word], owner: Match, found: list[Match]) -> int:
    """Where the words end that say what `owner` is for; 0 where none do."""
    end = words[owner.last - 1].end
    return max(
        (
            one.last
            for one in found
            if one.weak
            and one.item != owner.item
            and owner.last <= one.first
            and belongs_to(folded, end, words[one.first].start)
        ),
        default=0,
    )


def _overlap(one: Match, other: Match) -> bool:
    return one.first < other.last and other.first < one.last


def _slot(text: Text, found: Sequence[Match], item: PriceItem) -> tuple[ItemSlot, list[str]]:
    folded, words = text.folded, text.words
    told = [
        one for match in found if (one := told_quantity(folded, words, match, item, text.found))
    ]
    counts = {one.count for one in told}
    if not counts:
        counts = {
            count
            for match in found
            if (count := told_apart(folded, words, match, item, text.found))
        }
    evidence = _evidence(text, found[0], min((one.at for one in told), default=found[0].first))
    if len(counts) > 1:
        return ItemSlot(item.id, 0, evidence), [f"quantity of {item.id}: {_either(counts)}"]
    count = next(iter(counts), 0 if _needs_count(words, found, item) else 1)
    return ItemSlot(item.id, count, evidence), [] if count else [f"quantity of {item.id}"]


def _evidence(text: Text, match: Match, at: int) -> str:
    first = at if match.last - _EVIDENCE <= at < match.first else match.first
    start, end = text.words[first].start, text.words[match.last - 1].end
    return " ".join(text.whole[start:end].split())


def _either(counts: Iterable[int]) -> str:
    return " or ".join(str(count) if count else "not exactly told" for count in sorted(counts))


def _needs_count(words: Sequence[Word], found: Sequence[Match], item: PriceItem) -> bool:
    """Nothing was said: one is meant only where the word is singular and no span of time."""
    if item.unit in TIMES:
        return True
    return any(_is_plural(words[match.last - 1].text, item) for match in found)


def _is_plural(word: str, item: PriceItem) -> bool:
    names = {part.text for name in names_of(item) for part in words_in(plain(name))}
    return word not in names and word.endswith(("s", "n", "en", "x"))
