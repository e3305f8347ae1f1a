"""The router over a ledger in memory: facts in a list, folded by the real fold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest

from graph.router import Router
from ledger.domain.commands import SendReply, command_sha, with_edits
from ledger.domain.entities import Approval, Case, Entity
from ledger.domain.errors import KeyConflict, UnknownFact
from ledger.domain.events import (
    ActionProposed,
    ActionWithheld,
    AlarmRang,
    AlarmSet,
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    ContactCreated,
    ContactRecognised,
    DecisionRecorded,
    DoneByOperator,
    Event,
    Instructed,
    InvoiceIssued,
    MailReceived,
    MailUnreadable,
    OperatorSaid,
    Option,
    PaymentReceived,
    PolicyLoaded,
    Postponed,
    QuestionAnswered,
    QuestionAsked,
    QuestionReplied,
    Rejected,
    ResumeOrdered,
    RetryOrdered,
    StopOrdered,
    Tapped,
    TapRefused,
    Told,
    Unrouted,
)
from ledger.domain.facts import Delivery, Draft, Fact
from ledger.domain.present import Present
from ledger.domain.values import DESK, Line, Money, Provenance, Trust

E = TypeVar("E", bound=Entity)

NOON = datetime(2026, 11, 22, 10, 2, tzinfo=UTC)
TOTAL = Money(119_00, "EUR")


class Company:
    """Ledger, read tables, clock and router of one company, in memory."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.present = Present()
        self.time = NOON
        self.router = Router(
            views=self,
            history=self,
            clock=self,
            pseudonym=lambda mark: f"p-{mark}",
            country="DE",
        )

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def get(self, kind: type[E], entity_id: str) -> E | None:
        return self.present.get(kind, entity_id)

    async def find(self, kind: type[E], key: str) -> Sequence[E]:
        return self.present.find(kind, key)

    async def all(self, kind: type[E], *, case: str | None = None) -> Sequence[E]:
        return [kept.entity for kept in self.present.kept() if isinstance(kept.entity, kind)]

    async def fact(self, fact_id: str) -> Fact:
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise UnknownFact(fact_id)

    async def case(self, case: str, *, after: int = 0) -> Sequence[Fact]:
        return [fact for fact in self.facts if fact.case == case and fact.version > after]

    def append(self, *drafts: Draft) -> list[Fact]:
        for draft in drafts:
            taken = [fact for fact in self.facts if draft.key and fact.key == draft.key]
            if taken and taken[0].event != draft.event:
                raise KeyConflict(draft.key, taken[0].id)
            if not taken:
                self._place(draft)
        return self.facts[-len(drafts) :] if drafts else []

    def _place(self, draft: Draft) -> None:
        seq = len(self.facts) + 1
        version = 1 + sum(fact.case == draft.case for fact in self.facts)
        fact = Fact(
            id=draft.id or f"{seq:012x}" + "0" * 20,
            seq=seq,
            company="acme",
            case=draft.case,
            version=version,
            at=self.time,
            event=draft.event,
            key=draft.key or f"key-{seq}",
            by=draft.by,
            cause=draft.cause,
            person=draft.person,
        )
        self.facts.append(fact)
        self.present.fold([fact])

    def happens(self, event: Event, case: str = "desk", person: str = "") -> Fact:
        return self.append(Draft(case=case, event=event, key="", by="test", person=person))[0]

    async def routes(self, event: Event, person: str = "") -> list[Draft]:
        """What the router answers to a desk fact; it is appended, as the relay does."""
        fact = self.happens(event, person=person)
        return await self.reacts(fact)

    async def reacts(self, fact: Fact) -> list[Draft]:
        reaction = await self.router.handle(Delivery(fact=fact))
        self.append(*reaction.drafts)
        return list(reaction.drafts)


@pytest.fixture
def acme() -> Company:
    return Company()


def mail(n: int = 1, **fields: Any) -> MailReceived:
    return MailReceived(
        **{
            "raw_sha256": f"{n:064x}",
            "size": 100,
            "message_id": f"m{n}@x.example",
            "sender": "jo@x.example",
            "sender_name": "Jo",
            "subject": "A logo, please",
            "text": "How much is a logo?",
            **fields,
        }
    )


def kinds(drafts: list[Draft]) -> list[str]:
    return [type(draft.event).__name__ for draft in drafts]


