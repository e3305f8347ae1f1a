"""Commands that decide on a card or answer a question."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards.loading import CardLoader
from bot.cards.outcomes import LETTERS, UNDECIDED, decided_words, waits_to_leave
from bot.channel import Card, Editor, Prompt, Reply, Verb
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.overview import holds
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import Edit, Later, Reject, Tell
from bot.office.port import Office
from bot.wording.untrusted import one_line, visible
from ledger.domain.commands import Command
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    Question,
    Stop,
)
from ledger.domain.errors import CommandInvalid
from ledger.domain.folding_copies import COPY
from ledger.domain.going_live import MODE, Mode

_IDENTIFIED: Final = re.compile(r"#?\d{1,9},?|apr-[0-9a-z]{8}")
"""A card by its number or id, as several of them stand in a row."""


class Deciding:
    """Approve, reject, edit, tell, later, did-it, show, and answers to questions."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)
        self._cards = CardLoader(office.views, office.history)

    async def show(self, said: str) -> Reply:
        """A card whole, with its full text."""
        question = await self._things.question(said.lstrip("#"))
        if question is not None:
            now = self._session.now(self._office)
            return Reply(cards=(await self._cards.question(question, now),))
        found = await self._approval(said)
        if isinstance(found, Reply):
            return found
        card = await self._card(found)
        return Reply(cards=(_whole(card),)) if card else trouble(texts.GONE_ACTION)

    async def approve(self, said: str) -> Reply:
        """Let the bytes run that this person saw last; a card not seen yet is shown first."""
        if len(several := said.split()) > 1 and all(map(_IDENTIFIED.fullmatch, several)):
            return await self._approve_each([name.rstrip(",") for name in several])
        named = await self._approval(said)
        if isinstance(named, Approval) and named.status is ApprovalStatus.EXPIRED:
            return await self._renew(named)
        found = await self._undecided(said)
        if isinstance(found, Reply):
            return found
        edits = self._session.drafts.get(found.id)
        card = await (self._preview(found, edits) if edits else self._card(found))
        if card is None or not card.sha256:
            return trouble(texts.ERASED_CARD, number=found.number)
        if self._session.seen.get(found.id) != card.sha256:
            again = texts.APPROVE_AGAIN.format(number=found.number)
            return Reply(lines=(texts.NOT_SEEN,), cards=(card,), hints=(again,))
        verb = Verb.EDIT if edits else Verb.APPROVE
        return await self._tap(found, verb, card.sha256, edits=edits)

    async def _approve_each(self, names: list[str]) -> Reply:
        """Several at once, one by one: each tap counts for the bytes that were seen of that one.

        What is decided already is tapped too, and answered in words: done again after a crash,
        this says the same things in the same order.
        """
        lines: list[str] = []
        unseen: list[str] = []
        fact = ""
        for name in names:
            found = await self._approval(name)
            if isinstance(found, Reply):
                lines += found.lines
                continue
            seen = self._session.seen.get(found.id, "")
            if not seen or self._session.drafts.get(found.id):
                unseen.append(str(found.number))
                continue
            fact = await self._office.tap(found.id, Verb.APPROVE, seen)
            title = one_line(found.title or str(found.number))
            lines.append(texts.NOTED[Verb.APPROVE].format(title=title))
        if unseen:
            lines.append(texts.NOT_SEEN_ALL.format(numbers=", ".join(unseen), first=unseen[0]))
        return Reply(lines=tuple(lines), trouble=not fact, waits_for=fact)

    async def _renew(self, expired: Approval) -> Reply:
        """A yes that came too late: nothing runs, and Coo looks afresh and asks again."""
        if await self._waiting_in(expired.case):
            return await self._over(expired)
        fact = await self._office.tap(expired.id, Verb.APPROVE, expired.sha256)
        return await recorded(self._office, texts.RENEWED.format(number=expired.number), fact)

    async def reject(self, intent: Reject) -> Reply:
        """Refuse; a reason is asked for."""
        found = await self._undecided(intent.thing)
        if isinstance(found, Reply):
            return found
        if not intent.reason:
            return self._prompt(found, "reject", texts.ASK_REASON, texts.REASON_HINT)
        return await self._tap(found, Verb.REJECT, found.sha256, intent.reason)

    async def edit(self, intent: Edit) -> Reply:
        """Open the texts, or change one and show the exact preview."""
        found = await self._undecided(intent.thing)
        if isinstance(found, Reply):
            return found
        action = await self._office.views.get(Action, found.action)
        command = action.command if action else None
        if command is None:
            return trouble(texts.ERASED_CARD, number=found.number)
        if not command.editable:
            return trouble(texts.NOTHING_EDITABLE, number=found.number)
        drafted = self._session.drafts.get(found.id, {})
        if not intent.field:
            fields = {each: drafted.get(each, getattr(command, each)) for each in command.editable}
            return self._editor(found, fields)
        name = next((each for each in command.editable if each.startswith(intent.field)), "")
        if not name:
            return _not_editable(found.number, intent.field, command.editable)
        if not intent.text:
            return trouble(texts.NEEDS_TEXT, usage=f"edit {found.number} {name} NEW TEXT")
        return await self._previewed(found, {**drafted, name: intent.text})

    async def edited(self, approval: Approval, edits: dict[str, str]) -> Reply:
        """The preview after an editor gave back several texts; an unchanged one is no edit."""
        action = await self._office.views.get(Action, approval.action)
        command = action.command if action else None
        changed = {name: text for name, text in edits.items() if text != _now(command, name)}
        if not changed:
            self._session.drafts.pop(approval.id, None)
            return Reply(lines=(texts.LEFT,))
        return await self._previewed(approval, changed)

    async def tell(self, intent: Tell) -> Reply:
        """Say how a card should be, or something about a case."""
        question = await self._things.question(intent.thing.lstrip("#"))
        if question is not None and intent.text:
            return await self.answer(question, intent.text)
        found = await self._things.approval(intent.thing) if intent.thing else Missing("")
        if isinstance(found, Candidate) and found.thing.status in UNDECIDED:
            if not intent.text:
                return self._prompt(found.thing, "tell", texts.ASK_HOW, texts.HOW_HINT)
            return await self._tap(found.thing, Verb.INSTRUCT, found.thing.sha256, intent.text)
        return await self._tell_case(intent)

    async def later(self, intent: Later) -> Reply:
        """Put a card off."""
        found = await self._undecided(intent.thing)
        if isinstance(found, Reply):
            return found
        return await self._tap(found, Verb.LATER, found.sha256, intent.when)

    async def did_it(self, said: str) -> Reply:
        """The operator did it by hand."""
        found = await self._undecided(said)
        if isinstance(found, Reply):
            return found
        return await self._tap(found, Verb.DID_IT, found.sha256)

    async def hold(self, said: str) -> Reply:
        """Stop an approved mail before it leaves; the same is asked again."""
        found = await (self._approval(said) if said else self._leaving())
        if isinstance(found, Reply):
            return found
        action = await self._office.views.get(Action, found.action)
        if action is None or not waits_to_leave(action, found):
            return await self._over(found)
        return await self._tap(found, Verb.HOLD, found.sha256)

    async def _leaving(self) -> Approval | Reply:
        """The one mail that waits to leave."""
        views = self._office.views
        found = [
            approval
            for action in await views.find(Action, f"status:{ActionStatus.ALLOWED}")
            if (approval := await views.get(Approval, action.approval))
            and waits_to_leave(action, approval)
        ]
        if len(found) == 1:
            return found[0]
        which = ", ".join(str(one.number) for one in sorted(found, key=lambda one: one.number))
        return trouble(texts.HOLD_WHICH, numbers=which) if found else trouble(texts.HOLD_NOTHING)

    async def numbered(self, number: str, text: str) -> Reply:
        """`4 yes` answers question 4; `3 shorter` says how card 3 should be."""
        question = await self._things.question(number)
        if question is not None:
            return await self.answer(question, text)
        found = await self._things.approval(number)
        if isinstance(found, Candidate):
            return await self.tell(Tell(number, text))
        return await self.say(f"{number} {text}")

    async def free(self, text: str) -> Reply:
        """The answer to the one open question, or something said to Coo."""
        open_questions = await self._things.questions()
        if len(open_questions) == 1:
            return await self.answer(open_questions[0], text)
        return await self.say(text)

    async def say(self, text: str) -> Reply:
        """Something said to Coo, about nothing in particular."""
        return await recorded(self._office, texts.SAID, await self._office.say(text))

    async def answer(self, question: Question, text: str) -> Reply:
        """An option by its letter, id or label, or free text."""
        if question.status != "open":
            status, number = question.status, question.number
            return trouble(texts.ANSWER_OVER, number=number, status=status)
        choice, label = _choice(question, text)
        free = "" if choice else text
        fact = await self._office.answer(question.id, choice, free)
        shown = one_line(label or text)
        return await recorded(
            self._office, texts.ANSWERED.format(number=question.number, answer=shown), fact
        )

    async def _tell_case(self, intent: Tell) -> Reply:
        found = await self._things.case(intent.thing) if intent.thing else Missing("")
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        if not intent.text:
            return trouble(texts.NEEDS_TEXT, usage=f"tell {intent.thing} HOW")
        fact = await self._office.say(intent.text, found.thing.id)
        return await recorded(self._office, texts.SAID_ABOUT.format(label=found.label), fact)

    async def _approval(self, said: str) -> Approval | Reply:
        found = await self._things.approval(said)
        if isinstance(found, Candidate):
            return found.thing
        if not said and isinstance(found, Missing | Several) and not await self._things.approvals():
            return trouble(texts.NOTHING_WAITS)
        return unclear(found, said)

    async def _undecided(self, said: str) -> Approval | Reply:
        found = await self._approval(said)
        if isinstance(found, Reply) or found.status in UNDECIDED:
            return found
        return await self._over(found)

    async def _over(self, found: Approval) -> Reply:
        """The answer to whatever is said to a decided card: who, when, and what came of it."""
        card = await self._card(found)
        words = decided_words(found, self._session.now(self._office))
        line = texts.ALREADY.format(number=found.number, decided=words)
        lines = (line, *await self._instead(found))
        return Reply(lines=lines, cards=(card,) if card else (), trouble=True)

    async def _instead(self, decided: Approval) -> tuple[str, ...]:
        """What counts now, where a card ended without a person's decision."""
        if decided.status not in {ApprovalStatus.SUPERSEDED, ApprovalStatus.EXPIRED}:
            return ()
        waiting = await self._waiting_in(decided.case)
        if waiting:
            labels = ", ".join(f"card {label}" for label in waiting)
            return (texts.NOW_WAITS.format(cards=labels),)
        case = await self._office.views.get(Case, decided.case)
        return (texts.NOTHING_ELSE.format(case=case.number if case else decided.case),)

    async def _waiting_in(self, case: str) -> list[str]:
        """The labels of a case's undecided cards."""
        return [each.label for each in await self._things.approvals() if each.thing.case == case]

    async def _card(self, approval: Approval) -> Card | None:
        return await self._cards.card(approval, self._session.now(self._office))

    async def _preview(self, approval: Approval, edits: dict[str, str]) -> Card | None:
        return await self._cards.preview(approval, edits, self._session.now(self._office))

    async def _previewed(self, approval: Approval, edits: dict[str, str]) -> Reply:
        try:
            card = await self._preview(approval, edits)
        except CommandInvalid as error:
            return Reply(lines=(error.cause, error.remedy), trouble=True)
        if card is None:
            return trouble(texts.GONE_ACTION)
        hint = texts.PREVIEW_HINT.format(number=approval.number)
        return Reply(cards=(_whole(card),), hints=(hint,))

    async def _tap(
        self,
        approval: Approval,
        verb: Verb,
        sha256: str,
        text: str = "",
        edits: dict[str, str] | None = None,
    ) -> Reply:
        fact = await self._office.tap(approval.id, verb, sha256, text, edits)
        self._session.drafts.pop(approval.id, None)
        title = texts.NOTED[verb].format(title=one_line(approval.title or str(approval.number)))
        reply = await recorded(self._office, title, fact)
        held = await self._stopped(approval) if verb in {Verb.APPROVE, Verb.EDIT} else ()
        return Reply(lines=(*reply.lines, *held), waits_for=fact)

    async def _stopped(self, approval: Approval) -> tuple[str, ...]:
        """What is said where a stop, or watching, holds an approved action."""
        mode = await self._office.views.get(Mode, MODE)
        if mode is not None and mode.watching:
            return (texts.APPROVED_WATCHING,)
        case = await self._office.views.get(Case, approval.case)
        active = await self._office.views.find(Stop, "active")
        held = [each for each in active if holds(each, case)]
        if any(each.scope == COPY for each in held):
            return (texts.COPY_HOLDS,)
        which = "".join(f" {each.target}" if each.target else "" for each in held[:1])
        return (texts.STOP_HOLDS.format(which=which),) if held else ()

    def _prompt(self, approval: Approval, command: str, question: str, hint: str) -> Reply:
        typed = f"{command} {approval.number}"
        return Reply(
            prompt=Prompt(question=question, command=typed),
            hints=(hint.format(number=approval.number),),
        )

    def _editor(self, approval: Approval, fields: dict[str, str]) -> Reply:
        lines = tuple(f"{name}: {visible(text)}" for name, text in fields.items())
        number = approval.number
        hint = texts.MORE_HELP["edit"].replace("3", str(number))
        editor = Editor(approval=approval.id, number=number, fields=fields)
        return Reply(lines=lines, editor=editor, hints=(hint,))


def _now(command: Command | None, name: str) -> str:
    return str(getattr(command, name, ""))


def _whole(card: Card) -> Card:
    """The card with its full text on it."""
    return replace(card, excerpt=visible(card.text), cut=0)


def _not_editable(number: int, field: str, editable: tuple[str, ...]) -> Reply:
    fields, first = ", ".join(editable), editable[0]
    return trouble(texts.NOT_EDITABLE, field=field, fields=fields, number=number, first=first)


_PLAIN_WORDS: Final = frozenset({"yes", "no"})


def _choice(question: Question, text: str) -> tuple[str, str]:
    """(id, label) of the option that `text` names by letter, id or label; empty for free text.

    A plain yes or no is the one option that begins with it.
    """
    said = text.strip().casefold().rstrip(".)")
    for sign, option in zip(LETTERS, question.options, strict=False):
        if said in {sign, option.id.casefold(), option.label.casefold()}:
            return option.id, option.label
    if said not in _PLAIN_WORDS:
        return "", ""
    meant = [each for each in question.options if each.label.casefold().startswith(f"{said},")]
    return (meant[0].id, meant[0].label) if len(meant) == 1 else ("", "")
