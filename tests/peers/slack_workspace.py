"""A Slack workspace in memory: people, conversations, messages, views and files.

It keeps what Slack would keep and knows nothing of HTTP. Ids look like Slack's; message
timestamps rise and are unique in the workspace.
"""

from __future__ import annotations

import copy
import itertools
import mimetypes
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

Json = dict[str, Any]
Clock = Callable[[], datetime]

TRIGGER_LIFE: Final = 3.0
"""Seconds for which a trigger id opens a view."""
STREAM_LIFE: Final = 300.0
"""Seconds after the last append at which Slack ends a stream by itself."""
RESPONSE_LIFE: Final = 1800.0
RESPONSE_USES: Final = 5
VIEW_STACK: Final = 3


class Refused(Exception):
    """The method answers `ok: false` with this error."""

    def __init__(self, error: str, /, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class User:
    """Somebody in the workspace; a bot is one too."""

    id: str
    name: str
    real_name: str
    is_bot: bool = False
    bot_id: str = ""
    active: bool = True
    tz: str = "Europe/Berlin"
    locale: str = "en-US"

    def public(self, team: str) -> Json:
        return {
            "id": self.id,
            "team_id": team,
            "name": self.name,
            "deleted": not self.active,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_offset": 3600,
            "locale": self.locale,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "team": team,
                **({"bot_id": self.bot_id} if self.is_bot else {}),
            },
        }


@dataclass
class Message:
    """A message and every state it was in; `states[-1]` is what is seen now."""

    channel: str
    ts: str
    states: list[Json]
    deleted: bool = False
    ephemeral_for: str = ""
    streaming: bool = False
    unfurls: bool = False
    """Whether Slack would look up the links in it."""
    touched: datetime | None = None

    @property
    def now(self) -> Json:
        return self.states[-1]

    @property
    def thread(self) -> str:
        """The ts of the message that this one replies to, or empty."""
        root = str(self.now.get("thread_ts", ""))
        return "" if root == self.ts else root


@dataclass
class Channel:
    """A conversation: direct (`D…`) or a channel (`C…`)."""

    id: str
    name: str
    members: set[str]
    direct: bool = False
    archived: bool = False
    messages: list[Message] = field(default_factory=list)

    def find(self, ts: str) -> Message | None:
        return next((each for each in self.messages if each.ts == ts and not each.deleted), None)

    def public(self, bot: str) -> Json:
        common = {"id": self.id, "is_archived": self.archived, "created": 1}
        if self.direct:
            person = next(iter(self.members - {bot}), bot)
            return {**common, "is_im": True, "user": person, "is_open": True}
        return {
            **common,
            "name": self.name,
            "is_channel": True,
            "is_im": False,
            "is_member": bot in self.members,
            "num_members": len(self.members),
        }


@dataclass
class Trigger:
    """The right to open a view, given with an interaction."""

    id: str
    user: str
    given: datetime
    view: str = ""
    used: bool = False


@dataclass
class View:
    """A modal on somebody's screen, or their home tab."""

    id: str
    user: str
    content: Json
    hash: str
    root: str
    previous: str = ""
    open: bool = True

    def public(self, ids: Json) -> Json:
        return {
            "clear_on_close": False,
            "notify_on_close": False,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            **self.content,
            "id": self.id,
            "hash": self.hash,
            "state": {"values": {}},
            "root_view_id": self.root,
            "previous_view_id": self.previous or None,
            **ids,
        }


@dataclass
class File:
    """A file that was announced, perhaps received, perhaps shared."""

    id: str
    name: str
    owner: str
    length: int
    data: bytes | None = None
    title: str = ""
    complete: bool = False
    shares: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Response:
    """A response_url: good for five answers within half an hour."""

    id: str
    channel: str
    user: str
    given: datetime
    message: str = ""
    used: int = 0


