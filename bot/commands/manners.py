"""The command that says in which language and form somebody is written to."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble, unclear
from bot.commands.things import Candidate, Things
from bot.commands.words import Enter
from bot.office.port import Office
from bot.remembering.finding import in_force
from bot.remembering.statements import Statement
from bot.wording.manners import FORMS, TONGUES, manners_lines
from bot.wording.untrusted import one_line
from ledger.domain.applied import ADDRESS, LANGUAGE
from ledger.domain.entities import Contact
from ledger.domain.identity import somebody
from ledger.domain.knowledge import Knowledge, KnowledgeKind, TextValue
from ledger.domain.known import statements_of

TOPICS: Final = {"form": ADDRESS, "language": LANGUAGE}
"""The topics by the words people type."""
_NOTHING: Final = frozenset({"none", "nothing", "-"})


class Manners:
    """Enters language and form of address, each as a statement of the operator's."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._things = Things(office.views)

    async def enter(self, intent: Enter) -> Reply:
        """`contact ada address du`, `contact ada language fr`; `none` takes it away."""
        found = await self._things.contact(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        contact = found.thing.id
        known = await self._standing(contact, TOPICS[intent.field])
        said = intent.value.casefold()
        if said in _NOTHING:
            return await self._taken_away(intent, contact, known)
        value = (FORMS if intent.field == "form" else TONGUES).get(said, "")
        if not value:
            return trouble(texts.NO_FORM if intent.field == "form" else texts.NO_TONGUE)
        if known is None or known.text != value:
            statement = Statement(
                kind=KnowledgeKind.PREFERENCE,
                subject=contact,
                topic=TOPICS[intent.field],
                value=TextValue(),
                text=value,
                quote=f"{intent.field} {intent.value}",
            )
            await self._office.remember(statement)
        return await self._shown(contact)

    async def _taken_away(self, intent: Enter, contact: str, known: Knowledge | None) -> Reply:
        if known is None:
            return trouble(texts.NEVER_ENTERED, field=intent.field)
        await self._office.forget(known.id, f"{intent.field} {intent.value}")
        return await self._shown(contact)

    async def _standing(self, contact: str, topic: str) -> Knowledge | None:
        found = await statements_of(self._office.views, contact)
        same = in_force([one for one in found if one.topic == topic], self._office.clock.now())
        return same[-1] if same else None

    async def _shown(self, contact: str) -> Reply:
        whole = await somebody(self._office.views, contact)
        who = whole or Contact(id=contact, name="", address="", persons=())
        lines = await manners_lines(self._office, who, self._office.clock.now())
        name = one_line(who.name or who.address, 60)
        return Reply(lines=tuple(f"{name}: {line}" for line in lines))
