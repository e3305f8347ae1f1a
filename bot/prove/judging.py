"""What is wrong with an ending, compared with that of the calm run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.prove.ending import UNRESOLVED, Ending

REPEATED: Final = frozenset(
    {"Tapped", "TapRefused", "VerdictGiven", "AttemptStarted", "DeliveryRecorded"}
)
"""What a restart may say once more: a tap is made again, a try is checked and made again."""


def lost(ending: Ending, calm: Ending, *, whole: bool = True) -> Iterator[str]:
    """Cases that did not come to their end, and what still waits. `whole`: every effect, too."""
    if ending.closed < calm.closed:
        yield f"{calm.closed - ending.closed} of {calm.closed} cases did not come to their end"
    if whole:
        yield from ending.left
        missing = [deed for deed in calm.effects if deed not in ending.effects]
        yield from (f"never happened: {deed}" for deed in missing)


def wrong(ending: Ending, calm: Ending, *, strict: bool, same_books: bool = True) -> Iterator[str]:
    """`strict`: nothing may be parked, and no fact be there that the calm run has not."""
    yield from ending.unbidden
    if same_books and ending.books != calm.books:
        yield f"the books say {ending.books}, and in the calm run {calm.books}"
    if ending.chain != "ok":
        yield f"the chain is broken: {ending.chain}"
    if ending.replay:
        yield f"the read tables are not what the facts fold to: {ending.replay}"
    if any(one.resolved == UNRESOLVED for one in ending.parked):
        yield "an Unknown outcome was never resolved"
    if strict and ending.parked:
        yield "an outcome stayed Unknown though its provider can tell"
    if strict and _lasting(ending) != _lasting(calm):
        yield f"other facts than in the calm run: {_lasting(ending)} and {_lasting(calm)}"


def _lasting(ending: Ending) -> dict[str, int]:
    return {kind: count for kind, count in ending.kinds.items() if kind not in REPEATED}
