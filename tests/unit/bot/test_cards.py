from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.making import approval_card, card_of, preview_card
from bot.cards.outcomes import decided_card, failure_card, outcome_card, question_card
from bot.channel import Card, CardKind, Reply, Verb
from bot.console.render import plain
from bot.wording.untrusted import excerpt, inline, one_line, visible
from ledger.domain import preconditions as pre
from ledger.domain.billing import Deduction, InvoicePart, Trigger, reversed_part
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReply,
    command_sha,
    with_edits,
)
from ledger.domain.company import EInvoice
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Contact,
    Failure,
    Question,
)
from ledger.domain.errors import CommandInvalid
from ledger.domain.events import Option
from ledger.domain.facts import Fact
from ledger.domain.tax import Buyer, TaxCase, TaxKind
from ledger.domain.values import Attachment, Line, Money, Provenance, TaxLine, Trust
from ledger.domain.verdicts import Allow, Ask, FiredRule, Receipt

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADA = Contact(
    id="con-1", name="Ada Byron", address="ada@byron.example", persons=("p",), mails_sent=2
)
MAIL: dict[str, Any] = {
    "contact": "con-1",
    "to": "ada@byron.example",
    "subject": "Your website",
    "body": "Dear Ada",
    "in_reply_to": "m1@x",
    "references": ("m0@x", "m1@x"),
    "attachments": (Attachment("a.pdf", "application/pdf", 1_000, "d" * 64),),
    "preconditions": (pre.NoFactSince("lead-1", 4), pre.InvoiceUnpaid("inv-1")),
}
REVERSED = TaxCase(
    kind=TaxKind.REVERSE_CHARGE,
    country="FR",
    seller_vat_id="DE136695976",
    business=True,
)
BUYER = Buyer(
    country="FR",
    vat_id="FR40303265045",
    business=True,
    address=("1 rue X", "75001 Paris"),
    reference="R-1",
    order="PO-7",
)
PART = InvoicePart(
    place=2,
    of=3,
    trigger=Trigger.MILESTONE,
    share_bp=4_000,
    name="Build",
    again=1,
    supplied=False,
    service_from=date(2026, 11, 22),
    deducted=(
        Deduction(
            invoice="inv-0",
            number="2026-0000",
            issued_on=date(2026, 11, 20),
            taxes=(TaxLine(1_900, Money(5_000, "EUR"), Money(950, "EUR")),),
        ),
    ),
)
COMMANDS: tuple[Command, ...] = (
    SendProposal(**MAIL, proposal="pro-1", version=1, total=Money(100, "EUR")),
    SendReply(**MAIL, purpose="clarify"),
    SendInvoice(**MAIL, invoice="inv-1", number="2026-0001", total=Money(100, "EUR")),
    IssueInvoice(
        contact="con-1",
        proposal="pro-1",
        version=1,
        lines=(Line("web", "Website", 2, "piece", Money(5_000, "EUR"), 1_900, 500),),
        total=Money(5_355, "EUR"),
        service_date=date(2026, 11, 30),
        due_days=14,
        tax=REVERSED,
        buyer=BUYER,
        e_invoice=EInvoice.ZUGFERD,
        part=PART,
        preconditions=(
            pre.InvoiceNotIssued("pro-1"),
            pre.ProposalIsAccepted("pro-1", 1),
            pre.ProposalOpen("pro-1", 1),
        ),
    ),
    IssueCreditNote(
        contact="con-1",
        invoice="inv-1",
        number="2026-0001",
        invoice_date=date(2026, 11, 20),
        lines=(Line("web", "Website", -2, "piece", Money(5_000, "EUR"), 1_900, 500),),
        total=Money(-5_355, "EUR"),
        paid=Money(2_000, "EUR"),
        reason="wrong quantity",
        tax=REVERSED,
        buyer=BUYER,
        e_invoice=EInvoice.XRECHNUNG,
        part=reversed_part(PART),
        preconditions=(
            pre.InvoiceNotCredited("inv-1"),
            pre.InvoicePaidSoFar("inv-1", Money(2_000, "EUR")),
        ),
    ),
    SendCreditNote(
        **MAIL, credit_note="crn-1", number="CN-1", invoice="2026-0001", total=Money(-100, "EUR")
    ),
    SendCorrection(
        **{**MAIL, "preconditions": (pre.ProposalNotAccepted("pro-1"),)},
        corrects="act-1",
        proposal="pro-1",
        version=1,
    ),
    ReopenCase(
        contact="con-1",
        case="lead-1",
        outcome="paid",
        preconditions=(pre.CaseIsClosed("lead-1"),),
    ),
)


