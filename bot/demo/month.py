"""`coo demo --scenario month`: a whole month of a company, through the doors a real one has.

Mail comes to lie in the inbox, statements are handed in, Stripe delivers signed events, and the
operator types and taps. Time is injected, so a month passes in seconds; nothing else differs from
a company at work. The process may be killed at any moment: started again, it goes through the
script from its beginning, every door says what it has already, and the first new thing is where
the month goes on.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final, assert_never
from zoneinfo import ZoneInfo

from starlette.requests import Request

from bot import texts
from bot.app import App, Works, at_work, open_app
from bot.company.file import load_company
from bot.demo.clockwork import ScriptedClock
from bot.demo.counting import Summary, counted, newest
from bot.demo.diary import Diary
from bot.demo.letters import letter, with_attachments
from bot.demo.operator import Turn, unique
from bot.demo.outside import Outside
from bot.demo.script import (
    MAILS,
    Answered,
    ArrivingMail,
    Decided,
    Delivery,
    Round,
    Script,
    ScriptInvalid,
    Statement,
    Step,
    Typed,
    moment_of,
    read_script,
)
from bot.demo.speech import spoken
from bot.folder import Folder
from bot.office.live import said_key
from bot.setting_values import Secret
from bot.settings import Settings
from bot.stripe_settings import STRIPE_API, StripeSettings
from bot.web.stripe import HEADER, StripeDoor
from bot.work.hosting import Stepping
from connectors.mail.inbox import MaildirIn
from ledger.domain.entities import Alarm
from ledger.domain.errors import CooError, SettingsInvalid

PLACE: Final = "month"
SECRET: Final = "whsec_of_the_month"  # noqa: S105 - of an invented account
SENT: Final = "sent"
"""The folder of the operator's own mails: only what lies there is their word."""

HTTP_OK: Final = 200


def month_folder(examples: Path) -> Path:
    """Where the script lies."""
    return examples / PLACE


def prepared(folder: Folder, scenario: Path) -> ZoneInfo:
    """Put the company of the scenario into the folder; its time zone.

    Raises `SettingsInvalid` in somebody's own: the month would take numbers of real invoices.
    """
    theirs = (scenario / folder.company.name).read_bytes()
    if not folder.company.exists():
        folder.root.mkdir(parents=True, exist_ok=True)
        _put(folder.company, theirs)
    elif load_company(folder.company).id != load_company(scenario / folder.company.name).id:
        raise SettingsInvalid(*texts.DEMO_OWN_COMPANY.put(folder=folder.root))
    return ZoneInfo(load_company(folder.company).time_zone)


async def played(settings: Settings, examples: Path, zone: ZoneInfo, diary: Diary) -> Summary:
    """Play the month to its end, or what a killed process left of it, and count."""
    script = read_script(month_folder(examples), zone)
    clock = ScriptedClock(script.opens)
    started = time.monotonic()
    async with open_app(settings, clock=clock) as app:
        head = await app.ledger.head()
        if head.seq:
            clock.reach((await newest(app)).at)
        async with at_work(app, "coo demo") as works:
            await Month(app, works, script, clock, diary).play()
        return await counted(app, time.monotonic() - started)


