"""A digest as a card: what was done, what waits, what failed, what it cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from bot import texts
from bot.cards.brief import spelt
from bot.channel import Button, Card, CardKind, Row
from bot.wording.amounts import clock_words, counted, usd_words
from bot.wording.standing import watching_words
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Action, Approval, Contact, Failure, Question
from ledger.domain.events import DigestMade
from ledger.domain.going_live import Mode

MOST_LINES: Final = 6
"""Of each kind; a phone shows no more at a glance."""

_ISSUED: Final = {"IssueInvoice": "SendInvoice", "IssueCreditNote": "SendCreditNote"}
"""What is issued and then sent is told once, as sent."""


class Done(Struct, frozen=True):
    """One outcome, and whom it concerns; nothing of somebody who was erased."""

    action: Action
    contact: Contact | None


class Standing(Struct, frozen=True, kw_only=True):
    """How things stand when the digest is read: what was done, what waits, what is broken.

    `failures` are those of the digest and all that is broken now, `promises` what is due, in words.
    """

    done: Sequence[Done] = ()
    cards: Sequence[Approval] = ()
    questions: Sequence[Question] = ()
    failures: Sequence[Failure] = ()
    promises: Sequence[str] = ()
    mode: Mode | None = None


def digest_card(digest: DigestMade, standing: Standing, now: datetime, title: str = "") -> Card:
    """The one message of a day. `now` is in the operator's zone."""
    broken = [each for each in standing.failures if not each.cleared]
    buttons = [_button(texts.DIGEST_LOOK, "inbox")] if standing.cards or standing.questions else []
    buttons += [_button(texts.DIGEST_FAILURES, "failures")] if broken else []
    day = f"{digest.day:%A}, {digest.day.day} {digest.day:%B}"
    watching = watching_words(standing.mode, now)
    rows = (
        *([Row(texts.DIGEST_MODE, (watching,), important=True)] if watching else []),
        Row(texts.DIGEST_DONE, tuple(_done(digest, standing)) or (texts.DIGEST_NOTHING_DONE,)),
        Row(texts.DIGEST_WAITS, tuple(_waits(standing, now)) or (texts.DIGEST_NOTHING_WAITS,)),
        *(
            [Row(texts.DIGEST_PROMISES, tuple(_first(standing.promises)))]
            if standing.promises
            else []
        ),
        Row(texts.DIGEST_FAILED, tuple(_failed(standing)) or (texts.DIGEST_NOTHING_FAILED,)),
        *([Row(texts.DIGEST_MESSAGES, (_messages(digest),))] if digest.no_action else []),
        Row(texts.DIGEST_COST, (_cost(digest),)),
    )
    return Card(
        kind=CardKind.OUTCOME,
        about=f"digest:{digest.day.isoformat()}",
        title=title or texts.DIGEST_TITLE.format(day=day),
        rows=rows,
        buttons=tuple(buttons),
    )


def _messages(digest: DigestMade) -> str:
    came = counted(digest.messages, "message")
    return texts.DIGEST_NO_ACTION.format(messages=came, number=digest.no_action)


def _promised(lines: Sequence[str]) -> Iterator[Row]:
    if lines:
        yield Row(texts.DIGEST_PROMISES, tuple(_first(lines)))


def _button(label: str, command: str) -> Button:
    return Button(label=label, typed=command, command=command)


def _done(digest: DigestMade, standing: Standing) -> Iterator[str]:
    told = [each for each in standing.done if not _told_as_sent(each, standing.done)]
    yield from (_outcome(each) for each in told[:MOST_LINES])
    unnamed = digest.done_in_all - len(standing.done)
    if (more := len(told[MOST_LINES:]) + max(unnamed, 0)) > 0:
        yield texts.DIGEST_MORE.format(number=more)
    if digest.received:
        amounts = " and ".join(map(amount_words, digest.received))
        payments = counted(digest.payments, "payment")
        yield texts.DIGEST_MONEY.format(amounts=amounts, payments=payments)
    opened = _if_any(digest.opened, texts.DIGEST_OPENED)
    closed = _if_any(digest.closed, texts.DIGEST_CLOSED)
    if opened or closed:
        yield ", ".join(filter(None, (opened, closed)))


def _if_any(count: int, words: str) -> str:
    return words.format(count=counted(count, "case")) if count else ""


def _told_as_sent(each: Done, done: Sequence[Done]) -> bool:
    """Whether the sending of what was issued is among the outcomes."""
    sent = _ISSUED.get(each.action.name)
    return any((one.action.name, one.action.case) == (sent, each.action.case) for one in done)


def _outcome(each: Done) -> str:
    name, amount = each.action.name, each.action.amount
    words = texts.DONE_WORDS.get(name, texts.DONE_OTHER)
    contact = each.contact
    who = one_line(contact.name or contact.address, 40) if contact else ""
    return words.format(
        action=texts.COMMAND_WORDS.get(name, name),
        who=who or texts.DONE_SOMEBODY,
        amount=f", {amount_words(amount)}" if amount else "",
    )


def _waits(standing: Standing, now: datetime) -> Iterator[str]:
    cards = sorted(standing.cards, key=lambda one: (one.expires_at, one.number))
    lines = [
        *(
            texts.DIGEST_CARD.format(
                number=one.number,
                title=one_line(one.title, 60),
                until=clock_words(one.expires_at, now),
            )
            for one in cards
        ),
        *(
            texts.DIGEST_QUESTION.format(number=one.number, text=one_line(one.text, 80))
            for one in standing.questions
        ),
    ]
    yield from _first(lines)


def _failed(standing: Standing) -> Iterator[str]:
    """What is broken first, then what was mended."""
    ordered = sorted(standing.failures, key=lambda one: (one.cleared, one.since))
    words = (texts.DIGEST_MENDED if one.cleared else texts.DIGEST_BROKEN for one in ordered)
    named = (one_line(spelt(one.what), 100) for one in ordered)
    yield from _first([form.format(what=what) for form, what in zip(words, named, strict=True)])


def _first(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield texts.DIGEST_MORE.format(number=len(lines) - MOST_LINES)


def _cost(digest: DigestMade) -> str:
    if not digest.microusd:
        return texts.DIGEST_FREE
    return texts.DIGEST_MODEL.format(cost=usd_words(digest.microusd))
