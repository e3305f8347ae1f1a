"""Hostile size and shape: work and memory stay bounded, and nothing but a refusal is raised."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.mail.hypertext import visible_text
from connectors.mail.mime import Reader
from connectors.mail.parse import Limits, mail_received, read_mail
from connectors.mail.text import INVISIBLE, neutral, one_line
from ledger.domain.errors import InputUnreadable
from ledger.domain.values import canonical

HEAD = b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MEGA = 1_000_000
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"

MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

HUGE: dict[str, Callable[[], bytes]] = {
    "plain text": lambda: HEAD + b"\r\n" + b"word " * (2 * MEGA),
    "one line": lambda: HEAD + b"\r\n" + b"x" * (10 * MEGA),
    "base64": lambda: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJDRA==\r\n" * MEGA,
    "html": lambda: HTML + b"<p>word</p> " * (MEGA // 2),
    "nested html": lambda: HTML + b"<div>" * MEGA + b"x",
    "attributes": lambda: HTML + b"<a" + b" b" * MEGA + b">x</a>",
    "quotes in html": lambda: HTML + (b"<blockquote>" * 300 + b"<br>x" * 60_000),
    "delimiters": lambda: MIXED + b"--b\n" * MEGA,
    "forwards": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
    "headers": lambda: b"From: a@b.example\r\n" + b"X: y\r\n" * MEGA,
    "brackets": lambda: b"From: " + b'"<(,' * MEGA + b"\r\n\r\nx",
    "encoded words": lambda: b"From: a@b.example\r\nSubject: " + b"=?u?q?a?= " * MEGA,
    "marks": lambda: HEAD + b"\r\n" + ("a" + "\u0301\u0327" * MEGA).encode(),
    "flowed": lambda: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * MEGA,
}  # fmt: skip


@contextmanager
def peak(limit: int) -> Iterator[None]:
    """Fails where more than `limit` bytes are in use at once inside."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", HUGE)
def test_ten_megabytes_of_anything_give_a_short_text_in_little_memory(name: str) -> None:
    raw = HUGE[name]()
    with peak(40 * MEGA):
        parsed = read_mail(raw)
    assert len(parsed.text) < 101_000
    assert sum(len(each.data) for each in parsed.attachments) <= Limits().attachment_total
    assert len(canonical(mail_received(parsed))) < 700_000


def test_a_long_text_is_cut_where_a_person_sees_it_and_a_note_says_so() -> None:
    parsed = read_mail(HUGE["plain text"]())
    assert parsed.text.endswith("… [cut here: the mail goes on]")
    assert any("cut" in note for note in parsed.notes)


def test_of_five_thousand_attachments_fifty_are_kept_and_the_rest_is_noted() -> None:
    part = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 5_000 + b"--b--\r\n"
    parsed = read_mail(raw)
    assert len(parsed.attachments) == 50
    assert any("attachments left out" in note for note in parsed.notes)
    assert any("more than 1,000 parts" in note for note in parsed.notes)


def test_attachments_together_have_a_limit() -> None:
    part = b"--b\r\nContent-Disposition: attachment\r\n\r\n" + b"x" * 600 + b"\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 3 + b"--b--\r\n"
    parsed = read_mail(raw, limits=Limits(attachment_total=1_000))
    assert [len(each.data) for each in parsed.attachments] == [600]
    assert any("attachments left out" in note for note in parsed.notes)


def test_a_mail_nested_in_itself_is_opened_ten_levels_deep() -> None:
    bomb = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(5_000)
    )
    parsed = read_mail(HEAD + bomb + b"\r\nhello")
    assert "parts nested deeper than 10 left out" in parsed.notes


def test_the_number_of_parts_looked_at_does_not_grow_with_the_mail() -> None:
    notes: list[str] = []
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    assert len(Reader(raw, Limits(), notes).mail().children) == Limits().parts


def test_html_that_would_stall_a_parser_is_read_without_its_tags() -> None:
    seen = visible_text("<div>" * 50_000 + "hello" + "<i title='x'>")
    assert seen.text.strip() == "hello"
    assert seen.notes == ("HTML nested or tagged beyond reason, its tags were dropped",)


@given(raw=st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatsoever_raise_anything_but_a_refusal(raw: bytes) -> None:
    with suppress(InputUnreadable):
        canonical(mail_received(read_mail(raw)))


NAMES = (
    "From", "To", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "Message-ID",
    "References", "Content-Disposition", "Reply-To", "Auto-Submitted",
)  # fmt: skip
VALUES = (
    b"text/html; charset=utf-16",
    b"multipart/mixed; boundary=b",
    b'multipart/alternative; boundary="b',
    b"message/rfc822",
    b"base64",
    b"quoted-printable",
    b"=?utf-8?b?/w?=",
    b"text/plain; charset=iso2022_jp_2; format=flowed",
    b"text/plain; charset=utf-7",
    b"attachment; filename*0*=utf-8''%ff; filename*9=x",
)
PIECES = (
    b"--b\r\n", b"--b--", b"\r\n\r\n", b"+2AA-", b"<a href=", b"</p>", b"\xff\xfe", b"> x\n",
    b"Content-Type: text/html\n\n", b"<style>p{color:#fff}", b"\x1b$B", b"\0",
)  # fmt: skip
value = st.one_of(st.binary(max_size=80), st.sampled_from(VALUES))
pieces = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)


@given(
    fields=st.lists(st.tuples(st.sampled_from(NAMES), value), max_size=8),
    body=st.one_of(st.binary(max_size=300), pieces),
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_header_and_body_raise_anything_but_a_refusal(
    fields: list[tuple[str, bytes]], body: bytes
) -> None:
    head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    try:
        parsed = read_mail(head + b"\r\n" + body)
    except InputUnreadable:
        return
    assert not INVISIBLE.search(parsed.text + parsed.subject + parsed.sender_name)
    assert "\n" not in parsed.subject + parsed.sender + parsed.message_id
    canonical(mail_received(parsed))


@given(text=st.text(alphabet=st.characters(), max_size=300), limit=st.integers(1, 50))
def test_neutral_text_is_neutral_whatever_it_was(text: str, limit: int) -> None:
    once = neutral(text)
    assert neutral(once) == once
    assert not INVISIBLE.search(once)
    assert "\n" not in one_line(text)
    assert neutral(text, limit).startswith(once[:limit])


def test_a_cut_says_how_much_is_missing() -> None:
    assert neutral("x" * 1_700, 600) == "x" * 600 + "… [cut: 1,100 more characters]"


def test_tags_lone_surrogates_and_marks_piled_up_are_gone() -> None:
    assert neutral("a\U000e0041b\ud800c\u202ed\x00e\r\nf\u2028g") == "abcde\nf\ng"
    assert len(neutral("e" + "\u0301" * 10_000)) <= 31
