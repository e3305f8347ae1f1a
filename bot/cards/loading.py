"""Cards with everything they speak of looked up: contact, sources, evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.forms import with_form
from bot.cards.gist import with_gist
from bot.cards.making import card_of, preview_card
from bot.cards.outcomes import UNDECIDED, question_card, stopped_row
from bot.cards.sources import provenance_facts
from bot.channel import Card, CardKind, Row
from bot.promises.listing import PromiseList
from bot.promises.words import line
from bot.wording.naming import named, named_options
from ledger.domain.claims import concerns
from ledger.domain.commands import OutgoingMail, SendProposal, SendReply
from ledger.domain.entities import Action, Approval, Case, Contact, Question, Stop
from ledger.domain.errors import UnknownFact
from ledger.domain.facts import Fact
from ledger.domain.going_live import MODE, WATCHING, Mode
from ledger.domain.identity import met_as
from ledger.domain.reading import History, Views
from ledger.domain.verdicts import Ask

MOST_LOOKED_UP: Final = 40
MOST_PROMISES: Final = 3


class CardLoader:
    """Reads what a card needs, and nothing else."""

    def __init__(self, views: Views, history: History) -> None:
        self._views, self._history = views, history

    async def card(self, approval: Approval, now: datetime) -> Card | None:
        """The card an approval has now; None where its action is unknown."""
        action = await self._views.get(Action, approval.action)
        if action is None:
            return None
        action = await self._live(await self._spoken(action))
        contact = await self.contact(action)
        waiting = approval.status in UNDECIDED
        sources = await self.sources(provenance_facts(action.provenance)) if waiting else {}
        card = card_of(action, approval, contact, now, sources)
        if card.kind is CardKind.APPROVAL and isinstance(action.command, SendProposal | SendReply):
            card = await self._promised(card, action.command.contact, now)
        if card.kind is CardKind.APPROVAL and isinstance(action.command, OutgoingMail):
            card = with_form(card, action.command.body, contact)
        if card.kind is CardKind.APPROVAL:
            card = await with_gist(card, action.case, self._views, self._history)
        return await self._held(card, action, now) if card.kind is CardKind.APPROVAL else card

    async def _live(self, action: Action) -> Action:
        """Without the reason that Coo watches, where it no longer does: approved, it leaves."""
        mode = await self._views.get(Mode, MODE)
        if mode is None or mode.watching or not isinstance(action.verdict, Ask):
            return action
        fired = tuple(one for one in action.verdict.fired if one.rule != WATCHING)
        return replace(action, verdict=replace(action.verdict, fired=fired))

    async def _held(self, card: Card, action: Action, now: datetime) -> Card:
        """A card under a stop says so first: approved, it would only be held back."""
        case = await self._views.get(Case, action.case)
        active = await self._views.find(Stop, "active")
        stop = next((each for each in active if concerns(each, action, case)), None)
        return replace(card, rows=(stopped_row(stop, now), *card.rows)) if stop else card

    async def _promised(self, card: Card, contact: str, now: datetime) -> Card:
        """What is promised between us and whom it goes to: nothing new should say otherwise."""
        listed, today = PromiseList(self._views, self._history, now.tzinfo), now.date()
        found = [one for one in await listed.with_contact(contact) if one.open]
        lines = tuple([line(await listed.seen(one), today) for one in found[:MOST_PROMISES]])
        return replace(card, rows=(*card.rows, Row(texts.CARD_PROMISES, lines))) if lines else card

    async def preview(
        self, approval: Approval, edits: dict[str, str], now: datetime
    ) -> Card | None:
        """The card of the edited bytes. Raises `CommandInvalid` for a foreign field."""
        action = await self._views.get(Action, approval.action)
        if action is None:
            return None
        sources = await self.sources(provenance_facts(action.provenance))
        spoken = await self._spoken(action)
        return preview_card(spoken, approval, edits, await self.contact(action), now, sources)

    async def _spoken(self, action: Action) -> Action:
        """The action with everybody in its advice by name; its bytes are as they were."""
        return replace(action, recommendation=await named(self._views, action.recommendation))

    async def question(self, question: Question, now: datetime) -> Card:
        """The card of a question, with the case it is about."""
        case = await self._views.get(Case, question.case)
        contact = await met_as(self._views, case.contact) if case else None
        spoken = replace(
            question,
            text=await named(self._views, question.text),
            why=await named(self._views, question.why),
            recommendation=await named(self._views, question.recommendation),
            options=await named_options(self._views, question.options),
        )
        card = question_card(spoken, now, case, contact)
        if question.status != "open":
            return card
        return await with_gist(card, question.case, self._views, self._history)

    async def contact(self, action: Action) -> Contact | None:
        """Whom an action concerns: as its command says, else the contact of its case."""
        if action.command is not None:
            return await met_as(self._views, action.command.contact)
        case = await self._views.get(Case, action.case)
        return await met_as(self._views, case.contact) if case else None

    async def sources(self, ids: Iterable[str]) -> dict[str, Fact]:
        """The facts among `ids`; what is no fact is left out."""
        found: dict[str, Fact] = {}
        for each in list(ids)[:MOST_LOOKED_UP]:
            try:
                found[each] = await self._history.fact(each)
            except UnknownFact:  # provenance may also name a file or an entity
                continue
        return found
