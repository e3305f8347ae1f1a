"""Only what the sender wrote just now may say anything."""

from __future__ import annotations

import pytest

from graph.agents.quoting import forwarded_text, new_text


@pytest.mark.parametrize(
    "mail",
    [
        "Too expensive.\n\nOn Mon, 2 Nov 2026 at 10:00, Nora <n@x.example> wrote:\n> We accept",
        (
            "Too expensive.\n\nOn Mon, 2 Nov 2026 at 10:00, Nora\n<nora@studio-nord.example> "
            "wrote:\n\nWe accept"
        ),
        "Too expensive.\n\nAm 02.11.2026 um 10:00 schrieb Nora <n@x.example>:\nWe accept",
        "Too expensive.\n\nLe lun. 2 nov. 2026 à 10:00, Nora <n@x.example> a écrit :\nWe accept",
        "Too expensive.\n\n-----Original Message-----\nFrom: Nora\nWe accept",
        "Too expensive.\n\n________________________________\nFrom: Nora\nSent: today\nWe accept",
        (
            "Too expensive.\n\nFrom: Nora <n@x.example>\nSent: Monday\nTo: me\nSubject: "
            "Offer\n\nWe accept"
        ),
        "Too expensive.\n\nVon: Nora <n@x.example>\nGesendet: Montag\nAn: mich\n\nWe accept",
        "> We accept\n\nToo expensive.",
        "Too expensive.\n-- \nWe accept GmbH",
        "Too expensive.\n\nBest regards\nWe Accept\nAccept Ltd",
        "Too expensive.\n\nMit freundlichen Grüßen\nWe Accept GmbH",
        "Too expensive.\n\nCordialement,\nWe accept SARL",
        "Too expensive.\n\nSent from my iPhone",
    ],
)
def test_history_and_signature_say_nothing(mail):
    assert new_text(mail) == "Too expensive."


def test_answers_between_quoted_lines_are_kept():
    assert new_text("> Is it fine?\nYes.\n> And the date?\nMonday.") == "Yes.\nMonday."


def test_an_afterthought_below_the_signature_is_kept():
    assert "P.S. add a logo" in new_text(
        "We need a website.\n\nBest regards\nAda\n\nP.S. add a logo"
    )


def test_a_long_text_below_a_thank_you_is_no_signature():
    body = "\n".join(f"This is line {at} of a long explanation." for at in range(20))
    assert "line 19" in new_text(f"Hello,\nThanks!\n{body}")


def test_a_mail_that_only_begins_with_thanks_is_kept():
    assert new_text("Thanks,\nwe accept.").endswith("we accept.")


def test_a_forwarded_mail_is_found_without_its_header():
    mail = "FYI\n\nBegin forwarded message:\n\nFrom: Bob\nSubject: Hi\n\nWe need a website."
    assert forwarded_text(mail).strip() == "We need a website."
    assert new_text(mail) == "FYI"


def test_an_answer_below_the_quoted_mail_is_the_answer():
    mail = (
        "On Mon, 2 Nov 2026 at 10:00, Nora\n<n@x.example> wrote:\n> 2,400.00\n>\n\nToo expensive."
    )
    assert new_text(mail) == "Too expensive."


def test_the_senders_name_above_an_address_begins_the_signature():
    mail = "Too expensive.\n\nHal May\nMay & Sons Ltd\nRates from GBP 95\nTel. 020 7946 0123"
    assert new_text(mail, "Hal May") == "Too expensive."
    assert new_text("Hello,\nHal May\nis my name.", "Hal May").endswith("is my name.")


@pytest.mark.parametrize(
    "small_print",
    [
        "This e-mail and its attachments may contain privileged information. 30 days notice.",
        "If you are not the intended recipient, delete it. We accept nothing.",
        "Diese E-Mail enthält vertrauliche Informationen. Wir nehmen nichts an.",
        "Ce message est confidentiel. Nous acceptons.",
        "CONFIDENTIALITY NOTICE: we accept no liability",
    ],
)
def test_small_print_says_nothing(small_print):
    assert new_text(f"Too expensive.\n\n{small_print}\nAnd on it goes.") == "Too expensive."
