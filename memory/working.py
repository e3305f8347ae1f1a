"""What one model call sees: its sections, put together under a budget of tokens. Pure.

The same inputs give the same bytes on every machine. What did not fit is known, and recorded with
the hash of what was shown.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.errors import CooError
from ledger.domain.events import ContextSeen, LeftOut, SectionSeen
from ledger.domain.values import Trust
from memory.tokens import tokens_in


class Section(StrEnum):
    """The parts of a context, in the order in which they are filled and shown."""

    GOAL = "goal"
    FACTS = "facts"
    TASKS = "tasks"
    TURNS = "turns"
    RECALLED = "recalled"


SHARES: Final = {
    Section.GOAL: 30,
    Section.FACTS: 25,
    Section.TASKS: 10,
    Section.TURNS: 20,
    Section.RECALLED: 15,
}
"""Each section's own part of a budget, in percent."""

LENDERS: Final = (Section.RECALLED, Section.TURNS, Section.TASKS)
"""Who gives up room, in this order, to a goal that needs more than its own. Facts never do."""

SHORTENED: Final = frozenset({Section.GOAL, Section.TURNS, Section.RECALLED})
"""Where a text that does not fit is cut after a sentence; elsewhere it is left out whole: half an
open question or half a rule says something else."""

SMALLEST_BUDGET: Final = 500
"""Tokens; with less not even the goal of a call could be shown."""

CUT: Final = " […]"
"""Stands where a text was shortened."""

NO_ROOM: Final = "no room"
OLDER: Final = "older than what fits"
WAS_SHORTENED: Final = "shortened"

_ENVELOPE: Final = 2
_SENTENCE_ENDS: Final = re.compile("[.!?…][\"')\\]»”’]*(?=[ \n])|[。！？]|\n")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Signs that nobody sees: controls, directions, zero width, and letters of the tag block, in which
orders to a model can be hidden. Half of a surrogate pair is no text at all."""


class BudgetTooSmall(CooError):
    """No context fits into so few tokens."""

    def __init__(self, tokens: int) -> None:
        super().__init__(
            f"A model call cannot be made with a context of {tokens} tokens.",
            f"Set `context_tokens` and `context_tokens_cheap` in company.yaml to at least"
            f" {SMALLEST_BUDGET}.",
        )


class Item(Struct, frozen=True, kw_only=True):
    """One thing that a call may see.

    `id` is what an answer cites and what is recorded where it is left out; `facts` are the ids it
    rests on. Of a section, those of higher `priority` are kept first; of equal ones, the ones given
    first. `under` is the key it stands at, "" for the section's own; `single` stands there alone,
    else it is one of a list. `shown` are fields that are shown whole, `text` may be shortened;
    `at`, `who` and a trust that is not the best stand beside it.
    """

    id: str
    text: str = ""
    facts: tuple[str, ...] = ()
    priority: int = 0
    under: str = ""
    single: bool = False
    shown: dict[str, Any] = {}
    at: datetime | None = None
    who: str = ""
    case: str = ""
    trust: Trust = Trust.VERIFIED


class Sections(Struct, frozen=True, kw_only=True):
    """Everything that bears on a call, before it is known what fits.

    Turns stand in order, the oldest first; recalled episodes the best first. `withheld` was left
    out before: this call may not see it.
    """

    goal: tuple[Item, ...]
    facts: tuple[Item, ...] = ()
    tasks: tuple[Item, ...] = ()
    turns: tuple[Item, ...] = ()
    recalled: tuple[Item, ...] = ()
    withheld: tuple[LeftOut, ...] = ()

    def of(self, section: Section) -> tuple[Item, ...]:
        """The items of a section."""
        items: tuple[Item, ...] = getattr(self, section.value)
        return items


class WorkingContext(Struct, frozen=True, kw_only=True):
    """What a call sees. `text` is JSON, so that nothing in a text can end it; `seen` is for the
    record; `kept` are the items in it, as they are shown.
    """

    text: str
    seen: ContextSeen
    kept: tuple[tuple[Section, tuple[Item, ...]], ...]

    def cited(self, item: str) -> Item | None:
        """What an answer means by this id; None where it was not shown."""
        return next((each for _, items in self.kept for each in items if each.id == item), None)


def assembled(sections: Sections, budget: int) -> WorkingContext:
    """A context of at most `budget` tokens. Raises `BudgetTooSmall`.

    The goal is always in it, shortened where it must be. What a section leaves unused goes on to
    the next.
    """
    if budget < SMALLEST_BUDGET:
        raise BudgetTooSmall(budget)
    own = shares(budget)
    goal = _Filling(Section.GOAL, sections.goal, _for_goal(own, sections.goal))
    left = {**own, **_lent(own, goal.room - own[Section.GOAL])}
    filled, carried = [goal], max(own[Section.GOAL] - goal.used, 0)
    for section in list(Section)[1:]:
        one = _Filling(section, sections.of(section), left[section] + carried)
        carried = one.room - one.used
        filled.append(one)
    return _context(filled, sections.withheld, budget)


def shares(budget: int) -> dict[Section, int]:
    """What each section has of its own; the braces around all are paid for first."""
    return {section: (budget - _ENVELOPE) * share // 100 for section, share in SHARES.items()}


def clean(text: str) -> str:
    """A text without the signs that nobody sees."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def _for_goal(own: dict[Section, int], items: Sequence[Item]) -> int:
    """What the goal may take: what it needs, from its own share and from those who lend."""
    needed = sum(_cost(Section.GOAL, each) for each in items) + _keys(Section.GOAL, items)
    most = own[Section.GOAL] + sum(own[each] for each in LENDERS)
    return max(min(needed, most), own[Section.GOAL])


