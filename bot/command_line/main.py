"""The command line: `coo …`. Each command opens what it needs, does one thing, and says so.

The planner, the library for PDFs and a model's client take seconds to load. Commands that only
look, or record a stop, answer without them; so what works is imported where a command works.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from msgspec.structs import replace
from rich.console import Console

from bot import texts
from bot.channel import CONSOLE, Reply
from bot.command_line.copies import register
from bot.command_line.memory import memory
from bot.command_line.prove import prove
from bot.command_line.slack import slack
from bot.commands import Commands, Session
from bot.commands.proving import verified
from bot.company.init import company_by_asking, refuse_existing, write_company
from bot.company.text import defaults
from bot.console.keeping import kept
from bot.console.render import put
from bot.console.screen import screen
from bot.copies.copying import last_copy
from bot.doctor import Copied, Probes, Report, examine
from bot.findings import Check
from bot.folder import Folder
from bot.office.live import LiveOffice, broken_report
from bot.opening import App, open_app
from bot.settings import Settings
from bot.work.worker import Looking
from ledger.domain.company import Company
from ledger.domain.errors import ChainBroken, CooError, SettingsInvalid
from ledger.domain.events import BackedUp
from ledger.lock import held_by

T = TypeVar("T")

cli = typer.Typer(
    name="coo",
    help="Coo, the AI chief operating officer of a one-person company.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (default: COO_DATA).")]


class Scenario(StrEnum):
    """What `coo demo` plays."""

    LEAD = "lead"
    MONTH = "month"


Json = Annotated[bool, typer.Option("--json", help="End with one JSON object.")]


@cli.command()
def init(
    data: Data = None,
    use_defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace company.yaml; the old one is kept.")
    ] = False,
    brought: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Contacts, open invoices, a Sent folder: files or a folder."),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More for --from.")] = None,
) -> None:
    """Write a commented company.yaml, by asking a few questions; bring along what there is."""
    out = screen()
    settings = settings_for(data)
    folder = settings.data
    Folder(folder).refuse_unusable()
    paths = [*(brought or []), *(more or [])]
    if more and not brought:
        raise SettingsInvalid(*texts.INIT_WITHOUT_FROM.put(path=more[0]))
    if not (paths and Folder(folder).company.exists() and not force):
        _begun(out, settings, force=force, use_defaults=use_defaults)
    if paths and not run_with(settings, lambda app: _brought_along(app, out, paths)):
        raise typer.Exit(2)


def _begun(out: Console, settings: Settings, *, force: bool, use_defaults: bool) -> None:
    folder = settings.data
    refuse_existing(folder, force=force)
    company = defaults() if use_defaults else _asked(out)
    written = write_company(folder, company, force=force)
    kept = (texts.INIT_KEPT.format(path=written.kept),) if written.kept else ()
    done = texts.INIT_DONE.format(path=written.path)
    watches = (texts.INIT_WATCHES,) if _begins_watching(settings) else ()
    hints = (texts.INIT_NEXT.format(folder=folder),)
    put(out, Reply(lines=(done, *watches, *kept), hints=hints))


@cli.command()
def doctor(
    data: Data = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Only the exit code, without reading the whole chain.")
    ] = False,
) -> None:
    """Say what is configured, what is missing, how to get it, and which data goes where."""
    report = asyncio.run(_examined(settings_for(data), quick=quiet))
    if not quiet:
        for reply in report.replies():
            put(screen(), reply)
    raise typer.Exit(report.exit_code)


@cli.command()
def demo(
    auto: Annotated[bool, typer.Option("--auto", help="A scripted operator taps.")] = False,
    scenario: Annotated[
        Scenario, typer.Option("--scenario", help="`lead`, or a `month` with everything in it.")
    ] = Scenario.LEAD,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """One lead becomes one paid invoice, with nothing but Python; or a whole month does."""
    from bot.demo import demo as story  # noqa: PLC0415 - see above

    examples = story.examples_folder()
    folder = data or Path(tempfile.mkdtemp(prefix=f"coo-{scenario.value}-"))
    settings = replace(settings_for(folder), database=None)  # a demo touches nothing of yours
    if scenario is Scenario.MONTH:
        from bot.demo import playing  # noqa: PLC0415 - see above

        playing.play(settings, examples, scripted=auto, as_json=as_json)
        return
    scripted = auto or not (sys.stdin.isatty() and sys.stdout.isatty())
    story.prepared(Folder(settings.data))
    asyncio.run(story.remembered(settings, screen()))
    summary = run_with(settings, lambda app: story.demonstrated(app, screen(), scripted=scripted))
    if as_json:
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")


@cli.command()
def chat(data: Data = None) -> None:
    """Talk to Coo: free text, cards, and the commands that `help` lists."""
    from bot.work import serving  # noqa: PLC0415 - see above

    run_with(settings_for(data), lambda app: serving.chat(app, screen()))


@cli.command()
def run(data: Data = None) -> None:
    """Serve the data folder, and watch its maildir inbox, until stopped."""
    from bot.work import serving  # noqa: PLC0415 - see above

    run_with(settings_for(data), lambda app: serving.serve(app, screen()))


@cli.command()
def worker(
    data: Data = None,
    heartbeat: Annotated[
        float, typer.Option("--heartbeat", min=0.5, help="Seconds between two signs of life.")
    ] = 10.0,
) -> None:
    """Work on the jobs of a shared database (COO_DATABASE_URL), beside other workers."""
    from bot.work import serving  # noqa: PLC0415 - see above

    run_with(settings_for(data), lambda app: serving.work(app, screen(), heartbeat=heartbeat))


@cli.command()
def ingest(
    files: list[Path],
    data: Data = None,
    sent: Annotated[bool, typer.Option("--sent", help="You wrote these mails yourself.")] = False,
) -> None:
    """Take in mail (.eml, mbox) and payments (JSON, CAMT.053, MT940, CSV); twice is once."""
    from bot.work import serving  # noqa: PLC0415 - see above

    if not run_with(settings_for(data), lambda app: serving.ingest(app, screen(), files, own=sent)):
        raise typer.Exit(2)


@cli.command()
def verify(
    data: Data = None,
    anchor: Annotated[
        str, typer.Option("--anchor", help="An anchor, or a file with one a line.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Check the chain of the whole ledger, and name the first bad row."""
    try:
        report = run_with(settings_for(data), lambda app: _guest(app).verify(anchor))
    except ChainBroken as broken:  # so badly that the folder does not even open
        report = broken_report(broken)
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        put(screen(), verified(report))
    raise typer.Exit(int(bool(report.broken)))


