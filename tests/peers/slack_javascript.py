"""Slack's own JavaScript client as a process: installed once outside the tree, asked by lines."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "javascript"


class CannotInstall(Exception):
    """Why Slack's JavaScript client is not here."""


def installed() -> Path:
    """The folder with Slack's JavaScript packages, fetched once for each version of the lock."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotInstall("Node.js with npm is not installed")
    lists = [FOLDER / name for name in ("package.json", "package-lock.json")]
    version = hashlib.sha256(b"".join(each.read_bytes() for each in lists)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "coo-tests"
    place = cache / f"slack-javascript-{version}"
    if not place.is_dir():
        _install(npm, lists, place)
    return place


def _install(npm: str, lists: list[Path], place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as temporary:
        half = Path(temporary) / "half"
        half.mkdir()
        for each in lists:
            shutil.copy(each, half)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        once = ("--fetch-retries=0", "--fetch-timeout=30000")
        try:
            subprocess.run(
                [npm, "ci", *quiet, *once], cwd=half, check=True, capture_output=True, timeout=180
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            said = (error.stderr or b"").decode(errors="replace").strip()
            raise CannotInstall(f"npm could not fetch @slack/bolt: {said[-200:]}") from error
        if not place.is_dir():
            half.rename(place)


class JavaScriptApp:
    """The running app. `asks` sends it one thing to do and gives its answer."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def says(self) -> dict[str, Any]:
        """The next thing it tells."""
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            line = await self._process.stdout.readline()
        assert line, f"the app ended: {await self.last_words()}"
        found: dict[str, Any] = json.loads(line)
        return found

    async def asks(self, do: str, **more: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.says()

    async def calls(self, method: str, **args: Any) -> dict[str, Any]:
        """Call a method of the Web API through it."""
        return await self.asks("call", method=method, args=args)

    async def last_words(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode(errors="replace")


@asynccontextmanager
async def javascript_app(packages: Path, slack: Any) -> AsyncIterator[JavaScriptApp]:
    """An app of JavaScript Bolt, connected to the Slack of the test."""
    process = await asyncio.create_subprocess_exec(
        "node",
        str(FOLDER / "app.cjs"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(packages / "node_modules"),
            "BOT_TOKEN": slack.bot_token,
            "APP_TOKEN": slack.app_token,
            "SLACK_API": slack.api,
        },
    )
    app = JavaScriptApp(process)
    try:
        assert await app.says() == {"ready": True}
        await slack.connected()
        yield app
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
