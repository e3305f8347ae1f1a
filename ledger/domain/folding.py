"""The fold: which entities a fact makes or alters, and under which keys each is found.

Pure and total: it never refuses a fact, since what is in the ledger happened. A fact that makes
no sense any more (a tap on an approval that is over) leaves the state as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from msgspec import Struct

from ledger.domain import events
from ledger.domain.confirming import Confirmation, Particulars
from ledger.domain.decisions import Decision
from ledger.domain.documents import Document
from ledger.domain.entities import (
    Action,
    Alarm,
    Approval,
    Case,
    CaseStatus,
    ChatTurn,
    Commitment,
    Contact,
    CreditNote,
    Entity,
    Failure,
    Gist,
    Invoice,
    Payment,
    Payout,
    Post,
    Proposal,
    Question,
    Stop,
    Stray,
)
from ledger.domain.events import Event
from ledger.domain.expenses import Expense, expense_keys
from ledger.domain.facts import Fact
from ledger.domain.folding_actions import fold_actions
from ledger.domain.folding_approvals import fold_approvals
from ledger.domain.folding_attention import fold_attention
from ledger.domain.folding_cases import fold_case, fold_contact, fold_gist
from ledger.domain.folding_chat import fold_turns, turn_keys
from ledger.domain.folding_commitments import commitment_keys, fold_commitments
from ledger.domain.folding_confirming import fold_confirming
from ledger.domain.folding_copies import fold_copies
from ledger.domain.folding_deals import fold_deals
from ledger.domain.folding_decisions import decision_keys, fold_decisions
from ledger.domain.folding_documents import document_keys, fold_documents
from ledger.domain.folding_expenses import fold_expenses
from ledger.domain.folding_failures import fold_failures
from ledger.domain.folding_going_live import fold_mode, fold_numbering, fold_tone
from ledger.domain.folding_identity import fold_identity
from ledger.domain.folding_knowledge import fold_knowledge, knowledge_keys
from ledger.domain.folding_messages import fold_lessons, fold_messages
from ledger.domain.folding_pairing import fold_pairing
from ledger.domain.folding_payouts import fold_payouts, payout_keys
from ledger.domain.folding_postings import fold_postings
from ledger.domain.folding_posts import fold_posts
from ledger.domain.folding_prices import fold_prices
from ledger.domain.folding_returns import fold_returns
from ledger.domain.folding_spending import fold_spending
from ledger.domain.folding_strays import fold_strays
from ledger.domain.going_live import Mode, Numbering, Tone
from ledger.domain.knowledge import Knowledge, ListPrice
from ledger.domain.look import Look
from ledger.domain.messages import MailLesson, Message
from ledger.domain.pairing import ChatIdentity, PairingOffer, Stranger
from ledger.domain.postings import JournalEntry, entry_keys
from ledger.domain.same_entry import moved_key

FOLD_VERSION: Final = 18
"""Raised whenever the same facts would fold to other entities: read tables are then rebuilt."""

Fold = Callable[[Fact, Look], list[Entity]]

_FOLDS: Final[dict[type[Event], tuple[Fold, ...]]] = {
    events.MailReceived: (fold_messages,),
    events.DocumentReceived: (fold_documents,),
    events.MailUnreadable: (fold_messages,),
    events.MailSetAside: (fold_messages,),
    events.OperatorWrote: (fold_messages,),
    events.OperatorActed: (fold_messages, fold_contact),
    events.AbsenceNoted: (fold_contact,),
    events.ProposalTold: (fold_deals,),
    events.LeadTold: (fold_lessons,),
    events.PaymentReceived: (fold_deals, fold_postings),
    events.StopOrdered: (fold_attention,),
    events.ResumeOrdered: (fold_attention,),
    events.AlarmRang: (fold_attention,),
    events.ExpiriesMissed: (fold_attention,),
    events.BackedUp: (fold_copies,),
    events.CopyRestored: (fold_copies,),
    events.CopyTakenOver: (fold_copies,),
    events.CopySuperseded: (fold_copies,),
    events.CaseOpened: (fold_contact,),
    events.Routed: (
        fold_strays,
        fold_messages,
        fold_actions,
        fold_deals,
        fold_failures,
        fold_documents,
    ),
    events.Unrouted: (fold_strays, fold_messages),
    events.StrayPlaced: (fold_strays, fold_messages),
    events.ContactCreated: (fold_contact,),
    events.ContactRecognised: (fold_contact,),
    events.AddressCorrected: (fold_contact,),
    events.ContactsMerged: (fold_identity,),
    events.ContactSplit: (fold_identity,),
    events.ContactsKeptApart: (fold_identity,),
    events.Approved: (fold_mode, fold_actions, fold_approvals),
    events.Rejected: (fold_mode, fold_actions, fold_approvals),
    events.Postponed: (fold_approvals,),
    events.DoneByOperator: (fold_actions, fold_approvals, fold_deals, fold_failures),
    events.ApprovalSuperseded: (fold_mode, fold_actions, fold_approvals),
    events.ApprovalExpired: (fold_mode, fold_actions, fold_approvals),
    events.ApprovalProlonged: (fold_approvals,),
    events.HoldOrdered: (),
    events.QuestionAnswered: (
        fold_messages,
        fold_attention,
        fold_actions,
        fold_deals,
        fold_failures,
        fold_documents,
    ),
    events.PersonErased: (fold_contact, fold_knowledge, fold_commitments),
    events.Understood: (fold_contact, fold_gist),
    events.GistMade: (fold_gist,),
    events.ProposalDrafted: (fold_deals,),
    events.ProposalAccepted: (fold_deals,),
    events.WorkDone: (fold_deals,),
    events.ProposalDeclined: (fold_deals,),
    events.ActionProposed: (fold_actions, fold_approvals, fold_failures),
    events.VerdictGiven: (fold_actions,),
    events.ApprovalRequested: (fold_actions, fold_approvals),
    events.QuestionAsked: (fold_attention,),
    events.QuestionWithdrawn: (fold_attention,),
    events.PaymentMatched: (fold_deals, fold_postings),
    events.PaymentUnmatched: (fold_deals, fold_postings),
    events.BalanceReduced: (fold_deals, fold_postings),
    events.CreditKept: (fold_deals, fold_postings),
    events.PaymentsJoined: (fold_deals, fold_postings),
    events.FeeCharged: (fold_payouts, fold_postings),
    events.PaidOut: (fold_payouts, fold_postings),
    events.PayoutArrived: (fold_payouts, fold_strays, fold_postings),
    events.ExpenseRecorded: (fold_expenses, fold_postings),
    events.ExpenseCorrected: (fold_expenses, fold_postings),
    events.ExpenseRemoved: (fold_expenses, fold_postings),
    events.ExpensePaid: (fold_expenses, fold_postings, fold_strays),
    events.InvoicePaid: (fold_deals,),
    events.AlarmSet: (fold_attention,),
    events.CaseClosed: (),
    events.CaseReopened: (),
    events.AttemptStarted: (fold_spending, fold_actions),
    events.MailWaits: (fold_actions,),
    events.InvoiceIssued: (fold_numbering, fold_spending, fold_deals, fold_postings),
    events.CreditNoteIssued: (fold_numbering, fold_spending, fold_deals, fold_postings),
    events.ActionSucceeded: (fold_actions, fold_deals, fold_contact, fold_failures),
    events.ActionFailed: (fold_actions, fold_failures),
    events.ActionUnknown: (fold_actions, fold_failures),
    events.ActionWithheld: (fold_actions,),
    events.MailBounced: (fold_returns,),
    events.ModelCallReserved: (fold_spending,),
    events.ModelCallRecorded: (fold_spending,),
    events.ModelCallFailed: (fold_spending,),
    events.CaseStuck: (fold_failures,),
    events.CaseUnstuck: (fold_failures,),
    events.FailureReported: (fold_failures,),
    events.FailureCleared: (fold_failures,),
    events.ChatReceived: (fold_turns,),
    events.ChatSeenTo: (fold_turns,),
    events.PostRequested: (fold_posts,),
    events.PostOutdated: (fold_posts,),
    events.PostDelayed: (fold_posts,),
    events.PostAttempted: (fold_posts,),
    events.PostDelivered: (fold_posts,),
    events.PostAdopted: (fold_posts,),
    events.PostFailed: (fold_posts,),
    events.PostUnknown: (fold_posts,),
    events.PostWithdrawn: (fold_posts,),
    events.CompanyConfigured: (fold_confirming, fold_commitments),
    events.ConfirmationAsked: (fold_confirming,),
    events.ChangeConfirmed: (fold_confirming,),
    events.ChangeRefused: (fold_confirming,),
    events.PostsGrouped: (fold_posts,),
    events.PairingOffered: (fold_pairing,),
    events.ChatPaired: (fold_pairing,),
    events.ChatRoleChanged: (fold_pairing,),
    events.ChatRevoked: (fold_pairing,),
    events.StrangerRefused: (fold_pairing,),
    events.PricesChanged: (fold_knowledge, fold_prices),
    events.KnowledgeStated: (fold_knowledge,),
    events.DecisionRecorded: (fold_decisions,),
    events.DecisionOutcome: (fold_decisions,),
    events.KnowledgeCorrected: (fold_knowledge,),
    events.KnowledgeForgotten: (fold_knowledge,),
    events.CommitmentMade: (fold_commitments,),
    events.CommitmentKept: (fold_commitments,),
    events.CommitmentBroken: (fold_commitments,),
    events.CommitmentWithdrawn: (fold_commitments,),
    events.CommitmentMoved: (fold_commitments,),
    events.CommitmentsDue: (fold_commitments,),
    events.WatchBegun: (fold_mode,),
    events.WentLive: (fold_mode, fold_numbering),
    events.SpecimenAsked: (fold_mode,),
    events.NumbersContinued: (fold_numbering,),
    events.ToneLearned: (fold_tone,),
}
"""Which folds a fact goes through, besides that of its own case. `()`: only its case changes."""

NOT_FOLDED: Final[frozenset[type[Event]]] = frozenset(
    {
        events.OperatorSaid,
        events.Tapped,
        events.QuestionReplied,
        events.RetryOrdered,
        events.UndoOrdered,
        events.WorkReported,
        events.ConfirmOrdered,
        events.PolicyLoaded,
        events.PolicyRefused,
        events.MergeOrdered,
        events.SplitOrdered,
        events.KeyTold,
        events.MailboxFollowed,
        events.AssignOrdered,
        events.MatchOrdered,
        events.UnmatchOrdered,
        events.Instructed,
        events.OperatorTold,
        events.TapRefused,
        events.Recalled,
        events.PlanMade,
        events.PlannerFellBack,
        events.Told,
        events.DeliveryRecorded,
        events.DigestMade,
        events.HeadAnchored,
        events.CaseErased,
        events.DocumentKept,
        events.ErasureOrdered,
        events.RetentionEnded,
        events.CommitmentTold,
        events.CommitmentOrdered,
        events.InvoiceBrought,
    }
)
"""Facts that are history only: they alter nothing but the age and version of their case."""

FOLDED: Final = frozenset(_FOLDS)


def changes(fact: Fact, look: Look) -> list[Entity]:
    """The entities a fact makes or alters, in their new state, each at most once.

    `look` answers as of the facts before this one; its counters move along. Call it once a fact
    and in the order of `seq`, and the numbers it gives out are the same in every rebuild.
    """
    return [*fold_case(fact, look), *besides(fact, look)]


def besides(fact: Fact, look: Look) -> list[Entity]:
    """The same, but for the fact's own case.

    For a fact that is not in `ABOUT_CASES`, `aged` says what becomes of its case.
    """
    made: list[Entity] = []
    for fold in _FOLDS.get(type(fact.event), ()):
        made += fold(fact, look)
    return made


def lookups(entity: Entity) -> list[str]:  # noqa: C901, PLR0911, PLR0912 - one arm a kind
    """The exact keys an entity is found under, besides its id."""
    match entity:
        case Contact():
            hints = [f"hint:{hint}" for hint in entity.hints]
            return [*(f"person:{person}" for person in entity.persons), *hints]
        case Case():
            return [f"number:{entity.number}", *_where("contact", entity.contact)]
        case Proposal():
            return [f"number:{entity.number.upper()}", f"case:{entity.case}"]
        case Invoice():
            keys = [f"number:{entity.number.upper()}", f"case:{entity.case}"]
            return [*keys, f"proposal:{entity.proposal}"]
        case CreditNote():
            keys = [f"number:{entity.number.upper()}", f"case:{entity.case}"]
            return [*keys, f"invoice:{entity.invoice}"]
        case Action():
            keys = [*_where("message", entity.message_id), *_where("approval", entity.approval)]
            return [*keys, f"status:{entity.status}"]
        case Approval():
            return [f"number:{entity.number}", f"status:{entity.status}", f"action:{entity.action}"]
        case Question():
            return [f"number:{entity.number}", f"status:{entity.status}"]
        case Payment():
            keys = [f"payment:{entity.id}", *(f"case:{case}" for case in entity.cases)]
            keys += [moved_key(entity.amount, entity.booked_on)]
            keys += [f"credit:{entity.credit_of}"] if entity.credit_of else []
            return [*keys, *(f"invoice:{invoice}" for invoice in entity.invoices)]
        case Payout():
            return payout_keys(entity)
        case Gist():
            return [f"mail:{entity.sha256}:{entity.language}"] if entity.text else []
        case Stray():
            return [f"number:{entity.number}", *([] if entity.placed else ["open"])]
        case Message():
            number = [f"number:{entity.number}"] if entity.number else []
            keys = [f"outcome:{entity.outcome}", *number]
            return [*keys, *_where("mail", entity.message_id)]
        case Expense():
            return expense_keys(entity)
        case JournalEntry():
            return entry_keys(entity)
        case MailLesson() | Mode() | Numbering() | Tone():
            return []
        case Document():
            return document_keys(entity)
        case Stop():
            return ["active"] if entity.active else []
        case Alarm():
            return [] if entity.rung else ["waiting"]
        case Failure():
            return [] if entity.cleared else ["broken"]
        case ChatTurn():
            return turn_keys(entity)
        case Post():
            return _of_post(entity)
        case ChatIdentity():
            return _identity_keys(entity)
        case Particulars() | ListPrice():
            return []
        case Confirmation():
            return _confirmation_keys(entity)
        case Knowledge():
            return knowledge_keys(entity)
        case Decision():
            return decision_keys(entity)
        case Commitment():
            return commitment_keys(entity)
        case PairingOffer():
            return [f"code:{entity.code}"]
        case Stranger():
            return [f"told:{entity.told_at:%Y-%m-%dT%H}"] if entity.told_at else []
        case _:
            assert_never(entity)


def _of_post(post: Post) -> list[str]:
    """`due` while the outbox has work with it; `chat:` while it may change or can be tapped.

    `shown:PLACE:DAY` is of the day (UTC) on which it was first there.
    """
    alive = [f"chat:{post.place}"] if post.due or post.open else []
    there = [post.message, *post.copies] if post.message else []
    day = f"{post.first_shown_at:%Y-%m-%d}" if post.first_shown_at else ""
    return [
        f"nonce:{post.nonce}",
        f"subject:{post.subject}",
        f"status:{post.status}",
        *(["due"] if post.due else []),
        *alive,
        *([f"shown:{post.place}:{day}"] if day else []),
        *(f"bound:{approval}" for approval in post.bound),
        *(f"message:{post.place}:{message}" for message in there),
    ]


def case_of(entity: Entity) -> str:
    """The case an entity belongs to; "" for what belongs to the company as a whole."""
    match entity:
        case Case() | Gist():
            return entity.id
        case Contact() | Stop() | ChatTurn() | ChatIdentity() | PairingOffer() | Stranger():
            return ""
        case Particulars() | Confirmation() | Knowledge() | ListPrice() | MailLesson() | Payout():
            return ""
        case Expense():
            return ""
        case Mode() | Numbering() | Tone():
            return ""
        case Payment():
            return entity.cases[-1] if entity.cases else ""
        case _:
            return entity.case


_REFERENCES: Final[tuple[tuple[str, type[Entity]], ...]] = (
    ("action", Action),
    ("replaces", Action),
    ("undoes", Action),
    ("approval", Approval),
    ("contact", Contact),
    ("proposal", Proposal),
    ("invoice", Invoice),
    ("credit_note", CreditNote),
    ("payment", Payment),
    ("payout", Payout),
    ("question", Question),
    ("alarm", Alarm),
    ("failure", Failure),
    ("post", Post),
    ("identity", ChatIdentity),
    ("offer", PairingOffer),
    ("stranger", Stranger),
    ("confirmation", Confirmation),
    ("knowledge", Knowledge),
    ("decision", Decision),
    ("replaces", Knowledge),
    ("commitment", Commitment),
    ("expense", Expense),
    ("document", Document),
)


def references(fact: Fact) -> list[tuple[type[Struct], str]]:
    """The entities `changes` will most likely look at, so that they can be loaded at once."""
    found: list[tuple[type[Struct], str]] = [(Case, fact.case)]
    for name, kind in _REFERENCES:
        entity_id = getattr(fact.event, name, "")
        if entity_id:
            found.append((kind, entity_id))
    return found


def case_status(
    case: Case, *, open_approvals: int = 0, open_questions: int = 0, running_actions: int = 0
) -> CaseStatus:
    """What a person should know of a case first: stuck, then that it waits for them, then the rest.

    `running_actions` are those allowed or attempted, so without an outcome yet.
    """
    if case.stuck:
        return CaseStatus.STUCK
    if open_approvals or open_questions:
        return CaseStatus.NEEDS_YOU
    if case.closed:
        return CaseStatus.CLOSED
    return CaseStatus.RUNNING if running_actions else CaseStatus.WAITING


def _confirmation_keys(asked: Confirmation) -> list[str]:
    """By its number; while it is open also as such, and by the channel it came from."""
    waits = ["open", f"open:{asked.channel}"] if asked.status == "open" else []
    return [f"number:{asked.number}", *waits]


def _identity_keys(identity: ChatIdentity) -> list[str]:
    """Only an active one is found by its chat, so there is at most one."""
    place = f"{identity.channel}:{identity.user}"
    if not identity.active:
        return [f"revoked:{place}"]
    return [f"chat:{place}", f"operator:{identity.operator}", "active"]


def _where(name: str, value: str) -> list[str]:
    return [f"{name}:{value}"] if value else []
