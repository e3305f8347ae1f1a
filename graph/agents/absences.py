"""When somebody is back, as their absence note says, in three languages. Never guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from graph.agents.days import Named, days_in
from graph.agents.plaintext import LONGEST, plain

_NEAR: Final = 60
"""How many signs before a day say what it means."""
_AFTER: Final = 30
_FAR: Final = timedelta(days=366)

_UNTIL: Final = re.compile(
    r"(?:\b(?:until|till?|through|thru|to|bis|jusqu'(?:au|a)|au)|-)"
    r"(?:[ ,]+(?:and|including|inclusive|zum|einschlies\w*|inklusive|incl\.?|le|the|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche))*\s*$"
)
_BACK: Final = re.compile(
    r"\b(?:back|returns?|returning|again|available|reachable|wieder|zuruck|erreichbar|ruckkehr|"
    r"de retour|reviens|reviendrai|retour)\b[^\n]*$"
)
_AGAIN: Final = re.compile(r"^[^\n.]{0,20}\b(?:back|again|wieder|zuruck|de retour)\b")
_LEADING: Final = re.compile(
    r"^(?:(?:until|till|by|on|before|this|coming|bis|spatestens|zum|am|vor|dem|den|ab|le|au|a|avant|"
    r"jusqu'au|pour|ce|at|the)[ ,]+)*"
)
"""What the reader of days takes as part of one; it says what the day means."""


def back_on(text: str, today: date) -> date | None:
    """The day from which on they are there again; None where the note names none to come.

    "until Friday" means that they are there on the day after; "back on Friday", on that day.
    """
    folded = plain(text[:LONGEST])
    found = [day for named in days_in(folded, today) if (day := _meant(folded, named))]
    ahead = [day for day in found if today < day <= today + _FAR]
    return max(ahead, default=None)


def _meant(folded: str, named: Named) -> date | None:
    """What a named day says of the absence; None where it says nothing."""
    if named.day is None:
        return None
    own = _LEADING.match(folded[named.start : named.end])
    before = folded[max(0, named.start - _NEAR) : named.start + (own.end() if own else 0)]
    if _UNTIL.search(before):
        return named.day + timedelta(days=1)
    after = folded[named.end : named.end + _AFTER]
    return named.day if _BACK.search(before) or _AGAIN.search(after) else None
