"""What a phone shows of a card: everything a decision needs, and no technique."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bot.cards.brief import advice, first_sentence
from bot.cards.face import face, faced
from bot.cards.making import approval_card
from bot.cards.outcomes import outcome_card, question_card
from bot.channel import Card, Reply
from ledger.domain import preconditions as pre
from ledger.domain.commands import SendInvoice, command_sha
from ledger.domain.entities import Action, ActionStatus, Approval, ApprovalStatus, Contact, Question
from ledger.domain.events import Option
from ledger.domain.values import Attachment, Money, Provenance, Trust
from ledger.domain.verdicts import Ask, FiredRule, Receipt

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADA = Contact(id="con-7permrr4", name="Ada Byron", address="ada@byron.example", persons=("p",))
PDF = Attachment("2026-0001.pdf", "application/pdf", 40_000, "d" * 64)
INVOICE = SendInvoice(
    contact=ADA.id,
    to="ada@byron.example",
    subject="Your invoice",
    body="Dear Ada",
    in_reply_to="m1@mail.example.com",
    attachments=(PDF,),
    preconditions=(pre.InvoiceUnpaid("inv-8zb625fq"),),
    invoice="inv-8zb625fq",
    number="2026-0001",
    total=Money(261_800, "EUR"),
)
TECHNICAL = re.compile(
    r"\b(?:con|inv|pro|act|apr|lead)-[0-9a-z]{6,}|[0-9a-f]{12,}|sha256|@[0-9a-f]{6}"
)


def card(trust: Trust = Trust.VERIFIED, to: str = ADA.address) -> Card:
    command = replace(INVOICE, to=to)
    asked = Action(
        id="act-2tswa0v7",
        case="lead-rtny64b0",
        person="p",
        name="SendInvoice",
        sha256=command_sha(command),
        risk="irreversible",
        agent="drafter",
        status=ActionStatus.ASKING,
        command=command,
        proposed_by="planner",
        proposed_at=NOW,
        provenance={"to": Provenance(("f1",), trust), "total": Provenance((), Trust.OPERATOR)},
        verdict=Ask((FiredRule("large", "ask", "It is more than €50."),), "1@0b26c230dee2"),
        recommendation="Send it. Most similar so far (40 days ago): Ben (con-gatjb46e) paid.",
        if_nothing="The customer does not get it. Nobody pays.",
    )
    waiting = Approval(
        id="apr-1",
        case="lead-rtny64b0",
        action=asked.id,
        sha256=asked.sha256,
        number=4,
        status=ApprovalStatus.PENDING,
        requested_at=NOW,
        expires_at=NOW + timedelta(days=2),
    )
    return approval_card(asked, command, waiting, ADA, NOW)


def rows_of(shown: Card) -> dict[str, tuple[str, ...]]:
    return {row.label: row.lines for row in shown.rows}


def test_the_face_of_a_card_bears_no_id_no_hash_and_no_version_of_rules() -> None:
    told = "\n".join(line for lines in rows_of(face(card())).values() for line in lines)
    assert not TECHNICAL.search(f"{told}\n{face(card()).footer}")


def test_the_face_still_says_what_to_whom_how_much_why_and_until_when_in_that_order() -> None:
    shown = face(card())
    assert list(rows_of(shown)) == [
        "What",
        "To",
        "Amount",
        "Asks because",
        "Values from",
        "Coo advises",
        "If not",
        "Until",
        "Subject",
        "Attached",
    ]
    rows = rows_of(shown)
    assert rows["What"] == ("Invoice 2026-0001 by mail",)
    assert rows["To"] == ("Ada Byron <ada@byron.example>, their first mail from you",)
    assert rows["Asks because"] == ("It is more than €50. (large)",)
    assert rows["Coo advises"] == ("Send it.",)
    assert rows["If not"] == ("The customer does not get it.",)
    assert rows["Attached"] == ("2026-0001.pdf (39 kB)",)


def test_a_face_keeps_the_text_the_buttons_the_documents_and_what_a_tap_is_bound_to() -> None:
    whole, shown = card(), face(card())
    assert (shown.sha256, shown.excerpt, shown.buttons) == (whole.sha256, "Dear Ada", whole.buttons)
    (document,) = shown.attachments
    assert (document.name, document.blob) == (PDF.name, PDF.sha256)
    assert [each.typed for each in shown.buttons][-1] == "more 4"


def test_no_warning_is_left_out_of_a_face() -> None:
    shown = rows_of(face(card(Trust.UNTRUSTED, to="other@evil.example")))
    assert any(line.startswith("! Your address book") for line in shown["To"])
    assert any(line.startswith("! unchecked: to") for line in shown["Values from"])


def test_a_face_of_a_face_is_the_same() -> None:
    reply = faced(Reply(cards=(card(),)))
    assert faced(reply) == reply


def test_a_question_is_read_from_its_title() -> None:
    question = Question(
        id="ask-1",
        case="lead-1",
        number=4,
        about="f1",
        text="Which project is this about? Two cases fit.",
        why="Two cases fit.",
        asked_at=NOW,
        options=(Option("a", "The bakery"), Option("b", "The pottery")),
    )
    shown = face(question_card(question, NOW))
    assert shown.title == "Coo asks: Which project is this about?"
    assert "Asks because" not in rows_of(shown)


def test_an_outcome_says_what_it_was_and_that_there_is_a_receipt() -> None:
    receipt = Receipt("maildir", "act-2tswa0v7.d0a3caf98c425030@studio.example", "/x/y.eml")
    base: dict[str, Any] = {"status": ActionStatus.SUCCEEDED, "receipt": receipt}
    done = Action(
        id="act-2tswa0v7",
        case="lead-1",
        person="p",
        name="SendInvoice",
        sha256="s",
        risk="irreversible",
        agent="drafter",
        command=INVOICE,
        proposed_by="planner",
        proposed_at=NOW,
        provenance={},
        **base,
    )
    rows = rows_of(face(outcome_card(done, ADA, 4)))
    assert rows["What"] == ("Invoice 2026-0001 by mail",)
    assert rows["Amount"] == ("€2,618.00 gross",)
    assert rows["Proof"] == ("there is a receipt from maildir",)


def test_advice_keeps_its_own_words_and_drops_the_precedent() -> None:
    assert advice("Ask. Most similar so far (today): something") == ("Ask.",)
    assert advice("  ") == ()
    assert first_sentence("No offer goes out. The card expires.") == "No offer goes out."
    assert first_sentence("one sentence without an end") == "one sentence without an end"
