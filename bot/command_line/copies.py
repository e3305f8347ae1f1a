"""The part of the command line that copies a company: backup and restore."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from bot import texts
from bot.channel import CONSOLE, Reply
from bot.command_line.passphrase import Ask, passphrase_from
from bot.commands import Commands, Session
from bot.console.render import put
from bot.console.screen import screen
from bot.office.live import LiveOffice
from bot.opening import App
from bot.settings import Secret
from bot.wording.amounts import counted
from bot.work.worker import Looking
from ledger.archive.backup import Made
from ledger.domain.errors import CooError

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (default: COO_DATA).")]
Erased = Annotated[
    Path | None,
    typer.Option(
        "--erased", help="A list of the erased, or the old folder (else erased.txt beside it)."
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="A file whose first line is the passphrase."),
]


def backup(file: Path, data: Data = None, passphrase_file: PassphraseFile = None) -> None:
    """Write everything that cannot be made again into one encrypted file; Coo may run meanwhile."""
    from bot.command_line.main import run_with, settings_for  # noqa: PLC0415 - it registers us
    from bot.copies import copying  # noqa: PLC0415 - what works is imported where it works

    settings = settings_for(data)
    made = copying.backed_up(settings, file, _passphrase(passphrase_file, new=True))
    words = {"path": file, "facts": made.facts, "files": made.files, "head": made.head[:16]}
    lines = [texts.BACKED_UP.format(size=size_words(made.size), **words)]
    try:
        run_with(settings, lambda app: copying.note_copy(app, made, copying.BACKUP))
    except CooError as error:
        lines += [texts.BACKUP_NOT_TOLD, error.cause]
    put(screen(), Reply(lines=tuple(lines), hints=(texts.BACKUP_HINT,)))


def restore(
    file: Path,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    erased: Erased = None,
) -> None:
    """Check a backup whole and put it into a new folder, stopped until `coo takeover`."""
    from bot.command_line.main import settings_for  # noqa: PLC0415 - see above
    from bot.copies import copying  # noqa: PLC0415 - see above
    from ledger.archive.restore import refuse_taken  # noqa: PLC0415 - see above

    target = settings_for(data).data
    refuse_taken(target)
    secret = _passphrase(passphrase_file, new=False)
    arrived = asyncio.run(copying.restored(target, file, secret, erased=erased))
    line = texts.RESTORED.format(
        company=arrived.company, folder=target, facts=arrived.facts, head=arrived.head[:16]
    )
    put(screen(), Reply(lines=(line, *_forgotten(arrived.forgotten), texts.RESTORED_STOPPED)))


def export(
    file: Path,
    what: Annotated[list[str] | None, typer.Argument()] = None,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="For reading: it cannot be imported again.")
    ] = False,
    readable: Annotated[
        bool, typer.Option("--open", help="Personal texts stand in it readable.")
    ] = False,
) -> None:
    """Write the whole ledger as JSON lines (.jsonl, .jsonl.gz, .jsonl.zst), or `books MONTH`."""
    from bot.command_line.main import answered_once, run_with, settings_for  # noqa: PLC0415 - above

    if what or str(file) == BOOKS:
        answered_once(" ".join(["export", str(file), *(what or [])]), data)
    from bot.copies import copying  # noqa: PLC0415 - see above

    secret = None if without_keys else _passphrase(passphrase_file, new=True)

    async def work(app: App) -> Made:
        made = await copying.exported(app, file, secret, readable=readable)
        await copying.note_copy(app, made, copying.EXPORT)
        return made

    made = run_with(settings_for(data), work)
    words = {"path": file, "facts": made.facts, "head": made.head[:16]}
    lines = [texts.EXPORTED.format(size=size_words(made.size), **words)]
    lines += [texts.EXPORT_WITHOUT_KEYS] if without_keys else []
    lines += [texts.EXPORT_READABLE] if readable else []
    put(screen(), Reply(lines=tuple(lines)))


def import_(
    file: Path,
    data: Data = None,
    passphrase_file: PassphraseFile = None,
    erased: Erased = None,
    check: Annotated[bool, typer.Option("--check", help="Only check the file.")] = False,
) -> None:
    """Check an export line by line and make a new folder of it, stopped until `coo takeover`."""
    from bot.command_line.main import settings_for  # noqa: PLC0415 - see above
    from bot.copies import copying  # noqa: PLC0415 - see above
    from ledger.archive.importing import check_only  # noqa: PLC0415 - see above
    from ledger.archive.restore import refuse_taken  # noqa: PLC0415 - see above

    if check:
        header = check_only(file)
        words = {"path": file, "company": header.company, "facts": header.facts}
        line = texts.IMPORT_CHECKED.format(head=header.head[:16], **words)
        put(screen(), Reply(lines=(line,)))
        return
    target = settings_for(data).data
    refuse_taken(target)
    secret = _passphrase(passphrase_file, new=False)
    arrived = asyncio.run(copying.imported(target, file, secret, erased=erased))
    line = texts.IMPORTED.format(
        company=arrived.company, folder=target, facts=arrived.facts, head=arrived.head[:16]
    )
    put(screen(), Reply(lines=(line, *_forgotten(arrived.forgotten), texts.RESTORED_STOPPED)))


def _forgotten(count: int) -> tuple[str, ...]:
    return (texts.RESTORED_FORGOTTEN.format(persons=counted(count, "person")),) if count else ()


def takeover(
    words: Annotated[list[str] | None, typer.Argument()] = None,
    data: Data = None,
    payments: Annotated[
        list[Path] | None, typer.Option("--payments", help="A bank statement to compare with.")
    ] = None,
) -> None:
    """Compare a restored copy with the world; with `yes`, let it act and every other one stop."""
    from bot.command_line.main import run_with, settings_for  # noqa: PLC0415 - see above

    line = " ".join(["takeover", *(words or [])])
    reply = run_with(settings_for(data), lambda app: _compared(app, line, payments or []))
    put(screen(), reply)
    raise typer.Exit(int(reply.trouble))


def register(cli: typer.Typer) -> None:
    """Add these commands."""
    cli.command()(backup)
    cli.command()(restore)
    cli.command()(export)
    cli.command("import")(import_)
    cli.command()(takeover)


BOOKS: Final = "books"
"""`coo export books MONTH`; a file of that name is `./books`."""

MB: Final = 1_000_000


def size_words(size: int) -> str:
    """`12 KB`, `3.4 MB`"""
    if size < MB:
        return f"{max(1, size // 1000)} KB"
    return f"{size / MB:.1f} MB"


async def _compared(app: App, line: str, statements: list[Path]) -> Reply:
    """What follows from a take-over happens here, or where somebody works on the folder."""
    from bot.work.hosting import hosting  # noqa: PLC0415 - see above
    from bot.work.serving import INGEST_PATIENCE_S  # noqa: PLC0415 - see above

    who = {"operator": app.operator, "channel": CONSOLE}
    if line == "takeover":
        office = LiveOffice(app, Looking(app), **who, statements=statements)
        return await Commands(office, Session()).answer(line)
    async with hosting(app, f"coo {line}") as host:
        await host.ready()
        office = LiveOffice(app, host, **who, statements=statements)
        reply = await Commands(office, Session()).answer(line)
        await host.beside(host.settle(INGEST_PATIENCE_S))
        return reply


def _passphrase(file: Path | None, *, new: bool) -> Secret:
    return passphrase_from(file, _asker(), new=new)


def _asker() -> Ask | None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return lambda question: str(typer.prompt(question, hide_input=True))
