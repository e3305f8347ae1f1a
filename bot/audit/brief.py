"""What the audit of a whole case says of each entry: a line, and a second one where it decides.

`why CASE step N` says the rest, from `bot/audit/words.py`. What went wrong and what is to be
warned of (lines that begin with `!`) is never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from bot import texts
from bot.audit.words import entry_lines
from bot.cards.rows import SHA_SIGNS
from bot.wording.amounts import counted, percent_plain
from bot.wording.slots import slot_lines
from bot.wording.untrusted import one_line
from ledger.audit import entries as line
from ledger.audit.entries import Entry
from ledger.domain.events import Recollection

LINE: Final = 84
"""Signs that fit beside step and time, where the answer is as wide as it gets."""

BELOW: Final = LINE - 2
OTHER: Final = "other"

WHOLE: Final = (line.WentWrong, line.FellBack)
"""Entries that are said whole."""


SPOKEN: Final = frozenset({"mail", "document", "payment", "said", "tap", "answer"})
"""Arrivals with words of their own."""


def brief_lines(entry: Entry, now: datetime) -> list[str]:
    """One line, and indented below it only what must be seen at once."""
    head, *details = entry_lines(entry, now)
    if isinstance(entry, WHOLE):
        return [head, *details]
    added = _ADDED.get(type(entry), _nothing)(entry)
    warned = (each for each in details if each.lstrip().startswith("!"))
    return [_headline(entry, head), *(f"  {each}" for each in added), *warned]


def _headline(entry: Entry, head: str) -> str:
    if isinstance(entry, line.Planned) and entry.steps:
        steps = "; ".join(step.what for step in entry.steps)
        return one_line(texts.PLANNED.format(planner=entry.planner, goal=steps), 2 * LINE)
    more = _MORE.get(type(entry))
    return _joined(head, more(entry)) if more else one_line(head, 2 * LINE)


def _joined(head: str, more: str) -> str:
    """`head – more`, cut so that it stays one line where the head leaves room for it."""
    room = max(LINE - len(head) - 3, LINE // 2)
    return f"{head} – {one_line(more, room)}" if more else head


def _approved(entry: line.Decided) -> str:
    return texts.DECIDED_BYTES.format(sha=entry.sha256[:SHA_SIGNS]) if entry.sha256 else ""


def _discounted(entry: line.Drafted) -> str:
    discount = percent_plain(entry.discount_bp)
    return texts.DRAFT_DISCOUNT.format(discount=discount) if entry.discount_bp else ""


def _recalled(entry: line.Remembered) -> str:
    return f"{_age(entry.episodes[0])}: {entry.episodes[0].text}" if entry.episodes else ""


def _age(episode: Recollection) -> str:
    days = episode.age_days
    return f"{counted(days, 'day')} ago" if days else texts.TODAY


def _rules(entry: line.Judged) -> str:
    """The rules that fired; the reason of a single one, but not once more before the effect."""
    fired = entry.verdict.fired
    names = ", ".join(rule.rule for rule in fired)
    if len(fired) == 1 and entry.phase != "execution":
        return f"{names}: {fired[0].reason}"
    return names


def _nothing(_: Any) -> Iterator[str]:
    yield from ()


def _arrived(entry: line.CameIn) -> Iterator[str]:
    if entry.summary and entry.kind in SPOKEN:
        yield one_line(entry.summary, BELOW)
    if entry.routed and entry.sender != OTHER:  # another sender is warned of anyway
        yield one_line(texts.ROUTED.format(why=entry.routed), BELOW)


def _reason(entry: line.Planned) -> Iterator[str]:
    if entry.why:
        yield one_line(entry.why, 2 * LINE)
    if entry.remark:
        yield one_line(texts.REMARK.format(planner=entry.planner, remark=entry.remark), 2 * LINE)


def _read(entry: line.Understanding) -> Iterator[str]:
    read = "; ".join(slot_lines(entry.slots)) if entry.slots else ""
    if read:
        yield one_line(read, BELOW)


def _shown(entry: line.Spent) -> Iterator[str]:
    """How much the call saw, and how many things it did not."""
    if entry.saw is not None:
        out = len(entry.saw.left_out)
        yield texts.SAW_BRIEF.format(
            tokens=f"{entry.saw.tokens:,}",
            budget=f"{entry.saw.budget:,}",
            left_out=texts.AND_NOT.format(number=counted(out, "thing")) if out else "",
        )


def _undoing(entry: line.Proposed) -> str:
    if not entry.undoes:
        return ""
    return texts.UNDOES.format(action=entry.undoes, step=entry.undoing)


_MORE: Final[dict[type[Entry], Callable[[Any], str]]] = {
    line.Remembered: _recalled,
    line.Judged: _rules,
    line.Drafted: _discounted,
    line.Decided: _approved,
    line.Proposed: _undoing,
}
"""What goes on in the first line."""

_ADDED: Final[dict[type[Entry], Callable[[Any], Iterator[str]]]] = {
    line.CameIn: _arrived,
    line.Planned: _reason,
    line.Understanding: _read,
    line.Spent: _shown,
}
"""What stands below it."""
