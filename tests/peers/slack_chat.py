"""The chat methods: posting, rewriting, deleting, streaming; and the events that follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slack_arguments import check_blocks, messages, needed, refuse_if, true
from slack_blocks import MARKDOWN, metadata_fault
from slack_workspace import STREAM_LIFE, Json, Message, Refused, Workspace

_TEXT: Final = 40_000
_UPDATE_TEXT: Final = 4_000


def _content(args: Json, most: int) -> Json:
    """The checked content of a message from the arguments of a chat method."""
    if args.get("markdown_text") and (args.get("blocks") or args.get("text")):
        raise Refused("markdown_text_conflict")
    content: Json = {}
    if (written := args.get("markdown_text")) is not None:
        refuse_if(len(written) > MARKDOWN, "msg_too_long")
        content = {"text": written, "blocks": [{"type": "markdown", "text": written}]}
    if (text := args.get("text")) is not None:
        if not isinstance(text, str):
            raise Refused("invalid_arguments", **messages(["must provide a string"]))
        refuse_if(len(text) > most, "msg_too_long")
        content["text"] = text
    if (blocks := args.get("blocks")) is not None:
        check_blocks(blocks)
        content["blocks"] = blocks
    if (metadata := args.get("metadata")) is not None:
        if fault := metadata_fault(metadata):
            raise Refused(fault)
        content["metadata"] = metadata
    if args.get("attachments"):
        content["attachments"] = args["attachments"]
    return content


def post_message(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel"))
    content = _content(args, _TEXT)
    refuse_if(not content.keys() - {"metadata"}, "no_text")
    content.setdefault("text", "")
    if thread := args.get("thread_ts"):
        content["thread_ts"] = thread
    message = world.post(channel, world.bot, content)
    message.unfurls = any(true(args.get(name, True)) for name in ("unfurl_links", "unfurl_media"))
    world.tell(channel, {**message.now, "event_ts": message.ts})
    return {"channel": channel.id, "ts": message.ts, "message": message.now}


def post_ephemeral(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel"))
    user = needed(args, "user")
    refuse_if(user not in channel.members, "user_not_in_channel")
    content = _content(args, _TEXT)
    refuse_if(not content.keys() - {"metadata"}, "no_text")
    if thread := args.get("thread_ts"):
        content["thread_ts"] = thread
    message = world.post(channel, world.bot, {"text": "", **content}, only_for=user)
    return {"message_ts": message.ts}


def _own(world: Workspace, args: Json, error: str) -> Message:
    channel = world.channel(needed(args, "channel"))
    message = world.message(channel.id, needed(args, "ts"))
    refuse_if(message.now.get("user") != world.bot.id, error)
    return message


def update(world: Workspace, args: Json) -> Json:
    message = _own(world, args, "cant_update_message")
    _end_old_stream(world, message)
    refuse_if(message.streaming, "streaming_state_conflict")
    content = _content(args, _UPDATE_TEXT)
    refuse_if(not content, "no_text")
    before = message.now
    world.rewrite(message, content, world.bot.id)
    channel = world.channels[message.channel]
    world.tell(channel, changed(world, message, before))
    text = message.now.get("text", "")
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.now}


def changed(world: Workspace, message: Message, before: Json) -> Json:
    """The event that a message was rewritten."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": message.now,
        "previous_message": before,
        "ts": (ts := world.ts()),
        "event_ts": ts,
    }


def delete(world: Workspace, args: Json) -> Json:
    message = _own(world, args, "cant_delete_message")
    _end_old_stream(world, message)
    refuse_if(message.streaming, "cant_delete_message")
    message.deleted = True
    world.tell(world.channels[message.channel], gone(world, message))
    return {"channel": message.channel, "ts": message.ts}


def gone(world: Workspace, message: Message) -> Json:
    """The event that a message was deleted."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": message.now,
        "ts": (ts := world.ts()),
        "event_ts": ts,
    }


# --- streams -------------------------------------------------------------------------------------


def start_stream(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel"))
    thread = needed(args, "thread_ts")
    if not channel.direct:
        for name in ("recipient_user_id", "recipient_team_id"):
            refuse_if(not args.get(name), f"missing_{name}")
    text = _streamed(args)
    message = world.post(channel, world.bot, {"text": text, "thread_ts": thread})
    message.streaming = True
    return {"channel": channel.id, "ts": message.ts}


def append_stream(world: Workspace, args: Json) -> Json:
    message = _stream(world, args)
    text = _streamed(args)
    refuse_if(not text and not args.get("chunks"), "no_text")
    message.states.append({**message.now, "text": message.now["text"] + text})
    message.touched = world.clock()
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(world: Workspace, args: Json) -> Json:
    message = _stream(world, args)
    text = message.now["text"] + _streamed(args)
    kept = [{"type": "markdown", "text": text}] if text else []
    blocks = args.get("blocks") or []
    check_blocks(blocks)
    changes: Json = {"text": text, "blocks": [*kept, *blocks]}
    if (metadata := args.get("metadata")) is not None:
        if fault := metadata_fault(metadata):
            raise Refused(fault)
        changes["metadata"] = metadata
    message.streaming = False
    world.rewrite(message, changes, world.bot.id)
    message.now.pop("edited")
    world.tell(world.channels[message.channel], {**message.now, "event_ts": message.ts})
    return {"channel": message.channel, "ts": message.ts, "message": message.now}


def _stream(world: Workspace, args: Json) -> Message:
    message = _own(world, args, "message_not_owned_by_app")
    _end_old_stream(world, message)
    refuse_if(not message.streaming, "message_not_in_streaming_state")
    return message


def _end_old_stream(world: Workspace, message: Message) -> None:
    if message.streaming and message.touched and world.passed(message.touched) > STREAM_LIFE:
        message.streaming = False


def _streamed(args: Json) -> str:
    text = args.get("markdown_text") or ""
    for chunk in args.get("chunks") or []:
        refuse_if(not isinstance(chunk, Mapping) or "type" not in chunk, "invalid_chunks")
        if chunk["type"] == "markdown_text":
            text += chunk.get("text", "")
    refuse_if(len(text) > MARKDOWN, "msg_too_long")
    return str(text)
