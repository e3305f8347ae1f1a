"""What Slack delivers, as facts: pure, one function for each kind of payload.

Every `Arrival` has a key made of Slack's own ids, so that the same thing delivered again (a retry,
a second socket, a mention that also comes as a message) is the same fact.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from bot.slack.modals import Opened, filled_in
from ledger.domain.events import ChatFile, ChatKind, ChatReceived

CHANNEL: Final = "slack"
COMMAND: Final = "/coo"
COMMANDED: Final = "say:"
"""What a button of App Home carries that stands for a command; the command follows."""

Body = Mapping[str, Any]  # a payload as Slack sends it

_SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes of `message` that a person wrote; all others report something about the channel."""

_SLACKBOT: Final = "USLACKBOT"
_LINK: Final = re.compile(r"<(?P<to>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")

_SCHEMES: Final = ("https://", "http://", "mailto:", "tel:")
"""What Slack puts before an address that was typed without it."""


class Me(Struct, frozen=True, kw_only=True):
    """Who Coo is in this workspace, as `auth.test` says."""

    team: str
    user: str
    bot: str = ""
    app: str = ""


class Arrival(Struct, frozen=True, kw_only=True):
    """One thing that came in, and the key under which it is recorded once."""

    event: ChatReceived
    key: str


def from_event(body: Body, me: Me) -> Arrival | None:
    """A delivery of the Events API; None where it is nothing that a person said to Coo."""
    event = _part(body, "event")
    match event.get("type"):
        case "message":
            return _message_event(event, me)
        case "app_mention":
            return _said(event, me, direct=False)
        case "app_home_opened":
            return _opened(event, me)
        case _:
            return None


def from_tap(body: Body, me: Me, direct: str = "") -> Arrival | None:
    """A button. `direct` is the person's own chat with Coo, for buttons of App Home."""
    action = next(iter(body.get("actions") or ()), None)
    if not isinstance(action, dict) or not action.get("value"):
        return None
    place, user, value = _part(body, "container"), _part(body, "user"), _text(action, "value")
    chat = _text(place, "channel_id") or direct or _text(user, "id")
    on_home = place.get("type") == "view"
    said = value.removeprefix(COMMANDED) if on_home and value.startswith(COMMANDED) else ""
    moment = _text(action, "action_ts") or _text(body, "trigger_id")
    return Arrival(
        event=ChatReceived(
            channel=CHANNEL,
            chat=chat,
            message=_text(place, "message_ts"),
            thread=_text(place, "thread_ts"),
            user=_text(user, "id"),
            kind=ChatKind.COMMAND if said else ChatKind.TAP,
            direct=_is_direct(chat),
            button="" if said else value,
            sent=_moment(_text(action, "action_ts")),
            text=f"{COMMAND} {said}" if said else "",
            user_name=_text(user, "username") or _text(user, "name"),
        ),
        key=_key(me, "tap", _text(user, "id"), value, moment),
    )


def from_form(body: Body, me: Me) -> Arrival | None:
    """A form that was sent. Sent twice with the same words it is one fact."""
    view, user = _part(body, "view"), _part(body, "user")
    opened = Opened.read(_text(view, "private_metadata"))
    if opened is None:
        return None
    fields = filled_in(_part(view, "state"))
    words = "\0".join(f"{name}\0{text}" for name, text in sorted(fields.items()))
    same = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
    return Arrival(
        event=ChatReceived(
            channel=CHANNEL,
            chat=opened.chat,
            message=opened.message,
            thread=opened.thread,
            user=_text(user, "id"),
            kind=ChatKind.FORM,
            direct=_is_direct(opened.chat),
            button=opened.button,
            fields=fields,
            user_name=_text(user, "username") or _text(user, "name"),
        ),
        key=_key(me, "form", _text(view, "id"), same),
    )


def from_command(body: Body, me: Me, direct: str) -> Arrival:
    """`/coo …`. It is answered in the person's own chat (`direct`), where nobody else reads."""
    text = _text(body, "text").strip()
    return Arrival(
        event=ChatReceived(
            channel=CHANNEL,
            chat=direct,
            message="",
            user=_text(body, "user_id"),
            kind=ChatKind.COMMAND,
            direct=True,
            text=f"{COMMAND} {plain_words(text, me) or 'help'}",
            user_name=_text(body, "user_name"),
        ),
        key=_key(me, "command", _text(body, "user_id"), _text(body, "trigger_id")),
    )


def is_from(body: Body, me: Me) -> bool:
    """Whether a delivery is for this app in this workspace; any other is none of Coo's."""
    team = _text(body, "team_id") or _text(_part(body, "team"), "id")
    app = _text(body, "api_app_id")
    return team in {me.team, ""} and (not me.app or app in {me.app, ""})


def plain_words(text: str, me: Me) -> str:
    """What a person wrote, without Slack's notation; a mention of Coo itself is left out."""
    return html.unescape(_LINK.sub(lambda found: _spoken(found, me), text)).strip()


