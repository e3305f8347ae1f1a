"""What the company is configured with, told to the ledger whenever it changes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.domain.errors import CooError
from ledger.domain.events import CompanyConfigured, ListPrice, PolicyLoaded, PolicyRefused
from ledger.domain.values import canonical
from ledger.pauses import pause
from policies.engine import Loaded, Refused

if TYPE_CHECKING:
    from bot.opening import App

_log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0


async def announce(app: App) -> None:
    """Record the configuration and the rules in force, where they differ from the last told."""
    sha = hashlib.sha256(canonical(app.company)).hexdigest()
    told = CompanyConfigured(
        sha256=sha,
        name=app.company.name,
        currency=app.company.currency,
        prices=tuple([ListPrice(item.id, item.price) for item in app.company.prices]),
        bank=app.company.bank,
        tax=app.company.tax,
        notes_promises=True,
    )
    titles = {item.id: item.title for item in app.company.prices}
    await app.intake.configured(told, titles)
    await app.intake.configured(rules_told(app.policies.status))


def rules_told(status: Loaded | Refused) -> PolicyLoaded | PolicyRefused:
    """The fact behind what became of the rule files."""
    match status:
        case Loaded():
            return PolicyLoaded(policy=status.policy, rules=tuple(status.rules))
        case Refused():
            return PolicyRefused(
                file=status.file, line=status.line, reason=status.reason, kept=status.kept
            )


class RuleWatch:
    """Reads the operator's rule files again when they change; a bad one keeps the last good."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._seen = _stamp(app.folder.policies)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except (CooError, OSError):
                _log.exception("The rule files cannot be looked at now.")  # the next look may
            await pause(self._app.clock, LOOK_EVERY_S, stop)

    async def look(self) -> None:
        """Reload where a file was added, changed or removed since the last look."""
        stamp = await asyncio.to_thread(_stamp, self._app.folder.policies)
        if stamp == self._seen:
            return
        await self._app.intake.configured(rules_told(self._app.policies.reload()))
        self._seen = stamp


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change (ns) of every rule file. An editor may be replacing one."""
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    stats = []
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            stats.append((path.name, path.stat()))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
