"""`coo memory`: how memory stands, and moving it to another embedder while work goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot import texts
from bot.channel import Reply
from bot.commands.memory_status import memory_reply
from bot.console.render import put
from bot.console.screen import screen
from bot.opening import App
from ledger.domain.errors import SettingsInvalid


class AskedOrOrdered(TyperGroup):
    """What is no command of the group is what memory is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`coo memory Anna` is `coo memory about Anna`."""
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["about", *args])


memory = typer.Typer(
    cls=AskedOrOrdered,
    help="What Coo knows and remembers (`coo memory Anna`), how memory stands, and moving it.",
)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (default: COO_DATA).")]
To = Annotated[
    str,
    typer.Option(
        "--to", help="bundled, none, openai:MODEL[:DIMENSIONS], or same: make it anew as it is."
    ),
]
Share = Annotated[
    float | None,
    typer.Option(
        "--share", min=0.01, max=1.0, help="Share of its time it works (default: 0.5 beside work)."
    ),
]
Rate = Annotated[
    float, typer.Option("--rate", min=0.0, help="Read at most so many facts a second; 0: no limit.")
]


@memory.command(context_settings={"ignore_unknown_options": True})
def about(words: Annotated[list[str] | None, typer.Argument()] = None, data: Data = None) -> None:
    """What is known and remembered, with its sources; `--all`: also what is over."""
    from bot.command_line.main import answered_once  # noqa: PLC0415 - it registers us

    answered_once(" ".join(["memory", *(words or [])]), data)


@memory.command()
def status(data: Data = None) -> None:
    """Which memory is searched, how complete it is, and what is built beside it."""
    from bot.command_line.main import run_with, settings_for  # noqa: PLC0415 - it registers us

    put(screen(), run_with(settings_for(data), _status))


@memory.command()
def reindex(
    to: To = "",
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the memory from before.")
    ] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Remove the memory from before, at the end.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Switch though the new one falls short.")
    ] = False,
    share: Share = None,
    rate: Rate = 0.0,
    data: Data = None,
) -> None:
    """Build memory anew beside the one that is searched, compare both, and switch in one step."""
    from bot.command_line.main import run_with, settings_for  # noqa: PLC0415 - it registers us
    from bot.work.reindexing import Wanted, reindexed  # noqa: PLC0415 - vectors load slowly

    if not (to or rollback or drop_old):
        raise SettingsInvalid(*texts.REINDEX_WHAT.put())
    if to and rollback:
        raise SettingsInvalid(*texts.REINDEX_ONE_THING.put())

    wanted = Wanted(to=to, back=rollback, drop=drop_old, anyway=anyway, share=share, rate=rate)
    run_with(settings_for(data), lambda app: reindexed(app, screen(), wanted))


async def _status(app: App) -> Reply:
    from bot.work.memory_seen import memory_seen  # noqa: PLC0415 - vectors load slowly

    return memory_reply(await memory_seen(app))
