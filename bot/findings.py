"""What `coo doctor` says: findings, and the port of a room that can say how it is set up."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Health(StrEnum):
    """How a finding stands. Only `BROKEN` makes the exit code 1."""

    OK = "ok"
    ABSENT = "not set"
    ADVICE = "look"
    BROKEN = "BROKEN"


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the report. `remedy` is empty only where all is well or nothing is needed."""

    about: str
    health: Health
    what: str
    remedy: str = ""


class Check(Protocol):
    """What one room says of its set-up: tokens, scopes, what answers; never a secret.

    It may ask its platform, within a few seconds, and says as a finding what went wrong. A room
    that is not configured gives one finding, `ABSENT`, with how to set it up. `CooError` and
    `OSError` that come out are told as broken.
    """

    @property
    def about(self) -> str:
        """The name of what is checked, as the report calls it (`Slack`)."""
        ...

    async def look(self) -> Sequence[Finding]: ...
