"""An answer of Coo as Block Kit: pure, and never longer than Slack takes.

Order and words are those of the answer. Each card ends in its buttons, and those are never cut:
what does not fit is text, and a note says how much of it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    TableBlock,
)

from bot import texts
from bot.cards.face import face
from bot.channel import Button, Card, Reply, Row, Table, Verb
from bot.slack import inert, rich

MOST_BLOCKS: Final = 50
MOST_SIGNS: Final = 12_000
"""Of text that may be long, in all blocks of a message together."""
SLACKS_LIMIT: Final = 13_200
"""Signs of any text in a message; Slack refuses more with `msg_blocks_too_long`."""

HEADER: Final = 150
LABEL: Final = 75
VALUE: Final = 2000
NOTE: Final = 2000
SHORT: Final = 1200
"""Signs of a card that stands in a list."""
ACTIONS: Final = 25
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
TABLE_SIGNS: Final = 10_000
CELL: Final = 1000
FALLBACK: Final = 3000
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
MOST_HINTS: Final = 5
WARNING: Final = "⚠"
TAPPED: Final = "coo"
"""The action id of every button begins with it."""

Json = dict[str, Any]  # as Slack's own models give it

Callbacks = Sequence[Sequence[str]]
"""For each card the opaque ids that taps on its buttons bring back, in their order."""

_INDENT: Final = rich.Run("     ")
_RISKY: Final = frozenset({Verb.APPROVE, Verb.EDIT})


class Sheet(Struct, frozen=True):
    """What one Slack message or view holds. `text` is what a notification says.

    `cut`: something had to be left out, so the whole belongs beside it as a file.
    """

    blocks: tuple[Json, ...]
    text: str
    cut: bool = False


class Surface(Struct, frozen=True):
    """Where blocks are shown: how many there may be, how many cards, and whether tables are."""

    blocks: int
    cards: int
    tables: bool


MESSAGE: Final = Surface(MOST_BLOCKS, 4, tables=True)
VIEW: Final = Surface(100, 10, tables=False)


def sheet(reply: Reply, callbacks: Callbacks = (), surface: Surface = MESSAGE) -> Sheet:
    """The answer as the blocks of one message or view.

    Titles, labels, hints and signs that Slack writes longer count, too: where they are many, the
    long texts get less room.
    """
    for smaller, most in _ever_less(surface):
        made, cut = _drawn(reply, callbacks, smaller, most)
        if not _too_much(made, surface):
            break
    return Sheet(checked(made, surface.blocks), fallback(reply), cut)


def _ever_less(surface: Surface) -> Iterator[tuple[Surface, int]]:
    """Ever less room for long texts, then ever fewer cards."""
    for most in range(MOST_SIGNS, -1, -1_500):
        yield surface, most
    for cards in range(surface.cards - 1, 0, -1):
        yield replace(surface, cards=cards), 0


def _too_much(made: Sequence[Block], surface: Surface) -> bool:
    drawn = [block.to_dict() for block in made]
    return len(made) > surface.blocks or signs_of(drawn) > SLACKS_LIMIT


def signs_of(blocks: object) -> int:
    """How many signs of text stand in blocks, wherever they stand."""
    match blocks:
        case dict():
            own = blocks.get("text")
            signs = len(own) if isinstance(own, str) else 0
            return signs + sum(map(signs_of, blocks.values()))
        case list() | tuple():
            return sum(map(signs_of, blocks))
        case _:
            return 0


def _drawn(
    reply: Reply, callbacks: Callbacks, surface: Surface, most: int
) -> tuple[list[Block], bool]:
    """The blocks with so much room for long texts, and whether anything had to be left out."""
    cards = reply.cards[: surface.cards]
    lead, left = rich.within(_lead(reply), most // (2 if cards or reply.table else 1))
    made: list[Block] = [*title_blocks(reply.title), *rich.blocks(lead), *_missing(left)]
    missing_rows = 0
    if reply.table:
        drawn, missing_rows = _table(reply.table, surface, most)
        made += drawn
    room = max(0, most - rich.size(lead)) // max(1, len(cards))
    for place, card in enumerate(cards):
        made += _card(card, callbacks[place] if place < len(callbacks) else (), room)
    left_out = len(reply.cards) - len(cards)
    if left_out:
        made.append(note(texts.SLACK_CARDS_CUT.format(number=left_out)))
    made += [note(hint) for hint in reply.hints[:MOST_HINTS]]
    return made, bool(left or missing_rows or left_out)


def checked(made: Sequence[Block], most: int = MOST_BLOCKS) -> tuple[Json, ...]:
    """The blocks as JSON, each one passed by Slack's own models.

    Raises `SlackObjectFormationError` where a limit is broken, before anything leaves.
    """
    if len(made) > most:
        raise SlackObjectFormationError(f"{len(made)} blocks, {most} are allowed")
    blocks: list[Block] = list(made) or [note(inert.NOTHING)]
    return tuple(block.to_dict() for block in blocks)


def fallback(reply: Reply) -> str:
    """The answer in a line or two, for notifications and readers of the screen; escaped."""
    cards = [f"{card.number} · {card.title}" if card.number else card.title for card in reply.cards]
    said = [reply.title, *reply.lines, *cards, *reply.hints]
    text = "\n".join(inert.inert(part) for part in said if part)
    return inert.cut_escaped(text or texts.SLACK_NEWS, FALLBACK)


def note(text: str) -> ContextBlock:
    """A small grey line of Coo's own."""
    return ContextBlock(elements=[inert.plain(text.replace("`", "'"), NOTE)])


