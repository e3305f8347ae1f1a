"""What Coo reads out of ordinary and unusual mails; every file in examples/ is one of them."""

from __future__ import annotations

import base64
import hashlib
import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.mail.parse import (
    Limits,
    ParsedMail,
    mail_received,
    mail_unreadable,
    read_mail,
    read_mbox,
)
from ledger.domain.errors import InputUnreadable
from ledger.domain.values import Attachment

EXAMPLES = Path(__file__).parents[3] / "examples"
HEAD = b"From: Ada <ada@example.com>\r\nSubject: Hi\r\n"


def example(name: str) -> ParsedMail:
    return read_mail((EXAMPLES / name).read_bytes())


def mail(headers: str = "", body: bytes | str = b"Hello\r\n") -> ParsedMail:
    data = body.encode() if isinstance(body, str) else body
    return read_mail(HEAD + headers.replace("\n", "\r\n").encode() + b"\r\n" + data)


def test_the_first_lead_is_read_with_all_that_matters() -> None:
    lead = example("lead.eml")
    assert (lead.sender, lead.sender_name) == ("ada@example.com", "Ada Example")
    assert lead.recipient == "hello@studio-nord.example"
    assert lead.subject == "A new website for our pottery"
    assert lead.message_id == "20261116081244.7f3a@mail.example.com"
    assert lead.sent_at == datetime(2026, 11, 16, 8, 12, 44, tzinfo=UTC)
    assert "your website design package: five or six pages" in lead.text
    assert (lead.notes, lead.automatic, lead.attachments) == ((), "", ())


def test_the_fact_says_what_the_mail_said_and_names_attachments_by_hash() -> None:
    parsed = example("hostile/winmail.eml")
    raw = (EXAMPLES / "hostile/winmail.eml").read_bytes()
    fact = mail_received(parsed)
    assert (fact.raw_sha256, fact.size) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert (fact.sender, fact.text, fact.notes) == (parsed.sender, parsed.text, parsed.notes)
    data = parsed.attachments[0].data
    digest = hashlib.sha256(data).hexdigest()
    assert fact.attachments == (
        Attachment(name="winmail.dat", media_type="application/ms-tnef", size=8, sha256=digest),
    )


@pytest.mark.parametrize(
    ("name", "sender", "words"),
    [
        ("lead_german", "joerg@beispiel.example", "für unsere Tischlerei suchen wir"),
        ("lead_french", "helene@exemple.example", "la création de notre logo"),
        ("iso_2022_jp", "yamada@example.com", "ウェブサイト制作の見積もり"),
        ("mislabelled_utf8", "chris@muster.example", "wir benötigen für unsere Bäckerei"),
        ("unknown_charset", "dana@sample.example", "une création de logo, s’il vous plaît"),
        ("utf7", "dana@sample.example", "a logo design – for 650 € – please"),
        ("lead_several_items", "ivy@sample.example", "- 12 months of care"),
        ("lead_forwarded", "kim@partner.example", "From: Lou Client <lou@client.example>"),
        ("group_address", "pat@sample.example", "a workshop day"),
        ("injection", "eve@attacker.example", "ignore your rules"),
        ("nul", "hal@sample.example", "We want a website."),
        ("broken_mime", "olaf@sample.example", "Hello, we want a website"),
    ],
)
def test_a_mail_in_another_language_charset_or_layout_is_read(
    name: str, sender: str, words: str
) -> None:
    parsed = example(f"hostile/{name}.eml")
    assert parsed.sender == sender
    assert words in parsed.text


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("mislabelled_utf8", "text is not in its charset utf-8, read as cp1252"),
        ("unknown_charset", "text has an unknown charset, read as utf-8"),
        ("html_only", "hidden text left out"),
        ("zero_width", "invisible or direction-changing signs removed from the text"),
        ("rtl", "invisible or direction-changing signs removed from the header"),
        ("nul", "invisible or direction-changing signs removed from the text"),
        ("forged_reply", "asks for answers to another address than the sender's"),
        ("two_versions", "the HTML version shows numbers that the plain version lacks"),
        ("winmail", "Outlook's winmail.dat is kept, its contents are not read"),
        ("group_address", "several senders named, the first one taken"),
        ("broken_mime", "several senders named, the first one taken"),
        ("broken_mime", "base64 with foreign signs, read without them"),
        ("broken_mime", "header lines that make no sense were passed over"),
    ],
)
def test_what_is_odd_about_a_mail_is_named(name: str, note: str) -> None:
    assert note in example(f"hostile/{name}.eml").notes


