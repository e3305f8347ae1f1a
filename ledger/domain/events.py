"""Events: what happened. Past tense, frozen; one class a fact type, grouped by who says it.

A field marked `SEALED` is personal: it is stored encrypted under the key of the fact's person
and reads as its default once that person is erased. Business values (amounts, dates, ids,
numbers) stay readable for ever. A changed meaning needs a new `schema` and an upcaster.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from msgspec import Struct

from ledger.domain.commands import Command
from ledger.domain.values import (
    SEALED,
    Attachment,
    Line,
    Money,
    Personal,
    Provenance,
    sealed_but_for,
)
from ledger.domain.verdicts import Receipt, Verdict, without_reasons


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Base of all events. `schema` counts the versions of a class's meaning.

    `gc=False`, as on facts and entities: values that never change form no cycles, and the
    collector's walks over a million of them would take a third of the time.
    """

    schema: ClassVar[int] = 1


# --- from outside (bot/intake), always on the desk -------------------------------------------


class MailReceived(Event, frozen=True, kw_only=True):
    """A mail came in. Its raw bytes lie sealed in the blob store under `raw_sha256`.

    Message-IDs carry no angle brackets. `text` is neutralised (no bidi or zero-width signs)
    and cut; `notes` lists what was wrong with the mail or left out, `unclear` what cannot be told
    because of it. `sent_at` is what the sender claims.
    """

    raw_sha256: str
    size: int
    message_id: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    attachments: Annotated[tuple[Attachment, ...], SEALED] = ()
    notes: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    automatic: str = ""
    sender: Personal = ""
    sender_name: Personal = ""
    recipient: Personal = ""
    subject: Personal = ""
    text: Personal = ""


class MailUnreadable(Event, frozen=True, kw_only=True):
    """Something that claims to be a mail could not be read; its bytes are kept."""

    raw_sha256: str
    size: int
    remedy: str
    source: Personal = ""
    cause: Personal = ""


class PaymentReceived(Event, frozen=True, kw_only=True):
    """Money arrived (positive) or went back (negative) on the company's account.

    `payment` is the bank's or provider's own id for the entry; `numbers` are the words of the
    reference that look like document numbers.
    """

    payment: str
    amount: Money
    booked_on: date
    source: str
    numbers: tuple[str, ...] = ()
    payer: Personal = ""
    payer_account: Personal = ""
    reference: Personal = ""


class OperatorSaid(Event, frozen=True, kw_only=True):
    """The operator wrote something in chat. `about` is a case, an approval or a question id."""

    operator: str
    channel: str
    about: str = ""
    text: Personal = ""


class Tapped(Event, frozen=True, kw_only=True):
    """The operator used a verb of a card; the router decides whether it still counts.

    `verb`: approve, reject, edit, instruct, later, did_it. `sha256` is of the bytes the person
    saw (for edit: of the edited bytes). `edits` maps field to new text.
    """

    approval: str
    verb: str
    sha256: str
    operator: str
    channel: str
    text: Personal = ""
    edits: Annotated[dict[str, str], SEALED] = {}


class QuestionReplied(Event, frozen=True, kw_only=True):
    """The operator answered a question; `choice` is the id of an option or empty for free text."""

    question: str
    operator: str
    channel: str
    choice: str = ""
    text: Personal = ""


class StopOrdered(Event, frozen=True, kw_only=True):
    """Halt effects. `scope`: all, case or contact; `target` is empty for all."""

    scope: str
    target: str
    operator: str
    channel: str
    reason: Personal = ""


class ResumeOrdered(Event, frozen=True, kw_only=True):
    """Lift a stop of the same scope and target."""

    scope: str
    target: str
    operator: str
    channel: str


class RetryOrdered(Event, frozen=True, kw_only=True):
    """The operator wants a failed or withheld action, or a stuck case, tried again."""

    target: str
    operator: str
    channel: str


class AlarmRang(Event, frozen=True, kw_only=True):
    """The clock reached an alarm that a case had set."""

    alarm: str
    case: str
    due: datetime


class CompanyConfigured(Event, frozen=True, kw_only=True):
    """`company.yaml` was loaded or changed."""

    sha256: str
    name: str
    currency: str


class PolicyLoaded(Event, frozen=True, kw_only=True):
    """A set of rules is in force from now on. `policy` is `version@sha`."""

    policy: str
    rules: tuple[str, ...]


class PolicyRefused(Event, frozen=True, kw_only=True):
    """A rule file was refused; `kept` (`version@sha`) stays in force."""

    file: str
    line: int
    reason: str
    kept: str


# --- the router --------------------------------------------------------------------------------


