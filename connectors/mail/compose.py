"""From an order to the bytes of one mail (RFC 5322), the same each time but for its Date.

The header is written here and not by the standard library: that would encode long Message-IDs
in a References field, and no mail program understands those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from connectors.mail.addresses import address_of
from ledger.domain.commands import Sendable, SendSpecimen, command_name
from ledger.domain.company import Company
from ledger.domain.errors import CommandInvalid
from ledger.domain.facts import message_id
from ledger.domain.values import Attachment

ACTION_HEADER = "X-Coo-Action"
"""Names the action behind a mail, so that a copy found anywhere can be traced."""

COMMAND_HEADER = "X-Coo-Command"
"""What kind of mail it is: SendProposal, SendReply, SendInvoice."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")
_MEDIA_TYPE = re.compile(r"([\w.+-]{1,80})/([\w.+-]{1,80})", re.ASCII)
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")
_REFERENCES = 20


class Identity(Struct, frozen=True):
    """Who the company writes as."""

    name: str
    address: str

    @classmethod
    def of(cls, company: Company) -> Identity:
        """The company's own name and address."""
        return cls(company.name, company.email)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def mail_bytes(
    key: str,
    mail: Sendable,
    documents: Mapping[str, bytes],
    sender: Identity,
    at: datetime,
) -> bytes:
    """The mail of action `key`; `documents` maps sha256 to bytes.

    Raises `CommandInvalid` where an address, a subject or a document would make it another
    mail than the one that was shown: line breaks in a header, or bytes with another hash.
    """
    headers = [
        ("From", str(Address(_line("sender's name", sender.name), addr_spec=sender.address))),
        ("To", _recipient(mail.to)),
        ("Subject", _line("subject", mail.subject)),
        ("Date", format_datetime(at)),
        (ACTION_HEADER, _line("action", key)),
        (COMMAND_HEADER, command_name(mail)),
    ]
    head = "".join(
        SMTP.fold(name, SMTP.header_store_parse(name, text)[1]) for name, text in headers
    )
    return (head + _threading(key, mail, sender)).encode("ascii") + _body(key, mail, documents)


def _line(what: str, text: str) -> str:
    if _CONTROL.search(text):
        raise CommandInvalid(
            f"The {what} {text[:60]!r} holds a line break or a control character.",
            "Nothing was sent. Edit it to one line of plain text.",
        )
    return text


def _recipient(to: str) -> str:
    """One bare address; never a list, never a name."""
    if not to or not to.isascii() or address_of(_line("recipient", to)) != to.lower():
        raise CommandInvalid(
            f"{to[:80]!r} is not one plain mail address.",
            "Nothing was sent. Correct the contact's address.",
        )
    return to


def _threading(key: str, mail: Sendable, sender: Identity) -> str:
    """Message-ID, In-Reply-To and References, each id on a line of its own."""
    replies, chain = _thread(mail)
    fields = [
        ("Message-ID", [message_id(key, sender.domain)]),
        ("In-Reply-To", _sound(replies)),
        ("References", _sound(chain)[-_REFERENCES:]),
    ]
    lines = (f"{name}: " + "\r\n ".join(f"<{each}>" for each in ids) for name, ids in fields if ids)
    return "".join(f"{line}\r\n" for line in lines)


def _thread(mail: Sendable) -> tuple[list[str], list[str]]:
    """What it answers and what its thread is; what the operator is shown stands in none."""
    if isinstance(mail, SendSpecimen):
        return [], []
    return [mail.in_reply_to] if mail.in_reply_to else [], list(mail.references)


def _sound(ids: list[str]) -> list[str]:
    """The ids without those that are none; they came from strangers' headers."""
    return [each for each in ids if _MESSAGE_ID.fullmatch(each)]


def _body(key: str, mail: Sendable, documents: Mapping[str, bytes]) -> bytes:
    """The MIME headers, the text and the attachments."""
    if _UNENCODABLE.search(mail.body):
        raise CommandInvalid(
            "The text holds characters that no mail can carry.", "Nothing was sent. Edit the text."
        )
    message = EmailMessage(SMTP)
    message.set_content("\n".join(mail.body.splitlines()) + "\n", cte="quoted-printable")
    for attachment in mail.attachments:
        _attach(message, attachment, documents)
    if mail.attachments:  # otherwise the standard library takes a random one
        message.set_boundary("coo-" + hashlib.sha256(key.encode()).hexdigest()[:32])
    return message.as_bytes()


def _attach(message: EmailMessage, attachment: Attachment, documents: Mapping[str, bytes]) -> None:
    data = documents.get(attachment.sha256, b"")
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise CommandInvalid(
            f"The document {attachment.name!r} is not the one that was approved.",
            "Nothing was sent. Have the document made and approved again.",
        )
    kind = _MEDIA_TYPE.fullmatch(attachment.media_type)
    main, sub = kind.groups() if kind else ("application", "octet-stream")
    if main in {"multipart", "message"}:
        main, sub = "application", "octet-stream"
    name = _line("name of the document", attachment.name)
    message.add_attachment(data, maintype=main, subtype=sub, filename=name)
