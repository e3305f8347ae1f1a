"""How many of an item a text asks for: the number beside its words, where it is exact.

A range, a fraction, "about" and "at least" are no quantity: a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from graph.agents.numbers import ARTICLES, count_of
from graph.agents.words import Match, Word, stem, word_set
from ledger.domain.company import PriceItem

TIMES = word_set("day hour month week")
"""Units of time: without a number there is no quantity."""

_UNITS = {
    "day": word_set("day days tag tage tagen taegig tagig jour jours journee journees"),
    "hour": word_set("hour hours hrs stunde stunden std heure heures"),
    "month": word_set("month months monat monate monaten monats mois"),
    "piece": word_set("piece pieces stuck stueck unit units x mal times fois"),
}
_FILLERS = word_set(
    "of de d full whole new more neue neuen neuer neues ganze ganzen volle nouveau nouvelle "
    "nouvelles nouveaux x times further additional weitere weiteren mal complete complets "
    "komplette the die das den der your "
    "ihrer ihre ihren vos on site ganztagige ganztagigen entire l le la les"
)
_BRIDGES = word_set("x je total qty quantity menge anzahl quantite dauer duration i e")
_LOOSE = word_set(
    "for fur fuer over uber pour de sur of a an auf in d with mit the en pendant "
    "durant during wahrend"
)
"""Bridges behind which a number may be anything: it counts only with its unit."""

_MOMENT = word_set(
    "in within binnen innerhalb von dans sous d'ici seit since depuis vor nach after apres "
    "last next letzten nachsten derniers prochains past"
)
_DURING = word_set("for fur fuer pour pendant durant during wahrend over uber")
_RELATIVE = word_set("that who which whose while die der das qui que dont")
_FOLLOWS = word_set("x and und et please bitte svp")
_BREAK = re.compile(r"[.!?;,:]|\n\s*(?:\n|[-*•·–+>])")
_ENDS = re.compile(r"[.!?;,:]")
_LINE = re.compile(r"[.!?;\n]")
_OR = frozenset(["to", "or", "bis", "oder", "ou", "a", "und", "and", "et"])
_ABOUT = re.compile(
    r"\b(?:about|around|approx\w*|roughly|circa|ca\.?|etwa|ungefahr|rund|environ|"
    r"(?:at )?(?:least|most)|up to|mindestens|maximal|hochstens|bis zu|au (?:moins|plus)|jusqu'a|"
    r"(?:more|less|fewer) than|over|mehr als|weniger als|(?:plus|moins) de|maybe|perhaps|"
    r"vielleicht|peut-etre|probably|wohl|knapp|fast|almost|presque|nearly|evtl\.?|eventuell|"
    r"say|sagen wir)\s+$"
)
_OR_SO = re.compile(
    r"^(?:\+|\s*\(?(?:or (?:so|more|less|\w+)|oder (?:so|mehr|\w+)|ou (?:plus|\w+)))"
)
_ANOTHER = re.compile(
    r"\b(?:another|a second|one more|noch ein\w*|(?:eine?n? )?(?:weitere[nrs]?|zweite[nrs]?)|"
    r"une? autre|une? deuxieme) (?:one|days?|tage?|jours?|journees?|in|im|am|en)\b"
)
_FRACTION = re.compile(
    r"^(?:half|halfday|halbe?[nrsm]?|halbtag\w*|demi|demie|quarter|viertel|quart|"
    r"anderthalb\w*|\w+einhalb\w*)$"
)
_SENTENCE = re.compile(r"[.!?]\s|\n\s*\n")
_SEGMENT = re.compile(r"[,;:()\n\t]| [-–] ")
_REACH = 4
_MOST = 100
"""The largest quantity that is taken without asking."""
_YEARS = range(1900, 2100)


class Told(Struct, frozen=True):
    """What a text says about a quantity. `count` is 0 where that is not exact."""

    count: int
    at: int


def told_quantity(
    folded: str,
    words: Sequence[Word],
    match: Match,
    item: PriceItem,
    others: Sequence[Match],
) -> Told | None:
    """The number that stands right before or after the item's words; None: none does."""
    before = _before(folded, words, match, item, others)
    after = _after(folded, words, match, item, others)
    if before is not None and words[before].text in ARTICLES and item.unit in TIMES:
        spoken = _speaks_of_unit(words, match, item)
        before = before if spoken and after is None else None
    at = before if before is not None else after
    if _is_fraction(folded, words, match, item):
        return Told(0, match.first if at is None else at)
    if at is None:
        return None
    return Told(0 if _is_inexact(folded, words, at, match) else _count(words[at].text) or 0, at)


