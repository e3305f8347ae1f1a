"""What a sentence says: a price, a term, a preference, a policy, money, or else a note. Pure.

English and German; the words around a value decide what it is, and what they do not decide stays
a note, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision, list_currencies
from msgspec import Struct

from bot.remembering.periods import read_period
from graph.agents.items import names_of
from graph.agents.numbers import amounts_in, count_of, percentages_in, value_of
from graph.agents.plaintext import plain
from ledger.domain.applied import (
    ADDRESS,
    DELIVERY_DAYS,
    DISCOUNT,
    DISCOUNT_CAP,
    EARLY_PAYMENT,
    LANGUAGE,
    PAYMENT_DAYS,
    PRICE,
)
from ledger.domain.company import Company, PriceItem
from ledger.domain.knowledge import (
    DaysValue,
    EarlyValue,
    KnowledgeKind,
    MoneyValue,
    PercentValue,
    TextValue,
    Value,
    YesNoValue,
)
from ledger.domain.values import Money

MOST_DAYS: Final = 730
"""More days than that are no term of payment or delivery."""

_FOLDED_NUMBER: Final = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?"
_BARE: Final = re.compile(
    r"(?:\b(?:costs?|kostet|kosten|price(?: is| of|:)?|preis(?: ist| von|:)?|at|for|fur|zu|gets?|"
    r"is|ist|to|now|jetzt|pays?|zahlt|by|auf|budget|limit)\b|[:=]) *"
    rf"(?P<n>{_FOLDED_NUMBER})(?! *(?:%|percent|prozent|days?|tagen?|uhr|o'clock|am\b|pm\b|:\d))"
    r"(?![\w])"
)
_PRICED: Final = re.compile(
    r"\b(?:costs?|kostet|kosten|price|preis|for|fur|at|zu|gets?|bekommt|pays?|zahlt|budget|limit)\b"
)
_NUMBER: Final = re.compile(
    rf"(?<![\w.,:])(?P<n>{_FOLDED_NUMBER})(?! *(?:%|percent|prozent|days?|tagen?|uhr|o'clock|am\b|"
    r"pm\b|:\d))(?![\w])"
)
_ALONE: Final = re.compile(rf"\s*(?P<n>{_FOLDED_NUMBER})\s*")
_DAYS: Final = re.compile(
    r"\b(?P<n>\d{1,4}|[a-z]{2,7})[ -](?:(?:calendar|working|business|net) )?"
    r"(?P<unit>days?|tagen?|werktagen?|weeks?|wochen?|months?|monaten?)\b"
)
_NET_DAYS: Final = re.compile(r"\bnet(?:to)? (?P<n>\d{1,3})\b")
_UNITS: Final = {"d": 1, "t": 1, "w": 7, "m": 30}
_PAYS: Final = re.compile(r"\b(?:pays?|payments?|payable|zahl\w*|bezahl\w*|net|netto)\b")
_EARLY: Final = re.compile(
    r"\b(?:skonto|early[ -]payment"
    r"|(?:if|when|for) (?:\w+ )?(?:paid|pay\w*|payment) (?:early|within))\b"
)
_DELIVERS: Final = re.compile(r"\b(?:deliver\w*|liefer\w*|turnaround|lead time)\b")
_AT_MOST: Final = re.compile(
    r"\b(?:at most|no more than|not more than|never more than|up to|max(?:imum|imal)?|hochstens|"
    r"nie mehr als|nicht mehr als|bis zu)\b"
)
_RULE: Final = re.compile(
    r"\b(?:never|always|don'?t|do not|must not|only ever|no (?:calls?|mails?|discounts?)|nie|"
    r"niemals|immer|nicht|kein\w*|nur)\b"
)
_REFUSES: Final = re.compile(r"\b(?:never|don'?t|do not|must not|nie|niemals|nicht|kein\w*)\b")
_WANTS: Final = (
    r"\b(?:prefers?|wants?|likes?|would like|mag|mochte|will|bevorzugt|wunscht|per|with|mit|"
    r"called|use|say|sag\w*|address\w*|nenn\w*|spricht|speaks?|writes?|schreibt|in|auf)\b"
)
_PREFERS: Final = re.compile(r"\b(?:prefers?|likes?|mag|mochte|bevorzugt|wunscht)\b")
_ADDRESSES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(rf"{_WANTS}[^.!?]{{0,30}}\bdu\b|\bduzen\b|\bper du\b"), "du"),
    (re.compile(rf"{_WANTS}[^.!?]{{0,30}}\bsie\b|\bsiezen\b|\bper sie\b"), "Sie"),
    (re.compile(rf"{_WANTS}[^.!?]{{0,30}}\btu\b|\btutoyer\b|\btutoie\b"), "tu"),
    (re.compile(rf"{_WANTS}[^.!?]{{0,30}}\bvous\b|\bvouvoyer\b|\bvouvoie\b"), "vous"),
    (re.compile(r"\b(?:first[ -]names?|vornamen?)\b"), "first name"),
)
_TONGUES: Final = (("de", "german|deutsch"), ("en", "english|englisch"), ("fr", "french|fran\\w+"))
_LANGUAGES: Final = tuple(
    (re.compile(rf"{_WANTS}[^.!?]{{0,30}}\b(?:{names})\b"), code) for code, names in _TONGUES
)
_CHANNELS: Final = re.compile(
    r"\b(?:phone|calls?|telefon\w*|anruf\w*|e-?mails?|mails?|letters?|brief\w*|sms|whatsapp|video)\b"
)
_BUDGET: Final = re.compile(r"\b(?:budget|credit limit|kreditlimit|limit)\b")
_BELOW_ZERO: Final = re.compile(
    r"(?<![\w.,)])[-\u2212\u2013][€$£]? ?\d|\b(?:minus|negative) ?[€$£]? ?\d|\b0[.,]\d{3}(?!\d)",
    re.IGNORECASE,
)
"""Figures below zero, and parts of a cent, which are read as thousands elsewhere."""
_CODE: Final = re.compile(r"(?<=\d) ?([A-Za-z]{3})\b|\b([A-Za-z]{3}) ?(?=\d)")
_READABLE: Final = frozenset({"EUR", "USD", "GBP", "CHF"})
_ALSO_WORDS: Final = frozenset({"all", "top", "try", "mad", "mop", "cup", "pen", "ron", "sos"})
"""Codes of currencies that in small letters are words or names."""
_OTHER_SIGN: Final = re.compile(
    r"[\u00a2\u00a4\u00a5\u20a0-\u20ab\u20ad-\u20c0]|\d ?(?:kr|kc|z[lł]|ft|lei)\b|"
    r"\b(?:yens?|yuan|z[lł]ot[ya]s?|rupees?|rupien?|rubles?|rubel|kron(?:a|or|er|en|e)|forints?|"
    r"liras?|dirhams?|rand|pesos?|reais|won|shekels?|bitcoins?|btc)\b"
)
MOST_MONEY: Final = 10**12
"""Minor units; more than that is no price and no budget, but a slip."""
_YES_NO: Final = re.compile(r"(?P<what>.{3,60}?)\s*[:=?]\s*(?P<yes>yes|ja|no|nein)\.?\s*")


class Reading(Struct, frozen=True, kw_only=True):
    """What a sentence says. `topic` is "" for what has one of its own (a policy, a note).

    `rest` is the sentence without its period; `items` are those it names; `clear` is False where
    a value was named that has no place, so that it is kept as a note.
    """

    kind: KnowledgeKind
    topic: str
    value: Value
    text: str
    begin: date | None
    end: date | None
    rest: str
    items: tuple[PriceItem, ...] = ()
    clear: bool = True

    @property
    def of_person(self) -> bool:
        """Whether it only makes sense of somebody."""
        return self.kind is KnowledgeKind.PREFERENCE


class _Typed(Struct, frozen=True):
    kind: KnowledgeKind
    topic: str
    value: Value
    text: str = ""
    clear: bool = True


def read(text: str, company: Company, today: date) -> Reading:
    """What the sentence says, and for when."""
    period = read_period(text, today)
    folded = plain(period.rest)
    items = items_in(folded, company.prices)
    sentence = Sentence(period.rest, folded, company, items)
    found = next((typed for reader in _READERS if (typed := reader(sentence))), None)
    typed = found or _Typed(KnowledgeKind.NOTE, "", TextValue(), period.rest)
    if period.unread or (
        _has_figure(typed.value) and not _sound(period.rest, typed.value, company.currency)
    ):
        typed = _Typed(KnowledgeKind.NOTE, "", TextValue(), period.rest, clear=False)
    return Reading(
        kind=typed.kind,
        topic=typed.topic,
        value=typed.value,
        text=typed.text,
        begin=period.begin,
        end=period.end,
        rest=period.rest,
        items=items,
        clear=typed.clear,
    )


def value_like(text: str, like: Value, company: Company) -> tuple[Value, str] | None:
    """A value of the same kind as an earlier one, and its words; None where none is there.

    An amount in another currency than the one it corrects is none either.
    """
    folded = plain(text)
    if _has_figure(like) and not _sound(text, like, company.currency):
        return None
    match like:
        case MoneyValue(amount=before):
            money = money_in(text, folded, before.currency)
            fits = money is not None and 0 < money.minor <= MOST_MONEY
            same = money is not None and money.currency == before.currency
            return (MoneyValue(money), "") if money and fits and same else None
        case PercentValue():
            points = percent_in(text)
            return (PercentValue(points), "") if points is not None else None
        case EarlyValue():
            points, days = percent_in(text), days_in(folded)
            return (EarlyValue(points, days), "") if points is not None and days else None
        case DaysValue():
            days = days_in(folded)
            return (DaysValue(days), "") if days is not None else None
        case YesNoValue():
            yes = re.search(r"\b(yes|ja)\b", folded)
            return (
                (YesNoValue(bool(yes)), "") if yes or re.search(r"\b(no|nein)\b", folded) else None
            )
        case _:
            return (like, text) if text else None


def _has_figure(value: Value) -> bool:
    return isinstance(value, MoneyValue | PercentValue | DaysValue)


def _sound(text: str, value: Value, own: str) -> bool:
    """Whether the figures of a text are what they seem: none is below zero, and of an amount it is
    plain what it is an amount of.
    """
    if _BELOW_ZERO.search(text):
        return False
    return not isinstance(value, MoneyValue) or not _other_money(text, own)


def _other_money(text: str, own: str) -> bool:
    """Whether a currency is named that is neither the company's nor one that can be read."""
    codes = {before or after for before, after in _CODE.findall(text)}
    others = set(list_currencies()) - _READABLE - {own}
    named = (code for code in codes if code.isupper() or code.lower() not in _ALSO_WORDS)
    if any(code.upper() in others for code in named):
        return True
    return own in _READABLE and any(_OTHER_SIGN.search(each) for each in (text, plain(text)))


