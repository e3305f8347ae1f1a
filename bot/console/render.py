"""Answers as rich renderables: calm, aligned, never wider than `WIDTH`.

Nothing here is read as markup: foreign text may hold brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from bot import texts
from bot.channel import Button, Card, CardKind, Reply, Row, Table

WIDTH: Final = 100
LABEL: Final = 13
INSIDE: Final = WIDTH - 4
GAP: Final = "   "

_BORDERS: Final = {
    CardKind.APPROVAL: "yellow",
    CardKind.PREVIEW: "cyan",
    CardKind.QUESTION: "magenta",
    CardKind.FAILURE: "red",
    CardKind.OUTCOME: "green",
    CardKind.DECIDED: "dim",
    CardKind.DETAILS: "blue",
    CardKind.LIST: "yellow",
}


def render(reply: Reply) -> Iterator[RenderableType]:
    """The parts of an answer, in reading order."""
    if reply.title:
        yield said(reply.title, "bold")
    style = "red" if reply.trouble else ""
    for place, line in enumerate(reply.lines):
        yield said(line, style if not place else "")
    if reply.table:
        yield _table(reply.table)
    yield from map(card_panel, reply.cards)
    for hint in reply.hints:
        yield said(hint, "dim")


def said(text: str, style: str = "") -> Text:
    """A line of Coo's own; what stands in backticks is set off as something to type."""
    line = Text(style=style)
    for place, part in enumerate(re.split(r"(`[^`\n]+`)", text)):
        line.append(part, style="bold" if place % 2 else None)
    return line


def card_panel(card: Card) -> Panel:
    """A card: its rows, its text, and what can be done with it."""
    parts: list[RenderableType] = [_rows(card.rows)] if card.rows else []
    if card.excerpt or card.cut:
        parts += list(_text(card))
    if card.buttons:
        parts += [Rule(style="dim"), _buttons(card)]
    if card.footer:
        parts.append(Text(card.footer, style="dim"))
    number = f"{card.number} · " if card.number else ""
    return Panel(
        Group(*parts),
        title=Text(f"{number}{card.title}", style="bold"),
        title_align="left",
        border_style=_BORDERS[card.kind],
        box=box.ROUNDED,
        width=None,
    )


def plain(reply: Reply, width: int = WIDTH) -> str:
    """The answer as plain text, for pipes, tests and transcripts."""
    console = Console(width=width, no_color=True, highlight=False, force_terminal=False)
    with console.capture() as caught:
        put(console, reply)
    return "\n".join(line.rstrip() for line in caught.get().splitlines())


def put(console: Console, reply: Reply) -> None:
    """Print an answer, at most `WIDTH` wide."""
    for part in render(reply):
        console.print(part, width=min(WIDTH, console.width), markup=False, highlight=False)


def _rows(rows: tuple[Row, ...]) -> RichTable:
    grid = RichTable.grid(padding=(0, 1))
    grid.add_column(width=LABEL, style="dim")
    grid.add_column(ratio=1, overflow="fold")
    for row in rows:
        style = "bold" if row.important else ""
        lines = [
            _row_line(line, style if not place else "") for place, line in enumerate(row.lines)
        ]
        grid.add_row(row.label, Group(*lines))
    return grid


def _row_line(line: str, style: str) -> Text:
    """A line that begins with `!` is a warning."""
    return Text(line, style="red" if line.startswith("!") else style, overflow="fold")


def _text(card: Card) -> Iterator[RenderableType]:
    yield Rule(style="dim")
    yield Padding(Text(card.excerpt, overflow="fold"), (0, 2))
    if card.cut:
        note = texts.CUT.format(number=f"{card.cut:,}", show=f"show {card.number}")
        yield Padding(said(note, "dim"), (0, 2))


def _buttons(card: Card) -> RenderableType:
    if any(button.choice for button in card.buttons):
        grid = RichTable.grid(padding=(0, 2))
        for button in card.buttons:
            grid.add_row(Text(button.typed, style="bold"), Text(button.label))
        return grid
    return Group(*_filled([_typed(card, button) for button in card.buttons]))


def _typed(card: Card, button: Button) -> Text:
    """What to type, and what it means where the word alone does not say it."""
    text = Text(button.typed, style="bold")
    if card.kind is not CardKind.APPROVAL:
        text.append(f" ({button.label})", style="dim")
    return text


def _filled(parts: list[Text]) -> Iterator[Text]:
    """The parts side by side, none of them broken, on as many lines as it takes."""
    line = Text()
    for part in parts:
        if line and len(line) + len(GAP) + len(part) > INSIDE:
            yield line
            line = Text()
        line.append(GAP if line else "").append_text(part)
    yield line


def _table(table: Table) -> RichTable:
    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for place, name in enumerate(table.columns):
        narrow = place < len(table.columns) - 1 and _narrow(table, place)
        drawn.add_column(name, no_wrap=narrow, overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(_cell, row))
    return drawn


def _cell(text: str) -> RenderableType:
    """Lines keep their indent where they are wrapped."""
    if "\n" not in text:
        return Text(text, overflow="fold")
    lines = [(line, len(line) - len(line.lstrip(" "))) for line in text.split("\n")]
    return Group(*(Padding(_row_line(line[by:], ""), (0, 0, 0, by)) for line, by in lines))


def _narrow(table: Table, place: int) -> bool:
    """Whether a column's cells are short enough never to be wrapped."""
    return max((len(row[place]) for row in table.rows), default=0) <= 28  # noqa: PLR2004  # about a quarter of the width
