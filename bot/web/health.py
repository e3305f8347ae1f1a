"""`/healthz`: whether Coo can do its work, for whoever watches over it. Nothing secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ledger.chain import Head
from ledger.domain.errors import CooError
from ledger.domain.reading import Clock

UNAVAILABLE: Final = 503
HEAD_DIGITS: Final = 16
STALE: Final = timedelta(seconds=1)
"""So often the ledger is asked at most: anybody may knock here, and it has other things to do."""

Chats = Callable[[], Mapping[str, bool]]
"""The state of each channel that is configured: whether it is connected now."""


class Chain(Protocol):
    """What is asked of the ledger."""

    async def writable(self) -> None:
        """Raises where nothing can be written."""
        ...

    async def head(self) -> Head: ...


class Health:
    """What is well now: the ledger takes facts, the chats are there, somebody works."""

    def __init__(
        self, ledger: Chain, clock: Clock, worker: Callable[[], str], chats: Chats
    ) -> None:
        """`worker` says who runs the subscribers: `here`, somebody else, or "" for nobody."""
        self._chain, self._clock = ledger, clock
        self._worker, self._chats = worker, chats
        self._known: tuple[datetime, dict[str, Any]] | None = None

    async def answer(self, _: Request) -> Response:
        """200 where all is well, 503 where something is not."""
        ledger = await self._ledger()
        chats = {name: "connected" if up else "away" for name, up in self._chats().items()}
        worker = self._worker()
        well = ledger["writable"] and bool(worker) and "away" not in chats.values()
        found = {
            "status": "ok" if well else "degraded",
            "ledger": ledger,
            "worker": "here" if worker == "here" else "elsewhere" if worker else "nobody",
            "chats": chats,
        }
        no_store = {"cache-control": "no-store"}
        return JSONResponse(found, 200 if well else UNAVAILABLE, headers=no_store)

    async def _ledger(self) -> dict[str, Any]:
        now = self._clock.now()
        if self._known is None or not timedelta() <= now - self._known[0] < STALE:
            self._known = now, await self._asked()
        return self._known[1]

    async def _asked(self) -> dict[str, Any]:
        try:
            await self._chain.writable()
            head = await self._chain.head()
        except (CooError, OSError):
            return {"writable": False}
        return {"writable": True, "facts": head.seq, "head": head.hash.hex()[:HEAD_DIGITS]}