def action(command: Command | None = COMMANDS[0], **changes: Any) -> Action:
    base: dict[str, Any] = {
        "id": "act-1",
        "case": "lead-1",
        "person": "p",
        "name": type(command).__name__,
        "sha256": command_sha(command) if command else "",
        "risk": "irreversible",
        "agent": "drafter",
        "status": ActionStatus.ASKING,
        "command": command,
        "proposed_by": "planner",
        "proposed_at": NOW,
        "provenance": {"total": Provenance(("f1",), Trust.OPERATOR, "list price × 2")},
        "verdict": Ask((FiredRule("big", "ask", "It is more than €50."),), "1@abc"),
        "recommendation": "Send it.",
        "if_nothing": "Ada waits.",
    }
    return Action(**(base | changes))


def approval(**changes: Any) -> Approval:
    base: dict[str, Any] = {
        "id": "apr-1",
        "case": "lead-1",
        "action": "act-1",
        "sha256": "s",
        "number": 3,
        "status": ApprovalStatus.PENDING,
        "requested_at": NOW,
        "expires_at": NOW + timedelta(days=2),
    }
    return Approval(**(base | changes))


def shown(card: Card) -> str:
    return plain(Reply(cards=(card,)))


def without_sha(card: Card) -> Card:
    return msgspec.structs.replace(card, footer="", sha256="")


def card(command: Command) -> Card:
    return approval_card(action(command, sha256=""), command, approval(), ADA, NOW)


# --- what is not shown cannot run ----------------------------------------------------------------


def variants(value: Any) -> Iterator[Any]:
    """Other values of the same kind, one small change each, down into lists and structs."""
    match value:
        case Enum():
            yield from (other for other in type(value) if other is not value)
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield from (f"x{value}", f"\N{RIGHT-TO-LEFT OVERRIDE}{value}")
        case date():
            yield value + timedelta(days=1)
        case tuple():
            yield from (value[1:], (*value, value[0]))
            yield from (
                (*value[:place], other, *value[place + 1 :])
                for place, part in enumerate(value)
                for other in variants(part)
            )
        case msgspec.Struct():
            yield from (other for _, other in altered(value))


def altered(command: Any) -> list[tuple[str, Any]]:
    """(field, the struct with another value in it)"""
    return [
        (field.name, msgspec.structs.replace(command, **{field.name: other}))
        for field in msgspec.structs.fields(command)
        for other in variants(getattr(command, field.name))
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: type(each).__name__)
def test_changing_any_field_of_a_command_changes_its_card(command: Command) -> None:
    original = without_sha(card(command))
    changes = altered(command)
    assert {name for name, _ in changes} == set(command.__struct_fields__)
    for name, other in changes:
        changed = without_sha(card(other))
        assert changed.rows != original.rows or changed.text != original.text, (name, other)


def test_an_attachment_is_shown_by_name_kind_size_and_hash() -> None:
    first = COMMANDS[1]
    assert isinstance(first, SendReply)
    original = without_sha(card(first))
    for change in (
        {"name": "b.pdf"},
        {"media_type": "text/plain"},
        {"size": 1_001},
        {"sha256": "e" * 64},
    ):
        part = msgspec.structs.replace(first.attachments[0], **change)
        assert without_sha(card(msgspec.structs.replace(first, attachments=(part,)))) != original


texts_in = st.text(max_size=60)


@settings(max_examples=150, deadline=None)
@given(texts_in, texts_in)
def test_two_different_texts_never_look_the_same(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)
    assert (inline(one) == inline(other)) == (one == other)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=900))
def test_any_text_of_a_customer_can_be_drawn_on_a_card(text: str) -> None:
    command = SendReply(contact="c", to="a@b.example", subject=text, body=text, purpose=text)
    drawn = shown(card(command))
    assert all(len(line) <= 100 for line in drawn.splitlines() if line.isascii())
    assert "\x1b" not in drawn
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in drawn


def test_hidden_signs_are_spelt_out_and_brackets_are_no_markup() -> None:
    spoof = "Pay\N{RIGHT-TO-LEFT OVERRIDE} [bold]now[/bold]\N{ZERO WIDTH SPACE}\x00"
    drawn = shown(card(with_edits(COMMANDS[1], {"subject": spoof})))
    assert "Pay‹U+202E› [bold]now[/bold]‹U+200B›‹U+0000›" in drawn


# --- order and content ---------------------------------------------------------------------------


def test_a_card_tells_everything_in_the_agreed_order() -> None:
    labels = [row.label for row in card(COMMANDS[0]).rows]
    assert labels == [
        "What",
        "To",
        "Amount",
        "Asks because",
        "Risk",
        "Values from",
        "Coo advises",
        "If not",
        "Until",
        "Subject",
        "Attached",
        "Thread",
        "Only if",
    ]


def test_the_card_names_the_rule_that_asks_and_the_policy_version() -> None:
    drawn = shown(card(COMMANDS[0]))
    assert "big: It is more than €50. (asks)" in drawn
    assert "rules 1@abc" in drawn


