"""A Telegram Bot API on loopback: one bot, its chats and the people in them.

It keeps what a chat shows, refuses what Telegram refuses (lengths in UTF-16, callback data, wrong
entities, "message is not modified"), and fails on request: 429, 409, a response that is lost after
the call was carried out, a bot that was blocked, a revoked token, an update delivered twice.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from telegram_rules import (
    Refusal,
    commands_checked,
    decoded,
    file_checked,
    keyboard_checked,
    photo_checked,
    secret_checked,
    text_checked,
)

TOKEN: Final = "4242:AAH-synthetic_token_of_the_tests_0123456"
BOT_ID: Final = 4242
USERNAME: Final = "coo_test_bot"
BEGINNING: Final = 1_795_000_000
LARGEST_DOWNLOAD: Final = 20 * 1024 * 1024
MOST_UPDATES: Final = 100


class Fault(StrEnum):
    """How one call goes wrong. LOST: it is carried out, and the connection drops."""

    LOST = "lost"
    DROPPED = "dropped"
    BROKEN = "broken"
    GARBAGE = "garbage"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Limited:
    """429: too many requests, try again after so many seconds."""

    retry_after: int


@dataclass(frozen=True)
class Call:
    """One call as it came: the method, its parameters (JSON decoded) and its files."""

    method: str
    fields: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass
class Person:
    """Somebody with a private chat; what they do becomes an update."""

    server: TelegramServer
    id: int
    name: str
    chat: int

    def says(self, text: str, *, reply_to: int = 0, **more: Any) -> int:
        """Write a message; its id."""
        return self.server.person_says(self, text, reply_to=reply_to, **more)

    def edits(self, message: int, text: str) -> int:
        """Change a message of theirs; the update's id."""
        return self.server.person_edits(self, message, text)

    def sends(self, name: str, data: bytes, *, caption: str = "", photo: bool = False) -> int:
        """Send a file; the message's id."""
        return self.server.person_sends(self, name, data, caption=caption, photo=photo)

    def taps(self, label: str, *, message: int = 0, inaccessible: bool = False) -> str:
        """Tap the button with this label on a message (default: the newest with one)."""
        return self.server.person_taps(self, label, message=message, inaccessible=inaccessible)


