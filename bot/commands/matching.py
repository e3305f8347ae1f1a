"""Which payment pays which invoice, in the operator's own words: `match`, `unmatch`."""

from __future__ import annotations

import re
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.strays import Strays
from bot.commands.things import Candidate, Missing, Several, pick
from bot.commands.words import Assign, Match, Unmatch
from bot.office.port import Office
from bot.wording.untrusted import one_line
from connectors.payments.amounts import (
    Unclear,
    decimal_mark,
    decimal_number,
    money,
    split_currency,
)
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Invoice, Payment, Stray
from ledger.domain.values import Money

_PARTED: Final = re.compile(r"[,;\s]+")
_FILLING: Final = frozenset({"", "to", "and", "with", "from", "invoice", "invoices"})


class Matching:
    """Names payment, invoices and amount; what is possible, the router says."""

    def __init__(self, office: Office, strays: Strays) -> None:
        self._office, self._strays = office, strays

    async def match(self, intent: Match) -> Reply:
        """`match PAYMENT INVOICE[, INVOICE …] [AMOUNT]`; `match 2 3` puts a stray into a case."""
        if not intent.thing or not intent.rest:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["match"])
        words = [word for word in _PARTED.split(intent.rest) if word.casefold() not in _FILLING]
        invoices, rest = await self._invoices(words)
        if not invoices:
            return await self._assigned(intent)
        found = await self._payment(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        try:
            amount = _amount(" ".join(rest), found.thing.amount.currency) if rest else None
        except Unclear as error:
            return Reply(lines=(error.cause, texts.MATCH_SUM), trouble=True)
        ids = [each.id for each in invoices]
        fact = await self._office.match(found.thing.id, ids, amount)
        numbers = ", ".join(each.number for each in invoices)
        title = texts.MATCHING.format(payment=found.label, invoices=numbers)
        return await recorded(self._office, title, fact)

    async def unmatch(self, intent: Unmatch) -> Reply:
        """`unmatch PAYMENT [INVOICE]`"""
        if not intent.thing:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["unmatch"])
        words = [word for word in _PARTED.split(intent.rest) if word.casefold() not in _FILLING]
        invoices, rest = await self._invoices(words)
        if rest or len(invoices) > 1:
            return trouble(texts.MATCH_NO_INVOICE, said=one_line(intent.rest, 60))
        found = await self._payment(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        fact = await self._office.unmatch(found.thing.id, invoices[0].id if invoices else "")
        return await recorded(self._office, texts.UNMATCHING.format(payment=found.label), fact)

    async def _assigned(self, intent: Match) -> Reply:
        """What is no invoice is a case: so a stray is put there."""
        if await self._strays.knows(intent.thing):
            return await self._strays.assign(Assign(intent.thing, _case(intent.rest)))
        return trouble(texts.MATCH_NO_INVOICE, said=one_line(intent.rest, 60))

    async def _invoices(self, words: list[str]) -> tuple[list[Invoice], list[str]]:
        """The invoices that are named first, and what is left of the words."""
        found: list[Invoice] = []
        for at, word in enumerate(words):
            named = await self._office.views.find(Invoice, f"number:{word.upper()}")
            known = named[0] if named else await self._office.views.get(Invoice, word)
            if known is None:
                return found, words[at:]
            if known.id not in {each.id for each in found}:
                found.append(known)
        return found, []

    async def _payment(self, said: str) -> Candidate[Payment] | Several | Missing:
        """A payment by its id, the number of its stray, its payer or its reference."""
        views = self._office.views
        exact = await views.get(Payment, said)
        if exact is None and said.lstrip("#").isdigit():
            strays = await views.find(Stray, f"number:{said.lstrip('#')}")
            known = {each.fact: each for each in await views.all(Payment)} if strays else {}
            exact = known.get(strays[0].id) if strays else None
        if exact is not None:
            return _candidate(exact)
        found = [each for each in await views.all(Payment) if not each.same_as]
        return pick([_candidate(each) for each in found], said)


def _candidate(payment: Payment) -> Candidate[Payment]:
    names = tuple(name for name in (payment.payer, payment.reference) if name)
    who = f" {texts.BY_PAYER.format(payer=one_line(payment.payer, 40))}" if payment.payer else ""
    label = f"{one_line(payment.id, 40)}, {amount_words(payment.amount)}{who}"
    return Candidate(payment, (payment.id,), names, label)


def _amount(said: str, currency: str) -> Money:
    """An amount as a person writes it. Raises `Unclear`."""
    number, written = split_currency(said)
    return money(decimal_number(number, decimal_mark([number])), written or currency)


def _case(rest: str) -> str:
    return re.sub(r"^(?:to\s+)?(?:case\s+(?=\d))?", "", rest, flags=re.IGNORECASE).rstrip(".,!")
