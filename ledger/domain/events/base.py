"""What every event is."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Base of all events. `schema` counts the versions of a class's meaning.

    `gc=False`, as on facts and entities: values that never change form no cycles, and the
    collector's walks over a million of them would take a third of the time.
    """

    schema: ClassVar[int] = 1
