"""Address books as vCards, versions 2.1, 3.0 and 4.0, in whatever charset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import vobject
from vobject.base import VObjectError

from connectors.bringing.entries import BroughtContact, Wrong
from connectors.bringing.places import country_code, language_code
from connectors.mail.charset import decoded_text

_CARD: Final = re.compile(rb"BEGIN:VCARD.*?END:VCARD", re.IGNORECASE | re.DOTALL)
_CHARSET: Final = re.compile(rb";CHARSET=\"?([A-Za-z0-9._-]{1,40})\"?", re.IGNORECASE)
_SOFT_BREAK: Final = re.compile(r"=\n")
_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_LONGEST: Final = 300


def is_vcard(raw: bytes) -> bool:
    """Whether the bytes begin like a vCard."""
    return raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:11].upper() == b"BEGIN:VCARD"


def read_vcards(name: str, raw: bytes) -> tuple[list[BroughtContact], list[Wrong]]:
    """The cards with a mail address; one without is nobody that Coo could write to."""
    found, wrong = [], []
    for line, card in _cards(raw):
        where = f"{name}:{line}"
        try:
            read = vobject.readOne(_text(card))
            contact = _contact(where, read)
        except (VObjectError, ValueError, AttributeError, IndexError, LookupError) as error:
            why = " ".join(str(error).split())[:120] or type(error).__name__
            what = f"This card cannot be read: {why}."
            wrong.append(Wrong(where=where, what=what, remedy="Export it again, or remove it."))
            continue
        if contact is not None:
            found.append(contact)
    if not found and not wrong:
        what = "No card in it has a mail address."
        wrong.append(Wrong(where=name, what=what, remedy="Nobody of it could be written to."))
    return found, wrong


def _cards(raw: bytes) -> Iterator[tuple[int, bytes]]:
    for hit in _CARD.finditer(_plain(raw)):
        yield raw[: hit.start()].count(b"\n") + 1, hit[0]


def _plain(raw: bytes) -> bytes:
    """UTF-16 as UTF-8; anything else as it is."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").lstrip("\ufeff").encode()
    return raw


def _text(card: bytes) -> str:
    """The card as text; 2.1 says its charset at each line, and all lines are of one."""
    named = _CHARSET.search(card)
    declared = named[1].decode("ascii") if named else "utf-8"
    if b"QUOTED-PRINTABLE" in card.upper():
        return _unquoted(card, declared)
    text = decoded_text(_CHARSET.sub(b"", card), declared).text
    return text.replace("\r\n", "\n")


def _unquoted(card: bytes, declared: str) -> str:
    """What stands in quoted-printable as itself, so that every reader sees the same."""
    import quopri  # noqa: PLC0415 - only old phones write it

    joined = card.replace(b"\r\n", b"\n")
    lines: list[str] = []
    rest = joined.split(b"\n")
    while rest:
        line = rest.pop(0)
        if b"QUOTED-PRINTABLE" not in line.upper():
            lines.append(decoded_text(_CHARSET.sub(b"", line), declared).text)
            continue
        while line.endswith(b"=") and rest:
            line = line[:-1] + rest.pop(0)
        head, _, value = line.partition(b":")
        bare = re.sub(rb";(?:ENCODING=)?QUOTED-PRINTABLE", b"", head, flags=re.IGNORECASE)
        bare = _CHARSET.sub(b"", bare)
        said = decoded_text(quopri.decodestring(value), declared).text
        lines.append(f"{bare.decode('ascii', 'replace')}:{' '.join(said.splitlines())}")
    return "\n".join(lines)


def _contact(where: str, card: Any) -> BroughtContact | None:
    emails = [value.lower() for value in _values(card, "email") if _MAIL.fullmatch(value)]
    if not emails:
        return None
    organisation = next(iter(_values(card, "org")), "")
    name = next(iter(_values(card, "fn")), "") or _joined(card)
    address, country = _place(card)
    return BroughtContact(
        where=where,
        name=name or organisation,
        organisation=organisation if name != organisation else "",
        emails=tuple(dict.fromkeys(emails)),
        phones=tuple(each.removeprefix("tel:") for each in _values(card, "tel")),
        address=address,
        country=country,
        language=next((code for v in _values(card, "lang") if (code := language_code(v))), ""),
    )


def _values(card: Any, kind: str) -> Iterator[str]:
    for line in card.contents.get(kind, []):
        value = line.value
        text = " ".join(value) if isinstance(value, list) else str(value)
        if shown := " ".join(text.split())[:_LONGEST]:
            yield shown


def _joined(card: Any) -> str:
    for line in card.contents.get("n", []):
        parts = (getattr(line.value, "given", ""), getattr(line.value, "family", ""))
        return " ".join(str(part).strip() for part in parts if str(part).strip())
    return ""


def _place(card: Any) -> tuple[str, str]:
    """The lines of the first whole address, and the country of it."""
    for line in card.contents.get("adr", []):
        value = line.value
        street, code, city = (_part(value, name) for name in ("street", "code", "city"))
        country = country_code(_part(value, "country"))
        town = " ".join(part for part in (code, city) if part)
        return (f"{street}\n{town}" if street and town else ""), country
    return "", ""


def _part(value: Any, name: str) -> str:
    found = getattr(value, name, "")
    return " ".join((" ".join(found) if isinstance(found, list) else str(found)).split())
