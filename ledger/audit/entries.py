"""The entries of a trail: one typed line of a case's story. What they say in words is chat's.

Every entry names the fact it stands for; `causes` are the facts behind it and `action` the
action it belongs to, so that the way to an effect can be followed back.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from ledger.domain.events import Alternative, ContextSeen, PlanStep, Recollection, Stale
from ledger.domain.values import Money, Provenance
from ledger.domain.verdicts import Receipt, Verdict


class Entry(Struct, frozen=True, kw_only=True, tag=True):
    """Base of all entries. `step` is the fact's place in its case, counted from 1."""

    fact: str
    step: int
    at: datetime
    causes: tuple[str, ...] = ()
    action: str = ""
    approval: str = ""
    erased: bool = False


class CameIn(Entry, frozen=True, kw_only=True):
    """Something reached the case. `kind`: mail, payment, said, tap, answer, stop, …

    `routed` is the exact key that brought it here; `sender` is same, other or empty. `notes`
    list what was wrong with it. `came_at` is when it arrived, `who` whom it claims to be from.
    """

    kind: str
    came_at: datetime
    who: str = ""
    summary: str = ""
    amount: Money | None = None
    routed: str = ""
    sender: str = ""
    notes: tuple[str, ...] = ()


class WhoItWas(Entry, frozen=True, kw_only=True):
    """Who it is about. `how` is `new`, or the exact key that recognised them."""

    contact: str
    how: str
    name: str = ""
    address: str = ""


class Understanding(Entry, frozen=True, kw_only=True):
    """What was read out of untrusted text, by which reader, and what stayed unsure."""

    intent: str
    language: str
    by: str
    unsure: tuple[str, ...] = ()
    slots: str = ""


class Remembered(Entry, frozen=True, kw_only=True):
    """What memory offered, each with its age, what no longer held, what it could not look at."""

    episodes: tuple[Recollection, ...]
    degraded: str = ""
    stale: tuple[Stale, ...] = ()


class Grounds(Struct, frozen=True, kw_only=True):
    """What something rests on: `steps` of its own case, and so many facts `elsewhere`."""

    steps: tuple[int, ...] = ()
    elsewhere: int = 0


class Planned(Entry, frozen=True, kw_only=True):
    """The plan, who made it, and the steps considered but not taken. `remark`: a model's words,
    `rests_on` what it cited; None where it cited nothing.
    """

    goal: str
    planner: str
    why: str
    steps: tuple[PlanStep, ...]
    not_taken: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    rests_on: Grounds | None = None


class FellBack(Entry, frozen=True, kw_only=True):
    """A simpler part took over from one that failed."""

    part: str
    wanted: str
    used: str
    cause: str


class Drafted(Entry, frozen=True, kw_only=True):
    """A version of an offer."""

    number: str
    version: int
    total: Money
    discount_bp: int
    delivery_days: int
    valid_until: date


class DealMoved(Entry, frozen=True, kw_only=True):
    """The customer accepted or declined. `message` is the fact that says so."""

    accepted: bool
    version: int
    message: str


class Proposed(Entry, frozen=True, kw_only=True):
    """An agent wants a command run. `replaces` is an earlier action, `undoes` one it takes back.

    `undoing` is the step of that one; `undone_by` and `undone_in` are the action that takes this
    one back and its step, `undone` whether that has happened.
    """

    name: str
    agent: str
    risk: str
    sha256: str
    amount: Money | None = None
    replaces: str = ""
    undoes: str = ""
    undoing: int = 0
    undone_by: str = ""
    undone_in: int = 0
    undone: bool = False
    provenance: dict[str, Provenance] = {}


class Judged(Entry, frozen=True, kw_only=True):
    """A verdict with every rule that fired and the policy that decided (`version@sha`)."""

    phase: str
    verdict: Verdict
    sha256: str


class Asked(Entry, frozen=True, kw_only=True):
    """A card was put before the operator, bound to these bytes."""

    title: str
    sha256: str
    expires_at: datetime


class Decided(Entry, frozen=True, kw_only=True):
    """What became of a card. `how`: approved, rejected, instructed, postponed, done, superseded,
    expired or refused (a tap that did not count). `tapped_at` is when the person acted."""

    how: str
    who: str = ""
    channel: str = ""
    sha256: str = ""
    reason: str = ""
    tapped_at: datetime | None = None


class Questioned(Entry, frozen=True, kw_only=True):
    """Coo asked instead of guessing; `ended` is the answer or why it was withdrawn."""

    question: str
    text: str = ""
    why: str = ""
    ended: str = ""
    who: str = ""
    channel: str = ""


class Tried(Entry, frozen=True, kw_only=True):
    """An attempt left. `sha256` is of the bytes that were handed over."""

    n: int
    connector: str
    capability: str
    sha256: str


class Proved(Entry, frozen=True, kw_only=True):
    """It happened, and this is the receipt."""

    n: int
    receipt: Receipt


class WentWrong(Entry, frozen=True, kw_only=True):
    """It did not happen, or nobody knows. `kind`: failed, unknown, withheld, stuck, reported."""

    kind: str
    what: str
    cause: str
    remedy: str


class Recovered(Entry, frozen=True, kw_only=True):
    """It works again."""

    what: str


class Invoiced(Entry, frozen=True, kw_only=True):
    """An invoice got its number."""

    invoice: str
    number: str
    total: Money
    issued_on: date
    due_on: date


class Credited(Entry, frozen=True, kw_only=True):
    """A credit note got its number, and with it an invoice is reversed. `total` is negative."""

    credit_note: str
    number: str
    invoice_number: str
    total: Money
    issued_on: date
    reason: str = ""


class Paid(Entry, frozen=True, kw_only=True):
    """A payment was matched to an invoice, or (no amount) the invoice is settled.

    `number` is the invoice's, where its issue is on record in the same case.
    """

    invoice: str
    number: str = ""
    amount: Money | None = None
    payment: str = ""


class Chose(Entry, frozen=True, kw_only=True):
    """A decision on the record: what, by whom, on which evidence, over which alternatives."""

    topic: str
    chosen: str
    by: str
    evidence: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    outcome: str = ""


class Spent(Entry, frozen=True, kw_only=True):
    """A model call. `failed` says why it gave nothing usable, else empty.

    `made`: it left; one that was refused before, by rule or budget, did not. `saw` is what it was
    shown, with the `sources` of each section; None where an earlier version asked.
    """

    model: str
    part: str
    microusd: int
    tokens: int = 0
    milliseconds: int = 0
    failed: str = ""
    made: bool = True
    saw: ContextSeen | None = None
    sources: dict[str, Grounds] = {}


class AlarmNoted(Entry, frozen=True, kw_only=True):
    """The case will be woken. `purpose` begins with a word and a colon."""

    purpose: str
    due: datetime


class Noted(Entry, frozen=True, kw_only=True):
    """Everything else worth a line: told, opened, closed, reopened."""

    kind: str
    text: str


class Cost(Struct, frozen=True, kw_only=True):
    """What a case cost: model money in micro-units of USD, mails sent, cards and questions."""

    microusd: int = 0
    calls: int = 0
    failed_calls: int = 0
    tokens: int = 0
    effects: int = 0
    cards: int = 0
    questions: int = 0


class Trail(Struct, frozen=True, kw_only=True):
    """The causal chain of a case, oldest first. `facts` counts all facts, also silent ones."""

    case: str
    title: str
    entries: tuple[Entry, ...]
    cost: Cost
    facts: int
