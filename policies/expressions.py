"""The adapter around CEL: compile a condition once, evaluate it many times, never guess."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cel_expr_python import cel

_WHERE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_TYPES: dict[object, cel.Type] = {
    str: cel.Type.STRING,
    int: cel.Type.INT,
    bool: cel.Type.BOOL,
    tuple[str, ...]: cel.Type.List(cel.Type.STRING),
}


class ConditionInvalid(ValueError):
    """A condition that can never be evaluated. `line` counts from 1 inside the expression."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class Condition:
    """A compiled `when`. It is typed: unknown names and wrong types never get this far."""

    def __init__(self, text: str, compiled: cel.Expression) -> None:
        self.text = text
        self._compiled = compiled

    def holds(self, facts: cel.Activation) -> bool | str:
        """Whether it holds, or in words why it could not be evaluated.

        CEL reports a failure as a value of type ERROR whose plain form is a *truthy string*, so
        only the very booleans count as an answer.
        """
        try:
            answer = self._compiled.eval(facts).plain_value()
        except RuntimeError as error:
            return str(error)
        return answer if isinstance(answer, bool) else str(answer)


class Language:
    """CEL over a fixed set of typed names (`str`, `int`, `bool` or `tuple[str, ...]`)."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self.names = frozenset(names)
        self._env = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in names.items()})

    def condition(self, text: str) -> Condition:
        """Compile. Raises `ConditionInvalid` for syntax, unknown names, types and non-booleans."""
        try:
            compiled = self._env.compile(text)
        except RuntimeError as error:
            raise _invalid(str(error)) from error
        if compiled.return_type() != cel.Type.BOOL:
            kind = compiled.return_type().name()
            raise ConditionInvalid(1, f"`when` must be true or false, but this is of type {kind}")
        return Condition(text, compiled)

    def facts(self, values: Mapping[str, object]) -> cel.Activation:
        """The values one decision is made on, shared by all its conditions."""
        return self._env.Activation(data=values)


def _invalid(message: str) -> ConditionInvalid:
    found = _WHERE.search(message)
    if found is None:
        return ConditionInvalid(1, " ".join(message.split()))
    reason = found[3].replace(" (in container '')", "")
    return ConditionInvalid(int(found[1]), f"{reason} (column {int(found[2])} of `when`)")