def answered_once(line: str, data: Path | None) -> None:
    """Answer one line that only looks, and end."""
    reply = run_with(settings_for(data), lambda app: _answered(app, line, works=False))
    put(screen(), reply)
    raise typer.Exit(int(reply.trouble))


def one_shot(word: str, about: str, *, works: bool = False, keyless: bool = False) -> None:
    """Register a chat command as one of the command line.

    `works`: what follows happens here. `keyless`: this process gives up the key to any model
    before it opens the folder, unless a model is to be asked.
    """

    def command(
        words: Annotated[list[str] | None, typer.Argument()] = None, data: Data = None
    ) -> None:
        line = " ".join([word, *(words or [])])
        settings = settings_for(data)
        if keyless and "--model" not in line:
            settings = settings.without_keys()
        reply = run_with(settings, lambda app: _answered(app, line, works=works))
        if not works:
            put(screen(), reply)
        raise typer.Exit(int(reply.trouble))

    # What begins with -- and is no option of the command line belongs to what is said.
    cli.command(word, help=about, context_settings={"ignore_unknown_options": True})(command)


one_shot("status", "How things stand, or how a case or a person stands.")
one_shot("inbox", "What waits for you.")
one_shot("books", "What was invoiced, what is paid, what is open.")
one_shot("evidence", "A case as a folder that a lawyer can read: `evidence CASE [FOLDER]`.")
one_shot("expense", "Something was spent: `expense 23.80 EUR hosting 2026-10-03 19%`.", works=True)
one_shot("expenses", "What was spent in a month; or take in a CSV file of it.", works=True)
one_shot("digest", "What was done, what waits, what failed, what it cost, since the last digest.")
one_shot("contact", "Somebody in the address book.")
one_shot("invoice", "One invoice, its lines and payments.")
one_shot("as-of", "Any of these looks, as things stood at a moment: `as-of 3 days ago books`.")
one_shot("audit", "The whole chain of a case.")
one_shot("more", "All that a card leaves out: bytes, sources, rules, story.")
one_shot("timeline", "A case as a picture, in the data folder.")
one_shot("report", "The month as a picture, in the data folder: `report 2026-10`.")
one_shot("home", "The overview: what waits, runs and is stuck; today's money.")
one_shot("why", "One step in plain words, or `why not …` a step not taken.")
one_shot("context", "What the next model call on a case would see, and what it would not.")
one_shot("anchor", "The head of the chain, as a signed line to keep elsewhere.")
one_shot("erase", "What erasing a person means; with `confirm` behind the name: do it.", works=True)
one_shot("failures", "What is broken now.")
one_shot(
    "replay",
    "Run a case again from its records and compare; `--policy FILE`, `--model NAME`: under those.",
    keyless=True,
)
one_shot(
    "whatif", "What a file of rules would have changed: `whatif FILE --since 30d`.", keyless=True
)
one_shot("stop", "Halt every effect, or those of a case or a contact, until `resume`.")
one_shot("resume", "Lift a stop.", works=True)
register(cli)
one_shot("merge", "Say that two contacts are one; the first keeps its id.", works=True)
one_shot("split", "Take a merge of contacts back.", works=True)
one_shot("link", "Say under which phone, account or address a contact is known too.", works=True)
one_shot("address", "Say where mails to a contact go from now on.", works=True)
one_shot("assign", "Say to which case a stray mail or payment belongs.", works=True)
one_shot("billing", "In which parts an offer is billed: `billing CASE PLAN`.", works=True)
one_shot("delivered", "The work is done: `delivered CASE [DATE]`.", works=True)
one_shot("milestone", "A milestone is done: `milestone CASE N done`.", works=True)
one_shot("match", "Say what a payment pays: `match PAYMENT INVOICE[, …] [SUM]`.", works=True)
one_shot("unmatch", "Take a match of a payment back: `unmatch PAYMENT [INVOICE]`.", works=True)
one_shot("open", "What is open, and money that is on no invoice: `open invoices`.")
one_shot("no-action", "The messages that needed nothing, and why.")
one_shot("documents", "The files that came in, and how each was read: `documents CASE`.")
one_shot("document", "What a document says, page by page: `document order.pdf`.")
one_shot("attach", "Hand a file in for a case: `attach CASE FILE`.", works=True)
one_shot("lead", "Say that a message without action was a lead: `lead N`.", works=True)
one_shot("no-lead", "Say that mail like a case's is no lead: `no-lead CASE`.", works=True)
one_shot("watch", "Draft and ask, and let nothing leave before `coo go-live`.", works=True)
one_shot("go-live", "What going live would mean; with `confirm` behind it: do it.", works=True)
one_shot("numbers", "Go on after your own last number: `numbers invoice N`.", works=True)
one_shot("told", "Say what you told them yourself: `told CASE 900 is fine`.", works=True)
one_shot("promises", "Who promised what to whom, due when: `promises`, `promises NAME`.")
one_shot("promise", "Note a promise that you know of: `promise NAME WHAT by DAY`.", works=True)
one_shot("kept", "Say that a promise was kept: `kept p4`.", works=True)
one_shot("broken", "Say that a promise was broken: `broken p4`.", works=True)
one_shot("moved", "Say that a promise is due on another day: `moved p4 to DAY`.", works=True)
one_shot("waive", "Say that a promise binds nobody any more: `waive p4`.", works=True)
one_shot("remember", "A price, term, preference, rule or note that holds.", works=True)
one_shot("correct", "What was remembered is otherwise: `correct k3 950`.", works=True)
one_shot("forget", "From now on it holds no longer: `forget k3`; it erases nobody.", works=True)
one_shot("undo", "Take something back, the way business does; each way back asks.", works=True)
one_shot("pair", "A one-time code that lets a chat speak to Coo: `pair`, or `pair approver NAME`.")
one_shot("devices", "Who may speak to Coo in chat, and as what.")
one_shot("role", "Let a paired chat do more or less: `role ID viewer`.", works=True)
one_shot("revoke", "End the pairing of a chat at once, and all its cards.", works=True)
one_shot(
    "confirm",
    "Let a change of bank or tax data count, or not: `confirm 5`, `confirm 5 no`.",
    works=True,
)
cli.command()(prove)
cli.add_typer(slack, name="slack")
cli.add_typer(memory, name="memory")


