"""The command that takes something back: which of all things is meant."""

from __future__ import annotations

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import Undo
from bot.office.port import Office
from bot.remembering.finding import Statements
from bot.remembering.telling import handle
from bot.wording.untrusted import one_line
from ledger.domain.entities import Action, Case, CreditNote, Invoice, Payment, Proposal


class Undoing:
    """Only names the thing; what its way back is, the case itself decides."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._things = Things(office.views)

    async def undo(self, intent: Undo) -> Reply:
        """Have a card, an action, a document or a case taken back."""
        if not intent.thing:
            return trouble(texts.UNDO_WHAT)
        known = await Statements(self._office.views, self._office.company).by_handle(intent.thing)
        if known is not None:
            return trouble(texts.UNDO_KNOWLEDGE, handle=handle(known))
        found = await self._meant(intent.thing)
        if isinstance(found, Missing):
            return trouble(texts.UNDO_NOTHING, said=one_line(intent.thing, 60))
        if isinstance(found, Several):
            return unclear(found, intent.thing)
        fact = await self._office.undo(found.thing, intent.reason)
        return await recorded(self._office, texts.UNDOING.format(what=found.label), fact)

    async def _meant(self, said: str) -> Candidate[str] | Several | Missing:
        """An exact id or document number, then a card, then a case by whatever name."""
        exact = await self._exact(said)
        if exact is not None:
            return exact
        if said.lstrip("#").isdigit():
            card = await self._things.approval(said)
            if isinstance(card, Candidate):
                return Candidate(card.thing.action, (), (), card.label)
            if await self._things.question(said.lstrip("#")) is not None:
                return Missing(said)
        case = await self._things.case(said)
        if isinstance(case, Candidate):
            return Candidate(case.thing.id, (), (), case.label)
        return case

    async def _exact(self, said: str) -> Candidate[str] | None:
        views = self._office.views
        action = await views.get(Action, said)
        if action is not None:
            words = texts.COMMAND_WORDS.get(action.name, action.name)
            return Candidate(action.id, (), (), f"{words} ({action.id})")
        document = await self._document(said)
        if document is not None:
            return Candidate(document.id, (), (), document.number)
        thing = await views.get(Payment, said) or await views.get(Case, said)
        return Candidate(thing.id, (), (), thing.id) if thing is not None else None

    async def _document(self, said: str) -> Invoice | CreditNote | Proposal | None:
        views, key = self._office.views, f"number:{said.upper()}"
        found: list[Invoice | CreditNote | Proposal] = [
            *await views.find(Invoice, key),
            *await views.find(CreditNote, key),
            *await views.find(Proposal, key),
        ]
        if found:
            return found[0]
        note = await views.get(CreditNote, said)
        return note or await views.get(Invoice, said) or await views.get(Proposal, said)
