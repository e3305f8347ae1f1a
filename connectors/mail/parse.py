"""From the raw bytes of a mail to what Coo keeps of it. Pure, bounded, and hard to upset."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from msgspec import Struct

from connectors.mail.addresses import Mailbox, mailboxes
from connectors.mail.authentication import authenticated
from connectors.mail.automatic import automatic, reported
from connectors.mail.contents import AttachmentBytes, contents
from connectors.mail.doubts import SEVERAL_SENDERS, unclear
from connectors.mail.headers import Headers, message_ids, sent_at
from connectors.mail.limits import Limits
from connectors.mail.mbox import read_mbox
from connectors.mail.mime import Part, Reader
from connectors.mail.reports import delivery_report
from connectors.mail.text import hides_signs
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import DeliveryReport, MailReceived, MailUnreadable, OperatorWrote
from ledger.domain.values import Attachment

__all__ = [
    "AttachmentBytes", "Limits", "ParsedMail", "mail_received", "mail_unreadable", "operator_wrote",
    "read_mail",
    "read_mbox",
]  # fmt: skip

_KNOWN = frozenset(
    {"from", "to", "subject", "date", "message-id", "received", "return-path", "mime-version"}
    | {"content-type", "delivered-to", "sender", "reply-to", "cc", "in-reply-to", "references"}
)
_SUBJECT = 500
_LEAD = re.compile(rb"(?:\xef\xbb\xbf|[\s\0])*(?:>?From [^\r\n]*(?:\r\n|\r|\n))?")


class ParsedMail(Struct, frozen=True, kw_only=True):
    """A mail as far as it could be read: the fields of `MailReceived`, and the attachments' bytes.

    `notes` and `automatic` name what is odd in Coo's words, never in the sender's.
    """

    raw_sha256: str
    size: int
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sent_at: datetime | None
    notes: tuple[str, ...]
    automatic: str
    report: DeliveryReport | None
    list_id: str
    authentication: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    attachments: tuple[AttachmentBytes, ...]


def read_mail(raw: bytes, *, limits: Limits | None = None, server: str = "") -> ParsedMail:
    """Read a mail. Whatever is wrong with it becomes a note.

    `server` is the receiving server whose word about the sender counts (its authserv-id).

    Raises `InputUnreadable` where the bytes are no mail at all.
    """
    limits = limits or Limits()
    notes: list[str] = []
    reader = Reader(_prepared(raw, limits, notes), limits, notes)
    mail = reader.mail()
    _refuse_unless_mail(raw, mail.headers)
    return _parsed(raw, reader, mail, limits, server)


def mail_received(mail: ParsedMail) -> MailReceived:
    """The fact that this mail came in."""
    return MailReceived(
        raw_sha256=mail.raw_sha256,
        size=mail.size,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        sent_at=mail.sent_at,
        attachments=tuple(_attachment(each) for each in mail.attachments),
        notes=mail.notes,
        unclear=unclear(mail.notes),
        automatic=mail.automatic,
        report=mail.report,
        authentication=mail.authentication,
        sender=mail.sender,
        sender_name=mail.sender_name,
        recipient=mail.recipient,
        subject=mail.subject,
        text=mail.text,
    )


def operator_wrote(mail: ParsedMail) -> OperatorWrote:
    """The fact that the operator wrote this mail himself."""
    return OperatorWrote(
        raw_sha256=mail.raw_sha256,
        size=mail.size,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        sent_at=mail.sent_at,
        files=tuple(_attachment(each) for each in mail.attachments),
        recipient=mail.recipient,
        subject=mail.subject,
        text=mail.text,
    )


def mail_unreadable(raw: bytes, source: str, error: InputUnreadable) -> MailUnreadable:
    """The fact that something which claims to be a mail could not be read."""
    return MailUnreadable(
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        source=source,
        cause=error.cause,
        remedy=error.remedy,
    )


def _parsed(raw: bytes, reader: Reader, mail: Part, limits: Limits, server: str) -> ParsedMail:
    headers, digest = mail.headers, hashlib.sha256(raw).hexdigest()
    sender = _sender(headers, reader.notes)
    read = contents(reader, mail, limits)
    sign = automatic(mail, sender.address)
    report = delivery_report(mail, reader, sign)
    returned = (*reported(mail), *(report.about if report else ()))
    _note_headers(headers, sender, reader.notes)
    return ParsedMail(
        raw_sha256=digest,
        size=len(raw),
        message_id=_message_id(headers, digest),
        in_reply_to=next(iter(message_ids(headers.raw("in-reply-to"))), ""),
        references=_references(headers, returned, limits),
        sent_at=sent_at(headers.raw("date")),
        notes=tuple(reader.notes),
        automatic=sign,
        report=report,
        authentication=authenticated(headers, sender.address, server),
        list_id=headers.text("list-id", 250),
        sender=sender.address,
        sender_name=sender.name,
        recipient=_recipient(headers),
        subject=headers.text("subject", _SUBJECT),
        text=read.text,
        attachments=read.attachments,
    )


def _references(headers: Headers, returned: tuple[str, ...], limits: Limits) -> tuple[str, ...]:
    """The mails it follows, then those that a report returns; the nearest ones last."""
    every = (*message_ids(headers.raw("references")), *dict.fromkeys(returned))
    return every[-limits.references :]


def _prepared(raw: bytes, limits: Limits, notes: list[str]) -> bytes:
    """The bytes from the first header on, with usual line ends, and not more than the limit."""
    lead = _LEAD.match(raw[:10_000])
    start = lead.end() if lead else 0
    if len(raw) - start > limits.raw:
        notes.append(f"mail larger than {limits.raw:,} bytes, the rest was not read")
    body = raw[start : start + limits.raw] if start or len(raw) > limits.raw else raw
    return body.replace(b"\r", b"\n") if b"\n" not in body else body


def _refuse_unless_mail(raw: bytes, headers: Headers) -> None:
    if not raw.strip(b"\0 \t\r\n"):
        raise InputUnreadable(
            "The mail is empty.", "Nothing to do; ask for it again if it matters."
        )
    if not any(name in _KNOWN for name, _ in headers.fields):
        raise InputUnreadable(
            f"These {len(raw):,} bytes have no header of a mail, such as From or Subject.",
            "Export the mail as .eml from your mail program and hand that in.",
        )


def _sender(headers: Headers, notes: list[str]) -> Mailbox:
    """Who it is from: the first From address, else the Sender; an empty one where nobody is."""
    named = [box for value in headers.all("from") for box in mailboxes(value)]
    if len({box.address for box in named}) > 1 or len(headers.all("from")) > 1:
        notes.append(SEVERAL_SENDERS)
    if not named:
        notes.append("no usable sender address")
        named = list(mailboxes(headers.raw("sender")))
    return named[0] if named else Mailbox("")


def _recipient(headers: Headers) -> str:
    fields = ("to", "delivered-to", "x-original-to", "cc")
    boxes = (box for field in fields for box in mailboxes(headers.raw(field)))
    return next((box.address for box in boxes), "")


def _message_id(headers: Headers, digest: str) -> str:
    """The sender's Message-ID, or one derived from the raw bytes where it is missing."""
    return next(iter(message_ids(headers.raw("message-id"))), f"{digest}@missing.invalid")


def _note_headers(headers: Headers, sender: Mailbox, notes: list[str]) -> None:
    """Name what a reader should know about who claims what."""
    reply_to = {box.address for box in mailboxes(headers.raw("reply-to"))}
    if reply_to and sender.address and sender.address not in reply_to:
        notes.append("asks for answers to another address than the sender's")
    if "@" in sender.name and sender.address not in sender.name.lower():
        notes.append("the sender's name shows another address than the sender's")
    if headers.broken:
        notes.append("header lines that make no sense were passed over")
    shown = headers.raw("from") + headers.raw("subject")
    if hides_signs(shown.decode("utf-8", "replace")):
        notes.append("invisible or direction-changing signs removed from the header")


def _attachment(given: AttachmentBytes) -> Attachment:
    return Attachment(
        name=given.name,
        media_type=given.media_type,
        size=len(given.data),
        sha256=hashlib.sha256(given.data).hexdigest(),
    )