class TelegramServer:
    """The server and everything in it; `calls` are in the order they came."""

    def __init__(self) -> None:
        self.port = 0
        self.token = TOKEN
        self.calls: list[Call] = []
        self.messages: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.people: dict[int, Person] = {}
        self.groups: dict[int, str] = {}
        self.started: set[int] = set()
        self.blocked: set[int] = set()
        self.answered: dict[str, dict[str, Any]] = {}
        self.drafts: dict[int, list[str]] = defaultdict(list)
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.offsets: list[int] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self._faults: dict[str, deque[Fault | Limited | None]] = defaultdict(deque)
        self._updates: list[dict[str, Any]] = []
        self._all: dict[int, dict[str, Any]] = {}
        self._queries: dict[str, bool] = {}
        self._forced: set[int] = set()
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(1)
        self._news = asyncio.Event()
        self._called = asyncio.Event()
        self._polls = 0
        self._closing = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # what a test sets up

    def person(self, ident: int, name: str = "Nora", *, started: bool = True) -> Person:
        """Somebody with a private chat that they opened (unless `started` is false)."""
        found = self.people.setdefault(ident, Person(self, ident, name, ident))
        if started:
            self.started.add(ident)
        return found

    def in_group(self, person: Person, group: int, title: str = "The office") -> Person:
        """The same person in a group that the bot is in, too."""
        self.groups[group] = title
        self.started.add(group)
        return Person(self, person.id, person.name, group)

    def fails(self, method: str, *faults: Fault | Limited | None) -> None:
        """The next calls of this method go wrong, one fault each; None lets one through."""
        self._faults[method].extend(faults)

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def shown(self, chat: int) -> list[dict[str, Any]]:
        """What the bot's messages in a chat are now, oldest first."""
        return [m for m in self.messages[chat].values() if m["from"]["is_bot"]]

    async def called(self) -> None:
        """Wait for the next call of any kind."""
        self._called.clear()
        await self._called.wait()

    def again(self, update: int) -> None:
        """Deliver an update once more, though it was confirmed."""
        self._updates.insert(0, self._all[update])
        self._forced.add(update)
        self._news.set()

    def last_update(self) -> int:
        return max(self._all, default=0)

    def pending(self) -> int:
        return len(self._updates)

    def put(self, kind: str, content: dict[str, Any]) -> int:
        """An update of any content, as raw as it is given."""
        ident = next(self._update_ids)
        self._all[ident] = {"update_id": ident, kind: content}
        self._updates.append(self._all[ident])
        self._news.set()
        return ident

    # what people do

    def person_says(self, person: Person, text: str, *, reply_to: int = 0, **more: Any) -> int:
        message = self._kept(person.chat, self._from(person), {"text": text, **more}, reply_to)
        self.put("message", dict(message))
        return int(message["message_id"])

    def person_edits(self, person: Person, message: int, text: str) -> int:
        found = self.messages[person.chat][message]
        found.update(text=text, edit_date=found["date"] + 1)
        return self.put("edited_message", dict(found))

    def person_sends(
        self, person: Person, name: str, data: bytes, *, caption: str = "", photo: bool = False
    ) -> int:
        thing = self._file(name, data)
        content: dict[str, Any] = {"caption": caption} if caption else {}
        if photo:
            content["photo"] = [{**thing, "width": 640, "height": 480}]
        else:
            content["document"] = {**thing, "file_name": name, "mime_type": "application/pdf"}
        message = self._kept(person.chat, self._from(person), content, 0)
        self.put("message", dict(message))
        return int(message["message_id"])

    def person_taps(
        self, person: Person, label: str, *, message: int = 0, inaccessible: bool = False
    ) -> str:
        found = self._with_button(person.chat, label, message)
        data = next(b["callback_data"] for b in _buttons(found) if b["text"] == label)
        return self.tap(person, data, found, inaccessible=inaccessible)

    def tap(
        self, person: Person, data: str, message: Mapping[str, Any], *, inaccessible: bool = False
    ) -> str:
        """A callback query of whatever data, on whatever message; its id."""
        query = f"q{next(self._ids)}"
        shown = dict(message)
        if inaccessible:
            shown = {"chat": shown["chat"], "message_id": shown["message_id"], "date": 0}
        self._queries[query] = False
        content = {"id": query, "from": self._from(person), "chat_instance": "1", "data": data}
        self.put("callback_query", {**content, "message": shown})
        return query

    async def deliver(self) -> list[int]:
        """POST what waits to the webhook, in order, until one is refused; the HTTP statuses."""
        statuses = []
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        async with ClientSession(timeout=ClientTimeout(total=10)) as client:
            while self._updates and self.webhook.get("url"):
                status = await _posted(client, self.webhook["url"], self._updates[0], headers)
                statuses.append(status)
                if not 200 <= status < 300:
                    break
                self._updates.pop(0)
        return statuses

    # the API

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields, files = await _read(request)
        if request.match_info["token"] != self.token:
            return _error(401, "Unauthorized")
        call = Call(method, fields, files)
        self.calls.append(call)
        self._called.set()
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault in {Fault.DROPPED, Fault.BROKEN, Fault.GARBAGE, Fault.CONFLICT} or isinstance(
            fault, Limited
        ):
            return _failed(request, fault)
        answer = await self._answered(call)
        return _cut(request) if fault is Fault.LOST else answer

    async def _answered(self, call: Call) -> web.Response:
        handler = getattr(self, f"_on_{call.method.lower()}", None)
        if handler is None:
            return _error(404, "Not Found: method not found")
        try:
            result = handler(call)
            result = await result if asyncio.iscoroutine(result) else result
        except Refusal as refusal:
            return _error(refusal.status, refusal.description)
        return web.json_response({"ok": True, "result": result})

    async def download(self, request: web.Request) -> web.StreamResponse:
        known = self.files.get(request.match_info["path"].removeprefix("documents/"))
        if request.match_info["token"] != self.token or known is None:
            return _error(404, "Not Found")
        return web.Response(body=known[1])

    def _on_getme(self, _: Call) -> dict[str, Any]:
        more = {"can_join_groups": True, "can_read_all_group_messages": False}
        return {**self._bot(), **more, "supports_inline_queries": False}

    async def _on_getupdates(self, call: Call) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise Refusal(
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
                409,
            )
        self._polls += 1
        mine = self._polls
        self._news.set()  # an older poll is ended by a younger one
        offset = int(call.fields.get("offset", 0))
        self.offsets.append(offset)
        forced, self._forced = self._forced, set()
        self._updates = [
            u for u in self._updates if u["update_id"] >= offset or u["update_id"] in forced
        ]
        await self._waited(mine, float(call.fields.get("timeout", 0)))
        if mine != self._polls:
            raise Refusal("Conflict: terminated by other getUpdates request; "
                          "make sure that only one bot instance is running", 409)  # fmt: skip
        return self._updates[: min(int(call.fields.get("limit", MOST_UPDATES)), MOST_UPDATES)]

    async def _waited(self, poll: int, seconds: float) -> None:
        """Until there is something, another poll came, or the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self._updates and poll == self._polls and not self._closing:
            self._news.clear()
            left = end - loop.time()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return

    def _on_setwebhook(self, call: Call) -> bool:
        secret_checked(call.fields)
        self.webhook = {key: call.fields[key] for key in call.fields}
        return True

    def _on_deletewebhook(self, _: Call) -> bool:
        self.webhook = {}
        return True

    def _on_getwebhookinfo(self, _: Call) -> dict[str, Any]:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
            **{
                k: self.webhook[k]
                for k in ("last_error_message", "last_error_date")
                if k in self.webhook
            },
        }

    def _on_sendmessage(self, call: Call) -> dict[str, Any]:
        chat = self._reachable(call)
        content = text_checked(call.fields, "text")
        return self._posted(chat, {**content, **keyboard_checked(call.fields)}, call)

    def _on_sendphoto(self, call: Call) -> dict[str, Any]:
        chat = self._reachable(call)
        name, data = file_checked(call.files, "photo")
        width, height = photo_checked(data)
        content = {"photo": [{**self._file(name, data), "width": width, "height": height}]}
        content |= text_checked(call.fields, "caption") | keyboard_checked(call.fields)
        return self._posted(chat, content, call)

    def _on_senddocument(self, call: Call) -> dict[str, Any]:
        chat = self._reachable(call)
        name, data = file_checked(call.files, "document")
        content: dict[str, Any] = {"document": {**self._file(name, data), "file_name": name}}
        content |= text_checked(call.fields, "caption") | keyboard_checked(call.fields)
        return self._posted(chat, content, call)

    def _on_editmessagetext(self, call: Call) -> dict[str, Any]:
        message = self._own(call, "edit")
        if "text" not in message:
            raise Refusal("Bad Request: there is no text in the message to edit")
        return self._changed(message, text_checked(call.fields, "text"), call, "text")

    def _on_editmessagecaption(self, call: Call) -> dict[str, Any]:
        message = self._own(call, "edit")
        return self._changed(message, text_checked(call.fields, "caption"), call, "caption")

    def _on_editmessagereplymarkup(self, call: Call) -> dict[str, Any]:
        return self._changed(self._own(call, "edit"), {}, call, "")

    def _on_deletemessage(self, call: Call) -> bool:
        message = self._own(call, "delete")
        del self.messages[message["chat"]["id"]][message["message_id"]]
        return True

    def _on_answercallbackquery(self, call: Call) -> bool:
        query = str(call.fields.get("callback_query_id", ""))
        if self._queries.get(query, True):
            raise Refusal(
                "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        if len(str(call.fields.get("text", ""))) > 200:
            raise Refusal("Bad Request: MESSAGE_TOO_LONG")
        self._queries[query] = True
        self.answered[query] = dict(call.fields)
        return True

    def _on_getfile(self, call: Call) -> dict[str, Any]:
        ident = str(call.fields.get("file_id", ""))
        if ident not in self.files:
            raise Refusal("Bad Request: wrong file_id or the file is temporarily unavailable")
        data = self.files[ident][1]
        if len(data) > LARGEST_DOWNLOAD:
            raise Refusal("Bad Request: file is too big")
        return {**_thing(ident, data), "file_path": f"documents/{ident}"}

    def _on_sendmessagedraft(self, call: Call) -> bool:
        chat = self._reachable(call)
        if chat < 0:
            raise Refusal("Bad Request: PEER_ID_INVALID")
        if not int(call.fields.get("draft_id", 0)):
            raise Refusal("Bad Request: draft_id must be non-zero")
        self.drafts[chat].append(text_checked(call.fields, "text")["text"])
        return True

    def _on_setmycommands(self, call: Call) -> bool:
        self.commands = commands_checked(call.fields)
        return True

    def _on_sendchataction(self, call: Call) -> bool:
        self._reachable(call)
        if call.fields.get("action") not in {"typing", "upload_photo", "upload_document"}:
            raise Refusal("Bad Request: wrong parameter action in request")
        return True

    # the parts

    def _reachable(self, call: Call) -> int:
        try:
            chat = int(call.fields.get("chat_id", 0))
        except ValueError:
            raise Refusal("Bad Request: chat not found") from None
        if chat in self.blocked:
            raise Refusal("Forbidden: bot was blocked by the user", 403)
        if chat not in self.people and chat not in self.groups:
            raise Refusal("Bad Request: chat not found")
        if chat not in self.started:
            raise Refusal("Forbidden: bot can't initiate conversation with a user", 403)
        return chat

    def _posted(self, chat: int, content: dict[str, Any], call: Call) -> dict[str, Any]:
        topic = int(call.fields.get("message_thread_id", 0))
        if topic and topic not in self.messages[chat]:
            raise Refusal("Bad Request: message thread not found")
        reply = decoded(call.fields.get("reply_parameters")) or {}
        target = int(reply.get("message_id", 0))
        if target and target not in self.messages[chat]:
            if not reply.get("allow_sending_without_reply"):
                raise Refusal("Bad Request: message to be replied not found")
            target = 0
        return _outside(self._kept(chat, self._bot(), content, target))

    def _own(self, call: Call, what: str) -> dict[str, Any]:
        chat, ident = self._reachable(call), int(call.fields.get("message_id", 0))
        found = self.messages[chat].get(ident)
        if found is None:
            raise Refusal(f"Bad Request: message to {what} not found")
        if not found["from"]["is_bot"]:
            raise Refusal(f"Bad Request: message can't be {what}ed")
        return found

    def _changed(
        self, message: dict[str, Any], content: dict[str, Any], call: Call, kind: str
    ) -> dict[str, Any]:
        now = {**content, **keyboard_checked(call.fields)}
        replaced = {kind, f"{kind}_entities" if kind == "caption" else "entities", "reply_markup"}
        was = {key: message[key] for key in replaced if key in message}
        was = was if kind else {k: v for k, v in was.items() if k == "reply_markup"}
        if was == now:
            raise Refusal(
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message"
            )
        for key in was:
            message.pop(key)
        message.update(now, edit_date=message["date"] + 1)
        return _outside(message)

    def _kept(
        self, chat: int, sender: dict[str, Any], content: dict[str, Any], reply_to: int
    ) -> dict[str, Any]:
        ident = next(self._ids)
        message = {"message_id": ident, "date": BEGINNING + ident, "chat": self._chat(chat)}
        if reply_to and (target := self.messages[chat].get(reply_to)):
            message["reply_to_message"] = _outside(
                {k: v for k, v in target.items() if k != "reply_to_message"}
            )
        message |= {"from": sender, **content}
        self.messages[chat][ident] = message
        return message

    def _chat(self, chat: int) -> dict[str, Any]:
        if chat in self.groups:
            return {"id": chat, "type": "supergroup", "title": self.groups[chat]}
        return {"id": chat, "type": "private", "first_name": self.people[chat].name}

    def _from(self, person: Person) -> dict[str, Any]:
        return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": "en"}

    def _bot(self) -> dict[str, Any]:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Coo", "username": USERNAME}

    def _file(self, name: str, data: bytes) -> dict[str, Any]:
        ident = f"file-{next(self._ids)}"
        self.files[ident] = (name, data)
        return _thing(ident, data)

    def _with_button(self, chat: int, label: str, message: int) -> dict[str, Any]:
        known = [self.messages[chat][message]] if message else reversed(self.shown(chat))
        for each in known:
            if any(button["text"] == label for button in _buttons(each)):
                return each
        raise AssertionError(f"no message in {chat} has a button {label!r}")

    def close(self) -> None:
        """Let go of whoever still waits."""
        self._closing = True
        self._news.set()


def _buttons(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _thing(ident: str, data: bytes) -> dict[str, Any]:
    return {"file_id": ident, "file_unique_id": f"u-{ident}", "file_size": len(data)}


def _outside(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the API shows it: a request for a reply is no part of it."""
    shown = dict(message)
    if "inline_keyboard" not in shown.get("reply_markup", {}):
        shown.pop("reply_markup", None)
    return shown


