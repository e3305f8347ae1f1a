"""The engine: which rules are in force, and what they decide. deny > ask > allow; default ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import assert_never

from cel_expr_python import cel
from msgspec import Struct

from ledger.domain.errors import PolicyInvalid
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Verdict
from policies.attention import Urgency
from policies.rulebook import About, Effect, Reader, Rule, RuleFile, Sheet
from policies.wording import filled

SHIPPED = "shipped/"
"""Stands before the name of a rule file that comes with Coo."""

LARGEST_FILE = 262_144
"""Bytes of a rule file; a longer one is refused."""


class Rules(Struct, frozen=True):
    """A checked set of rules. `name` is `version@sha`; `forced` fires on every decision."""

    name: str
    rules: tuple[Rule, ...]
    forced: tuple[FiredRule, ...] = ()

    def about(self, about: About) -> tuple[Rule, ...]:
        """The rules that decide this kind of question."""
        return tuple(rule for rule in self.rules if rule.about is about)


class Loaded(Struct, frozen=True):
    """These rules are in force from now on."""

    policy: str
    rules: tuple[str, ...]


class Refused(Struct, frozen=True):
    """A file was refused; `kept` (`version@sha`) is in force instead."""

    file: str
    line: int
    reason: str
    kept: str


class Policies:
    """The rules in force. `load` never raises for a bad file; `status` says what became of it."""

    def __init__(self, shipped: Traversable, folder: Path | None, reader: Reader) -> None:
        self._shipped = shipped
        self._folder = folder
        self._reader = reader
        self.status: Loaded | Refused
        self._rules, self.status = self._start()

    @classmethod
    def load(cls, shipped: Traversable | None = None, folder: Path | None = None) -> Policies:
        """The shipped rules and the operator's `*.yaml` in `folder`, which may be absent."""
        return cls(shipped or shipped_rules(), folder, Reader())

    @classmethod
    def trying(cls, path: Path, folder: Path | None = None) -> Policies:
        """The rules as they would be with `path` among the operator's in `folder`.

        A file takes the place of the one with its name; a folder takes the place of them all.
        They are on trial, and in force nowhere. Raises `PolicyInvalid`.
        """
        trial = cls(shipped_rules(), None, Reader())
        files = [*_files(trial._shipped, SHIPPED), *_with(path, folder)]
        trial._rules = _rules(files, trial._reader.sheets(files))
        trial.status = _loaded(trial._rules)
        return trial

    @property
    def policy(self) -> str:
        """`version@sha` of the rules in force."""
        return self._rules.name

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, shipped ones first."""
        return self._rules.rules

    def reload(self) -> Loaded | Refused:
        """Read all files again. A bad one changes nothing: the last good rules stay in force."""
        try:
            self._rules = self._read()
            self.status = _loaded(self._rules)
        except PolicyInvalid as error:
            self.status = Refused(error.file, error.line, error.reason, self._rules.name)
        return self.status

    def decide(self, about: About, command: str, values: Mapping[str, object]) -> Verdict:
        """What the rules in force say. `command` is "" for questions about the model.

        Every rule that fires is named. One that cannot be evaluated counts as deny. Where
        neither fires, the rule "default" asks.
        """
        facts = self._reader.language(about).facts(values)
        asked = (r for r in self._rules.about(about) if not command or r.concerns(command))
        fired = tuple(hit for rule in asked if (hit := _fire(rule, facts, values)) is not None)
        return _verdict((*self._rules.forced, *fired) or (_default(command, values),), self.policy)

    def urgency(self, verdict: Verdict | None) -> Urgency:
        """How urgent an ask is by the rules in force: the most urgent one that fired decides."""
        fired = {hit.rule for hit in verdict.fired} if isinstance(verdict, Ask) else set()
        urgent = any(r.id in fired and r.urgency is Urgency.URGENT for r in self.rules)
        return Urgency.URGENT if urgent else Urgency.NORMAL

    def _start(self) -> tuple[Rules, Loaded | Refused]:
        try:
            rules = self._read()
        except PolicyInvalid as error:
            rules = self._cold(error)
            return rules, Refused(error.file, error.line, error.reason, rules.name)
        return rules, _loaded(rules)

    def _read(self) -> Rules:
        files = (*_files(self._shipped, SHIPPED), *_files(self._folder, ""))
        return _rules(files, self._reader.sheets(files))

    def _cold(self, error: PolicyInvalid) -> Rules:
        """No good set yet: everything asks, and what the shipped rules deny stays denied."""
        reason = f"The rules could not be read ({error.cause}) Until that is mended, all asks."
        forced = FiredRule("rules-refused", Effect.ASK.value, reason, error.file)
        try:
            files = _files(self._shipped, SHIPPED)
            good = _rules(files, self._reader.sheets(files))
        except PolicyInvalid:
            good = _rules((), ())
        return Rules(good.name, good.rules, (forced,))


def shipped_rules() -> Traversable:
    """The rule files that come with Coo."""
    return resources.files("policies") / "rules"


def policy_name(files: Iterable[RuleFile], sheets: Iterable[Sheet]) -> str:
    """`version@sha`: the versions the files declare, joined by +, and 12 hex digits of sha256.

    The hash runs over the bytes of all files, shipped ones first, each group by name:
    `cat shipped/*.yaml own/*.yaml | sha256sum` gives the same.
    """
    versions = dict.fromkeys(sheet.version for sheet in sheets if sheet.version)
    digest = hashlib.sha256(b"".join(file.data for file in files)).hexdigest()[:12]
    return f"{'+'.join(versions) or 'none'}@{digest}"


def _rules(files: Sequence[RuleFile], sheets: Sequence[Sheet]) -> Rules:
    name = policy_name(files, sheets)
    return Rules(name, tuple(rule for sheet in sheets for rule in sheet.rules))


def _loaded(rules: Rules) -> Loaded:
    return Loaded(rules.name, tuple(rule.id for rule in rules.rules))


def _files(folder: Traversable | Path | None, prefix: str) -> tuple[RuleFile, ...]:
    if folder is None or not folder.is_dir():
        return ()
    found = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(_file(entry, prefix) for entry in found if entry.name.endswith(".yaml"))


def _with(path: Path, folder: Path | None) -> list[RuleFile]:
    """The operator's files, one of them exchanged or added, by name."""
    if path.is_dir():
        return [*_files(path, "")]
    files = {file.name: file for file in _files(folder, "")}
    files[path.name] = _file(path, "")
    return [files[name] for name in sorted(files)]


