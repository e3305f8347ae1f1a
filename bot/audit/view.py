"""A trail in words: what each entry says to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, TypeVar

from bot import texts
from bot.audit.brief import brief_lines
from bot.audit.words import entry_lines
from bot.cards.making import fired_lines
from bot.channel import Reply, Table
from bot.wording.amounts import clock_words, counted, usd_words
from bot.wording.untrusted import one_line
from ledger.audit import entries as line
from ledger.audit.entries import Cost, Entry, Trail
from ledger.audit.why import Explanation, NotTaken

E = TypeVar("E", bound=Entry)

MOST_EPISODES: Final = 5


def audit_reply(trail: Trail, label: str, case: str, now: datetime) -> Reply:
    """The whole chain of a case in brief, and what it cost. `case` is what a person types."""
    hint = texts.AUDIT_HINT.format(case=case)
    return Reply(
        title=label,
        table=_chain(trail.entries, now),
        hints=(cost_words(trail.cost, trail.facts), hint),
    )


def why_reply(explanation: Explanation, label: str, now: datetime) -> Reply:
    """One step: what it was, and what led to it."""
    head, *more = entry_lines(explanation.entry, now)
    around = (*explanation.chain, *explanation.later)
    left_out = tuple(_not_taken(each, now) for each in explanation.not_taken)
    return Reply(
        title=f"{label}, step {explanation.entry.step}: {head}",
        lines=(*more, *_because(explanation, now), *left_out),
        table=_chain(around, now) if around else None,
    )


def _chain(entries: Iterable[Entry], now: datetime) -> Table:
    rows = (
        (str(entry.step), clock_words(entry.at, now), "\n".join(brief_lines(entry, now)))
        for entry in entries
    )
    return Table(texts.COLUMNS_AUDIT, tuple(rows))


def why_not_reply(found: tuple[NotTaken, ...], what: str, label: str, now: datetime) -> Reply:
    """What was considered and not done."""
    if not found:
        said = one_line(what, 60) or texts.WHY_NOT_ANYTHING
        return Reply(lines=(texts.NEVER_CONSIDERED.format(what=said, label=label),))
    lines = tuple(each for one in found for each in _not_taken_lines(one, now))
    return Reply(title=texts.WHY_NOT_TITLE.format(label=label), lines=lines)


def cost_words(cost: Cost, facts: int) -> str:
    """`12 facts; 1 effect with receipt; 1 card, 0 questions; model: 3 calls, 0.0042 USD`"""
    model = texts.NO_MODEL
    if cost.calls:
        calls = counted(cost.calls, "call")
        failed = texts.CALLS_FAILED.format(number=cost.failed_calls) if cost.failed_calls else ""
        model = f"{calls}{failed}, {cost.tokens:,} tokens, {usd_words(cost.microusd)}"
    return texts.COST.format(
        facts=counted(facts, "fact"),
        effects=counted(cost.effects, "effect"),
        cards=counted(cost.cards, "card"),
        questions=counted(cost.questions, "question"),
        model=model,
    )


def _because(explanation: Explanation, now: datetime) -> Iterator[str]:
    reasons = [*explanation.chain, explanation.entry]
    plan = next((e for e in reversed(reasons) if isinstance(e, line.Planned)), None)
    if plan is not None and plan is not explanation.entry:
        yield texts.BECAUSE_PLAN.format(goal=one_line(plan.goal), why=one_line(plan.why, 300))
    for entry in reasons:
        if isinstance(entry, line.Judged) and entry is not explanation.entry:
            yield from entry_lines(entry, now)
    who = next((e for e in reversed(reasons) if isinstance(e, line.Decided)), None)
    if who is not None and who is not explanation.entry:
        yield entry_lines(who, now)[0]


def _not_taken(each: NotTaken, now: datetime) -> str:
    return "; ".join(part.strip() for part in _not_taken_lines(each, now))


def _not_taken_lines(each: NotTaken, now: datetime) -> Iterator[str]:
    name = texts.COMMAND_WORDS.get(each.what, one_line(each.what))
    words = texts.NOT_TAKEN[each.kind].format(what=name)
    when = clock_words(each.at, now)
    why = f": {one_line(each.why, 300)}" if each.why else ""
    yield f"{words} (step {each.step}, {when}){why}"
    for rule in fired_lines(each.fired):
        yield f"  {rule}"
    if each.policy:
        yield f"  {texts.POLICY.format(policy=each.policy)}"
