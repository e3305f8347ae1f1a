"""The parts of a call: what has to be there, what counts as true, which blocks are taken."""

from __future__ import annotations

from typing import Any

from slack_blocks import BLOCK_TEXT, faults_of_message, text_of_blocks
from slack_workspace import Json, Refused


def needed(args: Json, name: str) -> str:
    if not args.get(name):
        what = f"missing required field: {name} [json-pointer:/{name}]"
        known = {"channel": "channel_not_found", "user": "user_not_found"}
        raise Refused(known.get(name, "invalid_arguments"), **messages([what]))
    return str(args[name])


def true(found: Any) -> bool:
    return found is True or str(found).lower() in {"1", "true"}


def refuse_if(wrong: bool, error: str) -> None:
    if wrong:
        raise Refused(error)


def check_blocks(blocks: object) -> None:
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if faults := faults_of_message(blocks):
        raise Refused("invalid_blocks", **messages(faults))
    refuse_if(text_of_blocks(blocks) > BLOCK_TEXT, "msg_blocks_too_long")


def messages(faults: list[str]) -> Json:
    return {
        "errors": faults,
        "response_metadata": {"messages": [f"[ERROR] {fault}" for fault in faults]},
    }
