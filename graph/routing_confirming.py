"""Changes of where money goes: asked for in words, and confirmed in another channel than theirs."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import fields

from graph.desk import Desk, says, tells
from graph.routing_identity import route_key
from ledger.domain.confirming import FILE, IN_FORCE, Confirmation, Particulars
from ledger.domain.events import (
    ChangeConfirmed,
    ChangeRefused,
    CompanyConfigured,
    ConfirmationAsked,
    ConfirmOrdered,
    KeyTold,
)
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.pairing import ChatIdentity, Role
from ledger.domain.speakers import MACHINE

CONFIRM: Final = "confirm"
PAYMENT: Final = "payment"

_NAMES: Final = {
    "holder": "account holder",
    "iban": "IBAN",
    "bic": "BIC",
    "bank": "bank",
    "rate_bp": "tax rate",
    "vat_id": "VAT ID",
    "tax_number": "tax number",
    "exempt": "exempt from tax",
    "exempt_note": "note on the exemption",
}


async def route_configured(fact: Fact, event: CompanyConfigured, desk: Desk) -> list[Draft]:
    """Other bank or tax data in company.yaml are asked about; all else of it counts at once."""
    known = await desk.views.get(Particulars, IN_FORCE)
    if known is None or known.wanted_by != fact.id or event.bank is None or event.tax is None:
        return []
    differing = [*_differing(known.bank, event.bank), *_differing(known.tax, event.tax)]
    what = f"company.yaml: {', '.join(differing)}"
    asked = ConfirmationAsked(
        confirmation=short_id("chg", fact.id), about=fact.id, channel=FILE, what=what
    )
    return [says(fact, asked)]


async def route_told_key(fact: Fact, told: KeyTold, desk: Desk) -> list[Draft]:
    """An account that a chat gives a contact waits for a second channel; all else counts."""
    if told.kind != PAYMENT or not told.by:
        return await route_key(fact, told, desk)
    asked = ConfirmationAsked(
        confirmation=short_id("chg", fact.id),
        about=fact.id,
        channel=told.channel,
        by=told.by,
        what=f"{told.contact} pays from {told.key}",
    )
    return [says(fact, asked, person=fact.person)]


async def route_confirm(fact: Fact, order: ConfirmOrdered, desk: Desk) -> list[Draft]:
    """The change counts, or it does not, or this is not the place to say so."""
    asked = await desk.views.get(Confirmation, order.confirmation)
    if asked is None:
        return [tells(fact, CONFIRM, f"There is nothing {order.confirmation!r} to confirm.")]
    if asked.status != "open":
        return [tells(fact, CONFIRM, f"That change is {asked.status} already.")]
    who = {"operator": order.operator, "channel": order.channel, "by": order.by}
    key = f"confirmed:{asked.id}"
    if not order.agreed:
        return [says(fact, ChangeRefused(confirmation=asked.id, **who), key=key)]
    why = await _same_channel(asked, order, desk)
    if why:
        return [tells(fact, CONFIRM, why)]
    confirmed = says(fact, ChangeConfirmed(confirmation=asked.id, **who), key=key)
    return [confirmed, *await _carried_out(asked, desk)]


async def _same_channel(asked: Confirmation, order: ConfirmOrdered, desk: Desk) -> str:
    """Why this channel is not the second one; "" where it is.

    A file and the console are one machine. Where no owner is paired in a chat, it is all there is,
    and then a word at the console is the second.
    """
    here = order.channel in MACHINE
    if asked.channel != FILE:
        same = asked.channel == order.channel
        return _ELSEWHERE.format(number=asked.number, channel=asked.channel) if same else ""
    owners = [
        each for each in await desk.views.find(ChatIdentity, "active") if each.role is Role.OWNER
    ]
    if here and owners:
        places = ", ".join(sorted({each.channel for each in owners}))
        return _IN_CHAT.format(number=asked.number, places=places)
    return ""


_ELSEWHERE: Final = (
    "The change was made on {channel}, so it is confirmed elsewhere: say `confirm {number}` at the "
    "console or in another paired chat. Nothing has changed."
)
_IN_CHAT: Final = (
    "The change was made on this machine, so it is confirmed elsewhere: say `confirm {number}` on "
    "{places}. Nothing has changed."
)


async def _carried_out(asked: Confirmation, desk: Desk) -> list[Draft]:
    """What follows at once; what company.yaml says is in force by the fold."""
    about = await desk.fact(asked.about)
    if about is None or not isinstance(about.event, KeyTold):
        return []
    return await route_key(about, about.event, desk)


def _differing(before: Struct, now: Struct) -> list[str]:
    """`IBAN DE1 instead of DE2`, for every field that differs."""
    found = []
    for field in fields(type(now)):
        old, new = getattr(before, field.name), getattr(now, field.name)
        if old != new:
            found.append(f"{_NAMES[field.name]} {_shown(new)} instead of {_shown(old)}")
    return found


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value / 100:g} %"
    return str(value) or "none"
