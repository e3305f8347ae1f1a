"""One line of a trail for one fact: a table from event type to the entry it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from ledger.audit import entries as line
from ledger.audit.arrivals import arrival
from ledger.audit.entries import Entry
from ledger.domain import events
from ledger.domain.amounts import amount_words
from ledger.domain.events import Event
from ledger.domain.facts import Fact

Sources = Mapping[str, Fact]
"""Facts of other cases (the desk) that facts of this one refer to, by id."""

Envelope = dict[str, Any]
"""The fields every entry has."""

Make = Callable[[Any, Envelope, Sources], Entry]


def _same(kind: type[Entry], **fixed: object) -> Make:
    """An entry whose fields are the event's fields of the same name, besides `fixed` ones."""

    def make(event: Event, base: Envelope, _: Sources) -> Entry:
        known = {**msgspec.structs.asdict(event), **fixed}
        names = [field.name for field in msgspec.structs.fields(kind) if field.name not in base]
        return kind(**base, **{name: known[name] for name in names if name in known})

    return make


def _opened(event: events.CaseOpened, base: Envelope, sources: Sources) -> Entry:
    return arrival(sources.get(event.fact), base, routed=event.kind, sender="")


def _routed(event: events.Routed, base: Envelope, sources: Sources) -> Entry:
    return arrival(sources.get(event.fact), base, routed=event.why, sender=event.sender)


def _recognised(event: events.ContactRecognised, base: Envelope, _: Sources) -> Entry:
    return line.WhoItWas(**base, contact=event.contact, how=event.by)


def _moved(*, accepted: bool) -> Make:
    def make(event: Any, base: Envelope, _: Sources) -> Entry:
        moved = {"accepted": accepted, "version": event.version, "message": event.fact}
        return line.DealMoved(**base, **moved)

    return make


def _decided(how: str, reason: str = "") -> Make:
    """`reason`: the name of the event's field that says why."""

    def make(event: Any, base: Envelope, sources: Sources) -> Entry:
        tap = sources.get(getattr(event, "tap", ""))
        return line.Decided(
            **base,
            how=how,
            who=getattr(event, "operator", ""),
            channel=getattr(event, "channel", ""),
            sha256=getattr(event, "sha256", ""),
            reason=getattr(event, reason) if reason else "",
            tapped_at=tap.at if tap else None,
        )

    return make


def _answered(event: events.QuestionAnswered, base: Envelope, _: Sources) -> Entry:
    ended = ", ".join(part for part in (event.choice, event.text) if part) or "answered"
    return line.Questioned(
        **base, question=event.question, ended=ended, who=event.operator, channel=event.channel
    )


def _withdrawn(event: events.QuestionWithdrawn, base: Envelope, _: Sources) -> Entry:
    return line.Questioned(**base, question=event.question, ended=f"withdrawn: {event.why}")


def _wrong(kind: str, what: str, cause: str, remedy: str) -> Make:
    """`what`, `cause` and `remedy` name fields of the event."""

    def make(event: Any, base: Envelope, _: Sources) -> Entry:
        told = getattr(event, remedy)
        return line.WentWrong(
            **base,
            kind=kind,
            what=getattr(event, what),
            cause=getattr(event, cause),
            remedy=told if isinstance(told, str) else " ".join(told),
        )

    return make


def _spent(event: events.ModelCallRecorded, base: Envelope, _: Sources) -> Entry:
    return line.Spent(
        **base,
        model=event.model,
        part=event.part,
        microusd=event.microusd,
        tokens=event.prompt_tokens + event.answer_tokens,
        milliseconds=event.milliseconds,
    )


def _in_vain(event: events.ModelCallFailed, base: Envelope, _: Sources) -> Entry:
    failed = f"{event.reason}: {event.cause}"
    return line.Spent(
        **base,
        model=event.model,
        part=event.part,
        microusd=event.microusd,
        failed=failed,
        made=event.reserved_on is not None,
    )


def _noted(kind: str, text: str) -> Make:
    def make(event: Any, base: Envelope, _: Sources) -> Entry:
        return line.Noted(**base, kind=kind or event.topic, text=getattr(event, text))

    return make