class Sentence(Struct, frozen=True):
    """A sentence without its period, folded beside it, and the items it names."""

    text: str
    folded: str
    company: Company
    items: tuple[PriceItem, ...]


def items_in(folded: str, prices: Sequence[PriceItem]) -> tuple[PriceItem, ...]:
    """The items that a text names; a longer name wins over a shorter one at the same place."""
    spans: dict[tuple[int, int], PriceItem] = {}
    for item in prices:
        for name in (item.id, item.title, *names_of(item)):
            for hit in re.finditer(rf"(?<!\w){re.escape(plain(name))}(?!\w)", folded):
                spans.setdefault(hit.span(), item)
    longest = [
        item
        for (begin, end), item in spans.items()
        if not any(
            other_begin <= begin and end <= other_end and (other_begin, other_end) != (begin, end)
            for other_begin, other_end in spans
        )
    ]
    return tuple({item.id: item for item in longest}.values())


def money_in(text: str, folded: str, currency: str) -> Money | None:
    """The one amount that a text names; in the company's currency where it names none."""
    slots = amounts_in(text)
    if len({slot.minor for slot in slots}) == 1:
        code = slots[0].currency or currency
        return Money(slots[0].minor, code)
    bare = [hit["n"] for hit in _BARE.finditer(folded)]
    if not bare and (_PRICED.search(folded) or _ALONE.fullmatch(folded)):
        bare = [hit["n"] for hit in _NUMBER.finditer(folded)]
    numbers = {value_of(number) for number in bare}
    if slots or len(numbers) != 1:
        return None
    return _money(numbers.pop(), currency)


