"""Wake-ups as jobs in PostgreSQL, for any number of machines, run by procrastinate.

A job says "wake case X for subscriber Y". It is put into the queue inside the transaction that
appends the fact, so there is none without the other. `lock` and `queueing_lock` are both
`subscriber:case` of the company: one machine at a time serves it, and at most one job waits.

Jobs are hints. A lost one is found by the sweep, a doubled one finds nothing to do, and two
machines that serve the same case are kept apart by the cursor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from ledger.domain.facts import Fact
from ledger.outbox import WokenBy, desk_only
from ledger.postgres import raw
from ledger.postgres_link import Link
from ledger.wakeups import Wakeup

WAKE: Final = "coo.wake"

_LONGEST_NAME: Final = 30
_MOST_ROUNDS: Final = 3


class JobOutbox:
    """Implements `ledger.outbox.Outbox`. Used in the writer's thread."""

    def __init__(self, company: str, woken_by: WokenBy = desk_only) -> None:
        self.woken_by = woken_by
        self._company = company
        self._manager = JobManager(SyncPsycopgConnector())

    def put(self, connection: Connection, facts: Sequence[Fact]) -> None:
        """Queue a job for everybody these facts wake, unless one waits there already."""
        woken = dict.fromkeys(one for fact in facts for one in self.woken_by(fact))
        jobs = [wake_job(self._company, one) for one in woken]
        for _ in range(_MOST_ROUNDS):
            jobs = self._without_waiting(connection, jobs)
            if not jobs or self._deferred(connection, jobs):
                return
        for job in jobs:
            self._deferred(connection, [job])

    def _without_waiting(self, connection: Connection, jobs: list[Job]) -> list[Job]:
        """Those of which none waits. One that does is held until we commit: taken before that,
        it would not see our facts. Whoever passed over it meanwhile is called again.
        """
        if not jobs:
            return []
        locks = [job.queueing_lock for job in jobs]
        found = raw(connection).execute(_HOLD, (locks,)).fetchall()
        held = {str(row[0]) for row in found}
        return [job for job in jobs if job.queueing_lock not in held]

    def _deferred(self, connection: Connection, jobs: list[Job]) -> bool:
        """Whether they are queued. Unguarded, one that is there already would abort the whole
        transaction, and the facts would be lost without a word.
        """
        driver = raw(connection)
        driver.execute("SAVEPOINT wake")
        try:
            self._manager.batch_defer_jobs(jobs, connection=driver)
        except AlreadyEnqueued:
            driver.execute("ROLLBACK TO SAVEPOINT wake")
            return False
        finally:
            driver.execute("RELEASE SAVEPOINT wake")
        return True


_HOLD: Final = """
WITH held AS (
    SELECT queueing_lock, queue_name, id FROM procrastinate_jobs
    WHERE status = 'todo' AND queueing_lock = ANY(%s) FOR UPDATE)
SELECT queueing_lock, pg_notify(
    'procrastinate_queue_v1#' || queue_name,
    json_build_object('type', 'job_inserted', 'job_id', id)::text)
FROM held
"""


def make_job_tables(url: URL) -> None:
    """Make the tables of the queue where they are missing. Raises what psycopg raises."""
    link = Link(url)
    try:
        link.make_tables("procrastinate_jobs", (SchemaManager.get_schema(),))
    finally:
        link.close()


def queue_of(company: str, subscriber: str) -> str:
    """The queue of one subscriber of one company: a slow one takes no places from the others."""
    # A queue's name is part of the name of a channel, which has 63 bytes.
    plain = company.isascii() and len(company) <= _LONGEST_NAME
    name = company if plain else hashlib.sha256(company.encode()).hexdigest()[:_LONGEST_NAME]
    return f"{name}-{subscriber}"


def wake_job(company: str, wakeup: Wakeup) -> Job:
    """The job of a wake-up."""
    key = f"{company}/{wakeup.subscriber}:{wakeup.case}"
    arguments: dict[str, Any] = wakeup._asdict()
    return Job(
        id=None,
        queue=queue_of(company, wakeup.subscriber),
        lock=key,
        queueing_lock=key,
        task_name=WAKE,
        task_kwargs=arguments,
    )
