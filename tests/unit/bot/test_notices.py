from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from bot.channel import CardKind, Reply
from bot.console.render import plain
from bot.notices.announcer import Announcer
from bot.notices.notices import TOLD
from ledger.domain import events
from ledger.domain.events import EVENT_TYPES
from ledger.domain.values import DESK, Money

Paper = Any

QUIET = {
    "PostsGrouped",
    "AssignOrdered", "MatchOrdered", "FeeCharged", "PaidOut", "UnmatchOrdered",
    "PaymentUnmatched", "BalanceReduced", "CreditKept", "PaymentsJoined", "PayoutArrived",
        "ContactSplit",
        "ContactsKeptApart",
        "ContactsMerged",
        "ChatReceived", "ChatSeenTo",
        "KeyTold",
        "MailboxFollowed",
        "MergeOrdered",
        "SplitOrdered",
        "StrayPlaced",
        "MailReceived", "PaymentReceived", "OperatorSaid", "Tapped", "QuestionReplied",
    "UndoOrdered", "WorkReported", "WorkDone", "PricesChanged", "CreditNoteIssued",
    "ResumeOrdered", "RetryOrdered", "AlarmRang", "CompanyConfigured", "PolicyLoaded", "Routed",
    "ContactCreated", "ContactRecognised", "Instructed", "QuestionAnswered", "Understood",
    "Recalled", "PlanMade", "ProposalDrafted", "ProposalAccepted", "ProposalDeclined",
    "ActionProposed", "VerdictGiven", "InvoicePaid", "DecisionRecorded", "DecisionOutcome",
    "AlarmSet",
    "CaseReopened", "DeliveryRecorded", "AttemptStarted", "InvoiceIssued", "ActionFailed",
    "BackedUp", "CopyTakenOver",
    "ActionUnknown", "ModelCallReserved", "ModelCallRecorded", "ModelCallFailed",
    "ExpiriesMissed", "ApprovalProlonged", "HoldOrdered",
    "ErasureOrdered", "CaseErased", "DocumentKept",
    "PostRequested", "PostOutdated", "PostDelayed", "PostAttempted", "PostDelivered",
    "PostAdopted", "PostFailed", "PostUnknown", "PostWithdrawn",
    "PairingOffered", "ConfirmOrdered",
    "OperatorWrote", "OperatorTold", "OperatorActed", "ProposalTold",
    "MailBounced", "MailSetAside", "LeadTold", "AbsenceNoted", "AddressCorrected",
    "DocumentReceived",
    "KnowledgeStated", "KnowledgeCorrected", "KnowledgeForgotten",
    "CommitmentTold", "CommitmentOrdered", "CommitmentMade", "CommitmentKept", "CommitmentBroken",
    "CommitmentWithdrawn", "CommitmentMoved",
    "ExpenseRecorded", "ExpenseCorrected", "ExpenseRemoved", "ExpensePaid",
    "SpecimenAsked", "NumbersContinued", "InvoiceBrought", "ToneLearned",
}  # fmt: skip
"""Facts nobody needs to be called for; all of them stand in the audit."""