def percent_in(text: str) -> int | None:
    """The one percentage that a text names, in basis points."""
    found = {each.basis_points for each in percentages_in(text)}
    return found.pop() if len(found) == 1 else None


def days_in(folded: str) -> int | None:
    """The one number of days that a text names; a week is seven, a month thirty."""
    counts = {
        number * _UNITS[hit["unit"][0] if not hit["unit"].startswith("werk") else "t"]
        for hit in _DAYS.finditer(folded)
        if (number := count_of(hit["n"])) is not None
    }
    counts |= {int(hit["n"]) for hit in _NET_DAYS.finditer(folded)}
    alone = re.fullmatch(r"\s*(\d{1,3})\s*", folded)
    if alone:
        counts = {int(alone[1])}
    days = counts.pop() if len(counts) == 1 else None
    return days if days is not None and days <= MOST_DAYS else None


def _money(number: Decimal, currency: str) -> Money | None:
    minor = number.scaleb(get_currency_precision(currency))
    return Money(int(minor), currency) if minor == minor.to_integral_value() else None


def _percent(s: Sentence) -> _Typed | None:
    points = percent_in(s.text)
    if points is None:
        return None
    days = days_in(s.folded)
    if _EARLY.search(s.folded) and days and not s.items:
        return _Typed(KnowledgeKind.TERM, EARLY_PAYMENT, EarlyValue(points, days))
    if s.items or re.search(r"\b(?:vat|tax|mwst|ust|skonto|deposit|anzahlung)\b", s.folded):
        return _Typed(KnowledgeKind.NOTE, "", TextValue(), s.text, clear=False)
    topic = DISCOUNT_CAP if _AT_MOST.search(s.folded) else DISCOUNT
    return _Typed(KnowledgeKind.TERM, topic, PercentValue(points))


