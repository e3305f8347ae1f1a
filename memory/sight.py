"""Who may see what: the words that a kind of model call is shown, and what they are stripped of.

The reader fills typed slots and sees the customer's words, as data. The planner sees ours and the
operator's, and of a customer only what was read out of their words. What a drafter writes leaves
the house, so it sees only what may leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.knowledge import KnowledgeKind

CUSTOMER: Final = "the customer"
"""What stands in place of a name, where a call is not told who it is about."""

SHORTEST_NAME: Final = 3
"""Letters; a shorter part of a name ("de", "Co") is a word like any other."""

READERS_ALONE: Final = "what a customer wrote is for the reader alone"
STAYS_HERE: Final = "what the draft may not say"
SOMEBODY_ELSES: Final = "somebody else's words"

_ADDRESS: Final = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[A-Za-z0-9]+")
_ACCOUNT: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,4})?\b")
_PHONE: Final = re.compile(r"\+[0-9][0-9 ()/-]{6,}[0-9]")


class Part(StrEnum):
    """What a model does: reads a mail, picks the next step, writes a text."""

    READ = "extract"
    PLAN = "plan"
    DRAFT = "draft"


class Sight(Struct, frozen=True, kw_only=True):
    """What a part may see. `readings`: what was read out of mails whose words it may not see;
    `names`: who the customer is; `knows`: which statements.
    """

    customers_words: bool = False
    readings: bool = False
    operators_words: bool = False
    our_words: bool = False
    names: bool = False
    tasks: bool = False
    knows: frozenset[KnowledgeKind] = frozenset()


SIGHTS: Final = {
    Part.READ: Sight(customers_words=True, our_words=True, names=True),
    Part.PLAN: Sight(
        readings=True,
        operators_words=True,
        our_words=True,
        tasks=True,
        knows=frozenset(KnowledgeKind) - {KnowledgeKind.BILLING},
    ),
    Part.DRAFT: Sight(knows=frozenset({KnowledgeKind.PREFERENCE, KnowledgeKind.POLICY})),
}


class Veil(Struct, frozen=True):
    """Takes who somebody is out of a text: their names, and every address, account and number."""

    names: tuple[str, ...] = ()

    def over(self, text: str) -> str:
        """The text with `CUSTOMER` where they are named."""
        for pattern, word in ((_ADDRESS, "address"), (_ACCOUNT, "account"), (_PHONE, "phone")):
            text = pattern.sub(f"[{word}]", text)
        for name in self._longest_first():
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", CUSTOMER, text, flags=re.IGNORECASE)
        return text

    def _longest_first(self) -> list[str]:
        return sorted(set(_parts(self.names)), key=lambda name: (-len(name), name))


def _parts(names: Iterable[str]) -> Iterable[str]:
    """Each name, and each word of it that is long enough to give somebody away."""
    for name in names:
        yield from (part for part in (name, *name.split()) if len(part) >= SHORTEST_NAME)
