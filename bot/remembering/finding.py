"""Which statements somebody means: by handle, by whom or what they are about, by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from bot.remembering.people import people_in
from bot.remembering.telling import content_words
from graph.agents.plaintext import plain
from ledger.domain.company import Company
from ledger.domain.identity import Identity, everybody, somebody
from ledger.domain.knowledge import COMPANY, Knowledge
from ledger.domain.known import statements_of
from ledger.domain.reading import Views

_HANDLE: Final = re.compile(r"#?k(\d{1,9})", re.IGNORECASE)
_WORD: Final = re.compile(r"\w{3,}")
_COMPANY_WORDS: Final = frozenset({"company", "firma", "us", "uns"})


class Statements:
    """Looks statements up."""

    def __init__(self, views: Views, company: Company) -> None:
        self._views, self._company = views, company

    async def by_handle(self, said: str) -> Knowledge | None:
        """The one with exactly this handle (`k3`) or id."""
        numbered = _HANDLE.fullmatch(said.strip())
        if numbered:
            found = await self._views.find(Knowledge, f"number:{numbered[1]}")
            return found[0] if found else None
        return await self._views.get(Knowledge, said.strip())

    async def about(self, said: str) -> list[Knowledge]:
        """All that is meant by some words, whatever became of it: a handle, else whoever and
        whatever they name, narrowed by the other words where these fit anything."""
        exact = await self.by_handle(said)
        if exact is not None:
            return [exact]
        if not said.strip():
            return list(await self._views.all(Knowledge))
        subjects = await self.subjects(said)
        found = [one for subject in subjects for one in await statements_of(self._views, subject)]
        found += await self._of_items(said)
        if not found:
            found = await self._by_words(said)
        unique = {one.id: one for one in found}
        return sorted(unique.values(), key=lambda one: one.order)

    async def subjects(self, said: str) -> list[str]:
        """The contacts, and the company, that some words name."""
        people = people_in(said, await everybody(self._views))
        general = [COMPANY] if plain(said).strip() in _COMPANY_WORDS else []
        return [*(each.id for each in people), *general]

    async def people(self, said: str) -> list[Identity]:
        """The contacts that some words name."""
        return people_in(said, await everybody(self._views))

    async def label(self, one: Knowledge) -> str:
        """Whom or what it is about, as people call it."""
        if one.subject == COMPANY:
            return self._company.name
        item = self._company.item(one.subject)
        if item is not None:
            return item.title
        who = await somebody(self._views, one.subject)
        return (who.name or who.organisation or who.address or who.id) if who else one.subject

    async def _of_items(self, said: str) -> list[Knowledge]:
        from bot.remembering.reading import items_in  # noqa: PLC0415 - only where words are read

        items = {item.id for item in items_in(plain(said), self._company.prices)}
        if not items:
            return []
        known = await self._views.all(Knowledge)
        topics = {f"price:{item}" for item in items}
        return [one for one in known if one.subject in items or one.topic in topics]

    async def _by_words(self, said: str) -> list[Knowledge]:
        wanted = set(_WORD.findall(plain(said)))
        return [
            one
            for one in await self._views.all(Knowledge)
            if wanted & set(_WORD.findall(plain(self._all_words(one))))
        ]

    def _all_words(self, one: Knowledge) -> str:
        content = content_words(one.topic, one.value, one.text, self._company)
        return f"{content} {one.text} {one.quote} {one.kind.value}"


def meant(found: Sequence[Knowledge], words: str, named: str, company: Company) -> list[Knowledge]:
    """Those of several whose own words are said: `forget Anna language`.

    `named` are words that only say whom or what it is about.
    """
    wanted = set(_WORD.findall(plain(words))) - set(_WORD.findall(plain(named)))

    def fits(one: Knowledge) -> int:
        own = f"{content_words(one.topic, one.value, one.text, company)} {one.kind.value}"
        return len(wanted & set(_WORD.findall(plain(own))))

    best = max((fits(one) for one in found), default=0)
    return [one for one in found if fits(one) == best] if best else list(found)


def in_force(found: Iterable[Knowledge], now: datetime) -> list[Knowledge]:
    """Those that count now or will: not corrected, forgotten, superseded, expired, erased."""
    return [one for one in found if one.holds(now) or (one.counts and one.valid_from > now)]
