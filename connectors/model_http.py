"""The HTTP client for a model's server: bounded in time and size, blind to the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx

MOST_BYTES: Final = 2_000_000
"""No answer Coo asks for is larger; what is, is cut off while it is still coming in."""


class AnswerTooLarge(httpx.TransportError):
    """The server sent more than `MOST_BYTES`."""


class Capped(httpx.AsyncBaseTransport):
    """Passes requests on and stops reading an answer that grows beyond `most` bytes."""

    def __init__(self, inner: httpx.AsyncBaseTransport, most: int = MOST_BYTES) -> None:
        self._inner = inner
        self._most = most

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The inner answer, its body counted as it is read."""
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - narrows for mypy
        response.stream = _CappedStream(response.stream, self._most)
        return response

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


class _CappedStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._inner:
            read += len(chunk)
            if read > self._most:
                raise AnswerTooLarge(f"The answer is larger than {self._most} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def model_client(
    inner: httpx.AsyncBaseTransport | None = None, *, most: int = MOST_BYTES
) -> httpx.AsyncClient:
    """A client that follows no redirect (the key would go along) and asks for plain bytes.

    Plain, because a small compressed answer can unpack to an endless one.
    """
    return httpx.AsyncClient(
        transport=Capped(inner or httpx.AsyncHTTPTransport(), most),
        headers={"Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )
