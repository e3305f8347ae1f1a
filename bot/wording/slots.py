"""What an extractor read out of a text, in words and without the quotes behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.values import Money, decoded


def slot_lines(slots: str) -> Iterator[str]:
    """What was read out of a text, without the quotes behind it: `items: 1 × website`."""
    try:
        read = decoded(slots, dict[str, Any])
    except ValueError:
        yield one_line(slots, 300)
        return
    for name, value in read.items():
        words = _slot(value)
        if words and name not in {"intent", "language"}:
            yield f"{name.replace('_', ' ')}: {one_line(words, 200)}"


def _slot(value: object) -> str:
    match value:
        case list():
            return "; ".join(filter(None, map(_slot, value)))
        case {"minor": int(minor), "currency": str(currency), **more}:
            about = f" ({more['about']})" if more.get("about") else ""
            return f"{amount_words(Money(minor, currency))}{about}"
        case {"item": item, "quantity": quantity}:
            return f"{quantity or '?'} × {item}"
        case dict():
            shown = {key: _slot(part) for key, part in value.items() if key != "evidence"}
            return ", ".join(f"{key} {words}" for key, words in shown.items() if words)
        case None:
            return ""
        case _:
            return str(value)
