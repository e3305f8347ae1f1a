"""A company in rehearsal: the real application over a sandbox, with every bad thing at hand.

Relay, router, planner, dispatcher and memory are the real ones; the world is the sandbox, which
outlives every death of the process. A death is `Died`, raised at a failpoint: from then on the
dead process writes nothing and reaches nobody, and the folder is opened again.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from bot.app import App, Reach, Works, at_work, open_app
from bot.channel import Verb
from bot.company.init import write_company
from bot.company.text import defaults
from bot.office.live import LiveOffice
from bot.settings import Settings
from bot.work.hosting import Stepping
from connectors.base import Capability, Order
from connectors.sandbox import BlobsInMemory, Reply, Sandbox
from ledger.attempts import Attempts, attempt_key
from ledger.domain.commands import command_sha, with_edits
from ledger.domain.entities import Action, Approval, Case, Contact, Invoice, Question
from ledger.domain.facts import Fact
from ledger.domain.failpoints import Moment
from ledger.tables import CURSORS, VIEWS
from ledger.wakeups import InProcessWakeups, Wakeup

T = TypeVar("T")

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CUSTOMERS = (
    "Ada Example <ada@example.com>",
    "Ben Muster <ben@example.org>",
    "Cleo Modelo <cleo@example.net>",
)
FIRST_MAILS = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n",
    "Hello Nora,\n\nwe need a logo design. What would that cost?\n",
)
ANSWERS = {
    "accept": "We accept your offer, please go ahead.\n",
    "counter": "Could you do it for 5% less? Then we have a deal.\n",
    "decline": "Thank you, but we decided for somebody else.\n",
    "chat": "Thanks! One more thing: does it snow where you live?\n",
}
MOST_DEATHS = 25
LOSSES = ("cursors", "views", "everything")


class Died(BaseException):
    """The process is gone: no handler of an ordinary error may catch this."""


class Fate:
    """Kills the process at the n-th failpoint from now, and keeps it dead until it is revived."""

    def __init__(self) -> None:
        self.dead = False
        self.deaths = 0
        self._left = 0
        self._at: Moment | None = None

    def strikes_in(self, moments: int) -> None:
        self._left = moments

    def strikes_at(self, moment: Moment) -> None:
        self._at = moment

    def spares(self) -> None:
        self._left, self._at = 0, None

    def revives(self) -> None:
        self.dead = False

    def reached(self, moment: Moment) -> None:
        """A failpoint, in whatever thread."""
        if self.dead:
            raise Died
        counted = self._left > 0
        self._left -= bool(self._left)
        if moment is self._at or (counted and not self._left):
            self.spares()
            self.dead = True
            self.deaths += 1
            raise Died


class TestClock:
    """Time stands still until somebody moves it, in either direction; sleeping moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Witness(Sandbox):
    """The sandbox, which notes for every call whether its try was on disk before."""

    def __init__(self, ledger: Path, clock: TestClock, fate: Fate) -> None:
        super().__init__(clock=clock, blobs=BlobsInMemory())
        self.undurable: list[str] = []
        self._ledger = ledger
        self._fate = fate

    async def call(self, provider: str, order: Order, *, keyed: bool) -> Reply:
        if self._fate.dead:
            raise Died
        if not self._on_disk(attempt_key(order.key, order.n)):
            self.undurable.append(order.key)
        return await super().call(provider, order, keyed=keyed)

    def _on_disk(self, key: str) -> bool:
        with closing(sqlite3.connect(f"file:{self._ledger}?mode=ro", uri=True)) as connection:
            query = "SELECT count(*) FROM facts WHERE fact_key = ?"
            return bool(connection.execute(query, (key,)).fetchone()[0])


class AnyOrder(InProcessWakeups):
    """Wakes in any order. Within a subscriber and a case the order stays: cursors see to it."""

    def __init__(self, lots: random.Random) -> None:
        super().__init__()
        self._lots = lots

    def take(self) -> Wakeup | None:
        waiting = list(self._waiting)
        self._lots.shuffle(waiting)
        self._waiting = dict.fromkeys(waiting)
        return super().take()


