"""The customer and her bank: they know what arrived out there, and answer it.

The same mail always gets the same answer, byte for byte, however often she is asked: a restart
hears everything once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from msgspec import Struct

from connectors.sandbox import Effect, Sandbox
from ledger.domain.commands import OutgoingMail, SendInvoice, SendProposal
from ledger.domain.facts import message_id
from ledger.domain.values import Money

ADA: Final = "Ada Example <ada@example.com>"
COMPANY: Final = "hello@studio-nord.example"

LEAD: Final = """\
Hello Nora,

we would like your website design package. Could you send us an offer?

Ada
"""
_COUNTER: Final = """\
Hello Nora,

thank you. Could you do it for 2,200.00 EUR net?

Ada
"""
_ACCEPTANCE: Final = """\
Hello Nora,

we accept your offer, please go ahead.

Ada
"""
_ANSWERS: Final = (_COUNTER, _ACCEPTANCE)


class Arrival(Struct, frozen=True):
    """Something that comes in. `name` ends in `.eml` or `.json`."""

    name: str
    data: bytes


class Customer:
    """Asks, haggles once, accepts, and pays."""

    def __init__(self, world: Sandbox, start: datetime) -> None:
        self._world = world
        self._start = start

    def so_far(self) -> Iterator[Arrival]:
        """The first mail, and an answer to all that she got, in order."""
        yield letter("lead", LEAD, self._start, subject="A new website")
        answers = iter(_ANSWERS)
        for effect in first_copies(self._world.effects):
            match effect.order.command:
                case SendProposal() as offer if offer.to in ADA:
                    text = next(answers, "")
                    if text:
                        to = message_id(effect.key, self._world.domain)
                        yield letter(
                            effect.key,
                            text,
                            self._start,
                            subject=f"Re: {offer.subject}",
                            answers=to,
                        )
                case SendInvoice() as invoice if invoice.to in ADA:
                    yield paid(invoice.number, invoice.total, self._start, payment=invoice.number)


def letter(
    name: str, text: str, at: datetime, *, subject: str, answers: str = "", sender: str = ADA
) -> Arrival:
    """A mail to the company, in the thread of the Message-ID `answers` where given."""
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = sender, COMPANY
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{name}@mail.example.com>"
    mail["Date"] = at
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}>"
    mail.set_content(text)
    return Arrival(f"{name}.eml", mail.as_bytes())


def paid(number: str, amount: Money, at: datetime, *, payment: str) -> Arrival:
    """A transfer that names the invoice, in the bank's own file."""
    entry = {
        "id": f"bank-{payment}",
        "amount": f"{amount.minor // 100}.{amount.minor % 100:02d}",
        "currency": amount.currency,
        "date": (at + timedelta(days=3)).date().isoformat(),
        "payer": "Ada Example",
        "reference": f"Invoice {number}",
    }
    return Arrival("payment.json", json.dumps(entry).encode())


def first_copies(effects: list[Effect]) -> Iterator[Effect]:
    """Each mail once, though it may have come twice."""
    seen: set[str] = set()
    for effect in effects:
        if effect.key not in seen and isinstance(effect.order.command, OutgoingMail):
            seen.add(effect.key)
            yield effect
