"""A crew: runs the subscribers here, as one of any number of machines, on jobs from PostgreSQL.

What procrastinate does not do by itself is done here. A job whose machine died is queued again
once its heartbeat is old. Cases that lag are woken again, whatever became of their jobs. Where
the database was away, everything begins anew, under a new name.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from contextlib import suppress
from typing import Any, Final

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import URL

from ledger.domain.reading import Clock
from ledger.jobs import WAKE, queue_of, wake_job
from ledger.pauses import first_of, pause
from ledger.postgres import ALIVE, conninfo, reason
from ledger.relay import LAST_SECONDS
from ledger.stations import Station
from ledger.wakeups import Wakeup

HEARTBEAT_S: Final = 10.0
"""How often a machine says that it lives. After three missed ones its jobs go to others."""

SIDE_BY_SIDE: Final = 16
"""How many cases one subscriber handles at a time on one machine."""

_MISSED: Final = 3
_POLL_S: Final = 0.2
_AGAIN_S: Final = 1.0
_LONGEST_SWEEP_S: Final = 59
_GIVE_UP_S: Final = 5.0
"""Who begins anew anyway need not wait long for a connection that does not come."""
_KEPT_WORKERS_S: Final = 86_400.0
"""A dead machine's row goes only long after its jobs: without it they would hang in the air."""
_SWEEPS: Final = "sweep"
_log = logging.getLogger(__name__)


class Crew:
    """Works on the jobs of one company until it is stopped."""

    def __init__(
        self,
        station: Station,
        url: URL,
        company: str,
        *,
        clock: Clock,
        heartbeat: float = HEARTBEAT_S,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._station = station
        self._url = url
        self._company = company
        self._clock = clock
        self._heartbeat = heartbeat
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; what is being handled then may end."""
        self._stop = stop
        while not stop.is_set():
            try:
                await self._shift(stop)
            except (ConnectorException, psycopg.Error, PoolTimeout) as error:
                said = reason(error.__cause__ or error)
                _log.warning("The queue of jobs does not answer (%s); trying again.", said)
            await pause(self._clock, _AGAIN_S, stop)

    async def run_until_idle(self) -> None:
        """Work on everything there is and all that follows, one job at a time, then return."""
        self._stop = asyncio.Event()
        app = self._app()
        queues = [queue_of(self._company, name) for name in self._station.names]
        async with app.open_async():
            while woken := await self._station.sweep():
                if all(map(self._station.rests, woken)):
                    return
                for one in woken:
                    await self._wake(app, one)
                await self._worker(app, queues, side_by_side=1, wait=False)

    async def _shift(self, stop: asyncio.Event) -> None:
        """Work until `stop`, or until something fails that concerns all."""
        app = self._app()
        self._plan_sweeps(app)
        async with app.open_async():
            queues = [[queue_of(self._company, name)] for name in self._station.names]
            queues.append([queue_of(self._company, _SWEEPS)])
            working = [asyncio.create_task(self._worker(app, one)) for one in queues]
            try:
                await first_of(*(_ends(task) for task in working), stop.wait())
            finally:
                for task in working:
                    task.cancel()
                ended = await asyncio.gather(*working, return_exceptions=True)
        for end in ended:
            if isinstance(end, Exception) and not stop.is_set():
                raise end

    async def _worker(
        self, app: App, queues: list[str], *, side_by_side: int = SIDE_BY_SIDE, wait: bool = True
    ) -> None:
        await app.run_worker_async(
            queues=queues,
            # Two of one name would take each other's jobs for their own.
            name=f"{self.name}-{secrets.token_hex(4)}",
            concurrency=side_by_side,
            wait=wait,
            listen_notify=wait,
            delete_jobs="always",
            fetch_job_polling_interval=_POLL_S,
            update_heartbeat_interval=self._heartbeat,
            stalled_worker_timeout=_KEPT_WORKERS_S,
            shutdown_graceful_timeout=LAST_SECONDS,
            install_signal_handlers=False,
        )

    def _app(self) -> App:
        places = SIDE_BY_SIDE * (len(self._station.names) + 1)
        named: dict[str, Any] = {**ALIVE, "application_name": "coo jobs"}
        connector = PsycopgConnector(
            conninfo=conninfo(self._url),
            min_size=1,
            max_size=min(places, 8),
            kwargs=named,
            timeout=_GIVE_UP_S,
            reconnect_timeout=_GIVE_UP_S,
        )
        app = App(connector=connector)

        async def wake(subscriber: str, case: str) -> None:
            await self._served(app, Wakeup(subscriber, case))

        app.task(name=WAKE)(wake)
        return app

    async def _served(self, app: App, wakeup: Wakeup) -> None:
        """Serve a wake-up; where a stop cut that short, somebody else goes on."""
        if wakeup.subscriber not in self._station.names:
            return
        await self._station.serve(wakeup, self._stop)
        if self._stop.is_set():
            await self._wake(app, wakeup)

    async def _wake(self, app: App, wakeup: Wakeup) -> None:
        with suppress(AlreadyEnqueued):
            await app.job_manager.defer_job_async(wake_job(self._company, wakeup))

    # --- sweeps -----------------------------------------------------------------------------------

    def _plan_sweeps(self, app: App) -> None:
        """Every heartbeat, on one machine, whichever is first. Without a lock: a sweep whose
        machine died must not keep the next one from finding that out.
        """

        async def lagging(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands it over
            for wakeup in await self._station.sweep():
                await self._wake(app, wakeup)

        async def stalled(timestamp: int) -> None:  # noqa: ARG001 - the same
            await self._requeue_stalled(app)

        for task, name in ((lagging, "coo.lagging"), (stalled, "coo.stalled")):
            made = app.task(
                name=name,
                queue=queue_of(self._company, _SWEEPS),
                queueing_lock=f"{self._company}/{name}",
            )(task)
            app.periodic(cron=self._cron(), periodic_id=self._company)(made)

    def _cron(self) -> str:
        every = max(1, min(round(self._heartbeat), _LONGEST_SWEEP_S))
        return f"* * * * * */{every}"

    async def _requeue_stalled(self, app: App) -> None:
        """Jobs of machines that have not been heard of go back into the queue, as new ones: a
        machine that was only stopped finishes the old one, and must not finish that of another.
        """
        manager = app.job_manager
        for name in self._station.names:
            queue = queue_of(self._company, name)
            found = await manager.get_stalled_jobs(
                queue=queue, seconds_since_heartbeat=_MISSED * self._heartbeat
            )
            for job in found:
                await self._requeue(app, job)

    async def _requeue(self, app: App, job: Job) -> None:
        with suppress(ConnectorException):  # its machine lives after all, and finished it
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
        kwargs = job.task_kwargs
        await self._wake(app, Wakeup(str(kwargs["subscriber"]), str(kwargs["case"])))


async def _ends(task: asyncio.Task[None]) -> None:
    """Wait for a task without giving it up, and let its error stay its own."""
    await asyncio.wait([task])