class Month:
    """Plays one step after the other; between two of them the alarms of that time ring."""

    def __init__(
        self, app: App, works: Works, script: Script, clock: ScriptedClock, diary: Diary
    ) -> None:
        self._app, self._works, self._script, self._clock = app, works, script, clock
        self._diary = diary
        self._stepping = Stepping(works)
        self._outside = Outside(app.folder.outbox, app.folder.invoices)
        self._inbox = MaildirIn(app.folder.inbox)
        self._server = app.company.receiving.authserv_id if app.company.receiving else ""
        self._lying = {name for name, _ in self._inbox.messages()}
        self._door = StripeDoor(
            StripeSettings(secret=Secret(SECRET), api=STRIPE_API), app.intake, clock
        )

    async def play(self) -> None:
        """The whole month. Raises `ScriptInvalid` where it goes otherwise than it was written."""
        self._again = await self._interrupted()
        await self._diary.begin(self._app)
        for step in self._script.steps:
            await self._until(step.at)
            await self._one(step)
            await self._works.relay.run_until_idle()
            await self._diary.told()
        await self._until(self._script.ends)
        await self._diary.told()

    async def _one(self, step: Step) -> None:
        try:
            await self._step(step)
        except CooError as error:
            where = texts.DEMO_MONTH_AT_STEP.format(step=step.n, at=f"{step.at:%d %H:%M}")
            raise ScriptInvalid(f"{where} {error.cause}", error.remedy) from error

    async def _step(self, step: Step) -> None:
        does = step.does
        match does:
            case ArrivingMail():
                await self._mail(step, does)
            case Statement():
                await self._statement(step, does)
            case Delivery():
                await self._stripe(step, does)
            case Typed() | Decided() | Answered() | Round():
                await self._operator(step, does)
            case _:
                assert_never(does)

    async def _until(self, moment: datetime) -> None:
        """Let time pass: each alarm rings at its own time, and what follows from it happens."""
        tried: set[str] = set()
        await self._works.relay.run_until_idle()
        while due := await self._next(moment, tried):
            tried.add(due.id)
            await self._diary.told()
            self._clock.reach(due.due)
            await self._works.alarms.ring_due()
            await self._works.relay.run_until_idle()
        self._clock.reach(moment)
        await self._works.anchoring.look()
        await self._diary.told()

    async def _next(self, moment: datetime, tried: set[str]) -> Alarm | None:
        waiting = await self._app.views.find(Alarm, "waiting")
        due = [one for one in waiting if one.due <= moment and one.id not in tried]
        return min(due, key=lambda one: (one.due, one.id), default=None)

    async def _mail(self, step: Step, does: ArrivingMail) -> None:
        raw = self._written(step, does)
        name = f"{step.n:03}-{Path(does.file).stem}.eml"
        known = await self._app.ledger.by_key(f"mail:{hashlib.sha256(raw).hexdigest()}")
        if known is not None and name not in self._lying and not does.sent:
            return
        if does.folder == SENT:
            self._diary.own(step, raw)
            await self._app.intake.own_mail(raw)
            return
        path = self._app.folder.inbox / "new" / name
        _put(path, raw)
        self._diary.mail(step, raw)
        await self._app.intake.file(path)
        self._inbox.done(name)

    def _written(self, step: Step, does: ArrivingMail) -> bytes:
        path = self._script.folder / MAILS / does.file
        if path.suffix != ".eml":
            return path.read_bytes()
        address, _, n = does.answers.partition(" ")
        answered = self._outside.mail(address, int(n or 1)) if address else None
        raw = letter(
            does.file,
            self._outside.filled(path.read_text(encoding="utf-8")),
            to=self._app.company.email,
            sent=moment_of(does.sent, step) if does.sent else step.at,
            answers=answered,
            server=self._server if does.folder != SENT else "",
        )
        return with_attachments(raw, [self._script.folder / one for one in does.attach])

    async def _statement(self, step: Step, does: Statement) -> None:
        """Handing the same statement in again adds nothing."""
        text = (self._script.folder / "statements" / does.file).read_text(encoding="utf-8")
        path = self._app.folder.root / "statements" / f"{step.n:03}-{does.file}"
        _put(path, self._outside.filled(text).encode())
        self._diary.statement(step, does.file)
        await self._app.intake.file(path)

    async def _stripe(self, step: Step, does: Delivery) -> None:
        """Delivering the same event again adds nothing."""
        text = (self._script.folder / "stripe" / does.file).read_text(encoding="utf-8")
        created = str(int(step.at.timestamp()))
        filled = self._outside.filled(text.replace("{created}", created))
        self._diary.statement(step, does.file)
        answer = await self._door.receive(signed(filled.encode(), self._clock.now()))
        if answer.status_code != HTTP_OK:
            said = bytes(answer.body).decode()
            raise ScriptInvalid(*texts.DEMO_MONTH_REFUSED.put(line=does.file, said=said))

    async def _operator(self, step: Step, does: Typed | Decided | Answered | Round) -> None:
        known = await self._app.ledger.by_key(said_key(unique(step), 0))
        if known is not None and step.n != self._again:
            return
        turn = Turn(self._app, self._stepping, step, self._diary)
        match does:
            case Typed():
                await self._typed(turn, does, again=known is not None)
            case Decided() if known is None:
                await turn.decide(does)
            case Answered() if known is None:
                await turn.answer(does)
            case Round():
                await turn.round(does)
            case Decided() | Answered():
                pass
            case _:
                assert_never(does)

    async def _interrupted(self) -> int:
        """The last step at which something was said: it may have been only half of it."""
        found = 0
        for step in self._script.steps:
            if isinstance(step.does, Typed) and await self._app.ledger.by_key(
                said_key(unique(step), 0)
            ):
                found = step.n
        return found

    async def _typed(self, turn: Turn, does: Typed, *, again: bool) -> None:
        """Type a line, with the handles that Coo shows. What was typed before a crash, and has
        taken effect, may not be there to be named any more."""
        try:
            line = await spoken(self._app, self._script, self._outside, does.line)
        except ScriptInvalid:
            if again:
                return
            raise
        await turn.type(line, again=again)


def signed(raw: bytes, now: datetime) -> Request:
    """A delivery of Stripe with its signature, as the web server hands it over."""
    moment = int(now.timestamp())
    digest = hmac.new(SECRET.encode(), f"{moment}.".encode() + raw, hashlib.sha256).hexdigest()
    header = f"t={moment},v1={digest}".encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/stripe", "query_string": b"",
             "headers": [(HEADER.lower().encode(), header)]}  # fmt: skip
    return Request(scope, receive)


def _put(path: Path, data: bytes) -> None:
    """Write a file whole, or not at all: the process may be killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.parent.parent / "tmp" / path.name if path.parent.name == "new" else None
    half = half or path.with_name(f".{path.name}")
    half.write_bytes(data)
    half.replace(path)
