"""The way of an effect: from the operator's tap to the connector, and what planning adds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.ledger.rounds import p95
from bot.app import App, Works, at_work, open_app
from bot.channel import Verb
from bot.company.init import write_company
from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.settings import Settings
from bot.work.hosting import Looking
from connectors.base import Order
from connectors.mail.maildir import MaildirOut
from ledger.commits import Commits
from ledger.domain.entities import Approval
from ledger.domain.verdicts import Outcome

LEADS: Final = 40
_LOOK_S: Final = 0.005
_BODY: Final = "Hello Nora,\n\nwe would like your website design package. An offer, please?\n"


async def measure(folder: Path, raw_commit_ms: float) -> dict[str, Any]:
    """Approve the offers of many leads, one after the other, in a company at work."""
    write_company(folder, defaults(), force=True)
    async with _working(folder) as (app, works):
        for number in range(LEADS):
            await app.intake.mail(lead_mail(number), f"lead-{number}.eml")
        await _idle(works)
        with _watching() as watch:
            office = LiveOffice(app, Looking(app), operator="Nora Lindt", channel="console")
            for card in await app.views.find(Approval, "status:pending"):
                watch.begin()
                await office.tap(card.id, Verb.APPROVE, card.sha256)
                await watch.handed.wait()
                watch.end()
                await _idle(works)
    over = [ms - commits * raw_commit_ms for ms, commits in watch.taken]
    return {
        "tap_to_effect_commits": round(median(commits for _, commits in watch.taken)),
        "tap_to_effect_ms_p95": round(p95([ms for ms, _ in watch.taken]), 2),
        "tap_to_effect_over_3_commits_ms_p95": round(
            p95([ms - 3 * raw_commit_ms for ms, _ in watch.taken]), 2
        ),
        "tap_to_effect_over_own_commits_ms_p95": round(p95(over), 2),
    }


class _Watch:
    """Notes how long it takes until the connector has the order, and the commits until then."""

    def __init__(self) -> None:
        self.handed = asyncio.Event()
        self.taken: list[tuple[float, int]] = []
        self.commits = 0
        self._began = 0.0
        self._ended = 0.0
        self._until = 0

    def begin(self) -> None:
        self.handed.clear()
        self.commits = 0
        self._began = time.perf_counter()

    def order(self) -> None:
        self._ended, self._until = time.perf_counter(), self.commits
        self.handed.set()

    def end(self) -> None:
        self.taken.append(((self._ended - self._began) * 1000, self._until))


@contextmanager
def _watching() -> Iterator[_Watch]:
    """The product's own code with two places listened to: its connector and its commits."""
    watch, execute, commit = _Watch(), MaildirOut.execute, Commits.commit

    async def executing(self: MaildirOut, order: Order) -> Outcome:
        watch.order()
        return await execute(self, order)

    def committing(self: Commits, items: Any) -> Any:
        try:
            return commit(self, items)
        finally:
            watch.commits += 1

    MaildirOut.execute, Commits.commit = executing, committing  # type: ignore[method-assign]  # listens
    try:
        yield watch
    finally:
        MaildirOut.execute, Commits.commit = execute, commit  # type: ignore[method-assign]  # as it was


@asynccontextmanager
async def _working(folder: Path) -> AsyncIterator[tuple[App, Works]]:
    stop = asyncio.Event()
    async with open_app(Settings(data=folder)) as app, at_work(app, "benchmark") as works:
        running = asyncio.create_task(works.relay.run(stop))
        yield app, works
        stop.set()
        await running


async def _idle(works: Works) -> None:
    """Wait until everything was reacted to; the relay tells nobody, so it is asked."""
    await asyncio.sleep(_LOOK_S)
    while not works.relay.idle:  # noqa: ASYNC110 - see above
        await asyncio.sleep(_LOOK_S)


def lead_mail(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Ada Example <ada{number}@example.com>"
    mail["To"] = "hello@studio-nord.example"
    mail["Subject"] = "A new website"
    mail["Message-ID"] = f"<lead-{number}@mail.example.com>"
    mail.set_content(_BODY)
    return mail.as_bytes()