class Rehearsal:
    """Opens the company, does things to it, and starts it again whenever it has died."""

    def __init__(self, folder: Path, *, mail: Capability = Capability.KEYED, seed: int = 0) -> None:
        self.folder = folder
        self.lots = random.Random(seed)
        self.clock = TestClock()
        self.fate = Fate()
        self.world = Witness(folder / "ledger.db", self.clock, self.fate)
        self.mail = mail
        self.taken: list[tuple[str, bytes]] = []
        self.late: list[tuple[str, bytes]] = []
        self._stack = AsyncExitStack()
        self._app: App | None = None
        self._works: Works | None = None
        self._count = 0

    # --- life and death --------------------------------------------------------------------------

    async def begin(self) -> None:
        write_company(self.folder, defaults(), force=True)
        await self._survive(self._nothing)

    async def end(self) -> None:
        self.fate.spares()
        await self._closed()

    async def restart(self, lose: str = "") -> None:
        """Close the folder, lose something disposable of it, and open it again."""
        await self._closed()
        self._lose(lose)
        await self._survive(self._nothing)

    async def _survive(self, step: Callable[[], Awaitable[T]]) -> T | None:
        """Do it; where the process dies of it, start again and react to what is there.

        Who did it is told nothing of how it went, as in life: the result is then None.
        """
        tried = step
        for _ in range(MOST_DEATHS):
            try:
                await self._opened()
                return await tried()
            except BaseException:
                if not self.fate.dead:
                    raise
            await self._closed()
            self.fate.revives()
            tried = self._recovered
        raise AssertionError(f"still dying after {MOST_DEATHS} deaths")

    async def _recovered(self) -> None:
        await self._settled()

    async def _nothing(self) -> None:
        """Opening is all."""

    async def _opened(self) -> None:
        if self._app is not None:
            return
        app = await self._stack.enter_async_context(
            open_app(
                Settings(data=self.folder),
                clock=self.clock,
                failpoints=self.fate,
                chance=self.lots.randbytes,
            )
        )
        reach = Reach(
            connectors=(self._mailbox(), self.world.invoices),
            attempts=Attempts(app.ledger, app.company),
        )
        works = await self._stack.enter_async_context(at_work(app, "rehearsal", reach=reach))
        works.relay._wakeups = AnyOrder(self.lots)
        self._app, self._works = app, works

    def _mailbox(self) -> Any:
        match self.mail:
            case Capability.KEYED:
                return self.world.mail
            case Capability.READ_BACK:
                return self.world.readable_mail
            case Capability.NEITHER:
                return self.world.keyless_mail

    async def _closed(self) -> None:
        self._app = self._works = None
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    def _lose(self, what: str) -> None:
        tables = {"cursors": (CURSORS,), "views": VIEWS, "everything": (CURSORS, *VIEWS)}
        if what == "everything":
            for name in ("checkpoints.db", "memory.db"):
                for path in self.folder.glob(f"{name}*"):
                    path.unlink()
        if what:
            with closing(sqlite3.connect(self.folder / "ledger.db")) as connection:
                for table in tables[what]:
                    connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - names of ours
                connection.commit()

    # --- what there is ---------------------------------------------------------------------------

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app

    @property
    def office(self) -> LiveOffice:
        assert self._works is not None
        return LiveOffice(self.app, Stepping(self._works), operator="Nora Lindt", channel="console")

    async def all(self, kind: type[T]) -> Sequence[T]:
        return await self.app.views.all(kind)

    async def facts(self) -> list[Fact]:
        return [fact async for fact in self.app.ledger.facts()]

    # --- what happens ----------------------------------------------------------------------------

    async def settle(self) -> None:
        """Alarms ring, and everything that follows happens."""
        await self._survive(self._settled)

    async def _settled(self) -> None:
        assert self._works is not None
        await self._works.alarms.ring_due()
        await self._works.relay.run_until_idle()

    async def arrives(self, name: str, data: bytes, *, late: bool = False) -> None:
        """A mail or a payment comes in, now or when `straggles` says so."""
        if late:
            self.late.append((name, data))
            return
        self.taken.append((name, data))
        await self._survive(lambda: self._take(name, data))

    async def straggles(self, which: int) -> None:
        """Something that was held up on its way arrives."""
        if self.late:
            await self.arrives(*self.late.pop(which % len(self.late)))

    async def repeats(self, which: int) -> None:
        """Something that came before comes once more, byte for byte."""
        if self.taken:
            name, data = self.taken[which % len(self.taken)]
            await self._survive(lambda: self._take(name, data))

    async def _take(self, name: str, data: bytes) -> None:
        if name.endswith(".eml"):
            await self.app.intake.mail(data, name)
        else:
            await self.app.intake.payments(name, data)

    async def lead(self, customer: int, *, late: bool = False) -> None:
        """A customer writes for the first time, or once more."""
        sender = CUSTOMERS[customer % len(CUSTOMERS)]
        text = FIRST_MAILS[customer % len(FIRST_MAILS)]
        await self.arrives("lead.eml", self._mail(sender, "A request", text), late=late)

    async def answers(self, which: int, kind: str, *, late: bool = False) -> None:
        """Whoever got a mail answers it."""
        sent = [effect for effect in self.world.effects if "mail" in effect.provider]
        if not sent:
            return
        action = await self.app.views.get(Action, sent[which % len(sent)].key)
        case = await self.app.views.get(Case, action.case) if action else None
        contact = await self.app.views.get(Contact, case.contact) if case else None
        if action is None or contact is None:
            return
        data = self._mail(contact.address, "Re: your mail", ANSWERS[kind], action.message_id)
        await self.arrives("answer.eml", data, late=late)

    async def pays(self, which: int, part: int, *, late: bool = False) -> None:
        """A transfer for an invoice: `part` percent of it."""
        invoices = await self.all(Invoice)
        if not invoices:
            return
        invoice = invoices[which % len(invoices)]
        minor = invoice.total.minor * part // 100
        self._count += 1
        amount = f"{minor // 100}.{minor % 100:02d}"
        data = (
            f'{{"id": "B-{self._count}", "amount": "{amount}", "currency": "EUR", '
            f'"date": "{self.clock.now().date()}", "payer": "Ada Example", '
            f'"reference": "Invoice {invoice.number}"}}'
        )
        await self.arrives("payments.json", data.encode(), late=late)

    def _mail(self, sender: str, subject: str, text: str, answers: str = "") -> bytes:
        self._count += 1
        message = EmailMessage(policy.SMTP)
        message["From"] = sender
        message["To"] = "hello@studio-nord.example"
        message["Subject"] = subject
        message["Message-ID"] = f"<mail-{self._count}@mail.example.com>"
        message["Date"] = self.clock.now()
        if answers:
            message["In-Reply-To"] = f"<{answers}>"
        message.set_content(text)
        return message.as_bytes()

    # --- what the operator does ------------------------------------------------------------------

    async def taps(self, approval: Approval, verb: Verb, *, forged: bool = False) -> str | None:
        """A button of a card; `forged`: the person saw other bytes. The id of the tap."""
        sha = hashlib.sha256(b"other bytes").hexdigest() if forged else approval.sha256
        text = {Verb.REJECT: "not like this", Verb.INSTRUCT: "10% discount"}.get(verb, "")
        return await self._survive(lambda: self.office.tap(approval.id, verb, sha, text))

    async def edits(self, approval: Approval, text: str, *, forged: bool = False) -> str | None:
        """The card's text is edited and approved as its preview showed it."""
        action = await self.app.views.get(Action, approval.action)
        if action is None or action.command is None or not action.command.editable:
            return None
        changed = {action.command.editable[-1]: text}
        sha = command_sha(with_edits(action.command, changed))
        sha = approval.sha256 if forged else sha
        return await self._survive(
            lambda: self.office.tap(approval.id, Verb.EDIT, sha, "", changed)
        )

    async def says_to(self, question: Question, choice: int) -> None:
        """A question is answered with one of its options, or in words."""
        picked = question.options[choice % len(question.options)].id if question.options else ""
        words = "" if picked else "as you recommend"
        await self._survive(lambda: self.office.answer(question.id, picked, words))

    async def stops(self) -> None:
        await self._survive(lambda: self.office.stop("all"))

    async def resumes(self) -> None:
        await self._survive(lambda: self.office.resume("all"))

    async def retries(self, target: str) -> None:
        await self._survive(lambda: self.office.retry(target))
