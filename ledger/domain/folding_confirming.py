"""The fold of changes that need a second channel: what is in force, and what waits."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.confirming import FILE, IN_FORCE, Confirmation, Particulars
from ledger.domain.entities import Entity
from ledger.domain.events import (
    ChangeConfirmed,
    ChangeRefused,
    CompanyConfigured,
    ConfirmationAsked,
)
from ledger.domain.facts import Fact
from ledger.domain.look import CARD_NUMBERS, Look

OPEN = "open"


def fold_confirming(fact: Fact, look: Look) -> list[Entity]:
    """The bank and tax data in force; questions whether others shall be."""
    match fact.event:
        case CompanyConfigured() as event:
            return _configured(event, fact, look)
        case ConfirmationAsked() as event:
            return [_asked(event, fact, look)]
        case ChangeConfirmed() | ChangeRefused() as event:
            return _decided(event, look)
        case _:
            return []


def _configured(event: CompanyConfigured, fact: Fact, look: Look) -> list[Entity]:
    """What the file says first is in force; what it says later waits, if it is something else."""
    if event.bank is None or event.tax is None:
        return []
    known = look.get(Particulars, IN_FORCE)
    if known is None:
        return [Particulars(id=IN_FORCE, bank=event.bank, tax=event.tax)]
    asked = look.find(Confirmation, f"{OPEN}:{FILE}")
    over: list[Entity] = [replace(each, status="withdrawn") for each in asked]
    if (event.bank, event.tax) == (known.bank, known.tax):
        return [replace(known, wanted_bank=None, wanted_tax=None, wanted_by=""), *over]
    wanted = replace(known, wanted_bank=event.bank, wanted_tax=event.tax, wanted_by=fact.id)
    return [wanted, *over]


def _asked(event: ConfirmationAsked, fact: Fact, look: Look) -> Confirmation:
    known = look.get(Confirmation, event.confirmation)
    return Confirmation(
        id=event.confirmation,
        number=known.number if known else look.add(CARD_NUMBERS),
        about=event.about,
        channel=event.channel,
        by=event.by,
        what=event.what,
        asked_at=fact.at,
    )


def _decided(event: ChangeConfirmed | ChangeRefused, look: Look) -> list[Entity]:
    asked = look.get(Confirmation, event.confirmation)
    if asked is None or asked.status != OPEN:
        return []
    agreed = isinstance(event, ChangeConfirmed)
    over = replace(asked, status="confirmed" if agreed else "refused")
    known = look.get(Particulars, IN_FORCE)
    if asked.channel != FILE or known is None or known.wanted_by != asked.about:
        return [over]
    return [over, _settled(known, agreed=agreed)]


def _settled(known: Particulars, *, agreed: bool) -> Particulars:
    none = {"wanted_bank": None, "wanted_tax": None, "wanted_by": ""}
    if not agreed or known.wanted_bank is None or known.wanted_tax is None:
        return replace(known, **none)
    return replace(known, bank=known.wanted_bank, tax=known.wanted_tax, **none)