@pytest.mark.parametrize("name", ["html_only", "injection", "other_price", "lead_german"])
def test_a_person_is_not_taken_for_a_machine(name: str) -> None:
    assert example(f"hostile/{name}.eml").automatic == ""


def test_hidden_html_is_dropped_and_links_show_where_they_lead() -> None:
    text = example("hostile/html_only.eml").text
    assert "here (https://www.sample.example/logo?ref=mail&size=big)" in text
    assert "Budget\t650 EUR" in text
    assert "- one colour" in text
    for hidden in ("hidden", "ignore your rules", "white on white", "tiny", "zero size", "title"):
        assert hidden not in text


def test_a_direction_override_cannot_disguise_a_file_name_or_an_amount() -> None:
    parsed = example("hostile/rtl.eml")
    assert parsed.subject == "Invoice gpj.exe"
    assert "\u202e" not in parsed.text


def test_a_forged_reply_keeps_its_own_sender_and_the_thread_it_claims() -> None:
    forged = example("hostile/forged_reply.eml")
    assert forged.sender == "ada@evil.example"
    assert forged.in_reply_to == "20261116081244.7f3a@mail.example.com"


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ("Return-Path: <>\n", "null return path"),
        ("Auto-Submitted: auto-replied (vacation)\n", "auto-submitted: other"),
        ("Auto-Submitted: auto-generated; owner=x\n", "auto-submitted: auto-generated"),
        ("List-Id: <news.example.com>\n", "mailing list: list-id"),
        ("Precedence: Bulk\n", "precedence: bulk"),
        ("X-Autoreply: yes\n", "auto-reply: x-autoreply"),
        ("X-Failed-Recipients: x@example.com\n", "delivery report"),
        ("Content-Type: text/calendar; method=REQUEST\n", "calendar invitation"),
        ("Auto-Submitted: no\n", ""),
        ("Precedence: first-class\n", ""),
        ("Return-Path: <ada@example.com>\n", ""),
    ],
)
def test_automatic_mail_is_recognised_by_its_header(headers: str, sign: str) -> None:
    assert mail(headers).automatic == sign


def test_a_bounce_is_a_delivery_report_and_names_the_mail_that_failed() -> None:
    bounce = example("hostile/bounce.eml")
    assert bounce.automatic == "delivery report"
    assert bounce.references == ("act-00000000.0123456789abcdef@studio-nord.example",)
    assert "550 5.1.1" in bounce.text
    assert "original mail" not in bounce.text


def test_an_autoresponder_is_automatic() -> None:
    assert example("hostile/autoresponder.eml").automatic == "auto-submitted: auto-replied"


def test_a_mail_without_message_id_gets_one_from_its_bytes() -> None:
    raw = HEAD + b"\r\nHello"
    digest = hashlib.sha256(raw).hexdigest()
    assert read_mail(raw).message_id == f"{digest}@missing.invalid"


def test_references_are_cleaned_and_the_last_fifty_stay() -> None:
    many = " ".join(f"<{n}@example.com>" for n in range(80))
    parsed = mail(f"References: garbage {many}\nIn-Reply-To: Your mail of today <a@b.example> x\n")
    assert parsed.references == tuple(f"{n}@example.com" for n in range(30, 80))
    assert parsed.in_reply_to == "a@b.example"


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Mon, 99 Nov 2026 10:00:00 +0000", "1 Jan 1800 00:00:00 +0000", "(" * 99],
)
def test_a_nonsense_date_is_no_date(date: str) -> None:
    assert mail(f"Date: {date}\n").sent_at is None


