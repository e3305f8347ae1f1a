"""Who somebody is: the keys they are known by, and their cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from bot import texts
from bot.channel import Reply
from bot.commands.overview import status_of, stop_words
from bot.untrusted import one_line
from ledger.domain.entities import Case, Contact, Stop
from ledger.domain.identity import Identity, identity
from ledger.domain.reading import Views


class ContactOverview:
    """The answer to `status CONTACT`."""

    def __init__(self, views: Views, now: datetime) -> None:
        self._views, self._now = views, now

    async def reply(self, contact: str) -> Reply:
        """Keys, stops, mails and cases, of everybody merged."""
        whole = await identity(self._views, contact)
        if whole is None:
            return Reply(lines=(texts.CONTACT_NO_CASES,))
        stops = [
            await stop_words(self._views, stop, self._now)
            for stop in await self._views.find(Stop, "active")
            if not {stop.target, *stop.covers}.isdisjoint(whole.ids)
        ]
        keys = [_key(entry) for entry in whole.records]
        mails = texts.CONTACT_MAILS.format(number=whole.contact.mails_sent)
        cases = [line async for line in self._cases(whole)]
        title = f"{one_line(whole.names[0] if whole.names else whole.id, 60)} ({whole.id})"
        return Reply(title=title, lines=(*stops, *keys, mails, *cases))

    async def _cases(self, whole: Identity) -> AsyncIterator[str]:
        found = [c for each in whole.ids for c in await self._views.find(Case, f"contact:{each}")]
        labels = [
            f"{case.number} {one_line(case.title or case.kind, 40)}"
            f" ({await status_of(self._views, case)})"
            for case in sorted(found, key=lambda case: case.number)
        ]
        yield (
            texts.CONTACT_CASES.format(cases="; ".join(labels))
            if labels
            else texts.CONTACT_NO_CASES
        )


def _key(entry: Contact) -> str:
    merged = (
        texts.CONTACT_MERGED.format(into=entry.merged_into, entry=entry.id)
        if entry.merged_into
        else ""
    )
    key = one_line(entry.address or entry.key or "?", 60)
    return texts.CONTACT_KEY.format(key=key, entry=entry.id, merged=merged)