def test_a_card_without_a_verdict_says_that_asking_is_the_default() -> None:
    bare = approval_card(action(verdict=None), COMMANDS[0], approval(), ADA, NOW)
    assert "No rule allows it" in shown(bare)


def test_the_tap_is_bound_to_the_bytes_on_the_card() -> None:
    for command in COMMANDS:
        assert card(command).sha256 == command_sha(command)


def test_unchecked_values_come_first_with_a_warning_and_their_source() -> None:
    from ledger.domain.events import MailReceived  # noqa: PLC0415  # only this test needs it

    mail = Fact(
        id="f1",
        seq=1,
        company="c",
        case="desk",
        version=1,
        at=NOW - timedelta(days=10),
        event=MailReceived(raw_sha256="", size=1, message_id="m", sender="ada@byron.example"),
        key="k",
        by="intake",
    )
    provenance = {
        "total": Provenance((), Trust.OPERATOR, "list price × 2"),
        "due_days": Provenance((), Trust.OPERATOR, "list price × 2"),
        "subject": Provenance(("f1", "f2", "f3", "f4"), Trust.UNTRUSTED),
    }
    made = approval_card(
        action(provenance=provenance), COMMANDS[0], approval(), ADA, NOW, {"f1": mail}
    )
    (row,) = (row for row in made.rows if row.label == "Values from")
    assert row.lines == (
        "! unchecked: subject – mail from ada@byron.example, 12 Nov 12:00; f2; f3; and 1 more",
        "yours: total, due days – list price × 2",
    )


def test_a_recipient_who_is_unknown_or_has_another_address_is_marked() -> None:
    stranger = approval_card(action(), COMMANDS[0], approval(), None, NOW)
    assert "not in your address book" in shown(stranger)
    moved = msgspec.structs.replace(ADA, address="other@byron.example")
    assert "another address for them: other@byron.example" in shown(
        approval_card(action(), COMMANDS[0], approval(), moved, NOW)
    )


def test_lines_that_do_not_add_up_are_marked() -> None:
    command = COMMANDS[3]
    assert isinstance(command, IssueInvoice)
    assert "!" not in shown(card(command))
    wrong = msgspec.structs.replace(command, total=Money(1, "EUR"))
    assert "! The lines add up to €53.55." in shown(card(wrong))
    mixed = msgspec.structs.replace(command, total=Money(1, "USD"))
    assert "! The lines are not all in the currency" in shown(card(mixed))


def test_a_long_text_is_cut_with_a_note_and_kept_whole_beside_it() -> None:
    long = "word " * 300
    made = card(with_edits(COMMANDS[1], {"body": long}))
    assert made.text == long
    assert len(made.excerpt) <= 600
    assert made.cut + len(made.excerpt) == len(long)
    assert "more characters: `show 3`" in shown(made)
    assert excerpt("short") == ("short", 0)


def test_an_invoice_offers_no_editing_since_nothing_in_it_may_be_changed() -> None:
    verbs = [button.verb for button in card(COMMANDS[3]).buttons]
    assert Verb.EDIT not in verbs
    assert Verb.EDIT in [button.verb for button in card(COMMANDS[0]).buttons]


def test_a_preview_shows_and_binds_the_edited_bytes() -> None:
    edits = {"body": "Dear Ada, hello"}
    made = preview_card(action(), approval(), edits, ADA, NOW)
    assert made.kind is CardKind.PREVIEW
    assert made.sha256 == command_sha(with_edits(COMMANDS[0], edits))
    assert made.text == "Dear Ada, hello"
    assert made.edits == edits
    assert "yours: body – your edit" in shown(made)


def test_a_preview_refuses_to_change_a_recipient() -> None:
    with pytest.raises(CommandInvalid):
        preview_card(action(), approval(), {"to": "x@y.example"}, ADA, NOW)


# --- afterwards ----------------------------------------------------------------------------------


def decided(status: ApprovalStatus, **changes: Any) -> Approval:
    who = {"decided_by": "nora", "decided_at": NOW, "channel": "console"}
    return approval(status=status, **(who | changes))


@pytest.mark.parametrize(
    "status", [s for s in ApprovalStatus if s.value not in {"pending", "postponed"}]
)
def test_a_decided_card_has_no_verbs_and_says_who_when_and_what_came_of_it(
    status: ApprovalStatus,
) -> None:
    made = card_of(action(), decided(status), ADA, NOW)
    assert made.kind is CardKind.DECIDED
    assert made.buttons == ()
    assert made.sha256 == ""
    drawn = shown(made)
    assert "by nora, 12:00 (console)" in drawn
    assert "Came of it" in drawn