class Workspace:
    """Everything in one workspace with one app installed."""

    def __init__(self, clock: Clock = now) -> None:
        self.clock = clock
        self._numbers = itertools.count(1)
        self._last = 0.0
        self.team = self.new_id("T")
        self.app = self.new_id("A")
        self.domain = "studio-nord"
        self.bot = User(self.new_id("U"), "coo", "Coo", is_bot=True, bot_id=self.new_id("B"))
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.triggers: dict[str, Trigger] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.responses: dict[str, Response] = {}
        self.reactions: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.prompts: dict[str, list[Json]] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.said_status: list[tuple[str, str, str]] = []
        self.url = ""
        self.told: list[tuple[Channel, Json]] = []

    # --- names and moments -----------------------------------------------------------------------

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._numbers):09d}"

    def ts(self) -> str:
        """The next message timestamp: never earlier than the last."""
        self._last = max(self._last + 0.000001, self.clock().timestamp())
        return f"{self._last:.6f}"

    def passed(self, since: datetime) -> float:
        return (self.clock() - since).total_seconds()

    # --- people and places -----------------------------------------------------------------------

    def add_user(self, name: str, real_name: str = "", *, bot: bool = False) -> User:
        user = User(self.new_id("U"), name, real_name or name.title(), is_bot=bot)
        user.bot_id = self.new_id("B") if bot else ""
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, *members: str) -> Channel:
        channel = Channel(self.new_id("C"), name, set(members))
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str, other: str = "") -> Channel:
        """The direct messages between somebody and the app (or somebody else)."""
        if user not in self.users:
            raise Refused("user_not_found")
        if not self.users[user].active:
            raise Refused("user_disabled")
        pair = {user, other or self.bot.id}
        for channel in self.channels.values():
            if channel.direct and channel.members == pair:
                return channel
        channel = Channel(self.new_id("D"), "directmessage", pair, direct=True)
        self.channels[channel.id] = channel
        return channel

    def channel(self, name: str) -> Channel:
        """A conversation the app may know, or a refusal."""
        found = self.direct(name) if name in self.users else self.channels.get(name)
        if found is None or (found.direct and self.bot.id not in found.members):
            raise Refused("channel_not_found")
        return found

    def joined(self, name: str) -> Channel:
        """A conversation the app is in, or a refusal."""
        found = self.channel(name)
        if self.bot.id not in found.members:
            raise Refused("not_in_channel")
        if found.archived:
            raise Refused("is_archived")
        return found

    def message(self, channel: str, ts: str) -> Message:
        found = self.channel(channel).find(ts)
        if found is None or found.ephemeral_for:
            raise Refused("message_not_found")
        return found

    # --- messages --------------------------------------------------------------------------------

    def post(self, channel: Channel, author: User, content: Json, *, only_for: str = "") -> Message:
        ts = self.ts()
        state = {
            "type": "message",
            "user": author.id,
            "ts": ts,
            "team": self.team,
            **({"bot_id": author.bot_id, "app_id": self.app} if author.is_bot else {}),
            **content,
        }
        if blocks := state.get("blocks"):
            state["blocks"] = named_blocks(blocks)
        message = Message(channel.id, ts, [state], ephemeral_for=only_for, touched=self.clock())
        channel.messages.append(message)
        if author is self.bot:
            self.statuses.pop((channel.id, str(content.get("thread_ts", ""))), None)
        return message

    def rewrite(self, message: Message, changes: Json, by: str) -> None:
        state = {**copy.deepcopy(message.now), **changes}
        if blocks := changes.get("blocks"):
            state["blocks"] = named_blocks(blocks)
        state["edited"] = {"user": by, "ts": self.ts()}
        message.states.append(state)
        message.touched = self.clock()

    def thread_of(self, channel: Channel, root: str) -> list[Message]:
        """The message and what was replied to it, oldest first."""
        return [
            each
            for each in channel.messages
            if not each.deleted
            and not each.ephemeral_for
            and root in {each.ts, each.now.get("thread_ts")}
        ]

    # --- what an interaction gives ---------------------------------------------------------------

    def trigger(self, user: str, view: str = "") -> Trigger:
        trigger = Trigger(f"{next(self._numbers)}.{secrets.token_hex(8)}", user, self.clock(), view)
        self.triggers[trigger.id] = trigger
        return trigger

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger, once and in time."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.passed(trigger.given) > TRIGGER_LIFE:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def response(self, channel: str, user: str, message: str = "") -> Response:
        found = Response(secrets.token_hex(12), channel, user, self.clock(), message)
        self.responses[found.id] = found
        return found

    # --- what a server puts around it ------------------------------------------------------------

    def tell(self, channel: Channel, event: Json) -> None:
        """Something happened in a conversation that the app may be told of."""
        self.told.append((channel, event))

    def socket_url(self) -> str:
        """Where a Socket Mode client connects, for once."""
        return f"{self.url.replace('http', 'ws', 1)}/link/?ticket={secrets.token_hex(8)}"

    def file_json(self, file: File) -> Json:
        address = f"{self.url}/files-pri/{self.team}-{file.id}"
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            "filetype": file.name.rpartition(".")[2],
            "user": file.owner,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "url_private": f"{address}/{file.name}",
            "url_private_download": f"{address}/download/{file.name}",
        }

    # --- views -----------------------------------------------------------------------------------

    def ids(self) -> Json:
        """What every view carries."""
        return {"team_id": self.team, "app_id": self.app, "bot_id": self.bot.bot_id}

    def show(self, user: str, content: Json, below: View | None = None) -> View:
        """A new modal on somebody's screen, on top of another one where given."""
        name = self.new_id("V")
        view = View(
            name,
            user,
            self.named_view(content),
            self.new_hash(),
            root=below.root if below else name,
            previous=below.id if below else "",
        )
        self.views[name] = view
        return view

    def named_view(self, content: Json) -> Json:
        return {**content, "blocks": named_blocks(content["blocks"])}

    def new_hash(self) -> str:
        return f"{int(self.clock().timestamp())}.{secrets.token_hex(4)}"

    def modals(self, user: str) -> list[View]:
        """The modals that are open on somebody's screen, the topmost last."""
        return [view for view in self.views.values() if view.user == user and view.open]


def named_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack keeps them: everything has a block_id, every element an action_id."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in interactive(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return kept


def interactive(block: Json) -> Iterator[Json]:
    """The elements of a block that somebody can use."""
    inside = [block.get("accessory"), block.get("element")]
    for element in [*inside, *(block.get("elements") or []), *(block.get("actions") or [])]:
        if not isinstance(element, dict):
            continue
        if element.get("type") == "card":
            yield from interactive(element)
        elif element.get("type") not in {"mrkdwn", "plain_text", "image", None} and not str(
            element["type"]
        ).startswith("rich_text_"):
            yield element
    for child in block.get("child_blocks") or []:
        yield from interactive(child)
