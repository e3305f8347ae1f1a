"""The state of a deal, step by step, as its facts make it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from ledger.domain.commands import IssueInvoice, SendInvoice, SendProposal, command_sha
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    CaseStatus,
    Contact,
    Failure,
    Invoice,
    Payment,
    Proposal,
    Question,
    Stop,
)
from ledger.domain.events import (
    ActionFailed,
    ActionProposed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    AttemptStarted,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseStuck,
    CaseUnstuck,
    ContactCreated,
    DoneByOperator,
    Event,
    FailureCleared,
    FailureReported,
    InvoiceIssued,
    PaymentMatched,
    PaymentReceived,
    Postponed,
    ProposalAccepted,
    ProposalDrafted,
    QuestionAnswered,
    QuestionAsked,
    QuestionWithdrawn,
    Rejected,
    ResumeOrdered,
    Routed,
    StopOrdered,
    VerdictGiven,
)
from ledger.domain.facts import Fact
from ledger.domain.folding import case_status
from ledger.domain.present import Present
from ledger.domain.values import DESK, Money
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Receipt

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
EUR = "EUR"
MAIL = SendProposal(
    contact="con-1",
    to="ada@example.com",
    subject="Offer",
    body="Hello",
    proposal="pro-1",
    version=1,
    total=Money(11900, EUR),
)
BILL = SendInvoice(
    contact="con-1",
    to="ada@example.com",
    subject="Invoice",
    body="Hello",
    invoice="inv-1",
    number="2026-0001",
    total=Money(11900, EUR),
)
TAP = {"operator": "olga", "channel": "console", "tap": "f-tap"}


class Story:
    """Tells facts one after the other, one minute apart."""

    def __init__(self) -> None:
        self.state = Present()
        self.seq = 0

    def tell(self, *said: Event, case: str = "lead-1", person: str = "p-1") -> Story:
        for event in said:
            self.seq += 1
            self.state.fold([self._fact(event, case, person)])
        return self

    def _fact(self, event: Event, case: str, person: str) -> Fact:
        return Fact(
            id=f"f-{self.seq}",
            seq=self.seq,
            company="acme",
            case=case,
            version=self.seq,
            at=NOW + timedelta(minutes=self.seq),
            event=event,
            key=f"k-{self.seq}",
            by="planner",
            person=person,
        )

    def action(self, action: str = "act-1") -> Action:
        found = self.state.get(Action, action)
        assert found is not None
        return found

    def approval(self, approval: str = "apr-1") -> Approval:
        found = self.state.get(Approval, approval)
        assert found is not None
        return found

    def case(self) -> Case:
        found = self.state.get(Case, "lead-1")
        assert found is not None
        return found


def opened() -> Story:
    return Story().tell(
        CaseOpened(kind="lead", fact="f-0", contact="con-1", title="Website"),
        ContactCreated(contact="con-1", name="Ada", address="ada@example.com"),
    )


def proposed(command: SendProposal | SendInvoice, action: str = "act-1") -> ActionProposed:
    return ActionProposed(
        action=action,
        name=type(command).__name__,
        risk=command.risk,
        sha256=command_sha(command),
        agent="sales",
        amount=command.total,
        message_id=f"{action}@example.org",
        command=command,
    )


def asked(approval: str = "apr-1", action: str = "act-1", sha: str = "") -> ApprovalRequested:
    return ApprovalRequested(
        approval=approval,
        action=action,
        sha256=sha or command_sha(MAIL),
        expires_at=NOW + timedelta(days=2),
    )


def yes(approval: str = "apr-1", action: str = "act-1", sha: str = "") -> Approved:
    return Approved(approval=approval, action=action, sha256=sha or command_sha(MAIL), **TAP)


def tried(n: int = 1, action: str = "act-1") -> AttemptStarted:
    return AttemptStarted(
        action=action, n=n, sha256="", connector="mail", capability="keyed", approval="apr-1"
    )


def done(action: str = "act-1") -> ActionSucceeded:
    return ActionSucceeded(action=action, n=1, receipt=Receipt("mail", f"{action}@example.org"))


def waiting_for_approval() -> Story:
    return opened().tell(proposed(MAIL), asked())


def verdict(outcome: Allow | Ask | Deny, phase: str = "proposal") -> VerdictGiven:
    return VerdictGiven(
        action="act-1", sha256=command_sha(MAIL), phase=phase, verdict=outcome, input_sha256=""
    )


RULES = ((FiredRule("first-contact", "ask", "a first mail"),), "1@abc")


def test_a_new_lead_is_a_numbered_case_with_its_contact() -> None:
    story = opened()
    case = story.case()
    assert (case.number, case.kind, case.title, case.contact) == (1, "lead", "Website", "con-1")
    assert case.version == 2
    contact = story.state.get(Contact, "con-1")
    assert contact is not None
    assert (contact.name, contact.persons, contact.cases) == ("Ada", ("p-1",), ("lead-1",))
    assert story.state.find(Contact, "person:p-1") == [contact]
    assert story.state.find(Case, "number:1") == [case]
    assert story.state.find(Case, "contact:con-1") == [case]


def test_a_contact_made_on_the_desk_gets_its_case_when_one_is_opened() -> None:
    story = Story()
    story.tell(ContactCreated(contact="con-1", name="Ada"), case=DESK)
    story.tell(CaseOpened(kind="lead", fact="f-0", contact="con-1"))
    story.tell(CaseOpened(kind="lead", fact="f-1", contact="con-1"), case="lead-2")
    contact = story.state.get(Contact, "con-1")
    assert contact is not None
    assert contact.cases == ("lead-1", "lead-2")


def test_a_mail_routed_to_the_case_is_its_last_word_from_outside() -> None:
    story = opened().tell(Routed(fact="f-9", kind="tap", why="approval"))
    assert story.case().last_inbound_version == 1
    story.tell(Routed(fact="f-9", kind="mail", why="thread"))
    assert story.case().last_inbound_version == story.seq


def test_an_action_is_found_by_its_message_id_before_it_is_sent() -> None:
    story = opened().tell(proposed(MAIL))
    assert story.state.find(Action, "message:act-1@example.org") == [story.action()]
    assert story.state.find(Action, "status:proposed") == [story.action()]


def test_a_verdict_allows_asks_or_denies() -> None:
    expected: list[tuple[Allow | Ask | Deny, ActionStatus]] = [
        (Allow(*RULES), ActionStatus.ALLOWED),
        (Ask(*RULES), ActionStatus.ASKING),
        (Deny(*RULES), ActionStatus.DENIED),
    ]
    for outcome, status in expected:
        story = opened().tell(proposed(MAIL), verdict(outcome))
        assert story.action().status is status
        assert story.action().verdict == outcome


def test_right_before_the_effect_a_newer_deny_wins_and_an_ask_was_answered() -> None:
    story = waiting_for_approval().tell(yes())
    story.tell(verdict(Ask(*RULES), phase="execution"))
    assert story.action().status is ActionStatus.ALLOWED
    story.tell(verdict(Deny(*RULES), phase="execution"))
    assert story.action().status is ActionStatus.DENIED


def test_an_approval_counts_once_and_remembers_who_and_when() -> None:
    story = waiting_for_approval().tell(yes())
    approval = story.approval()
    assert approval.status is ApprovalStatus.APPROVED
    assert (approval.decided_by, approval.channel) == ("olga", "console")
    assert story.action().status is ActionStatus.ALLOWED
    story.tell(Rejected(approval="apr-1", action="act-1", reason="no", **TAP))
    assert story.approval() == approval
    assert story.action().status is ActionStatus.ALLOWED


def test_an_approval_of_other_bytes_approves_nothing() -> None:
    story = waiting_for_approval().tell(yes(sha="0" * 64))
    assert story.approval().status is ApprovalStatus.PENDING
    assert story.action().status is ActionStatus.ASKING


def test_a_tap_after_expiry_or_after_the_world_moved_changes_nothing() -> None:
    expired = waiting_for_approval().tell(ApprovalExpired(approval="apr-1", action="act-1"), yes())
    assert expired.approval().status is ApprovalStatus.EXPIRED
    assert expired.action().status is ActionStatus.EXPIRED
    moved = ApprovalSuperseded(approval="apr-1", action="act-1", why="the customer wrote")
    superseded = waiting_for_approval().tell(moved, yes())
    assert superseded.approval().status is ApprovalStatus.SUPERSEDED
    assert superseded.action().status is ActionStatus.SUPERSEDED


def test_an_approved_action_falls_when_the_world_moves_but_not_once_it_was_tried() -> None:
    moved = ApprovalSuperseded(approval="apr-1", action="act-1", why="paid meanwhile")
    story = waiting_for_approval().tell(yes(), moved)
    assert story.approval().status is ApprovalStatus.SUPERSEDED
    story = waiting_for_approval().tell(yes(), tried(), moved)
    assert story.approval().status is ApprovalStatus.APPROVED
    assert story.action().status is ActionStatus.ATTEMPTED


def test_an_old_card_of_the_same_action_cannot_end_the_new_one() -> None:
    story = waiting_for_approval().tell(asked("apr-2"))
    story.tell(ApprovalSuperseded(approval="apr-1", action="act-1", why="asked afresh"))
    assert story.action().status is ActionStatus.ASKING
    assert story.action().approval == "apr-2"


def test_a_postponed_card_can_still_be_decided() -> None:
    until = NOW + timedelta(hours=4)
    later = Postponed(approval="apr-1", action="act-1", until=until, **TAP)
    story = waiting_for_approval().tell(later)
    assert (story.approval().status, story.approval().until) == (ApprovalStatus.POSTPONED, until)
    assert story.tell(yes()).approval().status is ApprovalStatus.APPROVED


def test_a_replacing_action_ends_the_old_one_and_its_card() -> None:
    newer = proposed(MAIL, "act-2")
    story = waiting_for_approval().tell(
        ActionProposed(
            action="act-2",
            name=newer.name,
            risk=newer.risk,
            sha256=newer.sha256,
            agent="sales",
            replaces="act-1",
            command=MAIL,
        )
    )
    assert story.action("act-1").status is ActionStatus.SUPERSEDED
    assert story.approval().status is ApprovalStatus.SUPERSEDED
    assert story.action("act-2").status is ActionStatus.PROPOSED


def test_what_the_operator_did_by_hand_is_over() -> None:
    story = waiting_for_approval().tell(
        DoneByOperator(approval="apr-1", action="act-1", **TAP), tried()
    )
    assert story.action().status is ActionStatus.BY_OPERATOR
    assert story.approval().status is ApprovalStatus.BY_OPERATOR


def test_approvals_and_questions_share_one_series_of_numbers() -> None:
    question = QuestionAsked(question="ask-1", about="f-1", why="two items fit", text="Which one?")
    story = waiting_for_approval().tell(question, asked("apr-2"))
    assert story.approval("apr-1").number == 1
    assert story.state.find(Question, "number:2")[0].id == "ask-1"
    assert story.approval("apr-2").number == 3


def test_a_question_is_answered_once_or_withdrawn() -> None:
    question = QuestionAsked(question="ask-1", about="f-1", why="unclear", text="Which one?")
    answer = QuestionAnswered(
        question="ask-1", operator="olga", channel="console", text="The big one"
    )
    story = opened().tell(question, answer, QuestionWithdrawn(question="ask-1", why="late"))
    found = story.state.get(Question, "ask-1")
    assert found is not None
    assert (found.status, found.answer) == ("answered", "The big one")
    assert story.state.find(Question, "status:open") == []


def test_a_proposal_is_sent_only_when_its_mail_has_left() -> None:
    story = opened().tell(drafted(1), proposed(MAIL), tried())
    assert proposal_of(story).status == "drafted"
    story.tell(done())
    assert (proposal_of(story).status, proposal_of(story).sent_versions) == ("sent", (1,))
    contact = story.state.get(Contact, "con-1")
    assert contact is not None
    assert contact.mails_sent == 1


def test_a_new_version_is_not_sent_by_the_mail_of_the_old_one() -> None:
    story = opened().tell(drafted(1), proposed(MAIL), drafted(2), done())
    assert (proposal_of(story).version, proposal_of(story).status) == (2, "drafted")
    assert proposal_of(story).sent_versions == (1,)
    story.tell(ProposalAccepted(proposal="pro-1", version=1, fact="f-9", by="extractor"))
    assert (proposal_of(story).status, proposal_of(story).accepted_version) == ("accepted", 1)


def drafted(version: int) -> ProposalDrafted:
    return ProposalDrafted(
        proposal="pro-1",
        number="p-2026-1",
        version=version,
        contact="con-1",
        lines=(),
        net=Money(10000, EUR),
        total=Money(11900, EUR),
        discount_bp=0,
        valid_until=date(2026, 12, 6),
        delivery_days=10,
    )


def proposal_of(story: Story) -> Proposal:
    found = story.state.find(Proposal, "number:P-2026-1")
    assert len(found) == 1
    return found[0]


def issued() -> InvoiceIssued:
    return InvoiceIssued(
        invoice="inv-1",
        number="2026-0001",
        series="2026",
        action="act-9",
        proposal="pro-1",
        version=1,
        contact="con-1",
        lines=(),
        net=Money(10000, EUR),
        total=Money(11900, EUR),
        issued_on=date(2026, 11, 22),
        service_date=date(2026, 11, 22),
        due_on=date(2026, 12, 6),
        ordinal=1,
    )


def matched(minor: int, payment: str = "bank-1", currency: str = EUR) -> PaymentMatched:
    return PaymentMatched(
        payment=payment, invoice="inv-1", amount=Money(minor, currency), fact="f-8"
    )


def invoice_of(story: Story) -> Invoice:
    found = story.state.get(Invoice, "inv-1")
    assert found is not None
    return found


def test_an_invoice_is_issued_then_sent_then_paid() -> None:
    story = opened().tell(issued())
    assert (invoice_of(story).status, invoice_of(story).open) == ("issued", Money(11900, EUR))
    story.tell(proposed(BILL), done())
    assert invoice_of(story).status == "sent"
    story.tell(matched(10000))
    assert (invoice_of(story).status, invoice_of(story).open) == ("sent", Money(1900, EUR))
    story.tell(matched(1900, "bank-2"))
    assert (invoice_of(story).status, invoice_of(story).open) == ("paid", Money(0, EUR))


def test_too_much_is_overpaid_and_a_refund_opens_the_balance_again() -> None:
    story = opened().tell(issued(), matched(12000))
    assert invoice_of(story).status == "overpaid"
    story.tell(matched(-12000, "bank-2"))
    assert (invoice_of(story).status, invoice_of(story).open) == ("sent", Money(11900, EUR))


def test_money_in_another_currency_never_settles_an_invoice() -> None:
    story = opened().tell(issued(), matched(11900, currency="USD"))
    assert invoice_of(story).paid == Money(0, EUR)


def test_a_payment_waits_on_the_desk_until_it_is_matched() -> None:
    story = opened().tell(issued())
    paid = PaymentReceived(
        payment="bank-1",
        amount=Money(11900, EUR),
        booked_on=date(2026, 11, 30),
        source="camt",
        payer="Ada",
    )
    story.tell(paid, case=DESK)
    payment = story.state.get(Payment, "bank-1")
    assert payment is not None
    assert (payment.invoices, payment.cases, payment.payer) == ((), (), "Ada")
    story.tell(matched(11900))
    assert story.state.find(Payment, "invoice:inv-1")[0].cases == ("lead-1",)


def test_a_payment_that_covers_two_invoices_is_found_under_both_and_under_both_cases() -> None:
    story = opened().tell(issued())
    story.tell(
        PaymentReceived(
            payment="bank-1", amount=Money(23800, EUR), booked_on=date(2026, 11, 30), source="camt"
        ),
        case=DESK,
    )
    story.tell(matched(11900)).tell(replace(matched(11900), invoice="inv-2"), case="lead-2")
    story.tell(matched(11900))
    (payment,) = story.state.find(Payment, "invoice:inv-1")
    assert (payment.invoices, payment.cases) == (("inv-1", "inv-2"), ("lead-1", "lead-2"))
    assert story.state.find(Payment, "invoice:inv-2") == [payment]
    assert story.state.find(Payment, "case:lead-1") == story.state.find(Payment, "case:lead-2")


def test_a_failed_action_is_broken_until_it_succeeds() -> None:
    failed = ActionFailed(action="act-1", n=5, cause="mailbox full", remedy="Make room.")
    story = waiting_for_approval().tell(yes(), tried(), failed)
    assert (story.action().status, story.action().cause) == (ActionStatus.FAILED, "mailbox full")
    assert [f.id for f in story.state.find(Failure, "broken")] == ["act-1"]
    story.tell(tried(2), done())
    assert story.action().status is ActionStatus.SUCCEEDED
    assert story.state.find(Failure, "broken") == []


def test_a_failure_reported_in_words_beside_its_outcome_is_counted_once() -> None:
    failed = ActionFailed(action="act-1", n=5, cause="mailbox full", remedy="Make room.")
    worded = FailureReported(
        failure="act-1",
        what="The proposal did not go out",
        cause="mailbox full",
        not_done="SendProposal",
        owner="operator",
        remedies=("Make room.", "retry act-1"),
    )
    story = waiting_for_approval().tell(yes(), tried(), failed, worded)
    assert (broken(story)[0].count, broken(story)[0].owner) == (1, "operator")
    story.tell(tried(2), failed, worded)
    assert broken(story)[0].count == 2


def test_an_ask_that_arrives_after_the_approval_does_not_take_it_back() -> None:
    story = waiting_for_approval().tell(yes(), verdict(Ask(*RULES)))
    assert story.action().status is ActionStatus.ALLOWED


def test_what_nobody_knows_is_shown_as_broken_with_where_to_look() -> None:
    unknown = ActionUnknown(action="act-1", n=1, cause="timeout", look_at="the Sent folder")
    story = waiting_for_approval().tell(yes(), tried(), unknown)
    assert story.action().status is ActionStatus.UNKNOWN
    assert story.state.find(Failure, "broken")[0].remedies == ("the Sent folder",)


def test_a_withheld_action_waits_under_its_status() -> None:
    withheld = ActionWithheld(action="act-1", why="stopped", detail="stop all", remedy="resume")
    story = waiting_for_approval().tell(yes(), withheld)
    assert story.state.find(Action, "status:withheld") == [story.action()]
    denied = waiting_for_approval().tell(yes(), verdict(Deny(*RULES), "execution"), withheld)
    assert denied.action().status is ActionStatus.DENIED


def test_the_same_failure_is_counted_and_begins_afresh_once_cleared() -> None:
    report = FailureReported(
        failure="mail-out", what="Mail", cause="refused", not_done="", owner="mail", remedies=()
    )
    story = opened().tell(report, report)
    assert broken(story)[0].count == 2
    story.tell(FailureCleared(failure="mail-out", how="it answered"))
    assert broken(story) == []
    story.tell(report)
    assert (broken(story)[0].count, broken(story)[0].since) == (1, NOW + timedelta(minutes=6))


def broken(story: Story) -> list[Failure]:
    return list(story.state.find(Failure, "broken"))


def stuck(subscriber: str) -> CaseStuck:
    return CaseStuck(subscriber=subscriber, fact="f-1", tries=5, cause="boom", remedy="retry")


def test_a_case_is_stuck_until_every_subscriber_goes_on() -> None:
    story = opened().tell(stuck("planner"), stuck("memory"))
    assert story.case().stuck == "boom"
    assert broken(story)[0].owner == "planner, memory"
    story.tell(CaseUnstuck(subscriber="planner", fact="f-1"))
    assert story.case().stuck == "boom"
    story.tell(CaseUnstuck(subscriber="memory", fact="f-1"))
    assert story.case().stuck == ""
    assert broken(story) == []


def test_a_stop_is_in_force_until_the_same_one_is_lifted() -> None:
    who = {"operator": "olga", "channel": "console"}
    story = Story().tell(
        StopOrdered(scope="all", target="", **who),
        StopOrdered(scope="case", target="lead-1", **who),
        ResumeOrdered(scope="all", target="", **who),
        case=DESK,
    )
    assert [stop.id for stop in story.state.find(Stop, "active")] == ["case:lead-1"]


def test_a_closed_case_can_be_opened_again() -> None:
    story = opened().tell(CaseClosed(outcome="paid"))
    assert (story.case().closed, story.case().outcome) == (True, "paid")
    assert case_status(story.case()) is CaseStatus.CLOSED
    assert not story.tell(CaseReopened(why="a second payment")).case().closed


def test_a_person_sees_first_what_needs_them_most() -> None:
    story = opened()
    assert case_status(story.case()) is CaseStatus.WAITING
    assert case_status(story.case(), running_actions=1) is CaseStatus.RUNNING
    assert case_status(story.case(), running_actions=1, open_questions=1) is CaseStatus.NEEDS_YOU
    stuck_case = story.tell(stuck("planner")).case()
    assert case_status(stuck_case, open_approvals=1) is CaseStatus.STUCK


def test_an_erased_person_leaves_a_deal_whose_numbers_still_add_up() -> None:
    bare = proposed(MAIL)
    erased = ActionProposed(
        action="act-1", name=bare.name, risk=bare.risk, sha256=bare.sha256, agent="sales"
    )
    story = Story().tell(CaseOpened(kind="lead", fact="f-0", contact="con-1"))
    story.tell(ContactCreated(contact="con-1"), drafted(1), erased, tried(), done())
    assert story.action().command is None
    assert proposal_of(story).sent_versions == (1,)
    contact = story.state.get(Contact, "con-1")
    assert contact is not None
    assert (contact.name, contact.mails_sent) == ("", 1)


def test_issue_invoice_is_no_mail() -> None:
    command = IssueInvoice(
        contact="con-1",
        proposal="pro-1",
        version=1,
        lines=(),
        total=Money(0, EUR),
        service_date=date(2026, 11, 22),
        due_days=14,
    )
    event = ActionProposed(
        action="act-1",
        name="IssueInvoice",
        risk=command.risk,
        sha256=command_sha(command),
        agent="billing",
        command=command,
    )
    story = opened().tell(event, tried(), done())
    contact = story.state.get(Contact, "con-1")
    assert contact is not None
    assert contact.mails_sent == 0
    assert not [name for name in story.state.counters if name.startswith("mails:")]
