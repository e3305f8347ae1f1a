"""The port of a chat: what comes in from a person, and what is shown to one.

Everything here is plain data. A channel translates it into its own widgets and back, and adds
nothing: the words, the order and the verbs of a card are decided by `bot/cards`, answers to
commands by `bot/commands`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

CONSOLE: Final = "console"
"""The name of the channel at a terminal, as it stands in facts."""


class Verb(StrEnum):
    """What a person can do with an approval card; the value is what `Tapped.verb` holds."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    INSTRUCT = "instruct"
    LATER = "later"
    DID_IT = "did_it"
    HOLD = "hold"


class Inbound(Struct, frozen=True, kw_only=True):
    """What a person wrote, as the channel got it. `about` is the thing it replies to, or empty."""

    operator: str
    channel: str
    text: str
    about: str = ""


class Tap(Struct, frozen=True, kw_only=True):
    """A verb used on a card. `sha256` is of the bytes the person saw (for an edit: edited)."""

    approval: str
    verb: Verb
    sha256: str
    text: str = ""
    edits: dict[str, str] = {}


class Progress(Struct, frozen=True, kw_only=True):
    """A sign of life during long work. Never a fact; a later one replaces it."""

    case: str
    text: str
    done: bool = False


class CardKind(StrEnum):
    """What a card is about; channels may colour by it."""

    APPROVAL = "approval"
    PREVIEW = "preview"
    QUESTION = "question"
    FAILURE = "failure"
    OUTCOME = "outcome"
    DECIDED = "decided"
    DETAILS = "details"
    LIST = "list"


class Row(Struct, frozen=True):
    """One labelled line (or several) of a card. `important` rows may be set off.

    `brief` is what a small screen shows instead of `lines`, without ids and hashes; nothing where
    it is empty, the same where it is None. `bot.cards.face.face` makes a card of them, and `more`
    tells the rest: a card on a phone must be understood in five seconds.
    """

    label: str
    lines: tuple[str, ...]
    important: bool = False
    brief: tuple[str, ...] | None = None


class Attached(Struct, frozen=True, kw_only=True):
    """A file that hangs on a card or an answer: a picture, a document, a long text.

    `data` are its bytes. Where it is empty, `blob` is the sha256 under which the blob store keeps
    them; `bot.pictures.attaching.opened` fetches them, and adds the picture of a document's page,
    right before a reply leaves.
    """

    name: str
    media_type: str
    title: str = ""
    data: bytes = b""
    blob: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether a chat shows it in place, instead of as a file to open."""
        return self.media_type in {"image/png", "image/jpeg"}


class Button(Struct, frozen=True, kw_only=True):
    """One way to react. `typed` is the command that does the same in any channel.

    `verb` is set on approval cards, `choice` on questions, `command` on failures (a remedy
    that Coo can do itself), on lists and for a closer look (`more 3`); exactly one of them. `name`
    is what a button of a list stays known by, wherever it moves when others go.
    """

    label: str
    typed: str
    verb: Verb | None = None
    choice: str = ""
    command: str = ""
    name: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """Something that waits for a person, or tells what came of it.

    `about` is the id of the approval, question, failure or action; `number` what people type
    (0: none). `rows` are in reading order. `text` is the full document text, `excerpt` what
    fits on the card and `cut` how many characters the excerpt leaves out. `sha256` is what a
    tap on this card is bound to, `edits` the texts that a preview changed. `attachments` are the
    documents that leave with it, by reference. `irreversible`: what it approves cannot be taken
    back, so a channel that can asks once more. `binds` is of a list: each approval on it with the
    sha256 of its own bytes, which are what a tap on that one counts for.
    """

    kind: CardKind
    about: str
    title: str
    number: int = 0
    case: str = ""
    rows: tuple[Row, ...] = ()
    text: str = ""
    excerpt: str = ""
    cut: int = 0
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    sha256: str = ""
    edits: dict[str, str] = {}
    attachments: tuple[Attached, ...] = ()
    irreversible: bool = False
    binds: dict[str, str] = {}


class Table(Struct, frozen=True):
    """A small table. Every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Editor(Struct, frozen=True, kw_only=True):
    """A request to let the person edit texts; the answer is `edit NUMBER FIELD NEW TEXT`."""

    approval: str
    number: int
    fields: dict[str, str]


class Prompt(Struct, frozen=True, kw_only=True):
    """A request for one more piece of text; the answer is appended to `command`."""

    question: str
    command: str


class Reply(Struct, frozen=True, kw_only=True):
    """What a command answers, in the order: title, lines, table, cards, attachments, hints.

    `editor` and `prompt` ask an interactive channel for more; a channel that cannot shows
    `hints`, which say what to type. `leave` ends the conversation.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    table: Table | None = None
    cards: tuple[Card, ...] = ()
    hints: tuple[str, ...] = ()
    editor: Editor | None = None
    prompt: Prompt | None = None
    trouble: bool = False
    waits_for: str = ""
    leave: bool = False
    attachments: tuple[Attached, ...] = ()


class Channel(Protocol):
    """One place where the operator talks to Coo."""

    @property
    def name(self) -> str: ...

    async def show(self, reply: Reply) -> None:
        """Put an answer or a notice before the person."""
        ...

    async def progress(self, progress: Progress) -> None:
        """Show a sign of life, replacing the last one of the same case."""
        ...