def only(drafts: list[Draft]) -> Any:
    assert len(drafts) == 1, kinds(drafts)
    return drafts[0].event


async def lead(acme: Company, n: int = 1, person: str = "p-jo", **fields: Any) -> str:
    return (await acme.routes(mail(n, **fields), person))[0].case


REPLY = SendReply(contact="con-1", to="jo@x.example", subject="Hi", body="Hello Jo", purpose="x")


def proposed(action: str = "act-1", **fields: Any) -> ActionProposed:
    return ActionProposed(
        **{
            "action": action,
            "name": "SendReply",
            "risk": "irreversible",
            "sha256": command_sha(REPLY),
            "agent": "test",
            "provenance": {"body": Provenance(("f1",), Trust.UNTRUSTED)},
            "message_id": f"{action}.1@acme.example",
            "command": REPLY,
            **fields,
        }
    )


async def asked(acme: Company, action: str = "act-1", approval: str = "apr-1") -> str:
    """A case with one pending approval."""
    case = await lead(acme)
    acme.happens(proposed(action), case, "p-jo")
    request = ApprovalRequested(
        approval=approval,
        action=action,
        sha256=command_sha(REPLY),
        expires_at=NOON + timedelta(hours=72),
    )
    acme.happens(request, case, "p-jo")
    return case


def tap(verb: str = "approve", **fields: Any) -> Tapped:
    return Tapped(
        **{
            "approval": "apr-1",
            "verb": verb,
            "sha256": command_sha(REPLY),
            "operator": "ada",
            "channel": "console",
            **fields,
        }
    )


# --- mail ---------------------------------------------------------------------------------------


async def test_a_strangers_mail_opens_a_lead_and_creates_the_contact(acme: Company) -> None:
    drafts = await acme.routes(mail(), "p-jo")
    assert kinds(drafts) == ["CaseOpened", "ContactCreated", "Routed"]
    assert [draft.key.split(":")[0] for draft in drafts] == ["case", "contact", "mail"]
    assert {draft.case for draft in drafts} == {drafts[0].case}
    assert {draft.person for draft in drafts} == {"p-jo"}
    assert acme.present.find(Case, "contact:" + drafts[1].event.contact)  # type: ignore[attr-defined]


async def test_a_known_contact_without_an_open_case_is_recognised_in_a_new_lead(
    acme: Company,
) -> None:
    first = await lead(acme)
    acme.happens(CaseClosed(outcome="won"), first)
    drafts = await acme.routes(mail(2), "p-jo")
    assert kinds(drafts) == ["CaseOpened", "ContactRecognised", "Routed"]
    assert drafts[0].case != first


async def test_an_answer_to_a_mail_of_ours_goes_to_its_case_whoever_writes(acme: Company) -> None:
    case = await asked(acme)
    answer = mail(2, in_reply_to="act-1.1@acme.example")
    routed = only(await acme.routes(answer, "p-jo"))
    assert (routed.kind, routed.sender) == ("mail", "same")
    forged = mail(3, references=("m0@y.example", "act-1.1@acme.example"))
    [draft] = await acme.routes(forged, "p-mallory")
    assert (draft.case, draft.event.sender) == (case, "other")  # type: ignore[attr-defined]


def invoiced(acme: Company, case: str, number: str, **fields: Any) -> None:
    contact = acme.present.get(Case, case).contact  # type: ignore[union-attr]
    invoice = InvoiceIssued(
        **{
            "invoice": f"inv-{number}",
            "number": number,
            "series": "2026",
            "action": "act-9",
            "proposal": "pro-1",
            "version": 1,
            "contact": contact,
            "lines": (Line("logo", "Logo", 1, "piece", Money(100_00, "EUR"), 1900),),
            "net": Money(100_00, "EUR"),
            "total": TOTAL,
            "issued_on": date(2026, 11, 1),
            "service_date": date(2026, 11, 1),
            "due_on": date(2026, 11, 15),
            **fields,
        }
    )
    acme.happens(invoice, case, "p-jo")


async def test_a_quoted_document_number_leads_to_its_case(acme: Company) -> None:
    case = await lead(acme)
    invoiced(acme, case, "RE-2026-0001")
    [draft] = await acme.routes(mail(2, text="About re-2026-0001. It is wrong"), "p-bookkeeper")
    assert draft.case == case
    assert draft.event.sender == "other"  # type: ignore[attr-defined]


