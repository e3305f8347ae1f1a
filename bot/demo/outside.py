"""What the people of a scenario know: the mails they got from Coo, and the documents in them.

It is read from the outgoing maildir and the invoices on disk alone, and in a fixed order, so that
the same mail always gets the same answer, however often the scenario is started again.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from bot import texts
from bot.demo.script import ScriptInvalid
from connectors.mail.compose import COMMAND_HEADER

_OFFER: Final = re.compile(r"\bP-[0-9A-Z]{6,12}\b")
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(?: ([^\s{}]+))?(?: (\d+))?\}")
_MINOR_DIGITS: Final = 100


class Outside:
    """Everybody who got mail from this company."""

    def __init__(self, outbox: Path, invoices: Path) -> None:
        self._outbox, self._invoices = outbox, invoices
        self._read: dict[str, EmailMessage] = {}

    def sent_to(self, address: str, command: str = "") -> list[EmailMessage]:
        """The mails that this address got, oldest first; of one kind where that is named."""
        mails = [mail for mail in self._mails() if str(mail["To"]).casefold() == address.casefold()]
        return [mail for mail in mails if command in ("", mail[COMMAND_HEADER])]

    def mail(self, address: str, n: int, command: str = "") -> EmailMessage:
        """The n-th of them. Raises `ScriptInvalid` where it was never sent."""
        found = self.sent_to(address, command)
        if len(found) < n:
            what = command or texts.DEMO_MONTH_ANY_MAIL
            raise ScriptInvalid(*texts.DEMO_MONTH_NOT_SENT.put(what=what, n=n, to=address))
        return found[n - 1]

    def filled(self, text: str) -> str:
        """The text with every placeholder as what really was sent."""
        return _PLACEHOLDER.sub(self._meant, text)

    def _meant(self, hit: re.Match[str]) -> str:
        return self._value(hit[1], hit[2] or "", int(hit[3] or 1))

    def _value(self, kind: str, address: str, n: int) -> str:
        match kind:
            case "invoice":
                return self._record(address, n)["number"]  # type: ignore[no-any-return]  # a text
            case "gross":
                return plain(int(self._record(address, n)["gross"]))
            case "gross_de":
                return plain(int(self._record(address, n)["gross"])).replace(".", ",")
            case "note":
                return _papers(self.mail(address, n, "SendCreditNote"))[0].stem
            case "offer":
                return _number(self.mail(address, n, "SendProposal"))
            case "message":
                return str(self.mail(address, n)["Message-ID"]).strip("<> ")
            case "quoted":
                return _quoted(self.mail(address, n))
            case _:
                why = f"{{{kind}}}"
                raise ScriptInvalid(*texts.DEMO_MONTH_PLACEHOLDER.put(what=why))

    def _record(self, address: str, n: int) -> dict[str, Any]:
        """The record of the invoice that came with the n-th mail with one."""
        papers = _papers(self.mail(address, n, "SendInvoice"))
        path = self._invoices / papers[0].with_suffix(".json").name
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found

    def _mails(self) -> list[EmailMessage]:
        for box in ("new", "cur"):
            for path in sorted((self._outbox / box).glob("*")):
                name = path.name.partition(":2,")[0]
                if name not in self._read:
                    self._read[name] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return sorted(self._read.values(), key=_order)


def plain(minor: int) -> str:
    """`2618.00`"""
    whole, rest = divmod(abs(minor), _MINOR_DIGITS)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"


def _order(mail: EmailMessage) -> tuple[datetime, int, str]:
    """By its date; within a second by the length of the thread before it."""
    thread = len(str(mail["References"] or "").split())
    return mail["Date"].datetime, thread, str(mail["Message-ID"])


def _papers(mail: EmailMessage) -> list[Path]:
    names = (Path(part.get_filename() or "") for part in mail.iter_attachments())
    found = [name for name in names if name.suffix == ".pdf"]
    if not found:
        what = str(mail["Subject"])
        raise ScriptInvalid(*texts.DEMO_MONTH_NOT_SENT.put(what="PDF", n=1, to=what))
    return found


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _number(mail: EmailMessage) -> str:
    found = _OFFER.search(f"{mail['Subject']}\n{_text(mail)}")
    return found[0] if found else ""


def _quoted(mail: EmailMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _text(mail).strip().splitlines())
