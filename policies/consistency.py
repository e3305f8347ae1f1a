"""A mail against what was said before: repetition, contradiction, voice. Pure, and no model.

Everything here may only raise the need for approval, so it prefers to find too much; each finding
says what it is, where the other thing was said, and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.amounts import amount_words
from ledger.domain.commands import OutgoingMail, SendInvoice, SendProposal
from ledger.domain.company import Company
from ledger.domain.entities import OfferedTerms, Proposal
from ledger.domain.values import Line, Money
from policies.circumstances import Offer
from policies.said_before import SaidBefore
from policies.stated import About, Stated, offer_numbers, stated
from policies.voice import off_voice, prose

FEWEST_WORDS: Final = 4
"""Words that a sentence needs to count as said twice."""

SAME_WORDS: Final = 2
"""Words in common from which on a text speaks of the same promise."""

_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


class Kind(StrEnum):
    """What is wrong."""

    REPETITION = "repetition"
    CONTRADICTION = "contradiction"
    VOICE = "voice"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that does not fit, in words with its source and date."""

    kind: Kind
    words: str


def findings(
    company: Company, mail: OutgoingMail, offer: Offer | None, said: SaidBefore
) -> tuple[Finding, ...]:
    """Everything that is found, each once, in a fixed order."""
    found = [
        *(_as(Kind.REPETITION, _repeats(mail, offer, said))),
        *(_as(Kind.CONTRADICTION, _contradicts(company, mail, offer, said))),
        *(_as(Kind.VOICE, off_voice(company.voice, mail.body, said))),
    ]
    return tuple(dict.fromkeys(found))


def _as(kind: Kind, words: Iterator[str]) -> Iterator[Finding]:
    return (Finding(kind=kind, words=each) for each in words)


# --- repetition ---------------------------------------------------------------------------------


def _repeats(mail: OutgoingMail, offer: Offer | None, said: SaidBefore) -> Iterator[str]:
    for twice in _twice(mail.body):
        yield f"“{_cut(twice)}” stands in it twice"
    same = next((one for one in said.mails if _flat(one.body) == _flat(mail.body)), None)
    if same is not None:
        yield f"the same text left on {same.on}"
        return
    for asked in _questions(mail.body):
        before = next((one for one in said.mails if asked in _questions(one.body)), None)
        if before is not None:
            yield f"“{_cut(asked)}” was asked on {before.on}"
    if isinstance(mail, SendProposal) and offer is not None:
        yield from _offered_again(mail, offer, said)


def _offered_again(mail: SendProposal, offer: Offer, said: SaidBefore) -> Iterator[str]:
    """The same in another case. To offer it anew in its own is a choice, and asked about there."""
    for proposal, terms in _standing(said):
        own = proposal.id == mail.proposal
        alike = terms.lines == offer.lines and terms.delivery_days == offer.delivery_days
        if alike and not own and terms.valid_until >= said.today and not proposal.accepted_version:
            yield f"{proposal.number} of {terms.on} offers the same and still stands"


def _twice(body: str) -> Iterator[str]:
    seen: set[str] = set()
    for sentence in _sentences(prose(body)):
        if sentence in seen and len(sentence.split()) >= FEWEST_WORDS:
            yield sentence
        seen.add(sentence)


def _questions(body: str) -> list[str]:
    asked = (one for one in _sentences(body) if one.endswith("?"))
    return [one for one in asked if len(one.split()) >= FEWEST_WORDS]


# --- contradiction ------------------------------------------------------------------------------


def _contradicts(
    company: Company, mail: OutgoingMail, offer: Offer | None, said: SaidBefore
) -> Iterator[str]:
    if isinstance(mail, SendProposal) and offer is not None:
        yield from _other_prices(mail, offer, said)
    yield from _other_numbers(mail, said)
    yield from _held_prices(mail, said)
    for each in stated(mail.body):
        yield from _other_terms(company, each, mail, offer, said)
        yield from _promised_otherwise(each, mail, said)


def _other_prices(mail: SendProposal, offer: Offer, said: SaidBefore) -> Iterator[str]:
    """Another price for the same thing than in another offer that stands or was accepted.

    What a negotiation comes to in its own case is no contradiction, nor is what follows on it.
    """
    if mail.version > 1:
        return
    for item, each in _each(offer.lines).items():
        for proposal, terms in reversed(list(_standing(said))):
            before = _each(terms.lines).get(item)
            agreed = bool(proposal.accepted_version)
            if proposal.id == mail.proposal or before is None:
                continue
            if not agreed and terms.valid_until < said.today:
                continue
            if before != each:
                how = "accepted" if agreed else "offered"
                yield (
                    f"{amount_words(each)} for {item}, {amount_words(before)} {how} in "
                    f"{proposal.number} of {terms.on}"
                )
            break


