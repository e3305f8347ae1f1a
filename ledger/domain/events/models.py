"""What the journal says: model calls, and what they cost."""

from __future__ import annotations

from datetime import date

from ledger.domain.events.base import Event
from ledger.domain.values import (
    Personal,
)


class ModelCallReserved(Event, frozen=True, kw_only=True):
    """Money set aside for a model call, before it leaves. In micro-units of USD."""

    call: str
    model: str
    part: str
    microusd: int
    prompt_sha256: str


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