def _file(entry: Traversable, prefix: str) -> RuleFile:
    name = prefix + entry.name
    try:
        data = entry.read_bytes()
    except OSError as error:
        raise PolicyInvalid(name, 1, f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST_FILE:
        raise PolicyInvalid(name, 1, f"the file is longer than {LARGEST_FILE} bytes")
    return RuleFile(name, data)


def _fire(rule: Rule, facts: cel.Activation, values: Mapping[str, object]) -> FiredRule | None:
    match rule.when.holds(facts):
        case False:
            return None
        case True:
            return FiredRule(rule.id, rule.effect.value, filled(rule.reason, values), rule.file)
        case str(why):
            reason = f"This rule could not be evaluated ({why}), so nothing may happen."
            return FiredRule(rule.id, Effect.DENY.value, reason, rule.file)
        case never:
            assert_never(never)


def _default(command: str, values: Mapping[str, object]) -> FiredRule:
    what = command or "Showing this to a model"
    final = " It cannot be taken back." if values.get("risk") == "irreversible" else ""
    reason = f"{what} is not something Coo may do alone: no rule allows it.{final}"
    return FiredRule("default", Effect.ASK.value, reason)


def _verdict(fired: tuple[FiredRule, ...], policy: str) -> Verdict:
    effects = {Effect(hit.effect) for hit in fired}
    if Effect.DENY in effects:
        return Deny(fired, policy)
    if Effect.ASK in effects:
        return Ask(fired, policy)
    return Allow(fired, policy)
