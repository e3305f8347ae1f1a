"""`prove` in chat: in a process of its own, since a process that talks cannot be copied safely."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress

import msgspec

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble

_SEED = re.compile(r"(?:--seed[ =])?\s*(\d{1,9})")


async def prove(said: str) -> Reply:
    """Run it and show what came of it; `said` may name a seed."""
    seed = _SEED.fullmatch(said.strip())
    if said.strip() and seed is None:
        return trouble(texts.PROVE_NO_NUMBER, what=said)
    out, problem = await _run(seed[1] if seed else "1")
    from bot.prove.report import Report  # noqa: PLC0415 - the planner takes a second to load
    from bot.prove.telling import in_chat  # noqa: PLC0415 - see above

    try:
        return in_chat(msgspec.json.decode(out, type=Report))
    except msgspec.DecodeError:
        return trouble(texts.PROVE_SILENT, why=problem)


async def _run(seed: str) -> tuple[bytes, str]:
    """What it printed, and the last line it complained with."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "prove", "--json", "--seed", seed),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, complaint = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
    lines = complaint.decode(errors="replace").split("\n")
    return out, next((line for line in reversed(lines) if line.strip()), f"{process.returncode}")