async def test_a_bare_number_in_a_strangers_mail_proves_nothing(acme: Company) -> None:
    case = await lead(acme)
    invoiced(acme, case, "1200")
    drafts = await acme.routes(mail(2, text="We can pay 1200 for a logo"), "p-stranger")
    assert kinds(drafts)[0] == "CaseOpened"


async def test_a_contact_with_one_open_case_needs_no_reference(acme: Company) -> None:
    case = await lead(acme)
    [draft] = await acme.routes(mail(2), "p-jo")
    assert (draft.case, kinds([draft])) == (case, ["Routed"])


async def two_cases(acme: Company) -> tuple[str, str]:
    first = await lead(acme)
    acme.happens(CaseClosed(outcome="won"), first)
    second = await lead(acme, 2)
    acme.happens(CaseReopened(why="a reply"), first)
    return first, second


async def test_with_several_open_cases_coo_asks_and_the_answer_moves_the_mail(
    acme: Company,
) -> None:
    first, second = await two_cases(acme)
    question = only(await acme.routes(mail(3, subject="Re: thing"), "p-jo"))
    assert isinstance(question, QuestionAsked)
    assert [option.id for option in question.options] == [f"case:{first}", f"case:{second}", "new"]
    reply = QuestionReplied(
        question=question.question, operator="ada", channel="console", choice=f"case:{first}"
    )
    answered, moved = await acme.routes(reply)
    assert (kinds([answered]), answered.case) == (["QuestionAnswered"], second)
    assert (moved.case, moved.event.fact) == (first, question.about)  # type: ignore[attr-defined]


async def test_the_answer_something_new_opens_a_case_for_that_mail(acme: Company) -> None:
    await two_cases(acme)
    question = only(await acme.routes(mail(3), "p-jo"))
    reply = QuestionReplied(
        question=question.question, operator="ada", channel="console", choice="new"
    )
    assert kinds(await acme.routes(reply)) == [
        "QuestionAnswered",
        "CaseOpened",
        "ContactRecognised",
        "Routed",
    ]


async def test_automatic_mail_from_a_stranger_opens_nothing(acme: Company) -> None:
    gone = only(await acme.routes(mail(automatic="auto-replied"), "p-robot"))
    assert isinstance(gone, Unrouted)
    assert "auto-replied" in gone.why


async def test_automatic_mail_in_a_known_thread_reaches_its_case(acme: Company) -> None:
    case = await asked(acme)
    bounce = mail(2, automatic="bounce", in_reply_to="act-1.1@acme.example")
    [draft] = await acme.routes(bounce, "p-mailer-daemon")
    assert draft.case == case


async def test_a_mail_without_a_sender_opens_nothing(acme: Company) -> None:
    assert isinstance(only(await acme.routes(mail(sender=""))), Unrouted)


async def test_the_same_message_id_a_second_time_is_unrouted(acme: Company) -> None:
    await lead(acme)
    again = only(await acme.routes(mail(7, message_id="m1@x.example"), "p-jo"))
    assert isinstance(again, Unrouted)
    assert "m1@x.example" in again.why


async def test_two_mails_without_a_message_id_are_two_mails(acme: Company) -> None:
    await lead(acme, 1, message_id="")
    drafts = await acme.routes(mail(2, message_id=""), "p-jo")
    assert kinds(drafts) == ["Routed"]


async def test_a_mail_delivered_again_says_nothing_new(acme: Company) -> None:
    for n, person in ((1, "p-jo"), (2, "p-jo"), (3, "p-eve")):
        fact = acme.happens(mail(n), person=person)
        assert await acme.reacts(fact)
        assert await acme.reacts(fact) == []


async def test_an_unreadable_mail_keeps_its_cause_and_remedy(acme: Company) -> None:
    broken = MailUnreadable(raw_sha256="0" * 64, size=1, source="a.eml", cause="cut", remedy="ask")
    gone = only(await acme.routes(broken))
    assert (gone.why, gone.remedy) == ("cut", "ask")


async def test_a_mail_that_quotes_a_thousand_numbers_costs_a_bounded_search(acme: Company) -> None:
    noise = " ".join(f"no-{n}" for n in range(5_000))
    assert kinds(await acme.routes(mail(text=noise), "p-jo"))[0] == "CaseOpened"