def _taken_off(event: events.PaymentUnmatched, base: Envelope, _: Sources) -> Entry:
    text = f"{amount_words(event.amount)} of payment {event.payment} off invoice {event.invoice}"
    return line.Noted(**base, kind="unmatched", text=text)


def _lessened(event: events.BalanceReduced, base: Envelope, _: Sources) -> Entry:
    text = f"{amount_words(event.amount)} less is owed on invoice {event.invoice}"
    return line.Noted(**base, kind=event.kind, text=text)


def _kept_as_credit(event: events.CreditKept, base: Envelope, _: Sources) -> Entry:
    text = f"{amount_words(event.amount)} of payment {event.payment} is the customer's"
    return line.Noted(**base, kind="credit", text=text)


def _work(event: events.WorkDone, base: Envelope, _: Sources) -> Entry:
    what = f"milestone {event.work}" if event.work else "delivered"
    return line.Noted(**base, kind="work done", text=f"{what}, on {event.on}")


LINES: Final[dict[type[Event], Make]] = {
    events.CaseOpened: _opened,
    events.Routed: _routed,
    events.ContactCreated: _same(line.WhoItWas, how="new"),
    events.ContactRecognised: _recognised,
    events.Understood: _same(line.Understanding),
    events.Recalled: _same(line.Remembered),
    events.PlanMade: _same(line.Planned, rests_on=None),
    events.PlannerFellBack: _same(line.FellBack),
    events.ProposalDrafted: _same(line.Drafted),
    events.ProposalAccepted: _moved(accepted=True),
    events.ProposalDeclined: _moved(accepted=False),
    events.GistMade: lambda event, base, _: line.Noted(
        **base, kind="gist", text=f"In short, by the model {event.by}: {event.text}"
    ),
    events.ActionProposed: _same(line.Proposed),
    events.VerdictGiven: _same(line.Judged),
    events.ApprovalRequested: _same(line.Asked),
    events.Approved: _decided("approved"),
    events.Rejected: _decided("rejected", "reason"),
    events.Instructed: _decided("instructed", "text"),
    events.Postponed: _decided("postponed"),
    events.DoneByOperator: _decided("done"),
    events.TapRefused: _decided("refused", "why"),
    events.ApprovalSuperseded: _decided("superseded", "why"),
    events.ApprovalExpired: _decided("expired"),
    events.ApprovalProlonged: _decided("prolonged"),
    events.HoldOrdered: _decided("hold"),
    events.MailWaits: lambda event, base, _: line.Noted(
        **base, kind="waits", text=f"it can be held until {event.leaves_at:%H:%M:%S} UTC"
    ),
    events.QuestionAsked: _same(line.Questioned),
    events.QuestionAnswered: _answered,
    events.QuestionWithdrawn: _withdrawn,
    events.AttemptStarted: _same(line.Tried),
    events.ActionSucceeded: _same(line.Proved),
    events.ActionFailed: _wrong("failed", "action", "cause", "remedy"),
    events.ActionUnknown: _wrong("unknown", "action", "cause", "look_at"),
    events.MailBounced: _wrong("bounced", "action", "cause", "remedy"),
    events.AbsenceNoted: lambda event, base, _: line.Noted(
        **base, kind="away", text=f"back on {event.back_on:%Y-%m-%d}"
    ),
    events.OperatorActed: lambda event, base, _: line.Noted(
        **base, kind=f"you {event.how}", text=event.text or event.why
    ),
    events.ProposalTold: lambda event, base, _: line.Noted(
        **base, kind="you told", text=f"version {event.version} of the offer"
    ),
    events.ActionWithheld: _wrong("withheld", "why", "detail", "remedy"),
    events.CaseStuck: _wrong("stuck", "subscriber", "cause", "remedy"),
    events.FailureReported: _wrong("reported", "what", "cause", "remedies"),
    events.CaseUnstuck: lambda event, base, _: line.Recovered(**base, what=event.subscriber),
    events.FailureCleared: lambda event, base, _: line.Recovered(**base, what=event.how),
    events.InvoiceIssued: _same(line.Invoiced),
    events.CreditNoteIssued: _same(line.Credited),
    events.PaymentMatched: _same(line.Paid),
    events.InvoicePaid: _same(line.Paid),
    events.PaymentUnmatched: _taken_off,
    events.BalanceReduced: _lessened,
    events.CreditKept: _kept_as_credit,
    events.WorkDone: _work,
    events.DecisionRecorded: _same(line.Chose),
    events.DecisionOutcome: _noted("turned out", "outcome"),
    events.ModelCallRecorded: _spent,
    events.ModelCallFailed: _in_vain,
    events.Told: _noted("", "text"),
    events.AlarmSet: _same(line.AlarmNoted),
    events.CaseErased: _noted("erased", "erasure"),
    events.CommitmentMade: _noted("promised", "quote"),
    events.CommitmentKept: _noted("promise kept", "how"),
    events.CommitmentBroken: _noted("promise broken", "why"),
    events.CommitmentWithdrawn: _noted("promise withdrawn", "why"),
    events.CommitmentMoved: lambda event, base, _: line.Noted(
        **base, kind="promise moved", text=f"{event.due:%Y-%m-%d}"
    ),
    events.CaseClosed: _noted("closed", "outcome"),
    events.SpecimenAsked: _noted("first real mail", "specimen"),
    events.CaseReopened: _noted("reopened", "why"),
}
"""One line a fact type. A test asserts that every event has one or is named in `SILENT`."""

