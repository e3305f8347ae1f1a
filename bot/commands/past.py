"""`as-of DATE …`: any look, at the state as it was. It answers like the present, but cannot act."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.loading import CardLoader
from bot.channel import Card, Reply
from bot.commands import words
from bot.commands.answers import trouble, unclear
from bot.commands.auditing import Auditing
from bot.commands.books import Bookkeeping
from bot.commands.documents import DocumentLooks
from bot.commands.knowing import Knowing
from bot.commands.looking import Looking
from bot.commands.promising import PromiseLooks
from bot.commands.session import Session, zone_of
from bot.commands.things import Candidate, Several, Things
from bot.office.past import PastOffice
from bot.office.port import Looks, Office, PastLike
from bot.wording.amounts import counted
from bot.wording.moments import Moment, leading_moment
from ledger.domain.entities import Approval

LOOKS: Final = (
    "status, inbox, show, books, contact, invoice, audit, why, failures, promises, memory"
)


class GoingBack:
    """Answers from the facts up to a moment."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session

    async def look(self, said: str) -> Reply:
        """`said` begins with the moment; what follows is looked at. Nothing more: the status."""
        now = self._office.clock.now().astimezone(zone_of(self._office.company, self._session.zone))
        moment = leading_moment(said, now)
        past = await self._office.as_of(moment.at)
        if not past.seq:
            return await self._nothing_yet(moment, now)
        session = Session(now.tzinfo)
        session.last_case = self._session.last_case
        found = await PastLooks(PastOffice(self._office, past, moment.at), session).answer(
            words.parse(moment.rest), moment.rest
        )
        self._session.last_case = session.last_case
        return _dated(found, moment.at.astimezone(now.tzinfo), past)

    async def _nothing_yet(self, moment: Moment, now: datetime) -> Reply:
        first = await self._office.first_moment()
        if first is None:
            return trouble(texts.AS_OF_NO_FACTS)
        when = _exactly(moment.at.astimezone(now.tzinfo))
        return trouble(texts.AS_OF_EMPTY, when=when, first=_exactly(first.astimezone(now.tzinfo)))


class PastLooks:
    """The commands that only look, and names of things, over an office of the past."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)
        self._looking = Looking(office, session)
        self._auditing = Auditing(office, session)
        self._books = Bookkeeping(office, session)
        self._promises = PromiseLooks(office)
        self._documents = DocumentLooks(office)

    async def answer(self, intent: words.Intention, said: str) -> Reply:  # noqa: C901, PLR0911, PLR0912 - one arm a look
        match intent:
            case words.Nothing():
                return await self._looking.status("")
            case words.Status(thing):
                return await self._looking.status(thing)
            case words.Inbox():
                return await self._looking.inbox()
            case words.Failures():
                return await self._looking.failures()
            case words.Promises(thing):
                return await self._promises.promises(thing)
            case words.Books(period):
                return await (self._books.month(period) if period else self._books.books())
            case words.Documents(thing):
                return await self._documents.documents(thing)
            case words.ShowDocument(thing):
                return await self._documents.document(thing)
            case words.OpenInvoices():
                return await self._books.open_invoices()
            case words.ShowContact(thing):
                return await self._books.contact(thing)
            case words.ShowInvoice(thing):
                return await self._books.invoice(thing)
            case words.Audit(thing):
                return await self._auditing.audit(thing)
            case words.Why():
                return await self._auditing.why(intent)
            case words.Memory():
                return await Knowing(self._office, self._session).memory(intent)
            case words.Show(thing):
                return await self._show(thing)
            case words.Say() | words.Unknown() | words.Numbered():
                return await self._named(said)
            case _:
                return trouble(texts.AS_OF_ONLY_LOOKS, word=said.split(maxsplit=1)[0], looks=LOOKS)

    async def _show(self, said: str) -> Reply:
        """A card or a question by number or id, as it was; else whatever is called so."""
        cards = CardLoader(self._office.views, self._office.history)
        now = self._session.now(self._office)
        question = await self._things.question(said.lstrip("#"))
        if question is not None:
            return Reply(cards=(await cards.question(question, now),))
        found = await self._things.approval(said)
        if isinstance(found, Candidate):
            card = await self._card(found.thing, cards)
            return Reply(cards=(card,)) if card else trouble(texts.GONE_ACTION)
        return unclear(found, said) if isinstance(found, Several) else await self._named(said)

    async def _card(self, approval: Approval, cards: CardLoader) -> Card | None:
        card = await cards.card(approval, self._session.now(self._office))
        return replace(card, excerpt=card.text, cut=0) if card else None

    async def _named(self, said: str) -> Reply:
        """An invoice, a case or a person, whichever is called so first."""
        invoice = await self._books.find_invoice(said)
        if isinstance(invoice, Candidate) and said.casefold() in {
            handle.casefold() for handle in invoice.handles
        }:
            return await self._books.invoice(said)
        case = await self._things.case(said)
        if isinstance(case, Candidate):
            return await self._looking.status(said)
        contact = await self._things.contact(said)
        if isinstance(contact, Candidate):
            return await self._books.contact(said)
        return unclear(contact if isinstance(contact, Several) else case, said)


def _dated(reply: Reply, moment: datetime, past: PastLike) -> Reply:
    """Say which moment it is, and take away whatever would act."""
    last = _exactly((past.last or moment).astimezone(moment.tzinfo))
    line = texts.AS_OF.format(when=_exactly(moment), seq=past.seq, last=last)
    back = texts.AS_OF_SET_BACK.format(facts=counted(past.set_back, "fact"))
    hints = (*((back,) if past.set_back else ()), line)
    if reply.trouble:
        return replace(reply, hints=(*reply.hints, *hints))
    cards = tuple(replace(card, buttons=()) for card in reply.cards)
    return replace(reply, cards=cards, hints=hints, editor=None, prompt=None)


def _exactly(moment: datetime) -> str:
    """`2026-11-23 14:30:05 UTC+01:00`: nobody should guess which day or zone is meant."""
    zone = "UTC" if moment.utcoffset() == UTC.utcoffset(None) else f"UTC{moment:%z}"
    return f"{moment:%Y-%m-%d %H:%M:%S} {zone}"
