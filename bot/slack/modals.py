"""Forms: what a button asks for before it counts. Pure.

A form decides nothing when it opens. Editing ends in the exact preview: what `Send exactly this`
brings back is bound to the sha256 of the bytes that stood there (`Opened.sha256`), and a text
changed after that is shown once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot import texts
from bot.channel import Card, Editor, Verb
from bot.slack import blocks, inert, rich

ASK: Final = "coo:ask"
EDIT: Final = "coo:edit"
SEND: Final = "coo:send"
SUBMITTED: Final = (ASK, EDIT, SEND)
"""The callback ids of the forms that can be sent."""

TEXT: Final = "text"
"""The field of a form that asks for one text."""
CHANGED: Final = "sha256"
"""The field that says which bytes the preview showed."""

INPUT: Final = 3000
"""Signs that one input of Slack takes."""
MOST_PARTS: Final = 10
TITLE: Final = 24
_FIELD: Final = "field"
_OWN: Final = "own"
_HARD, _LINE_FEED = "hard", "line"
_JOINTS: Final = {_HARD: "", _LINE_FEED: "\n"}


class Opened(Struct, frozen=True, kw_only=True):
    """What a form remembers of the button that opened it; Slack keeps it with the form."""

    button: str
    chat: str
    message: str = ""
    thread: str = ""
    sha256: str = ""

    def written(self) -> str:
        """For `private_metadata`."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, metadata: str) -> Opened | None:
        """What `private_metadata` says, None where it is not one of Coo's."""
        try:
            return msgspec.json.decode(metadata.encode("utf-8", "replace"), type=cls)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None


_TITLES: Final = {
    Verb.REJECT: texts.SLACK_FORM_REJECT,
    Verb.INSTRUCT: texts.SLACK_FORM_TELL,
}


def asking(question: str, opened: Opened, verb: Verb | None = None) -> dict[str, Any]:
    """One text: a reason, how it should be, the answer to a question."""
    title = _TITLES.get(verb, texts.SLACK_FORM_ASK) if verb else texts.SLACK_FORM_ASK
    element = PlainTextInputElement(action_id=TEXT, multiline=True, max_length=INPUT)
    ask = InputBlock(
        block_id=f"{_FIELD}:{TEXT}", label=inert.plain(question, blocks.NOTE), element=element
    )
    return _view(ASK, title, [ask], opened, submit=texts.SLACK_FORM_DONE)


def postponing(opened: Opened) -> dict[str, Any]:
    """When a card shall come back: a choice, or one's own words."""
    options = [
        Option(value=said, text=inert.plain(label, 75)) for said, label in texts.SLACK_LATER_CHOICES
    ]
    choice = InputBlock(
        block_id=f"{_FIELD}:{TEXT}",
        label=inert.plain(texts.SLACK_LATER_QUESTION, blocks.NOTE),
        element=StaticSelectElement(
            action_id=TEXT, options=options, initial_option=options[-1], focus_on_load=True
        ),
    )
    own = InputBlock(
        block_id=f"{_FIELD}:{_OWN}",
        label=inert.plain(texts.SLACK_LATER_OTHER, blocks.NOTE),
        element=PlainTextInputElement(action_id=TEXT, max_length=100),
        optional=True,
    )
    return _view(ASK, texts.SLACK_FORM_LATER, [choice, own], opened, submit=texts.SLACK_FORM_DONE)


def editing(editor: Editor, opened: Opened) -> dict[str, Any]:
    """The texts of a card, to be changed; sending it shows the preview and decides nothing."""
    if not fits(editor.fields):
        return too_long(editor.number)
    inputs = list(_inputs(editor.fields))
    return _view(EDIT, texts.SLACK_FORM_EDIT, inputs, opened, submit=texts.SLACK_FORM_SHOW)


def previewing(card: Card, fields: Mapping[str, str], opened: Opened) -> dict[str, Any]:
    """Exactly what leaves, and below it the same inputs once more."""
    below = [blocks.note(texts.SLACK_FORM_CHANGE), *_inputs(fields)]
    made = [*blocks.card_blocks(card), DividerBlock(), *below]
    bound = replace(opened, sha256=card.sha256)
    return _view(SEND, texts.SLACK_FORM_PREVIEW, made, bound, submit=texts.SLACK_FORM_SEND)