SILENT: Final[frozenset[type[Event]]] = frozenset(
    {
        events.MailReceived,
        events.DocumentReceived,
        events.MailUnreadable,
        events.MailSetAside,
        events.LeadTold,
        events.PaymentReceived,
        events.OperatorSaid,
        events.OperatorTold,
        events.OperatorWrote,
        events.Tapped,
        events.QuestionReplied,
        events.StopOrdered,
        events.ResumeOrdered,
        events.WatchBegun,
        events.WentLive,
        events.NumbersContinued,
        events.InvoiceBrought,
        events.ToneLearned,
        events.RetryOrdered,
        events.UndoOrdered,
        events.WorkReported,
        events.PricesChanged,
        events.AlarmRang,
        events.ExpiriesMissed,
        events.CompanyConfigured,
        events.PolicyLoaded,
        events.PolicyRefused,
        events.BackedUp,
        events.CopyRestored,
        events.CopyTakenOver,
        events.CopySuperseded,
        events.Unrouted,
        events.MergeOrdered,
        events.SplitOrdered,
        events.KeyTold,
        events.MailboxFollowed,
        events.AssignOrdered,
        events.MatchOrdered,
        events.FeeCharged,
        events.PaidOut,
        events.UnmatchOrdered,
        events.PaymentsJoined,
        events.PayoutArrived,
        events.ExpenseRecorded,
        events.ExpenseCorrected,
        events.ExpenseRemoved,
        events.ExpensePaid,
        events.KnowledgeStated,
        events.KnowledgeCorrected,
        events.KnowledgeForgotten,
        events.ChatReceived,
        events.ChatSeenTo,
        events.ContactsMerged,
        events.AddressCorrected,
        events.ContactSplit,
        events.ContactsKeptApart,
        events.StrayPlaced,
        events.PostRequested,
        events.PostOutdated,
        events.PostDelayed,
        events.PostAttempted,
        events.PostDelivered,
        events.PostAdopted,
        events.PostFailed,
        events.PostUnknown,
        events.PostWithdrawn,
        events.DeliveryRecorded,
        events.DigestMade,
        events.DocumentKept,
        events.ErasureOrdered,
        events.HeadAnchored,
        events.PersonErased,
        events.PostsGrouped,
        events.RetentionEnded,
        events.ModelCallReserved,
        events.CommitmentTold,
        events.CommitmentOrdered,
        events.CommitmentsDue,
        events.ConfirmationAsked,
        events.ConfirmOrdered,
        events.ChangeConfirmed,
        events.ChangeRefused,
        events.PairingOffered,
        events.ChatPaired,
        events.ChatRoleChanged,
        events.ChatRevoked,
        events.StrangerRefused,
    }
)
"""Facts without a line: the desk's are shown where they arrive, the others are bookkeeping."""