def _spoken(found: re.Match[str], me: Me) -> str:
    to, label = found["to"], found["label"] or ""
    if to == f"@{me.user}":
        return ""
    if to.startswith(("@", "#", "!")):
        return f"{to[0]}{label.lstrip('@#')}" if label else to.replace("!", "@")
    if to in {label, *(f"{scheme}{label}" for scheme in _SCHEMES)}:
        return label
    return f"{label} ({to})" if label else to


def _message_event(event: Body, me: Me) -> Arrival | None:
    match event.get("subtype"):
        case "message_changed":
            return _edited(event, me)
        case "message_deleted":
            return _deleted(event, me)
        case subtype if subtype in _SPOKEN and _is_direct(_text(event, "channel")):
            return _said(event, me, direct=True)
        case subtype if subtype in _SPOKEN and f"<@{me.user}>" in _text(event, "text"):
            return _said(event, me, direct=False)
        case _:
            return None


def _said(event: Body, me: Me, *, direct: bool) -> Arrival | None:
    if _is_machine(event, me):
        return None
    chat, ts = _text(event, "channel"), _text(event, "ts")
    return Arrival(
        event=_written(event, me, chat, ChatKind.MESSAGE, direct=direct),
        key=_key(me, "message", chat, ts),
    )


def _edited(event: Body, me: Me) -> Arrival | None:
    """Only what its author changed: previews of links and Coo's own edits come as changes, too."""
    now, before = _part(event, "message"), _part(event, "previous_message")
    when = _text(_part(now, "edited"), "ts")
    if not when or _is_machine(now, me) or now.get("text") == before.get("text"):
        return None
    chat = _text(event, "channel")
    if not _is_direct(chat) and f"<@{me.user}>" not in _text(now, "text"):
        return None
    return Arrival(
        event=_written(now, me, chat, ChatKind.EDITED, direct=_is_direct(chat)),
        key=_key(me, "edited", chat, _text(now, "ts"), when),
    )


def _deleted(event: Body, me: Me) -> Arrival | None:
    before, chat = _part(event, "previous_message"), _text(event, "channel")
    if not before or _is_machine(before, me) or not before.get("user"):
        return None
    ts = _text(event, "deleted_ts") or _text(before, "ts")
    return Arrival(
        event=ChatReceived(
            channel=CHANNEL,
            chat=chat,
            message=ts,
            thread=_thread(before),
            user=_text(before, "user"),
            kind=ChatKind.DELETED,
            direct=_is_direct(chat),
            sent=_moment(_text(event, "event_ts") or _text(event, "ts")),
        ),
        key=_key(me, "deleted", chat, ts),
    )


def _opened(event: Body, me: Me) -> Arrival | None:
    """The first look into the chat; App Home itself is drawn from views and is no fact."""
    if event.get("tab") != "messages" or _is_machine(event, me):
        return None
    when = _text(event, "event_ts")
    return Arrival(
        event=ChatReceived(
            channel=CHANNEL,
            chat=_text(event, "channel"),
            message="",
            user=_text(event, "user"),
            kind=ChatKind.OPENED,
            direct=True,
            sent=_moment(when),
        ),
        key=_key(me, "opened", _text(event, "user"), _text(event, "channel")),
    )


def _written(event: Body, me: Me, chat: str, kind: ChatKind, *, direct: bool) -> ChatReceived:
    ts = _text(event, "ts")
    return ChatReceived(
        channel=CHANNEL,
        chat=chat,
        message=ts,
        thread=_thread(event),
        user=_text(event, "user"),
        kind=kind,
        direct=direct,
        sent=_moment(ts),
        text=plain_words(_text(event, "text"), me),
        files=tuple(_file(each) for each in event.get("files") or () if isinstance(each, dict)),
    )


def _file(file: Body) -> ChatFile:
    size = file.get("size")
    return ChatFile(
        id=_text(file, "id"),
        name=_text(file, "name") or _text(file, "title"),
        media_type=_text(file, "mimetype"),
        size=size if isinstance(size, int) else 0,
    )


def _is_machine(event: Body, me: Me) -> bool:
    """Coo itself, another bot, or Slack: answering those is how loops begin."""
    user = _text(event, "user")
    return bool(event.get("bot_id") or event.get("bot_profile")) or user in {
        "",
        me.user,
        _SLACKBOT,
    }


def _thread(event: Body) -> str:
    """The message a thread began with; "" for one that stands alone or begins one."""
    thread = _text(event, "thread_ts")
    return "" if thread == _text(event, "ts") else thread


def _is_direct(chat: str) -> bool:
    return chat.startswith("D")


def _key(me: Me, *parts: str) -> str:
    return ":".join((CHANNEL, me.team, *parts))


def _moment(ts: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(ts), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _part(body: Body, name: str) -> dict[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
