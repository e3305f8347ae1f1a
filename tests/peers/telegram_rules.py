"""What Telegram refuses, as its server words it. Lengths are counted in UTF-16 units."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

LIMITS: Final = {"text": 4096, "caption": 1024}
TOO_LONG: Final = {"text": "message is too long", "caption": "message caption is too long"}
LARGEST_PHOTO: Final = 10 * 1024 * 1024
LARGEST_FILE: Final = 50 * 1024 * 1024
ENTITIES: Final = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
    "text_mention", "blockquote", "expandable_blockquote", "custom_emoji",
}  # fmt: skip
TAGS: Final = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a",
    "tg-emoji", "code", "pre", "blockquote",
}  # fmt: skip


class Refusal(Exception):
    """An answer with an error code and a description."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.description, self.status = description, status


def decoded(value: Any) -> Any:
    """A form's field, which may be JSON."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text_checked(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The text (or caption) of a message and its entities, as they are kept."""
    text = str(fields.get(name, ""))
    if not text.strip():
        if name == "caption":
            return {}
        raise Refusal("Bad Request: message text is empty")
    if fields.get("parse_mode"):
        text = _parsed(text, str(fields["parse_mode"]))
    if utf16(text) > LIMITS[name]:
        raise Refusal(f"Bad Request: {TOO_LONG[name]}")
    key = "entities" if name == "text" else "caption_entities"
    entities = decoded(fields.get(key)) or []
    for entity in entities:
        _entity_checked(entity, text)
    _nesting_checked(entities)
    return {name: text, **({key: entities} if entities else {})}


def _entity_checked(entity: Mapping[str, Any], text: str) -> None:
    if entity.get("type") not in ENTITIES:
        raise Refusal(f"Bad Request: unsupported entity {entity.get('type')!r}")
    start, length = entity["offset"], entity["length"]
    if start < 0 or length <= 0 or start + length > utf16(text):
        raise Refusal("Bad Request: entity beyond the end of the text")
    units = text.encode("utf-16-le", "surrogatepass")
    for edge in (start, start + length):
        unit = struct.unpack_from("<H", units, edge * 2)[0] if edge < utf16(text) else 0
        if 0xDC00 <= unit <= 0xDFFF:
            raise Refusal("Bad Request: entity begins or ends in the middle of a sign")


def _nesting_checked(entities: list[Mapping[str, Any]]) -> None:
    """Telegram drops what crosses, or stands inside code; here it is refused."""
    spans = [(e["offset"], e["offset"] + e["length"], e["type"]) for e in entities]
    for n, (start, end, kind) in enumerate(spans):
        for other_start, other_end, other in spans[n + 1 :]:
            if end <= other_start or other_end <= start:
                continue
            nested = (start <= other_start and other_end <= end) or (
                other_start <= start and end <= other_end
            )
            quotes = {"blockquote", "expandable_blockquote"}
            mono = {"code", "pre"}
            if not nested or (kind in quotes and other in quotes):
                raise Refusal("Bad Request: entities cross each other")
            if (kind in mono and other not in quotes) or (other in mono and kind not in quotes):
                raise Refusal("Bad Request: entities inside of code")


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refusal(
                f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" '
                f"at byte offset {self.getpos()[1]}"
            )
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal("Bad Request: can't parse entities: Unmatched end tag")

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(text: str, mode: str) -> str:
    if mode.upper() != "HTML":
        raise Refusal("Bad Request: can't parse entities: only HTML is spoken here")
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise Refusal(
            f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag "
            f'"{parser.open[-1]}"'
        )
    return parser.text


def keyboard_checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`{"reply_markup": …}`, or nothing where there is none."""
    markup = decoded(fields.get("reply_markup"))
    if not markup:
        return {}
    if markup.get("force_reply"):
        if len(markup.get("input_field_placeholder", "x")) not in range(1, 65):
            raise Refusal("Bad Request: input field placeholder is too long")
        return {"reply_markup": markup}
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise Refusal("Bad Request: object expected as reply markup")
    if not any(rows):
        return {}
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise Refusal("Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise Refusal("Bad Request: text buttons are unallowed in the inline keyboard")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise Refusal("Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": markup}


def file_checked(files: Mapping[str, tuple[str, bytes]], name: str) -> tuple[str, bytes]:
    """(file name, bytes) of an upload."""
    if name not in files:
        raise Refusal("Bad Request: wrong file identifier/HTTP URL specified")
    if not files[name][1]:
        raise Refusal("Bad Request: file must be non-empty")
    if len(files[name][1]) > LARGEST_FILE:
        raise Refusal("Request Entity Too Large", 413)
    return files[name]


def photo_checked(data: bytes) -> tuple[int, int]:
    """(width, height) of a picture that Telegram takes as a photo."""
    if len(data) > LARGEST_PHOTO:
        raise Refusal("Bad Request: too big for a photo")
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Refusal("Bad Request: IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", data[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refusal("Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width, height


def commands_checked(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The command menu."""
    commands: list[dict[str, str]] = decoded(fields.get("commands")) or []
    if len(commands) > 100:
        raise Refusal("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each.get("command", "")):
            raise Refusal("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each.get("description", "")) <= 256:
            raise Refusal("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def secret_checked(fields: Mapping[str, Any]) -> None:
    """The secret of a webhook."""
    secret = str(fields.get("secret_token", ""))
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise Refusal("Bad Request: secret token contains unallowed characters")