# --- payments -----------------------------------------------------------------------------------


def payment(**fields: Any) -> PaymentReceived:
    return PaymentReceived(
        **{
            "payment": "pay-1",
            "amount": TOTAL,
            "booked_on": date(2026, 11, 20),
            "source": "bank.csv",
            "payer": "Jo",
            **fields,
        }
    )


async def test_a_payment_that_names_its_invoice_goes_there_even_with_a_wrong_amount(
    acme: Company,
) -> None:
    case = await lead(acme)
    invoiced(acme, case, "2026-0001")
    [draft] = await acme.routes(payment(numbers=("2026-0001",), amount=Money(5, "USD")))
    assert (draft.case, draft.event.kind) == (case, "payment")  # type: ignore[attr-defined]


async def test_a_payment_may_cover_the_invoices_of_two_cases(acme: Company) -> None:
    first, second = await lead(acme), await lead(acme, 2, "p-eve", sender="eve@x.example")
    invoiced(acme, first, "2026-0001")
    invoiced(acme, second, "2026-0002")
    drafts = await acme.routes(payment(numbers=("2026-0001", "2026-0002")))
    assert [draft.case for draft in drafts] == [first, second]


async def test_a_payment_without_a_number_needs_the_exact_amount_and_a_name_is_only_asked_about(
    acme: Company,
) -> None:
    case = await lead(acme)
    invoiced(acme, case, "2026-0001")
    assert isinstance(only(await acme.routes(payment(payer="Someone else"))), Unrouted)
    assert isinstance(only(await acme.routes(payment(amount=Money(118_00, "EUR")))), Unrouted)
    assert isinstance(only(await acme.routes(payment(amount=Money(119_00, "USD")))), Unrouted)
    asked = only(await acme.routes(payment(payer="  JO ")))
    assert isinstance(asked, QuestionAsked)
    assert [option.id.partition(":")[0] for option in asked.options] == [
        "payer",
        "stranger",
        "stranger",
    ]


async def test_a_payment_that_fits_two_invoices_is_not_guessed(acme: Company) -> None:
    case = await lead(acme)
    invoiced(acme, case, "2026-0001")
    invoiced(acme, case, "2026-0002")
    gone = only(await acme.routes(payment()))
    assert "2026-0001, 2026-0002" in gone.why
    assert gone.remedy


# --- taps ---------------------------------------------------------------------------------------


async def test_a_tap_on_a_pending_card_approves_exactly_these_bytes(acme: Company) -> None:
    case = await asked(acme)
    draft, on_record = await acme.routes(tap())
    assert (draft.case, draft.key, draft.person) == (case, "decision:apr-1", "p-jo")
    assert isinstance(draft.event, Approved)
    assert draft.event.sha256 == command_sha(REPLY)
    assert isinstance(on_record.event, DecisionRecorded)
    assert on_record.event.chosen == "send the answer as drafted"
    assert [each.what for each in on_record.event.alternatives] == ["leave it"]


async def test_a_second_tap_is_told_who_decided_and_when(acme: Company) -> None:
    await asked(acme)
    await acme.routes(tap())
    acme.time += timedelta(minutes=5)
    refused = only(await acme.routes(tap("reject", text="no", operator="bob")))
    assert isinstance(refused, TapRefused)
    assert refused.why == "already approved at 10:02 by ada"
    acme.time += timedelta(days=1)
    assert only(await acme.routes(tap())).why == "already approved on 2026-11-22 at 10:02 by ada"


async def test_two_taps_at_once_make_one_decision_and_both_are_answered(acme: Company) -> None:
    await asked(acme)
    one, two = acme.happens(tap()), acme.happens(tap(operator="bob"))
    first = await acme.router.handle(Delivery(fact=one))
    second = await acme.router.handle(Delivery(fact=two))
    acme.append(*first.drafts)
    with pytest.raises(KeyConflict):
        acme.append(*second.drafts)
    assert kinds(await acme.reacts(two)) == ["TapRefused"]


async def test_a_tap_after_expiry_expires_the_card_once(acme: Company) -> None:
    await asked(acme)
    acme.time += timedelta(hours=72)
    assert kinds(await acme.routes(tap())) == ["ApprovalExpired", "TapRefused"]
    assert kinds(await acme.routes(tap())) == ["TapRefused"]


