"""Who works on a data folder, as seen by a chat; and the one who never does."""

from __future__ import annotations

from typing import Protocol

from bot.opening import App
from ledger.lock import held_by
from memory.episodes import Recaller


class Worker(Protocol):
    """Whoever runs the subscribers, as seen by a chat."""

    def worker(self) -> str:
        """`here`, another process in words, or "" for nobody yet."""
        ...

    async def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to react to, at most `seconds`; whether that was reached."""
        ...

    def memory(self) -> Recaller | None:
        """The memory of whoever works in this process; None where nobody does."""
        ...


class Looking:
    """Works never: for commands that only read, or record a stop."""

    def __init__(self, app: App) -> None:
        self._app = app

    def worker(self) -> str:
        database = self._app.settings.database
        if database is None:
            return held_by(self._app.folder.root)
        from bot.work.seen_workers import who_works  # noqa: PLC0415 - an optional driver

        return who_works(database.reveal(), self._app.company.id)

    def memory(self) -> Recaller | None:
        """Nothing is kept open here."""
        return None

    async def settle(self, seconds: float) -> bool:  # noqa: ARG002 - nothing is waited for
        """Nothing happens here, so nothing is waited for."""
        return True
