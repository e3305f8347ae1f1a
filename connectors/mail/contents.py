"""What a mail says and carries: its text for reading, its attachments for keeping."""

from __future__ import annotations

import re

from msgspec import Struct

from connectors.mail import doubts
from connectors.mail.charset import decoded_text
from connectors.mail.headers import Headers
from connectors.mail.hypertext import visible_text
from connectors.mail.limits import Limits
from connectors.mail.mime import Part, Reader
from connectors.mail.text import hides_signs, neutral, one_line

_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_BYTES_A_CHARACTER = 4
_STUB = 200
_SAYS_STUB = re.compile(
    r"\bhtml\b|\b(?:view|read|open|see|display)\b.{0,40}\b(?:browser|online|website)\b"
    r"|\b(?:im browser|online) (?:an|zu )?(?:sehen|ansehen|lesen|offnen|öffnen)\b"
    r"|\b(?:version en ligne|dans (?:votre|le) navigateur)\b",
    re.IGNORECASE,
)
_SIGNATURE_LINE = "-- "
_NAME = 120
_GOES_ON = "\n… [cut here: the mail goes on]"
_NUMBER = re.compile(r"\d[\d.,]{2,}")


class AttachmentBytes(Struct, frozen=True):
    """One attachment, decoded."""

    name: str
    media_type: str
    data: bytes


class Contents(Struct, frozen=True):
    """The neutral text and the attachments of a mail."""

    text: str
    attachments: tuple[AttachmentBytes, ...]


def contents(reader: Reader, mail: Part, limits: Limits) -> Contents:
    """Read a mail's parts. What is left out goes into the reader's notes."""
    collector = _Collector(reader, limits)
    texts = collector.texts(mail)
    return Contents(collector.joined(texts), tuple(collector.attachments))


class _Collector:
    """Walks the parts once, gathers attachments and returns texts."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        self.attachments: list[AttachmentBytes] = []
        self._reader = reader
        self._limits = limits
        self._room = limits.attachment_total
        self._characters = {"text/plain": limits.text_chars, "text/html": limits.html_chars}
        self._seen = 0
        self._is_cut = False

    def joined(self, texts: list[str]) -> str:
        """The parts' texts as one, neutral and cut."""
        text = "\n\n".join(part.strip("\r\n") for part in texts if part.strip())
        if hides_signs(text):
            self._note("invisible or direction-changing signs removed from the text")
        clean = neutral(text)
        if len(clean) > self._limits.text_chars:
            self._cut()
        return clean[: self._limits.text_chars] + (_GOES_ON if self._is_cut else "")

    def texts(self, part: Part) -> list[str]:
        """The texts of a part in reading order; its attachments are kept on the way."""
        match part.media_type:
            case "multipart/alternative":
                return self._alternative(part)
            case "multipart/signed":
                self._note("signed; the signature was not checked")
            case "multipart/encrypted":
                self._note(doubts.ENCRYPTED)
            case "multipart/report":
                return [text for child in part.children[:1] for text in self.texts(child)]
            case "message/rfc822":
                return self._forwarded(part)
        if part.children:
            return [text for child in part.children for text in self.texts(child)]
        return self._leaf(part)

    def _alternative(self, part: Part) -> list[str]:
        """Of several versions the plain one, unless it is empty or only points to the other."""
        options = [(_is_html(child), self.texts(child)) for child in part.children]
        plain = [text for html, texts in options if not html for text in texts]
        html = [text for is_html, texts in options if is_html for text in texts]
        if _amounts(html) - _amounts(plain) and _said(plain):
            self._note(doubts.TWO_VERSIONS)
        return html if _is_stub(_said(plain), _said(html)) else plain

    def _forwarded(self, part: Part) -> list[str]:
        """A mail inside the mail: kept whole, and shown below a line that says so."""
        self._keep(part, "forwarded.eml")
        inner = next(iter(part.children), None)
        if inner is None:
            return []
        heads = [f"{name.title()}: {inner.headers.text(name)}" for name in ("from", "subject")]
        return ["\n".join(["---------- Forwarded message ----------", *heads]), *self.texts(inner)]

    def _leaf(self, part: Part) -> list[str]:
        kind, headers = part.media_type, part.headers
        if kind in _SIGNATURES:
            return []
        if kind in _SEALED:
            self._note(doubts.SEALED)
        if kind == "application/ms-tnef":
            self._note(doubts.TNEF)
        if kind in {"text/plain", "text/html"} and not _is_attached(headers):
            return [self._html(part) if kind == "text/html" else self._plain(part)]
        self._keep(part, "")
        return []

    def _plain(self, part: Part) -> str:
        text = self._decoded(part, part.headers.parameter("charset"))
        if part.headers.parameter("format").lower() == "flowed":
            joiner = "" if part.headers.parameter("delsp").lower() == "yes" else " "
            return unflowed(text, joiner)
        return text

    def _html(self, part: Part) -> str:
        charset = part.headers.parameter("charset") or self._meta_charset(part)
        seen = visible_text(self._decoded(part, charset))
        for note in seen.notes:
            self._note(note)
        return seen.text

    def _meta_charset(self, part: Part) -> str:
        match = _META_CHARSET.search(self._reader.body(part, 4_000))
        return match[1].decode("ascii", "replace") if match else ""

    def _decoded(self, part: Part, charset: str) -> str:
        """A part's text while there is room: all texts of a kind together have a limit."""
        characters = self._characters[part.media_type]
        room = (characters + 1) * _BYTES_A_CHARACTER
        data = self._reader.body(part, room)[:room] if characters else b""
        whole = part.end - part.start <= room
        decoded = decoded_text(data, charset, whole=whole)
        if decoded.note and not data.isascii():
            self._note(decoded.note)
        if len(decoded.text) > characters or not whole:
            self._cut()
        self._characters[part.media_type] = max(0, characters - len(decoded.text))
        return decoded.text[: characters + 1]

    def _cut(self) -> None:
        self._is_cut = True
        self._note(doubts.CUT)

    def _keep(self, part: Part, name: str) -> None:
        """Keep an attachment while there is room for it."""
        self._seen += 1
        shown = _file_name(part.headers, name or f"attachment-{self._seen}")
        fits = len(self.attachments) < self._limits.attachments and part.end - part.start < 2 * (
            self._room + 1_000
        )
        data = self._reader.body(part) if fits else b""
        if not fits or len(data) > self._room:
            self._note("attachments left out, too many or too large; they are in the raw mail")
            return
        self._room -= len(data)
        self.attachments.append(AttachmentBytes(shown, part.media_type, data))

    def _note(self, text: str) -> None:
        if text not in self._reader.notes:
            self._reader.notes.append(text)