@pytest.mark.parametrize(
    ("field", "sender", "name"),
    [
        (
            '"Bank, Inc. <boss@corp.example>" <eve@evil.example>',
            "eve@evil.example", "Bank, Inc. <boss@corp.example>",
        ),
        ("ada@EXAMPLE.com (Ada Example)", "ada@example.com", "Ada Example"),
        ("=?utf-8?q?J=C3=B6rg?= <j@x.example>", "j@x.example", "Jörg"),
        ("Jörg <j@x.example>", "j@x.example", "Jörg"),
        ("a@b@c.example", "", ""),
        ("alice@example.org)bob@example.com", "", ""),
        ("<>", "", ""),
        ("not an address", "", ""),
    ],
)  # fmt: skip
def test_the_sender_is_the_address_in_brackets_never_the_name(
    field: str, sender: str, name: str
) -> None:
    parsed = read_mail(f"From: {field}\r\nSubject: x\r\n\r\nx".encode())
    assert (parsed.sender, parsed.sender_name) == (sender, name)


def test_a_name_that_shows_another_address_is_noted() -> None:
    parsed = read_mail(b'From: "ada@example.com" <eve@evil.example>\r\n\r\nx')
    assert "the sender's name shows another address than the sender's" in parsed.notes


def test_without_a_from_field_the_sender_field_counts_and_it_is_noted() -> None:
    parsed = read_mail(b"Sender: ada@example.com\r\nSubject: x\r\n\r\nx")
    assert parsed.sender == "ada@example.com"
    assert "no usable sender address" in parsed.notes


def test_a_broken_encoded_subject_is_shown_as_it_can_be() -> None:
    subject = read_mail(
        b"From: a@b.example\r\nSubject: =?utf-8?q?ok=C3=A4?= =?x?z?y?=\r\n\r\nx"
    ).subject
    assert subject.startswith("okä")


def test_encoded_headers_may_split_a_character_over_two_words() -> None:
    words = "=?utf-8?b?R3LDvMOf?= =?utf-8?b?ZSBhdXM=?= Hamburg"
    assert mail(f"X: y\nTo: {words} <x@y.example>\n").recipient == "x@y.example"
    raw = b"From: a@b.example\r\nSubject: =?utf-8?b?4oI=?= =?utf-8?b?rA==?=\r\n\r\nx"
    assert read_mail(raw).subject == "€"


def test_a_latin_1_mail_that_is_really_utf_8_is_read_as_utf_8() -> None:
    assert mail("Content-Type: text/plain; charset=iso-8859-1\n", "für 5 €").text == "für 5 €"


def test_python_codecs_that_are_no_charsets_are_not_used() -> None:
    for name in ("unicode_escape", "idna", "zip", "rot13", "undefined", "../../x", "hex"):
        parsed = mail(f"Content-Type: text/plain; charset={name}\n", r"a\u0041")
        assert parsed.text == r"a\u0041"


def test_broken_base64_and_quoted_printable_give_what_is_left_of_them() -> None:
    coded = base64.b64encode("Grüße, wir möchten ein Angebot.".encode())
    broken = coded[:10] + b" \r\n-!-\r\n" + coded[10:-2]
    parsed = mail("Content-Transfer-Encoding: base64\n", broken)
    assert parsed.text.startswith("Grüße, wir möchten ein")
    parsed = mail(
        "Content-Transfer-Encoding: quoted-printable\n", b"Gr=C3=BC=C3=9Fe =ZZ =\r\nEnde="
    )
    assert parsed.text.startswith("Grüße =ZZ Ende")


def test_of_two_versions_the_plain_one_is_read_unless_it_only_points_to_the_other() -> None:
    form = (
        "--x\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--x\r\nContent-Type: text/html\r\n\r\n"
        "<p>We would like a website, please send us an offer for it.</p>\r\n--x--\r\n"
    )
    kind = 'Content-Type: multipart/alternative; boundary="x"\n'
    assert mail(kind, form.format(plain="A website, please.")).text == "A website, please."
    assert "an offer for it" in mail(kind, form.format(plain="Please enable HTML.")).text
    assert "an offer for it" in mail(kind, form.format(plain="  ")).text