def settings_for(data: Path | None) -> Settings:
    """What the environment says, with the folder that was named."""
    settings = Settings.from_env()
    return settings if data is None else replace(settings, data=data.expanduser())


def run_with(settings: Settings, work: Callable[[App], Awaitable[T]]) -> T:
    """Open the folder, do one thing, close it."""

    async def opened() -> T:
        _end_tidily_on(signal.SIGTERM)
        async with open_app(settings) as app:
            return await work(app)

    return asyncio.run(opened())


def _end_tidily_on(number: signal.Signals) -> None:
    """Let files and terminal be given back, as after Ctrl-C."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _guest(app: App) -> LiveOffice:
    return LiveOffice(app, Looking(app), operator=app.operator, channel=CONSOLE)


async def _answered(app: App, line: str, *, works: bool) -> Reply:
    if not works:
        answer = await Commands(_guest(app), Session()).answer(line)
        return await asyncio.to_thread(kept, answer, app.folder.pictures)
    from bot.work import serving  # noqa: PLC0415 - see above

    return await serving.worked(app, screen(), line)


async def _examined(settings: Settings, *, quick: bool) -> Report:
    """What there is to say, also of a folder that cannot be opened. `quick` asks no chat."""
    if not Folder(settings.data).company.exists():
        return await examine(settings, None, _checks(settings, None, quick=quick))
    try:
        async with open_app(settings) as app:
            checks = _checks(settings, app, quick=quick)
            return await examine(settings, _probes(app, quick=quick), checks)
    except (CooError, OSError) as error:
        return await examine(settings, error, _checks(settings, None, quick=quick))


def _checks(settings: Settings, app: App | None, *, quick: bool) -> Sequence[Check]:
    if quick:
        return ()
    from bot.chat.checks import checks_of  # noqa: PLC0415 - the clients of the chats load slowly
    from bot.work.mail_check import MailCheck  # noqa: PLC0415 - as is that of the mail servers

    return (MailCheck(settings), *checks_of(settings, app), *_memory_checks(settings, app))


def _memory_checks(settings: Settings, app: App | None) -> Sequence[Check]:
    if settings.weaviate is None or app is None:
        return ()
    from bot.work.weaviate import WeaviateCheck  # noqa: PLC0415 - its client loads slowly, too

    return (WeaviateCheck(settings.weaviate, app.company.id),)


def _probes(app: App, *, quick: bool) -> Probes:
    office = _guest(app)
    return Probes(
        verify=office.glance if quick else office.verify,
        policies=lambda: office.policies,
        holder=lambda: held_by(app.folder.root),
        copied=lambda: _copied(app),
    )


async def _copied(app: App) -> Copied | None:
    last, head = await last_copy(app), await app.ledger.head()
    if last is None or not isinstance(last.event, BackedUp):
        return None
    ago = app.clock.now() - last.at
    return Copied(kind=last.event.kind, ago=ago, since=head.seq - last.seq)


async def _brought_along(app: App, out: Console, paths: Sequence[Path]) -> bool:
    """Whether everything was right; if not, nothing was taken."""
    from bot.work import serving  # noqa: PLC0415 - see above

    return await serving.brought_along(app, out, paths)


def _begins_watching(settings: Settings) -> bool:
    """A new company whose mail would really leave watches first; an existing one stays as it is."""
    if settings.mailing is None:
        return False
    return run_with(settings, _watched_first)


async def _watched_first(app: App) -> bool:
    if (await app.ledger.head()).seq:
        return False
    await _guest(app).watch()
    return True


def _asked(out: Console) -> Company:
    """The company as its owner describes it; raises `SettingsInvalid` where they leave."""
    try:
        return company_by_asking(_ask, lambda text: put(out, Reply(lines=(text,))))
    except typer.Abort as error:
        out.print()
        raise SettingsInvalid(*texts.INIT_LEFT.put()) from error


def _ask(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, show_default=bool(default)))
