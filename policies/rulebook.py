"""Rule files: from YAML to checked rules, or a refusal that names file, line and reason."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NoReturn, TypeVar

import yaml
from msgspec import Struct

from ledger.domain.errors import PolicyInvalid
from policies.attention import Urgency
from policies.expressions import Condition, ConditionInvalid, Language
from policies.inputs import COMMANDS, GateInput, ModelInput, names_of
from policies.wording import known_placeholders, placeholders

EVERYTHING = "*"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,32}")
_FILE_KEYS = ("version", "about", "rules")
_RULE_KEYS = ("id", "effect", "on", "when", "reason", "urgency", "note")
_OPTIONAL = ("about", "on", "urgency", "note")
_Kind = TypeVar("_Kind", bound=StrEnum)


class Effect(StrEnum):
    """What a rule that fires does. deny beats ask, ask beats allow."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class About(StrEnum):
    """What the rules of a file decide: commands (the default), or what a model may see."""

    COMMANDS = "commands"
    MODEL = "model"


class RuleFile(Struct, frozen=True):
    """A rule file as it was read. `name` is what people are told."""

    name: str
    data: bytes


class Rule(Struct, frozen=True, kw_only=True):
    """One rule, checked. `on` holds command names; it is empty for rules about the model.

    `urgency` is of what it asks about: an urgent card breaks through quiet hours and caps.
    """

    id: str
    effect: Effect
    when: Condition
    reason: str
    file: str
    line: int
    about: About
    on: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    note: str = ""

    def concerns(self, command: str) -> bool:
        """Whether the rule speaks of this command."""
        return EVERYTHING in self.on or command in self.on


class Sheet(Struct, frozen=True):
    """What one file holds."""

    version: str
    rules: tuple[Rule, ...]


class Reader:
    """Reads rule files. Built once: it owns the CEL environments."""

    def __init__(self) -> None:
        self._languages = {
            About.COMMANDS: Language(names_of(GateInput)),
            About.MODEL: Language(names_of(ModelInput)),
        }

    def language(self, about: About) -> Language:
        """The names and types that rules about this may use."""
        return self._languages[about]

    def sheets(self, files: Iterable[RuleFile]) -> tuple[Sheet, ...]:
        """All files, in order. Raises `PolicyInvalid`, also for an id that was used before."""
        read = tuple(self.sheet(file) for file in files)
        seen: dict[str, Rule] = {}
        for rule in (rule for sheet in read for rule in sheet.rules):
            if first := seen.get(rule.id):
                place = f"{first.file}:{first.line}"
                raise PolicyInvalid(
                    rule.file, rule.line, f"the rule id {rule.id!r} is already used in {place}"
                )
            seen[rule.id] = rule
        return read

    def sheet(self, file: RuleFile) -> Sheet:
        """One file. A file with nothing but comments holds no rules."""
        root = _root(file)
        if root is None:
            return Sheet("", ())
        keys = _fields(file.name, root, _FILE_KEYS)
        about = _choice(file.name, keys["about"], About) if "about" in keys else About.COMMANDS
        version = _text(file.name, keys["version"])
        if not _VERSION.fullmatch(version):
            _refuse(file.name, keys["version"], "`version` is up to 32 letters, digits or . _ -")
        rules = _items(file.name, keys["rules"])
        return Sheet(version, tuple(self._rule(file.name, about, node) for node in rules))

    def _rule(self, file: str, about: About, node: yaml.Node) -> Rule:
        keys = _fields(file, node, _RULE_KEYS)
        name = _text(file, keys["id"])
        if not _ID.fullmatch(name):
            _refuse(file, keys["id"], f"the id {name!r} must be small letters, digits and hyphens")
        return Rule(
            id=name,
            effect=_choice(file, keys["effect"], Effect),
            when=self._when(file, about, keys["when"]),
            reason=self._reason(file, about, keys["reason"]),
            file=file,
            line=_line(node),
            about=about,
            on=_on(file, about, node, keys.get("on")),
            urgency=_urgency(file, keys),
            note=_text(file, keys["note"]) if "note" in keys else "",
        )

    def _when(self, file: str, about: About, node: yaml.Node) -> Condition:
        try:
            return self._languages[about].condition(_text(file, node))
        except ConditionInvalid as error:
            # Only a literal block (|) keeps its line breaks, so only there can we count on.
            inside = error.line if getattr(node, "style", "") == "|" else 0
            raise PolicyInvalid(file, _line(node) + inside, error.reason) from error

    def _reason(self, file: str, about: About, node: yaml.Node) -> str:
        reason = _text(file, node)
        known = known_placeholders(self._languages[about].names)
        try:
            unknown = sorted(set(placeholders(reason)) - known)
        except ValueError as error:
            raise PolicyInvalid(file, _line(node), f"in the reason: {error}") from error
        if unknown:
            _refuse(file, node, f"the reason names {unknown[0]!r}, {_nearest(unknown[0], known)}")
        return reason


