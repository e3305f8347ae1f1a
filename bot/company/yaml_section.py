"""Strict reading of a YAML mapping: every value asked for by name and kind, every slip located.

An error says `file:line: path: what is wrong` and what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot import texts
from bot.texts import Trouble
from bot.wording.amounts import basis_points, minor_units
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import Money

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

REQUIRED: Final = "\0required"
"""Marks a key without a default."""


def document(file: str, text: str) -> Section:
    """Parse `text`; raises `SettingsInvalid` where it is no YAML mapping."""
    try:
        node = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = " ".join(str(error.problem or error.context).split())
        raise _located(file, line, texts.YAML_BROKEN.put(reason=reason)) from error
    except (YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise _located(file, 1, texts.YAML_BROKEN.put(reason=reason)) from error
    if not isinstance(node, CommentedMap):
        raise _located(file, 1, texts.YAML_NO_MAPPING.put())
    return Section(file, "", node, 1)


def _located(file: str, line: int, trouble: tuple[str, str]) -> SettingsInvalid:
    return SettingsInvalid(f"{file}:{line}: {trouble[0]}", trouble[1])


class Section:
    """One mapping of the file. Each getter takes the key; `done` refuses what nobody asked for."""

    def __init__(self, file: str, path: str, node: CommentedMap, line: int) -> None:
        self._file, self._path, self._node, self._line = file, path, node, line
        self._asked: list[str] = []

    def text(self, key: str, default: str = REQUIRED) -> str:
        """A text. A whole number is taken as its digits; anything else is refused."""
        value = self._value(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self.refused(key, texts.YAML_NO_TEXT)
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is absent."""
        value = self._value(key, ())
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise self.refused(key, texts.YAML_NO_TEXTS)
        return tuple(str(each) for each in value)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number between `low` and `high`."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refused(key, texts.YAML_NO_WHOLE, low=low, high=high)
        return int(value)

    def yes(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.refused(key, texts.YAML_NO_BOOL)
        return value

    def money(self, key: str, currency: str) -> Money | None:
        """An amount in quotes, or None where the key is absent. Floats are refused."""
        return self.exact(key, lambda text: minor_units(text, currency))

    def percent(self, key: str) -> int | None:
        """A percentage in basis points, or None where the key is absent."""
        return self.exact(key, basis_points)

    def choice(self, key: str, kind: type[E], default: E) -> E:
        """One of an enum's values."""
        value = self.text(key, default.value)
        allowed = [each.value for each in kind]
        if value not in allowed:
            raise self.refused(key, texts.YAML_NO_CHOICE, value=value, allowed=", ".join(allowed))
        return kind(value)

    def section(self, key: str) -> Section:
        """A mapping below this one; an absent one reads as empty."""
        value = self._value(key, None)
        if value is None:
            return Section(self._file, self._below(key), CommentedMap(), self.line(key))
        if not isinstance(value, CommentedMap):
            raise self.refused(key, texts.YAML_NO_SECTION)
        return Section(self._file, self._below(key), value, self.line(key))

    def sections(self, key: str) -> list[Section]:
        """A list of mappings."""
        value = self._value(key, CommentedSeq())
        if not isinstance(value, list) or not all(isinstance(each, CommentedMap) for each in value):
            raise self.refused(key, texts.YAML_NO_SECTIONS)
        return [
            Section(self._file, f"{self._below(key)}[{place}]", each, each.lc.line + 1)
            for place, each in enumerate(value, start=1)
        ]

    def keys(self) -> list[str]:
        """The keys that are there."""
        return [str(key) for key in self._node]

    def done(self) -> None:
        """Refuse the first key that nobody asked for, offering the nearest known one."""
        for key in self._node:
            if str(key) not in self._asked:
                near = get_close_matches(str(key), self._asked, n=1)
                offer = f"{near[0]!r}" if near else ", ".join(self._asked)
                raise self.refused(str(key), texts.YAML_UNKNOWN_KEY, offer=offer)

    def refused(self, key: str, trouble: Trouble, **more: object) -> SettingsInvalid:
        """The error for `key`, located. `path` and `key` are filled in."""
        filled = trouble.put(path=self._below(key), key=key, **more)
        return _located(self._file, self.line(key), filled)

    def line(self, key: str) -> int:
        """The line (from 1) of a key, or of the section where the key is absent."""
        if key in self._node and self._node.lc.data:
            return int(self._node.lc.key(key)[0]) + 1
        return self._line

    def _below(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str, default: object) -> Any:
        self._asked.append(key)
        if key in self._node and self._node[key] is not None:
            return self._node[key]
        if default == REQUIRED:
            raise self.refused(key, texts.YAML_MISSING)
        return default

    def exact(self, key: str, read: Callable[[str], T]) -> T | None:
        """A decimal number read by `read`, which raises `ValueError`; None where it is absent."""
        value = self._value(key, None)
        if value is None:
            return None
        if isinstance(value, float):
            raise self.refused(key, texts.YAML_FLOAT, value=value)
        try:
            return read(self.text(key))
        except ValueError as error:
            raise self.refused(key, texts.YAML_INEXACT, reason=error) from error
