"""What one person gets to hear for one thing they did in a chat. Everything but who may speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot import texts
from bot.cards.outcomes import UNDECIDED
from bot.channel import CardKind, Editor, Prompt, Reply, Verb
from bot.chat.attached import take_files
from bot.chat.buttons import Buttons, NotTapped, Tapped
from bot.chat.context import Context, in_context
from bot.chat.forms import Asking, Form, FormField
from bot.chat.meant import not_as_an_answer
from bot.chat.port import Adapter
from bot.chat.requests import ANSWER, GROUP, about
from bot.chat.sessions import session_of
from bot.chat.signs import Signs
from bot.commands import Commands, Session, parse
from bot.commands.answers import trouble
from bot.commands.words import Edit, Erase, Pair, Prove, Replay, Takeover, Verify, WhatIf
from bot.documents.arriving import Handed, person_behind
from bot.office.live import LiveOffice
from bot.office.retelling import RetellingOffice
from bot.opening import App
from bot.work.worker import Worker
from ledger.domain.entities import Action, Approval, Post, Question
from ledger.domain.events import ChatKind, ChatReceived
from ledger.domain.facts import Fact
from ledger.domain.pairing import ChatIdentity, Role

_TYPED: Final = {
    Verb.APPROVE: "approve",
    Verb.EDIT: "edit",
    Verb.REJECT: "reject",
    Verb.INSTRUCT: "tell",
    Verb.LATER: "later",
    Verb.DID_IT: "did-it",
    Verb.HOLD: "hold",
}
_LONG: Final = Replay | Prove | Verify | WhatIf | Takeover | Erase
"""What takes long enough to show at once that Coo is at it."""


class Turn:
    """One thing a person did, its conversation, and what the answer turned out to be about."""

    def __init__(
        self, fact: Fact, received: ChatReceived, commands: Commands, *, private: bool
    ) -> None:
        """`private`: nobody else reads the answer."""
        self.fact, self.received, self.commands = fact, received, commands
        self.private = private

    @property
    def case(self) -> str:
        """The case that was talked about, or ""."""
        return self.commands.session.last_case


class Replies:
    """Runs what a person said, tapped or filled in through the same commands as everywhere."""

    def __init__(
        self,
        app: App,
        worker: Worker,
        buttons: Buttons,
        services: Mapping[str, Adapter],
        signs: Signs,
    ) -> None:
        self._app, self._worker, self._buttons = app, worker, buttons
        self._services, self._signs = services, signs
        self._context = Context(app.ledger, app.views)

    async def turn(
        self, fact: Fact, received: ChatReceived, who: ChatIdentity, before: str = ""
    ) -> Turn:
        """The conversation as it stands now, or as it stood before a post was made.

        The latter is what a post is made again from: what came after it cannot have been in it,
        and nothing is ordered by it.
        """
        office = (RetellingOffice if before else LiveOffice)(
            self._app,
            self._worker,
            operator=who.operator,
            channel=received.channel,
            by=who.id,
            cause=fact.id,
        )
        session = await self._session(received, who.id, before=before)
        return Turn(fact, received, Commands(office, session), private=is_private(received, who))

    async def _session(
        self, received: ChatReceived, identity: str, *, upto: str = "", before: str = ""
    ) -> Session:
        name = self._app.company.time_zone
        zone = ZoneInfo(name) if name else self._app.clock.now().astimezone().tzinfo
        views, chat = self._app.views, received.chat
        return await session_of(
            views, received.channel, chat, identity, self, zone, upto=upto, before=before
        )

    async def reply(self, turn: Turn, who: ChatIdentity) -> Reply | None:
        """The answer; None where another sign (a card rewritten, a form) is the answer."""
        match turn.received.kind:
            case ChatKind.MESSAGE | ChatKind.COMMAND | ChatKind.EDITED:
                return await self._said(turn, who)
            case ChatKind.TAP:
                return await self._tap(turn, who)
            case ChatKind.FORM:
                return await self._form(turn, who)
            case ChatKind.DELETED | ChatKind.OPENED:
                return None

    # --- words ------------------------------------------------------------------------------------

    async def _said(self, turn: Turn, who: ChatIdentity) -> Reply:
        received = turn.received
        files = await self._files(turn, who)
        if files is not None and not received.text.strip():
            return files
        reply = await self._spoken(turn)
        notes = texts.CHAT_NOTES.format(notes=", ".join(received.notes)) if received.notes else ""
        before = files.lines if files is not None else ()
        return replace(reply, lines=(*before, *reply.lines, *([notes] if notes else [])))

    async def _files(self, turn: Turn, who: ChatIdentity) -> Reply | None:
        received = turn.received
        if not received.files:
            return None
        refused = await turn.commands.barred_below(Role.APPROVER)  # it is input, as words are
        if refused is not None:
            return refused
        service = self._services.get(received.channel)
        await self._signs.show(received)
        handed = await self._handed(received, who)
        return await take_files(received.files, service, self._app.intake, handed)

    async def _handed(self, received: ChatReceived, who: ChatIdentity) -> Handed | None:
        """The case that a file in this place is for; None where it is no case's place."""
        case = (await self._context.about(received)).case
        if not case:
            return None
        person = await person_behind(self._app.views, case)
        return Handed(
            case=case,
            operator=who.operator,
            channel=received.channel,
            by=who.id,
            person="" if self._app.keys.is_forgotten(person) else person,
        )

    async def _spoken(self, turn: Turn) -> Reply:
        """A line of its own, or the text that an earlier answer had asked for."""
        received = turn.received
        quoted = await self._context.post(received)
        asked = await self._asked_for(quoted) if quoted else None
        if asked is not None and parse(received.text).__class__.__name__ == "Say":
            return await self._filled(turn, *asked, {"": received.text})
        before = await self._context.about(received)
        other = await self._context.beside(received.text, before)
        if other is not None:
            return trouble(texts.CHAT_NUMBER, number=other.number)
        line = in_context(received.text, before)
        if isinstance(parse(line), Pair) and not turn.private:
            return trouble(texts.PAIR_IN_FRONT)
        if isinstance(parse(line), _LONG):
            await self._signs.show(received)
        unclear = await not_as_an_answer(self._app.views, received, turn.fact.at, line)
        return unclear or await turn.commands.answer(line)

    async def _asked_for(self, post: Post) -> tuple[Approval, Verb] | None:
        """What a quoted answer had asked for: the button's verb and its card."""
        kind, name = about(post.subject)
        fact = await self._app.ledger.fact(name) if kind == ANSWER else None
        received = fact.event if fact else None
        if not isinstance(received, ChatReceived) or received.kind is not ChatKind.TAP:
            return None
        return await self._wanted(received, post.identity)

    async def _wanted(self, received: ChatReceived, identity: str) -> tuple[Approval, Verb] | None:
        found = await self._tapped(received, identity)
        if isinstance(found, NotTapped):
            return None
        approval = await self._app.views.get(Approval, found.about) if found.about else None
        verb = _asking(found, form=received.kind is ChatKind.FORM)
        return (approval, verb) if approval and verb else None

    # --- taps and forms ---------------------------------------------------------------------------

    async def _tapped(self, received: ChatReceived, identity: str) -> Tapped | NotTapped:
        return await self._buttons.tapped(
            received.button,
            channel=received.channel,
            chat=received.chat,
            message=received.message if received.kind is ChatKind.TAP else "",
            identity=identity,
        )

    async def _tap(self, turn: Turn, who: ChatIdentity) -> Reply | None:
        found = await self._tapped(turn.received, who.id)
        if isinstance(found, NotTapped):
            return trouble(found.words)
        await self._see(turn, found)
        if found.verb is Verb.LATER and await self._asked_when(turn, found):
            return None
        reply = await turn.commands.answer(await self._line(found, turn.commands.session))
        if reply.editor or reply.prompt:
            return await self._ask(turn, found, reply)
        return None if _shown_on_card(found, reply) else reply

    async def _asked_when(self, turn: Turn, tapped: Tapped) -> bool:
        """Whether it was asked when a card shall come back; where it cannot be, it is tomorrow."""
        approval = await self._app.views.get(Approval, tapped.about)
        service = self._services.get(turn.received.channel)
        undecided = approval is not None and approval.status in UNDECIDED
        if approval is None or not undecided or not isinstance(service, Asking):
            return False
        field = FormField(name="text", label=texts.FORM_WHEN, choices=texts.FORM_LATER)
        title = texts.FORM_LATER_TITLE.format(number=approval.number)
        form = Form(
            title=title,
            button=turn.received.button,
            fields=(field,),
            submit=texts.FORM_LATER_SUBMIT,
        )
        return await service.ask(turn.fact.key, form)

    async def _see(self, turn: Turn, tapped: Tapped) -> None:
        """A tap is bound to what its own message showed, whatever else is in the chat."""
        session, name = turn.commands.session, tapped.about
        if about(tapped.post.subject)[0] == GROUP:
            session.seen.update(tapped.post.bound)
            for listed in tapped.post.bound:
                session.drafts.pop(listed, None)
        approval = await self._app.views.get(Approval, name) if name else None
        if approval is None:
            return
        session.seen[name] = tapped.sha256
        session.drafts.pop(name, None)
        if tapped.sha256 and tapped.sha256 != approval.sha256:
            then = await self._session(turn.received, tapped.post.identity, upto=tapped.post.id)
            session.drafts[name] = then.drafts.get(name, {})

    async def _line(self, tapped: Tapped, session: Session) -> str:
        """The command that a button stands for. On a preview, `edit` sends what it shows."""
        if tapped.verb is Verb.EDIT and tapped.about in session.drafts:
            return f"{_TYPED[Verb.APPROVE]} {tapped.about}"
        if tapped.verb is not None:
            return f"{_TYPED[tapped.verb]} {tapped.about}"
        if tapped.choice:
            question = await self._app.views.get(Question, tapped.about)
            return f"{question.number if question else tapped.about} {tapped.choice}"
        return tapped.command

    async def _ask(self, turn: Turn, tapped: Tapped, reply: Reply) -> Reply | None:
        """A form where the service has them, else a message to reply to."""
        approval = await self._app.views.get(Approval, tapped.about)
        form = form_of(turn.received.button, _asking(tapped), approval, reply)
        service = self._services.get(turn.received.channel)
        if form and isinstance(service, Asking) and await service.ask(turn.fact.key, form):
            return None
        if reply.editor is None:
            return reply
        names = ", ".join(reply.editor.fields)
        return replace(reply, hints=(texts.FORM_WANTS.format(names=names),))

    async def _form(self, turn: Turn, who: ChatIdentity) -> Reply | None:
        found = await self._tapped(turn.received, who.id)
        if isinstance(found, NotTapped):
            return trouble(found.words)
        wanted = await self._wanted(turn.received, who.id)
        if wanted is None:
            return trouble(texts.TAP_OVER)
        await self._see(turn, found)
        reply = await self._filled(turn, *wanted, dict(turn.received.fields))
        return None if _shown_on_card(found, reply) else reply

    async def _filled(
        self, turn: Turn, approval: Approval, verb: Verb, fields: dict[str, str]
    ) -> Reply:
        """What was filled in: texts become a preview, a reason or a wish goes with its verb."""
        if not any(text.strip() for text in fields.values()):
            return trouble(texts.FORM_EMPTY)
        if verb is not Verb.EDIT:
            words = " ".join(text.strip() for text in fields.values())
            return await turn.commands.answer(f"{_TYPED[verb]} {approval.id} {words}")
        edits = await self._texts(approval, fields)
        if "" in fields:  # one text at a time: what was changed before it stays changed
            edits = {**turn.commands.session.drafts.get(approval.id, {}), **edits}
        return await turn.commands.edited(approval.id, edits)

    async def _texts(self, approval: Approval, fields: dict[str, str]) -> dict[str, str]:
        """The texts by name. One without a name begins with it, or is the longest one."""
        action = await self._app.views.get(Action, approval.action)
        editable = action.command.editable if action and action.command else ()
        if "" not in fields:
            return {name: text for name, text in fields.items() if name in editable}
        return _named_text(fields[""], editable)

    # --- looking back -----------------------------------------------------------------------------

    async def cards_behind(self, post: Post) -> tuple[str, ...]:
        """What an answer puts before the person, also where it has not left yet."""
        kind, name = about(post.subject)
        return await self._context.cards_of(name) if kind == ANSWER else ()

    async def edits_behind(self, post: Post) -> dict[str, str]:
        """The texts that the preview in an answer changes, read from what it answers."""
        kind, name = about(post.subject)
        fact = await self._app.ledger.fact(name) if kind == ANSWER else None
        received = fact.event if fact else None
        if not isinstance(received, ChatReceived):
            return {}
        if received.kind is ChatKind.FORM:
            wanted = await self._wanted(received, post.identity)
            return await self._texts(wanted[0], dict(received.fields)) if wanted else {}
        return await self._typed_edits(received, post)

    async def _typed_edits(self, received: ChatReceived, post: Post) -> dict[str, str]:
        names = post.bound or await self.cards_behind(post)
        approvals = [await self._app.views.get(Approval, name) for name in names]
        approval = next((each for each in approvals if each), None)
        if approval is None:
            return {}
        quoted = await self._context.post(received)
        if quoted is not None and await self._asked_for(quoted) is not None:
            return await self._texts(approval, {"": received.text})
        meant = parse(in_context(received.text, await self._context.about(received)))
        if not isinstance(meant, Edit) or not meant.field:
            return {}
        action = await self._app.views.get(Action, approval.action)
        editable = action.command.editable if action and action.command else ()
        name = next((each for each in editable if each.startswith(meant.field)), "")
        return {name: meant.text} if name else {}


