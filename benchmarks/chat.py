"""A hundred conversations at once: how soon a message is on disk and acknowledged, and answered.

    python -m benchmarks.chat [--json] [--messages 10000] [--rate 100] [--chats 100]

`coo run` works in a process of its own on a fresh folder and is spoken to as Slack speaks: signed
deliveries over HTTP come in, `chat.postMessage` goes out to a Slack on loopback that is this
process. The operator mentions Coo in a hundred channels; every message is delivered at its time,
whether earlier ones are answered or not, and every tenth is delivered twice. Raw, in the same run:
the same deliveries to a server that hashes them, commits one row to SQLite (FULL) and answers.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.company.init import write_company
from bot.company.text import defaults
from bot.opening import open_app
from bot.settings import Settings
from ledger.domain.events import ChatPaired
from ledger.domain.facts import Draft
from ledger.domain.values import DESK

SECRET = "signing-secret-of-the-benchmark"  # noqa: S105 - of a Slack on loopback
TEAM, BOT, USER = "T1", "UCOO", "U1"
TWICE = 10
WARM_S = 10.0
PATIENCE_S = 60.0
RAW = """
import hashlib, hmac, json, sqlite3, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
db = sqlite3.connect(sys.argv[1])
db.executescript("pragma journal_mode=wal; pragma synchronous=full;"
                 "create table f(k primary key, d)")
