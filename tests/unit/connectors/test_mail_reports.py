"""Delivery reports of all kinds name the mail that came back, and say why."""

from __future__ import annotations

import pytest

from connectors.mail.parse import mail_received, read_mail
from ledger.domain.events import DeliveryReport

OURS = "act-1.0123456789abcdef@studio-nord.example"

QMAIL = f"""From: MAILER-DAEMON@mx.example.com
To: hello@studio-nord.example
Subject: failure notice
Message-ID: <1@mx.example.com>

Hi. This is the qmail-send program at mx.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ada@example.com>:
Sorry, no mailbox here by that name. 550 5.1.1 unknown user

--- Below this line is a copy of the message.

Return-Path: <hello@studio-nord.example>
Message-ID: <{OURS}>
Subject: Our proposal
"""
EXIM = f"""From: Mail Delivery System <Mailer-Daemon@mx.example.com>
To: hello@studio-nord.example
X-Failed-Recipients: ada@example.com
Subject: Mail delivery failed: returning message to sender
Message-ID: <2@mx.example.com>

A message that you sent could not be delivered.

  ada@example.com
    host mail.example.com: 552 5.2.2 mailbox full

------ This is a copy of the message, including all the headers. ------

Message-ID: <{OURS}>
"""
GERMAN_DELAY = f"""From: postmaster@mx.example.com
To: hello@studio-nord.example
Subject: Warnung: Zustellung verzögert
Content-Type: text/plain; charset=utf-8
Message-ID: <3@mx.example.com>

Ihre Nachricht wurde noch nicht zugestellt. Es wird weiter versucht.

Message-ID: <{OURS}>
"""
TWO_RECIPIENTS = f"""From: mailer-daemon@mx.example.com
To: hello@studio-nord.example
Subject: Report
Message-ID: <4@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

A report.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; bob@example.com
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822; ada@example.com
Action: FAILED
Status: 5.7.1 (rejected)
Diagnostic-Code: smtp;
 554 5.7.1 refused by policy

--b
Content-Type: message/rfc822

Message-ID: <{OURS}>
Subject: Our proposal

Hello
--b--
"""


def read(text: str) -> DeliveryReport | None:
    return mail_received(read_mail(text.replace("\n", "\r\n").encode())).report


@pytest.mark.parametrize(
    ("text", "action", "status", "said"),
    [
        (QMAIL, "failed", "5.1.1", "no mailbox here by that name"),
        (EXIM, "failed", "5.2.2", "mailbox full"),
        (GERMAN_DELAY, "delayed", "", "noch nicht zugestellt"),
        (TWO_RECIPIENTS, "failed", "5.7.1", "refused by policy"),
    ],
    ids=["qmail", "exim", "a delay in German", "one of two recipients"],
)
def test_a_report_names_our_mail_what_became_of_it_and_why(
    text: str, action: str, status: str, said: str
) -> None:
    report = read(text)
    assert report is not None
    assert (report.action, report.status, report.about) == (action, status, (OURS,))
    assert said in report.said


def test_a_mail_of_a_person_that_quotes_a_message_id_is_no_report() -> None:
    text = f"From: ada@example.com\nSubject: Hello\n\nI got\nMessage-ID: <{OURS}>\nMailbox full!\n"
    assert read(text) is None


def test_a_report_cut_in_the_middle_is_read_as_far_as_it_goes() -> None:
    report = read(TWO_RECIPIENTS.partition("Final-Recipient: rfc822; ada")[0])
    assert report is not None
    assert (report.action, report.about) == ("delivered", ())


@pytest.mark.parametrize("method", ["REPLY", "CANCEL", "COUNTER"])
def test_the_answer_to_an_invitation_is_automatic_also_with_a_text_beside_it(method: str) -> None:
    text = (
        "From: ada@example.com\nSubject: Accepted: Kick-off\n"
        "Content-Type: multipart/alternative; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nAda has accepted.\n"
        f"--b\nContent-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n"
        "--b--\n"
    )
    assert read_mail(text.encode()).automatic == "calendar answer"


def test_a_newsletter_is_automatic_and_an_answer_through_a_sales_tool_is_not() -> None:
    bulk = "From: a@shop.example\nSubject: Sale\nList-Unsubscribe: <https://u.example>\n"
    assert read_mail(f"{bulk}\nBuy!\n".encode()).automatic == "mailing list: list-unsubscribe"
    assert read_mail(f"{bulk}In-Reply-To: <{OURS}>\n\nYes.\n".encode()).automatic == ""


def test_a_mail_that_a_coo_wrote_is_automatic_wherever_it_comes_from() -> None:
    text = "From: a@other.example\nSubject: Offer\nX-Coo-Action: act-9\n\nDear Nora\n"
    assert read_mail(text.encode()).automatic == "sent by Coo"
