"""When promises are spoken of, and which mails keep them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from graph.agents.promises import pointed_at
from graph.ports import Owed
from graph.promising.due import BY_INVOICE, Wall, due_at, moments
from graph.promising.minding import mind
from graph.promising.settling import kept_by_mail, kept_by_sending
from ledger.domain.commands import SendInvoice, SendProposal, SendReply
from ledger.domain.entities import Commitment
from ledger.domain.events import US, MailReceived, ProposalDrafted
from ledger.domain.values import Attachment, Money

WALL = Wall(ZoneInfo("Europe/Berlin"))
MADE = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


def commitment(**changes: Any) -> Commitment:
    made = Commitment(
        id="prm-1",
        case="lead-1",
        number=1,
        promised_by="con-1",
        to=US,
        contact="con-1",
        kind="other",
        source="f1",
        said_on=date(2026, 11, 17),
        made_at=MADE,
        due=MONDAY,
        what="the logo files",
    )
    return replace(made, **changes)


OURS = {"promised_by": US, "to": "con-1"}


def at_nine(day: int) -> datetime:
    """Nine on the wall in Berlin, in November."""
    return datetime(2026, 11, day, 8, 0, tzinfo=UTC)


def test_ours_are_told_on_the_working_day_before_and_on_the_day() -> None:
    assert moments(commitment(**OURS), MADE, WALL) == (at_nine(20), at_nine(23))


def test_those_of_others_are_told_in_the_morning_after_their_day() -> None:
    assert moments(commitment(), MADE, WALL) == (at_nine(24),)


def test_what_is_noted_too_late_is_told_at_the_next_hour() -> None:
    assert moments(commitment(due=date(2026, 11, 3)), MADE, WALL) == (at_nine(18),)
    assert moments(commitment(**OURS, due=date(2026, 11, 17)), MADE, WALL) == (at_nine(18),)


def test_an_invoice_and_a_promise_without_a_day_are_not_told() -> None:
    assert moments(commitment(read_by=BY_INVOICE), MADE, WALL) == ()
    assert moments(commitment(due=None), MADE, WALL) == ()
    assert due_at([commitment(due=None), commitment(read_by=BY_INVOICE)], at_nine(30), WALL) == ()


@pytest.mark.parametrize(
    ("hours", "told", "when"),
    [
        (-1, (), []),
        (0, (), ["before"]),
        (48, (), ["before"]),
        (72, ("before",), ["today"]),
        (72, ("before", "today"), []),
        (96, (), ["after"]),
        (96, ("before", "today"), []),
    ],
)
def test_each_moment_of_ours_is_told_once_and_the_latest_stands_for_those_missed(
    hours: int, told: tuple[str, ...], when: list[str]
) -> None:
    found = due_at([commitment(**OURS, told=told)], at_nine(20) + timedelta(hours=hours), WALL)
    assert [one.when for one in found] == when


def test_a_list_is_in_order_of_the_days() -> None:
    later, sooner = (
        commitment(id="a", number=1),
        commitment(id="b", number=2, due=date(2026, 11, 19)),
    )
    assert [one.commitment for one in due_at([later, sooner], at_nine(30), WALL)] == ["b", "a"]


def mail(text: str, *names: str) -> MailReceived:
    attached = tuple(Attachment(name, "application/pdf", 1, "0" * 64) for name in names)
    return MailReceived(raw_sha256="", size=1, message_id="m", text=text, attachments=attached)


@pytest.mark.parametrize(
    ("received", "kept"),
    [
        (mail("Hi, here you go.", "acme_logo.zip"), True),
        (mail("Attached are the logo files."), True),
        (mail("As promised.", "scan0001.pdf"), True),
        (mail("Wie versprochen anbei die Logos.", "x.zip"), True),
        (mail("Here is the signed contract.", "contract.pdf"), False),
        (mail("The logo files are not ready yet."), False),
        (mail("Thanks!"), False),
    ],
)
def test_a_mail_keeps_a_promise_only_where_it_plainly_brings_the_thing(
    received: MailReceived, kept: bool
) -> None:
    one = commitment()
    assert bool(kept_by_mail(one, received, [one])) is kept


def test_no_mail_keeps_a_promise_to_pay() -> None:
    one = commitment(kind="payment", what="pay the invoice")
    assert kept_by_mail(one, mail("As promised, attached the invoice", "invoice.pdf"), [one]) == ""


def test_a_letter_of_ours_that_left_keeps_our_promise_of_it() -> None:
    to = {"contact": "con-1", "to": "a@example.com", "subject": "s", "body": "b"}
    money = Money(1, "EUR")
    offer = SendProposal(**to, proposal="p", version=1, total=money)
    invoice = SendInvoice(**to, invoice="i", number="1", total=money)
    reply = SendReply(**to, purpose="answer")
    assert kept_by_sending(commitment(**OURS, what="send you the offer"), offer)
    assert kept_by_sending(commitment(**OURS, what="the invoice"), invoice)
    assert kept_by_sending(commitment(**OURS, what="get back"), reply)
    assert not kept_by_sending(commitment(**OURS, what="the draft"), reply)
    assert not kept_by_sending(commitment(**OURS, what="the draft"), offer)


def test_a_model_only_points_at_sentences_that_stand_in_the_mail_and_no_condition_counts() -> None:
    text = "Hello,\nyou can count on the files being there on Friday. If you agree, I pay.\n"
    said = date(2026, 11, 17)
    found = pointed_at("you can count on the files being there on Friday.", text, said)
    assert found is not None
    assert found.due == date(2026, 11, 20)
    assert pointed_at("I will pay 1,000 euros tomorrow.", text, said) is None
    assert pointed_at("If you agree, I pay.", text, said) is None


def test_an_offer_minds_only_promises_that_are_due_before_its_delivery() -> None:
    money = Money(1, "EUR")
    offer = ProposalDrafted(
        proposal="p", number="P-1", version=1, contact="con-1", lines=(), net=money, total=money,
        discount_bp=0, valid_until=MONDAY, delivery_days=10,
    )  # fmt: skip
    today = date(2026, 11, 17)
    assert mind([Owed(3, date(2026, 11, 28))], offer, today) == ""
    assert "p3 (due 2026-11-20)" in mind([Owed(3, date(2026, 11, 20))], offer, today)