def _lent(own: dict[Section, int], wanted: int) -> dict[Section, int]:
    """What stays with those who lend."""
    left = {}
    for section in LENDERS:
        left[section] = max(own[section] - wanted, 0)
        wanted = max(wanted - own[section], 0)
    return left


class _Filling:
    """One section: what of its items fits into its room."""

    def __init__(self, section: Section, items: Sequence[Item], room: int) -> None:
        self.section, self.items, self.room = section, [_cleaned(each) for each in items], room
        self.used = 0
        self.out: list[LeftOut] = []
        self._kept: dict[int, Item] = {}
        self._keys: set[str] = set()
        for place in self._order():
            self._put(place)

    @property
    def kept(self) -> list[Item]:
        """What is shown, in the order in which it was given."""
        return [self._kept[place] for place in sorted(self._kept)]

    def _order(self) -> list[int]:
        """By priority; of turns the newest first."""
        places = range(len(self.items))
        if self.section is Section.TURNS:
            return list(reversed(places))
        return sorted(places, key=lambda place: (-self.items[place].priority, place))

    def _put(self, place: int) -> None:
        item = self.items[place]
        if self.section is Section.TURNS and self.out:  # a conversation has no hole in it
            self._leave_out(item, OLDER)
            return
        room = self.room - self.used - self._key_cost(item)
        fits = item if _cost(self.section, item) <= room else self._shortened(item, room)
        if fits is None:
            self._leave_out(item, NO_ROOM)
            return
        if fits is not item:
            self._leave_out(item, WAS_SHORTENED)
        self.used += self._key_cost(item) + _cost(self.section, fits)
        self._keys.add(_key(self.section, item))
        self._kept[place] = fits

    def _key_cost(self, item: Item) -> int:
        key = _key(self.section, item)
        return 0 if key in self._keys else _key_tokens(key, single=item.single)

    def _shortened(self, item: Item, room: int) -> Item | None:
        """As much of its text as fits, whole sentences where there is one."""
        if self.section not in SHORTENED or not item.text:
            return None
        ends = [match.end() for match in _SENTENCE_ENDS.finditer(item.text)]
        ends = [end for end in ends if end < len(item.text)]
        cut = self._longest(item, ends, room)
        if cut is None and self.section is Section.GOAL:
            cut = self._longest(item, list(range(len(item.text))), room)
        return cut

    def _longest(self, item: Item, ends: Sequence[int], room: int) -> Item | None:
        """The item cut at the last of these places that fits."""
        low, high, best = 0, len(ends) - 1, None
        while low <= high:
            middle = (low + high) // 2
            cut = replace(item, text=item.text[: ends[middle]].rstrip() + CUT)
            if _cost(self.section, cut) <= room:
                best, low = cut, middle + 1
            else:
                high = middle - 1
        return best

    def _leave_out(self, item: Item, why: str) -> None:
        tokens = _cost(self.section, item)
        self.out.append(LeftOut(self.section.value, item.id, why, tokens=tokens, facts=item.facts))


