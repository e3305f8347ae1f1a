"""What is known, in words: what, from when to when, who said it when, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words, percent_words
from ledger.domain.applied import (
    ADDRESS,
    BILLING_ADDRESS,
    BILLING_CURRENCY,
    BILLING_ORDER,
    BILLING_REFERENCE,
    DELIVERY_DAYS,
    DISCOUNT,
    DISCOUNT_CAP,
    EARLY_PAYMENT,
    LANGUAGE,
    PAYMENT_DAYS,
    PRICE,
    TAX_BUSINESS,
    TAX_COUNTRY,
    TAX_VAT_ID,
)
from ledger.domain.company import Company
from ledger.domain.knowledge import (
    DateValue,
    DaysValue,
    EarlyValue,
    Knowledge,
    KnowledgeStatus,
    MoneyValue,
    PercentValue,
    TextValue,
    Value,
    YesNoValue,
)

_SHOWN = 160

_TOPICS = {
    DISCOUNT: texts.KNOWN_DISCOUNT,
    DISCOUNT_CAP: texts.KNOWN_CAP,
    PAYMENT_DAYS: texts.KNOWN_PAYMENT,
    EARLY_PAYMENT: texts.KNOWN_EARLY,
    DELIVERY_DAYS: texts.KNOWN_DELIVERY,
    ADDRESS: texts.KNOWN_ADDRESS,
    LANGUAGE: texts.KNOWN_LANGUAGE,
    TAX_COUNTRY: texts.BILLING_FIELDS["country"],
    TAX_VAT_ID: texts.BILLING_FIELDS["vat-id"],
    BILLING_ADDRESS: texts.BILLING_FIELDS["address"],
    BILLING_REFERENCE: texts.BILLING_FIELDS["reference"],
    BILLING_ORDER: texts.BILLING_FIELDS["order"],
    BILLING_CURRENCY: texts.BILLING_FIELDS["currency"],
    "finance:budget": texts.KNOWN_BUDGET,
    "finance:limit": texts.KNOWN_LIMIT,
}


def handle(known: Knowledge) -> str:
    """`k3`: what people type for it."""
    return f"k{known.number}"


def said_words(known: Knowledge, company: Company, now: datetime) -> str:
    """`Logo design costs €900.00, from 1 Mar 2027 until 31 Dec 2027`"""
    what = content_words(known.topic, known.value, known.text, company)
    if known.status is KnowledgeStatus.ERASED:
        what = texts.KNOWN_ERASED
    return ", ".join([what, *period_words(known, now)])


def content_words(topic: str, value: Value, text: str, company: Company) -> str:
    """What a statement says, without when and of whom."""
    words = one_line(value_words(value, text), _SHOWN)
    if topic == LANGUAGE:
        words = texts.KNOWN_TONGUES.get(text, words)
    if topic == TAX_BUSINESS and isinstance(value, YesNoValue):
        answer = texts.KNOWN_YES if value.yes else texts.KNOWN_NO
        return texts.BILLING_FIELDS["business"].format(value=answer)
    if topic.startswith(PRICE):
        item = company.item(topic.removeprefix(PRICE))
        title = item.title if item else topic.removeprefix(PRICE)
        return texts.KNOWN_PRICE.format(item=title, price=words)
    return _TOPICS.get(topic, "{value}").format(value=words)


def value_words(value: Value, text: str) -> str:
    """A value as people write it."""
    match value:
        case MoneyValue(amount):
            return amount_words(amount)
        case PercentValue(basis_points):
            return percent_words(basis_points)
        case DaysValue(days):
            return texts.KNOWN_DAYS.format(days=days)
        case EarlyValue(basis_points, days):
            return texts.KNOWN_WITHIN.format(share=percent_words(basis_points), days=days)
        case DateValue(on):
            return f"{on.day} {on:%b %Y}"
        case YesNoValue(yes):
            return f"{text}: {texts.KNOWN_YES if yes else texts.KNOWN_NO}"
        case TextValue():
            return text
        case _:
            assert_never(value)


def period_words(known: Knowledge, now: datetime) -> list[str]:
    """From when to when, where it is not simply from the day it was said."""
    found = []
    if day(known.valid_from, now) != day(known.recorded_at, now):
        found.append(texts.KNOWN_FROM.format(day=day(known.valid_from, now)))
    if known.valid_to is not None:
        found.append(texts.KNOWN_UNTIL.format(day=last_day(known.valid_to, now)))
    return found


def source_words(known: Knowledge, now: datetime) -> str:
    """`said by Nora Lindt in console on 22 Nov 2026`"""
    source = texts.KNOWN_SOURCE.format(
        who=known.operator, channel=known.channel, day=day(known.recorded_at, now)
    )
    return source + (texts.KNOWN_CORRECTS if known.replaces else "")


def end_words(known: Knowledge, now: datetime, successor: Knowledge | None) -> str:
    """Why it does not hold now; "" where it does."""
    if known.holds(now):
        return ""
    ended = day(known.ended_at, now) if known.ended_at else ""
    other = handle(successor) if successor else texts.KNOWN_LIST
    match known.status:
        case KnowledgeStatus.CORRECTED:
            return texts.KNOWN_CORRECTED.format(other=other, day=ended)
        case KnowledgeStatus.FORGOTTEN:
            return texts.KNOWN_FORGOTTEN.format(day=ended)
        case KnowledgeStatus.ERASED:
            return texts.KNOWN_GONE
        case KnowledgeStatus.SUPERSEDED | KnowledgeStatus.STANDING:
            return _not_now(known, now, other)
        case _:
            assert_never(known.status)


def _not_now(known: Knowledge, now: datetime, other: str) -> str:
    if known.valid_from > now:
        return texts.KNOWN_AHEAD
    if known.status is KnowledgeStatus.SUPERSEDED:
        return texts.KNOWN_SUPERSEDED.format(other=other)
    return texts.KNOWN_EXPIRED


def day(moment: datetime, now: datetime) -> str:
    """`22 Nov 2026`, on `now`'s clock."""
    local = moment.astimezone(now.tzinfo)
    return f"{local.day} {local:%b %Y}"


def last_day(end: datetime, now: datetime) -> str:
    """The last day before an exclusive end."""
    return day(end - timedelta(microseconds=1), now)
