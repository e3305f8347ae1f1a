"""The command behind More: what a card leaves out, in full."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.audit.brief import brief_lines
from bot.cards.loading import CardLoader
from bot.cards.outcomes import failure_card, outcome_card
from bot.channel import Attached, Card, CardKind, Reply, Row
from bot.commands.answers import trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Things
from bot.office.port import Looks
from bot.wording.amounts import clock_words
from bot.wording.naming import named
from bot.wording.untrusted import one_line
from ledger.audit import explain, find_step, read_trail
from ledger.audit.entries import CameIn, Entry, Trail
from ledger.domain.commands import command_sha
from ledger.domain.entities import Action, Approval, Case, Failure, Question
from ledger.domain.values import Provenance, canonical

MOST_STEPS: Final = 14
"""Steps of the story on one card; `audit` has them all."""

MOST_SOURCES: Final = 6


class Closer:
    """Payload, provenance, policy and audit of a card; changes nothing."""

    def __init__(self, office: Looks, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)
        self._cards = CardLoader(office.views, office.history)

    @property
    def _now(self) -> datetime:
        return self._session.now(self._office)

    async def more(self, said: str) -> Reply:
        """Everything about a card, a question, an action or a failure."""
        about = said or (self._session.last.about if self._session.last else "")
        views = self._office.views
        question = await self._things.question(about.lstrip("#"))
        question = question or await views.get(Question, about)
        if question is not None:
            card = await self._cards.question(question, self._now)
            return await self._told(card, question.case, question.id)
        action = await views.get(Action, about)
        if action is not None:
            return await self._action(action)
        failure = await views.get(Failure, about)
        if failure is not None:
            return await self._told(failure_card(failure, self._now), failure.case, failure.id)
        return await self._approval(about)

    async def _approval(self, said: str) -> Reply:
        found = await self._things.approval(said) if said else Missing("")
        if not isinstance(found, Candidate):
            return unclear(found, said) if said else trouble(texts.MORE_OF_WHAT)
        card = await self._cards.card(found.thing, self._now)
        action = await self._office.views.get(Action, found.thing.action)
        if card is None or action is None:
            return trouble(texts.GONE_ACTION)
        return await self._told(card, found.thing.case, action.id, action)

    async def _action(self, action: Action) -> Reply:
        asked = await self._office.views.get(Approval, action.approval)
        card = await self._cards.card(asked, self._now) if asked else None
        card = card or outcome_card(action, await self._cards.contact(action))
        return await self._told(card, action.case, action.id, action)

    async def _told(self, card: Card, case: str, step: str, action: Action | None = None) -> Reply:
        trail = await read_trail(self._office.history, case)
        rows = [replace(row, brief=None) for row in card.rows]
        rows += [*_bytes(action), *_values(action, trail)] if action else []
        rows += [row async for row in self._story(trail, step)]
        number = f"{card.number} · " if card.number else ""
        title = texts.MORE_TITLE.format(card=f"{number}{card.title}")
        details = Card(
            kind=CardKind.DETAILS, about=card.about, case=case, title=title, rows=tuple(rows)
        )
        return Reply(
            cards=(details,),
            hints=(await self._hint(case),),
            attachments=tuple(_payload(action, card.number)) if action else (),
        )

    async def _story(self, trail: Trail, thing: str) -> AsyncIterator[Row]:
        """What led to it, and what became of it."""
        step = find_step(trail, thing) if thing else None
        if step is None:
            return
        told = explain(trail, step)
        for label, entries in (
            (texts.ROW_BEFORE, (*told.chain, told.entry)),
            (texts.ROW_SINCE, told.later),
        ):
            lines = [line for each in entries[-MOST_STEPS:] for line in _steps(each, self._now)]
            spoken = tuple([await named(self._office.views, line) for line in lines])
            if spoken:
                yield Row(label, spoken)

    async def _hint(self, case: str) -> str:
        found = await self._office.views.get(Case, case)
        return texts.MORE_HINT.format(case=found.number if found else case)


def _bytes(action: Action) -> Iterator[Row]:
    """What an approval is bound to, whole."""
    sha = command_sha(action.command) if action.command else action.sha256
    halves = (sha[: len(sha) // 2], sha[len(sha) // 2 :])
    yield Row(texts.ROW_BYTES, (f"sha256 {halves[0]}", halves[1], action.id))


def _values(action: Action, trail: Trail) -> Iterator[Row]:
    steps = {
        fact: entry.step
        for entry in trail.entries
        for fact in (entry.fact, *(entry.causes if isinstance(entry, CameIn) else ()))
    }
    lines = tuple(_value(name, origin, steps) for name, origin in action.provenance.items())
    if lines:
        yield Row(texts.ROW_FACTS, lines)


def _value(name: str, origin: Provenance, steps: dict[str, int]) -> str:
    """`total: verified, from step 8, step 3`"""
    known = sorted({steps[each] for each in origin.sources if each in steps})
    facts = [texts.MORE_STEP.format(step=each) for each in known]
    facts += [one_line(each, 40) for each in origin.sources if each not in steps]
    where = ", ".join(facts[:MOST_SOURCES]) or one_line(origin.note, 80) or texts.MORE_NO_FACT
    return texts.MORE_VALUE.format(name=name.replace("_", " "), trust=origin.trust, where=where)


def _steps(entry: Entry, now: datetime) -> list[str]:
    """`7, 10:02: Planned by playbook: …`"""
    when = clock_words(entry.at, now)
    head, *rest = brief_lines(entry, now)
    return [texts.MORE_ENTRY.format(step=entry.step, when=when, what=head), *rest]


def _payload(action: Action, number: int) -> Iterator[Attached]:
    """The canonical bytes themselves: their sha256 is what was, or will be, approved."""
    if action.command is not None:
        yield Attached(
            name=f"card-{number}.json" if number else f"{action.id}.json",
            media_type="application/json",
            title=texts.MORE_PAYLOAD,
            data=canonical(action.command),
        )
