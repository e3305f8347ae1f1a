"""How a story ended: what the world got, what the books say, and what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from bot.app import App
from bot.demo.demo import chain_state
from bot.prove.stage import Staged
from connectors.sandbox import Effect
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    Case,
    Failure,
    Invoice,
    Payment,
    Question,
)
from ledger.domain.events import (
    ActionUnknown,
    AttemptStarted,
    CaseStuck,
    DoneByOperator,
    QuestionAnswered,
    RetryOrdered,
    Routed,
)
from ledger.domain.facts import Fact
from ledger.domain.verdicts import Allow
from ledger.replay import refold

HAPPENED: Final = "the operator looked, and it had happened"
RETRIED: Final = "the operator looked, and had it tried again"
ANSWERED: Final = "the customer answered or paid it, so it had arrived"
UNRESOLVED: Final = "nobody resolved it"

_HELD: Final = frozenset(
    {ActionStatus.ATTEMPTED, ActionStatus.UNKNOWN, ActionStatus.FAILED, ActionStatus.WITHHELD}
)


class Parked(Struct, frozen=True):
    """An effect of which Coo did not know whether it had happened, and what became of it."""

    action: str
    resolved: str


class Ending(Struct, frozen=True, kw_only=True):
    """Everything two endings are compared by, and what must be empty in any case.

    `effects` and `books` name nothing that differs between two runs of the same business.
    `unbidden`: effects that nobody allowed, or whose attempt was not on record before.
    """

    effects: tuple[str, ...]
    books: tuple[str, ...]
    closed: int
    left: tuple[str, ...]
    doubled: tuple[str, ...]
    unbidden: tuple[str, ...]
    parked: tuple[Parked, ...]
    chain: str
    replay: str
    kinds: dict[str, int]
    facts: int
    head: str


async def ended(staged: Staged) -> Ending:
    """Count it, from the ledger, from the read tables, and from what the world remembers."""
    app, effects = staged.app, staged.world.effects
    facts = [fact async for fact in app.ledger.facts()]
    head = await app.ledger.head()
    actions = {action.id: action for action in await app.views.all(Action)}
    return Ending(
        effects=tuple(sorted(_deed(effect.order.command) for effect in effects)),
        books=tuple([line async for line in _books(app)]),
        closed=sum(case.closed for case in await app.views.all(Case)),
        left=tuple([what async for what in _left(app)]),
        doubled=tuple(_doubled(effects, facts)),
        unbidden=tuple(_unbidden(effects, facts, actions)),
        parked=tuple(_parked(facts)),
        chain=await chain_state(app),
        replay=(await refold(app.ledger)).difference,
        kinds=dict(sorted(Counter(type(fact.event).__name__ for fact in facts).items())),
        facts=len(facts),
        head=head.hash.hex(),
    )


async def _books(app: App) -> AsyncIterator[str]:
    """Every invoice and every payment, as a bookkeeper would write them down."""
    numbers = {invoice.id: invoice for invoice in await app.views.all(Invoice)}
    for one in sorted(numbers.values(), key=lambda one: one.number):
        yield (
            f"invoice {one.number} of {one.issued_on}, due {one.due_on}: {_amount(one)}, "
            f"paid {one.paid.minor}, {one.status}"
        )
    for payment in sorted(await app.views.all(Payment), key=lambda one: one.id):
        of = ", ".join(numbers[one].number for one in payment.invoices) or "nothing"
        yield f"payment {payment.id}: {payment.amount.minor} {payment.amount.currency} for {of}"


def _amount(invoice: Invoice) -> str:
    return f"{invoice.total.minor} {invoice.total.currency}"


async def _left(app: App) -> AsyncIterator[str]:
    """What still waits, hangs or is broken."""
    for case in await app.views.all(Case):
        if case.stuck or not case.closed:
            yield f"case {case.number} is not closed"
    for approval in await app.views.find(Approval, "status:pending"):
        yield f"card {approval.number} waits"
    for question in await app.views.find(Question, "status:open"):
        yield f"question {question.number} waits"
    for failure in await app.views.find(Failure, "broken"):
        yield f"broken: {failure.what}"
    for action in await app.views.all(Action):
        if action.status in _HELD:
            yield f"{action.name} {action.id} is {action.status}"


def _doubled(effects: Sequence[Effect], facts: Sequence[Fact]) -> Iterator[str]:
    """What happened twice, by the key it was asked for under, or by what it is."""
    keys = Counter(effect.key for effect in effects)
    yield from (f"{times} times {key}" for key, times in keys.items() if times > 1)
    first = {effect.key: effect for effect in effects}
    deeds = Counter(_deed(effect.order.command) for effect in first.values())
    yield from (f"{times} times {deed}" for deed, times in deeds.items() if times > 1)
    stuck = [fact.event.cause for fact in facts if isinstance(fact.event, CaseStuck)]
    yield from (f"stuck: {cause}" for cause in stuck if "number" in cause)


def _deed(command: Command) -> str:  # noqa: C901 - one arm a command: a table
    """An effect in words that are the same in every run."""
    match command:
        case SendProposal():
            return f"offer version {command.version} over {command.total.minor} to {command.to}"
        case SendInvoice():
            return f"invoice {command.number} over {command.total.minor} to {command.to}"
        case IssueInvoice():
            return f"invoice issued over {command.total.minor}"
        case IssueCreditNote():
            return f"credit note issued for invoice {command.number}"
        case SendCreditNote():
            return f"credit note {command.number} to {command.to}"
        case SendReminder():
            return f"reminder {command.step} of {command.number} to {command.to}"
        case SendCorrection():
            return f"correction of {command.corrects} to {command.to}"
        case ReopenCase():
            return f"case {command.case} opened again"
        case SendSpecimen():
            return f"first mail shown to {command.to}: {command.subject}"
        case SendReply():
            return f"answer to {command.to}: {command.subject}"


def _unbidden(
    effects: Sequence[Effect], facts: Sequence[Fact], actions: Mapping[str, Action]
) -> Iterator[str]:
    tried = {
        (fact.event.action, fact.event.n)
        for fact in facts
        if isinstance(fact.event, AttemptStarted)
    }
    for effect in effects:
        action = actions.get(effect.key)
        if action is None or not (isinstance(action.verdict, Allow) or action.approval):
            yield f"nobody allowed {_deed(effect.order.command)}"
        if (effect.key, effect.n) not in tried:
            yield f"not on record before it left: {_deed(effect.order.command)}"


def _parked(facts: Sequence[Fact]) -> Iterator[Parked]:
    """Each Unknown, and the first thing after it that settled it."""
    for place, fact in enumerate(facts):
        if isinstance(fact.event, ActionUnknown):
            action = fact.event.action
            later = (_resolving(one, action) for one in facts[place + 1 :])
            yield Parked(action, next(filter(None, later), UNRESOLVED))


def _resolving(fact: Fact, action: str) -> str:
    match fact.event:
        case DoneByOperator(action=known) if known == action:
            return HAPPENED
        case QuestionAnswered(choice=choice) if choice == f"happened:{action}":
            return HAPPENED
        case Routed(proves=known) if known == action:
            return ANSWERED
        case RetryOrdered(target=target) if target == action:
            return RETRIED
        case _:
            return ""
