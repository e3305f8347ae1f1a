"""The judge of a history: what must hold of every one, read from the facts and from the world.

It counts effects in the world and not in the ledger, and knows nothing of the product's own
folds: what it concludes it concludes from the facts as they stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rehearsal import Rehearsal

from connectors.sandbox import Effect
from ledger.domain.commands import command_sha
from ledger.domain.entities import Case
from ledger.domain.errors import ChainBroken
from ledger.domain.events import (
    ActionProposed,
    ActionSucceeded,
    ApprovalRequested,
    Approved,
    AttemptStarted,
    CaseOpened,
    CaseStuck,
    DoneByOperator,
    InvoiceIssued,
    MailReceived,
    PaymentReceived,
    QuestionAsked,
    Rejected,
    ResumeOrdered,
    Routed,
    StopOrdered,
    Tapped,
    Unrouted,
    VerdictGiven,
)
from ledger.domain.facts import Fact
from ledger.domain.verdicts import Allow
from ledger.replay import refold


async def faults_of(company: Rehearsal) -> list[str]:
    """Everything that is wrong with what happened, in words."""
    facts = await company.facts()
    found = [
        *judged(facts, company.world.effects),
        *(f"{key} left before its try was on disk" for key in company.world.undurable),
    ]
    try:
        await company.app.ledger.verify()
    except ChainBroken as broken:
        found.append(f"the chain: {broken.cause}")
    fold = await refold(company.app.ledger)
    found += [] if fold.identical else [f"replayed state: {fold.difference}"]
    for case in await company.all(Case):
        report = await company.app.replayer.replay(case.id)
        found += [] if report.identical else [f"{case.id}: {report.first_difference}"]
    return found


def judged(facts: Sequence[Fact], effects: Sequence[Effect]) -> list[str]:
    """What is wrong by the facts and the world alone."""
    return [
        *_doubled(effects),
        *(words for effect in effects for words in _unfounded(facts, effect)),
        *_claimed_without_effect(facts, effects),
        *_unanswered(facts),
        *_decided_twice(facts),
        *_lost(facts),
        *_gaps(facts),
        *_left_while_stopped(facts),
        *(f"{fact.case} is stuck: {fact.event.cause}" for fact in of(facts, CaseStuck)),
    ]


def of(facts: Sequence[Fact], *kinds: type) -> list[Fact]:
    return [fact for fact in facts if isinstance(fact.event, kinds)]


def _doubled(effects: Sequence[Effect]) -> Iterator[str]:
    for key, count in Counter(effect.key for effect in effects).items():
        if count > 1:
            yield f"{key} happened {count} times"


def _unfounded(facts: Sequence[Fact], effect: Effect) -> Iterator[str]:
    """An effect stands on a proposal of its very bytes, a try before it, and a yes before that."""
    sha = command_sha(effect.order.command)
    proposed = [f for f in of(facts, ActionProposed) if f.event.action == effect.key]
    if [fact.event.sha256 for fact in proposed] != [sha]:
        yield f"{effect.key}: other bytes happened than were proposed"
    started = [
        fact
        for fact in of(facts, AttemptStarted)
        if (fact.event.action, fact.event.n, fact.event.sha256) == (effect.key, effect.n, sha)
    ]
    if len(started) != 1:
        yield f"{effect.key} happened without a try on record"
    for fact in started:
        if not _allowed(facts, fact, sha):
            yield f"{effect.key} happened without a yes to exactly its bytes"


def _allowed(facts: Sequence[Fact], started: Fact, sha: str) -> bool:
    """Whether a rule allowed these bytes, or a person approved them who had seen them."""
    before = [fact for fact in facts if fact.seq < started.seq]
    name = started.event.action
    if any(fact.event.action == name for fact in of(before, Rejected, DoneByOperator)):
        return False
    asked = [f for f in of(before, ApprovalRequested) if f.event.action == name]
    if not asked:
        verdicts = [f.event for f in of(before, VerdictGiven) if f.event.action == name]
        said = [v.verdict for v in verdicts if v.sha256 == sha and v.phase == "proposal"]
        return bool(said) and isinstance(said[-1], Allow)
    return any(
        _covers(facts, fact, asked, sha)
        for fact in of(before, Approved)
        if (fact.event.action, fact.event.sha256) == (name, sha)
    )


def _covers(facts: Sequence[Fact], approved: Fact, asked: Sequence[Fact], sha: str) -> bool:
    """The yes is to a card of these bytes, from a tap of somebody who saw them, in time."""
    yes = approved.event
    cards = [f for f in asked if (f.event.approval, f.event.sha256) == (yes.approval, sha)]
    taps = [f for f in of(facts, Tapped) if f.id == yes.tap and f.event.sha256 == sha]
    return any(
        card.seq < approved.seq and approved.at < card.event.expires_at
        for card in cards
        for _ in taps
    )


def _claimed_without_effect(facts: Sequence[Fact], effects: Sequence[Effect]) -> Iterator[str]:
    """Nothing is called sent that is not out there."""
    happened = {effect.key for effect in effects}
    for fact in of(facts, ActionSucceeded):
        if fact.event.action not in happened:
            yield f"{fact.event.action} has a receipt and never happened"


def _unanswered(facts: Sequence[Fact]) -> Iterator[str]:
    answered = Counter(getattr(fact.event, "tap", "") for fact in facts)
    for fact in of(facts, Tapped):
        if answered[fact.id] != 1:
            yield f"the tap {fact.id} ({fact.event.verb}) has {answered[fact.id]} answers"


def _decided_twice(facts: Sequence[Fact]) -> Iterator[str]:
    decisions = Counter(f.event.approval for f in of(facts, Approved, Rejected, DoneByOperator))
    for approval, count in decisions.items():
        if count > 1:
            yield f"{approval} was decided {count} times"


def _lost(facts: Sequence[Fact]) -> Iterator[str]:
    """Everything that came in went somewhere, or is on record as belonging nowhere."""
    placed = {fact.event.fact for fact in of(facts, CaseOpened, Routed, Unrouted)}
    asked = {fact.event.about for fact in of(facts, QuestionAsked)}
    for fact in of(facts, MailReceived, PaymentReceived):
        if fact.id not in placed | asked:
            yield f"{type(fact.event).__name__} {fact.id} is lost"


def _gaps(facts: Sequence[Fact]) -> Iterator[str]:
    series: dict[str, list[int]] = {}
    for fact in of(facts, InvoiceIssued):
        series.setdefault(fact.event.series, []).append(fact.event.ordinal)
    for name, numbers in series.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the invoices of {name} are numbered {numbers}"
    versions = Counter(
        (fact.event.proposal, fact.event.version) for fact in of(facts, InvoiceIssued)
    )
    for offer, count in versions.items():
        if count > 1:
            yield f"{offer} was invoiced {count} times"
    if [fact.seq for fact in facts] != list(range(1, len(facts) + 1)):
        yield "the facts are not numbered without gaps"


def _left_while_stopped(facts: Sequence[Fact]) -> Iterator[str]:
    stopped = False
    for fact in of(facts, StopOrdered, ResumeOrdered, AttemptStarted):
        if isinstance(fact.event, AttemptStarted):
            if stopped:
                yield f"{fact.event.action} was tried while all was stopped"
        else:
            stopped = isinstance(fact.event, StopOrdered)
