from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import respx

from connectors.embeddings import (
    AT_ONCE,
    BLOCK_MICROUSD,
    EmbedderUnavailable,
    HostedEmbedder,
    HostedModel,
    OpenAIEmbeddings,
    Purse,
)
from connectors.model_http import model_client
from connectors.prices import Price, PriceList
from connectors.rests import Rests
from ledger.domain.company import Bank, Budgets, Company, Operator
from ledger.domain.events import ModelCallRecorded, ModelCallReserved
from ledger.domain.look import model_of_day
from ledger.journal import Journal
from ledger.reads import Reads
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.views import InlineViews

KEY = "sk-a-secret-of-the-operator"
URL = "http://localhost:9/v1"
MODEL = "text-embedding-3-small"
DAY_MICROUSD = 25_000
SIZE = 3


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Street 1",),
    email="me@acme.example",
    operator=Operator(name="Ada", email="ada@acme.example"),
    bank=Bank(holder="Acme", iban="DE02120300000000202051"),
    budgets=Budgets(model_per_case_microusd=5_000, model_per_day_microusd=DAY_MICROUSD),
)


def vectors_for(texts: list[str], tokens: int = 100) -> httpx.Response:
    """As a server answers, the last text first: the order is the index's business."""
    data = [
        {"object": "embedding", "index": n, "embedding": [float(len(text)), 1.0, 0.0]}
        for n, text in enumerate(texts)
    ]
    return httpx.Response(200, json={"data": data[::-1], "usage": {"prompt_tokens": tokens}})


