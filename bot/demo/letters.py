"""Mails of a scenario: a readable template becomes the bytes that a mail server would deliver.

A template is a mail in UTF-8 with placeholders. What it does not say is added: To, Date, a
Message-ID made of its name, and where it answers a mail, the thread and its subject. The text is
encoded as its own Content-Type says.
"""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

_CHARSET: Final = re.compile(r"^content-type:.*charset=\"?([\w.:-]+)", re.IGNORECASE | re.MULTILINE)
_NAME: Final = re.compile(r"^from:.*@([\w.-]+)", re.IGNORECASE | re.MULTILINE)
_HEADER: Final = re.compile(r"^([A-Za-z-]+):")
_NAMED_TEXTS: Final = ("from", "subject", "to")
_PLAIN: Final = "Content-Type: text/plain; charset=utf-8"
_TYPES: Final = {
    ".pdf": ("application", "pdf"),
    ".docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".txt": ("text", "plain"),
}


def letter(
    name: str,
    text: str,
    *,
    to: str,
    sent: datetime,
    answers: EmailMessage | None,
    server: str = "",
) -> bytes:
    """The bytes of a mail: `text` is its filled template, `name` that of its file.

    `server` receives it, and says of the sender that they are who they are, unless the template
    says otherwise; "" for a mail that no server received.
    """
    head, _, body = text.partition("\n\n")
    added = _added(name, head, to=to, sent=sent, answers=answers)
    lines = [*_received(server, head), *_unfolded(head), *added]
    charset = _charset(head)
    written = "\r\n".join(map(_encoded, lines))
    content = body.rstrip("\n").replace("\n", "\r\n") + "\r\n"
    return written.encode("ascii") + b"\r\n\r\n" + content.encode(charset)


def with_attachments(raw: bytes, files: list[Path]) -> bytes:
    """The mail with files attached; the boundary is fixed, so the same mail has the same bytes."""
    if not files:
        return raw
    mail = message_from_bytes(raw, policy=policy.SMTP)
    content = mail.get_content()
    for name in ("Content-Type", "Content-Transfer-Encoding", "MIME-Version"):
        del mail[name]
    mail.set_content(content)
    for path in files:
        kind, sub = _TYPES[path.suffix]
        mail.add_attachment(path.read_bytes(), maintype=kind, subtype=sub, filename=path.name)
    mail.set_boundary("part-of-the-month")
    return mail.as_bytes()


def message_id(name: str, head: str) -> str:
    """The Message-ID of a template: its name, at its sender's server."""
    found = _NAME.search(head)
    return f"<{Path(name).stem}@mail.{found[1] if found else 'example.net'}>"


def _added(
    name: str, head: str, *, to: str, sent: datetime, answers: EmailMessage | None
) -> list[str]:
    """The header fields that the template leaves to the moment."""
    fields = {
        "To": to,
        "Date": format_datetime(sent),
        "Message-ID": message_id(name, head),
        "MIME-Version": "1.0",
        "Content-Type": _PLAIN.partition(": ")[2],
        "Content-Transfer-Encoding": "8bit",
    }
    if answers is not None:
        own = str(answers["Message-ID"]).strip()
        subject = str(answers["Subject"])
        fields["Subject"] = subject if subject.casefold().startswith("re:") else f"Re: {subject}"
        fields["In-Reply-To"] = own
        fields["References"] = " ".join(f"{answers['References'] or ''} {own}".split())
    there = {found[1].casefold() for found in map(_HEADER.match, head.splitlines()) if found}
    if "content-type" in there:
        there.add("content-transfer-encoding" if "multipart/" in head.casefold() else "")
    return [f"{key}: {value}" for key, value in fields.items() if key.casefold() not in there]


def _received(server: str, head: str) -> list[str]:
    """What the receiving server puts on top."""
    found = _NAME.search(head)
    if not server or not found or "authentication-results:" in head.casefold():
        return []
    return [f"Authentication-Results: {server}; dmarc=pass header.from={found[1]}"]


def _unfolded(head: str) -> list[str]:
    lines: list[str] = []
    for line in head.splitlines():
        if line[:1] in " \t" and lines:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return lines


def _encoded(line: str) -> str:
    """A header line as it may stand in a mail."""
    if line.isascii():
        return line
    key, _, value = line.partition(": ")
    if key.casefold() == "from" and "<" in value:
        name, _, address = value.rpartition(" <")
        return f"{key}: {Header(name, 'utf-8').encode()} <{address}"
    return f"{key}: {Header(value, 'utf-8', maxlinelen=70).encode(linesep=chr(13) + chr(10))}"


def _charset(head: str) -> str:
    found = _CHARSET.search(head)
    return found[1] if found else "utf-8"
