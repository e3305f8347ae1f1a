"""A whole outside world: it takes mails and invoices, remembers them, and can fail.

It ships with the product, so that a company can be rehearsed without reaching anybody. Its
connectors pass the same suite as the real ones (tests/contract/test_connectors.py).
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

import msgspec
from msgspec import Struct

from connectors.base import Capability, Connector, Order
from ledger.domain.claims import Issued
from ledger.domain.commands import Command, IssueCreditNote, IssueInvoice, OutgoingMail
from ledger.domain.errors import BlobMissing
from ledger.domain.facts import message_id
from ledger.domain.reading import Blobs, Clock
from ledger.domain.values import Attachment, canonical
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded, Unknown


class Fault(StrEnum):
    """What goes wrong with one call.

    ERROR: turned away, nothing happened. REFUSED: turned away for good. SLOW: it takes long.
    TIMEOUT_AFTER: it happened, the answer never came. ACCEPTED_THEN_ERROR: it happened, the
    answer is an error. WRONG_REPLY: it happened, the answer speaks of something else.
    """

    ERROR = "error"
    REFUSED = "refused"
    SLOW = "slow"
    TIMEOUT_AFTER = "timeout-after"
    ACCEPTED_THEN_ERROR = "accepted-then-error"
    WRONG_REPLY = "wrong-reply"


class Effect(Struct, frozen=True, kw_only=True):
    """One thing that happened out there. `at` counts effects from 1."""

    provider: str
    key: str
    n: int
    at: int
    order: Order


class Reply(Struct, frozen=True):
    """What the provider answers: an HTTP-like status and the key it speaks of."""

    status: int
    key: str = ""


class EffectsInMemory:
    """What happened, for as long as the process lives."""

    def __init__(self) -> None:
        self.known: list[Effect] = []

    def add(self, effect: Effect) -> None:
        """It happened."""
        self.known.append(effect)


class EffectsInFile(EffectsInMemory):
    """What happened, one JSON line each: the world goes on when the process that acts dies."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        lines = path.read_bytes().splitlines() if path.exists() else []
        self.known = [msgspec.json.decode(line, type=Effect) for line in lines]

    def add(self, effect: Effect) -> None:
        """It happened, and stays so. One write is one line or nothing under SIGKILL."""
        with self._path.open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(effect) + b"\n")
        super().add(effect)


OK: Final = 200
BAD: Final = 400
BROKEN: Final = 500
BUSY: Final = 503


class Sandbox:
    """The world. `fail_next` plans faults, one a call; `effects` is what really happened."""

    def __init__(
        self,
        *,
        clock: Clock,
        blobs: Blobs,
        domain: str = "sandbox.example",
        slow: float = 30.0,
        happened: EffectsInMemory | None = None,
    ) -> None:
        self._happened = happened or EffectsInMemory()
        self.calls: list[tuple[str, Order]] = []
        self.reachable = True
        self.mail: Connector = SandboxMail(self, Capability.KEYED)
        self.keyless_mail: Connector = SandboxMail(self, Capability.NEITHER)
        self.readable_mail: Connector = SandboxMail(self, Capability.READ_BACK)
        self.invoices: Connector = SandboxInvoices(self)
        self.blobs = blobs
        self.domain = domain
        self._clock = clock
        self._slow = slow
        self._faults: deque[Fault | None] = deque()

    @property
    def effects(self) -> list[Effect]:
        """What really happened, in order."""
        return self._happened.known

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """Enough to run a company: keyed mail, and invoices that can be read back."""
        return (self.mail, self.invoices)

    @property
    def mails(self) -> list[OutgoingMail]:
        """The mails that arrived, in order; a mail that was sent twice is here twice."""
        commands = [effect.order.command for effect in self.effects]
        return [command for command in commands if isinstance(command, OutgoingMail)]

    @property
    def duplicates(self) -> int:
        """How many effects happened more often than once."""
        return len(self.effects) - len({effect.key for effect in self.effects})

    def fail_next(self, *faults: Fault | None) -> None:
        """The next calls meet these faults, one each; None lets a call through."""
        self._faults.extend(faults)

    def happened(self, provider: str, key: str) -> bool:
        """Whether the provider has an effect under this key. Raises `ConnectionError`."""
        if not self.reachable:
            raise ConnectionError(f"{provider} does not answer.")
        return any(effect.provider == provider and effect.key == key for effect in self.effects)

    async def call(self, provider: str, order: Order, *, keyed: bool) -> Reply:
        """One request to a provider. Raises `TimeoutError` and `ConnectionError`."""
        self.calls.append((provider, order))
        if not self.reachable:
            return Reply(BUSY)
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.ERROR or fault is Fault.REFUSED:
            return Reply(BUSY if fault is Fault.ERROR else BAD)
        if fault is Fault.SLOW:
            await self._clock.sleep(self._slow)
        self._happen(provider, order, keyed=keyed)
        return _answered(fault, order)

    def _happen(self, provider: str, order: Order, *, keyed: bool) -> None:
        if keyed and self.happened(provider, order.key):
            return
        at = len(self.effects) + 1
        self._happened.add(Effect(provider=provider, key=order.key, n=order.n, at=at, order=order))


