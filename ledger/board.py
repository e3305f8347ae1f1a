"""What can be seen of the workers from outside: how many live, and how much waits for them."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import URL

from ledger.jobs import WAKE, queue_of
from ledger.postgres_link import Driver, Link

_LIVING: Final = (
    "SELECT count(*) FROM procrastinate_workers "
    "WHERE last_heartbeat > now() - make_interval(secs => %s)"
)
_BUSY: Final = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s "
    "AND starts_with(queue_name, %s) AND status IN ('todo', 'doing')"
)


class Board:
    """Looks at the queue of one company. Changes nothing."""

    def __init__(self, url: URL, company: str) -> None:
        self._queue = queue_of(company, "")
        self._link = Link(url)

    def living(self, seconds: float) -> int:
        """How many workers said within so many seconds that they live."""
        return self._link.run(lambda driver: _count(driver, _LIVING, seconds))

    def busy(self) -> int:
        """How many jobs wait or are being done."""
        return self._link.run(lambda driver: _count(driver, _BUSY, WAKE, self._queue))

    def close(self) -> None:
        """Close the connection."""
        self._link.close()


def _count(driver: Driver, query: str, *values: object) -> int:
    row = driver.execute(query.encode(), values).fetchone()
    return int(row[0]) if row else 0
