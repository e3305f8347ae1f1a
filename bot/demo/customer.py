"""The demo's customer and bank: they read what Coo really sent, and answer with real files.

They know only what such people know: the mails in the outgoing maildir and the invoices on
disk. Their answers are the files of examples/ with the thread's Message-IDs, the number and the
amount filled in, so the same mail always gets the same answer, byte for byte, however often the
demo is started again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from connectors.mail.compose import COMMAND_HEADER

_MINOR_DIGITS: Final = 100


class Incoming(Struct, frozen=True, kw_only=True):
    """Something that arrives. `name` is the example file behind it."""

    name: str
    data: bytes


class Script(Struct, frozen=True, kw_only=True):
    """How one customer behaves. `folder` is below examples/; `answers` are files, one an offer.

    After so many offers the customer says nothing more; an invoice is paid after `days`.
    """

    folder: str
    address: str
    answers: tuple[str, ...]
    days: int = 3


ADA: Final = Script(folder="", address="ada@example.com", answers=("counter.eml", "acceptance.eml"))
BEN: Final = Script(folder="earlier", address="ben@example.org", answers=("acceptance.eml",))


class Customer:
    """Asks, answers offers by the script, and pays invoices."""

    def __init__(self, script: Script, *, examples: Path, outbox: Path, invoices: Path) -> None:
        self._script = script
        self._files = examples / script.folder
        self._outbox = outbox
        self._invoices = invoices

    def so_far(self) -> Iterator[Incoming]:
        """The first mail, and an answer to each mail that Coo has sent, in order."""
        yield Incoming(name="lead.eml", data=(self._files / "lead.eml").read_bytes())
        answers = iter(self._script.answers)
        for mail in self._received():
            if mail[COMMAND_HEADER] == "SendProposal":
                yield from (self._reply(name, mail) for name in islice(answers, 1))
            elif mail[COMMAND_HEADER] == "SendInvoice":
                yield from self._payments(mail)

    def _received(self) -> list[EmailMessage]:
        files = [path for box in ("new", "cur") for path in (self._outbox / box).glob("*")]
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return sorted((mail for mail in mails if mail["To"] == self._script.address), key=_order)

    def _reply(self, name: str, mail: EmailMessage) -> Incoming:
        answered = _bare(mail["Message-ID"])
        own = hashlib.sha256(f"{name}:{answered}".encode()).hexdigest()[:16]
        thread = " ".join(part for part in (str(mail["References"] or ""), f"<{answered}>") if part)
        return self._filled(
            name,
            message_id=f"{own}@mail.{self._script.address.partition('@')[2]}",
            in_reply_to=answered,
            references=" ".join(thread.split()),
        )

    def _payments(self, mail: EmailMessage) -> Iterator[Incoming]:
        """The transfer for each invoice that is attached."""
        for part in mail.iter_attachments():
            record = self._invoices / Path(part.get_filename() or "").with_suffix(".json").name
            if record.is_file():
                yield self._payment(json.loads(record.read_bytes()))

    def _payment(self, invoice: dict[str, Any]) -> Incoming:
        minor = int(invoice["gross"])
        amount = f"{minor // _MINOR_DIGITS}.{minor % _MINOR_DIGITS:02d}"
        booked = date.fromisoformat(invoice["issued_on"]) + timedelta(days=self._script.days)
        return self._filled(
            "payment.json",
            number=str(invoice["number"]),
            amount=amount,
            date=booked.isoformat(),
        )

    def _filled(self, name: str, **values: str) -> Incoming:
        text = (self._files / name).read_text(encoding="utf-8")
        for placeholder, value in values.items():
            text = text.replace(f"{{{placeholder}}}", value)
        return Incoming(name=name, data=text.encode())


def _order(mail: EmailMessage) -> tuple[int, float]:
    """By the length of the thread before it: several mails may carry the same second."""
    return len(str(mail["References"] or "").split()), mail["Date"].datetime.timestamp()


def _bare(message_id: object) -> str:
    return str(message_id).strip().strip("<>")
