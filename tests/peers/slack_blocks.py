"""What Slack refuses in blocks and views, said in Slack's words and with its JSON pointers.

The limits are those of Slack's reference and of the models in slack_sdk; where the reference is
silent, a block passes. `faults_of_message` and `faults_of_view` return every fault they find, in
reading order, each as Slack words it: `must be less than 151 characters
[json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Found = Iterator[str]

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
BLOCK_TEXT: Final = 13_200
"""All the text in the blocks of one message; above, Slack answers `msg_blocks_too_long`."""
MARKDOWN: Final = 12_000
ID: Final = 255

_BLOCK_KEYS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(keys.split()) | {"type", "block_id"}
    for kind, keys in {
        "section": "text fields accessory expand",
        "divider": "",
        "image": "alt_text image_url title slack_file",
        "actions": "elements",
        "context": "elements",
        "context_actions": "elements",
        "input": "label hint dispatch_action element optional",
        "file": "external_id source",
        "header": "text level",
        "markdown": "text",
        "video": "alt_text video_url thumbnail_url title title_url author_name description"
        " provider_icon_url provider_name",
        "rich_text": "elements",
        "table": "rows column_settings",
        "task_card": "task_id title details output sources status",
        "plan": "title tasks",
        "alert": "text level",
        "card": "hero_image icon title subtitle body actions slack_icon",
        "container": "title rich_text_title subtitle child_blocks width icon is_collapsible"
        " default_collapsed has_header_divider",
        "carousel": "elements",
    }.items()
}
_UNCHECKED: Final = {"data_visualization", "data_table", "call"}
"""Blocks that Slack knows and whose insides are not checked here."""

_SELECTS: Final = {
    f"{many}{kind}"
    for many in ("", "multi_")
    for kind in (
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
    )
}
_PICKERS: Final = {"datepicker", "timepicker", "datetimepicker"}
_CHOICES: Final = {"checkboxes", "radio_buttons"}
_TYPED: Final = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
_IN_ACTIONS: Final = (
    {"button", "overflow", "workflow_button"} | _SELECTS | _PICKERS | _CHOICES | {"rich_text_input"}
)
_IN_SECTION: Final = _IN_ACTIONS - {"rich_text_input"} | {"image"}
_IN_INPUT: Final = _TYPED | _SELECTS | _PICKERS | _CHOICES
_ALERT_LEVELS: Final = {"default", "info", "warning", "error", "success"}
_TASK_STATES: Final = {"pending", "in_progress", "complete", "error"}
_WIDTHS: Final = {"narrow", "standard", "wide", "full"}


def faults_of_message(blocks: object) -> list[str]:
    """Why a message may not carry these blocks; empty: it may."""
    return list(_blocks(blocks, "/blocks", MESSAGE_BLOCKS))


def text_of_blocks(blocks: object) -> int:
    """How many characters of text stand in the blocks, wherever they stand."""
    if isinstance(blocks, Mapping):
        own = blocks.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(map(text_of_blocks, blocks.values()))
    return sum(map(text_of_blocks, blocks)) if isinstance(blocks, list) else 0


def faults_of_view(view: object) -> list[str]:
    """Why a modal or a home tab may not look like this."""
    if not isinstance(view, Mapping):
        return ["must provide an object [json-pointer:/view]"]
    return [*_view(view), *_blocks(view.get("blocks"), "/view/blocks", VIEW_BLOCKS, view=True)]


def _view(view: Mapping[str, Any]) -> Found:
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        yield f"unsupported type: {kind} [json-pointer:/view/type]"
    if kind == "modal" and not view.get("title"):
        yield "missing required field: title [json-pointer:/view]"
    for name in ("title", "submit", "close"):
        yield from _text(view.get(name), f"/view/{name}", 24, plain=True)
        if kind == "home" and view.get(name):
            yield f"invalid additional property: {name} [json-pointer:/view]"
    needs = any(block.get("type") == "input" for block in _dicts(view.get("blocks")))
    if kind == "modal" and needs and not view.get("submit"):
        yield "must define `submit` to use an `input` block in modals [json-pointer:/view/submit]"
    yield from _length(view.get("private_metadata"), "/view/private_metadata", 3000, least=0)
    yield from _length(view.get("callback_id"), "/view/callback_id", ID, least=0)


# --- blocks --------------------------------------------------------------------------------------


def _blocks(blocks: object, at: str, most: int, *, view: bool = False) -> Found:
    if not isinstance(blocks, list):
        yield f"must provide an array [json-pointer:{at}]"
        return
    if view and not blocks:
        yield f"no fewer than 1 items allowed [json-pointer:{at}]"
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"
    for n, block in enumerate(blocks):
        yield from _block(block, f"{at}/{n}")
    yield from _repeated_blocks(blocks, at)
    yield from _whole(_dicts(blocks), at)


def _repeated_blocks(blocks: list[Any], at: str) -> Found:
    seen: set[str] = set()
    for n, block in enumerate(blocks):
        name = block.get("block_id") if isinstance(block, Mapping) else None
        if name and name in seen:
            yield f'`block_id`: "{name}" already exists [json-pointer:{at}/{n}/block_id]'
        seen.add(str(name))


def _whole(blocks: list[Mapping[str, Any]], at: str) -> Found:
    """What holds for all blocks together."""
    written = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
    if written > MARKDOWN and len(blocks) > 1:
        yield f"markdown blocks must be less than {MARKDOWN + 1} characters [json-pointer:{at}]"
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield f"only one table allowed [json-pointer:{at}]"


def _block(block: object, at: str) -> Found:
    if not isinstance(block, Mapping):
        yield f"must provide an object [json-pointer:{at}]"
        return
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in {*_BLOCK_KEYS, *_UNCHECKED}:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _length(block.get("block_id"), f"{at}/block_id", ID, least=0)
    yield from _strange_keys(block, _BLOCK_KEYS.get(kind), at)
    if check := _CHECKS.get(kind):
        yield from check(block, at)


def _strange_keys(found: Mapping[str, Any], known: frozenset[str] | None, at: str) -> Found:
    for name in sorted(set(found) - known) if known else ():
        yield f"invalid additional property: {name} [json-pointer:{at}]"


def _section(block: Mapping[str, Any], at: str) -> Found:
    if not block.get("text") and not block.get("fields"):
        yield f"missing required field: text [json-pointer:{at}]"
    yield from _text(block.get("text"), f"{at}/text", 3000)
    yield from _items(block.get("fields"), f"{at}/fields", 10)
    for n, text in enumerate(_list(block.get("fields"))):
        yield from _text(text, f"{at}/fields/{n}", 2000, needed=True)
    if (extra := block.get("accessory")) is not None:
        yield from _element(extra, f"{at}/accessory", _IN_SECTION)


def _header(block: Mapping[str, Any], at: str) -> Found:
    yield from _text(block.get("text"), f"{at}/text", 150, plain=True, needed=True)


def _markdown(block: Mapping[str, Any], at: str) -> Found:
    yield from _length(block.get("text"), f"{at}/text", MARKDOWN, needed=True)


def _actions(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("elements"), f"{at}/elements", 25, needed=True)
    elements = _list(block.get("elements"))
    for n, element in enumerate(elements):
        yield from _element(element, f"{at}/elements/{n}", _IN_ACTIONS)
    seen: set[str] = set()
    for n, element in enumerate(_dicts(elements)):
        name = element.get("action_id")
        if name and name in seen:
            where = f"[json-pointer:{at}/elements/{n}/action_id]"
            yield f'`action_id` "{name}" already exists for {at}/elements {where}'
        seen.add(str(name))


def _context(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("elements"), f"{at}/elements", 10, needed=True)
    for n, element in enumerate(_list(block.get("elements"))):
        inside = f"{at}/elements/{n}"
        if isinstance(element, Mapping) and element.get("type") == "image":
            yield from _image(element, inside)
        else:
            yield from _text(element, inside, 2000, needed=True)


def _context_actions(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("elements"), f"{at}/elements", 5, needed=True)
    for n, element in enumerate(_list(block.get("elements"))):
        yield from _element(element, f"{at}/elements/{n}", {"feedback_buttons", "icon_button"})


def _input(block: Mapping[str, Any], at: str) -> Found:
    yield from _text(block.get("label"), f"{at}/label", 2000, plain=True, needed=True)
    yield from _text(block.get("hint"), f"{at}/hint", 2000, plain=True)
    if block.get("element") is None:
        yield f"missing required field: element [json-pointer:{at}]"
    else:
        yield from _element(block["element"], f"{at}/element", _IN_INPUT)


def _image(block: Mapping[str, Any], at: str) -> Found:
    yield from _length(block.get("alt_text"), f"{at}/alt_text", 2000, needed=True)
    yield from _text(block.get("title"), f"{at}/title", 2000, plain=True)
    url, file = block.get("image_url"), block.get("slack_file")
    if (url is None) == (file is None):
        yield f"must provide exactly one of image_url, slack_file [json-pointer:{at}]"
    if url is not None:
        yield from _length(url, f"{at}/image_url", 3000, needed=True)
        if isinstance(url, str) and not url.startswith("https://"):
            yield f"downloading image failed [json-pointer:{at}/image_url]"
    if file is not None and not (isinstance(file, Mapping) and (file.get("id") or file.get("url"))):
        yield f"invalid slack file [json-pointer:{at}/slack_file]"


def _video(block: Mapping[str, Any], at: str) -> Found:
    for name in ("alt_text", "video_url", "thumbnail_url"):
        yield from _length(block.get(name), f"{at}/{name}", 3000, needed=True)
    yield from _text(block.get("title"), f"{at}/title", 200, plain=True, needed=True)
    yield from _length(block.get("author_name"), f"{at}/author_name", 50, least=0)


def _rich_text(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("elements"), f"{at}/elements", None, needed=True)
    known = {
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
    }
    for n, element in enumerate(_dicts(block.get("elements"))):
        if element.get("type") not in known:
            yield f"unsupported type: {element.get('type')} [json-pointer:{at}/elements/{n}]"


def _table(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("rows"), f"{at}/rows", 100, needed=True)
    yield from _items(block.get("column_settings"), f"{at}/column_settings", 20, least=0)
    for n, row in enumerate(_list(block.get("rows"))):
        yield from _items(row, f"{at}/rows/{n}", 20, needed=True)
        for m, cell in enumerate(_dicts(row)):
            inside = f"{at}/rows/{n}/{m}"
            if cell.get("type") not in {"raw_text", "raw_number", "rich_text"}:
                yield f"unsupported type: {cell.get('type')} [json-pointer:{inside}]"
            if cell.get("type") == "raw_text":
                yield from _length(cell.get("text"), f"{inside}/text", 3000, needed=True)


def _alert(block: Mapping[str, Any], at: str) -> Found:
    yield from _text(block.get("text"), f"{at}/text", 3000, needed=True)
    yield from _one_of(block.get("level"), _ALERT_LEVELS, f"{at}/level")


def _card(block: Mapping[str, Any], at: str) -> Found:
    if not any(block.get(name) for name in ("hero_image", "title", "actions", "body")):
        yield f"missing required field: title [json-pointer:{at}]"
    for name, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        yield from _text(block.get(name), f"{at}/{name}", most)
    for n, element in enumerate(_list(block.get("actions"))):
        yield from _element(element, f"{at}/actions/{n}", {"button"})


def _container(block: Mapping[str, Any], at: str) -> Found:
    if not block.get("title") and not block.get("rich_text_title"):
        yield f"missing required field: title [json-pointer:{at}]"
    yield from _text(block.get("title"), f"{at}/title", 150, plain=True)
    yield from _text(block.get("subtitle"), f"{at}/subtitle", 150)
    yield from _items(block.get("child_blocks"), f"{at}/child_blocks", 10, needed=True)
    for n, child in enumerate(_list(block.get("child_blocks"))):
        yield from _block(child, f"{at}/child_blocks/{n}")
    yield from _one_of(block.get("width"), _WIDTHS, f"{at}/width")
    if block.get("is_collapsible") is True and block.get("has_header_divider") is True:
        yield f"invalid additional property: has_header_divider [json-pointer:{at}]"


def _carousel(block: Mapping[str, Any], at: str) -> Found:
    yield from _items(block.get("elements"), f"{at}/elements", 10, needed=True)
    for n, card in enumerate(_list(block.get("elements"))):
        yield from _block(card, f"{at}/elements/{n}")


def _task_card(block: Mapping[str, Any], at: str) -> Found:
    yield from _length(block.get("task_id"), f"{at}/task_id", ID, needed=True)
    yield from _length(block.get("title"), f"{at}/title", 256, needed=True)
    if block.get("status") not in _TASK_STATES:
        yield f"must be a valid enum value [json-pointer:{at}/status]"


def _plan(block: Mapping[str, Any], at: str) -> Found:
    yield from _length(block.get("title"), f"{at}/title", 256, needed=True)
    for n, task in enumerate(_dicts(block.get("tasks"))):
        yield from _task_card(task, f"{at}/tasks/{n}")


def _file(block: Mapping[str, Any], at: str) -> Found:
    yield from _length(block.get("external_id"), f"{at}/external_id", ID, needed=True)


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any], str], Found]]] = {
    "section": _section,
    "header": _header,
    "markdown": _markdown,
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "input": _input,
    "image": _image,
    "video": _video,
    "rich_text": _rich_text,
    "table": _table,
    "alert": _alert,
    "card": _card,
    "container": _container,
    "carousel": _carousel,
    "task_card": _task_card,
    "plan": _plan,
    "file": _file,
}


# --- elements ------------------------------------------------------------------------------------


def _element(element: object, at: str, allowed: set[str] | frozenset[str]) -> Found:
    if not isinstance(element, Mapping):
        yield f"must provide an object [json-pointer:{at}]"
        return
    kind = element.get("type")
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _length(element.get("action_id"), f"{at}/action_id", ID)
    yield from _text(element.get("placeholder"), f"{at}/placeholder", 150, plain=True)
    yield from _confirm(element.get("confirm"), f"{at}/confirm")
    if kind in {"button", "workflow_button"}:
        yield from _button(element, at)
    elif kind == "image":
        yield from _image(element, at)
    elif kind == "plain_text_input":
        yield from _length(element.get("initial_value"), f"{at}/initial_value", 3000, least=0)
    else:
        yield from _options(element, at)


def _button(element: Mapping[str, Any], at: str) -> Found:
    yield from _text(element.get("text"), f"{at}/text", 75, plain=True, needed=True)
    yield from _length(element.get("value"), f"{at}/value", 2000, least=0)
    yield from _length(element.get("url"), f"{at}/url", 3000, least=0)
    yield from _length(element.get("accessibility_label"), f"{at}/accessibility_label", 75)
    yield from _length(element.get("agent_prompt"), f"{at}/agent_prompt", 4000)
    yield from _one_of(element.get("style"), {"primary", "danger"}, f"{at}/style")


def _options(element: Mapping[str, Any], at: str) -> Found:
    kind = str(element.get("type"))
    most = 5 if kind == "overflow" else 10 if kind in _CHOICES else 100
    groups = element.get("option_groups")
    listed = kind in {"overflow", "static_select", "multi_static_select"} | _CHOICES
    if listed and groups is None:
        yield from _items(element.get("options"), f"{at}/options", most, needed=True)
    if listed and groups is not None and element.get("options") is not None:
        yield f"must provide exactly one of options, option_groups [json-pointer:{at}]"
    yield from _items(groups, f"{at}/option_groups", 100)
    for n, option in enumerate(_dicts(element.get("options"))):
        yield from _text(option.get("text"), f"{at}/options/{n}/text", 75, needed=True)
        yield from _length(option.get("value"), f"{at}/options/{n}/value", 150, needed=True)


def _confirm(found: object, at: str) -> Found:
    if found is None:
        return
    if not isinstance(found, Mapping):
        yield f"must provide an object [json-pointer:{at}]"
        return
    yield from _text(found.get("title"), f"{at}/title", 100, plain=True, needed=True)
    yield from _text(found.get("text"), f"{at}/text", 300, needed=True)
    for name in ("confirm", "deny"):
        yield from _text(found.get(name), f"{at}/{name}", 30, plain=True)
    yield from _one_of(found.get("style"), {"primary", "danger"}, f"{at}/style")


# --- values --------------------------------------------------------------------------------------


def _text(found: object, at: str, most: int, *, plain: bool = False, needed: bool = False) -> Found:
    """A text object: plain_text, or mrkdwn where it is not to be plain."""
    if found is None:
        if needed:
            yield f"missing required field: text [json-pointer:{at.rpartition('/')[0]}]"
        return
    if not isinstance(found, Mapping):
        yield f"must provide an object [json-pointer:{at}]"
        return
    if found.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        yield f"unsupported type: {found.get('type')} [json-pointer:{at}/type]"
    known = {"plain_text": "emoji", "mrkdwn": "verbatim"}.get(str(found.get("type")))
    if known:
        yield from _strange_keys(found, frozenset({"type", "text", known}), at)
    yield from _length(found.get("text"), f"{at}/text", most, needed=True)


def _length(found: object, at: str, most: int, *, least: int = 1, needed: bool = False) -> Found:
    if found is None:
        if needed:
            path, _, name = at.rpartition("/")
            yield f"missing required field: {name} [json-pointer:{path}]"
    elif not isinstance(found, str):
        yield f"must provide a string [json-pointer:{at}]"
    elif len(found) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"
    elif len(found) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"


def _items(
    found: object, at: str, most: int | None, *, least: int = 1, needed: bool = False
) -> Found:
    if found is None:
        if needed:
            path, _, name = at.rpartition("/")
            yield f"missing required field: {name} [json-pointer:{path}]"
    elif not isinstance(found, list):
        yield f"must provide an array [json-pointer:{at}]"
    elif len(found) < least:
        yield f"no fewer than {least} items allowed [json-pointer:{at}]"
    elif most is not None and len(found) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"


def _one_of(found: object, known: set[str], at: str) -> Found:
    if found is not None and found not in known:
        yield f"must be a valid enum value [json-pointer:{at}]"


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _dicts(found: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(found) if isinstance(each, Mapping)]


def metadata_fault(metadata: object) -> str | None:
    """The error code for metadata that Slack would not keep."""
    if not isinstance(metadata, Mapping) or set(metadata) - {"event_type", "event_payload"}:
        return "invalid_metadata_format"
    payload = metadata.get("event_payload")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(payload, Mapping):
        return "invalid_metadata_format"
    return "metadata_too_large" if len(json.dumps(metadata)) > 16_000 else None
