"""The operator's time zone: what company.yaml names, else that of this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ledger.domain.company import Company


class MachineZone(tzinfo):
    """The zone that this machine is set to, summer time and all; it may have no name."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        return moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return moment.replace(tzinfo=None).astimezone().tzname() if moment else None

    def fromutc(self, moment: datetime) -> datetime:
        local = moment.replace(tzinfo=UTC).astimezone()
        return local.replace(tzinfo=self)


def zone_of_company(company: Company) -> tzinfo:
    """Where the company's days begin and end."""
    return ZoneInfo(company.time_zone) if company.time_zone else MachineZone()


def zone_of_attention(company: Company) -> tzinfo:
    """Where the operator is: quiet hours and the digest's hour are read off the wall there."""
    name = company.attention.zone or company.time_zone
    return ZoneInfo(name) if name else MachineZone()
