"""The documents of a case as a call may see them: somebody's words, cited page by page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.domain.documents import Document, cited
from ledger.domain.events import DocumentReceived, LeftOut
from ledger.domain.facts import Fact
from ledger.domain.values import Trust
from memory.sight import READERS_ALONE, SOMEBODY_ELSES, STAYS_HERE, Sight
from memory.turns import LONGEST_TURN, Turns
from memory.working import OLDER, Item, Section

MOST_DOCUMENTS: Final = 6
"""The newest documents of a case that are looked up."""

MOST_PAGES: Final = 10
"""Pages of one document; what matters in a longer one is rarely further in."""


def documents_of(found: Sequence[tuple[Document, Fact]], sight: Sight) -> Turns:
    """Each page an item that an answer can cite. Whoever may not read their words sees none."""
    shown: list[Item] = []
    withheld: list[LeftOut] = []
    for one, fact in found:
        if fact.erased or not isinstance(fact.event, DocumentReceived):
            continue
        if one.foreign:
            withheld.append(LeftOut(Section.TURNS.value, one.id, SOMEBODY_ELSES, facts=(fact.id,)))
            continue
        if one.told and sight.operators_words:
            shown.append(_told(one, fact))
        if sight.customers_words:
            shown += _pages(one, fact, fact.event)
        if not sight.customers_words and fact.event.text:
            why = READERS_ALONE if sight.readings else STAYS_HERE
            withheld.append(LeftOut(Section.TURNS.value, one.id, why, facts=(fact.id,)))
        rest = len(fact.event.text) - MOST_PAGES
        if sight.customers_words and rest > 0:
            why = f"{OLDER}: the last {rest} pages"
            withheld.append(LeftOut(Section.TURNS.value, one.id, why, facts=(fact.id,)))
    return Turns(shown=tuple(shown), withheld=tuple(withheld))


def _pages(one: Document, fact: Fact, event: DocumentReceived) -> Iterator[Item]:
    for page in event.text[:MOST_PAGES]:
        place = page.number if event.pages else 0
        yield Item(
            id=f"{one.id}:{page.number}",
            text=page.text[:LONGEST_TURN],
            facts=(fact.id,),
            at=fact.at,
            who=cited(one.name, place),
            trust=Trust.UNTRUSTED,
        )


def _told(one: Document, fact: Fact) -> Item:
    return Item(
        id=one.id,
        text=one.told[:LONGEST_TURN],
        facts=(fact.id,),
        at=fact.at,
        who=f"operator, of {one.name}",
        trust=Trust.OPERATOR,
    )
