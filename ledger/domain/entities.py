"""Entities: the present state of things, folded from facts. Never written by hand.

Every entity lives in the read tables and can be rebuilt from the ledger at any time. `changes`
says which entities a fact makes or alters; `lookups` under which exact keys one is found.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.billing import BillingPlan, InvoicePart
from ledger.domain.commands import Command
from ledger.domain.company import EInvoice
from ledger.domain.confirming import Confirmation, Particulars
from ledger.domain.decisions import Decision
from ledger.domain.documents import Document
from ledger.domain.events import US, ChatKind, ChatOutcome, Option
from ledger.domain.expenses import Expense
from ledger.domain.going_live import Mode, Numbering, Tone
from ledger.domain.knowledge import Knowledge, ListPrice
from ledger.domain.messages import MailLesson, Message
from ledger.domain.pairing import ChatIdentity, PairingOffer, Stranger
from ledger.domain.postings import JournalEntry
from ledger.domain.tax import Buyer, TaxCase, TaxKind
from ledger.domain.values import Line, Money, Provenance
from ledger.domain.verdicts import Receipt, Verdict

EXPIRES: Final = "expire:"
"""Prefix of an alarm's purpose that ends an approval: `expire:<approval>`."""

LEAVES: Final = "leave:"
"""Prefix of an alarm's purpose that lets an approved mail leave: `leave:<action>`."""