class CaseOpened(Event, frozen=True, kw_only=True):
    """A piece of business begins. `kind`: lead, request. `fact` is the desk fact behind it."""

    kind: str
    fact: str
    contact: str = ""
    title: Personal = ""


class Routed(Event, frozen=True, kw_only=True):
    """A desk fact concerns this case. `why` names the exact key that matched.

    `sender`: `same` (the case's own contact), `other` (a different address in a known thread),
    or empty where nobody sent anything. `proves`: the action whose mail it answers, where how
    that one ended was not known yet; who answers a mail has got it. `shared`: it concerns other
    cases as well, so what it brings must not be counted twice.
    """

    fact: str
    kind: str
    why: str
    sender: str = ""
    proves: str = ""
    shared: bool = False


class Unrouted(Event, frozen=True, kw_only=True):
    """A desk fact concerns no case; `why` and `remedy` say what a person can do."""

    fact: str
    kind: str
    why: str
    remedy: str


class ContactCreated(Event, frozen=True, kw_only=True):
    """A new person or firm in the address book, found under `person` (a pseudonym)."""

    contact: str
    language: str = ""
    name: Personal = ""
    address: Personal = ""
    organisation: Personal = ""


class ContactRecognised(Event, frozen=True, kw_only=True):
    """The sender is this known contact, by an exact key."""

    contact: str
    by: str


class Approved(Event, frozen=True, kw_only=True):
    """A person approved exactly these bytes. Unique per approval: `decision:<approval>`."""

    approval: str
    action: str
    sha256: str
    operator: str
    channel: str
    tap: str


class Rejected(Event, frozen=True, kw_only=True):
    """A person refused it, and why."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    reason: Personal = ""


class Instructed(Event, frozen=True, kw_only=True):
    """A person said how they want it instead, or something about the case."""

    operator: str
    channel: str
    approval: str = ""
    action: str = ""
    tap: str = ""
    text: Personal = ""


class Postponed(Event, frozen=True, kw_only=True):
    """Later: the card leaves the inbox until then; nothing is decided."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    until: datetime


class DoneByOperator(Event, frozen=True, kw_only=True):
    """The operator did it by hand; Coo must not do it again."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str


class TapRefused(Event, frozen=True, kw_only=True):
    """A tap that does not count, and what the person is told."""

    tap: str
    approval: str
    operator: str
    channel: str
    why: str


class ApprovalSuperseded(Event, frozen=True, kw_only=True):
    """The world moved, so this approval no longer counts. `by` is what replaced it, if anything."""

    approval: str
    action: str
    why: str
    by: str = ""


class ApprovalExpired(Event, frozen=True, kw_only=True):
    """Nobody decided in time. The action is paused, not refused."""

    approval: str
    action: str


class QuestionAnswered(Event, frozen=True, kw_only=True):
    """The operator's answer to a question, in the case that asked."""

    question: str
    operator: str
    channel: str
    choice: str = ""
    text: Personal = ""


# --- the planner (graph/) ----------------------------------------------------------------------


class Understood(Event, frozen=True, kw_only=True):
    """What a quarantined extractor read out of an untrusted text: typed slots, nothing else.

    `slots` is the JSON of `graph.agents.extract.Slots`. `by` names the extractor that answered.
    """

    fact: str
    intent: str
    language: str
    by: str
    unsure: Annotated[tuple[str, ...], SEALED] = ()
    slots: Personal = ""


class Recollection(Struct, frozen=True, gc=False):
    """One recalled episode as a plan saw it. `age_days` is at recall time."""

    episode: str
    kind: str
    case: str
    facts: tuple[str, ...]
    age_days: int
    score: float
    text: str


class Recalled(Event, frozen=True, kw_only=True):
    """What memory offered to the plan. `degraded` names what was missing, if anything."""

    query: Personal = ""
    degraded: str = ""
    episodes: Annotated[tuple[Recollection, ...], SEALED] = ()


class PlanStep(Struct, frozen=True, gc=False):
    """One step of a plan. `needs` are the ids of steps that must be done first."""

    id: str
    what: str
    needs: tuple[str, ...] = ()


class PlanMade(Event, frozen=True, kw_only=True):
    """The plan for now. `planner` names who made it, `why` gives the reason in plain words.

    `not_taken` lists steps that were considered and why they were left out; `remark` is what a
    model had to say about its pick, in its own words.
    """

    goal: str
    planner: str
    steps: tuple[PlanStep, ...]
    why: str
    not_taken: tuple[tuple[str, str], ...] = ()
    remark: Personal = ""


class PlannerFellBack(Event, frozen=True, kw_only=True):
    """A planner, extractor or drafter failed, and a simpler one took over.

    `cause` may quote what a model wrote, and so a customer.
    """

    part: str
    wanted: str
    used: str
    cause: Personal = ""