def _other_numbers(mail: OutgoingMail, said: SaidBefore) -> Iterator[str]:
    own = {proposal.number for proposal in said.offers}
    for number in offer_numbers(mail.body):
        if own and number not in own:
            yield f"{number} is no offer of theirs"


def _held_prices(mail: OutgoingMail, said: SaidBefore) -> Iterator[str]:
    """The list price of something for which they have another one."""
    for price in said.prices:
        titles = {price.item.title, *price.item.titles.values()}
        listed = {amount_words(price.listed, locale) for locale in ("en_GB", "de_DE", "fr_FR")}
        for line in mail.body.splitlines():
            if any(title in line for title in titles) and any(each in line for each in listed):
                yield (
                    f"{amount_words(price.listed)} for {price.item.id}, "
                    f"{amount_words(price.held)} holds ({price.number} of {price.on})"
                )


def _other_terms(
    company: Company, each: Stated, mail: OutgoingMail, offer: Offer | None, said: SaidBefore
) -> Iterator[str]:
    """Another term than the offer of this case, or another time to pay than the company's."""
    if each.about is About.PAYMENT and each.days and not isinstance(mail, SendInvoice):
        if each.days != company.payment_days:
            yield f"“{each.words}” to pay, {company.payment_days} days are due by your terms"
        return
    if isinstance(mail, SendProposal):
        if offer and each.about is About.DELIVERY and each.days not in (0, offer.delivery_days):
            yield f"“{each.words}” to deliver, {offer.delivery_days} days in the offer itself"
        return
    found = _of_case(said)
    if found is None:
        return
    proposal, terms = found
    where = f"{proposal.number} of {terms.on}"
    if each.about is About.DELIVERY and each.days and each.days != terms.delivery_days:
        yield f"“{each.words}” to deliver, {terms.delivery_days} days in {where}"
    if each.about is About.VALIDITY and each.day and each.day != terms.valid_until:
        yield f"valid until “{each.words}”, {terms.valid_until} in {where}"


def _promised_otherwise(each: Stated, mail: OutgoingMail, said: SaidBefore) -> Iterator[str]:
    """A day for something that was promised for another one."""
    if each.day is None or each.about in (About.VALIDITY, About.PAYMENT):
        return
    around = _words(_around(mail.body, each.words))
    for promise in said.promises:
        same = len(around & _words(promise.what)) >= SAME_WORDS
        if same and promise.due not in (None, each.day):
            yield f"“{each.words}”, but {promise.due} was promised on {promise.said_on}"


def _of_case(said: SaidBefore) -> tuple[Proposal, OfferedTerms] | None:
    """The offer that a mail of this case speaks of: the accepted or the newest that left."""
    for proposal in said.offers:
        if proposal.case != said.case:
            continue
        version = proposal.accepted_version or max(proposal.sent_versions, default=0)
        terms = proposal.terms(version)
        return (proposal, terms) if terms else None
    return None


def _standing(said: SaidBefore) -> Iterator[tuple[Proposal, OfferedTerms]]:
    """The accepted version of each offer, else the newest that left; none that was taken back."""
    for proposal in said.offers:
        if proposal.status == "declined" or proposal.id in said.reversed:
            continue
        version = proposal.accepted_version or max(proposal.sent_versions, default=0)
        terms = proposal.terms(version)
        if terms is not None:
            yield proposal, terms


def _each(lines: tuple[Line, ...]) -> dict[str, Money]:
    """The net price of one piece by item, after discounts; of split lines their mean."""
    sums: dict[str, tuple[int, int, str]] = {}
    for line in lines:
        net, count, _ = sums.get(line.item, (0, 0, ""))
        sums[line.item] = (net + line.net.minor, count + line.quantity, line.net.currency)
    return {
        item: Money(net // (count or 1), currency) for item, (net, count, currency) in sums.items()
    }


# --- words --------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    return [_flat(hit) for hit in _SENTENCE.findall(text) if hit.strip()]


def _around(body: str, words: str) -> str:
    """The line in which the words stand."""
    return next((line for line in body.splitlines() if words in line), "")


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004  # as much as a card shows