def unflowed(text: str, joiner: str = " ") -> str:
    """Undo format=flowed (RFC 3676): lines ending in a space go on in the next."""
    paragraphs: list[tuple[int, list[str]]] = []
    flowing = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        if flowing and line != _SIGNATURE_LINE and depth == paragraphs[-1][0]:
            paragraphs[-1][1].append(line.rstrip(" "))
        else:
            paragraphs.append((depth, [line.rstrip(" ")]))
        flowing = line.endswith(" ") and line != _SIGNATURE_LINE
    return "\n".join("> " * min(depth, 10) + joiner.join(lines) for depth, lines in paragraphs)


def _is_html(part: Part) -> bool:
    """Whether this version of an alternative is the HTML one, alone or with its pictures."""
    if part.media_type == "text/html":
        return True
    return any(_is_html(child) for child in part.children[:1])


def _is_attached(headers: Headers) -> bool:
    return headers.token("content-disposition") == "attachment" or bool(
        headers.parameter("filename", "content-disposition")
    )


def _is_stub(plain: str, html: str) -> bool:
    """Whether the plain version only says that there is an HTML one."""
    if not plain or not html:
        return not plain
    return len(plain) < _STUB and _SAYS_STUB.search(plain) is not None and plain not in html


def _said(texts: list[str]) -> str:
    return "\n".join(texts).strip()


def _amounts(texts: list[str]) -> set[str]:
    """Numbers of three or more digits outside of addresses, without separators."""
    words = [word for word in _said(texts).split() if "://" not in word and "@" not in word]
    return {re.sub(r"\D", "", number) for word in words for number in _NUMBER.findall(word)}


def _file_name(headers: Headers, otherwise: str) -> str:
    """The name a sender gave a file: neutral, one line, without a path."""
    given = headers.parameter("filename", "content-disposition") or headers.parameter("name")
    name = re.split(r"[/\\]", one_line(given))[-1].strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > _NAME and dot:
        return stem[: _NAME - len(ending[:10]) - 1] + "." + ending[:10]
    return name[:_NAME] or otherwise
