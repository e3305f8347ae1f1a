"""Slack's Web API methods over a workspace in memory: what each does, and what each refuses.

A method is a function of the workspace and its arguments; it returns what stands beside
`ok: true`, or raises `Refused`. Channels, messages, views, files: `METHODS` lists them all with
the scope that a token needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_blocks import (
    BLOCK_TEXT,
    MARKDOWN,
    faults_of_message,
    faults_of_view,
    metadata_fault,
    text_of_blocks,
)
from slack_workspace import (
    STREAM_LIFE,
    VIEW_STACK,
    Channel,
    File,
    Json,
    Message,
    Refused,
    View,
    Workspace,
)

Run = Callable[[Workspace, Json], Json]
_TEXT: Final = 40_000
_UPDATE_TEXT: Final = 4_000
_EMOJI: Final = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


@dataclass(frozen=True)
class Method:
    """One method: what it runs and the scopes of which a token needs one."""

    run: Run
    scopes: tuple[str, ...] = ()
    token: str = "xoxb-"


# --- who and where -------------------------------------------------------------------------------


def _auth_test(world: Workspace, args: Json) -> Json:
    return {
        "url": f"https://{world.domain}.slack.com/",
        "team": world.domain,
        "user": world.bot.name,
        "team_id": world.team,
        "user_id": world.bot.id,
        "bot_id": world.bot.bot_id,
        "is_enterprise_install": False,
    }


def _connections_open(world: Workspace, args: Json) -> Json:
    return {"url": world.socket_url()}


def _users_info(world: Workspace, args: Json) -> Json:
    user = world.users.get(_needed(args, "user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.public(world.team)}


def _team_info(world: Workspace, args: Json) -> Json:
    return {"team": {"id": world.team, "name": world.domain, "domain": world.domain}}


def _bots_info(world: Workspace, args: Json) -> Json:
    bot = next((u for u in world.users.values() if u.bot_id and u.bot_id == args.get("bot")), None)
    if bot is None:
        raise Refused("bot_not_found")
    app = world.app if bot is world.bot else ""
    return {"bot": {"id": bot.bot_id, "name": bot.name, "app_id": app, "user_id": bot.id}}


def _conversations_open(world: Workspace, args: Json) -> Json:
    if channel := args.get("channel"):
        return {"channel": world.channel(channel).public(world.bot.id)}
    users = [name for name in str(args.get("users") or "").split(",") if name]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        raise Refused("not_enough_users")
    before = set(world.channels)
    channel = world.direct(users[0])
    known = {"no_op": True, "already_open": True} if channel.id in before else {}
    return {**known, "channel": channel.public(world.bot.id)}


def _conversations_info(world: Workspace, args: Json) -> Json:
    return {"channel": world.channel(_needed(args, "channel")).public(world.bot.id)}


def _conversations_list(world: Workspace, args: Json) -> Json:
    kinds = str(args.get("types") or "public_channel").split(",")
    found = [
        channel.public(world.bot.id)
        for channel in world.channels.values()
        if ("im" if channel.direct else "public_channel") in kinds
        and (not channel.direct or world.bot.id in channel.members)
    ]
    return {"channels": found, "response_metadata": {"next_cursor": ""}}


def _conversations_members(world: Workspace, args: Json) -> Json:
    found = sorted(world.channel(_needed(args, "channel")).members)
    return {"members": found, "response_metadata": {"next_cursor": ""}}


def _conversations_history(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel"))
    roots = [m for m in channel.messages if not m.deleted and not m.ephemeral_for and not m.thread]
    return _page(world, channel, [m for m in roots if _within(m, args)][::-1], args)


def _conversations_replies(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel"))
    found = world.thread_of(channel, _needed(args, "ts"))
    if not found:
        raise Refused("thread_not_found")
    kept = [m for m in found if m.ts == args["ts"] or _within(m, args)]
    return _page(world, channel, kept, args)


def _within(message: Message, args: Json) -> bool:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    ts = float(message.ts)
    return oldest <= ts <= latest if _true(args.get("inclusive")) else oldest < ts < latest


def _page(world: Workspace, channel: Channel, found: list[Message], args: Json) -> Json:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    if not 0 < limit < 1000:
        raise Refused("invalid_limit")
    more = len(found) > start + limit
    with_metadata = _true(args.get("include_all_metadata"))
    return {
        "messages": [
            _shown(world, channel, m, with_metadata) for m in found[start : start + limit]
        ],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def _shown(world: Workspace, channel: Channel, message: Message, with_metadata: bool) -> Json:
    shown = {k: v for k, v in message.now.items() if with_metadata or k != "metadata"}
    replies = world.thread_of(channel, message.ts)[1:]
    if replies:
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "latest_reply": replies[-1].ts,
        }
    given: dict[str, list[str]] = {}
    for name, user in sorted(world.reactions.get((channel.id, message.ts), ())):
        given.setdefault(name, []).append(user)
    if given:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in given.items()
        ]
    return shown


# --- messages ------------------------------------------------------------------------------------


def _content(args: Json, most: int) -> Json:
    """The checked content of a message from the arguments of a chat method."""
    if args.get("markdown_text") and (args.get("blocks") or args.get("text")):
        raise Refused("markdown_text_conflict")
    content: Json = {}
    if (written := args.get("markdown_text")) is not None:
        _refuse_if(len(written) > MARKDOWN, "msg_too_long")
        content = {"text": written, "blocks": [{"type": "markdown", "text": written}]}
    if (text := args.get("text")) is not None:
        if not isinstance(text, str):
            raise Refused("invalid_arguments", **_messages(["must provide a string"]))
        _refuse_if(len(text) > most, "msg_too_long")
        content["text"] = text
    if (blocks := args.get("blocks")) is not None:
        _check_blocks(blocks)
        content["blocks"] = blocks
    if (metadata := args.get("metadata")) is not None:
        if fault := metadata_fault(metadata):
            raise Refused(fault)
        content["metadata"] = metadata
    if args.get("attachments"):
        content["attachments"] = args["attachments"]
    return content


def _check_blocks(blocks: object) -> None:
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if faults := faults_of_message(blocks):
        raise Refused("invalid_blocks", **_messages(faults))
    _refuse_if(text_of_blocks(blocks) > BLOCK_TEXT, "msg_blocks_too_long")


def _messages(faults: list[str]) -> Json:
    return {
        "errors": faults,
        "response_metadata": {"messages": [f"[ERROR] {fault}" for fault in faults]},
    }


def _post_message(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel"))
    content = _content(args, _TEXT)
    _refuse_if(not content.keys() - {"metadata"}, "no_text")
    content.setdefault("text", "")
    if thread := args.get("thread_ts"):
        content["thread_ts"] = thread
    message = world.post(channel, world.bot, content)
    message.unfurls = any(_true(args.get(name, True)) for name in ("unfurl_links", "unfurl_media"))
    world.tell(channel, {**message.now, "event_ts": message.ts})
    return {"channel": channel.id, "ts": message.ts, "message": message.now}


def _post_ephemeral(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel"))
    user = _needed(args, "user")
    _refuse_if(user not in channel.members, "user_not_in_channel")
    content = _content(args, _TEXT)
    _refuse_if(not content.keys() - {"metadata"}, "no_text")
    if thread := args.get("thread_ts"):
        content["thread_ts"] = thread
    message = world.post(channel, world.bot, {"text": "", **content}, only_for=user)
    return {"message_ts": message.ts}


def _own(world: Workspace, args: Json, error: str) -> Message:
    channel = world.channel(_needed(args, "channel"))
    message = world.message(channel.id, _needed(args, "ts"))
    _refuse_if(message.now.get("user") != world.bot.id, error)
    return message


def _update(world: Workspace, args: Json) -> Json:
    message = _own(world, args, "cant_update_message")
    _end_old_stream(world, message)
    _refuse_if(message.streaming, "streaming_state_conflict")
    content = _content(args, _UPDATE_TEXT)
    _refuse_if(not content, "no_text")
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


def _delete(world: Workspace, args: Json) -> Json:
    message = _own(world, args, "cant_delete_message")
    _end_old_stream(world, message)
    _refuse_if(message.streaming, "cant_delete_message")
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


def _start_stream(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel"))
    thread = _needed(args, "thread_ts")
    if not channel.direct:
        for name in ("recipient_user_id", "recipient_team_id"):
            _refuse_if(not args.get(name), f"missing_{name}")
    text = _streamed(args)
    message = world.post(channel, world.bot, {"text": text, "thread_ts": thread})
    message.streaming = True
    return {"channel": channel.id, "ts": message.ts}


def _append_stream(world: Workspace, args: Json) -> Json:
    message = _stream(world, args)
    text = _streamed(args)
    _refuse_if(not text and not args.get("chunks"), "no_text")
    message.states.append({**message.now, "text": message.now["text"] + text})
    message.touched = world.clock()
    return {"channel": message.channel, "ts": message.ts}


def _stop_stream(world: Workspace, args: Json) -> Json:
    message = _stream(world, args)
    text = message.now["text"] + _streamed(args)
    kept = [{"type": "markdown", "text": text}] if text else []
    blocks = args.get("blocks") or []
    _check_blocks(blocks)
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
    _refuse_if(not message.streaming, "message_not_in_streaming_state")
    return message


def _end_old_stream(world: Workspace, message: Message) -> None:
    if message.streaming and message.touched and world.passed(message.touched) > STREAM_LIFE:
        message.streaming = False


def _streamed(args: Json) -> str:
    text = args.get("markdown_text") or ""
    for chunk in args.get("chunks") or []:
        _refuse_if(not isinstance(chunk, Mapping) or "type" not in chunk, "invalid_chunks")
        if chunk["type"] == "markdown_text":
            text += chunk.get("text", "")
    _refuse_if(len(text) > MARKDOWN, "msg_too_long")
    return str(text)


# --- views ---------------------------------------------------------------------------------------


def _checked_view(args: Json) -> Json:
    view = args.get("view")
    if faults := faults_of_view(view):
        raise Refused("invalid_arguments", **_messages(faults))
    assert isinstance(view, dict)
    return view


def _views_open(world: Workspace, args: Json) -> Json:
    view = _checked_view(args)
    _refuse_if(view["type"] != "modal", "invalid_arguments")
    trigger = world.exchange(_needed(args, "trigger_id"))
    for old in world.modals(trigger.user):
        old.open = False
    return {"view": world.show(trigger.user, view).public(world.ids())}


def _views_push(world: Workspace, args: Json) -> Json:
    view = _checked_view(args)
    trigger = world.exchange(_needed(args, "trigger_id"))
    below = world.modals(trigger.user)
    _refuse_if(not below, "not_found")
    _refuse_if(len(below) >= VIEW_STACK, "push_limit_reached")
    return {"view": world.show(trigger.user, view, below[-1]).public(world.ids())}


def _views_update(world: Workspace, args: Json) -> Json:
    content = _checked_view(args)
    wanted, outside = args.get("view_id"), args.get("external_id")
    found = world.views.get(str(wanted)) or next(
        (v for v in world.views.values() if outside and v.content.get("external_id") == outside),
        None,
    )
    if found is None or not found.open:
        raise Refused("not_found")
    _refuse_if(bool(args.get("hash")) and args["hash"] != found.hash, "hash_conflict")
    found.content, found.hash = world.named_view(content), world.new_hash()
    return {"view": found.public(world.ids())}


def _views_publish(world: Workspace, args: Json) -> Json:
    content = _checked_view(args)
    user = _needed(args, "user_id")
    _refuse_if(user not in world.users, "user_not_found")
    _refuse_if(content["type"] != "home", "invalid_arguments")
    old = world.homes.get(user)
    _refuse_if(bool(args.get("hash") and old) and args["hash"] != old.hash, "hash_conflict")
    name = old.id if old else world.new_id("V")
    home = View(name, user, world.named_view(content), world.new_hash(), name)
    world.homes[user] = home
    return {"view": home.public(world.ids())}


# --- files, reactions, the assistant -------------------------------------------------------------


def _upload_url(world: Workspace, args: Json) -> Json:
    length = int(args.get("length") or 0)
    _refuse_if(not args.get("filename") or length <= 0, "invalid_arguments")
    file = File(world.new_id("F"), str(args["filename"]), world.bot.id, length)
    world.files[file.id] = file
    return {"upload_url": f"{world.url}/upload/v1/{file.id}", "file_id": file.id}


def _complete_upload(world: Workspace, args: Json) -> Json:
    listed = args.get("files")
    _refuse_if(not isinstance(listed, list) or not listed, "invalid_arguments")
    files = [_uploaded(world, each) for each in listed or []]
    if name := args.get("channel_id") or args.get("channels"):
        channel = world.joined(str(name))
        content: Json = {"text": args.get("initial_comment") or "", "upload": True}
        if blocks := args.get("blocks"):
            _check_blocks(blocks)
            content["blocks"] = blocks
        if thread := args.get("thread_ts"):
            content["thread_ts"] = thread
        content["files"] = [world.file_json(file) for file in files]
        message = world.post(channel, world.bot, content)
        for file in files:
            file.shares.append((channel.id, message.ts))
        world.tell(channel, {**message.now, "subtype": "file_share", "event_ts": message.ts})
    return {"files": [world.file_json(file) for file in files]}


def _uploaded(world: Workspace, given: Json) -> File:
    file = world.files.get(str(given.get("id")))
    if file is None:
        raise Refused("file_not_found")
    _refuse_if(file.data is None, "file_not_found")
    file.title, file.complete = given.get("title") or file.name, True
    return file


def _file_info(world: Workspace, args: Json) -> Json:
    file = world.files.get(_needed(args, "file"))
    if file is None:
        raise Refused("file_not_found")
    shares: Json = {}
    for channel, ts in file.shares:
        kind = "private" if world.channels[channel].direct else "public"
        shares.setdefault(kind, {}).setdefault(channel, []).append({"ts": ts})
    return {"file": {**world.file_json(file), "shares": shares}}


def _file_delete(world: Workspace, args: Json) -> Json:
    _refuse_if(world.files.pop(_needed(args, "file"), None) is None, "file_not_found")
    return {}


def _reaction(add: bool) -> Run:
    def run(world: Workspace, args: Json) -> Json:
        channel = world.joined(_needed(args, "channel"))
        message = channel.find(_needed(args, "timestamp"))
        _refuse_if(message is None, "message_not_found")
        name = _needed(args, "name")
        _refuse_if(not _EMOJI.fullmatch(name), "invalid_name")
        given = world.reactions.setdefault((channel.id, args["timestamp"]), set())
        mine = (name, world.bot.id)
        _refuse_if(add and mine in given, "already_reacted")
        _refuse_if(not add and mine not in given, "no_reaction")
        given ^= {mine}
        return {}

    return run


def _set_status(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel_id"))
    place = (channel.id, _needed(args, "thread_ts"))
    if status := args.get("status"):
        world.statuses[place] = status
        world.said_status.append((*place, status))
    else:
        world.statuses.pop(place, None)
    return {}


def _set_prompts(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel_id"))
    prompts = args.get("prompts")
    well = isinstance(prompts, list) and all({"title", "message"} <= set(p) for p in prompts)
    _refuse_if(not well or not 0 < len(prompts or []) <= 4, "invalid_arguments")
    world.prompts[channel.id] = prompts or []
    return {}


def _set_title(world: Workspace, args: Json) -> Json:
    channel = world.joined(_needed(args, "channel_id"))
    world.titles[channel.id, _needed(args, "thread_ts")] = _needed(args, "title")
    return {}


# --- the parts of a call -------------------------------------------------------------------------


def _needed(args: Json, name: str) -> str:
    if not args.get(name):
        what = f"missing required field: {name} [json-pointer:/{name}]"
        known = {"channel": "channel_not_found", "user": "user_not_found"}
        raise Refused(known.get(name, "invalid_arguments"), **_messages([what]))
    return str(args[name])


def _true(found: Any) -> bool:
    return found is True or str(found).lower() in {"1", "true"}


def _refuse_if(wrong: bool, error: str) -> None:
    if wrong:
        raise Refused(error)


_HISTORY = ("channels:history", "im:history", "groups:history")
_READ = ("channels:read", "im:read", "groups:read")
METHODS: Final[Mapping[str, Method]] = {
    "api.test": Method(lambda _world, args: {"args": args}, token=""),
    "auth.test": Method(_auth_test),
    "apps.connections.open": Method(_connections_open, ("connections:write",), "xapp-"),
    "users.info": Method(_users_info, ("users:read",)),
    "team.info": Method(_team_info, ("team:read",)),
    "bots.info": Method(_bots_info, ("users:read",)),
    "conversations.open": Method(_conversations_open, ("im:write",)),
    "conversations.info": Method(_conversations_info, _READ),
    "conversations.list": Method(_conversations_list, _READ),
    "conversations.members": Method(_conversations_members, _READ),
    "conversations.history": Method(_conversations_history, _HISTORY),
    "conversations.replies": Method(_conversations_replies, _HISTORY),
    "chat.postMessage": Method(_post_message, ("chat:write",)),
    "chat.postEphemeral": Method(_post_ephemeral, ("chat:write",)),
    "chat.update": Method(_update, ("chat:write",)),
    "chat.delete": Method(_delete, ("chat:write",)),
    "chat.startStream": Method(_start_stream, ("chat:write",)),
    "chat.appendStream": Method(_append_stream, ("chat:write",)),
    "chat.stopStream": Method(_stop_stream, ("chat:write",)),
    "views.open": Method(_views_open),
    "views.push": Method(_views_push),
    "views.update": Method(_views_update),
    "views.publish": Method(_views_publish),
    "files.getUploadURLExternal": Method(_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(_complete_upload, ("files:write",)),
    "files.info": Method(_file_info, ("files:read",)),
    "files.delete": Method(_file_delete, ("files:write",)),
    "reactions.add": Method(_reaction(True), ("reactions:write",)),
    "reactions.remove": Method(_reaction(False), ("reactions:write",)),
    "assistant.threads.setStatus": Method(_set_status, ("assistant:write", "chat:write")),
    "assistant.threads.setSuggestedPrompts": Method(_set_prompts, ("assistant:write",)),
    "assistant.threads.setTitle": Method(_set_title, ("assistant:write",)),
}
