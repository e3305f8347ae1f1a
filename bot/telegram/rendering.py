"""An answer of Coo as messages of Telegram: pure; text and marks apart, buttons on the last part.

Order and words are those of the answer. What does not fit one message goes on in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from rich.cells import cell_len

from bot import texts
from bot.cards.face import face
from bot.channel import Button, Card, CardKind, Reply, Row, Table
from bot.chat.port import CALLBACK_BYTES
from bot.telegram.marked import LONGEST_TEXT, Marked, Style, Writing, parts, shortened

LONGEST_LABEL: Final = 60
"""Signs on a button; Telegram cuts what is wider than the screen."""

MOST_BUTTONS: Final = 100
NARROW: Final = 18
"""Two buttons share a row where neither has a longer label."""

PHONE: Final = 40
"""Monospaced signs beside each other on a phone; a wider table is written row by row."""

MOST_PARTS: Final = 6
"""Messages of one answer; a longer one is a file."""

LONGEST_HINT: Final = 64
"""Signs in the empty field of a forced reply."""

SIGNS: Final = {
    CardKind.APPROVAL: "🟡",
    CardKind.PREVIEW: "🔵",
    CardKind.QUESTION: "🟣",
    CardKind.FAILURE: "🔴",
    CardKind.OUTCOME: "🟢",
    CardKind.DECIDED: "⚪",
    CardKind.DETAILS: "🔎",
    CardKind.LIST: "🟡",
}
WARNING: Final = "⚠️"

Ids = Sequence[Sequence[str]]
"""For each card the opaque ids of its buttons, in their order; what has none is typed."""


class Key(Struct, frozen=True):
    """One button under a message: what it says, and the opaque id that a tap brings back."""

    label: str
    id: str


Keyboard = tuple[tuple[Key, ...], ...]


class Part(Struct, frozen=True, kw_only=True):
    """One message. `asks` is set where it wants an answer in words: what to type about."""

    text: Marked
    keyboard: Keyboard = ()
    asks: str = ""


class Sheet(Struct, frozen=True, kw_only=True):
    """An answer as messages. `whole` is all of its text where the messages hold only a part."""

    parts: tuple[Part, ...]
    whole: str = ""


def sheet(reply: Reply, ids: Ids = (), *, repeated: bool = False) -> Sheet:
    """The answer as messages. The last one bears all buttons, or asks for words."""
    written = _written(reply, ids, repeated=repeated)
    pieces = parts(written) or parts(_bare(texts.TELEGRAM_EMPTY))
    whole = ""
    if len(pieces) > MOST_PARTS:
        whole = written.text
        pieces = (*pieces[:1], _bare(texts.TELEGRAM_CUT))
    last = Part(text=pieces[-1], keyboard=keyboard(reply.cards, ids), asks=_asks(reply))
    return Sheet(parts=(*(Part(text=piece) for piece in pieces[:-1]), last), whole=whole)


def single(reply: Reply, ids: Ids = (), *, repeated: bool = False) -> Part:
    """The answer as one message, for what takes the place of another one."""
    made = sheet(reply, ids, repeated=repeated)
    if len(made.parts) == 1:
        return made.parts[0]
    note = _bare(f"\n\n{texts.TELEGRAM_MORE}")
    first = parts(_written(reply, ids, repeated=repeated), LONGEST_TEXT - len(note.text))[0]
    return Part(
        text=Marked(first.text + note.text, first.marks),
        keyboard=made.parts[-1].keyboard,
        asks=made.parts[-1].asks,
    )


def keyboard(cards: Sequence[Card], ids: Ids) -> Keyboard:
    """The buttons of all cards; where there are several cards, each says which one it is for."""
    rows: list[tuple[Key, ...]] = []
    several = sum(1 for card in cards if card.buttons) > 1
    for card, known in zip(cards, ids, strict=False):
        mark = f"{card.number} · " if several and card.number else ""
        pairs = zip(card.buttons, known, strict=False)
        rows += _paired([_key(button, ident, mark) for button, ident in pairs])
    return tuple(_within(rows))


def plain(reply: Reply) -> str:
    """The text of an answer, all of it, without marks."""
    return _written(reply, ()).text


def _written(reply: Reply, ids: Ids, *, repeated: bool = False) -> Marked:
    to = Writing()
    if repeated:
        to.put(texts.TELEGRAM_REPEATED, Style.ITALIC)
    if reply.title:
        to.said(reply.title, Style.BOLD)
    for place, line in enumerate(reply.lines if not reply.editor else ()):
        to.line() if place else to.gap()
        to.said(f"{WARNING} {line}" if reply.trouble and not place else line)
    if reply.table:
        to.gap()
        to.put(_table(reply.table), Style.PRE)
    for place, card in enumerate(reply.cards):
        to.gap()
        _card(to, card, ids[place] if place < len(ids) else ())
    _asked(to, reply)
    for place, hint in enumerate(reply.hints if not reply.prompt else ()):
        to.line() if place else to.gap()
        to.said(hint, Style.ITALIC)
    return to.done()


def _asked(to: Writing, reply: Reply) -> None:
    """What is asked back: one more piece of text, or the new wording of a field."""
    if reply.prompt:
        to.gap()
        to.said(reply.prompt.question)
        to.line()
        to.said(texts.TELEGRAM_REPLY, Style.ITALIC)
    for name, text in reply.editor.fields.items() if reply.editor else ():
        to.gap()
        to.put(name, Style.BOLD)
        to.line()
        to.put(text, Style.PRE)  # a tap copies it


def _asks(reply: Reply) -> str:
    """What stands in the empty field of the answer that is wanted; "" where none is."""
    if reply.editor:
        return texts.TELEGRAM_NEW_TEXT
    return shortened(reply.prompt.question, LONGEST_HINT) if reply.prompt else ""


def _card(to: Writing, card: Card, ids: Sequence[str]) -> None:
    shown = face(card)
    number = f"{card.number} · " if card.number else ""
    to.put(f"{SIGNS[card.kind]} {number}{shown.title}", Style.BOLD)
    for row in shown.rows:
        _row(to, row)
    if card.excerpt:
        to.gap()
        to.quote(card.excerpt)
    if card.cut:
        to.line()
        note = texts.CUT.format(number=f"{card.cut:,}", show=f"show {card.number}")
        to.said(note, Style.ITALIC)
    if shown.footer:
        to.gap()
        to.said(shown.footer, Style.ITALIC)
    _typed(to, card, ids)


def _row(to: Writing, row: Row) -> None:
    for place, line in enumerate(row.lines):
        to.line()
        if place:
            to.put("    ")
        else:
            to.put(f"{row.label}: ", Style.ITALIC)
        shown = f"{WARNING} {line[1:].lstrip()}" if line.startswith("!") else line
        to.said(shown, Style.BOLD if row.important and not place else Style.PLAIN)


def _typed(to: Writing, card: Card, ids: Sequence[str]) -> None:
    """What to type where a button has no id, and what a button says that is too long for one."""
    for place, button in enumerate(card.buttons):
        if place >= len(ids) or len(button.label) > LONGEST_LABEL:
            to.line()
            to.put(button.typed, Style.CODE)
            to.put(f"  {button.label}")


def _table(table: Table) -> str:
    """Columns where they fit a phone, else one row below the other."""
    rows = [row for row in (table.columns, *table.rows) if any(row)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    broken = any("\n" in cell for row in rows for cell in row)
    if not broken and sum(widths) + 2 * (len(widths) - 1) <= PHONE:
        return "\n".join(_aligned(row, widths) for row in rows)
    return "\n".join(_record(table.columns, row) for row in table.rows)


def _aligned(row: tuple[str, ...], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def _record(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    """What is short in the first line, the rest below it, each under its name."""
    head, place = row[0], 1
    while place < len(row) - 1 and "\n" not in row[place]:
        longer = f"{head} · {row[place]}" if row[place] else head
        if cell_len(longer) > PHONE:
            break
        head, place = longer, place + 1
    rest = [pair for pair in zip(columns[place:], row[place:], strict=True) if pair[1]]
    lines = [f"{name}: {cell}" if name and len(rest) > 1 else cell for name, cell in rest]
    return "\n".join([head, *("  " + line.replace("\n", "\n    ") for line in lines)])


def _bare(text: str) -> Marked:
    to = Writing()
    to.said(text)
    return to.done()


def _key(button: Button, ident: str, mark: str) -> Key:
    if not 1 <= len(ident.encode()) <= CALLBACK_BYTES:
        raise ValueError(f"a button carries 1 to {CALLBACK_BYTES} bytes, not {ident!r}")
    return Key(shortened(f"{mark}{button.label}", LONGEST_LABEL), ident)


def _paired(keys: Sequence[Key]) -> Iterator[tuple[Key, ...]]:
    """Short buttons two in a row, long ones alone."""
    row: tuple[Key, ...] = ()
    for key in keys:
        wide = len(key.label) > NARROW
        if row and (wide or len(row) == 2):  # noqa: PLR2004  # two in a row
            yield row
            row = ()
        if wide:
            yield (key,)
        else:
            row = (*row, key)
    if row:
        yield row


def _within(rows: Sequence[tuple[Key, ...]]) -> Iterator[tuple[Key, ...]]:
    """As many rows as Telegram takes."""
    left = MOST_BUTTONS
    for row in rows:
        left -= len(row)
        if left < 0:
            return
        yield row
