"""Long answers in several messages: cut between lines, with cards and buttons on the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.channel import Attached, Card, Reply, Row
from bot.chat.port import Limits

Piece = Reply | Attached
"""One message of a post: a part of its text, or a file."""

_FRAME: Final = 200
"""Room that is left for what a service puts around a text: marks, numbers, labels."""


def pieces(reply: Reply, limits: Limits) -> tuple[Piece, ...]:
    """What leaves, in order: the text in parts, the files, then what can be tapped.

    A reply that fits and carries no file is one piece, as it is.
    """
    files = attached(reply)
    bare = without_files(reply)
    if not files and size(bare) <= limits.text:
        return (bare,)
    *before, last = _parts(bare, limits.text - _FRAME)
    return (*before, *files, last)


def attached(reply: Reply) -> tuple[Attached, ...]:
    """Every file that hangs on the reply or on a card of it."""
    of_cards = (each for card in reply.cards for each in card.attachments)
    return (*reply.attachments, *of_cards)


def without_files(reply: Reply) -> Reply:
    """The reply alone."""
    cards = tuple(replace(card, attachments=()) for card in reply.cards)
    return replace(reply, attachments=(), cards=cards)


def size(reply: Reply) -> int:
    """About how long a message it makes, in UTF-16 units."""
    table = "\n".join("  ".join(row) for row in _cells(reply))
    words = (reply.title, *reply.lines, table, *reply.hints)
    return sum(units(word) + 1 for word in words if word) + sum(map(_card_size, reply.cards))


def units(text: str) -> int:
    """The length of a text as services count it: UTF-16 code units."""
    return len(text) + sum(1 for sign in text if sign > "\uffff")


def chunks(lines: Iterable[str], limit: int) -> list[tuple[str, ...]]:
    """Lines put together into chunks of at most `limit` units; a longer line is cut."""
    found: list[list[str]] = [[]]
    used = 0
    for line in (part for each in lines for part in _cut(each, limit)):
        if found[-1] and used + units(line) + 1 > limit:
            found.append([])
            used = 0
        found[-1].append(line)
        used += units(line) + 1
    return [tuple(chunk) for chunk in found]


def _parts(reply: Reply, limit: int) -> Iterator[Reply]:
    """The words in as many parts as they take; table and cards come whole, with the last."""
    table = _table_lines(reply) if _too_long_a_table(reply, limit) else ()
    words = chunks((*reply.lines, *table), limit)
    cards = tuple(_fitting(card, limit) for card in reply.cards)
    end = Reply(
        table=None if table else reply.table,
        cards=cards,
        hints=reply.hints,
        editor=reply.editor,
        prompt=reply.prompt,
        trouble=reply.trouble,
        waits_for=reply.waits_for,
        leave=reply.leave,
    )
    for place, chunk in enumerate(words):
        title = reply.title if not place else ""
        said = Reply(title=title, lines=chunk, trouble=reply.trouble)
        if place < len(words) - 1:
            yield said
        elif size(said) + size(end) <= limit + _FRAME:
            yield replace(end, title=title, lines=chunk)
        else:
            yield said
            yield end


def _fitting(card: Card, limit: int) -> Card:
    """The card with its text cut so that its buttons fit below; rows are cut before that."""
    over = _card_size(card) - limit
    if over <= 0:
        return card
    left = max(0, len(card.excerpt) - over)
    shorter = replace(card, excerpt=card.excerpt[:left], cut=card.cut + len(card.excerpt) - left)
    if _card_size(shorter) <= limit:
        return shorter
    return replace(shorter, rows=tuple(_short_rows(shorter.rows, limit - _FRAME)))


def _short_rows(rows: tuple[Row, ...], limit: int) -> Iterator[Row]:
    """Every row keeps its first lines, as far as there is room for all."""
    room = max(40, limit // max(1, len(rows)) - 20)
    for row in rows:
        first = chunks(row.lines, room)[0]
        cut = len(first) < len(row.lines) or units(row.lines[0]) > units(first[0])
        yield replace(row, lines=(*first, "…") if cut else row.lines)


def _too_long_a_table(reply: Reply, limit: int) -> bool:
    return units("\n".join(_table_lines(reply))) > limit


def _table_lines(reply: Reply) -> tuple[str, ...]:
    return tuple("  ".join(cells) for cells in _cells(reply))


def _cells(reply: Reply) -> tuple[tuple[str, ...], ...]:
    return (reply.table.columns, *reply.table.rows) if reply.table else ()


def _card_size(card: Card) -> int:
    rows = sum(
        units(row.label) + 2 + sum(units(line) + 1 for line in row.lines) for row in card.rows
    )
    note = len(texts.POST_MORE) + 20 if card.cut else 0
    return units(card.title) + rows + units(card.excerpt) + note + units(card.footer) + 20


def _cut(line: str, limit: int) -> Iterator[str]:
    """A line in pieces of at most `limit` units, between words where there are any."""
    for part in line.split("\n"):
        rest = part
        while units(rest) > limit:
            head = _head(rest, limit)
            yield head.rstrip()
            rest = rest[len(head) :].lstrip()
        yield rest


def _head(text: str, limit: int) -> str:
    """The longest beginning that fits, up to a space where one is near its end."""
    end, used = 0, 0
    for sign in text:
        used += 2 if sign > "\uffff" else 1
        if used > limit:
            break
        end += 1
    space = text.rfind(" ", end // 2, end)
    return text[: space + 1] if space > 0 else text[:end]
