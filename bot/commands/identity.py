"""Commands that say who is who: merge, split, link; and the page of a contact."""

from __future__ import annotations

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.things import Candidate, Missing, Several, Things, entry_label
from bot.commands.words import CorrectAddress, Link, Merge
from bot.office.port import Office
from bot.wording.untrusted import one_line
from ledger.domain.entities import Contact
from ledger.domain.identity import Identity, identity

Found = Candidate[Contact] | Several | Missing


class Identities:
    """Merge, split and link contacts."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._things = Things(office.views)

    async def merge(self, intent: Merge) -> Reply:
        """Two contacts are one; the first keeps its id."""
        if not intent.kept or not intent.other:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["merge"])
        kept, other = (
            await self._things.entry(intent.kept),
            await self._things.entry(intent.other),
        )
        for found, said in ((kept, intent.kept), (other, intent.other)):
            if not isinstance(found, Candidate):
                return _not_found(found, said)
        assert isinstance(kept, Candidate)  # noqa: S101 - narrows: both were found above
        assert isinstance(other, Candidate)  # noqa: S101 - as above
        one = await identity(self._office.views, kept.thing.id)
        if one is not None and other.thing.id in one.ids:
            return trouble(texts.ONE_ALREADY, names=names_of(one))
        title = texts.MERGED.format(other=other.label, kept=kept.label, entry=other.thing.id)
        fact = await self._office.merge(kept.thing.id, other.thing.id)
        return await recorded(self._office, title, fact)

    async def split(self, said: str) -> Reply:
        """A contact is by itself again."""
        if not said:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["split"])
        found = await self._things.entry(said)
        if not isinstance(found, Candidate):
            return _not_found(found, said)
        whole = await identity(self._office.views, found.thing.id)
        if whole is None or len(whole.ids) == 1:
            return trouble(texts.MERGED_WITH_NOBODY, name=found.label)
        joined = [each for each in whole.records if each.merged_into == found.thing.id]
        if not found.thing.merged_into and len(joined) > 1:
            labels = tuple(f"  split {each.id}  {entry_label(each)}" for each in joined)
            return trouble(texts.SPLIT_WHICH, labels, name=found.label)
        fact = await self._office.split(found.thing.id)
        return await recorded(self._office, texts.PARTED.format(name=found.label), fact)

    async def link(self, intent: Link) -> Reply:
        """A contact is also known under another exact key."""
        from graph.marks import key_of  # noqa: PLC0415 - few commands need what it loads

        if not intent.thing or not intent.key:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["link"])
        found = await self._things.entry(intent.thing)
        if not isinstance(found, Candidate):
            return _not_found(found, intent.thing)
        key = key_of(intent.key, self._office.company.country)
        if key is None:
            return trouble(texts.NO_KEY, said=one_line(intent.key, 60))
        fact = await self._office.link(found.thing.id, key.kind, key.value, key.mark)
        title = texts.LINKED.format(name=found.label, key=one_line(key.value, 60))
        return await recorded(self._office, title, fact)

    async def correct_address(self, intent: CorrectAddress) -> Reply:
        """Mails to a contact go there from now on."""
        from graph.marks import MAIL, key_of  # noqa: PLC0415 - few commands need what it loads

        if not intent.thing or not intent.address:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["address"])
        found = await self._things.entry(intent.thing)
        if not isinstance(found, Candidate):
            return _not_found(found, intent.thing)
        key = key_of(intent.address, self._office.company.country)
        if key is None or key.kind != MAIL:
            return trouble(texts.NO_ADDRESS, said=one_line(intent.address, 60))
        fact = await self._office.link(found.thing.id, key.kind, key.value, key.mark, instead=True)
        title = texts.ADDRESS_CORRECTED.format(name=found.label, address=one_line(key.value, 60))
        return await recorded(self._office, title, fact)


def _not_found(found: Found, said: str) -> Reply:
    if isinstance(found, Candidate):  # pragma: no cover - only called for the other two
        return Reply()
    answer = unclear(found, said)
    return Reply(lines=(texts.NOBODY_CHANGED, *answer.lines), trouble=True)


def names_of(whole: Identity) -> str:
    """`Ada Example <ada@example.com> (con-1)`, of all that are merged."""
    return ", ".join(entry_label(each) for each in whole.records)