@lru_cache(maxsize=32)
def _root(file: RuleFile) -> yaml.Node | None:
    """The parsed file. Parsing takes long, and the shipped files are parsed at every opening."""
    try:
        found: yaml.Node | None = yaml.compose(file.data.decode(), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = file.data[: error.start].count(b"\n") + 1
        raise PolicyInvalid(file.name, line, "the file is not UTF-8 text") from error
    except yaml.reader.ReaderError as error:
        line = file.data.decode()[: error.position].count("\n") + 1
        raise PolicyInvalid(file.name, line, f"not allowed in YAML: {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PolicyInvalid(file.name, line, f"not YAML: {error.problem}") from error
    except RecursionError as error:
        raise PolicyInvalid(file.name, 1, "the file is nested too deeply") from error
    return found


def _fields(file: str, node: yaml.Node, known: Sequence[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        _refuse(file, node, f"here belong keys with values: {', '.join(known)}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = _text(file, key)
        if name not in known:
            _refuse(file, key, f"{name!r} is not a key here, {_nearest(name, known)}")
        if name in found:
            _refuse(file, key, f"{name!r} is given twice")
        found[name] = value
    for name in known:
        if name not in found and name not in _OPTIONAL:
            _refuse(file, node, f"{name!r} is missing")
    return found


def _on(file: str, about: About, rule: yaml.Node, node: yaml.Node | None) -> tuple[str, ...]:
    if about is About.MODEL:
        if node is not None:
            _refuse(file, node, "'on' has no meaning in rules about the model")
        return ()
    if node is None:
        _refuse(file, rule, "'on' is missing: command names, or \"*\" for all")
    several = isinstance(node, yaml.SequenceNode)
    parts = _items(file, node) if several else [node]
    if not parts:
        _refuse(file, node, "'on' names no command")
    return tuple(_command(file, part) for part in parts)


def _urgency(file: str, keys: dict[str, yaml.Node]) -> Urgency:
    node = keys.get("urgency")
    if node is None:
        return Urgency.NORMAL
    if _choice(file, keys["effect"], Effect) is not Effect.ASK:
        _refuse(file, node, "'urgency' has a meaning only where the effect is ask")
    return _choice(file, node, Urgency)


def _command(file: str, node: yaml.Node) -> str:
    name = _text(file, node)
    if name not in (*COMMANDS, EVERYTHING):
        _refuse(file, node, f"{name!r} is not a command, {_nearest(name, COMMANDS)}")
    return name


def _items(file: str, node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        _refuse(file, node, "here belongs a list")
    return list(node.value)


def _text(file: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        _refuse(file, node, "here belongs a text")
    return str(node.value).strip()


def _choice(file: str, node: yaml.Node, kind: type[_Kind]) -> _Kind:
    word = _text(file, node)
    if word not in list(kind):
        _refuse(file, node, f"{word!r} is not one of: {', '.join(kind)}")
    return kind(word)


def _nearest(name: str, known: Iterable[str]) -> str:
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    return f"perhaps {near[0]!r} was meant" if near else f"known are: {', '.join(choices)}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _refuse(file: str, node: yaml.Node, reason: str) -> NoReturn:
    raise PolicyInvalid(file, _line(node), reason)
