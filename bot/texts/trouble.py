"""What is not right, and what to do about it."""

from __future__ import annotations

from msgspec import Struct


class Trouble(Struct, frozen=True):
    """Something is not right. Both texts may hold `{name}` places, filled by `put`."""

    cause: str
    remedy: str

    def put(self, **values: object) -> tuple[str, str]:
        """(cause, remedy), filled in."""
        return self.cause.format(**values), self.remedy.format(**values)