class CaseStatus(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    NEEDS_YOU = "needs you"
    STUCK = "stuck"
    CLOSED = "closed"


class ActionStatus(StrEnum):
    PROPOSED = "proposed"
    ASKING = "asking"
    ALLOWED = "allowed"
    DENIED = "denied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    BY_OPERATOR = "done by operator"
    WITHHELD = "withheld"
    ATTEMPTED = "attempted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    POSTPONED = "postponed"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    BY_OPERATOR = "done by operator"


class Case(Struct, frozen=True, kw_only=True, tag="case", gc=False):
    """One piece of business. `number` is the short handle people type.

    `last_person` is the pseudonym of the contact's own key that wrote last.
    """

    id: str
    kind: str
    number: int
    opened_at: datetime
    updated_at: datetime
    version: int
    contact: str = ""
    title: str = ""
    outcome: str = ""
    closed: bool = False
    stuck: str = ""
    last_inbound_version: int = 0
    last_person: str = ""


class Forms(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How somebody and we address each other: `familiar`, `formal`, or "" where no mail showed it.

    `ours` is what the last mail of ours that left used, `theirs` their own last mail; each with the
    fact that showed it.
    """

    ours: str = ""
    ours_in: str = ""
    theirs: str = ""
    theirs_in: str = ""


class Contact(Struct, frozen=True, kw_only=True, tag="contact", gc=False):
    """One entry of the address book: an exact key, and what came under it.

    `persons` are the pseudonyms it is found under. Entries that a person merged keep what is
    theirs: `merged_into` names the entry one was merged with, `canonical` the head of them all
    ("" where it is that itself), and the head lists the others in `members`. Who reads an entry to
    know *somebody* goes through `ledger.domain.identity`, which puts them together.
    `apart`: entries of which a person said that they are somebody else.
    `erased`: nothing of who they were is left; a later mail of theirs makes a new contact.
    `away_until`: the day on which they are back, as their last absence note says; what waits for
    them waits until then (`ledger.domain.absence`).
    `forms`: the forms of address in the mails; which one is due, `ledger.domain.forms` says.
    """

    id: str
    name: str
    address: str
    persons: tuple[str, ...]
    organisation: str = ""
    language: str = ""
    cases: tuple[str, ...] = ()
    mails_sent: int = 0
    created_at: datetime | None = None
    kind: str = "mail"
    key: str = ""
    hints: tuple[str, ...] = ()
    merged_into: str = ""
    canonical: str = ""
    members: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    erased: bool = False
    away_until: date | None = None
    forms: Forms = Forms()


class Gist(Struct, frozen=True, kw_only=True, tag="gist", gc=False):
    """What the last mail of a case says in short. Its id is the case's; `over`: another came."""

    id: str
    fact: str
    sha256: str
    language: str
    by: str
    text: str
    over: bool = False


class OfferedTerms(Struct, frozen=True, kw_only=True, gc=False):
    """One version of an offer as it was drafted, `on` that day (UTC)."""

    version: int
    lines: tuple[Line, ...]
    net: Money
    total: Money
    discount_bp: int
    delivery_days: int
    valid_until: date
    on: date
    plan: BillingPlan | None = None


class Done(Struct, frozen=True, gc=False):
    """Work that was done: a milestone's number, 0 for the delivery, and the day."""

    work: int
    on: date


class Proposal(Struct, frozen=True, kw_only=True, tag="proposal", gc=False):
    """The present version of an offer. `status`: drafted, sent, accepted, declined.

    `versions` are all there have been, oldest first. `plan` is how the present one is billed, None
    for all on acceptance; `done` what the operator said is done of it.
    """

    id: str
    case: str
    number: str
    version: int
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    discount_bp: int
    valid_until: date
    delivery_days: int
    status: str = "drafted"
    accepted_version: int = 0
    sent_versions: tuple[int, ...] = ()
    accepted_on: date | None = None
    versions: tuple[OfferedTerms, ...] = ()
    tax: TaxKind | None = None
    plan: BillingPlan | None = None
    done: tuple[Done, ...] = ()

    def terms(self, version: int) -> OfferedTerms | None:
        """What exactly this version said."""
        return next((each for each in self.versions if each.version == version), None)

    @property
    def agreed(self) -> OfferedTerms | None:
        """The version that was accepted, also where a later one was drafted; None before."""
        return self.terms(self.accepted_version) if self.status == "accepted" else None

    @property
    def holds(self) -> BillingPlan | None:
        """How it is billed: as was accepted, else as the present version says."""
        return self.agreed.plan if self.agreed else self.plan


class Reduction(Struct, frozen=True, gc=False):
    """What is owed less since this payment came. `kind`: as in `BalanceReduced`."""

    payment: str
    kind: str
    amount: Money


class Invoice(Struct, frozen=True, kw_only=True, tag="invoice", gc=False):
    """An issued invoice. `status`: issued, sent, paid, overpaid, credited.

    `credited_by` is the credit note that reversed it; from then on nothing is owed.
    `reductions` are early-payment discounts, bank fees and what was let go, one by one.
    `elsewhere`: the operator issued it before Coo. `part` is
    which part of the deal it bills: its lines are then as `InvoiceIssued` says.
    """

    id: str
    case: str
    number: str
    proposal: str
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    paid: Money
    issued_on: date
    service_date: date
    due_on: date
    status: str = "issued"
    credited_by: str = ""
    tax: TaxCase | None = None
    buyer: Buyer | None = None
    e_invoice: EInvoice = EInvoice.NONE
    reductions: tuple[Reduction, ...] = ()
    elsewhere: bool = False
    part: InvoicePart | None = None

    @property
    def billed(self) -> Money:
        """What is asked for: the total, or nothing once it is reversed."""
        return Money(0, self.total.currency) if self.credited_by else self.total

    @property
    def open(self) -> Money:
        """What is still owed; negative where money is to be given back."""
        return self.billed - self.paid - self.reduced

    @property
    def reduced(self) -> Money:
        """What is owed less than was billed; once it is reversed there is nothing to reduce."""
        kept = () if self.credited_by else self.reductions
        return sum((each.amount for each in kept), start=Money(0, self.total.currency))


class CreditNote(Struct, frozen=True, kw_only=True, tag="credit note", gc=False):
    """What reversed an invoice in full; its figures are negative. `status`: issued, sent."""

    id: str
    case: str
    number: str
    invoice: str
    invoice_number: str
    contact: str
    lines: tuple[Line, ...]
    net: Money
    total: Money
    issued_on: date
    status: str = "issued"


class Part(Struct, frozen=True, gc=False):
    """How much of a payment was booked on an invoice."""

    invoice: str
    amount: Money


class Payment(Struct, frozen=True, kw_only=True, tag="payment", gc=False):
    """Money that came in (positive) or left (negative).

    `invoices` are those it is booked on, in that order; `cases` theirs; `parts` how much on which.
    `source` is the kind of statement it came with, `returned` as the bank said. `credit_of` is the
    contact whose credit the rest is, `same_as` the payment that this very entry is, where a person
    said so. `payout` is the payout of a provider that this very entry of the bank's is, `expense`
    the one that it paid; `fees`, what a provider kept of a payment, a sum a currency.
    """

    id: str
    fact: str
    amount: Money
    booked_on: date
    payer: str = ""
    reference: str = ""
    invoices: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    source: str = ""
    returned: bool = False
    credit_of: str = ""
    same_as: str = ""
    payout: str = ""
    fees: tuple[Money, ...] = ()
    expense: str = ""

    @property
    def left(self) -> Money:
        """What of it is booked on no invoice; nothing where it is explained otherwise."""
        if self.same_as or self.payout or self.expense:
            return Money(0, self.amount.currency)
        booked = (part.amount for part in self.parts)
        return self.amount - sum(booked, start=Money(0, self.amount.currency))


class Payout(Struct, frozen=True, kw_only=True, tag="payout", gc=False):
    """What a provider paid out to the company's account (positive) or drew from it (negative).

    `on` is the day it is to arrive. `arrived` and `returned` are the entries of the account
    (payments) that it is and, where it `failed`, that brought it back; "" before they are known.
    """

    id: str
    provider: str
    amount: Money
    on: date
    payments: tuple[str, ...] = ()
    gross: Money | None = None
    fees: Money | None = None
    failed: bool = False
    arrived: str = ""
    arrived_on: date | None = None
    returned: str = ""


class Stray(Struct, frozen=True, kw_only=True, tag="stray", gc=False):
    """A mail or a payment that fits no case, until a person says where it belongs.

    Its id is that of the desk fact; `number` is the short handle people type.
    """

    id: str
    kind: str
    number: int
    why: str
    since: datetime
    placed: bool = False
    case: str = ""


class Action(Struct, frozen=True, kw_only=True, tag="action", gc=False):
    """A proposed command and how far it came. `command` is None once its person is erased.

    `undoes` is the earlier action it takes back, `undone_by` the newest one that takes this back.
    `held` says why it was last withheld, as in `ActionWithheld`.
    `leaves_at`: until then an approved mail can be held.
    """

    id: str
    case: str
    person: str
    name: str
    sha256: str
    risk: str
    agent: str
    status: ActionStatus
    command: Command | None
    proposed_by: str
    proposed_at: datetime
    provenance: dict[str, Provenance]
    amount: Money | None = None
    recommendation: str = ""
    if_nothing: str = ""
    verdict: Verdict | None = None
    approval: str = ""
    attempts: int = 0
    attempted_at: datetime | None = None
    message_id: str = ""
    receipt: Receipt | None = None
    cause: str = ""
    remedy: str = ""
    undoes: str = ""
    undone_by: str = ""
    held: str = ""
    leaves_at: datetime | None = None


class Approval(Struct, frozen=True, kw_only=True, tag="approval", gc=False):
    """A question to a human about exact bytes. `number` is the short handle people type."""

    id: str
    case: str
    action: str
    sha256: str
    number: int
    status: ApprovalStatus
    requested_at: datetime
    expires_at: datetime
    title: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    channel: str = ""
    reason: str = ""
    until: datetime | None = None
    since: datetime | None = None


class Question(Struct, frozen=True, kw_only=True, tag="question", gc=False):
    """Something Coo asked its operator. `status`: open, answered, withdrawn."""

    id: str
    case: str
    number: int
    about: str
    text: str
    why: str
    asked_at: datetime
    recommendation: str = ""
    options: tuple[Option, ...] = ()
    status: str = "open"
    choice: str = ""
    answer: str = ""


class Stop(Struct, frozen=True, kw_only=True, tag="stop", gc=False):
    """A stop in force. Its id is `scope:target`; scope `copy` is a copy that must not act.

    `ordered_for`: whom a stop of a contact named on the day, all entries merged then; `covers`:
    all whom they are merged with now. Parted again, who was named stays stopped.
    """

    id: str
    scope: str
    target: str
    by: str
    since: datetime
    active: bool
    reason: str = ""
    ordered_for: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


class Alarm(Struct, frozen=True, kw_only=True, tag="alarm", gc=False):
    """A moment a case waits for."""

    id: str
    case: str
    due: datetime
    purpose: str
    rung: bool = False

    @property
    def ends(self) -> str:
        """The approval whose time ends then; "" where it is for something else."""
        return self.purpose.removeprefix(EXPIRES) if self.purpose.startswith(EXPIRES) else ""


class Failure(Struct, frozen=True, kw_only=True, tag="failure", gc=False):
    """Something broken, until it is cleared. `count` is how often it was seen."""

    id: str
    case: str
    what: str
    cause: str
    not_done: str
    owner: str
    remedies: tuple[str, ...]
    since: datetime
    count: int = 1
    cleared: bool = False


class CommitmentStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class Commitment(Struct, frozen=True, kw_only=True, tag="commitment", gc=False):
    """Something promised: see `CommitmentMade`. `number` is the short handle people type.

    `contact` is the other side, "" where it is not known. `first_due` is the day first promised;
    `told` holds each `when` of which a person was told for the present day, `notice` the fact that
    told it last. `settled_by` is the fact that ended it, `how` why in words.
    """

    id: str
    case: str
    number: int
    promised_by: str
    to: str
    contact: str
    kind: str
    source: str
    said_on: date
    made_at: datetime
    due: date | None = None
    first_due: date | None = None
    about: str = ""
    read_by: str = ""
    what: str = ""
    quote: str = ""
    status: CommitmentStatus = CommitmentStatus.OPEN
    told: tuple[str, ...] = ()
    notice: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None
    how: str = ""

    @property
    def ours(self) -> bool:
        """Whether it is the company that promised."""
        return self.promised_by == US

    @property
    def open(self) -> bool:
        """Whether it still binds."""
        return self.status is CommitmentStatus.OPEN


class ChatTurn(Struct, frozen=True, kw_only=True, tag="chat turn", gc=False):
    """Something a person did in a chat, until it is seen to. Its id is that of the `ChatReceived`.

    `outcome` is None while it waits for an answer. `sent` orders what waits in a chat.
    """

    id: str
    channel: str
    chat: str
    message: str
    user: str
    kind: ChatKind
    sent: datetime
    outcome: ChatOutcome | None = None


class PostStatus(StrEnum):
    WANTED = "wanted"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"


class Post(Struct, frozen=True, kw_only=True, tag="post", gc=False):
    """One message of Coo in one chat, and how far it came. The outbox works from these.

    `wanted` and `shown` count the states of what it shows: it is rewritten while they differ.
    `tries` is the number of the last call, `trying` the state and `part` of `parts` it carries;
    `done` parts are there. `message` is the id of the last part, the one with the buttons;
    `copies` are others of it, left by a lost answer. `bound` gives, for each approval on it, the
    sha256 that was shown last; a tap counts for that. `failures` counts calls in a row that failed.
    """

    id: str
    case: str
    channel: str
    chat: str
    subject: str
    nonce: str
    requested_at: datetime
    thread: str = ""
    identity: str = ""
    operator: str = ""
    urgency: str = "normal"
    not_before: datetime | None = None
    instead_of: str = ""
    status: PostStatus = PostStatus.WANTED
    wanted: int = 1
    shown: int = 0
    tries: int = 0
    trying: int = 0
    part: int = 0
    parts: int = 1
    done: int = 0
    message: str = ""
    copies: tuple[str, ...] = ()
    sha256: str = ""
    bound: dict[str, str] = {}
    open: bool = False
    repeated: bool = False
    failures: int = 0
    cause: str = ""
    remedy: str = ""
    attempted_at: datetime | None = None
    delivered_at: datetime | None = None
    first_shown_at: datetime | None = None

    @property
    def place(self) -> str:
        """The chat as the outbox names it: `CHANNEL:CHAT`."""
        return f"{self.channel}:{self.chat}"

    @property
    def due(self) -> bool:
        """Whether something is still to be done about it."""
        if self.status is PostStatus.DELIVERED:
            return self.shown < self.wanted
        return self.status not in {PostStatus.UNDELIVERABLE, PostStatus.WITHDRAWN}


Entity = (
    Case
    | Contact
    | Proposal
    | Invoice
    | CreditNote
    | Payment
    | Payout
    | Gist
    | Stray
    | Action
    | Approval
    | Question
    | Stop
    | Alarm
    | Failure
    | ChatTurn
    | Post
    | ChatIdentity
    | PairingOffer
    | Stranger
    | Particulars
    | Confirmation
    | Knowledge
    | ListPrice
    | Decision
    | Commitment
    | Message
    | MailLesson
    | Expense
    | JournalEntry
    | Document
    | Mode
    | Numbering
    | Tone
)
