"""The diary of a scenario: what came, what Coo made of it, and what the operator did."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

from rich.console import Console

from bot import texts
from bot.app import App
from bot.channel import CardKind, Reply
from bot.console.render import put
from bot.demo.script import Step
from bot.notices.announcer import Announcer
from bot.wording.untrusted import one_line
from ledger.domain.events import HeadAnchored

LONGEST = 88


class Diary:
    """Writes to a console, a line a thing; `quiet` writes nothing."""

    def __init__(self, out: Console, zone: ZoneInfo, *, quiet: bool = False) -> None:
        self._out, self._zone, self._quiet = out, zone, quiet
        self._app: App | None = None
        self._announcer: Announcer | None = None
        self._seen = 0
        self._day = ""

    async def begin(self, app: App) -> None:
        """What was told before a restart stays told."""
        self._app = app
        self._announcer = Announcer(app.views, app.ledger, me="", channel="")
        self._seen = (await app.ledger.head()).seq

    def mail(self, step: Step, raw: bytes) -> None:
        """A mail comes in."""
        mail = message_from_bytes(raw, policy=policy.default)
        try:
            sender, subject = str(mail["From"] or "?"), str(mail["Subject"] or "?")
        except (LookupError, ValueError):  # a broken mail has no readable head
            sender, subject = "?", "?"
        words = texts.DEMO_MONTH_MAIL.format(
            sender=one_line(sender, 50), subject=one_line(subject, 50)
        )
        self._line(step.at, words)

    def own(self, step: Step, raw: bytes) -> None:
        """A mail of the operator's own, from their Sent folder."""
        mail = message_from_bytes(raw, policy=policy.default)
        words = texts.DEMO_MONTH_OWN.format(to=one_line(str(mail["To"]), 50))
        self._line(step.at, words)

    def statement(self, step: Step, name: str) -> None:
        """A file of the bank, or a delivery of Stripe."""
        self._line(step.at, texts.DEMO_MONTH_FILE.format(name=name))

    def typed(self, step: Step, line: str) -> None:
        """The operator types."""
        self._line(step.at, texts.DEMO_MONTH_TYPED.format(line=one_line(line, LONGEST)))

    def answered(self, reply: Reply) -> None:
        """The first line of the answer."""
        for line in reply.lines[:1]:
            self._say(f"            {one_line(line, LONGEST)}")

    async def told(self) -> None:
        """What Coo said of its own accord since: a card by its title, else the words."""
        if self._quiet or self._app is None or self._announcer is None:
            return
        news = [fact async for fact in self._app.ledger.facts(self._seen)]
        if not news:
            return
        self._seen = news[-1].seq
        moment = self._app.clock.now().astimezone(self._zone)
        for fact in news:
            if isinstance(fact.event, HeadAnchored):
                continue
            for reply in await self._announcer.announce([fact], moment):
                self._reply(fact.at, reply)

    def _reply(self, at: datetime, reply: Reply) -> None:
        for card in reply.cards:
            number = f"{card.number} · " if card.number else ""
            asked = card.rows[0].lines[0] if card.kind is CardKind.QUESTION and card.rows else ""
            words = f"{number}{asked or card.title}"
            self._line(at, texts.DEMO_MONTH_CARD.format(card=one_line(words, LONGEST)))
            for button in card.buttons if asked else ():
                self._say(f"            [{button.typed}] {one_line(button.label, LONGEST)}")
        for line in reply.lines:
            self._line(at, texts.DEMO_MONTH_COO.format(line=one_line(line, LONGEST)))

    def _line(self, at: datetime, words: str) -> None:
        local = at.astimezone(self._zone)
        day = f"{local:%A, %d %B}"
        if day != self._day:
            self._day = day
            self._say("")
            put_title(self._out, day, quiet=self._quiet)
        self._say(f"  {local:%H:%M}  {words}")

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._out.print(line, markup=False, highlight=False, soft_wrap=True)


def put_title(out: Console, title: str, *, quiet: bool) -> None:
    """A heading of the diary."""
    if not quiet:
        put(out, Reply(title=title))
