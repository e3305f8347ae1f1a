"""What the planner says: what it understood, remembered, planned, proposed and asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from ledger.domain.billing import BillingPlan
from ledger.domain.commands import Command
from ledger.domain.events.base import Event
from ledger.domain.tax import TaxKind
from ledger.domain.values import (
    SEALED,
    Line,
    Money,
    Personal,
    Provenance,
    sealed_but_for,
)
from ledger.domain.verdicts import Verdict, without_reasons


class Understood(Event, frozen=True, kw_only=True):
    """What a quarantined extractor read out of an untrusted text: typed slots, nothing else.

    `slots` is the JSON of `graph.agents.extract.Slots`. `by` names the extractor that answered.
    `switched`: the case's own contact plainly writes in another language than before. `address` is
    how they address us: `familiar`, `formal`, "" where they are somebody else or it does not show.
    """

    fact: str
    intent: str
    language: str
    by: str
    switched: bool = False
    address: str = ""
    unsure: Annotated[tuple[str, ...], SEALED] = ()
    slots: Personal = ""


class GistMade(Event, frozen=True, kw_only=True):
    """What a mail (`fact`, its raw bytes `sha256`) says in short, in the operator's `language`.

    `by` is the model. Nothing is decided on it: only people read it.
    """

    fact: str
    sha256: str
    language: str
    by: str
    text: Personal = ""


class Recollection(Struct, frozen=True, gc=False):
    """One recalled episode as a plan saw it. `age_days` is at recall time."""

    episode: str
    kind: str
    case: str
    facts: tuple[str, ...]
    age_days: int
    score: float
    text: str


class Stale(Struct, frozen=True, gc=False):
    """An episode that was found and not shown to the plan, since the ledger says otherwise."""

    episode: str
    kind: str
    case: str
    reason: str


class Recalled(Event, frozen=True, kw_only=True):
    """What memory offered to the plan. `degraded` names what was missing, if anything.

    `stale` are the first of those that no longer hold. `deals` are the numbers of the agreed offers
    that the plan could follow, most similar first.
    """

    query: Personal = ""
    degraded: str = ""
    stale: tuple[Stale, ...] = ()
    episodes: Annotated[tuple[Recollection, ...], SEALED] = ()
    deals: tuple[str, ...] = ()


class PlanStep(Struct, frozen=True, gc=False):
    """One step of a plan. `needs` are the ids of steps that must be done first."""

    id: str
    what: str
    needs: tuple[str, ...] = ()


class PlanMade(Event, frozen=True, kw_only=True):
    """The plan for now. `planner` names who made it, `why` gives the reason in plain words.

    `not_taken` lists steps that were considered and why they were left out; `remark` is what a
    model had to say about its pick, in its own words, and `rests_on` the facts behind what it
    cited.
    """

    goal: str
    planner: str
    steps: tuple[PlanStep, ...]
    why: str
    not_taken: tuple[tuple[str, str], ...] = ()
    remark: Personal = ""
    rests_on: tuple[str, ...] = ()


class PlannerFellBack(Event, frozen=True, kw_only=True):
    """A planner, extractor or drafter failed, and a simpler one took over.

    `cause` may quote what a model wrote, and so a customer.
    """

    part: str
    wanted: str
    used: str
    cause: Personal = ""


class ProposalDrafted(Event, frozen=True, kw_only=True):
    """A proposal, or a new version of one. `total` is gross, `discount_bp` off the list price.

    `tax` is None where nothing was known of the customer that bears on it, `plan` where all is
    billed on acceptance.
    """

    proposal: str
    number: str
    version: int
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    discount_bp: int
    valid_until: date
    delivery_days: int
    tax: TaxKind | None = None
    plan: BillingPlan | None = None


class ProposalTold(Event, frozen=True, kw_only=True):
    """The operator himself gave the customer this version; `fact` is his mail or his word.

    `message_id` is of his mail, "" where he said it otherwise.
    """

    proposal: str
    version: int
    fact: str
    message_id: str = ""


class ProposalAccepted(Event, frozen=True, kw_only=True):
    """The customer accepted this version. `fact` is the message that says so."""

    proposal: str
    version: int
    fact: str
    by: str


class ProposalDeclined(Event, frozen=True, kw_only=True):
    """The customer does not want it."""

    proposal: str
    version: int
    fact: str


class ActionProposed(Event, frozen=True, kw_only=True):
    """An agent wants this command run. `sha256` is of the command's canonical bytes.

    `provenance` maps each argument to where it came from. `replaces` is an earlier action that
    this one takes the place of, `undoes` one that it takes back. `message_id` is of the mail it
    would send (see `ledger.domain.facts.message_id`), so that an answer finds its action whatever
    happens.
    """

    action: str
    name: str
    risk: str
    sha256: str
    agent: str
    amount: Money | None = None
    replaces: str = ""
    undoes: str = ""
    provenance: dict[str, Provenance] = {}
    recommendation: str = ""
    if_nothing: str = ""
    message_id: str = ""
    command: Annotated[Command | None, SEALED] = None


class VerdictGiven(Event, frozen=True, kw_only=True):
    """What the gate said. `phase`: proposal, or execution (right before the effect)."""

    action: str
    sha256: str
    phase: str
    verdict: Annotated[Verdict, sealed_but_for(without_reasons)]
    input_sha256: str


class ApprovalRequested(Event, frozen=True, kw_only=True):
    """A human is asked. Single use, bound to `sha256`, expires to paused."""

    approval: str
    action: str
    sha256: str
    expires_at: datetime
    title: Personal = ""


class Option(Struct, frozen=True, gc=False):
    """One answer a person can choose."""

    id: str
    label: str


class QuestionAsked(Event, frozen=True, kw_only=True):
    """Coo cannot tell and does not guess. `about` is the fact or entity in question."""

    question: str
    about: str
    why: str
    recommendation: str = ""
    options: Annotated[tuple[Option, ...], SEALED] = ()
    text: Personal = ""


class QuestionWithdrawn(Event, frozen=True, kw_only=True):
    """The question answered itself."""

    question: str
    why: str


class WorkDone(Event, frozen=True, kw_only=True):
    """Work of an accepted proposal is done: `work` as in `WorkReported`, which `fact` is, or the
    answer of the operator who was asked."""

    proposal: str
    work: int
    on: date
    fact: str


class PaymentMatched(Event, frozen=True, kw_only=True):
    """This payment settles (part of) this invoice."""

    payment: str
    invoice: str
    amount: Money
    fact: str


class PaymentUnmatched(Event, frozen=True, kw_only=True):
    """`amount` of this payment does not settle this invoice after all, as the operator said; what
    the invoice was reduced by because of it is owed again. `order` is the fact that says so.
    """

    payment: str
    invoice: str
    amount: Money
    order: str


class BalanceReduced(Event, frozen=True, kw_only=True):
    """So much less is owed on the invoice, because of this payment.

    `kind`: `discount` (for paying early, within its days), `fee` (a bank kept it, within the
    tolerance) or `waived` (outside of both, a person let it go).
    """

    payment: str
    invoice: str
    kind: str
    amount: Money


class CreditKept(Event, frozen=True, kw_only=True):
    """What is left of this payment is the contact's, until it pays something else of theirs."""

    payment: str
    contact: str
    amount: Money


