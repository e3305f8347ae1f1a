"""A whole company in a temporary folder: the real application, with time in the test's hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from bot.app import App, Works, at_work, open_app
from bot.channel import Reply, Verb
from bot.commands import Commands, Session
from bot.company.init import write_company
from bot.company.text import defaults
from bot.console.render import plain
from bot.intake import Taken
from bot.mail_settings import Mailing
from bot.notices.announcer import Announcer
from bot.office.live import LiveOffice
from bot.settings import ModelEndpoint, Settings
from bot.work.hosting import Stepping
from ledger.domain.company import Company
from ledger.domain.entities import Approval, Case, Invoice, Question
from ledger.domain.events import Event
from ledger.domain.facts import Fact

E = TypeVar("E", bound=Event)

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADA = "Ada Example <ada@example.com>"
LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


class TestClock:
    """Time stands still until the test moves it; sleeping moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def forward(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


@dataclass
class Business:
    """One company at work, and what a test does to it and sees of it."""

    app: App
    works: Works
    clock: TestClock
    office: LiveOffice
    commands: Commands
    _count: itertools.count[int] = field(default_factory=itertools.count)
    _heard: int = 0
    _announcer: Announcer | None = None

    # --- what comes in ---------------------------------------------------------------------------

    async def mail(
        self,
        text: str,
        *,
        sender: str = ADA,
        subject: str = "A new website",
        answers: EmailMessage | None = None,
        headers: dict[str, str] | None = None,
    ) -> Taken:
        """A mail comes in, in the thread of `answers` where given, and Coo reacts to it."""
        message = EmailMessage(policy.SMTP)
        message["From"] = sender
        message["To"] = "hello@studio-nord.example"
        message["Subject"] = f"Re: {answers['Subject']}" if answers else subject
        message["Message-ID"] = f"<mail-{next(self._count)}@mail.example.com>"
        message["Date"] = self.clock.now()
        if answers:
            message["In-Reply-To"] = answers["Message-ID"]
            message["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        return await self.raw(message.as_bytes())

    async def raw(self, data: bytes) -> Taken:
        """The bytes of a mail come in, and Coo reacts."""
        self.clock.forward(minutes=5)
        taken = await self.app.intake.mail(data, "test.eml")
        await self.settle()
        return taken

    async def payment(self, payload: bytes, name: str = "payments.json") -> list[Taken]:
        """A file of payments comes in, and Coo reacts."""
        taken = await self.app.intake.payments(name, payload)
        await self.settle()
        return taken

    async def pays(
        self, amount: str, *, reference: str, currency: str = "EUR", bank_id: str = "B-1"
    ) -> list[Taken]:
        """A transfer arrives."""
        return await self.payment(
            f'{{"id": "{bank_id}", "amount": "{amount}", "currency": "{currency}", '
            f'"date": "2026-11-27", "payer": "Ada Example", "reference": "{reference}"}}'.encode()
        )

    async def settle(self) -> None:
        """Everything that follows happens; alarms that are due ring first."""
        await self.works.alarms.ring_due()
        await self.works.relay.run_until_idle()

    # --- what the operator does ------------------------------------------------------------------

    async def says(self, line: str) -> str:
        """The operator types a line; the answer as text. What follows from it happens."""
        reply: Reply = await self.commands.answer(line)
        await self.settle()
        return flat(plain(reply))

    async def hears(self) -> str:
        """What Coo told the operator of its own accord since the last time this was asked."""
        self._announcer = self._announcer or Announcer(
            self.app.views, self.app.ledger, me="Nora Lindt", channel="console"
        )
        news = [fact async for fact in self.app.ledger.facts(self._heard)]
        self._heard = news[-1].seq if news else self._heard
        told = await self._announcer.announce(news, self.clock.now())
        return "\n".join(flat(plain(reply)) for reply in told)

    async def approves(self, approval: Approval | None = None) -> Approval:
        """The operator approves the given card, or the only one there is."""
        card = approval or (await self.only_card())
        await self.office.tap(card.id, Verb.APPROVE, card.sha256)
        await self.settle()
        return card

    # --- what there is to see --------------------------------------------------------------------

    async def cards(self) -> Sequence[Approval]:
        """The cards that wait for a decision."""
        return await self.app.views.find(Approval, "status:pending")

    async def only_card(self) -> Approval:
        """The one card that waits."""
        cards = await self.cards()
        assert len(cards) == 1, [card.title for card in cards]
        return cards[0]

    async def questions(self) -> Sequence[Question]:
        """The questions that wait for an answer."""
        return await self.app.views.find(Question, "status:open")

    async def only_question(self) -> Question:
        """The one question that waits."""
        questions = await self.questions()
        assert len(questions) == 1, [question.text for question in questions]
        return questions[0]

    async def case(self) -> Case:
        """The one case there is."""
        cases = await self.app.views.all(Case)
        assert len(cases) == 1, [case.title for case in cases]
        return cases[0]

    async def invoices(self) -> Sequence[Invoice]:
        """All invoices."""
        return await self.app.views.all(Invoice)

    def sent(self) -> list[EmailMessage]:
        """The mails that left, in the order of their threads."""
        boxes = [self.app.folder.outbox / name for name in ("new", "cur")]
        files = [path for box in boxes if box.is_dir() for path in box.iterdir()]
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        return sorted(mails, key=lambda mail: len(str(mail["References"] or "").split()))

    async def facts(self, kind: type[E]) -> list[E]:
        """Every event of a kind, oldest first."""
        return [fact.event for fact in await self.all_facts() if isinstance(fact.event, kind)]

    async def all_facts(self) -> list[Fact]:
        return [fact async for fact in self.app.ledger.facts()]

    # --- a shortcut through the story ------------------------------------------------------------

    async def offered(self) -> EmailMessage:
        """A lead came, and the first offer was approved and sent."""
        await self.mail(LEAD)
        await self.approves()
        return self.sent()[-1]

    async def invoiced(self) -> EmailMessage:
        """The customer accepted the first offer, and the invoice was approved and sent."""
        offer = await self.offered()
        await self.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
        await self.approves()
        return self.sent()[-1]


def flat(text: str) -> str:
    """The words of an answer without the frame and the breaks that a terminal's width makes."""
    bare = "".join(" " if sign in "╭╮╰╯│─" else sign for sign in text)
    return " ".join(bare.split())


@dataclass
class Founder:
    """Opens businesses: `async with founder.business() as business`."""

    folder: Path
    clock: TestClock = field(default_factory=TestClock)

    mailing: Mailing | None = None

    def settings(self, model: ModelEndpoint | None = None) -> Settings:
        return Settings(data=self.folder, model=model, mailing=self.mailing)

    @asynccontextmanager
    async def business(self, model: ModelEndpoint | None = None) -> AsyncIterator[Business]:
        """Open the folder and go to work; again and again, as after a restart."""
        async with (
            open_app(self.settings(model), clock=self.clock) as app,
            at_work(app, "test") as works,
        ):
            office = LiveOffice(app, Stepping(works), operator="Nora Lindt", channel="console")
            yield Business(app, works, self.clock, office, Commands(office, Session()))

    def configure(self, **changes: object) -> Company:
        """Write company.yaml: the defaults with some changes."""
        company = replace(defaults(), **changes)
        write_company(self.folder, company, force=True)
        return company


@pytest.fixture
def founder(tmp_path: Path) -> Founder:
    found = Founder(tmp_path / "company")
    found.configure()
    return found


@pytest.fixture
async def business(founder: Founder) -> AsyncIterator[Business]:
    async with (
        open_app(founder.settings(), clock=founder.clock) as app,
        at_work(app, "test") as works,
    ):
        office = LiveOffice(app, Stepping(works), operator="Nora Lindt", channel="console")
        yield Business(app, works, founder.clock, office, Commands(office, Session()))


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Founder:
    """The founder of a company whose deal has come as far as a sent invoice, closed again. Copy
    its folder; open it in no test."""
    founder = Founder(tmp_path_factory.mktemp("lived") / "company")
    founder.configure()
    asyncio.run(_live(founder))
    return founder


async def _live(founder: Founder) -> None:
    async with founder.business() as business:
        await business.invoiced()
