"""The one connection to a Weaviate server: opened when needed, every call bounded in time.

Surprising things about the client, each met here:
- `async with` does not close what it opened where connecting fails: it is closed by hand.
- It tries again by itself for up to 63 seconds where the server is unreachable: every call has a
  time limit around it.
- With its own start-up checks it looks up its newest version on the package index: they are left
  out, and the server's version is checked here.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

import weaviate
from grpc import StatusCode
from grpc.aio import AioRpcError
from msgspec import Struct
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.config import GrpcConfig
from weaviate.exceptions import (
    InsufficientPermissionsError,
    UnexpectedStatusCodeError,
    WeaviateBaseError,
    WeaviateClosedClientError,
    WeaviateConnectionError,
    WeaviateGRPCUnavailableError,
    WeaviateRetryError,
    WeaviateStartUpError,
    WeaviateTimeoutError,
)

from ledger.domain.errors import CooError, NotNow
from memory.weaviate.errors import (
    OLDEST,
    WeaviateAway,
    WeaviateElsewhere,
    WeaviateNotAllowed,
    WeaviateRefused,
    WeaviateTooOld,
)

T = TypeVar("T")

CONNECT_S: Final = 5.0
READ_S: Final = 2.0
PAGE_S: Final = 5.0
WRITE_S: Final = 10.0
REST_S: Final = 3.0
"""So long a server that did not answer is not asked again: whoever asks is told at once."""

_CLIENT_S: Final = 600.0
"""What the client would wait by itself: our own limits are shorter."""

_CHANNEL: Final = [
    # Else a new channel inherits the growing pauses of the one that failed before it.
    ("grpc.use_local_subchannel_pool", 1),
]

_GRPC_PORT: Final = 50_051
_NOT_ALLOWED: Final = frozenset({401, 403})
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_GONE: Final = (
    StatusCode.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.RESOURCE_EXHAUSTED,
    StatusCode.CANCELLED,
)
_NO_RIGHTS: Final = (StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED)
_TAKES_NOTHING: Final = re.compile(
    r"read-?only|not enough memory|memory pressure|shutting down|no space", re.IGNORECASE
)
_WAYS_DOWN: Final = (
    WeaviateConnectionError,
    WeaviateTimeoutError,
    WeaviateStartUpError,
    WeaviateGRPCUnavailableError,
    WeaviateRetryError,
    WeaviateClosedClientError,
    OSError,
    TimeoutError,
)


class Place(Struct, frozen=True, kw_only=True):
    """Where the server is. `grpc` is HOST:PORT, "" for port 50051 of the same host."""

    url: str
    grpc: str = ""
    key: str = ""

    @property
    def host(self) -> str:
        """What people are told."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


