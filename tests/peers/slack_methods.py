"""Slack's Web API methods over a workspace in memory: what each does, and what each refuses.

A method is a function of the workspace and its arguments; it returns what stands beside
`ok: true`, or raises `Refused`. `METHODS` lists them all, with the scopes of which a token needs
one. Chat and views have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import slack_chat as chat
import slack_views as views
from slack_arguments import check_blocks, needed, refuse_if, true
from slack_workspace import Channel, File, Json, Message, Refused, Workspace

Run = Callable[[Workspace, Json], Json]
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
    user = world.users.get(needed(args, "user"))
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
    return {"channel": world.channel(needed(args, "channel")).public(world.bot.id)}


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
    found = sorted(world.channel(needed(args, "channel")).members)
    return {"members": found, "response_metadata": {"next_cursor": ""}}


def _conversations_history(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel"))
    roots = [m for m in channel.messages if not m.deleted and not m.ephemeral_for and not m.thread]
    return _page(world, channel, [m for m in roots if _within(m, args)][::-1], args)


def _conversations_replies(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel"))
    found = world.thread_of(channel, needed(args, "ts"))
    if not found:
        raise Refused("thread_not_found")
    kept = [m for m in found if m.ts == args["ts"] or _within(m, args)]
    return _page(world, channel, kept, args)


def _within(message: Message, args: Json) -> bool:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    ts = float(message.ts)
    return oldest <= ts <= latest if true(args.get("inclusive")) else oldest < ts < latest


def _page(world: Workspace, channel: Channel, found: list[Message], args: Json) -> Json:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    if not 0 < limit < 1000:
        raise Refused("invalid_limit")
    more = len(found) > start + limit
    with_metadata = true(args.get("include_all_metadata"))
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


# --- files, reactions, the assistant -------------------------------------------------------------


def _upload_url(world: Workspace, args: Json) -> Json:
    length = int(args.get("length") or 0)
    refuse_if(not args.get("filename") or length <= 0, "invalid_arguments")
    file = File(world.new_id("F"), str(args["filename"]), world.bot.id, length)
    world.files[file.id] = file
    return {"upload_url": f"{world.url}/upload/v1/{file.id}", "file_id": file.id}


def _complete_upload(world: Workspace, args: Json) -> Json:
    listed = args.get("files")
    refuse_if(not isinstance(listed, list) or not listed, "invalid_arguments")
    files = [_uploaded(world, each) for each in listed or []]
    if name := args.get("channel_id") or args.get("channels"):
        channel = world.joined(str(name))
        content: Json = {"text": args.get("initial_comment") or "", "upload": True}
        if blocks := args.get("blocks"):
            check_blocks(blocks)
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
    refuse_if(file.data is None, "file_not_found")
    file.title, file.complete = given.get("title") or file.name, True
    return file


def _file_info(world: Workspace, args: Json) -> Json:
    file = world.files.get(needed(args, "file"))
    if file is None:
        raise Refused("file_not_found")
    shares: Json = {}
    for channel, ts in file.shares:
        kind = "private" if world.channels[channel].direct else "public"
        shares.setdefault(kind, {}).setdefault(channel, []).append({"ts": ts})
    return {"file": {**world.file_json(file), "shares": shares}}


def _file_delete(world: Workspace, args: Json) -> Json:
    refuse_if(world.files.pop(needed(args, "file"), None) is None, "file_not_found")
    return {}


def _reaction(add: bool) -> Run:
    def run(world: Workspace, args: Json) -> Json:
        channel = world.joined(needed(args, "channel"))
        message = channel.find(needed(args, "timestamp"))
        refuse_if(message is None, "message_not_found")
        name = needed(args, "name")
        refuse_if(not _EMOJI.fullmatch(name), "invalid_name")
        given = world.reactions.setdefault((channel.id, args["timestamp"]), set())
        mine = (name, world.bot.id)
        refuse_if(add and mine in given, "already_reacted")
        refuse_if(not add and mine not in given, "no_reaction")
        given ^= {mine}
        return {}

    return run


def _set_status(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel_id"))
    place = (channel.id, needed(args, "thread_ts"))
    if status := args.get("status"):
        world.statuses[place] = status
        world.said_status.append((*place, status))
    else:
        world.statuses.pop(place, None)
    return {}


def _set_prompts(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel_id"))
    prompts = args.get("prompts")
    well = isinstance(prompts, list) and all({"title", "message"} <= set(p) for p in prompts)
    refuse_if(not well or not 0 < len(prompts or []) <= 4, "invalid_arguments")
    world.prompts[channel.id] = prompts or []
    return {}


def _set_title(world: Workspace, args: Json) -> Json:
    channel = world.joined(needed(args, "channel_id"))
    world.titles[channel.id, needed(args, "thread_ts")] = needed(args, "title")
    return {}


def _manifest_validate(world: Workspace, args: Json) -> Json:
    """Does a manifest hold together? A few rules of the many that Slack has."""
    found = args.get("manifest")
    errors = list(_manifest_faults(found)) if isinstance(found, dict) else [("", "is no object")]
    if errors:
        listed = [{"pointer": at, "message": what} for at, what in errors]
        raise Refused("invalid_manifest", errors=listed)
    return {"errors": []}


def _manifest_faults(found: Json) -> Iterator[tuple[str, str]]:
    name = found.get("display_information", {}).get("name", "")
    if not 0 < len(name) <= _APP_NAME:
        yield "/display_information/name", f"must be 1 to {_APP_NAME} characters"
    features, kept = found.get("features", {}), found.get("settings", {})
    for n, command in enumerate(features.get("slash_commands", [])):
        if not re.fullmatch(r"/[a-z0-9_-]{1,31}", command.get("command", "")):
            yield f"/features/slash_commands/{n}/command", "must start with / and be lower case"
        if not command.get("description"):
            yield f"/features/slash_commands/{n}/description", "is required"
    scopes = set(found.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    if features.get("slash_commands") and "commands" not in scopes:
        yield "/oauth_config/scopes/bot", "commands is required by slash_commands"
    for event in kept.get("event_subscriptions", {}).get("bot_events", []):
        if event in EVENT_SCOPES and EVENT_SCOPES[event] not in scopes:
            yield "/oauth_config/scopes/bot", f"{EVENT_SCOPES[event]} is required by {event}"


_APP_NAME: Final = 35
EVENT_SCOPES: Final = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "reaction_added": "reactions:read",
}
"""Which scope an app needs to be told of an event."""
_HISTORY = ("channels:history", "im:history", "groups:history")
_READ = ("channels:read", "im:read", "groups:read")
METHODS: Final[Mapping[str, Method]] = {
    "api.test": Method(lambda _world, args: {"args": args}, token=""),
    "auth.test": Method(_auth_test),
    "apps.connections.open": Method(_connections_open, ("connections:write",), "xapp-"),
    "apps.manifest.validate": Method(_manifest_validate, token="xoxe."),
    "users.info": Method(_users_info, ("users:read",)),
    "team.info": Method(_team_info, ("team:read",)),
    "bots.info": Method(_bots_info, ("users:read",)),
    "conversations.open": Method(_conversations_open, ("im:write",)),
    "conversations.info": Method(_conversations_info, _READ),
    "conversations.list": Method(_conversations_list, _READ),
    "conversations.members": Method(_conversations_members, _READ),
    "conversations.history": Method(_conversations_history, _HISTORY),
    "conversations.replies": Method(_conversations_replies, _HISTORY),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "chat.delete": Method(chat.delete, ("chat:write",)),
    "chat.startStream": Method(chat.start_stream, ("chat:write",)),
    "chat.appendStream": Method(chat.append_stream, ("chat:write",)),
    "chat.stopStream": Method(chat.stop_stream, ("chat:write",)),
    "views.open": Method(views.open_view),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
    "views.publish": Method(views.publish_view),
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