class Server:
    """What stands at the address: keeps every request, answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer: Callable[[list[str]], httpx.Response] = vectors_for

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(json.loads(request.content)["input"])

    @property
    def texts(self) -> list[str]:
        return [text for each in self.requests for text in json.loads(each.content)["input"]]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    keys = Keys.open(tmp_path / "keys.db")
    opened = await Ledger.open(
        tmp_path, company="acme", keys=keys, clock=Clock(), projection=InlineViews()
    )
    yield opened
    await opened.close()
    keys.close()


class Desk:
    """A hosted embedder over a real ledger and a wire that a test holds."""

    def __init__(self, ledger: Ledger, server: Server) -> None:
        self.ledger, self.clock, self.names = ledger, Clock(), iter(f"embed-{n}" for n in range(99))
        router = respx.Router(assert_all_called=False)
        router.post(f"{URL}/embeddings").mock(side_effect=server)
        wire = model_client(httpx.MockTransport(router.async_handler))
        self.provider = OpenAIEmbeddings(base_url=URL, api_key=KEY, client=wire)

    def embedder(self, *, price: PriceList | None = None, **model: Any) -> HostedEmbedder:
        journal = Journal(self.ledger, COMPANY)
        return HostedEmbedder(
            self.provider,
            HostedModel(name=MODEL, dimensions=SIZE, **model),
            prices=price or PriceList(),
            purse=Purse(journal, MODEL, self.clock, new_name=lambda: next(self.names)),
            rests=Rests(self.clock),
            deadline=5.0,
        )

    async def facts(self) -> list[Any]:
        return [fact.event async for fact in self.ledger.facts()]

    async def spent(self) -> int:
        day = model_of_day(self.clock.now().date())
        return await self.ledger.transact(lambda tx: Reads(tx.connection, tx.company).counter(day))


@pytest.fixture
async def desk(ledger: Ledger, server: Server) -> AsyncIterator[Desk]:
    made = Desk(ledger, server)
    yield made
    await made.provider.close()


async def test_vectors_come_back_in_the_order_of_the_texts_and_of_length_one(
    desk: Desk, server: Server
) -> None:
    made = await desk.embedder().embed(["a", "abc", ""])
    assert made.shape == (3, SIZE)
    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=1), 1)
    assert np.allclose(made[1] / made[1][1], [3, 1, 0])
    assert server.texts == ["a", "abc", " "], "an empty text is refused by servers"


async def test_many_texts_go_in_several_calls(desk: Desk, server: Server) -> None:
    made = await desk.embedder().embed([f"text {n}" for n in range(AT_ONCE + 1)])
    assert len(made) == AT_ONCE + 1
    assert len(server.requests) == 2


async def test_only_a_model_that_can_is_told_how_long_vectors_shall_be(
    desk: Desk, server: Server
) -> None:
    await desk.embedder().embed(["a"])
    await desk.embedder(shorten=True).embed(["a"])
    bodies = [json.loads(each.content) for each in server.requests]
    assert "dimensions" not in bodies[0]
    assert bodies[1]["dimensions"] == SIZE


def _of(data: object) -> Callable[[list[str]], httpx.Response]:
    return lambda _: httpx.Response(200, json={"data": data})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (_of([]), "1 texts were sent, and 0 vectors came back"),
        (_of([{"index": 1, "embedding": [1, 2, 3]}]), "1 texts were sent"),
        (_of([{"index": 0, "embedding": [1, 2]}]), "vectors of 2 numbers instead of 3"),
        (_of([{"index": 0, "embedding": [0, 0, 0]}]), "empty"),
        (_of([{"index": 0, "embedding": ["a"]}]), "holds no embeddings"),
        (lambda _: httpx.Response(200, text="<html>"), "holds no embeddings"),
        (lambda _: httpx.Response(500, text=f"bad {KEY}"), "500: bad …"),
        (lambda _: httpx.Response(401, json={"error": {"message": f"wrong: {KEY}"}}), "401"),
    ],
)
async def test_an_answer_that_is_no_vectors_is_an_error_that_never_holds_the_key(
    desk: Desk, server: Server, answer: Callable[[list[str]], httpx.Response], says: str
) -> None:
    server.answer = answer
    with pytest.raises(EmbedderUnavailable) as caught:
        await desk.embedder().embed(["a"])
    assert says in caught.value.cause
    assert KEY not in str(caught.value)


async def test_a_vector_too_long_for_its_numbers_is_still_of_length_one(
    desk: Desk, server: Server
) -> None:
    server.answer = _of([{"index": 0, "embedding": [1e300, 1e300, 0]}])
    made = await desk.embedder().embed(["a"])
    assert np.allclose(made, [[2**-0.5, 2**-0.5, 0]])


async def test_a_server_that_is_asked_too_much_is_left_alone_for_a_minute(
    desk: Desk, server: Server
) -> None:
    embedder = desk.embedder()
    server.answer = lambda _: httpx.Response(429, text="slow down")
    for _ in range(3):
        with pytest.raises(EmbedderUnavailable, match="slow down"):
            await embedder.embed(["a"])
    assert len(server.requests) == 1
    server.answer = vectors_for
    await desk.clock.sleep(61)
    assert (await embedder.embed(["a"])).shape == (1, SIZE)


async def test_money_is_set_aside_in_a_block_and_the_rest_given_back(
    desk: Desk, server: Server
) -> None:
    server.answer = lambda texts: vectors_for(texts, tokens=40)
    embedder = desk.embedder()
    for n in range(5):
        await embedder.embed([f"a text of some length, the {n}th of them"])
    assert [type(event) for event in await desk.facts()] == [ModelCallReserved]
    assert await desk.spent() == BLOCK_MICROUSD
    await embedder.close()
    reserved, recorded = await desk.facts()
    assert isinstance(recorded, ModelCallRecorded)
    assert (recorded.part, recorded.prompt_tokens, recorded.answer) == ("embed", 200, "")
    assert recorded.microusd == await desk.spent() == 5
    assert reserved.microusd == BLOCK_MICROUSD


async def test_a_block_that_a_crash_cut_off_counts_as_spent(desk: Desk) -> None:
    await desk.embedder().embed(["a"])
    await desk.embedder().embed(["a"])
    assert await desk.spent() == 2 * BLOCK_MICROUSD


async def test_without_money_no_text_leaves(desk: Desk, server: Server) -> None:
    dear = PriceList(own={MODEL: Price(2_000_000_000, 0)})
    embedder = desk.embedder(price=dear)
    await embedder.embed(["a" * 9])
    await embedder.embed(["a" * 9])
    sent = len(server.requests)
    with pytest.raises(EmbedderUnavailable, match=r"budget of 0.03 USD a day is used up") as caught:
        await embedder.embed(["a" * 40])
    assert caught.value.reason == "budget"
    assert len(server.requests) == sent
    await desk.clock.sleep(24 * 3600)
    assert await desk.spent() == 0
