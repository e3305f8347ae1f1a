"""Paragraphs as Slack's `rich_text`: each run of words carries its own style, and none is parsed.

A `rich_text` element of type `text` is shown as it is: what looks like a mention, a link or bold
type inside it stays the signs it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.models.blocks import (
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.slack.inert import inert

LONGEST: Final = 3000
"""Signs in one block; Slack names no limit for this kind, so the one of a section counts."""

_TYPED: Final = re.compile(r"(`[^`\n]+`)")


class Run(Struct, frozen=True):
    """Words in one style. `code`: something to type."""

    text: str
    bold: bool = False
    code: bool = False
    italic: bool = False


Paragraph = tuple[Run, ...]


def own_words(line: str, *, bold: bool = False) -> Paragraph:
    """A line of Coo's own: what stands in backticks is set off as something to type."""
    parts = _TYPED.split(inert(line))
    return tuple(
        Run(part.strip("`"), code=True) if place % 2 else Run(part, bold=bold)
        for place, part in enumerate(parts)
        if part
    )


def size(paragraphs: Iterable[Paragraph]) -> int:
    """How many signs they hold, a line feed after each included."""
    return sum(1 + sum(len(run.text) for run in paragraph) for paragraph in paragraphs)


def within(paragraphs: Sequence[Paragraph], room: int) -> tuple[list[Paragraph], int]:
    """What fits into `room` signs, and how many signs are left out."""
    kept: list[Paragraph] = []
    for paragraph in paragraphs:
        fits = _shortened(paragraph, room - 1)
        if not fits:
            break
        kept.append(fits)
        room -= size([fits])
        if fits != paragraph:
            break
    return kept, size(paragraphs) - size(kept)


def blocks(paragraphs: Iterable[Paragraph]) -> Iterator[RichTextBlock]:
    """The paragraphs as blocks, none longer than Slack takes."""
    for group in _grouped(paragraphs):
        yield RichTextBlock(elements=[RichTextSectionElement(elements=_lines(group))])


def quoted(text: str) -> Iterator[RichTextBlock]:
    """A text that is shown as somebody's words: set off by a bar at its left."""
    for group in _grouped([(Run(inert(text)),)]):
        yield RichTextBlock(elements=[RichTextQuoteElement(elements=_lines(group))])


def _lines(paragraphs: Sequence[Paragraph]) -> list[RichTextElementParts.Text]:
    runs: list[RichTextElementParts.Text] = []
    for place, paragraph in enumerate(paragraphs):
        runs += [RichTextElementParts.Text(text="\n")] if place else []
        runs += [_text(run) for run in paragraph]
    return runs


def _text(run: Run) -> RichTextElementParts.Text:
    wanted = (("bold", run.bold), ("italic", run.italic), ("code", run.code))
    style = {name: True for name, on in wanted if on}
    return RichTextElementParts.Text(text=run.text, style=style or None)


def _grouped(paragraphs: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    group: list[Paragraph] = []
    for paragraph in (piece for each in paragraphs for piece in _pieces(each)):
        if group and size([*group, paragraph]) > LONGEST:
            yield group
            group = []
        group.append(paragraph)
    if group:
        yield group


def _pieces(paragraph: Paragraph) -> Iterator[Paragraph]:
    """One paragraph, broken where it is longer than a block may be."""
    piece: Paragraph = ()
    for run in (part for whole in paragraph for part in _parts(whole)):
        if size([(*piece, run)]) > LONGEST:
            yield piece
            piece = ()
        piece = (*piece, run)
    if piece:
        yield piece


def _parts(run: Run) -> Iterator[Run]:
    """A long run in pieces, broken between words where there are any."""
    rest = run.text
    while len(rest) > LONGEST - 1:
        at = max(rest.rfind(" ", 0, LONGEST - 1), rest.rfind("\n", 0, LONGEST - 1)) + 1
        at = at if at > LONGEST // 2 else LONGEST - 1
        yield replace(run, text=rest[:at])
        rest = rest[at:]
    if rest:
        yield replace(run, text=rest)


def _shortened(paragraph: Paragraph, room: int) -> Paragraph:
    kept: list[Run] = []
    for run in paragraph:
        text = run.text[: max(0, room)]
        room -= len(text)
        if text:
            kept.append(replace(run, text=text))
    return tuple(kept)