async def take(request):
    raw = await request.body()
    stamp = request.headers["x-slack-request-timestamp"]
    hmac.new(b"raw", b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    with db:
        db.execute("insert or ignore into f values (?, ?)", (json.loads(raw)["event_id"], raw))
    return PlainTextResponse("")
app = Starlette(routes=[Route("/slack/events", take, methods=["POST"])])
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(512)
print(f"Listening at http://127.0.0.1:{s.getsockname()[1]}.", flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[s])
"""


class Slack:
    """As much of Slack's Web API as answering takes, and what was posted there when."""

    def __init__(self) -> None:
        self.posted: defaultdict[str, list[float]] = defaultdict(list)
        self.api = ""
        self._ts = 0

    async def take(self, request: web.Request) -> web.Response:
        """Any method. A posted message is noted with the moment it arrived."""
        method = request.match_info["method"]
        told: dict[str, Any] = {"ok": True}
        if method == "chat.postMessage":
            given = await _arguments(request)
            self.posted[given["channel"]].append(time.perf_counter())
            self._ts += 1
            told |= {"channel": given["channel"], "ts": f"{self._ts}.0"}
        elif method == "auth.test":
            told |= {"team_id": TEAM, "user_id": BOT, "bot_id": "BCOO", "url": "x", "user": "coo"}
        return web.json_response(told)


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(await request.post())


@asynccontextmanager
async def slack() -> AsyncIterator[Slack]:
    """A Slack on loopback."""
    found = Slack()
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/api/{method}", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.api = f"http://{host}:{port}/api/"
    try:
        yield found
    finally:
        await runner.cleanup()


async def found_company(folder: Path) -> None:
    """A company with one operator, who is paired."""
    write_company(folder, defaults())
    paired = ChatPaired(
        identity="chat-1",
        offer="offer-1",
        channel="slack",
        role="owner",
        operator="Nora Lindt",
        user=USER,
        chat="D1",
    )
    async with open_app(Settings(data=folder)) as app:
        await app.ledger.append([Draft(case=DESK, by="benchmark", key="paired:1", event=paired)])


class Served:
    """A server in a process of its own, found by the line that says where it listens."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url

    def rss_mb(self) -> float:
        """Its resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@asynccontextmanager
async def serving(*command: str, **env: str) -> AsyncIterator[Served]:
    """Start it, wait until it listens, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
    )
    assert process.stdout is not None
    drained: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            line = ""
            while "Listening at " not in line:
                line = (await process.stdout.readline()).decode()
                if not line:
                    raise RuntimeError("the server ended")
        drained = asyncio.create_task(process.stdout.read())
        yield Served(process, line.split("Listening at ")[1].strip().rstrip("."))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if drained is not None:
            await drained


def delivery(n: int, chats: int) -> tuple[bytes, dict[str, str]]:
    """The n-th message as Slack delivers it, signed."""
    now = int(time.time())
    event = {
        "type": "app_mention",
        "channel": f"C{n % chats}",
        "user": USER,
        "text": f"<@{BOT}> inbox",
        "ts": f"{now}.{n:06d}",
        "event_ts": f"{now}.{n:06d}",
    }
    raw = json.dumps(
        {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": f"Ev{n}",
            "event_time": now,
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }
    ).encode()
    mac = hmac.new(SECRET.encode(), b"v0:%d:" % now + raw, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": str(now),
        "x-slack-signature": f"v0={mac}",
    }
    return raw, headers


class Load:
    """Delivers messages at their time, and notes how long each took to be acknowledged."""

    def __init__(self, url: str, session: aiohttp.ClientSession, chats: int) -> None:
        self._url, self._session, self._chats = f"{url}/slack/events", session, chats
        self.acked: list[float] = []
        self.sent: defaultdict[str, list[float]] = defaultdict(list)
        self.refused = 0

    async def run(self, first: int, messages: int, rate: float, *, twice: bool) -> None:
        """`messages` of them from the number `first` on, `rate` a second."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for place in range(messages):
                await asyncio.sleep(began + place / rate - time.perf_counter())
                tasks.create_task(self._deliver(first + place))
                if twice and place % TWICE == 0:
                    tasks.create_task(self._deliver(first + place, again=True))

    async def _deliver(self, n: int, *, again: bool = False) -> None:
        raw, headers = delivery(n, self._chats)
        began = time.perf_counter()
        if not again:
            self.sent[f"C{n % self._chats}"].append(began)
        async with self._session.post(self._url, data=raw, headers=headers) as answer:
            await answer.read()
        if again:
            return
        self.acked.append(time.perf_counter() - began)
        self.refused += answer.status != 200  # noqa: PLR2004 - as HTTP counts


def p95_ms(seconds: list[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000, 1) if seconds else 0.0


async def talk(folder: Path, messages: int, rate: float, chats: int) -> dict[str, Any]:
    """The run with Coo."""
    await found_company(folder)
    async with slack() as peer:
        env = {
            "COO_DATA": str(folder),
            "COO_LISTEN": "127.0.0.1:0",
            "COO_PUBLIC_URL": "http://127.0.0.1",
            "COO_SLACK_API": peer.api,
            "COO_SLACK_BOT_TOKEN": "xoxb-1-benchmark",
            "COO_SLACK_SIGNING_SECRET": SECRET,
        }
        async with serving("-m", "bot.cli", "run", **env) as coo, _session() as session:
            warm = Load(coo.url, session, chats)
            await _until_ready(warm)
            await warm.run(1, max(chats, int(rate * WARM_S)), rate, twice=False)
            await _answered(peer, warm)
            peer.posted.clear()
            before = coo.rss_mb()
            load = Load(coo.url, session, chats)
            await load.run(1_000_000, messages, rate, twice=True)
            await _answered(peer, load)
            await asyncio.sleep(2 * TWICE / rate + 2)  # what was delivered twice has its chance
            return _figures(load, peer) | {"rss_growth_mb": round(coo.rss_mb() - before, 1)}


def _figures(load: Load, peer: Slack) -> dict[str, Any]:
    waits: list[float] = []
    lost = duplicated = 0
    for chat, sent in load.sent.items():
        posted = peer.posted[chat]
        waits += [at - began for began, at in zip(sent, posted, strict=False)]
        lost += max(0, len(sent) - len(posted))
        duplicated += max(0, len(posted) - len(sent))
    return {
        "messages": len(load.acked),
        "ack_ms_p95": p95_ms(load.acked),
        "first_answer_ms_p95": p95_ms(waits),
        "first_answer_ms_median": round(sorted(waits)[len(waits) // 2] * 1000, 1) if waits else 0,
        "lost": lost,
        "duplicated": duplicated,
        "refused": load.refused,
    }


async def _until_ready(load: Load) -> None:
    """Slack is asked who Coo is there, and until that is known nothing is taken."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await load._deliver(0)  # noqa: SLF001 - its own
            if not load.refused:
                return
            load.refused = 0
            load.sent.clear()
            await asyncio.sleep(0.2)


async def _answered(peer: Slack, load: Load) -> None:
    """Wait until every chat has as many answers as messages, or nothing comes any more."""
    until = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < until:
        missing = sum(max(0, len(s) - len(peer.posted[c])) for c, s in load.sent.items())
        if not missing:
            return
        await asyncio.sleep(0.2)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=150))


async def raw_limit(folder: Path, messages: int, rate: float, chats: int) -> float:
    """The same deliveries to a server that only checks, commits and answers."""
    async with serving("-c", RAW, str(folder / "raw.db")) as raw, _session() as session:
        load = Load(raw.url, session, chats)
        await load.run(0, messages, rate, twice=False)
        return p95_ms(load.acked)


def measure(messages: int, rate: float, chats: int) -> dict[str, Any]:
    """Both."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        raw = asyncio.run(raw_limit(place, min(messages, 2_000), rate, chats))
        found = asyncio.run(talk(place / "company", messages, rate, chats))
    return {"chats": chats, "rate_per_s": rate, "raw_ack_ms_p95": raw, **found}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=100.0, help="messages a second, in all")
    parser.add_argument("--chats", type=int, default=100)
    given = parser.parse_args()
    found = measure(given.messages, given.rate, given.chats)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