async def test_a_late_tap_that_is_delivered_again_says_nothing_new(acme: Company) -> None:
    await asked(acme)
    acme.time += timedelta(hours=72)
    late = acme.happens(tap())
    assert len(await acme.reacts(late)) == 2
    assert await acme.reacts(late) == []


async def test_a_clock_set_back_does_not_revive_an_expired_card(acme: Company) -> None:
    await asked(acme)
    acme.time += timedelta(hours=72)
    await acme.routes(tap())
    acme.time = NOON
    assert kinds(await acme.routes(tap())) == ["TapRefused"]


async def test_a_tap_on_other_bytes_is_refused(acme: Company) -> None:
    await asked(acme)
    refused = only(await acme.routes(tap(sha256="0" * 64)))
    assert "content changed" in refused.why


async def test_a_tap_on_a_superseded_card_is_refused(acme: Company) -> None:
    case = await asked(acme)
    acme.happens(ApprovalSuperseded(approval="apr-1", action="act-1", why="paid"), case)
    assert "the world moved on" in only(await acme.routes(tap())).why


async def test_a_tap_on_an_unknown_card_is_answered_on_the_desk(acme: Company) -> None:
    [draft] = await acme.routes(tap(approval="apr-x"))
    assert (kinds([draft]), draft.case) == (["TapRefused"], "desk")


async def test_a_rejection_needs_a_reason(acme: Company) -> None:
    await asked(acme)
    assert "Say why" in only(await acme.routes(tap("reject", text="  "))).why
    refused, decision = await acme.routes(tap("reject", text="too cheap"))
    assert isinstance(refused.event, Rejected)
    assert isinstance(decision.event, DecisionRecorded)
    assert "too cheap" not in decision.event.chosen
    assert decision.event.outcome == "rejected"


async def test_done_by_hand_and_tell_me_how_and_unknown_verbs(acme: Company) -> None:
    await asked(acme)
    assert isinstance(only(await acme.routes(tap("dance"))), TapRefused)
    assert "Say how" in only(await acme.routes(tap("instruct"))).why
    instructed: Any = (await acme.routes(tap("instruct", text="offer 10 % off")))[0].event
    assert isinstance(instructed, Instructed)
    assert instructed.approval == "apr-1"
    assert isinstance(only(await acme.routes(tap("did_it"))), DoneByOperator)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("in a few hours", NOON + timedelta(hours=4)),
        ("in 2 h", NOON + timedelta(hours=2)),
    ],
)
async def test_later_means_tomorrow_at_nine_unless_hours_are_named(
    acme: Company, text: str, until: datetime
) -> None:
    await asked(acme)
    postponed = only(await acme.routes(tap("later", text=text)))
    assert isinstance(postponed, Postponed)
    assert postponed.until == until
    assert kinds(await acme.routes(tap())) == ["Approved", "DecisionRecorded"]


async def test_an_edit_is_approved_in_the_same_gesture(acme: Company) -> None:
    case = await asked(acme)
    edits = {"body": "Dear Jo"}
    sha = command_sha(with_edits(REPLY, edits))
    drafts = await acme.routes(tap("edit", sha256=sha, edits=edits))
    assert kinds(drafts) == [
        "ActionProposed",
        "ApprovalSuperseded",
        "ApprovalRequested",
        "Approved",
        "DecisionRecorded",
    ]
    assert {(draft.case, draft.person) for draft in drafts} == {(case, "p-jo")}
    new: Any = drafts[0].event
    assert (new.sha256, new.replaces) == (sha, "act-1")
    assert new.provenance["body"].trust is Trust.OPERATOR
    assert new.message_id.endswith("@acme.example")
    assert new.message_id != "act-1.1@acme.example"
    approval: Any = acme.present.get(Approval, drafts[2].event.approval)  # type: ignore[attr-defined]
    assert approval.status == "approved"
    assert "no longer valid" in only(await acme.routes(tap())).why