def card_with_buttons(card: Card, ids: Sequence[str]) -> list[Block]:
    """A card in brief with its buttons, for a list of several."""
    return [*_body(card, SHORT), *_buttons(card, ids)]


def button_blocks(bound: Sequence[tuple[Button, str]], *, sure: bool = False) -> Iterator[Block]:
    """Buttons with their ids; one without is written out as what to type. `sure`: ask first."""
    yield from rich.blocks([_spelt(button) for button, value in bound if not value])
    known = [(button, value) for button, value in bound if value]
    elements = [_button(button, value, at, sure) for at, (button, value) in enumerate(known)]
    for start in range(0, len(elements), ACTIONS):
        yield ActionsBlock(elements=elements[start : start + ACTIONS])


def title_blocks(title: str) -> Iterator[Block]:
    """A heading; one that is too long for it stands below once more, whole."""
    if title:
        yield HeaderBlock(text=inert.plain(title, HEADER))
        if len(inert.escaped(title)) > HEADER:
            yield from rich.blocks([rich.own_words(title, bold=True)])


def _lead(reply: Reply) -> list[rich.Paragraph]:
    first = reply.trouble
    lines = [rich.own_words(line, bold=first and not at) for at, line in enumerate(reply.lines)]
    return [line for line in lines if line]


def _missing(left: int) -> Iterator[Block]:
    if left:
        yield note(texts.SLACK_CUT.format(number=f"{left:,}"))


def _card(card: Card, ids: Sequence[str], room: int) -> list[Block]:
    return [*_body(card, room), *_buttons(card, ids), DividerBlock()]


