"""The section `attention:` of `company.yaml`, and the times in it."""

from __future__ import annotations

import re
from datetime import time
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import texts
from bot.company.yaml_section import Section
from ledger.domain.company import Attention, QuietHours

_MANY: Final = 1_000
_NONE: Final = "none"
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def time_zone(section: Section, key: str) -> str:
    """The name of a time zone, "" where the key is absent."""
    value = section.text(key, "")
    try:
        _ = ZoneInfo(value) if value else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise section.refused(key, texts.COMPANY_BAD_ZONE, value=value) from error
    return value


def attention(section: Section) -> Attention:
    """How much of the operator's attention Coo may take, and when."""
    base = Attention()
    read = Attention(
        cards_per_hour=section.whole("cards_per_hour", base.cards_per_hour, 1, _MANY),
        cards_per_day=section.whole("cards_per_day", base.cards_per_day, 1, _MANY),
        group_from=section.whole("group_from", base.group_from, 2, _MANY),
        quiet_hours=_quiet_hours(section, base.quiet_hours),
        digest_at=_digest_at(section, base.digest_at),
        zone=time_zone(section, "zone"),
    )
    section.done()
    return read


def _quiet_hours(section: Section, default: QuietHours | None) -> QuietHours | None:
    """`"22:00-07:00"`, or none."""
    value = _unless_absent(section, "quiet_hours")
    if value in {"", _NONE}:
        return None if value else default
    begin, _, end = value.partition("-")
    times = _clock(begin), _clock(end)
    if times[0] is None or times[1] is None or times[0] == times[1]:
        raise section.refused("quiet_hours", texts.COMPANY_BAD_QUIET, value=value)
    return QuietHours(begin=times[0], end=times[1])


def _digest_at(section: Section, default: time | None) -> time | None:
    """`"18:00"`, or none."""
    value = _unless_absent(section, "digest_at")
    if value in {"", _NONE}:
        return None if value else default
    at = _clock(value)
    if at is None:
        raise section.refused("digest_at", texts.COMPANY_BAD_CLOCK, value=value)
    return at


def _unless_absent(section: Section, key: str) -> str:
    return section.text(key, "").strip().lower()


def _clock(text: str) -> time | None:
    """A time of day such as 7:30, None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2])) if match else None