def test_a_card_is_undecided_while_it_is_put_off() -> None:
    until = NOW + timedelta(days=1)
    made = card_of(action(), approval(status=ApprovalStatus.POSTPONED, until=until), ADA, NOW)
    assert made.buttons
    assert "put off until 23 Nov 12:00" in shown(made)


@pytest.mark.parametrize("status", list(ActionStatus))
def test_sent_is_said_only_from_a_receipt(status: ActionStatus) -> None:
    without = decided_card(action(status=status), decided(ApprovalStatus.APPROVED), ADA, NOW)
    assert "Sent" not in shown(without)
    assert "receipt m2@x" not in shown(without)


def test_a_receipt_says_to_whom_with_its_proof() -> None:
    receipt = Receipt(
        "maildir", "m2@x", "mail/out/m2.eml", (Attachment("a.pdf", "application/pdf", 2_048, "d"),)
    )
    done = action(status=ActionStatus.SUCCEEDED, receipt=receipt)
    drawn = shown(outcome_card(done, ADA, 3))
    assert "3 · Sent to Ada Byron <ada@byron.example>" in drawn
    assert "receipt m2@x from maildir, at mail/out/m2.eml" in drawn
    assert "a.pdf (2 kB)" in drawn


def test_what_was_done_without_a_card_says_what_how_much_and_which_rule_let_it() -> None:
    receipt = Receipt("maildir", "m2@x")
    rule = FiredRule("inside", "allow", "It lies within your guardrails.")
    done = action(status=ActionStatus.SUCCEEDED, receipt=receipt, verdict=Allow((rule,), "1@abc"))
    drawn = shown(outcome_card(done, ADA))
    assert "Mail offer pro-1, version 1" in drawn
    assert "€1.00 gross" in drawn
    assert "Not asked     It lies within your guardrails." in drawn
    assert "Not asked" not in shown(outcome_card(done, ADA, 3))


def test_an_issued_invoice_is_not_called_sent() -> None:
    receipt = Receipt("invoices", "2026-0001", "invoices/2026-0001.pdf")
    done = action(COMMANDS[3], status=ActionStatus.SUCCEEDED, receipt=receipt)
    drawn = shown(outcome_card(done, ADA))
    assert "Invoice 2026-0001 issued to Ada Byron" in drawn
    assert "Sent" not in drawn


def test_a_failed_action_tells_cause_and_remedy() -> None:
    failed = action(status=ActionStatus.FAILED, cause="The disk is full.", remedy="Make room.")
    made = outcome_card(failed, ADA)
    assert made.kind is CardKind.FAILURE
    assert "It did not happen." in shown(made)
    assert "Make room." in shown(made)


def test_a_card_of_an_erased_person_still_tells_what_was_decided() -> None:
    erased = action(None, name="SendProposal", sha256="x")
    made = card_of(erased, decided(ApprovalStatus.APPROVED), None, NOW)
    assert "erased with the person" in shown(made)
    assert made.buttons == ()


def test_a_question_offers_its_options_by_letter_and_free_words() -> None:
    question = Question(
        id="ask-1",
        case="lead-1",
        number=4,
        about="f1",
        text="Which project?",
        why="Two fit.",
        asked_at=NOW,
        recommendation="The newer one.",
        options=(Option("a1", "The website"), Option("b2", "The logo")),
    )
    made = question_card(question, NOW)
    assert [(b.typed, b.choice) for b in made.buttons] == [("4 a", "a1"), ("4 b", "b2")]
    assert "Or in your own words: 4 …" in shown(made)
    answered = question_card(msgspec.structs.replace(question, status="answered", choice="b2"), NOW)
    assert answered.buttons == ()
    assert "The logo" in shown(answered)


def failure(**changes: Any) -> Failure:
    base: dict[str, Any] = {
        "id": "act-1",
        "case": "lead-1",
        "what": "SendReply failed",
        "cause": "The mail folder is gone.",
        "not_done": "SendReply",
        "owner": "dispatcher",
        "remedies": ("Make the folder.",),
        "since": NOW,
    }
    return Failure(**(base | changes))


def test_a_failure_tells_cause_evidence_what_was_not_done_owner_and_remedy() -> None:
    made = failure_card(failure(count=3), NOW, ("fact f9",))
    assert [row.label for row in made.rows] == [
        "Cause",
        "Evidence",
        "Not done",
        "Where",
        "What to do",
    ]
    assert "seen 3 times" in shown(made)
    assert [button.typed for button in made.buttons] == ["retry act-1"]


def test_a_cleared_failure_has_no_buttons() -> None:
    made = failure_card(failure(cleared=True), NOW)
    assert made.buttons == ()
    assert "(over)" in made.title


def test_one_line_keeps_a_table_in_shape() -> None:
    assert one_line("a\n b\tc") == "a b c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"
