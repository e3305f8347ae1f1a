"""A Sent folder (mbox): the operator's own words, without anything that they quote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path
from typing import Final

from connectors.bringing.entries import OwnMail
from connectors.mail.mbox import read_mbox
from connectors.mail.parse import read_mail
from ledger.domain.errors import InputUnreadable

MOST_MAILS: Final = 5_000
"""The newest ones teach; a Sent folder may hold decades."""

_ATTRIBUTION: Final = re.compile(
    r"^.{0,200}\b(?:wrote|schrieb|a écrit|écrit)\b[^\n]{0,120}:\s*$", re.IGNORECASE
)
_CUT: Final = re.compile(
    r"^\s*-{2,}\s*(?:Original|Ursprüngliche|Weitergeleitete|Forwarded|Message d|Message transf|"
    r"Begin forwarded|Anfang der)|^_{10,}\s*$|^\s*\*?(?:From|Von|De)\s?:\*?\s.*@",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"^--\s*$")


def read_sent(path: Path, own: Collection[str]) -> tuple[list[OwnMail], int]:
    """The operator's mails to one reader each, and how many others lay among them."""
    found: list[OwnMail] = []
    others = 0
    for raw in read_mbox(path):
        mail = _own(raw, own)
        if mail is None:
            others += 1
        else:
            found.append(mail)
    return found[-MOST_MAILS:], others


def _own(raw: bytes, own: Collection[str]) -> OwnMail | None:
    try:
        mail = read_mail(raw)
    except InputUnreadable:
        return None
    if mail.sender.lower() not in own or mail.automatic:
        return None
    readers = _readers(raw)
    if len(readers) != 1:
        return None
    (name, address), words = readers[0], own_words(mail.text)
    if not words or address in own:
        return None
    sha = hashlib.sha256(raw).hexdigest()
    return OwnMail(to=address, names=(name,) if name else (), text=words, sha256=sha)


def _readers(raw: bytes) -> list[tuple[str, str]]:
    """Whom it went to: a list teaches no form of address."""
    message = message_from_bytes(raw)
    fields = [str(each) for name in ("To", "Cc") for each in message.get_all(name, [])]
    pairs = getaddresses(fields)
    return [(_name(name), address.lower()) for name, address in pairs if "@" in address]


def _name(text: str) -> str:
    try:
        return " ".join(str(make_header(decode_header(text))).split())
    except (LookupError, ValueError):
        return ""


def own_words(text: str) -> str:
    """What was written, not what was answered to or passed on, and no signature."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _CUT.match(line) or _SIGNATURE.match(line):
            break
        if line.lstrip().startswith(">") or _ATTRIBUTION.match(line.strip()):
            continue
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
