"""An OpenAI-compatible address: how it is called, and what its errors mean in our words."""

from __future__ import annotations

import re
from typing import Final

import httpx
import openai
from openai import AsyncOpenAI

from connectors.model_http import AnswerTooLarge, model_client
from ledger.domain.errors import CooError

NO_KEY: Final = "none"
"""Sent where no key is configured: local servers want none, the client library wants one."""

_GOES_ON: Final = "Coo goes on without it; see `audit` for what took its place."
_MOST_CAUSE: Final = 300
_SECRET: Final = re.compile(r"\b(?:sk[-_]|Bearer\s+)[\w.*-]{6,}", re.IGNORECASE)
_BROKE_OFF: Final = (AnswerTooLarge, httpx.RemoteProtocolError, httpx.ReadError)
"""The server was there and began to answer."""


class ModelFailed(CooError):
    """The call gave nothing usable. `reason`: error, deadline, ratelimit, refused.

    `prompt_tokens` and `answer_tokens` are what it cost all the same.
    """

    def __init__(self, reason: str, cause: str, *, spent: tuple[int, int] = (0, 0)) -> None:
        super().__init__(cause, _GOES_ON)
        self.reason = reason
        self.prompt_tokens, self.answer_tokens = spent


class Endpoint:
    """One address with its key. Never retries by itself: whoever pays decides about that."""

    def __init__(self, base_url: str, api_key: str, client: httpx.AsyncClient | None) -> None:
        self.base_url = base_url
        self._key = api_key
        self.openai = AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or NO_KEY,
            http_client=client or model_client(),  # type: ignore[arg-type]  # httpx is accepted beside httpx2
            max_retries=0,
        )

    @property
    def host(self) -> str:
        """The server's name and port."""
        return httpx.URL(self.base_url).netloc.decode()

    def failed(self, error: openai.OpenAIError, timeout: float) -> ModelFailed:
        """What the client library raised, as our error; its cause never contains the key."""
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APITimeoutError):
            return self.late(timeout)
        behind = error.__cause__ or error
        why = self._without_secrets(str(behind))
        if isinstance(behind, _BROKE_OFF):
            return ModelFailed("error", f"The answer from {self.host} broke off: {why}")
        return ModelFailed("error", f"The model cannot be reached at {self.host}: {why}")

    def late(self, timeout: float) -> ModelFailed:
        """The error of an answer that took longer than `timeout` seconds."""
        return ModelFailed("deadline", f"No answer from {self.host} in {timeout:g} s.")

    def without_key(self, text: str) -> str:
        """The text with a sign in place of the key."""
        return text.replace(self._key, "…") if self._key else text

    async def close(self) -> None:
        """Release connections."""
        await self.openai.close()

    def _status(self, error: openai.APIStatusError) -> ModelFailed:
        limited = isinstance(error, openai.RateLimitError)
        said = self._without_secrets(_said(error))
        cause = f"The model's server answered {error.status_code}: {said or 'nothing more'}"
        return ModelFailed("ratelimit" if limited else "error", cause)

    def _without_secrets(self, text: str) -> str:
        """One short line in which neither our key nor anything that looks like one stands."""
        line = " ".join(_SECRET.sub("…", self.without_key(text)).split())
        return line if len(line) <= _MOST_CAUSE else f"{line[:_MOST_CAUSE]}…"


def _said(error: openai.APIStatusError) -> str:
    """The server's own message where it sent one in the usual place, else its whole answer."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) and message else error.response.text