class ProposalDrafted(Event, frozen=True, kw_only=True):
    """A proposal, or a new version of one. `total` is gross, `discount_bp` off the list price."""

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
    this one takes the place of. `message_id` is of the mail it would send (see
    `ledger.domain.facts.message_id`), so that an answer finds its action whatever happens.
    """

    action: str
    name: str
    risk: str
    sha256: str
    agent: str
    amount: Money | None = None
    replaces: str = ""
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


class PaymentMatched(Event, frozen=True, kw_only=True):
    """This payment settles (part of) this invoice."""

    payment: str
    invoice: str
    amount: Money
    fact: str


class InvoicePaid(Event, frozen=True, kw_only=True):
    """The invoice has no open balance left."""

    invoice: str
    paid_on: date


class Alternative(Struct, frozen=True, gc=False):
    """A way not taken, and why."""

    what: str
    why_not: str


class DecisionRecorded(Event, frozen=True, kw_only=True):
    """What was chosen, by whom, on which evidence (fact ids), over which alternatives."""

    decision: str
    topic: str
    chosen: str
    by: str
    evidence: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    outcome: str = ""


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
    """Something came after the end."""

    why: str


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


# --- attempts and the dispatcher ----------------------------------------------------------------


class AttemptStarted(Event, frozen=True, kw_only=True):
    """The n-th try of an action is about to leave. Durable before the call."""

    action: str
    n: int
    sha256: str
    connector: str
    capability: str
    approval: str = ""


class InvoiceIssued(Event, frozen=True, kw_only=True):
    """The ledger took the next number: from here on the invoice exists.

    `ordinal` is the bare number behind `number`, counted without gaps within `series`.
    """

    invoice: str
    number: str
    series: str
    action: str
    proposal: str
    version: int
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    issued_on: date
    service_date: date
    due_on: date
    ordinal: int = 0


class ActionSucceeded(Event, frozen=True, kw_only=True):
    """It happened; the receipt is the proof."""

    action: str
    n: int
    receipt: Receipt


class ActionFailed(Event, frozen=True, kw_only=True):
    """It certainly did not happen, after `n` tries."""

    action: str
    n: int
    remedy: str
    cause: Personal = ""


class ActionUnknown(Event, frozen=True, kw_only=True):
    """Nobody knows whether it happened. It is asked about, never tried again blindly."""

    action: str
    n: int
    look_at: str
    cause: Personal = ""


class ActionWithheld(Event, frozen=True, kw_only=True):
    """It did not run and waits. `why`: stopped, budget, denied, superseded."""

    action: str
    why: str
    remedy: str
    detail: Personal = ""


# --- the journal -------------------------------------------------------------------------------


class ModelCallReserved(Event, frozen=True, kw_only=True):
    """Money set aside for a model call, before it leaves. In micro-units of USD."""

    call: str
    model: str
    part: str
    microusd: int
    prompt_sha256: str


class ModelCallRecorded(Event, frozen=True, kw_only=True):
    """What the model answered and what it cost. `reserved` (set aside on `reserved_on`) ends."""

    call: str
    model: str
    part: str
    microusd: int
    prompt_tokens: int
    answer_tokens: int
    prompt_sha256: str
    milliseconds: int
    reserved: int = 0
    reserved_on: date | None = None
    answer: Personal = ""


class ModelCallFailed(Event, frozen=True, kw_only=True):
    """The call gave nothing usable. `reason`: error, budget, deadline, policy.

    `cause` may quote what the server said of the prompt, and so a customer.
    `microusd` is what it cost all the same; `reserved` (set aside on `reserved_on`) ends.
    """

    call: str
    model: str
    part: str
    reason: str
    cause: Personal = ""
    microusd: int = 0
    reserved: int = 0
    reserved_on: date | None = None


# --- the relay and the reporting of failures ----------------------------------------------------


class CaseStuck(Event, frozen=True, kw_only=True):
    """A subscriber could not handle a fact after several tries; this case waits, others go on."""

    subscriber: str
    fact: str
    tries: int
    remedy: str
    cause: Personal = ""


class CaseUnstuck(Event, frozen=True, kw_only=True):
    """The fact was handled after all."""

    subscriber: str
    fact: str


class FailureReported(Event, frozen=True, kw_only=True):
    """Something is broken now. The same `failure` id is reported once, then counted."""

    failure: str
    what: str
    not_done: str
    owner: str
    remedies: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    cause: Personal = ""


class FailureCleared(Event, frozen=True, kw_only=True):
    """It works again."""

    failure: str
    how: str


EVENT_TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
"""Every event class by name; the name is what the ledger stores as the fact's type."""
