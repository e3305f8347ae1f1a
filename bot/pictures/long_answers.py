"""A long answer in a chat: a few lines to read now, and the whole of it as a file beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.channel import Attached, Reply, Table
from bot.wording.amounts import counted

SHOWN_LINES: Final = 8
SHOWN_ROWS: Final = 5
"""So much of a long answer stands in the chat itself."""

MOST_ROWS: Final = 80
"""Of a table in a chat: all that can be said still fits; nobody scrolls through more."""

_SIGNS: Final = 160
"""Of a shown line; the file has all of it."""


def in_short(reply: Reply, most: int) -> Reply:
    """The reply as it is, or, where its words take more than `most` signs, its beginning and a
    file. Cards, buttons and hints stay: what can be decided is never behind a file."""
    whole = whole_text(reply)
    rows = len(reply.table.rows) if reply.table else 0
    if len(whole) <= most and rows <= MOST_ROWS:
        return reply
    lines = tuple(_cut(each) for each in reply.lines[:SHOWN_LINES])
    table = _first_rows(reply.table)
    left = len(reply.lines) - len(lines) + _left(reply.table, table)
    note = texts.LONG_ANSWER.format(lines=counted(left, "line")) if left else texts.LONG_CUT
    file = Attached(
        name=texts.LONG_NAME,
        media_type="text/plain",
        title=reply.title or texts.LONG_TITLE,
        data=whole.encode(),
    )
    return replace(
        reply,
        lines=lines,
        table=table,
        hints=(note, *reply.hints),
        attachments=(*reply.attachments, file),
    )


def whole_text(reply: Reply) -> str:
    """Title, lines and table as plain text that also reads well on a narrow screen."""
    return "\n".join(_told(reply)) + "\n"


def _first_rows(table: Table | None) -> Table | None:
    """The first rows of a table, each cell on one line."""
    if table is None:
        return None
    rows = tuple(tuple(_cut(cell) for cell in row) for row in table.rows[:SHOWN_ROWS])
    return Table(table.columns, rows)


def _told(reply: Reply) -> Iterator[str]:
    if reply.title:
        yield from (reply.title, "")
    yield from reply.lines
    if reply.table is not None:
        if reply.lines:
            yield ""
        yield " · ".join(filter(None, reply.table.columns))
        for row in reply.table.rows:
            yield " · ".join(filter(None, row))


def _left(table: Table | None, shown: Table | None) -> int:
    return len(table.rows) - len(shown.rows) if table and shown else 0


def _cut(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= _SIGNS else first[: _SIGNS - 1].rstrip() + "…"