def _context(
    filled: Sequence[_Filling],
    withheld: tuple[LeftOut, ...],
    budget: int,
) -> WorkingContext:
    text = "{" + ",".join(part for one in filled for part in _rendered(one)) + "}"
    seen = ContextSeen(
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        tokens=tokens_in(text),
        budget=budget,
        sections=tuple(_seen(one) for one in filled),
        left_out=(*withheld, *(each for one in filled for each in one.out)),
    )
    kept = tuple((one.section, tuple(one.kept)) for one in filled)
    return WorkingContext(text=text, seen=seen, kept=kept)


def _seen(one: _Filling) -> SectionSeen:
    facts = dict.fromkeys(fact for item in one.kept for fact in item.facts)
    return SectionSeen(
        name=one.section.value,
        items=len(one.kept),
        tokens=one.used,
        budget=one.room,
        facts=tuple(facts),
    )


def _rendered(one: _Filling) -> Iterator[str]:
    """The section's keys in the order of their first items."""
    by_key: dict[str, list[Item]] = {}
    for item in one.kept:
        by_key.setdefault(_key(one.section, item), []).append(item)
    for key, items in by_key.items():
        values = [_value(one.section, each) for each in items]
        single = items[0].single
        yield f"{_json(key)}:{_json(values[0]) if single else _json(values)}"


def _value(section: Section, item: Item) -> Any:
    """An item as it stands in the text. Of the caller's own keys only what it says itself."""
    if item.single and not item.shown:
        return item.text
    if item.single:
        return item.shown["value"]
    if item.under:
        return {**item.shown, **({"text": item.text} if item.text else {})}
    told = {
        "id": item.id,
        "at": _moment(section, item.at),
        "case": item.case,
        "who": item.who,
        "trust": "" if item.trust is not Trust.UNTRUSTED else item.trust.value,
    }
    return {**{k: v for k, v in told.items() if v}, **item.shown, "text": item.text}


def _moment(section: Section, at: datetime | None) -> str:
    """Of a turn to the minute, else the day; UTC."""
    length = len("2026-11-22 10:00") if section is Section.TURNS else len("2026-11-22")
    return at.isoformat(sep=" ")[:length] if at else ""


def _cleaned(item: Item) -> Item:
    return replace(item, text=clean(item.text), who=clean(item.who))


def _key(section: Section, item: Item) -> str:
    return item.under or section.value


def _keys(section: Section, items: Sequence[Item]) -> int:
    singles = {_key(section, item): item.single for item in items}
    return sum(_key_tokens(key, single=single) for key, single in singles.items())


def _key_tokens(key: str, *, single: bool) -> int:
    """The key with its colon, the comma after it, and the brackets of a list."""
    return tokens_in(_json(key)) + 2 + (0 if single else 2)


def _cost(section: Section, item: Item) -> int:
    """What an item takes as it stands in the text, with the comma after it."""
    return tokens_in(_json(_value(section, item))) + (0 if item.single else 1)


def _json(value: Any) -> str:
    """JSON that is the same everywhere: no white space, no order of its own."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