def is_private(received: ChatReceived, who: ChatIdentity) -> bool:
    """Whether the answer goes where nobody else reads; that of a command always does."""
    return received.direct or (received.kind is ChatKind.COMMAND and bool(who.chat))


def form_of(button: str, verb: Verb | None, approval: Approval | None, reply: Reply) -> Form | None:
    """The form behind a button that wants texts; None for a button that wants none."""
    if verb is None or approval is None or verb.value not in texts.FORM_TITLES:
        return None
    fields = _fields(reply.editor) if reply.editor else _field(verb, reply.prompt)
    return Form(
        title=texts.FORM_TITLES[verb.value].format(number=approval.number),
        button=button,
        fields=fields,
        submit=texts.FORM_SUBMITS[verb.value],
    )


def _fields(editor: Editor) -> tuple[FormField, ...]:
    return tuple(
        FormField(name=name, label=name.capitalize(), text=text, long=name != "subject")
        for name, text in editor.fields.items()
    )


def _field(verb: Verb, prompt: Prompt | None) -> tuple[FormField, ...]:
    label = prompt.question if prompt else texts.FORM_LABELS[verb.value]
    return (FormField(name="text", label=label.rstrip(), long=True),)


def _named_text(text: str, editable: tuple[str, ...]) -> dict[str, str]:
    """`subject: A new title` is the subject's; anything else is the longest text's, the last."""
    name, colon, rest = text.partition(":")
    if colon and name.strip().lower() in editable:
        return {name.strip().lower(): rest.strip()}
    return {editable[-1]: text} if editable else {}


def _asking(tapped: Tapped, *, form: bool = False) -> Verb | None:
    """The verb of a button that asks for texts, or None. `form`: where there are forms."""
    if tapped.verb in {Verb.EDIT, Verb.REJECT, Verb.INSTRUCT}:
        return tapped.verb
    if form and tapped.verb is Verb.LATER:
        return tapped.verb
    return Verb.EDIT if tapped.command.startswith(f"{_TYPED[Verb.EDIT]} ") else None


def _shown_on_card(tapped: Tapped, reply: Reply) -> bool:
    """Whether the card that was tapped is rewritten with all there is to say."""
    return (
        bool(tapped.about) and bool(reply.waits_for) and not reply.trouble and len(reply.lines) == 1
    )


def cards_of(reply: Reply) -> tuple[str, ...]:
    """What an answer puts before a person, in order."""
    return tuple(card.about for card in reply.cards if card.kind is not CardKind.OUTCOME)
