"""The command that erases a person: a preview first, and an order of its own after it."""

from __future__ import annotations

from collections.abc import Iterator

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things
from bot.commands.words import Erase
from bot.erasure.plan import ErasurePlan, KeptDocument
from bot.office.port import Office
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.entities import Contact


class Erasing:
    """Nothing is erased that was not shown, or named in full."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def erase(self, intent: Erase) -> Reply:
        """The preview, or with `confirm` the order."""
        if not intent.thing:
            return trouble(texts.ERASE_WHO)
        found = await self._things.contact(intent.thing)
        if isinstance(found, Missing) and "@" in intent.thing:
            return await self._address(intent)
        if isinstance(found, Missing):
            return trouble(texts.ERASE_NO_SUCH, said=one_line(intent.thing, 60))
        if isinstance(found, Several):
            return unclear(found, intent.thing)
        if found.thing.erased:
            return trouble(texts.ERASE_DONE_BEFORE, contact=found.thing.id)
        return await self._contact(intent, found)

    async def _contact(self, intent: Erase, found: Candidate[Contact]) -> Reply:
        contact = found.thing
        plan = await self._office.erasure(contact)
        if plan.missing:
            return trouble(texts.ERASE_MISSING, number=", ".join(plan.missing))
        named = intent.thing.casefold() in {each.casefold() for each in (contact.id, *found.names)}
        if not intent.confirmed:
            return self._preview(plan, found.label, contact.id)
        if not named and contact.id not in self._session.previewed:
            return trouble(texts.ERASE_LOOK_FIRST, said=one_line(intent.thing, 60))
        return await self._ordered(plan, found.label)

    async def _address(self, intent: Erase) -> Reply:
        """Somebody who wrote, and is in no address book."""
        plan = await self._office.erasure(intent.thing)
        said = one_line(intent.thing, 60)
        if plan is None:
            return trouble(texts.ERASE_NO_SUCH, said=said)
        return (
            await self._ordered(plan, said) if intent.confirmed else self._preview(plan, said, said)
        )

    def _preview(self, plan: ErasurePlan, who: str, handle: str) -> Reply:
        self._session.previewed.update(plan.contacts)
        country = self._office.company.country
        return Reply(
            title=texts.ERASE_TITLE.format(who=who),
            lines=tuple(_lines(plan, country)),
            hints=(texts.ERASE_HOW.format(handle=handle),),
        )

    async def _ordered(self, plan: ErasurePlan, who: str) -> Reply:
        fact = await self._office.erase(plan)
        return await recorded(self._office, texts.ERASE_ORDERED.format(who=who), fact)


def _lines(plan: ErasurePlan, country: str) -> Iterator[str]:
    yield texts.ERASE_KEYS.format(facts=counted(plan.facts, "fact"))
    yield texts.ERASE_COPIES.format(
        mails=counted(plan.mails, "mail"), documents=counted(plan.documents, "document")
    )
    if plan.cases:
        cases = ", ".join(f"case {each.number}" for each in plan.cases)
        waits = ", ".join(plan.waits) or texts.ERASE_NOTHING_WAITS
        yield texts.ERASE_CASES.format(cases=cases, waits=waits)
    yield texts.ERASE_EXPORTS
    yield texts.ERASE_STAYS
    for each in plan.kept:
        yield _kept(each, plan.years, country)
    for number in plan.unpaid:
        yield texts.ERASE_UNPAID.format(number=number)
    if plan.payments:
        yield texts.ERASE_SHARED.format(payments=counted(plan.payments, "payment"))
    yield texts.ERASE_ELSEWHERE


def _kept(each: KeptDocument, years: int, country: str) -> str:
    form = texts.ERASE_PAST if each.past else texts.ERASE_KEPT
    return form.format(
        number=each.number,
        issued=f"{each.issued_on:%d %b %Y}",
        until=f"{each.until:%d %b %Y}",
        years=counted(years, "year"),
        country=country,
    )
