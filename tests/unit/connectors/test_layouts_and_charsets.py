"""Ten layouts of a mail in five charsets: each says the same, and is read as the same."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from email.header import Header

import pytest

from connectors.mail.parse import read_mail

SAID = "Grüße aus Köln: une réponse à bientôt, für zwei Tage."
SUBJECT = "Anfrage für März"
CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "ibm850")


def part(kind: str, body: bytes, charset: str, encoding: str = "base64", more: str = "") -> bytes:
    told = base64.encodebytes(body) if encoding == "base64" else body
    told = quopri.encodestring(body) if encoding == "quoted-printable" else told
    head = f'Content-Type: {kind}; charset="{charset}"{more}\nContent-Transfer-Encoding: {encoding}'
    return head.encode() + b"\n\n" + told + b"\n"


def several(kind: str, *parts: bytes, mark: str = "b1") -> bytes:
    inner = b"".join(b"--" + mark.encode() + b"\n" + each for each in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'
    return head.encode() + inner + f"--{mark}--\n".encode()


def html(charset: str) -> bytes:
    return f"<html><body><p>{SAID}</p></body></html>".encode(charset)


def plain(charset: str) -> bytes:
    return f"{SAID}\n".encode(charset)


FILE = (
    b"Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\n"
    b"Content-Transfer-Encoding: base64\n\nJVBERg==\n"
)
IMAGE = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"


def _alternative(charset: str, mark: str = "b1") -> bytes:
    both = (part("text/plain", plain(charset), charset), part("text/html", html(charset), charset))
    return several("alternative", *both, mark=mark)


LAYOUTS: dict[str, Callable[[str], bytes]] = {
    "base64": lambda c: part("text/plain", plain(c), c),
    "quoted printable": lambda c: part("text/plain", plain(c), c, "quoted-printable"),
    "as it is": lambda c: part("text/plain", plain(c), c, "8bit"),
    "flowed": lambda c: part("text/plain", plain(c), c, more="; format=flowed"),
    "only html": lambda c: part("text/html", html(c), c),
    "alternative": _alternative,
    "with a file": lambda c: several("mixed", part("text/plain", plain(c), c), FILE),
    "html with a picture": lambda c: several("related", part("text/html", html(c), c), IMAGE),
    "alternative and a file": lambda c: several("mixed", _alternative(c, "b2"), FILE),
    "in three layers": lambda c: several(
        "mixed", several("related", _alternative(c, "b3"), IMAGE, mark="b2"), FILE
    ),
}


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mail_says_the_same_in_every_layout_and_charset(layout: str, charset: str) -> None:
    words = Header(SUBJECT, charset).encode()
    head = f"From: Ada <ada@example.com>\nSubject: {words}\nMessage-ID: <a@b.example>\n"
    mail = read_mail(head.encode() + b"MIME-Version: 1.0\n" + LAYOUTS[layout](charset))
    assert mail.text.strip() == SAID
    assert mail.subject == SUBJECT
    assert mail.sender == "ada@example.com"
    assert [each.name for each in mail.attachments if each.name == "a.pdf"] == (
        ["a.pdf"] if FILE in LAYOUTS[layout](charset) else []
    )


def test_there_are_ten_layouts_and_five_charsets() -> None:
    assert (len(LAYOUTS), len(CHARSETS)) == (10, 5)
