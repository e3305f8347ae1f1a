"""One call to a connector, so that whatever it does, an outcome comes back."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from connectors.base import Capability, Connector, Order
from ledger.domain.errors import BlobMissing, CommandInvalid, SettingsInvalid
from ledger.domain.verdicts import Failed, Outcome, Succeeded, Unknown

BEFORE_THE_CALL: Final = (BlobMissing, CommandInvalid, SettingsInvalid)
"""Raised while a call is put together, so nothing can have left yet."""


class Absent(Struct, frozen=True):
    """The provider was asked and has nothing under this key."""


class Unclear(Struct, frozen=True):
    """The provider could not be asked."""

    cause: str


Sighting = Succeeded | Absent | Unclear


async def sighted(connector: Connector, order: Order, *, seconds: float) -> Sighting:
    """Whether an earlier try of this order happened after all."""
    if connector.capability is Capability.NEITHER:
        return Unclear(f"{connector.name} keeps no record that could be read.")
    try:
        async with asyncio.timeout(seconds):
            found = await connector.look_up(order)
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is: nobody knows
        return Unclear(f"{connector.name} could not be asked: {_words(error)}")
    return found or Absent()


async def called(connector: Connector, order: Order, *, seconds: float) -> Outcome:
    """Execute, and where the end stays unclear, look it up before saying so."""
    outcome = await _executed(connector, order, seconds=seconds)
    if not isinstance(outcome, Unknown):
        return outcome
    match await sighted(connector, order, seconds=seconds):
        case Succeeded() as found:
            return found
        case Absent():
            return Failed(f"{outcome.cause} It did not happen.", "Retry.", retryable=True)
        case Unclear():
            return outcome


async def _executed(connector: Connector, order: Order, *, seconds: float) -> Outcome:
    """The connector's outcome. Cancellation passes; every other exception is an unclear end."""
    look_at = f"Look for {order.key} in {connector.name}."
    try:
        async with asyncio.timeout(seconds):
            return await connector.execute(order)
    except BEFORE_THE_CALL as error:
        return Failed(error.cause, error.remedy)
    except TimeoutError:
        return Unknown(f"{connector.name} did not answer in {seconds:g} s.", look_at)
    except Exception as error:  # noqa: BLE001 - it may have happened before the error
        return Unknown(f"{connector.name} broke off: {_words(error)}", look_at)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
