"""What a digest says of a span of time: pure, from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from ledger.domain import events
from ledger.domain.events import DigestMade
from ledger.domain.facts import Fact
from ledger.domain.messages import Outcome
from ledger.domain.values import Money

MOST_DONE: Final = 20
"""So many outcomes are named; the rest is counted."""

MOST_FAILED: Final = 20

_DECIDED: Final = (
    events.Approved,
    events.Rejected,
    events.Instructed,
    events.DoneByOperator,
    events.QuestionAnswered,
)
_ASKED: Final = (events.ApprovalRequested, events.QuestionAsked)
_MESSAGES: Final = (events.MailReceived, events.MailUnreadable, events.MailSetAside)
_COSTS: Final = (events.ModelCallRecorded, events.ModelCallFailed)


def digest_of(facts: Iterable[Fact], day: date, after: int, until: int) -> DigestMade:
    """The digest of the facts with a `seq` above `after`, up to `until`; others are left out."""
    span = [fact.event for fact in facts if after < fact.seq <= until]
    done = [each.action for each in span if isinstance(each, events.ActionSucceeded)]
    booked = [each.amount for each in span if isinstance(each, events.PaymentMatched)]
    failed = [each.failure for each in span if isinstance(each, events.FailureReported)]
    stuck = [fact.case for fact in facts if _stuck_within(fact, after, until)]
    return DigestMade(
        day=day,
        after=after,
        until=until,
        done=tuple(done[-MOST_DONE:]),
        done_in_all=len(done),
        opened=_count(span, events.CaseOpened),
        closed=_count(span, events.CaseClosed),
        payments=len(booked),
        received=_sums(booked),
        decided=_count(span, *_DECIDED),
        asked=_count(span, *_ASKED),
        failed=tuple(dict.fromkeys([*failed, *stuck]))[:MOST_FAILED],
        messages=_count(span, *_MESSAGES),
        no_action=sum(_quiet(each) for each in span),
        microusd=sum(each.microusd for each in span if isinstance(each, _COSTS)),
    )


def is_empty(digest: DigestMade) -> bool:
    """Whether nothing happened that is worth a message."""
    counts = (digest.done_in_all, digest.opened, digest.closed, digest.payments, digest.decided)
    return not any((*counts, digest.asked, digest.failed, digest.microusd))


def _stuck_within(fact: Fact, after: int, until: int) -> bool:
    return isinstance(fact.event, events.CaseStuck) and after < fact.seq <= until


def _quiet(event: events.Event) -> bool:
    match event:
        case events.MailSetAside() | events.Unrouted(kind="mail", outcome=Outcome.NO_ACTION):
            return True
        case events.Unrouted(kind="mail", settled=True):
            return True
        case _:
            return False


def _count(span: Iterable[events.Event], *kinds: type[events.Event]) -> int:
    return sum(isinstance(each, kinds) for each in span)


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One amount a currency, in the order in which they came."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return tuple(Money(minor, currency) for currency, minor in sums.items())
