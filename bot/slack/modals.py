"""Forms: what a button asks for before it counts. Pure.

A form decides nothing when it opens. What was filled in comes back with the id of the button that
opened it, and is answered like anything else that a person says: an edit with the exact preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

from bot import texts
from bot.chat.forms import Form, FormField
from bot.slack import blocks, inert, rich

FILLED_IN: Final = "coo:form"
"""The callback id of every form that can be sent."""

INPUT: Final = 3000
"""Signs that one input of Slack takes."""
MOST_PARTS: Final = 10
TITLE: Final = 24
OPTION: Final = 75
_FIELD, _OWN, _VALUE = "field", "own", "value"
_HARD, _LINE_FEED = "hard", "line"
_JOINTS: Final = {_HARD: "", _LINE_FEED: "\n"}


class Opened(Struct, frozen=True, kw_only=True):
    """What a form remembers of the button that opened it; Slack keeps it with the form."""

    button: str
    chat: str
    message: str = ""
    thread: str = ""

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


def form_view(form: Form, opened: Opened) -> dict[str, Any]:
    """The form as Slack's modal, or words instead of one that Slack would not take."""
    if any(len(_pieces(field.text)) > MOST_PARTS for field in form.fields):
        return telling(form.title, texts.SLACK_FORM_TOO_LONG.put())
    inputs = [block for field in form.fields for block in _inputs(field)]
    return _view(form.title, inputs, opened, submit=form.submit)


def telling(title: str, lines: Sequence[str]) -> dict[str, Any]:
    """Words in a window of their own, with nothing to fill in."""
    shown = list(rich.blocks([rich.own_words(line) for line in lines if line]))
    return _view(title, shown, None)


def filled_in(state: Mapping[str, Any]) -> dict[str, str]:
    """What a form was filled in with, by field; a text in parts is whole again."""
    fields: dict[str, str] = {}
    for name, _, joint, said in sorted(_answers(state), key=lambda answer: answer[:2]):
        fields[name] = f"{fields[name]}{_JOINTS[joint]}{said}" if name in fields else said
    own = {name: fields.pop(name).strip() for name in [*fields] if name.startswith(f"{_OWN}-")}
    return fields | {name.removeprefix(f"{_OWN}-"): text for name, text in own.items() if text}


def left_blank(view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by input, where a form that asks for one thing says nothing but spaces."""
    state = view.get("state")
    fields = filled_in(state if isinstance(state, dict) else {})
    inputs = [each for each in view.get("blocks") or () if each.get("type") == "input"]
    if not inputs or any(text.strip() for text in fields.values()):
        return {}
    return {str(inputs[0].get("block_id")): texts.SLACK_FORM_SAY_SOMETHING}


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


def _inputs(field: FormField) -> Iterator[Block]:
    if field.choices:
        yield from _choices(field)
        return
    pieces = _pieces(field.text)
    for place, (joint, piece) in enumerate(pieces):
        part = f":{place}:{joint}" if len(pieces) > 1 else ""
        yield InputBlock(
            block_id=f"{_FIELD}:{field.name}{part}",
            label=inert.plain(_label(field.label, place, len(pieces)), blocks.NOTE),
            element=PlainTextInputElement(
                action_id=_VALUE,
                multiline=field.long,
                initial_value=piece or None,
                max_length=INPUT,
            ),
            optional=len(pieces) > 1,
        )


def _choices(field: FormField) -> Iterator[Block]:
    options = [Option(value=said, text=inert.plain(label, OPTION)) for said, label in field.choices]
    yield InputBlock(
        block_id=f"{_FIELD}:{field.name}",
        label=inert.plain(field.label, blocks.NOTE),
        element=RadioButtonsElement(action_id=_VALUE, options=options, initial_option=options[0]),
    )
    yield InputBlock(
        block_id=f"{_FIELD}:{_OWN}-{field.name}",
        label=inert.plain(texts.SLACK_FORM_OWN_WORDS, blocks.NOTE),
        element=PlainTextInputElement(action_id=_VALUE, max_length=INPUT),
        optional=True,
    )


def _label(label: str, place: int, parts: int) -> str:
    if parts == 1:
        return label
    return texts.SLACK_FORM_PART.format(field=label, place=place + 1, parts=parts)


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
    title: str, made: Sequence[Block], opened: Opened | None, submit: str = ""
) -> dict[str, Any]:
    checked = blocks.checked(made, blocks.VIEW.blocks)
    view = View(
        type="modal",
        callback_id=FILLED_IN if opened else None,
        title=inert.plain(title, TITLE),
        submit=inert.plain(submit, TITLE) if submit else None,
        close=inert.plain(texts.SLACK_FORM_LEAVE, TITLE),
        blocks=checked,
        private_metadata=opened.written() if opened else None,
    )
    return {**view.to_dict(), "blocks": list(checked)}
