"""What `company.yaml` says of reminders, of silence after an offer, and of where holidays are."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.calendars import knows
from bot.company.yaml_section import Section
from ledger.domain.company import USUAL_FOLLOW_UP, USUAL_REMINDERS, ReminderKind, ReminderStep

MOST_DAYS: Final = 366


def reminders(top: Section) -> tuple[ReminderStep, ...]:
    """The steps in their order; the usual ones where the file says nothing, none for `[]`."""
    if "reminders" not in top.keys():  # noqa: SIM118  # a method of the section, no mapping
        return USUAL_REMINDERS
    found: list[ReminderStep] = []
    for section in top.sections("reminders"):
        least = found[-1].after_days + 1 if found else 1
        step = ReminderStep(
            kind=section.choice("kind", ReminderKind, ReminderKind.FRIENDLY),
            after_days=section.whole("after_days", least, least, MOST_DAYS),
        )
        section.done()
        found.append(step)
    return tuple(found)


def follow_up_after(section: Section) -> int:
    """Working days of silence after an offer; 0 for never."""
    days = section.whole("after", USUAL_FOLLOW_UP, 0, MOST_DAYS)
    section.done()
    return days


def region(section: Section, country: str) -> str:
    """The part of the country whose holidays count, as the library of holidays names it."""
    value = section.text("region", "").strip().upper()
    if value and not knows(country, value):
        raise section.refused("region", texts.COMPANY_BAD_REGION, value=value, country=country)
    return value
