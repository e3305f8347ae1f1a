"""Upcasting: how facts written by an older version of Coo are read by this one.

A stored fact never changes. Where the meaning of an event changes, its class gets the next
`schema`, and a step registered here turns the old JSON into the new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ledger.domain.errors import UnknownEventType

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the JSON object of an event from one schema to the next.

Sealed fields may be missing from it: those of an erased person are gone.
"""


class Upcasters:
    """The steps by (type, schema they start from)."""

    def __init__(self, steps: Mapping[tuple[str, int], Step]) -> None:
        self._steps = dict(steps)

    def lift(self, data: dict[str, Any], *, name: str, schema: int, to: int) -> dict[str, Any]:
        """`data` of type `name`, step by step from `schema` to the schema `to`.

        Raises `UnknownEventType` where `schema` is newer than `to` or a step is missing.
        """
        if schema > to:
            raise UnknownEventType(name, schema)
        for version in range(schema, to):
            step = self._steps.get((name, version))
            if step is None:
                raise UnknownEventType(name, schema)
            data = step(data)
        return data


UPCASTERS: Final = Upcasters({})
"""The steps this version of Coo knows. Every event is still in its first schema."""