@pytest.mark.parametrize(
    ("edits", "sha256", "word"),
    [
        ({"body": "Dear Jo"}, "0" * 64, "preview"),
        ({"to": "eve@x.example"}, "0" * 64, "cannot be edited"),
    ],
)
async def test_an_edit_that_was_not_previewed_is_refused(
    acme: Company, edits: dict[str, str], sha256: str, word: str
) -> None:
    await asked(acme)
    refused = only(await acme.routes(tap("edit", sha256=sha256, edits=edits)))
    assert isinstance(refused, TapRefused)
    assert word in refused.why


async def test_an_edit_that_changes_nothing_approves_what_is_there(acme: Company) -> None:
    await asked(acme)
    drafts = await acme.routes(tap("edit", edits={}))
    assert kinds(drafts) == ["Approved", "DecisionRecorded"]


# --- words and answers --------------------------------------------------------------------------


def said(text: str, about: str = "") -> OperatorSaid:
    return OperatorSaid(operator="ada", channel="console", about=about, text=text)


async def test_words_about_a_case_or_a_card_become_an_instruction(acme: Company) -> None:
    case = await asked(acme)
    by_case = await acme.routes(said("be brief", case))
    by_card = await acme.routes(said("be brief", "apr-1"))
    assert only(by_case).text == only(by_card).text == "be brief"
    assert only(by_card).action == "act-1"
    assert by_case[0].case == by_card[0].case == case
    assert by_case[0].person == "p-jo"


async def test_words_about_nothing_are_answered_with_help_and_the_nearest_case(
    acme: Company,
) -> None:
    case = await lead(acme)
    told = only(await acme.routes(said("what about the logo?")))
    assert isinstance(told, Told)
    assert case in told.text
    assert "inbox" in told.text
    assert "nothing called 'lead-x'" in only(await acme.routes(said("hm", "lead-x"))).text


async def question(acme: Company) -> str:
    case = await lead(acme)
    options = (Option("yes", "Yes"), Option("no", "No"))
    ask = QuestionAsked(question="ask-1", about="x", why="w", text="Really?", options=options)
    acme.happens(ask, case, "p-jo")
    return case


async def test_an_answer_goes_to_the_case_that_asked_and_counts_once(acme: Company) -> None:
    case = await question(acme)
    reply = QuestionReplied(question="ask-1", operator="ada", channel="console", choice="yes")
    [draft] = await acme.routes(reply)
    assert (draft.case, draft.key) == (case, "answer:ask-1")
    assert isinstance(draft.event, QuestionAnswered)
    assert "already answered: yes" in only(await acme.routes(reply)).text


async def test_an_answer_that_is_no_option_or_no_question_is_told_so(acme: Company) -> None:
    await question(acme)
    reply = QuestionReplied(question="ask-1", operator="ada", channel="console", choice="maybe")
    assert "none of the answers: yes, no" in only(await acme.routes(reply)).text
    lost = QuestionReplied(question="ask-9", operator="ada", channel="console", text="?")
    assert "no question 'ask-9'" in only(await acme.routes(lost)).text


async def test_free_words_about_an_open_question_answer_it(acme: Company) -> None:
    await question(acme)
    assert isinstance(only(await acme.routes(said("yes, go on", "ask-1"))), QuestionAnswered)


# --- stops, retries, alarms ---------------------------------------------------------------------


def stop(scope: str, target: str = "") -> StopOrdered:
    return StopOrdered(scope=scope, target=target, operator="ada", channel="console")


def resume(scope: str, target: str = "") -> ResumeOrdered:
    return ResumeOrdered(scope=scope, target=target, operator="ada", channel="console")


async def test_a_stop_reaches_the_cases_it_names_and_a_stop_of_all_stays_on_the_desk(
    acme: Company,
) -> None:
    case = await lead(acme)
    contact = acme.present.get(Case, case).contact  # type: ignore[union-attr]
    assert await acme.routes(stop("all")) == []
    assert [draft.case for draft in await acme.routes(stop("case", case))] == [case]
    assert [draft.case for draft in await acme.routes(stop("contact", contact))] == [case]
    assert "no case 'lead-x'" in only(await acme.routes(stop("case", "lead-x"))).text


async def test_a_resume_wakes_every_case_with_a_withheld_action_in_its_scope(
    acme: Company,
) -> None:
    case = await asked(acme)
    assert kinds(await acme.routes(resume("all"))) == ["Told"]
    held = ActionWithheld(action="act-1", why="stopped", detail="", remedy="resume")
    acme.happens(held, case)
    _told, woken = await acme.routes(resume("all"))
    assert (woken.case, woken.event.kind) == (case, "resume")  # type: ignore[attr-defined]
    other = await lead(acme, 2, "p-eve", sender="eve@x.example")
    assert kinds(await acme.routes(resume("case", other))) == ["Told"]