def _body(whole: Card, room: int) -> list[Block]:
    card = face(whole)
    number = f"{card.number} · " if card.number else ""
    rows, left = rich.within([line for row in card.rows for line in _row(row)], room * 2 // 3)
    shown = inert.inert(card.excerpt)[: max(0, room - rich.size(rows))]
    more = card.cut + len(inert.inert(card.excerpt)) - len(shown)
    return [
        *title_blocks(f"{number}{card.title}"),
        *rich.blocks(rows),
        *_missing(left),
        *(rich.quoted(shown) if shown else ()),
        *_more(card, more),
        *([note(card.footer)] if card.footer else ()),
    ]


def _more(card: Card, left: int) -> Iterator[Block]:
    if left:
        show = f"show {card.number}"
        yield note(texts.CUT.format(number=f"{left:,}", show=show))


def _row(row: Row) -> Iterator[rich.Paragraph]:
    for place, line in enumerate(row.lines):
        lead = rich.Run(f"{inert.inert(row.label)}: ", italic=True) if not place else _INDENT
        yield (lead, *_row_line(line, row.important and not place))


def _row_line(line: str, important: bool) -> rich.Paragraph:
    """A line that begins with `!` is a warning. Of what is important, the first line stands out."""
    if line.startswith("!"):
        return rich.own_words(f"{WARNING} {line[1:].lstrip()}", bold=True)
    return rich.own_words(line, bold=important)


def _buttons(card: Card, ids: Sequence[str]) -> Iterator[Block]:
    """The buttons; words too long for one are written out above them."""
    bound = list(zip(card.buttons, [*ids, *("" for _ in card.buttons)], strict=False))
    long = [each for each, value in bound if value and _too_long(each)]
    yield from rich.blocks([_spelt(button) for button in long])
    sure = card.irreversible
    yield from button_blocks(bound, sure=sure)


def _too_long(button: Button) -> bool:
    return len(inert.escaped(button.label)) > LABEL


def _spelt(button: Button) -> rich.Paragraph:
    return (rich.Run(button.typed, code=True), rich.Run(f"  {inert.inert(button.label)}"))


def _button(button: Button, value: str, place: int, sure: bool) -> ButtonElement:
    return ButtonElement(
        text=inert.plain(button.label, LABEL),
        action_id=f"{TAPPED}:{place}",
        value=value,
        style=_style(button),
        confirm=_sure(button) if sure and button.verb in _RISKY else None,
    )


def _style(button: Button) -> str | None:
    if button.verb in _RISKY and button.verb is not None:
        sends = button.verb is Verb.APPROVE or button.label == texts.VERB_SEND_EDIT
        return "primary" if sends else None
    return "danger" if button.verb is Verb.REJECT else None


def _sure(button: Button) -> ConfirmObject | None:
    """Asked only where there is no way back; a second tap for everything is soon not read."""
    if button.verb is Verb.EDIT and button.label != texts.VERB_SEND_EDIT:
        return None
    why = texts.SLACK_SURE_WHY.format(label=button.label)
    return ConfirmObject(
        title=inert.plain(texts.SLACK_SURE, CONFIRM_TITLE),
        text=inert.plain(why, CONFIRM_TEXT),
        confirm=inert.plain(texts.SLACK_SURE_YES, CONFIRM_BUTTON),
        deny=inert.plain(texts.SLACK_SURE_NO, CONFIRM_BUTTON),
        style="danger",
    )


def _table(table: Table, surface: Surface, most: int) -> tuple[list[Block], int]:
    """The table, and how many of its rows did not fit."""
    rows = [row[:TABLE_COLUMNS] for row in (table.columns, *table.rows)]
    if surface.tables and any(table.columns):
        drawn = _fitting(rows, min(TABLE_SIGNS, most))
        cells = [[inert.cell(each, CELL) for each in row] for row in drawn]
        settings = [{"is_wrapped": True} for _ in rows[0]]
        made: list[Block] = [TableBlock(rows=cells, column_settings=settings)] if cells else []
        left = len(rows) - len(drawn)
    else:
        lines, signs = rich.within([_joined(row) for row in table.rows], most // 2)
        made, left = list(rich.blocks(lines)), len(table.rows) - len(lines) if signs else 0
    return [*made, *([note(texts.SLACK_ROWS_CUT.format(number=left))] if left else ())], left


def _fitting(rows: Sequence[tuple[str, ...]], most: int) -> list[tuple[str, ...]]:
    kept: list[tuple[str, ...]] = []
    signs = 0
    for row in rows[:TABLE_ROWS]:
        signs += sum(min(len(each), CELL) or 1 for each in row)
        if signs > most:
            break
        kept.append(row)
    return kept


def _joined(row: tuple[str, ...]) -> rich.Paragraph:
    first, *rest = (inert.inert(each) for each in row)
    behind = " · ".join(each for each in rest if each)
    return (rich.Run(first, bold=True), rich.Run(f"  {behind}"))
