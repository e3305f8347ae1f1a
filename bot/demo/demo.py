"""`coo demo`: one lead becomes one paid invoice, on real input, in front of one's eyes.

Everything is the product: the same intake, ledger, planner, gate, connectors and console. The
demo adds only a customer who reads what was sent and answers, and, where nobody sits at a
terminal, an operator who taps Approve. It can be killed and started again on the same folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from io import StringIO
from pathlib import Path
from typing import Final

from msgspec import Struct
from rich.console import Console

from bot import texts
from bot.app import App, at_work, open_app
from bot.audit.view import audit_reply
from bot.channel import Reply, Verb
from bot.company.file import load_company
from bot.company.init import write_company
from bot.company.text import defaults
from bot.console.chat import ConsoleChat
from bot.console.lines import TerminalLines
from bot.console.render import put
from bot.demo.customer import ADA, BEN, Customer, Incoming, Script
from bot.folder import Folder
from bot.notices.announcer import Announcer
from bot.office.live import LiveOffice
from bot.settings import Settings
from bot.work.hosting import Host, Stepping, hosting
from connectors.mail.compose import ACTION_HEADER
from ledger.attempts import invoice_key
from ledger.audit.trail import read_trail
from ledger.domain.entities import Approval, ApprovalStatus, Case, Question
from ledger.domain.errors import ChainBroken, SettingsInvalid
from ledger.domain.events import ActionSucceeded, InvoiceIssued
from ledger.domain.facts import Fact
from ledger.replay import refold

MOST_ROUNDS: Final = 30
"""A story that is not over after so many rounds waits for a person."""

LOOK_S: Final = 0.5
SETTLE_S: Final = 60.0
BACK: Final = timedelta(days=40)
AUTO: Final = "script"
AS_RECOMMENDED: Final = "as you recommend"
IDENTICAL: Final = "identical"


class Summary(Struct, frozen=True, kw_only=True):
    """What `--json` prints. `artefacts` are paths relative to the data folder."""

    case: str
    facts: int
    effects: int
    duplicate_effects: int
    chain: str
    replay: str
    artefacts: tuple[str, ...]


def examples_folder() -> Path:
    """The example files: beside the packages in a checkout, under the prefix in an image."""
    places = (Path(__file__).parents[2] / "examples", Path(sys.prefix) / "examples")
    for place in places:
        if (place / "lead.eml").is_file():
            return place
    raise SettingsInvalid(*texts.DEMO_NO_EXAMPLES.put())


def prepared(folder: Folder) -> None:
    """Make the demo's company where there is none. Raises `SettingsInvalid` in somebody's own:
    the story would take numbers of real invoices."""
    if not folder.company.exists():
        write_company(folder.root, defaults())
    elif load_company(folder.company).id != defaults().id:
        raise SettingsInvalid(*texts.DEMO_OWN_COMPANY.put(folder=folder.root))


def customer_of(app: App, script: Script) -> Customer:
    """The customer who reads what this folder sends."""
    return Customer(
        script,
        examples=examples_folder(),
        outbox=app.folder.outbox,
        invoices=app.folder.invoices,
    )


class Earlier:
    """The system's clock, some weeks back: the earlier deal really happened then."""

    def now(self) -> datetime:
        return datetime.now(UTC) - BACK

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def remembered(settings: Settings, out: Console) -> None:
    """One deal of some weeks ago, so that there is something to remember; once a folder."""
    async with open_app(settings, clock=Earlier()) as app:
        if any(case.closed for case in await app.views.all(Case)):
            return
        put(out, Reply(hints=(texts.DEMO_EARLIER.format(days=BACK.days),)))
        await played(app, Console(file=StringIO()), BEN)


async def demonstrated(app: App, out: Console, *, scripted: bool) -> Summary:
    """The whole story, with or without a person, and what it left behind."""
    put(out, Reply(title=texts.DEMO_START.format(folder=app.folder.root)))
    if scripted:
        await played(app, out)
    else:
        put(out, Reply(hints=(texts.DEMO_HOW,)))
        await interactive(app, out)
    summary = await summed_up(app)
    await told(app, out, summary)
    return summary


async def played(app: App, out: Console, script: Script = ADA) -> None:
    """A whole story without a person."""
    async with at_work(app, "coo demo") as works:
        office = LiveOffice(app, Stepping(works), operator=app.company.operator.name, channel=AUTO)
        await Story(app, office, out, script).run()


