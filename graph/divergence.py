"""Divergence: where running the past again says something else than was said then, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from msgspec import Struct

from graph.state import as_json
from ledger.domain.errors import CooError
from ledger.domain.events import Event, FailureReported
from ledger.domain.facts import Draft, Fact

_SHOWN = 80
"""Signs of a value that a difference quotes."""


class Difference(Struct, frozen=True, kw_only=True):
    """One delivery that did not come out as recorded.

    `erased`: it could not be run at all. `prompt`: the same came out, but a model would be asked
    otherwise today, so its recorded answer is one to another question.
    """

    case: str
    fact: str
    words: str
    erased: bool = False
    prompt: bool = False

    @property
    def harmless(self) -> bool:
        """Whether the recorded facts come out all the same, or are gone."""
        return self.erased or self.prompt


def difference(
    number: int, fact: Fact, words: str, *, erased: bool = False, prompt: bool = False
) -> Difference:
    """Name the delivery that `words` are about. `number` counts from 1 within the case."""
    named = f"Delivery {number} ({_kind(fact.event)}, fact {fact.id}): {words}"
    return Difference(case=fact.case, fact=fact.id, words=named, erased=erased, prompt=prompt)


def compared(
    said: Sequence[tuple[str, Fact | None]], now: Sequence[Draft], *, same_state: bool
) -> str:
    """The first difference between what was said and what is said now; "" where there is none.

    `said` is (id, fact); the fact is None where its key had already been taken by an equal one.
    """
    for place, (then, again) in enumerate(zip_longest(said, now), 1):
        words = _one(then, again)
        if words:
            return f"fact {place} {words}"
    return "" if same_state else "the same facts, but the case's state afterwards is another one."


def failed(error: Exception) -> str:
    """Words for a run that could not be done from the record."""
    if isinstance(error, CooError):
        return f"it stopped. {error.cause} {error.remedy}"
    return f"it stopped with {type(error).__name__}: {error}"


def failure_of(case: str) -> str:
    """The id under which the divergence of a case is reported, and cleared."""
    return f"divergence:{case}"


def report(first: Difference) -> FailureReported:
    """What the operator is told. The recorded facts stay as they are."""
    return FailureReported(
        failure=failure_of(first.case),
        what=f"The past of case {first.case} no longer comes out as it was recorded.",
        cause=first.words,
        not_done="Nothing was changed or sent again: what the ledger records stays true.",
        owner="operator",
        remedies=(
            f"Run `replay {first.case}` to see the difference.",
            "Go back to the version that recorded it, or leave it: the case goes on as recorded.",
        ),
        evidence=(first.fact,),
    )


def _one(then: tuple[str, Fact | None] | None, again: Draft | None) -> str:
    if then is None:
        return f"is {_kind(again.event)} and was not said then." if again else ""
    name, fact = then
    if again is None:
        return f"was {_kind(fact.event) if fact else name} and is not said any more."
    if fact is None:
        return "" if name == again.id else f"was {name}, is now {again.id}."
    if type(fact.event) is not type(again.event):
        return f"was {_kind(fact.event)}, is now {_kind(again.event)}."
    return _envelope(fact, again) or _fields(fact.event, again.event)


def _envelope(then: Fact, again: Draft) -> str:
    for name in ("case", "key", "id", "person"):
        old, new = getattr(then, name), getattr(again, name)
        if old != new:
            return f"({_kind(then.event)}) had the {name} {old!r}, has now {new!r}."
    return ""


def _fields(then: Event, again: Event) -> str:
    old, new = as_json(then), as_json(again)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            was, now = _cut(repr(old.get(name)), repr(new.get(name)))
            return f"({_kind(then)}) had {name} = {was}, has now {now}."
    return ""


def _kind(event: Event) -> str:
    return type(event).__name__


def _cut(old: str, new: str) -> tuple[str, str]:
    """Both texts, short ones whole, long ones around the first sign that differs."""
    if max(len(old), len(new)) <= _SHOWN:
        return old, new
    same = next(
        (at for at, signs in enumerate(zip(old, new, strict=False)) if len({*signs}) > 1), 0
    )
    start = max(same - _SHOWN // 4, 0)
    return _window(old, start), _window(new, start)


def _window(text: str, start: int) -> str:
    end = start + _SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