def too_long(number: int) -> dict[str, Any]:
    """Instead of a form that Slack would not take."""
    cause, remedy = texts.SLACK_FORM_TOO_LONG.put(number=number)
    return telling(texts.SLACK_FORM_EDIT, (cause, remedy))


def telling(title: str, lines: Sequence[str]) -> dict[str, Any]:
    """Words in a window of their own, with nothing to fill in."""
    shown = list(rich.blocks([rich.own_words(line) for line in lines if line]))
    return _view("", title, shown, None)


def fits(fields: Mapping[str, str]) -> bool:
    """Whether a form can hold these texts."""
    return all(len(_pieces(text)) <= MOST_PARTS for text in fields.values())


def filled_in(state: Mapping[str, Any]) -> dict[str, str]:
    """What a form was filled in with, by field; a text in parts is whole again."""
    fields: dict[str, str] = {}
    for name, _, joint, said in sorted(_answers(state), key=lambda answer: answer[:2]):
        fields[name] = f"{fields[name]}{_JOINTS[joint]}{said}" if name in fields else said
    own = fields.pop(_OWN, "").strip()
    return {**fields, TEXT: own} if own else fields


def blank(fields: Mapping[str, str]) -> str:
    """The first field that says nothing but spaces, or ""."""
    return next((name for name, text in fields.items() if not text.strip()), "")


def first_input(view: Mapping[str, Any]) -> str:
    """The block id of a form's first input, where an error can be shown."""
    made = view.get("blocks") or ()
    return next((str(each["block_id"]) for each in made if each.get("type") == "input"), "")


def _answers(state: Mapping[str, Any]) -> Iterator[tuple[str, int, str, str]]:
    """(field, which part of it, how it joins the part before, what stands in it)."""
    values = state.get("values")
    for block, actions in values.items() if isinstance(values, dict) else ():
        match str(block).split(":"), actions:
            case [[kind, name, *part], dict()] if kind == _FIELD:
                place, joint = part if len(part) == 2 else ("0", _HARD)  # noqa: PLR2004  # place:joint
                said = "".join(map(_value, actions.values()))
                number = int(place) if place.isdecimal() else 0
                yield name, number, joint if joint in _JOINTS else _HARD, said


def _value(answer: Any) -> str:  # Slack's own JSON
    if not isinstance(answer, dict):
        return ""
    chosen = answer.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else answer.get("value")
    return str(value or "").replace("\r\n", "\n")


def _inputs(fields: Mapping[str, str]) -> Iterator[Block]:
    for name, text in fields.items():
        pieces = _pieces(text)
        for place, (joint, piece) in enumerate(pieces):
            part = f":{place}:{joint}" if len(pieces) > 1 else ""
            yield InputBlock(
                block_id=f"{_FIELD}:{name}{part}",
                label=inert.plain(_label(name, place, len(pieces)), blocks.NOTE),
                element=PlainTextInputElement(
                    action_id=TEXT,
                    multiline=name != "subject",
                    initial_value=piece or None,
                    max_length=INPUT,
                ),
                optional=not piece or len(pieces) > 1,
            )


def _label(name: str, place: int, parts: int) -> str:
    field = name.replace("_", " ").capitalize()
    if parts == 1:
        return field
    return texts.SLACK_FORM_PART.format(field=field, place=place + 1, parts=parts)


def _pieces(text: str) -> list[tuple[str, str]]:
    """(how it joins what is before it, piece), none longer than one input takes."""
    pieces: list[tuple[str, str]] = []
    joint = _HARD
    while len(text) > INPUT:
        at = text.rfind("\n", 0, INPUT)
        if at > 0:
            pieces.append((joint, text[:at]))
            joint, text = _LINE_FEED, text[at + 1 :]
        else:
            pieces.append((joint, text[:INPUT]))
            joint, text = _HARD, text[INPUT:]
    return [*pieces, (joint, text)]


def _view(
    callback: str, title: str, made: Sequence[Block], opened: Opened | None, submit: str = ""
) -> dict[str, Any]:
    checked = blocks.checked(made, blocks.VIEW.blocks)
    view = View(
        type="modal",
        callback_id=callback or None,
        title=inert.plain(title, TITLE),
        submit=inert.plain(submit, TITLE) if submit else None,
        close=inert.plain(texts.SLACK_FORM_LEAVE, TITLE),
        blocks=checked,
        private_metadata=opened.written() if opened else None,
    )
    view.validate_json()
    return {**view.to_dict(), "blocks": list(checked)}