class InvoicePaid(Event, frozen=True, kw_only=True):
    """The invoice has no open balance left."""

    invoice: str
    paid_on: date


class Alternative(Struct, frozen=True, gc=False):
    """A way not taken, and why."""

    what: str
    why_not: str


class DecisionRecorded(Event, frozen=True, kw_only=True):
    """What was chosen, by whom, on which evidence (fact ids), over which alternatives.

    `about`: the case whose end tells how it turned out (`DecisionOutcome`); "" where `outcome`
    says all, or nothing is to follow. `action` is the one that was decided on, if any.
    """

    decision: str
    topic: str
    chosen: str
    by: str
    evidence: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    outcome: str = ""
    about: str = ""
    action: str = ""


class DecisionOutcome(Event, frozen=True, kw_only=True):
    """How a decision turned out: accepted, declined, paid. `fact` is the one that shows it.

    Several may follow one another: accepted, then paid.
    """

    decision: str
    outcome: str
    fact: str


class AlarmSet(Event, frozen=True, kw_only=True):
    """Wake this case at `due` (UTC)."""

    alarm: str
    due: datetime
    purpose: str


class Told(Event, frozen=True, kw_only=True):
    """Something the operator should know; rendered in chat as it stands."""

    topic: str
    text: Personal = ""


class CaseClosed(Event, frozen=True, kw_only=True):
    """The business is done. A later fact still reaches the case."""

    outcome: str


class CaseReopened(Event, frozen=True, kw_only=True):
    """Something came after the end. `undoes`: the operator wanted its end taken back."""

    why: str
    undoes: bool = False


class Read(Struct, frozen=True, gc=False):
    """One recorded read: which port, the key of the question, the JSON of the answer."""

    port: str
    key: str
    answer: str


class DeliveryRecorded(Event, frozen=True, kw_only=True):
    """What a delivery read from outside its state, so that it can be re-run without a world."""

    subscriber: str
    fact: str
    produced: tuple[str, ...]
    state_sha256: str
    reads: Annotated[tuple[Read, ...], SEALED] = ()
