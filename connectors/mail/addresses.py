"""Who a mail says it is from and to: mailbox lists, also the broken ones.

The standard library's parser reads some malformed lists differently from version to version,
and who somebody is must not depend on that.
"""

from __future__ import annotations

import re

from msgspec import Struct

from connectors.mail.headers import decoded_header
from connectors.mail.text import one_line

_MOST = 100
_LONGEST = 254
"""Signs in an address, by RFC 5321."""

_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?"
)
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?'  # quoted name, perhaps never closed
    r"|\((?:[^()\\]|\\.)*\)?"  # comment
    r"|<[^<>]*>?"  # angle address
    r"|[,;:]"
    r'|[^",;:<(]+'
    r"|.",
    re.DOTALL,
)


class Mailbox(Struct, frozen=True):
    """A bare address in lower case, and the name shown beside it."""

    address: str
    name: str = ""


def address_of(text: str) -> str:
    """The bare address in lower case, or "" where it is none."""
    bare = one_line(text).lower()
    return bare if len(bare) <= _LONGEST and _ADDRESS.fullmatch(bare) else ""


def mailboxes(raw: bytes) -> tuple[Mailbox, ...]:
    """The mailboxes of a From, To or Cc field. Groups are opened, what is no address left out."""
    if raw.count(b'"') % 2:
        raw = raw.replace(b'"', b"")  # one was never closed and would swallow the address
    found: list[Mailbox] = []
    name: list[str] = []
    angle = ""
    for sign in [*_TOKEN.findall(raw.decode("utf-8", "surrogateescape")), ","]:
        if sign in {",", ";"}:
            found.extend(_mailbox(name, angle))
            name, angle = [], ""
        elif sign == ":" and not angle:
            name = []  # the name of a group
        elif sign.startswith("<"):
            angle = angle or sign.strip("<>")
        else:
            name.append(sign)
        if len(found) >= _MOST:
            break
    return tuple(dict.fromkeys(found))


def _mailbox(name: list[str], angle: str) -> list[Mailbox]:
    if angle:
        address = address_of(angle)
        return [Mailbox(address, _name(name))] if address else []
    plain = "".join(part for part in name if not part.startswith(("(", '"')))
    address = address_of(plain)
    return [Mailbox(address, _name([p for p in name if p.startswith("(")]))] if address else []


def _name(parts: list[str]) -> str:
    text = "".join(_unquoted(part) for part in parts)
    return one_line(decoded_header(text.encode("utf-8", "surrogateescape")), 200)


def _unquoted(part: str) -> str:
    stripped = part.strip()
    if stripped.startswith('"'):
        return re.sub(r"\\(.)", r"\1", stripped.strip('"'))
    if stripped.startswith("("):
        return stripped.strip("()")
    return part
