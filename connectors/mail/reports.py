"""What a delivery report says: which mail came back, whether for good, and in whose words.

Most servers write RFC 3464; some (qmail, older Exims and gateways) write prose, and return what
they could not deliver as plain text. What a report claims is checked against what Coo sent by
whoever reads it: a Message-ID here is only what somebody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from connectors.mail.charset import decoded_text
from connectors.mail.headers import Headers, message_ids, parsed_headers
from connectors.mail.mime import Part, Reader
from connectors.mail.text import one_line
from ledger.domain.events import DeliveryReport

FAILED: Final = "failed"
DELAYED: Final = "delayed"
DELIVERED: Final = "delivered"
_ACTIONS: Final = {
    "failed": FAILED,
    "delayed": DELAYED,
    "delivered": DELIVERED,
    "relayed": DELIVERED,
    "expanded": DELIVERED,
}
_READ: Final = 100_000
_MOST: Final = 20
_SAID: Final = 300

_ID: Final = re.compile(rb"(?im)^[> \t|]*message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,250}>)")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LATE: Final = re.compile(
    r"delay(?:ed)?\b|will (?:be retried|keep trying|retry)|still trying|not yet been delivered|"
    r"no action is required|warning: (?:message|could not)|verz(?:ö|oe)gert|noch nicht zugestellt|"
    r"retard[ée]",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(
    r"[^\n]*(?:\b[45]\d\d[ -]|\b5\.\d{1,3}\.\d|unknown|no such|not (?:exist|found)|rejected|"
    r"disabled|full|quota|unbekannt|existiert nicht|inconnu|permanent|gave up|failed)[^\n]*",
    re.IGNORECASE,
)


def delivery_report(mail: Part, reader: Reader, sign: str) -> DeliveryReport | None:
    """What became of our mail; None where this is no report on a delivery."""
    if sign != "delivery report":
        return None
    leaves = list(_leaves(mail))
    about = tuple(dict.fromkeys(_returned(mail, leaves, reader)))[:_MOST]
    fields = _worst(leaves, reader)
    prose = _prose(leaves, reader)
    if fields is None:
        return DeliveryReport(
            action=DELAYED if _LATE.search(prose) else FAILED,
            about=about,
            status=_status(prose),
            said=_reason(prose),
        )
    told = fields.text("diagnostic-code", 2_000).partition(";")
    return DeliveryReport(
        action=_ACTIONS.get(fields.token("action"), FAILED),
        about=about,
        status=_status(fields.text("status")),
        said=one_line(told[2] or told[0], _SAID) or _reason(prose),
    )


def _returned(mail: Part, leaves: list[Part], reader: Reader) -> Iterator[str]:
    """The Message-IDs in what the report returns, however it is packed; never its own."""
    own = set(message_ids(mail.headers.raw("message-id")))
    for part in _below(mail):
        yield from (each for each in message_ids(part.headers.raw("message-id")) if each not in own)
    for leaf in leaves:
        for found in _ID.findall(reader.body(leaf, _READ)):
            yield from (each for each in message_ids(found) if each not in own)


def _worst(leaves: list[Part], reader: Reader) -> Headers | None:
    """Of the recipients that a report speaks of, the one that went worst; None: it names none."""
    groups = [
        parsed_headers(block)
        for leaf in leaves
        if leaf.media_type in {"message/delivery-status", "message/global-delivery-status"}
        for block in re.split(rb"\r?\n[ \t]*\r?\n", reader.body(leaf, _READ))
    ]
    told = [group for group in groups if group.has("action")]
    order = [FAILED, DELAYED, DELIVERED]
    told.sort(key=lambda group: order.index(_ACTIONS.get(group.token("action"), FAILED)))
    return told[0] if told else None


def _prose(leaves: list[Part], reader: Reader) -> str:
    """What the report says to people."""
    texts = [leaf for leaf in leaves if leaf.media_type == "text/plain"]
    if not texts:
        return ""
    charset = texts[0].headers.parameter("charset")
    return decoded_text(reader.body(texts[0], _READ), charset, whole=False).text


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else ""


def _reason(prose: str) -> str:
    """The line that says why; where none does, how the report begins."""
    found = _REFUSED.search(prose)
    return one_line(found[0] if found else prose[:_SAID], _SAID)


def _below(part: Part) -> Iterator[Part]:
    for child in part.children:
        yield child
        yield from _below(child)


def _leaves(part: Part) -> Iterator[Part]:
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)