def _price(s: Sentence) -> _Typed | None:
    money = money_in(s.text, s.folded, s.company.currency)
    if money is None or not s.items or _RULE.search(s.folded):
        return None
    other = money.currency != s.company.currency
    if len(s.items) > 1 or other or not 0 < money.minor <= MOST_MONEY:
        return _Typed(KnowledgeKind.NOTE, "", TextValue(), s.text, clear=False)
    return _Typed(KnowledgeKind.PRICE, f"{PRICE}{s.items[0].id}", MoneyValue(money))


def _days(s: Sentence) -> _Typed | None:
    days = days_in(s.folded)
    if days is None:
        return None
    if _DELIVERS.search(s.folded):
        return _Typed(KnowledgeKind.TERM, DELIVERY_DAYS, DaysValue(days))
    if _PAYS.search(s.folded) or _NET_DAYS.search(s.folded):
        return _Typed(KnowledgeKind.TERM, PAYMENT_DAYS, DaysValue(days))
    return None


def _address(s: Sentence) -> _Typed | None:
    for pattern, form in _ADDRESSES:
        if pattern.search(s.folded) and not _REFUSES.search(s.folded):
            return _Typed(KnowledgeKind.PREFERENCE, ADDRESS, TextValue(), form)
    return None


def _language(s: Sentence) -> _Typed | None:
    found = [code for pattern, code in _LANGUAGES if pattern.search(s.folded)]
    if len(found) != 1 or _REFUSES.search(s.folded):
        return None
    return _Typed(KnowledgeKind.PREFERENCE, LANGUAGE, TextValue(), found[0])


def _policy(s: Sentence) -> _Typed | None:
    if not _RULE.search(s.folded):
        return None
    return _Typed(KnowledgeKind.POLICY, "", TextValue(), s.text)


def _preference(s: Sentence) -> _Typed | None:
    if not _PREFERS.search(s.folded):
        return None
    topic = "preference:channel" if _CHANNELS.search(s.folded) else ""
    return _Typed(KnowledgeKind.PREFERENCE, topic, TextValue(), s.text)


def _finance(s: Sentence) -> _Typed | None:
    word = _BUDGET.search(s.folded)
    money = money_in(s.text, s.folded, s.company.currency)
    if word is None or money is None or not 0 < money.minor <= MOST_MONEY:
        return None
    name = "budget" if word[0] == "budget" else "limit"
    return _Typed(KnowledgeKind.FINANCE, f"finance:{name}", MoneyValue(money))


def _yes_no(s: Sentence) -> _Typed | None:
    said = _YES_NO.fullmatch(s.folded)
    if said is None:
        return None
    value = YesNoValue(said["yes"] in {"yes", "ja"})
    return _Typed(KnowledgeKind.TERM, "", value, s.text[: said.end("what")].strip())


_READERS: Final[tuple[Callable[[Sentence], _Typed | None], ...]] = (
    _percent,
    _finance,
    _price,
    _days,
    _address,
    _language,
    _policy,
    _yes_no,
    _preference,
)
