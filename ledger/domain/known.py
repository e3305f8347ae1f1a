"""What is known and in force, read from the read tables: strongly consistent, never from memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ledger.domain.identity import ids_of
from ledger.domain.knowledge import COMPANY, LISTED, Knowledge, holding
from ledger.domain.reading import Views


async def in_force(views: Views, subject: str, topic: str, on: datetime) -> Knowledge | None:
    """What holds at a moment about a subject under a topic; None where nothing does.

    A contact is looked up under all ids that somebody goes by.
    """
    found = [
        one
        for each in await subjects_of(views, subject)
        for one in await views.find(Knowledge, f"about:{each}:{topic}")
    ]
    return holding(found, on)


async def all_in_force(views: Views, subjects: Iterable[str], on: datetime) -> list[Knowledge]:
    """Everything that holds at a moment about any of these subjects, as it was recorded.

    Each subject has its own: a contact's price and the item's both come.
    """
    found: list[Knowledge] = []
    for subject in subjects:
        statements = await statements_of(views, subject)
        topics = dict.fromkeys(one.topic for one in statements)
        held = [holding([s for s in statements if s.topic == topic], on) for topic in topics]
        found += [one for one in held if one is not None and one not in found]
    return sorted(found, key=lambda one: one.order)


async def statements_of(views: Views, subject: str) -> list[Knowledge]:
    """Everything ever stated about a subject, whatever became of it, as it was recorded."""
    found = [
        one
        for each in await subjects_of(views, subject)
        for one in await views.find(Knowledge, f"subject:{each}")
    ]
    return sorted(found, key=lambda one: one.order)


async def subjects_of(views: Views, subject: str) -> tuple[str, ...]:
    """All subjects that mean this one: a contact's every entry."""
    return (subject,) if subject == COMPANY else await ids_of(views, subject)


async def held_for(views: Views, contact: str, on: datetime) -> tuple[Knowledge, ...]:
    """All that code obeys for a contact at a moment: theirs, the company's, the items' prices."""
    subjects = [contact, COMPANY] if contact else [COMPANY]
    listed = await views.find(Knowledge, LISTED)
    topics = dict.fromkeys(one.topic for one in listed)
    prices = [holding([one for one in listed if one.topic == topic], on) for topic in topics]
    return (
        *await all_in_force(views, subjects, on),
        *(one for one in prices if one is not None),
    )
