"""The web server, over real connections on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.chat_settings import Listen
from bot.web.bounds import MOST_BYTES, Bounded
from bot.web.health import Health
from bot.web.server import CannotListen, Door, WebServer, web_app
from ledger.chain import Head
from ledger.domain.errors import CooError

FIRST = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Chain:
    def __init__(self) -> None:
        self.trouble: CooError | None = None
        self.asked = 0

    async def writable(self) -> None:
        self.asked += 1
        if self.trouble:
            raise self.trouble

    async def head(self) -> Head:
        return Head(141, bytes.fromhex("cafe" * 16))


class House:
    """A company behind the server."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.worker = "here"
        self.chats: Mapping[str, bool] = {"slack": True}
        self.time = FIRST
        self.came: list[bytes] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def door(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.came.append(await request.body())
        response: Response = PlainTextResponse(f"taken at {request.url.path}")
        await response(scope, receive, send)

    def health(self) -> Health:
        return Health(self.chain, self, lambda: self.worker, lambda: self.chats)


@contextlib.asynccontextmanager
async def served(house: House) -> AsyncIterator[httpx.AsyncClient]:
    stop = asyncio.Event()
    app = web_app(house.health(), [Door("/slack", house.door)])
    server = WebServer(app, Listen("127.0.0.1", 0))
    place = server.open()
    running = asyncio.create_task(server.run(stop))
    async with httpx.AsyncClient(base_url=place, trust_env=False) as client:
        yield client
    stop.set()
    await running


@pytest.fixture
async def house() -> House:
    return House()


async def test_health_tells_ledger_worker_and_chats(house: House) -> None:
    async with served(house) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "ledger": {"writable": True, "facts": 141, "head": "cafecafecafecafe"},
        "worker": "here",
        "chats": {"slack": "connected"},
    }


async def test_a_ledger_that_takes_nothing_is_no_health_and_its_trouble_stays_inside(
    house: House,
) -> None:
    house.chain.trouble = CooError("/home/nora/secret is full", "Make room.")
    async with served(house) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ledger"] == {"writable": False}
    assert "nora" not in answer.text


@pytest.mark.parametrize(
    ("worker", "told"), [("", "nobody"), ("`coo chat` (process 7 on nora-laptop)", "elsewhere")]
)
async def test_who_works_is_told_without_a_name(house: House, worker: str, told: str) -> None:
    house.worker = worker
    async with served(house) as client:
        answer = await client.get("/healthz")
    assert answer.json()["worker"] == told
    assert (answer.status_code == 503) is (told == "nobody")
    assert "laptop" not in answer.text


async def test_a_chat_that_is_away_is_told(house: House) -> None:
    house.chats = {"slack": True, "telegram": False}
    async with served(house) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["chats"] == {"slack": "connected", "telegram": "away"}


async def test_whoever_knocks_without_end_costs_the_ledger_one_look_a_second(house: House) -> None:
    async with served(house) as client:
        for _ in range(20):
            await client.get("/healthz")
        assert house.chain.asked == 1
        await house.sleep(1)
        await client.get("/healthz")
    assert house.chain.asked == 2


async def test_a_chat_delivers_at_its_own_door(house: House) -> None:
    async with served(house) as client:
        answer = await client.post("/slack/events", content=b"hello")
        nowhere = await client.post("/telegram/updates", content=b"hello")
    assert answer.text == "taken at /slack/events"
    assert house.came == [b"hello"]
    assert nowhere.status_code == 404


async def test_ten_megabytes_are_refused_before_any_of_them_is_read(house: House) -> None:
    async with served(house) as client:
        place = urlsplit(str(client.base_url))
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(
            b"POST /slack/events HTTP/1.1\r\nHost: coo\r\nContent-Length: 10485760\r\n\r\n"
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()
        await writer.wait_closed()
    assert house.came == []


async def test_ten_megabytes_that_come_without_a_size_are_cut_off(house: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b"x" * 65_536

    async with served(house) as client:
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # it is hung up on in mid-word
            answer = await client.post("/slack/events", content=endless())
            assert answer.status_code == 413
        assert (await client.get("/healthz")).status_code == 200
    assert house.came == []


async def test_the_longest_delivery_that_fits_is_taken_whole(house: House) -> None:
    async with served(house) as client:
        answer = await client.post("/slack/events", content=b"x" * MOST_BYTES)
    assert answer.status_code == 200
    assert [len(each) for each in house.came] == [MOST_BYTES]


async def test_a_request_that_never_ends_is_given_up() -> None:
    sent: list[dict[str, object]] = []

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def nobody(*_: object) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    await Bounded(nobody, patience_s=0.01)(scope, never, send)  # type: ignore[arg-type] # bare dicts
    assert sent[0]["status"] == 408


async def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(
    house: House,
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        began.set()
        await go_on.wait()
        await house.door(scope, receive, send)

    stop = asyncio.Event()
    server = WebServer(web_app(house.health(), [Door("/slack", slow)]), Listen("127.0.0.1", 0))
    place = server.open()
    running = asyncio.create_task(server.run(stop))
    async with httpx.AsyncClient(base_url=place, trust_env=False) as client:
        asked = asyncio.create_task(client.post("/slack/x", content=b"late"))
        await began.wait()
        stop.set()
        go_on.set()
        assert (await asked).status_code == 200
        await running
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")


async def test_a_port_that_is_taken_is_named_with_a_remedy(house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotListen) as caught:
            WebServer(web_app(house.health()), Listen("127.0.0.1", port)).open()
    assert f"127.0.0.1:{port}" in caught.value.cause
    assert "COO_LISTEN" in caught.value.remedy


async def test_an_answer_tells_nothing_of_what_serves_it(house: House) -> None:
    async with served(house) as client:
        answer = await client.get("/healthz")
    assert "server" not in answer.headers
    assert json.loads(answer.content)["status"] == "ok"
