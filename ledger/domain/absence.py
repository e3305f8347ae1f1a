"""What waits for somebody who is away waits until they are back. Pure."""

from __future__ import annotations

from datetime import date

from ledger.domain.entities import Contact


def back_from(away_until: date | None, day: date) -> date:
    """The day on which something that waits for them on `day` is due: not before they are back."""
    return day if away_until is None else max(day, away_until)


def absent_until(contact: Contact | None, today: date) -> date | None:
    """The day on which the contact is back; None where they are there, as far as is known."""
    if contact is None or contact.away_until is None or contact.away_until <= today:
        return None
    return contact.away_until
