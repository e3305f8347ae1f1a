"""Embedders behind any OpenAI-compatible address: texts go out, vectors come back, paid for.

`HostedEmbedder` is a `memory.embedder.Embedder`. Prices are tiny and calls are many, so money is
set aside in blocks (`Purse`), each one fact when it is opened and one when it is used up; a block
that a crash cut off counts as spent. What is free, such as a server on this machine, is not
journaled at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, assert_never

import httpx
import msgspec
import numpy as np
import openai
from msgspec import Struct

from connectors.endpoint import Endpoint, ModelFailed
from connectors.model_http import model_client
from connectors.prices import PriceList, tokens_at_most
from connectors.rests import Rests
from ledger.domain.errors import CooError
from ledger.domain.reading import Clock
from ledger.domain.values import DESK
from ledger.journal import AlreadyAnswered, Call, Journal, OverBudget, Reserved
from memory.embedder import Vectors, unit

PART: Final = "embed"
"""How the journal names these calls."""
BLOCK_MICROUSD: Final = 10_000
"""One US cent is set aside at once: half a million tokens at usual prices."""
AT_ONCE: Final = 16
"""Texts in one call."""
MOST_SIGNS: Final = 8_000
"""Servers take some 8,000 tokens a text; the rest is not part of its vector."""
MOST_BYTES: Final = 8_000_000
"""Sixteen vectors of 4,096 numbers, written out, stay below this."""

_REMEDY: Final = "Episodes are found by their words meanwhile; nothing is lost."


class EmbedderUnavailable(CooError):
    """No vectors now. `reason`: budget, deadline, ratelimit, error, refused."""

    def __init__(self, reason: str, cause: str) -> None:
        super().__init__(cause, _REMEDY)
        self.reason = reason


class HostedModel(Struct, frozen=True, kw_only=True):
    """Which model embeds. `shorten`: the server is told how many numbers a vector shall have."""

    name: str
    dimensions: int
    shorten: bool = False


class Embedded(Struct, frozen=True):
    """Vectors of length 1, (texts, dimensions), and the tokens that were read."""

    vectors: Vectors
    tokens: int


class OpenAIEmbeddings:
    """Calls `/embeddings`. Never retries by itself: whoever pays decides about a second call."""

    def __init__(
        self, *, base_url: str, api_key: str = "", client: httpx.AsyncClient | None = None
    ) -> None:
        self._at = Endpoint(base_url, api_key, client or model_client(most=MOST_BYTES))

    @property
    def host(self) -> str:
        """The server's name and port."""
        return self._at.host

    async def embed(self, model: HostedModel, texts: Sequence[str], deadline: float) -> Embedded:
        """One vector a text, in order. Raises `ModelFailed`, whose cause never has the key."""
        try:
            async with asyncio.timeout(deadline):
                answer = await self._asked(model, texts, deadline)
        except TimeoutError:
            raise self._at.late(deadline) from None
        return Embedded(_vectors(answer, model, len(texts)), _tokens(answer, texts))

    async def close(self) -> None:
        """Release connections."""
        await self._at.close()

    async def _asked(self, model: HostedModel, texts: Sequence[str], deadline: float) -> _Answer:
        more = {"dimensions": model.dimensions} if model.shorten else {}
        try:
            raw = await self._at.openai.embeddings.with_raw_response.create(
                model=model.name,
                input=list(texts),
                encoding_format="float",
                extra_body=more,
                timeout=deadline,
            )
        except openai.OpenAIError as error:
            raise self._at.failed(error, deadline) from None
        try:
            return msgspec.json.decode(raw.content, type=_Answer)
        except (ValueError, RecursionError):
            raise ModelFailed("error", "The server's answer holds no embeddings.") from None


class _One(Struct):
    index: int
    embedding: list[float]


class _Usage(Struct):
    prompt_tokens: int = -1


class _Answer(Struct):
    """The part of an answer that Coo reads; everything else is passed over."""

    data: list[_One]
    usage: _Usage | None = None


def _vectors(answer: _Answer, model: HostedModel, wanted: int) -> Vectors:
    found = {one.index: one.embedding for one in answer.data}
    if sorted(found) != list(range(wanted)):
        cause = f"{wanted} texts were sent, and {len(answer.data)} vectors came back."
        raise ModelFailed("error", cause)
    sizes = {len(vector) for vector in found.values()}
    if sizes != {model.dimensions}:
        came = ", ".join(map(str, sorted(sizes)))
        cause = f"{model.name} made vectors of {came} numbers instead of {model.dimensions}."
        raise ModelFailed("error", cause)
    made = np.array([found[n] for n in range(wanted)], np.float64)
    if not np.isfinite(made).all() or not made.any(axis=1).all():
        raise ModelFailed("error", "A vector is empty, or holds what is no number.")
    return unit(np.asarray(made / np.abs(made).max(axis=1, keepdims=True), np.float32))


