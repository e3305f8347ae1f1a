"""The language model behind any OpenAI-compatible address: one typed call, one error type."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import httpx
import msgspec
import openai
from msgspec import Struct
from openai.types.chat import ChatCompletionMessageParam

from connectors.endpoint import Endpoint, ModelFailed
from connectors.prices import tokens_at_most
from ledger.domain.errors import CooError

_GOES_ON: Final = "Coo goes on without it; see `audit` for what took its place."
_SIGNS_PER_TOKEN: Final = 16
"""More signs than this for each token asked for is no answer, whatever the server counts."""
_SHORTEST_KEY: Final = 12
"""A shorter key ("ollama", "none") is no secret, but may well be a word of an answer."""
_MOST_TOKENS: Final = 100_000_000
"""No call takes more; a server that says so has miscounted."""


class Prompt(Struct, frozen=True, kw_only=True):
    """One call. The answer should be JSON that fits `schema`; nobody has checked it yet."""

    model: str
    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    max_tokens: int
    timeout: float


class Completion(Struct, frozen=True, kw_only=True):
    """What the model wrote, and what it took."""

    text: str
    prompt_tokens: int
    answer_tokens: int
    milliseconds: int


class ModelUnavailable(CooError):
    """No answer will come. `reason`: unconfigured, budget, deadline, policy, error."""

    def __init__(self, reason: str, cause: str) -> None:
        super().__init__(cause, _GOES_ON)
        self.reason = reason


class OpenAIModel:
    """Calls `base_url`. Never retries by itself: whoever pays decides about a second call."""

    def __init__(
        self, *, base_url: str, api_key: str = "", client: httpx.AsyncClient | None = None
    ) -> None:
        self.base_url = base_url
        self._key = api_key
        self._at = Endpoint(base_url, api_key, client)
        self._understood: dict[str, int] = {}
        self._dialect = _dialect(base_url)

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once. Raises `ModelFailed`; its cause never contains the key."""
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(prompt.timeout):
                answer = await self._answer(prompt)
        except TimeoutError:
            raise self._at.late(prompt.timeout) from None
        seconds = asyncio.get_running_loop().time() - started
        done = _completion(answer, prompt, milliseconds=round(seconds * 1000))
        if len(self._key) < _SHORTEST_KEY:
            return done
        return msgspec.structs.replace(done, text=self._at.without_key(done.text))

    async def close(self) -> None:
        """Release connections."""
        await self._at.close()

    async def _answer(self, prompt: Prompt) -> _Answer:
        """Ask for JSON by schema; of a server that refuses that, for JSON; then for plain text.

        What a server understood is remembered for the model, so it refuses only once.
        """
        forms = _forms(prompt)
        first = self._understood.get(prompt.model, 0)
        for place, form in enumerate(forms[first:], start=first):
            try:
                answer = await self._asked(prompt, form)
            except openai.OpenAIError as error:
                if _not_understood(error) and place + 1 < len(forms):
                    continue
                raise self._at.failed(error, prompt.timeout) from None
            self._understood[prompt.model] = place
            return answer
        raise AssertionError("every form either returns or raises")

    async def _asked(self, prompt: Prompt, form: _Form) -> _Answer:
        raw = await self._at.openai.chat.completions.with_raw_response.create(
            model=prompt.model,
            messages=form.messages,
            extra_body={
                self._dialect.limit: prompt.max_tokens,
                **self._dialect.more,
                **form.more,
            },
            timeout=prompt.timeout,
        )
        try:
            return msgspec.json.decode(raw.content, type=_Answer)
        except (ValueError, RecursionError):
            raise ModelFailed("error", "The server's answer is not what a model sends.") from None


_NOT_UNDERSTOOD: Final = frozenset({400, 404, 422})
"""How servers say that they do not know a `response_format`."""


def _not_understood(error: openai.OpenAIError) -> bool:
    return isinstance(error, openai.APIStatusError) and error.status_code in _NOT_UNDERSTOOD


class _Dialect(Struct, frozen=True):
    """What an endpoint calls the limit of tokens, and what else it takes."""

    limit: str
    more: dict[str, Any]


def _dialect(base_url: str) -> _Dialect:
    """OpenAI's newer models take only the new name and no temperature; others know the old one."""
    host = httpx.URL(base_url).host
    if host == "openai.com" or host.endswith(".openai.com"):
        return _Dialect("max_completion_tokens", {})
    return _Dialect("max_tokens", {"temperature": 0})


class _Form(Struct, frozen=True):
    """One way to ask: the messages, and what else goes into the request."""

    messages: list[ChatCompletionMessageParam]
    more: dict[str, Any] = {}


def _forms(prompt: Prompt) -> list[_Form]:
    """The same question in the three forms servers know, strictest first."""
    by_schema = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
    told = f"{prompt.system}\n\nAnswer with one JSON object and nothing else, by this schema:\n"
    told += msgspec.json.encode(prompt.schema).decode()
    strict = {"type": "json_schema", "json_schema": by_schema}
    return [
        _Form(_messages(prompt.system, prompt.user), {"response_format": strict}),
        _Form(_messages(told, prompt.user), {"response_format": {"type": "json_object"}}),
        _Form(_messages(told, prompt.user)),
    ]


def _messages(system: str, user: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


class _Message(Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Answer(Struct):
    """The part of a chat completion that Coo reads; everything else is passed over."""

    choices: list[_Choice]
    usage: _Usage | None = None


def _completion(answer: _Answer, prompt: Prompt, *, milliseconds: int) -> Completion:
    spent = _spent(answer, prompt)
    if not answer.choices:
        raise ModelFailed("error", "The model answered with nothing.", spent=spent)
    choice = answer.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelFailed("refused", "The model refused to answer.", spent=spent)
    if choice.finish_reason == "length":
        raise ModelFailed("error", f"Cut off after {prompt.max_tokens} tokens.", spent=spent)
    text = choice.message.content or ""
    if len(text) > prompt.max_tokens * _SIGNS_PER_TOKEN:
        cause = f"It wrote {len(text)} signs where {prompt.max_tokens} tokens were asked for."
        raise ModelFailed("error", cause, spent=spent)
    return Completion(
        text=_unfenced(text),
        prompt_tokens=spent[0],
        answer_tokens=spent[1],
        milliseconds=milliseconds,
    )


def _spent(answer: _Answer, prompt: Prompt) -> tuple[int, int]:
    """Tokens read and written; a server that does not count them, or cannot, is counted upwards."""
    if answer.usage is not None:
        said = answer.usage.prompt_tokens, answer.usage.completion_tokens
        if all(0 <= tokens <= _MOST_TOKENS for tokens in said):
            return said
    read = tokens_at_most(len(prompt.system) + len(prompt.user))
    wrote = sum(tokens_at_most(len(choice.message.content or "")) for choice in answer.choices)
    return read, wrote


def _unfenced(text: str) -> str:
    """The text without a Markdown fence around all of it, which plain-text models like to add."""
    match = _FENCED.fullmatch(text.strip())
    return match.group(1) if match else text


_FENCED: Final = re.compile(r"```(?:json)?\s*\n(.*?)\n?```", re.DOTALL)