async def interactive(app: App, out: Console) -> None:
    """The story with a person at the console, who may also do something else than expected."""
    async with hosting(app, "coo demo") as host:
        await host.ready()
        office = LiveOffice(app, host, operator=app.company.operator.name, channel="console")
        zone = app.clock.now().astimezone().tzinfo
        chat = ConsoleChat(office, TerminalLines(), out, zone, app.folder.pictures)
        talking = asyncio.create_task(chat.run())
        ending = asyncio.create_task(_until_closed(app, host))
        await asyncio.wait({talking, ending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (talking, ending):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _until_closed(app: App, host: Host) -> None:
    """Play the customer until every case is closed."""
    customer = customer_of(app, ADA)
    while not await _all_closed(app):
        for incoming in list(customer.so_far()):
            await take(app, incoming)
        await app.clock.sleep(LOOK_S)
    await host.settle(SETTLE_S)
    await app.clock.sleep(LOOK_S * 2)


async def _all_closed(app: App) -> bool:
    cases = await app.views.all(Case)
    return len(cases) > 1 and all(case.closed for case in cases)


class Story:
    """Each round: what arrives, what Coo makes of it, and what the operator decides."""

    def __init__(self, app: App, office: LiveOffice, out: Console, script: Script) -> None:
        self._app, self._office, self._out = app, office, out
        self._customer = customer_of(app, script)
        self._told = 0
        self._announcer = Announcer(app.views, app.ledger, me="", channel="")

    async def run(self) -> None:
        """Until nobody has anything left to say. What was told before a restart stays told."""
        self._told = await self._office.head()
        await self._office.settle(SETTLE_S)  # what a restart finds half done comes first
        for _ in range(MOST_ROUNDS):
            before = await self._office.head()
            for incoming in list(self._customer.so_far()):
                await take(self._app, incoming)
            await self._office.settle(SETTLE_S)
            await self._tell()
            await self._decide()
            if await self._office.head() == before:
                return

    async def _decide(self) -> None:
        """Approve every card, and take the first answer to every question."""
        pending = await self._app.views.find(Approval, f"status:{ApprovalStatus.PENDING}")
        for approval in pending:
            self._say(f"› approve {approval.number}")
            await self._office.tap(approval.id, Verb.APPROVE, approval.sha256)
        asked = await self._app.views.find(Question, "status:open")
        for question in asked:
            choice = question.options[0].id if question.options else ""
            self._say(f"› {question.number} {choice or AS_RECOMMENDED}")
            await self._office.answer(question.id, choice, "" if choice else AS_RECOMMENDED)

    async def _tell(self) -> None:
        facts = await self._office.news(self._told, 0)
        self._told = facts[-1].seq if facts else self._told
        for reply in await self._announcer.announce(facts, self._app.clock.now()):
            put(self._out, reply)

    def _say(self, line: str) -> None:
        put(self._out, Reply(lines=(line,)))


async def take(app: App, incoming: Incoming) -> bool:
    """Hand one arrival to intake; whether it was new."""
    if incoming.name.endswith(".eml"):
        return (await app.intake.mail(incoming.data, incoming.name)).new
    taken = await app.intake.payments(incoming.name, incoming.data)
    return any(one.new for one in taken)


async def summed_up(app: App) -> Summary:
    """What came of it, counted from the ledger and from what lies on disk."""
    facts = [fact async for fact in app.ledger.facts()]
    cases = await app.views.all(Case)
    return Summary(
        case=cases[-1].id if cases else "",
        facts=len(facts),
        effects=sum(isinstance(fact.event, ActionSucceeded) for fact in facts),
        duplicate_effects=doubled(app, facts),
        chain=await chain_state(app),
        replay=await replay_state(app),
        artefacts=tuple(_artefacts(app)),
    )


async def chain_state(app: App) -> str:
    """`ok`, or what is wrong with the first bad row."""
    try:
        await app.ledger.verify()
    except ChainBroken as broken:
        return broken.cause
    return "ok"


async def replay_state(app: App) -> str:
    """`identical`, or the first difference: of a case run again, or of the read tables."""
    for case in await app.views.all(Case):
        report = await app.replayer.replay(case.id)
        if not report.identical:
            return f"{case.id}: {report.first_difference}"
    fold = await refold(app.ledger)
    return IDENTICAL if fold.identical else fold.difference


def doubled(app: App, facts: Sequence[Fact]) -> int:
    """Actions with two receipts, two mails on disk or two numbers for the same part of a
    deal."""
    succeeded = [fact.event.action for fact in facts if isinstance(fact.event, ActionSucceeded)]
    issued = [
        invoice_key(fact.event.proposal, fact.event.version, fact.event.part)
        for fact in facts
        if isinstance(fact.event, InvoiceIssued)
    ]
    return sum(len(what) - len(set(what)) for what in (succeeded, issued, _mailed(app)))


def _mailed(app: App) -> list[str]:
    """The action behind each mail in the outgoing maildir."""
    boxes = (app.folder.outbox / "new", app.folder.outbox / "cur")
    files = [path for box in boxes if box.is_dir() for path in box.iterdir()]
    return [str(BytesHeaderParser().parsebytes(path.read_bytes())[ACTION_HEADER]) for path in files]


def _artefacts(app: App) -> Iterator[str]:
    for folder in (app.folder.outbox / "new", app.folder.outbox / "cur", app.folder.invoices):
        for path in sorted(folder.glob("*")):
            yield str(path.relative_to(app.folder.root))


async def told(app: App, out: Console, summary: Summary) -> None:
    """The story of the case, and the proof: chain, replay, artefacts."""
    if summary.case:
        case = await app.views.get(Case, summary.case)
        trail = await read_trail(app.ledger, summary.case)
        title = texts.DEMO_STORY.format(case=case.title if case else summary.case)
        number = str(case.number) if case else summary.case
        put(out, audit_reply(trail, title, number, app.clock.now()))
    lines = [
        texts.DEMO_CHAIN.format(facts=summary.facts, chain=summary.chain),
        texts.DEMO_REPLAY.format(replay=summary.replay),
        texts.DEMO_EFFECTS.format(effects=summary.effects, doubled=summary.duplicate_effects),
        texts.DEMO_ARTEFACTS.format(folder=app.folder.root),
        *(f"  {name}" for name in summary.artefacts),
    ]
    hint = texts.DEMO_HINT.format(folder=app.folder.root)
    put(out, Reply(title=texts.DEMO_PROOF, lines=tuple(lines), hints=(hint,)))