def _tokens(answer: _Answer, texts: Sequence[str]) -> int:
    """Tokens read; a server that does not count them is counted upwards."""
    most = tokens_at_most(sum(map(len, texts))) + len(texts)
    said = answer.usage.prompt_tokens if answer.usage else -1
    return said if 0 <= said <= max(most, 1) * 4 else most


class Purse:
    """Money for embedding, taken from the company's budget of the day in blocks.

    `new_name` names a block in the journal; no two blocks may share a name.
    """

    def __init__(
        self,
        journal: Journal,
        model: str,
        clock: Clock,
        *,
        new_name: Callable[[], str],
        block_microusd: int = BLOCK_MICROUSD,
    ) -> None:
        self._journal, self._model, self._clock = journal, model, clock
        self._new_name, self._block = new_name, block_microusd
        self._open: Reserved | None = None
        self._spent = self._tokens = 0

    async def have(self, microusd: int) -> None:
        """See to it that so much is set aside. Raises `EmbedderUnavailable` (budget)."""
        if self._open is not None and not self._is_enough(self._open, microusd):
            await self.settle()
        if self._open is None:
            self._open = await self._reserved(microusd)

    def spend(self, microusd: int, tokens: int) -> None:
        """Count what a call really cost against the open block."""
        self._spent += microusd
        self._tokens += tokens

    async def settle(self) -> None:
        """Give back what is left of the open block: its real cost takes its place."""
        block, self._open = self._open, None
        if block is None:
            return
        spent, tokens, self._spent, self._tokens = self._spent, self._tokens, 0, 0
        await self._journal.record(
            block, answer="", microusd=spent, prompt_tokens=tokens, answer_tokens=0, milliseconds=0
        )

    def _is_enough(self, block: Reserved, microusd: int) -> bool:
        left = block.call.microusd - self._spent
        return block.on == self._clock.now().date() and left >= microusd

    async def _reserved(self, microusd: int) -> Reserved:
        """A whole block, or just what is needed where the budget has no more."""
        for amount in dict.fromkeys((max(self._block, microusd), microusd)):
            got = await self._journal.reserve(self._call(amount))
            match got:
                case Reserved():
                    return got
                case OverBudget(scope, limit, used):
                    over = scope, limit / 1_000_000, used / 1_000_000
                case AlreadyAnswered():
                    raise AssertionError("a block's name was used twice")
                case _:
                    assert_never(got)
        cause = "The model budget of {1:.2f} USD a {0} is used up ({2:.2f} spent).".format(*over)
        raise EmbedderUnavailable("budget", cause)

    def _call(self, microusd: int) -> Call:
        return Call(
            call=self._new_name(),
            model=self._model,
            part=PART,
            microusd=microusd,
            prompt_sha256="",
            case=DESK,
        )


class HostedEmbedder:
    """A hosted model as an `Embedder`. `deadline` is in seconds, of one call.

    `purse` is None where the calls cost nothing. After a late answer, or "too many requests",
    the server is left alone for a minute.
    """

    def __init__(
        self,
        provider: OpenAIEmbeddings,
        model: HostedModel,
        *,
        prices: PriceList,
        purse: Purse | None,
        rests: Rests,
        deadline: float,
    ) -> None:
        self._provider, self._model, self._prices = provider, model, prices
        self._purse, self._rests, self._deadline = purse, rests, deadline
        self._turn = asyncio.Lock()

    @property
    def fingerprint(self) -> str:
        """Model, size and server: elsewhere the same name may mean other weights."""
        return f"{self._model.name}-{self._model.dimensions}@{self._provider.host}"

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return self._model.dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector a text, in order. Raises `EmbedderUnavailable`; what was paid is counted."""
        made = [np.zeros((0, self.dimensions), np.float32)]
        for start in range(0, len(texts), AT_ONCE):
            some = [text[:MOST_SIGNS] or " " for text in texts[start : start + AT_ONCE]]
            async with self._turn:
                made.append(await self._bought(some))
        return np.concatenate(made)

    async def close(self) -> None:
        """Settle what was set aside, and release connections."""
        try:
            if self._purse is not None:
                await self._purse.settle()
        finally:
            await self._provider.close()

    async def _bought(self, texts: list[str]) -> Vectors:
        resting = self._rests.of(self._model.name)
        if resting is not None:
            raise EmbedderUnavailable(resting.failed.reason, resting.failed.cause)
        most = self._prices.estimate(self._model.name, sum(len(text) + 2 for text in texts), 0)
        if self._purse is not None:
            await self._purse.have(most)
        try:
            done = await self._provider.embed(self._model, texts, self._deadline)
        except ModelFailed as failed:
            self._rests.after(self._model.name, failed)
            self._count(most if failed.reason == "deadline" else 0, 0)
            raise EmbedderUnavailable(failed.reason, failed.cause) from failed
        self._count(self._prices.cost(self._model.name, done.tokens, 0), done.tokens)
        return done.vectors

    def _count(self, microusd: int, tokens: int) -> None:
        if self._purse is not None:
            self._purse.spend(microusd, tokens)
