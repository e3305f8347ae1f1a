"""The command that enters what tax and e-invoices need to know of a customer."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble, unclear
from bot.commands.things import Candidate, Things
from bot.commands.words import Enter
from bot.office.port import Office
from bot.remembering.billing import FIELDS, billing_words, tax_words
from bot.remembering.finding import in_force
from bot.remembering.statements import Statement
from bot.remembering.waiting_tax import other_tax_lines
from bot.wording.amounts import is_country
from bot.wording.untrusted import one_line
from ledger.domain.applied import TAX_COUNTRY, words_of
from ledger.domain.knowledge import Knowledge, KnowledgeKind, TextValue, Value, YesNoValue
from ledger.domain.known import all_in_force, statements_of
from ledger.domain.vat_ids import bare, country_of, vat_id_holds

LONGEST: Final = 300
_NOTHING: Final = frozenset({"none", "nothing", "-"})
_YES: Final = frozenset({"yes", "ja", "oui"})
_NO: Final = frozenset({"no", "nein", "non"})


class Billing:
    """Enters facts about a customer, each checked by code; a model never does."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._things = Things(office.views)

    async def enter(self, intent: Enter) -> Reply:
        """Record one of them, or take it away."""
        found = await self._things.contact(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        contact, name = found.thing.id, one_line(found.thing.name or found.thing.address, 60)
        if not intent.value:
            usage = f"`contact NAME {intent.field} …`"
            return trouble(texts.ENTER_WHAT, field=intent.field, usage=usage)
        if len(intent.value) > LONGEST:
            return trouble(texts.LONG_BILLING, most=LONGEST)
        if intent.value.casefold() in _NOTHING:
            return await self._taken_away(intent, contact, name)
        value = await self._checked(intent, contact)
        if isinstance(value, Reply):
            return value
        return await self._entered(intent, contact, name, value)

    async def _checked(self, intent: Enter, contact: str) -> tuple[Value, str] | Reply:
        said = intent.value
        match intent.field:
            case "country":
                code = said.upper()
                good = is_country(code)
                return (TextValue(), code) if good else trouble(texts.BAD_COUNTRY, value=said)
            case "vat-id":
                return await self._vat_id(said, contact)
            case "business":
                word = said.casefold()
                if word not in _YES | _NO:
                    return trouble(texts.BAD_BUSINESS, value=said)
                return YesNoValue(word in _YES), ""
            case "currency":
                code, listed = said.upper(), self._office.company
                good = code == listed.currency or bool(listed.priced_in(code).prices)
                return (TextValue(), code) if good else trouble(texts.BAD_CURRENCY, value=said)
            case "address":
                return TextValue(), "\n".join(part.strip() for part in said.split(","))
            case _:
                return TextValue(), said

    async def _vat_id(self, said: str, contact: str) -> tuple[Value, str] | Reply:
        vat_id = bare(said)
        entered = words_of(await self._held(contact), TAX_COUNTRY)
        if not vat_id_holds(vat_id, entered):
            return trouble(texts.BAD_VAT_ID, value=said)
        country = country_of(vat_id)
        if entered and country not in {"", entered}:
            return trouble(texts.VAT_ID_ELSEWHERE, value=said, country=country, entered=entered)
        return TextValue(), vat_id

    async def _entered(
        self, intent: Enter, contact: str, name: str, value: tuple[Value, str]
    ) -> Reply:
        typed, text = value
        known = await self._standing(contact, FIELDS[intent.field])
        if known is not None and (known.value, known.text) == value:
            line = texts.BILLING_SAME.format(
                name=name, what=billing_words(known), handle=f"k{known.number}"
            )
            return Reply(lines=(line, *await self._follows(contact)))
        statement = Statement(
            kind=KnowledgeKind.BILLING, subject=contact, topic=FIELDS[intent.field],
            value=typed, text=text, quote=f"{intent.field} {intent.value}",
        )  # fmt: skip
        new = await self._office.views.get(Knowledge, await self._office.remember(statement))
        what, handle = (billing_words(new), f"k{new.number}") if new else ("", "")
        line = texts.BILLING_ENTERED.format(name=name, what=what, handle=handle)
        return Reply(lines=(line, *await self._follows(contact)))

    async def _taken_away(self, intent: Enter, contact: str, name: str) -> Reply:
        known = await self._standing(contact, FIELDS[intent.field])
        if known is None:
            return trouble(texts.NEVER_ENTERED, field=intent.field)
        await self._office.forget(known.id, f"{intent.field} {intent.value}")
        line = texts.BILLING_GONE.format(name=name, field=intent.field, handle=f"k{known.number}")
        return Reply(lines=(line, *await self._follows(contact)))

    async def _standing(self, contact: str, topic: str) -> Knowledge | None:
        found = await statements_of(self._office.views, contact)
        same = in_force([one for one in found if one.topic == topic], self._office.clock.now())
        return same[-1] if same else None

    async def _follows(self, contact: str) -> list[str]:
        """The tax that holds now, and the cards that wait with another."""
        office, held = self._office, await self._held(contact)
        waiting = await other_tax_lines(office.views, office.company, contact, held)
        return [tax_words(office.company, held), *waiting]

    async def _held(self, contact: str) -> list[Knowledge]:
        return await all_in_force(self._office.views, [contact], self._office.clock.now())