def _answered(fault: Fault | None, order: Order) -> Reply:
    """What the caller hears of an effect that happened."""
    match fault:
        case Fault.TIMEOUT_AFTER:
            raise TimeoutError
        case Fault.ACCEPTED_THEN_ERROR:
            return Reply(BROKEN)
        case Fault.WRONG_REPLY:
            return Reply(OK, key="somebody-else")
        case None | Fault.SLOW | Fault.ERROR | Fault.REFUSED:
            return Reply(OK, key=order.key)
        case _:
            assert_never(fault)


class SandboxMail:
    """A mail provider: with idempotency keys, or one that sends whatever it is told to.

    Of the latter kind one can be asked what it sent, the other keeps no record.
    """

    def __init__(self, world: Sandbox, capability: Capability) -> None:
        self.capability = capability
        self.name = f"sandbox mail ({capability})"
        self._world = world

    def takes(self, command: Command) -> bool:
        """Every mail."""
        return isinstance(command, OutgoingMail)

    async def execute(self, order: Order) -> Outcome:
        """Send it."""
        keyed = self.capability is Capability.KEYED
        heard = await _heard(self._world, self.name, order, keyed=keyed)
        return heard or Succeeded(self._receipt(order))

    async def look_up(self, order: Order) -> Succeeded | None:
        """Whether the provider has it. One without keys cannot be asked."""
        if self.capability is Capability.NEITHER:
            raise ConnectionError(f"{self.name} keeps no record that could be read.")
        there = self._world.happened(self.name, order.key)
        return Succeeded(self._receipt(order)) if there else None

    def _receipt(self, order: Order) -> Receipt:
        return Receipt(
            provider=self.name,
            reference=message_id(order.key, self._world.domain),
            location="the sandbox's mailbox",
        )


class SandboxInvoices:
    """A book of invoices and credit notes that takes anything twice, but can be read back."""

    name = "sandbox invoices"
    capability = Capability.READ_BACK

    def __init__(self, world: Sandbox) -> None:
        self._world = world

    def takes(self, command: Command) -> bool:
        """Invoices, and the credit notes that reverse them."""
        return isinstance(command, IssueInvoice | IssueCreditNote)

    async def execute(self, order: Order) -> Outcome:
        """Enter it under its number."""
        if _issued(order) is None:
            return Failed("It has no number yet.", "Retry; the ledger takes one first.")
        heard = await _heard(self._world, self.name, order, keyed=False)
        return heard or Succeeded(await self._receipt(order))

    async def look_up(self, order: Order) -> Succeeded | None:
        """Whether the book has it."""
        there = self._world.happened(self.name, order.key)
        return Succeeded(await self._receipt(order)) if there else None

    async def _receipt(self, order: Order) -> Receipt:
        """The documents are the issued data itself, and a sheet that only names it."""
        issued = _issued(order)
        number = issued.number if issued else ""
        documents = (
            await self._kept(f"{number}.pdf", "application/pdf", _sheet(number), order.person),
            await self._kept(f"{number}.json", "application/json", canonical(issued), order.person),
        )
        return Receipt(
            provider=self.name,
            reference=number,
            location="the sandbox's book of invoices",
            documents=documents,
        )

    async def _kept(self, name: str, media_type: str, data: bytes, person: str) -> Attachment:
        sha = await self._world.blobs.put(data, person=person)
        return Attachment(name, media_type, len(data), sha)


def _sheet(number: str) -> bytes:
    """A PDF of one empty page whose title is the invoice's number."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Title (" + re.sub(rb"[()\\]", b" ", number.encode("ascii", "replace")) + b") >>",
    )
    data, places = b"%PDF-1.4\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (n, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return (
        data
        + b"xref\n0 %d\n" % (len(objects) + 1)
        + table
        + end
        + b"startxref\n%d\n%%%%EOF\n" % len(data)
    )


def _issued(order: Order) -> Issued | None:
    return order.invoice or order.credit_note


async def _heard(world: Sandbox, name: str, order: Order, *, keyed: bool) -> Outcome | None:
    """What went wrong with a call as its caller must see it, or None where it went well."""
    try:
        reply = await world.call(name, order, keyed=keyed)
    except TimeoutError:
        return Unknown(f"{name} did not answer in time.", f"Look into {name} for {order.key}.")
    if reply == Reply(OK, key=order.key):
        return None
    if reply.status == BUSY:
        return Failed(f"{name} is busy and took nothing.", "Try again later.", retryable=True)
    if reply.status == BAD:
        return Failed(f"{name} refused it.", "Change it, or do it by hand.")
    said = "answered with an error" if reply.status == BROKEN else "answered about something else"
    return Unknown(f"{name} {said}.", f"Look into {name} for {order.key}.")


class BlobsInMemory:
    """Documents of a rehearsal, kept in memory by their sha256."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def put(self, data: bytes, *, person: str = "") -> str:  # noqa: ARG002 - part of the port
        """Keep the bytes; nothing is sealed, since nothing outlives the process."""
        sha = hashlib.sha256(data).hexdigest()
        self._kept[sha] = data
        return sha

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `BlobMissing`."""
        if sha256 not in self._kept:
            raise BlobMissing(sha256)
        return self._kept[sha256]