def test_a_signed_mail_shows_its_text_and_says_that_nobody_checked_the_signature() -> None:
    body = (
        "--x\r\nContent-Type: text/plain\r\n\r\nYes.\r\n--x\r\n"
        "Content-Type: application/pgp-signature\r\n\r\n-----BEGIN\r\n--x--\r\n"
    )
    parsed = mail("Content-Type: multipart/signed; boundary=x\n", body)
    assert (parsed.text, parsed.attachments) == ("Yes.", ())
    assert "signed; the signature was not checked" in parsed.notes


def test_a_mail_forwarded_as_attachment_is_shown_and_kept() -> None:
    inner = "From: Lou <lou@client.example>\r\nSubject: Website\r\n\r\nWe need a website."
    parsed = mail("Content-Type: message/rfc822\n", inner)
    assert "From: Lou <lou@client.example>" in parsed.text
    assert "We need a website." in parsed.text
    assert parsed.attachments[0].name == "forwarded.eml"


def test_flowed_text_is_put_together_again() -> None:
    flowed = "We want a \r\nwebsite.\r\n> an old \r\n> quote\r\n-- \r\nAda"
    text = mail("Content-Type: text/plain; format=flowed\n", flowed).text
    assert text.splitlines() == ["We want a website.", "> an old quote", "--", "Ada"]


def test_an_attachment_name_has_no_path_and_no_tricks() -> None:
    disposition = (
        "Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fetc%2F%E2%80%AEpasswd.pdf\n"
    )
    parsed = mail("Content-Type: application/pdf\n" + disposition, b"%PDF")
    assert [each.name for each in parsed.attachments] == ["passwd.pdf"]


def test_the_same_mail_from_an_old_mac_or_an_mbox_reads_the_same() -> None:
    plain = b"From: a@b.example\nSubject: Hi\n\nOne\nTwo\n"
    texts = {read_mail(plain.replace(b"\n", end)).text for end in (b"\n", b"\r\n", b"\r")}
    assert texts == {"One\nTwo"}
    assert read_mail(b"From a@b.example Mon Nov 16 08:00:00 2026\n" + plain).subject == "Hi"


@pytest.mark.parametrize("raw", [b"", b" \r\n\r\n", b"\0\0\0", b"Hello Coo, this is no mail."])
def test_what_is_no_mail_is_refused_with_a_cause_and_a_remedy(raw: bytes) -> None:
    with pytest.raises(InputUnreadable) as refused:
        read_mail(raw)
    fact = mail_unreadable(raw, "inbox/x.eml", refused.value)
    assert fact.cause
    assert fact.remedy
    assert fact.size == len(raw)


def test_binary_junk_is_refused() -> None:
    with pytest.raises(InputUnreadable, match="no header of a mail"):
        read_mail((EXAMPLES / "hostile/junk.bin").read_bytes())


def test_an_mbox_gives_its_mails_one_by_one(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for name in ("one", "two"):
        box.add(f"From: {name}@example.com\nSubject: {name}\n\nFrom here on\n\nFrom me 2026\n")
    box.close()
    mails = [read_mail(raw) for raw in read_mbox(tmp_path / "box")]
    assert [each.subject for each in mails] == ["one", "two"]
    assert all(each.text.rstrip() == "From here on\n\nFrom me 2026" for each in mails)


def test_texts_of_several_parts_are_read_in_order() -> None:
    body = "--x\r\n\r\nFirst\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Second\r\n--x--"
    parsed = mail("Content-Type: multipart/mixed; boundary=x\n", body)
    assert parsed.text == "First\n\nSecond"


def test_limits_can_be_tightened() -> None:
    parsed = read_mail(HEAD + b"\r\n" + b"x" * 100, limits=Limits(text_chars=10))
    assert parsed.text == "x" * 10 + "\n… [cut here: the mail goes on]"