class Ear:
    """Hears what a person in the console would hear."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.announcer = Announcer(paper.views, paper.history, me="nora", channel="console")
        self.heard = 0

    async def replies(self) -> list[Reply]:
        fresh = self.paper.facts[self.heard :]
        self.heard = len(self.paper.facts)
        return await self.announcer.announce(fresh, self.paper.clock.now().astimezone(UTC))

    async def __call__(self) -> str:
        return "\n".join(plain(reply) for reply in await self.replies())


@pytest.fixture
async def ear(paper: Paper) -> Ear:
    paper.story()
    found = Ear(paper)
    found.heard = len(paper.facts)
    return found


def test_every_kind_of_fact_is_told_or_kept_quiet_on_purpose() -> None:
    told = {kind.__name__ for kind in TOLD}
    assert told & QUIET == set()
    assert told | QUIET == set(EVENT_TYPES)


async def test_a_new_lead_is_told_with_its_card(paper: Paper) -> None:
    paper.story()
    replies = await Ear(paper).replies()
    assert "New lead, case 1, Website for our bakery" in plain(replies[0])
    assert [card.kind for reply in replies for card in reply.cards] == [CardKind.APPROVAL]


async def test_a_card_that_is_decided_by_now_is_not_shown_as_open(paper: Paper) -> None:
    paper.story()
    paper.approve()
    replies = await Ear(paper).replies()
    assert [card for reply in replies for card in reply.cards] == []


async def test_a_receipt_is_told_as_sent(ear: Ear) -> None:
    ear.paper.approve()
    ear.paper.send()
    heard = await ear()
    assert "Sent to Ada Byron <ada@byron.example>" in heard
    assert "approved by" not in heard


async def test_a_decision_from_elsewhere_is_told_with_who_and_where(ear: Ear) -> None:
    ear.paper.note(
        events.Rejected(
            approval="apr-00000001",
            action="act-00000001",
            operator="Ben",
            channel="phone",
            tap="t",
        )
    )
    assert "Card 1 (Send an offer to Ada Byron): rejected by Ben (phone)" in await ear()


async def test_a_tap_that_does_not_count_is_answered_in_words(ear: Ear) -> None:
    ear.paper.note(
        events.TapRefused(
            tap="t",
            approval="apr-00000001",
            operator="nora",
            channel="console",
            why="already approved at 10:02",
        )
    )
    assert "Card 1: the tap did not count, already approved at 10:02" in await ear()


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            events.ApprovalSuperseded(
                approval="apr-00000001", action="act-00000001", why="She wrote again."
            ),
            "no longer counts: She wrote again.",
        ),
        (
            events.ApprovalExpired(approval="apr-00000001", action="act-00000001"),
            "paused, not refused",
        ),
        (
            events.ActionWithheld(
                action="act-00000001", why="stopped", detail="A stop.", remedy="`resume`"
            ),
            "Held back: Send an offer. A stop.\n`resume`",
        ),
        (events.Told(topic="help", text="Say it about a case."), "Say it about a case."),
        (events.CaseClosed(outcome="paid"), "is closed: paid"),
        (
            events.PaymentMatched(payment="p", invoice="inv-1", amount=Money(100, "EUR"), fact="f"),
            "€1.00 is booked on invoice inv-1",
        ),
        (
            events.Unrouted(fact="f", kind="payment", why="No invoice fits.", remedy="Look."),
            "A payment fits no case: No invoice fits.\nLook.",
        ),
        (
            events.PolicyRefused(file="own.yaml", line=3, reason="no such name", kept="1@a"),
            "own.yaml:3: no such name\nMend that line; until then 1@a stays in force.",
        ),
        (
            events.MailUnreadable(
                raw_sha256="", size=1, source="x.eml", cause="No header.", remedy="Open it."
            ),
            "x.eml could not be read: No header.\nOpen it.",
        ),
        (
            events.StopOrdered(scope="all", target="", operator="Ben", channel="phone"),
            "Stopped: everything, by Ben (phone)",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_what_a_person_must_know_is_told(ear: Ear, event: events.Event, says: str) -> None:
    ear.paper.note(event)
    assert says in await ear()


async def test_a_question_is_shown_until_it_is_answered(ear: Ear) -> None:
    ear.paper.ask()
    assert "Which project is this about?" in await ear()
    ear.paper.note(events.QuestionWithdrawn(question="ask-00000001", why="She said it."))
    assert "Question 2 answered itself: She said it." in await ear()


def broken(paper: Paper) -> None:
    paper.note(
        events.FailureReported(
            failure="act-00000001",
            what="SendProposal failed.",
            cause="The folder is gone.",
            not_done="SendProposal",
            owner="operator",
            remedies=("Make the folder.",),
            evidence=("f007",),
        )
    )


async def test_the_same_failure_is_told_once_then_counted_until_it_is_over(ear: Ear) -> None:
    broken(ear.paper)
    first = await ear()
    for part in ("The folder is gone.", "f007", "Make the folder.", "retry act-00000001"):
        assert part in first
    for _ in range(8):
        broken(ear.paper)
    assert await ear() == ""
    broken(ear.paper)
    assert await ear() == "Still broken, seen 10 times: Send an offer failed."
    ear.paper.note(events.FailureCleared(failure="act-00000001", how="Try 11 went through."))
    assert "Works again" in await ear()
    broken(ear.paper)
    assert "The folder is gone." in await ear()


async def test_a_stuck_case_is_told_with_what_goes_on_and_its_recovery(ear: Ear) -> None:
    stuck = events.CaseStuck(subscriber="planner", fact="f1", tries=5, cause="Bug.", remedy="Fix.")
    ear.paper.note(stuck)
    heard = await ear()
    assert "is stuck: planner could not go on after 5 tries." in heard
    assert "The other cases go on." in heard
    ear.paper.note(stuck)
    assert await ear() == ""
    ear.paper.note(events.CaseUnstuck(subscriber="planner", fact="f1"))
    assert "goes on again" in await ear()


async def test_many_new_cards_at_once_become_one_line(ear: Ear) -> None:
    for n in range(2, 7):
        ear.paper.offer(ear.paper.facts[1], n=n)
    ear.paper.note(events.Told(topic="x", text="Something else."))
    heard = await ear()
    assert "5 new cards wait for you: `inbox` lists them." in heard
    assert "Something else." in heard
    assert "Dear Ada" not in heard


async def test_foreign_text_in_a_notice_cannot_draw_on_the_screen(ear: Ear) -> None:
    spoof = "\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}hello"
    ear.paper.note(events.Unrouted(fact="f", kind="mail", why=spoof, remedy="r"), DESK)
    heard = await ear()
    assert "\x1b" not in heard
    assert "‹U+202E›hello" in heard
