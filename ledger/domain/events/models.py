"""What the journal says: model calls, and what they cost."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ledger.domain.events.base import Event
from ledger.domain.values import (
    Personal,
)


class SectionSeen(Struct, frozen=True, gc=False):
    """One section of a context: what it took of what it had, in tokens, and what it rests on."""

    name: str
    items: int
    tokens: int
    budget: int
    facts: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True, gc=False):
    """Something a call was not shown, or not all of. `facts` are what it rests on."""

    section: str
    item: str
    why: str
    tokens: int = 0
    facts: tuple[str, ...] = ()


class ContextSeen(Struct, frozen=True, kw_only=True, gc=False):
    """What a model call was shown, without its texts: they are named by the sha256 (hex)."""

    sha256: str
    tokens: int
    budget: int
    sections: tuple[SectionSeen, ...]
    left_out: tuple[LeftOut, ...] = ()


class ModelCallReserved(Event, frozen=True, kw_only=True):
    """Money set aside for a model call, before it leaves. In micro-units of USD.

    `context` is what the call is about to be shown; None where an earlier version asked.
    """

    call: str
    model: str
    part: str
    microusd: int
    prompt_sha256: str
    context: ContextSeen | None = None


class ModelCallRecorded(Event, frozen=True, kw_only=True):
    """What the model answered and what it cost. `reserved` (set aside on `reserved_on`) ends."""

    call: str
    model: str
    part: str
    microusd: int
    prompt_tokens: int
    answer_tokens: int
    prompt_sha256: str
    milliseconds: int
    reserved: int = 0
    reserved_on: date | None = None
    answer: Personal = ""


class ModelCallFailed(Event, frozen=True, kw_only=True):
    """The call gave nothing usable. `reason`: error, budget, deadline, policy.

    `cause` may quote what the server said of the prompt, and so a customer.
    `microusd` is what it cost all the same; `reserved` (set aside on `reserved_on`) ends.
    """

    call: str
    model: str
    part: str
    reason: str
    cause: Personal = ""
    microusd: int = 0
    reserved: int = 0
    reserved_on: date | None = None
