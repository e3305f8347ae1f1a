"""Numbers, amounts of money and percentages as people in three languages write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_currency_precision
from msgspec import Struct

from graph.agents.plaintext import plain
from graph.slots import About, AmountSlot, Basis

_WORDS = (
    "zero null|one ein eine einen einem einer eines eins un une a an|two zwei deux couple"
    "|three drei trois|four vier quatre|five funf fuenf cinq|six sechs|seven sieben sept"
    "|eight acht huit|nine neun neuf|ten zehn dix|eleven elf onze|twelve zwolf zwoelf douze"
)
NUMBER_WORDS: dict[str, int] = {
    word: value for value, words in enumerate(_WORDS.split("|")) for word in words.split()
}
"""Folded number words of three languages. Articles count as one."""

ARTICLES = frozenset(["a", "an", "ein", "eine", "einen", "einem", "einer", "eines", "un", "une"])

_NUMBER = (
    r"(?:\d{1,3}(?:[ .,'\u202f]\d{3}){1,3}(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|\d{1,9}(?:[.,]\d{1,2}(?!\d))?)"
)
_SIGN = (
    r"(?:€|\$|£|(?<![a-z])(?:eur|euros?|usd|us-?dollars?|dollars?|gbp|pounds?|pfund|chf|sfr|"
    r"franken|francs?)(?![a-z]))"
)
_TAIL = r"(?:[.,]-{1,2})?"
_MONEY = re.compile(
    rf"(?P<before>{_SIGN})[ :]{{0,2}}(?P<n1>{_NUMBER})(?P<k1> ?k\b)?{_TAIL}"
    rf"|(?<![\w.,'-])(?P<n2>{_NUMBER})(?P<k2> ?k\b)?{_TAIL} ?(?P<after>{_SIGN})"
)
_CUE = (
    r"(?:\b(?:for|at|do|to|it|es|say|around|about|um|fur|fuer|auf|bei|mit|a|pour|zu|price|preis|"
    r"prix|consider|"
    r"offer|pay|zahlen|accept|take|budget|of|von|de|is|ist|est|be|only|nur|total|max|maximum)|:) "
)
_AFTER = (
    r"(?= *(?:$|[.!?,;:)\n]|(?:and|instead|total|all|in|within|if|we|net|gross|netto|brutto|ht|ttc|"
    r"by|und|statt|dann|innerhalb|bis|wenn|et|au|si|plus|incl|inkl|excl|exkl|zzgl|flat|max|or|then|"
    r"please|bitte|svp|altogether|insgesamt|pauschal|fixed|per|pro|par|a day|each|hors|ok|off|"
    r"would|ginge|machen|is|sind|anbieten|tout|so)\b))"
)
_BARE = re.compile(
    rf"{_CUE}(?P<n>\d{{3,7}}|\d{{1,3}}(?:[.,' ]\d{{3}})+)(?P<k> ?k\b)?{_AFTER}", re.MULTILINE
)
_TAXED = re.compile(
    r"(?<![\w.,])(?P<n>\d{3,7}|\d{1,3}(?:[.,' ]\d{3})+)(?P<k>)"
    r"(?= ?(?:net|netto|gross|brutto|ht|ttc|hors taxes?|(?:plus|excl|incl|inkl|exkl|zzgl|including|"
    r"excluding)\.? ?(?:vat|tax|mwst|ust|tva))\b)"
)
"""A number that is said to be before or after tax is money, whatever stands around it."""

_THOUSANDS = re.compile(rf"{_CUE}(?P<n>\d{{1,3}}(?:[.,]\d)?) ?k\b", re.MULTILINE)
_PERCENT = re.compile(r"(?<![\w.,])(?P<n>\d{1,3}(?:[.,]\d{1,2})?|[a-z]{2,6})[ -]?"
                      r"(?:%|percent\b|per cent\b|prozent\w*|pour ?cents?\b)")  # fmt: skip
_YEARS = range(2015, 2041)
_OLD_YEARS = range(1950, 2015)
_SINCE = re.compile(r"\b(?:from|of|von|de|in|since|seit|depuis) $")
_MONEY_WORD = re.compile(
    r"\b(?:budget|price|preis|prix|offer|angebot|offre|amount|sum|betrag|summe|montant|total|limit)"
)
_GROUP = re.compile(r"[.,' \u202f](?=\d{3}(?:\D|$))")

_UNIT = re.compile(r"^ ?(?:/|per\b|pro\b|par\b|each\b|apiece\b|je\b|a (?:day|piece|month|hour)\b|"
                   r"chacun|am tag|la journee|net(?:to)? (?:per|pro)\b|ht par\b)")  # fmt: skip
_UNIT_BEFORE = re.compile(r"\b(?:each|je|daily rate of|day rate of|tagessatz von)\s*$")
_OFF = re.compile(r"^ ?(?:off\b|less\b|discount|cheaper|rabatt|nachlass|weniger|gunstiger|"
                  r"de (?:remise|reduction|rabais|moins)|moins\b)")  # fmt: skip
_OFF_BEFORE = re.compile(
    r"(?:discount|rabatt|nachlass|remise|reduction|rabais) (?:of|von|de|d') ?$"
)
_BUDGET = re.compile(r"budget.{0,25}$")
_PAID = re.compile(r"(?:\bpaid\b|transferred|wired|uberwiesen|bezahlt|paye|regle|vire)\b.{0,40}$")
_CLAIMED = re.compile(
    r"(?:instead of|statt|anstatt|anstelle von|au lieu de|rather than|down from|"
    r"(?:your|the|ihr|ihre|ihrem|ihren|das|dem|votre|vos|le)\b.{0,20}\b"
    r"(?:offers?|quote|proposal|price|angebot|preis|offre|prix|devis)(?: (?:of|at|von|uber|zu|"
    r"de|a))?)"
    r"[ (:]*(?:the |den |les )?$"
)
_TAX = r"(?:vat|tax|mwst|ust|mehrwertsteuer|tva|steuern?)"
_GROSS = re.compile(
    r"\b(?:gross|brutto|ttc|(?:incl|including|inklusive|inkl|with|mit)\.? ?(?:the )?"
    rf"(?:\d+ ?% )?{_TAX}|tva comprise|all in)\b"
)
_NET = re.compile(
    r"\b(?:net|netto|ht|hors taxes?|(?:excl|excluding|exklusive|exkl|plus|zzgl|ohne|without|"
    rf"before|vor)\.? ?(?:the )?(?:\d+ ?% )?{_TAX})\b"
)
_DISCOUNT = re.compile(
    r"\b(?:off\b|discount|cheaper|lower|less\b|reduc|rabatt|nachlass|gunstiger|billiger|drop\b|"
    r"cut\b|knock|senk\w+|redui|diminu|"
    r"prozente|"
    r"remise|rabais|moins|baisse|entgegenkomm|runter)"
)
_NEAR = 45
_WHOLE = 10_000


class Percentage(Struct, frozen=True):
    """A percentage in a text, in basis points; `discount`: a word near it speaks of a discount."""

    basis_points: int
    discount: bool
    evidence: str


def amounts_in(text: str) -> tuple[AmountSlot, ...]:
    """Every amount of money that stands in the text, in order, each once."""
    folded = plain(text)
    hits = sorted({*_money(folded), *_bare(folded)})
    slots = (_slot(text, folded, *hit) for hit in hits)
    return tuple(dict.fromkeys(slot for slot in slots if slot is not None))


def percentages_in(text: str) -> tuple[Percentage, ...]:
    """Every percentage below 100 that stands in the text."""
    folded = plain(text)
    return tuple(dict.fromkeys(_percentages(text, folded)))


def value_of(number: str) -> Decimal:
    """`2.100,00`, `2,100.00`, `2'100`, `2 100` and `2100` are the same number."""
    bare = _GROUP.sub("", number)
    return Decimal(bare.replace(",", "."))


def count_of(word: str) -> int | None:
    """The whole number behind a folded word ("2", "zwei", "deux"), or None."""
    if word.isascii() and word.isdigit():
        return int(word) if len(word) <= len("99999") else None
    return NUMBER_WORDS.get(word)


def _money(folded: str) -> Iterator[tuple[int, int, str, str]]:
    for hit in _MONEY.finditer(folded):
        number = hit["n1"] or hit["n2"]
        sign = hit["before"] or hit["after"]
        yield hit.start(), hit.end(), _thousand(number, hit["k1"] or hit["k2"]), _currency(sign)


def _bare(folded: str) -> Iterator[tuple[int, int, str, str]]:
    """Numbers without a currency that can hardly be anything but a price: "could you do 2100?"."""
    taken = [(hit.start(), hit.end()) for hit in _MONEY.finditer(folded)]
    for pattern, times in ((_BARE, None), (_TAXED, None), (_THOUSANDS, "k")):
        for hit in pattern.finditer(folded):
            number = _thousand(hit["n"], times or hit["k"])
            free = not any(start <= hit.start("n") < end for start, end in taken)
            if free and not _is_year(folded, hit, number):
                yield hit.start("n"), hit.end(), number, ""


def _is_year(folded: str, hit: re.Match[str], number: str) -> bool:
    """A year of our time, or an older one after "from" where no money is spoken of."""
    value = int(value_of(number))
    before = folded[max(0, hit.start() - _NEAR) : hit.start("n")]
    return value in _YEARS or (
        value in _OLD_YEARS and bool(_SINCE.search(before)) and not _MONEY_WORD.search(before)
    )


def _thousand(number: str, times: str | None) -> str:
    return f"{(value_of(number) * 1000).normalize():f}" if times else number


def _slot(
    text: str, folded: str, start: int, end: int, number: str, currency: str
) -> AmountSlot | None:
    before, after = folded[max(0, start - _NEAR) : start], folded[end : end + _NEAR]
    minor = value_of(number).scaleb(get_currency_precision(currency or "EUR"))
    if not minor:
        return None
    line_before, line_after = before.rpartition("\n")[2], after.partition("\n")[0]
    evidence = text[start:end].strip()
    return AmountSlot(
        int(minor),
        currency,
        _about(line_before, line_after),
        _basis(line_before, line_after),
        evidence,
    )


def _about(before: str, after: str) -> About:
    tests = (
        (About.OFF, _OFF.match(after) or _OFF_BEFORE.search(before)),
        (About.UNIT, _UNIT.match(after) or _UNIT_BEFORE.search(before)),
        (About.PAID, _PAID.search(before)),
        (About.CLAIMED, _CLAIMED.search(before)),
        (About.BUDGET, _BUDGET.search(before)),
    )
    return next((about for about, hit in tests if hit), About.TOTAL)


def _basis(before: str, after: str) -> Basis:
    near = (after[:30], before[-12:])
    for words in near:
        gross, net = _GROSS.search(words), _NET.search(words)
        if gross and (not net or gross.start() < net.start()):
            return Basis.GROSS
        if net:
            return Basis.NET
    return Basis.UNTOLD


def _currency(sign: str) -> str:
    for code, signs in (("EUR", ("€", "eur")), ("GBP", ("£", "gbp", "pound", "pfund"))):
        if sign.startswith(signs):
            return code
    return "CHF" if sign.startswith(("chf", "sfr", "fran")) else "USD"


def _percentages(text: str, folded: str) -> Iterator[Percentage]:
    for hit in _PERCENT.finditer(folded):
        word = hit["n"]
        spelled = NUMBER_WORDS.get(word) if word.isalpha() else None
        if word.isalpha() and spelled is None:
            continue
        points = int((value_of(word) if spelled is None else Decimal(spelled)) * 100)
        near = folded[max(0, hit.start() - _NEAR) : hit.end() + _NEAR]
        if 0 < points < _WHOLE:
            yield Percentage(points, bool(_DISCOUNT.search(near)), text[hit.start() : hit.end()])
