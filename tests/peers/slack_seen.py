"""What a person sees of a message, a modal or a home tab: words, buttons, files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from slack_workspace import Json, interactive

_MENTION: Final = re.compile(r"<(@[UW]\w+|!(?:channel|here|everyone|subteam\^\w+))(?:\|[^>]*)?>")
_LINK: Final = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")


@dataclass(frozen=True)
class Control:
    """A button or another element, as it stands in the block that holds it."""

    element: Json
    block_id: str

    @property
    def label(self) -> str:
        """The words on a button; for other elements the placeholder or the id."""
        text = self.element.get("text") or self.element.get("placeholder") or {}
        return str(text.get("text") or self.element.get("action_id", ""))

    @property
    def confirm(self) -> Json:
        """The dialog that asks once more, or nothing."""
        return dict(self.element.get("confirm") or {})


@dataclass(frozen=True)
class Seen:
    """A message, a modal or a home tab at one moment. What changes later is seen later."""

    raw: Json
    channel: str = ""
    by: str = ""
    private: bool = False

    @property
    def ts(self) -> str:
        return str(self.raw.get("ts", ""))

    @property
    def thread(self) -> str:
        """The message that this one replies to, or empty."""
        root = str(self.raw.get("thread_ts", ""))
        return "" if root == self.ts else root

    @property
    def edited(self) -> bool:
        return "edited" in self.raw

    @property
    def text(self) -> str:
        """Everything that can be read, line by line, as the person reads it."""
        title = [self.raw["title"]["text"]] if self.raw.get("title") else []
        files = [f"[file: {each['title']}]" for each in self.raw.get("files", ())]
        blocks = self.raw.get("blocks") or []
        lines = [line for block in blocks for line in words(block)] if blocks else []
        plain = [readable(self.raw["text"])] if self.raw.get("text") else []
        return "\n".join([*title, *(lines or plain), *files])

    @property
    def mentions(self) -> list[str]:
        """Who is notified by it: what is meant to mention nobody gives an empty list."""
        return [hit for text in _marked(self.raw) for hit in _MENTION.findall(text)]

    @property
    def links(self) -> list[str]:
        """Where somebody can be led by it."""
        return [hit[0] for text in _marked(self.raw) for hit in _LINK.findall(text)]

    @property
    def controls(self) -> list[Control]:
        return [
            Control(element, str(block.get("block_id", "")))
            for block in self.raw.get("blocks") or []
            for element in interactive(block)
        ]

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons, in order."""
        return [each.label for each in self.controls if each.element["type"] == "button"]

    @property
    def fields(self) -> dict[str, str]:
        """What can be filled in: label of the field → what stands in it."""
        return {
            str(block["label"]["text"]): str(block["element"].get("initial_value", ""))
            for block in self.raw.get("blocks") or []
            if block["type"] == "input"
        }

    def control(self, wanted: str) -> Control:
        """A button by its label, its action id or its value."""
        for same in (lambda c: c.label, _action, _value):
            for control in self.controls:
                if same(control) == wanted:
                    return control
        for control in self.controls:
            if control.label.startswith(wanted):
                return control
        raise AssertionError(f"no {wanted!r} among {[each.label for each in self.controls]}")

    def __str__(self) -> str:
        shown = " ".join(f"[{label}]" for label in self.buttons)
        return f"{self.by}: {self.text}" + (f"\n{shown}" if shown else "")


def _action(control: Control) -> str:
    return str(control.element.get("action_id", ""))


def _value(control: Control) -> str:
    return str(control.element.get("value", ""))


def readable(text: str) -> str:
    """mrkdwn as it is read: links by their names, entities as signs."""
    named = _LINK.sub(lambda hit: hit[2] or hit[1], text)
    return html.unescape(named)


def words(block: Json) -> Iterator[str]:
    """The lines of a block, without its buttons."""
    kind = block["type"]
    if kind == "divider":
        return
    if kind == "image":
        yield f"[picture: {block.get('alt_text', '')}]"
    elif kind == "table":
        for row in block["rows"]:
            yield " | ".join(_flat(cell) for cell in row)
    elif kind == "rich_text":
        yield from _flat(block).splitlines()
    elif kind == "input":
        yield f"{block['label']['text']}: {block['element'].get('initial_value', '')}"
    elif kind == "container":
        yield from (_said(block.get(name)) for name in ("title", "subtitle") if block.get(name))
        yield from (line for child in block["child_blocks"] for line in words(child))
    else:
        yield from _plain_words(block)


def _plain_words(block: Json) -> Iterator[str]:
    for name in ("title", "subtitle", "text", "body"):
        if block.get(name):
            yield _said(block[name])
    yield from (_said(each) for each in block.get("fields") or ())
    for element in block.get("elements") or ():
        if element["type"] in {"mrkdwn", "plain_text"}:
            yield _said(element)
        elif element["type"] in {"image", "card"}:
            yield from words(element)


def _said(found: Any) -> str:
    if isinstance(found, str):
        return found
    text = str(found.get("text", ""))
    return readable(text) if found.get("type") == "mrkdwn" else html.unescape(text)


def _flat(found: Any) -> str:
    """All text inside a rich text, in order."""
    if isinstance(found, list):
        return "".join(map(_flat, found))
    if not isinstance(found, dict):
        return ""
    if found.get("type") in {"text", "raw_text", "raw_number", "link"}:
        return str(found.get("text", found.get("url", "")))
    end = "\n" if str(found.get("type")).startswith("rich_text_") else ""
    return _flat(found.get("elements")) + end


def _marked(found: Any) -> Iterator[str]:
    """Every text in which Slack looks for mentions and links."""
    if isinstance(found, list):
        for each in found:
            yield from _marked(each)
    elif isinstance(found, dict):
        if found.get("type") in {"mrkdwn", "message"} and isinstance(found.get("text"), str):
            yield found["text"]
        for name, each in found.items():
            if name not in {"metadata", "edited"}:
                yield from _marked(each)