def _before(
    folded: str, words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> int | None:
    at, units = match.first - 1, {stem(unit) for unit in _units(item)}
    for _ in range(_REACH):
        if at < 0 or _BREAK.search(folded[words[at].end : words[at + 1].start]):
            return None
        word = words[at].text
        if _count(word) is not None and word != "x":
            apart = _belongs_above(folded, words, at, others) or _is_moment(words, at, match)
            return None if apart else at
        if word not in _FILLERS and stem(word) not in units:
            return None
        at -= 1
    return None


def _is_moment(words: Sequence[Word], at: int, match: Match) -> bool:
    """`in 3 months the logo`: a moment, not a quantity."""
    return at > 0 and match.first - at > 1 and words[at - 1].text in _MOMENT


def _belongs_above(folded: str, words: Sequence[Word], at: int, others: Sequence[Match]) -> bool:
    """Whether the number ends a line that speaks of another item (`Logo  2`, next line)."""
    ends_line = "\n" in folded[words[at].end : words[min(at + 1, len(words) - 1)].start]
    line = folded.rfind("\n", 0, words[at].start)
    return ends_line and any(
        line < words[other.first].start and other.last <= at for other in others
    )


def _after(
    folded: str, words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> int | None:
    """`workshop (2 days)`, `workshop: 2`, `workshop for two days`, `logos x 3`."""
    loose = False
    for at in range(match.last, min(len(words), match.last + _REACH)):
        word = words[at].text
        if _LINE.search(folded[words[at - 1].end : words[at].start]):
            return None
        if any(other.first <= at < other.last for other in others if other.item != match.item):
            return None
        if _count(word) is not None and word not in ARTICLES | {"couple"}:
            return at if _closes(folded, words, at, item, loose=loose) else None
        if word not in _BRIDGES | _LOOSE:
            return None
        loose = loose or word in _LOOSE
    return None


def _closes(folded: str, words: Sequence[Word], at: int, item: PriceItem, *, loose: bool) -> bool:
    """The number is a count: a unit of the item follows it, or nothing on the same line does."""
    following = words[at + 1] if at + 1 < len(words) else None
    if following is not None and following.text in _units(item):
        return True
    if loose:
        return False
    if following is None:
        return True
    gap = folded[words[at].end : following.start]
    return len(gap) > 1 or "\n" in gap or "\t" in gap or following.text in _FOLLOWS


def _is_inexact(folded: str, words: Sequence[Word], at: int, match: Match) -> bool:
    """A range, an estimate, or more than anybody orders by mail."""
    word, end = words[at], words[max(at, match.last - 1)].end
    line_end = _LINE.search(folded, end)
    rest = folded[end : line_end.start() if line_end else len(folded)]
    return (
        (_count(word.text) or 0) > _MOST
        or bool(_ANOTHER.search(rest))
        or _is_range(folded, words, at)
        or bool(_ABOUT.search(folded[max(0, word.start - 24) : word.start]))
        or bool(_OR_SO.match(folded[word.end :]) or _OR_SO.match(folded[end:]))
    )


def _is_range(folded: str, words: Sequence[Word], at: int) -> bool:
    """`2-3`, `2 to 3`, `zwei bis drei`, `2 à 3`, with the number at either end."""
    for one, two in ((at - 1, at), (at, at + 1)):
        if one >= 0 and two < len(words) and _count(words[one].text) and _count(words[two].text):
            gap = folded[words[one].end : words[two].start].strip()
            if gap in ("-", "/", "+"):
                return True
    ends = [(at - 2, at - 1), (at + 2, at + 1)]
    return any(
        0 <= far < len(words)
        and words[near].text in _OR
        and (_count(words[far].text) or 0) > 0
        and words[far].text not in ARTICLES
        and words[at].text not in ARTICLES
        and "\n" not in folded[words[min(far, near)].end : words[max(far, near)].start]
        for far, near in ends
    )


def _is_fraction(folded: str, words: Sequence[Word], match: Match, item: PriceItem) -> bool:
    """Part of a day, an hour or a month, said near the item in the same sentence."""
    if item.unit not in TIMES:
        return False
    first, last = max(0, match.first - _REACH - 1), min(len(words), match.last + _REACH)
    for at in range(first, last):
        low, high = sorted((words[at].start, words[match.first].start))
        if _FRACTION.match(words[at].text) and not _LINE.search(folded[low:high]):
            return True
    return "½" in folded[words[first].start : words[last - 1].end]


def _speaks_of_unit(words: Sequence[Word], match: Match, item: PriceItem) -> bool:
    units = {stem(unit) for unit in _UNITS.get(item.unit, frozenset()) if len(unit) > 1}
    tail = [stem(word.text) for word in words[max(0, match.first - 2) : match.last]]
    return any(part == unit or part.endswith(unit) for part in tail for unit in units)


def _units(item: PriceItem) -> frozenset[str]:
    own = _UNITS.get(item.unit, frozenset({item.unit.lower(), item.unit.lower() + "s"}))
    return own | _UNITS["piece"]


def _count(word: str) -> int | None:
    """`2`, `two`, `2x` and `x2` are 2; `zweitagig` and `2tagig` are 2; a year is no count."""
    bare = re.sub(r"(?<=\d)x$|^x(?=\d)|ta(?:e)?gige?[nrsm]?$", "", word) or word
    count = count_of(bare)
    return None if count in _YEARS else count


def told_apart(
    folded: str, words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> int:
    """The count that stands further away in the same sentence, and can only be this item's.

    `training for 12 people, 2 days`; `care of all our pages for 6 months`. 0 where there is none,
    or where several compete.
    """
    if item.unit not in TIMES:
        return 0
    place = words[match.first].start
    start = max((hit.end() for hit in _SENTENCE.finditer(folded, 0, place)), default=0)
    end = _SENTENCE.search(folded, place)
    sentence = folded[start : end.start() if end else len(folded)]
    counts = {count for part in _SEGMENT.split(sentence) if (count := _whole_part(part, item))}
    if not counts:
        counts = set(_lasting(folded, words, match, item, others))
    return next(iter(counts)) if len(counts) == 1 else 0


def _lasting(
    folded: str, words: Sequence[Word], match: Match, item: PriceItem, others: Sequence[Match]
) -> Iterator[int]:
    """`… for 6 months` behind the item, with no other item or relative clause between."""
    stop = min((one.first for one in others if one.first >= match.last), default=len(words))
    for at in range(match.last, min(stop, len(words) - 1)):
        gap = folded[words[at - 1].end : words[at].start]
        if _ENDS.search(gap) or gap.count("\n") > 1 or words[at].text in _RELATIVE:
            return
        count = _count(words[at].text) or 0
        timed = words[at - 1].text in _DURING and words[at + 1].text in _UNITS[item.unit]
        if timed and 0 < count <= _MOST and not _is_inexact(folded, words, at, match):
            yield count


def _whole_part(part: str, item: PriceItem) -> int:
    """The count of a part that says a number and a unit, and nothing else."""
    said = part.split()
    said = said[1:] if said and said[0] in ("for", "fur", "pour", "sur", "over", "je") else said
    units = _UNITS.get(item.unit, frozenset())
    if len(said) != len(("two", "days")) or said[1] not in units:
        return 0
    count = _count(said[0]) or 0
    return count if count <= _MOST else 0
