"""The script of a month: what arrives when, and what the operator does about it. Pure.

`month.yaml` is a list of steps in the order of their time. Each has `at` (day and time on the
company's clock, `"03 09:12"`) and exactly one thing that happens; docs/month.md lists the kinds.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot import texts
from ledger.domain.errors import CooError

SCRIPT: Final = "month.yaml"
MAILS: Final = "mails"
_AT: Final = re.compile(r"(\d\d) (\d\d):(\d\d)")


class ScriptInvalid(CooError):
    """The script of a scenario cannot be played as it stands."""


class ArrivingMail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mail comes in. `file` is its template, `answers` the mail of Coo that it answers.

    `answers` reads `ADDRESS N`: the n-th mail that Coo sent there. `sent` is when it was written,
    where that is not now: a mail that is delivered twice is the same to the byte.
    """

    file: str
    answers: str = ""
    attach: tuple[str, ...] = ()
    sent: str = ""
    folder: str = "inbox"


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the bank is handed in."""

    file: str


class Delivery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stripe delivers an event."""

    file: str


class Typed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator types a line."""

    line: str


class Decided(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator decides on one card: `approve`, `reject WHY`, `edit FIELD TEXT`, `tell HOW` …

    `card` reads `COMMAND ADDRESS`: what would be done, and to whom.
    """

    card: str
    how: str


class Answered(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator answers the question about somebody: by an option's beginning, or in words."""

    about: str
    option: str = ""
    words: str = ""


class Round(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator goes through the cards that wait, and approves them, save the named ones."""

    but: tuple[str, ...] = ()


Happening = ArrivingMail | Statement | Delivery | Typed | Decided | Answered | Round

_KINDS: Final[Mapping[str, type[Struct]]] = {
    "mail": ArrivingMail,
    "statement": Statement,
    "stripe": Delivery,
    "you": Typed,
    "card": Decided,
    "question": Answered,
    "round": Round,
}
_FIRST: Final = {"mail": "file", "statement": "file", "stripe": "file", "you": "line",
                 "card": "card", "question": "about"}  # fmt: skip


class Step(Struct, frozen=True, kw_only=True):
    """Something that happens at a moment. `n` counts the steps; the same script has the same."""

    n: int
    at: datetime
    does: Happening


class Script(Struct, frozen=True, kw_only=True):
    """A whole scenario, and the folder with its files."""

    folder: Path
    steps: tuple[Step, ...]
    opens: datetime
    ends: datetime


def read_script(folder: Path, zone: ZoneInfo) -> Script:
    """Read `month.yaml`. Raises `ScriptInvalid`, naming the step."""
    try:
        raw = YAML(typ="safe").load((folder / SCRIPT).read_text(encoding="utf-8"))
        first = datetime.fromisoformat(str(raw["month"])).replace(tzinfo=zone)
        written = list(raw["steps"])
    except (OSError, YAMLError, KeyError, TypeError, ValueError) as error:
        raise ScriptInvalid(*texts.DEMO_MONTH_UNREADABLE.put(file=SCRIPT, why=error)) from error
    steps = tuple(_step(n, each, first) for n, each in enumerate(written, 1))
    _check_order(steps)
    return Script(folder=folder, steps=steps, opens=first, ends=_moment("31 00:00", first))


def moment_of(said: str, step: Step) -> datetime:
    """`"03 09:12"` in the month of a step."""
    return _moment(said, step.at)


def _step(n: int, written: Any, first: datetime) -> Step:
    try:
        given = dict(written)
        at = _moment(given.pop("at"), first)
        (kind,) = [each for each in _KINDS if each in given]
        return Step(n=n, at=at, does=_happening(kind, given))
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.ValidationError) as error:
        why = f"{written!r} ({error})"
        raise ScriptInvalid(*texts.DEMO_MONTH_STEP_UNCLEAR.put(step=n, why=why)) from error


def _happening(kind: str, given: dict[str, Any]) -> Happening:
    """`{mail: ada.eml, answers: …}` as the kind it names: its value is the first field's."""
    fields = {key: value for key, value in given.items() if key != kind}
    if kind in _FIRST:
        fields[_FIRST[kind]] = given[kind]
    found: Happening = msgspec.convert(fields, _KINDS[kind])  # type: ignore[assignment]  # by kind
    return found


def _moment(said: str, first: datetime) -> datetime:
    found = _AT.fullmatch(said)
    if found is None:
        raise ValueError(said)
    day, hour, minute = map(int, found.groups())
    start = first.replace(day=1, hour=hour, minute=minute)
    return start + timedelta(days=day - 1)


def _check_order(steps: Sequence[Step]) -> None:
    for before, after in itertools.pairwise(steps):
        if after.at < before.at:
            why = f"{after.at:%d %H:%M} comes after {before.at:%d %H:%M}"
            raise ScriptInvalid(*texts.DEMO_MONTH_STEP_UNCLEAR.put(step=after.n, why=why))