class Link:
    """A connection that comes and goes, in one event loop. `away` says why there is none now."""

    def __init__(
        self,
        place: Place,
        *,
        longest: float = math.inf,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """No call takes longer than `longest`. `seconds` tells the time for the pause after a
        failure."""
        self._longest = longest
        self.place = place
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: weaviate.WeaviateAsyncClient | None = None
        self._opening = asyncio.Lock()
        self._rests_until = 0.0
        self.away: NotNow | None = None
        self.changed = asyncio.Event()

    async def call(
        self,
        what: str,
        asked: Callable[[weaviate.WeaviateAsyncClient], Awaitable[T]],
        *,
        within: float,
    ) -> T:
        """What the server answers. Raises `NotNow` where it does not, at the latest after
        `within` seconds; `WeaviateRefused` where it says no.
        """
        self._refuse_other_loops()
        within = min(within, self._longest)
        if self.away is not None and self._seconds() < self._rests_until:
            raise self.away
        try:
            answer = await self._asked(asked, within)
        except CooError as error:
            raise self._noted(error) from None
        except Exception as error:
            said = self._noted(self._said(what, error, within))
            if isinstance(said, WeaviateAway):
                # A channel that failed tries again later and later; a new one tries at once.
                await self.close()
            raise said from error
        if self.away is not None:
            self.away = None
            self.changed.set()
        return answer

    def late(self, within: float) -> NotNow:
        """Note that somebody gave up waiting after so many seconds: others need not wait, too."""
        error = WeaviateAway(self.place.host, f"no answer within {within:g} seconds")
        self._noted(error)
        return error

    async def close(self) -> None:
        """Let the connection go; a second time does nothing."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _asked(
        self, asked: Callable[[weaviate.WeaviateAsyncClient], Awaitable[T]], within: float
    ) -> T:
        async with asyncio.timeout(within):
            client = await self._connected()
            return await asked(client)

    async def _connected(self) -> weaviate.WeaviateAsyncClient:
        async with self._opening:
            if self._client is None:
                self._client = await self._opened()
            return self._client

    async def _opened(self) -> weaviate.WeaviateAsyncClient:
        client = _client(self.place)
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()
            self._refuse_old(await client.get_meta())
        except BaseException:
            await asyncio.shield(client.close())
            raise
        return client

    def _refuse_old(self, meta: dict[str, object]) -> None:
        version = str(meta.get("version", ""))
        numbers = re.findall(r"\d+", version)[:2]
        if tuple(map(int, numbers)) < OLDEST:
            raise WeaviateTooOld(self.place.host, version)

    def _refuse_other_loops(self) -> None:
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if self._loop is not loop:
            raise WeaviateElsewhere

    def _noted(self, error: CooError) -> CooError:
        if isinstance(error, NotNow):
            self._rests_until = self._seconds() + REST_S
            if self.away is None:
                self.changed.set()
            self.away = error
        return error

    def _said(self, what: str, error: Exception, within: float) -> CooError:
        """An error of the client, as one of ours; one that is none of the client's is raised."""
        host = self.place.host
        code = _code_of(error)
        status = error.status_code if isinstance(error, UnexpectedStatusCodeError) else 0
        if code in _NO_RIGHTS or status in _NOT_ALLOWED or _no_permission(error):
            return WeaviateNotAllowed(host)
        if isinstance(error, TimeoutError):
            return WeaviateAway(host, f"no answer within {within:g} seconds")
        if isinstance(error, WeaviateConnectionError | WeaviateStartUpError):
            return WeaviateAway(host, "no connection can be made")
        down = isinstance(error, _WAYS_DOWN) or code in _GONE or status in _BUSY
        if down or _of_the_wire(error) or _TAKES_NOTHING.search(str(error)):
            return WeaviateAway(host, short(error))
        if isinstance(error, WeaviateBaseError | AioRpcError):
            return WeaviateRefused(host, what, short(error))
        raise error


def takes_nothing(message: str) -> bool:
    """Whether a server says that it takes in nothing just now, rather than not this."""
    return _TAKES_NOTHING.search(message) is not None


def short(error: BaseException) -> str:
    """The first line of an error, as long as somebody reads."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said[:200].rstrip(". ")


def _client(place: Place) -> weaviate.WeaviateAsyncClient:
    url = urlsplit(place.url)
    secure = url.scheme == "https"
    host = url.hostname or ""
    grpc_host, _, grpc_port = place.grpc.rpartition(":")
    return weaviate.use_async_with_custom(
        http_host=host,
        http_port=url.port or (443 if secure else 80),
        http_secure=secure,
        grpc_host=grpc_host or host,
        grpc_port=int(grpc_port) if grpc_port else _GRPC_PORT,
        grpc_secure=secure,
        auth_credentials=Auth.api_key(place.key) if place.key else None,
        additional_config=AdditionalConfig(
            timeout=Timeout(init=CONNECT_S, query=_CLIENT_S, insert=_CLIENT_S),
            grpc_config=GrpcConfig(channel_options=_CHANNEL),
        ),
        skip_init_checks=True,
    )


def _code_of(error: BaseException) -> StatusCode | None:
    """The code of the call behind an error: the client keeps it in its context only."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, AioRpcError):
            return seen.code()
        seen = seen.__cause__ or seen.__context__
    return None


def _no_permission(error: Exception) -> bool:
    # The message is about a role that lacks a right, or about a key that nobody knows.
    return isinstance(error, InsufficientPermissionsError)


def _of_the_wire(error: Exception) -> bool:
    """Whether it is an error of the HTTP client below, which come through as they are."""
    return type(error).__module__.partition(".")[0] in {"httpx", "httpcore", "h11"}
