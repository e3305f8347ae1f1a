"""Rules on trial: what other rules would have said of a command whose input is on record."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain.verdicts import Verdict
from policies.engine import Policies
from policies.inputs import GateInput, names_of, values_of
from policies.rulebook import About, Rule

_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORD: Final = re.compile(r"[a-z_]+")

MOST_EITHER: Final = 6
"""So many unknown truths are tried both ways: 64 verdicts."""


class NotEvaluable(Struct, frozen=True):
    """The record does not hold what the rules look at. `why` is for people."""

    why: str


def tried(policies: Policies, input_json: str) -> Verdict | NotEvaluable:
    """The verdict of these rules on a recorded input (`graph.ports.GateDecision.input_json`).

    A value that the record lacks, since an older version wrote it, is never guessed: where a
    rule about this command looks at it, the verdict counts only if it is the same either way.
    """
    values = _object(input_json)
    if "command" not in values:
        return NotEvaluable("what the rules saw is not on record")
    lacking = sorted(_looked_at(policies.rules, str(values["command"])) - values.keys())
    truths = all(names_of(GateInput)[name] is bool for name in lacking)
    if not truths or len(lacking) > MOST_EITHER:
        return _lacks(lacking)
    try:
        verdicts = [_decided(policies, {**values, **either}) for either in _either(lacking)]
    except msgspec.ValidationError as error:
        return NotEvaluable(f"what the rules saw then cannot be read today: {error}")
    return verdicts[0] if len({type(verdict) for verdict in verdicts}) == 1 else _lacks(lacking)


def _either(names: Sequence[str]) -> Iterator[dict[str, bool]]:
    """Every way in which truths may stand, all false first."""
    for truths in itertools.product((False, True), repeat=len(names)):
        yield dict(zip(names, truths, strict=True))


def _decided(policies: Policies, values: Mapping[str, object]) -> Verdict:
    given = msgspec.convert(values, GateInput)
    return policies.decide(About.COMMANDS, given.command, values_of(given))


def _lacks(names: Sequence[str]) -> NotEvaluable:
    return NotEvaluable(f"the rules look at {', '.join(names)}, which was not recorded then")


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _looked_at(rules: tuple[Rule, ...], command: str) -> set[str]:
    """The names that decide about this command."""
    known = names_of(GateInput).keys()
    asked = (r for r in rules if r.about is About.COMMANDS and r.concerns(command))
    return {word for r in asked for word in _WORD.findall(_QUOTED.sub("", r.when.text))} & known
