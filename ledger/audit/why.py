"""Why a step was taken, and why another was not: typed answers, put into words by chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.audit import entries as line
from ledger.audit.entries import Entry, Trail
from ledger.domain.verdicts import Deny, FiredRule

CONTEXT: Final = (
    line.WhoItWas,
    line.Understanding,
    line.Remembered,
    line.Planned,
    line.FellBack,
    line.Drafted,
    line.DealMoved,
    line.Chose,
)
"""What a planner found and thought in one delivery: it stands behind what it did next."""


class NotTaken(Struct, frozen=True, kw_only=True):
    """Something that was considered or wanted, and did not happen.

    `kind`: plan (a step left out), alternative (of a decision), denied (by rules), withheld,
    refused (a tap that did not count), rejected, superseded, expired.
    """

    kind: str
    what: str
    why: str
    at: datetime
    step: int
    fired: tuple[FiredRule, ...] = ()
    policy: str = ""


class Explanation(Struct, frozen=True, kw_only=True):
    """Why `entry` happened: `chain` is what led to it, oldest first, and `not_taken` what was
    considered instead. `later` is what became of the same action afterwards."""

    entry: Entry
    chain: tuple[Entry, ...]
    later: tuple[Entry, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()


def find_step(trail: Trail, thing: str) -> Entry | None:
    """The entry `thing` means: a fact id, a step number, or the id of an action, approval or
    question (then the first that names it). Empty: the last one that is more than bookkeeping.
    """
    if not thing:
        telling = [each for each in trail.entries if not isinstance(each, line.Spent | line.Noted)]
        return next(reversed(telling or trail.entries), None)
    tests: tuple[Callable[[Entry], bool], ...] = (
        lambda each: each.fact == thing,
        lambda each: str(each.step) == thing,
        lambda each: each.action == thing,
        lambda each: each.approval == thing,
        lambda each: isinstance(each, line.Questioned) and each.question == thing,
    )
    return next((each for test in tests for each in trail.entries if test(each)), None)


def explain(trail: Trail, step: Entry) -> Explanation:
    """What led to `step`: back over causes and over its action to what came in from outside."""
    behind = _behind(trail, step)
    later = [
        e for e in trail.entries if e.step > step.step and e.action and e.action == step.action
    ]
    made = [e for e in (*behind, step) if isinstance(e, line.Planned | line.Chose | line.Judged)]
    return Explanation(
        entry=step,
        chain=tuple(behind),
        later=tuple(later),
        not_taken=tuple(each for entry in made for each in _left_out(entry)),
    )


def why_not(trail: Trail, what: str = "") -> tuple[NotTaken, ...]:
    """Everything that was considered and not done, narrowed to what mentions `what`; newest first.

    Empty where nothing of the kind is on record: then it was never considered.
    """
    names = {e.action: e.name for e in trail.entries if isinstance(e, line.Proposed)}
    found = [each for entry in trail.entries for each in _left_out(entry)]
    named = [replace(each, what=names.get(each.what, each.what)) for each in reversed(found)]
    return tuple(each for each in named if _mentions(each, what))


def _behind(trail: Trail, step: Entry) -> list[Entry]:
    """The entries behind a step, in order. It goes back no further than what came in, and names
    who it was about."""
    known = {entry.fact: entry for entry in trail.entries}
    who = [e for e in trail.entries if isinstance(e, line.WhoItWas) and e.step < step.step]
    found: dict[str, Entry] = {entry.fact: entry for entry in who[-1:]}
    waiting = [step]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, line.CameIn) and entry is not step:
            continue
        for parent in _parents(trail, entry, known):
            if parent.fact not in found and parent.step < step.step:
                found[parent.fact] = parent
                waiting.append(parent)
    return sorted(found.values(), key=lambda each: each.step)


def _parents(trail: Trail, entry: Entry, known: dict[str, Entry]) -> Iterator[Entry]:
    yield from (known[cause] for cause in entry.causes if cause in known)
    for other in trail.entries:
        if other.step >= entry.step:
            return
        same_delivery = bool(set(other.causes) & set(entry.causes))
        same_action = bool(entry.action) and other.action == entry.action
        undone = isinstance(entry, line.Proposed) and entry.undoes and other.action == entry.undoes
        if same_action or undone or (same_delivery and isinstance(other, CONTEXT)):
            yield other


def _left_out(entry: Entry) -> Iterable[NotTaken]:
    match entry:
        case line.Planned():
            return [_not("plan", what, why, entry) for what, why in entry.not_taken]
        case line.Chose():
            return [_not("alternative", a.what, a.why_not, entry) for a in entry.alternatives]
        case line.Judged(verdict=Deny(fired=fired, policy=policy)):
            return [_not("denied", entry.action, "", entry, fired, policy)]
        case line.WentWrong(kind="withheld"):
            return [_not("withheld", entry.action, f"{entry.what}: {entry.cause}", entry)]
        case line.Decided(how=how) if how in {"refused", "rejected", "superseded", "expired"}:
            return [_not(how, entry.action or entry.approval, entry.reason, entry)]
        case _:
            return []


def _not(
    kind: str,
    what: str,
    why: str,
    entry: Entry,
    fired: tuple[FiredRule, ...] = (),
    policy: str = "",
) -> NotTaken:
    return NotTaken(
        kind=kind, what=what, why=why, at=entry.at, step=entry.step, fired=fired, policy=policy
    )


def _mentions(each: NotTaken, what: str) -> bool:
    """Whether every longer word of `what` occurs; the start of a word is enough."""
    said = " ".join([each.kind, each.what, each.why, *(f"{r.rule} {r.reason}" for r in each.fired)])
    words = [word.strip("?.,!") for word in what.lower().split()]
    return all(word[:6] in said.lower() for word in words if word)