async def test_a_resume_also_wakes_a_case_that_was_just_being_held(acme: Company) -> None:
    """The dispatcher met the stop and has not said so yet: without a wake-up it waits for ever."""
    case = await asked(acme)
    approved = Approved(
        approval="apr-1",
        action="act-1",
        sha256=command_sha(REPLY),
        operator="ada",
        channel="console",
        tap="t",
    )
    acme.happens(approved, case, "p-jo")
    told, woken = await acme.routes(resume("all"))
    assert isinstance(told.event, Told)
    assert "Nothing had been held back" in told.event.text
    assert woken.case == case


async def test_resuming_a_contact_wakes_a_mail_to_them_in_somebody_elses_case(
    acme: Company,
) -> None:
    case = await asked(acme)
    acme.happens(ContactCreated(contact="con-1", name="Eve", address="eve@x.example"), DESK, "p-e")
    held = ActionWithheld(action="act-1", why="stopped", detail="", remedy="resume")
    acme.happens(held, case)
    assert acme.present.get(Case, case).contact != "con-1"  # type: ignore[union-attr]
    _told, woken = await acme.routes(resume("contact", "con-1"))
    assert woken.case == case


async def test_a_retry_goes_to_the_case_of_its_action(acme: Company) -> None:
    case = await asked(acme)
    for target in ("act-1", case):
        retry = RetryOrdered(target=target, operator="ada", channel="console")
        [draft] = await acme.routes(retry)
        assert (draft.case, draft.event.kind) == (case, "retry")  # type: ignore[attr-defined]
    lost = RetryOrdered(target="act-x", operator="ada", channel="console")
    assert "act-x" in only(await acme.routes(lost)).text
    desk = RetryOrdered(target=DESK, operator="ada", channel="console")
    assert "desk tries again" in only(await acme.routes(desk)).text


async def test_an_alarm_goes_to_the_case_that_set_it(acme: Company) -> None:
    case = await lead(acme)
    acme.happens(AlarmSet(alarm="alm-1", due=NOON, purpose="remind"), case)
    [draft] = await acme.routes(AlarmRang(alarm="alm-1", case=case, due=NOON))
    assert (draft.case, draft.event.kind) == (case, "alarm")  # type: ignore[attr-defined]
    assert isinstance(only(await acme.routes(AlarmRang(alarm="a", case="x", due=NOON))), Unrouted)


async def test_the_alarm_of_an_approval_expires_it_only_if_it_still_waits(acme: Company) -> None:
    case = await asked(acme)
    due = NOON + timedelta(hours=72)
    acme.happens(AlarmSet(alarm="alm-1", due=due, purpose="expire:apr-1"), case)
    rang = AlarmRang(alarm="alm-1", case=case, due=due)
    assert await acme.routes(rang) == []
    acme.time = due
    assert isinstance(only(await acme.routes(rang)), ApprovalExpired)
    assert await acme.routes(rang) == []


async def test_every_route_said_once_is_not_said_again_on_redelivery(acme: Company) -> None:
    case = await asked(acme)
    events: list[Event] = [
        tap(),
        tap("reject", text="x"),
        said("hello"),
        resume("all"),
        stop("case", case),
        payment(),
        RetryOrdered(target="act-1", operator="ada", channel="console"),
    ]
    for event in events:
        fact = acme.happens(event)
        assert await acme.reacts(fact)
        assert await acme.reacts(fact) == []


async def test_the_router_listens_to_the_desk_only(acme: Company) -> None:
    case = await lead(acme)
    loaded = PolicyLoaded(policy="1@abc", rules=())
    assert not acme.router.wants(acme.happens(loaded))
    assert acme.router.wants(acme.happens(mail(2)))
    assert not acme.router.wants(acme.happens(said("x"), case))
    opened = [fact for fact in acme.facts if isinstance(fact.event, CaseOpened | ContactCreated)]
    assert opened
    assert not any(acme.router.wants(fact) for fact in opened)
    assert not acme.router.wants(acme.happens(ContactRecognised(contact="c", by="x")))