def _error(status: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


def _failed(request: web.Request, fault: Fault | Limited | None) -> web.StreamResponse:
    match fault:
        case Limited(seconds):
            what = f"Too Many Requests: retry after {seconds}"
            return _error(429, what, retry_after=seconds)
        case Fault.BROKEN:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        case Fault.GARBAGE:
            return web.Response(text="{nonsense")
        case Fault.CONFLICT:
            return _error(409, "Conflict: terminated by other getUpdates request; "
                          "make sure that only one bot instance is running")  # fmt: skip
        case _:
            return _cut(request)


def _cut(request: web.Request) -> web.StreamResponse:
    """The connection drops without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    fields: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    if request.content_type == "application/json":
        return dict(await request.json()), files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            fields[name] = value if name in {"text", "caption"} else decoded(value)
    for name, value in list(fields.items()):  # PTB names an upload by `attach://`
        if isinstance(value, str) and value.startswith("attach://"):
            files[name] = files.pop(value.removeprefix("attach://"))
            del fields[name]
    return fields, files


async def _posted(
    client: ClientSession, url: str, update: dict[str, Any], headers: dict[str, str]
) -> int:
    body = json.dumps(update)
    kind = {"Content-Type": "application/json"}
    try:
        async with client.post(url, data=body, headers=headers | kind) as response:
            return response.status
    except ClientError:
        return 0


@asynccontextmanager
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """A server on a free port of this machine, until the block ends."""
    found = TelegramServer()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/bot{token}/{method}", found.handle)
    app.router.add_get("/file/bot{token}/{path:.*}", found.download)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    try:
        yield found
    finally:
        found.close()
        await runner.cleanup()
