"""A person at a phone: writes, taps, fills in forms, and sees what Slack shows at that moment."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from slack_chat import changed, gone
from slack_delivery import Delivery
from slack_seen import Seen
from slack_workspace import Channel, File, Json, Message, User, View

if TYPE_CHECKING:
    from slack_server import SlackServer

_TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}


class Person:
    """Somebody in the workspace. What they do reaches the app as Slack would bring it."""

    def __init__(self, server: SlackServer, user: User) -> None:
        self.server = server
        self.world = server.world
        self.user = user
        self.warnings: list[str] = []
        """What Slack itself told them: a tap that reached nobody, for instance."""
        self.asked: list[str] = []
        """The confirm dialogs that they were shown."""

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def dm(self) -> Channel:
        """Their direct messages with the app."""
        return self.world.direct(self.id)

    # --- writing ---------------------------------------------------------------------------------

    async def writes(
        self, text: str, *, thread: Seen | str = "", channel: Channel | None = None, **more: Any
    ) -> Seen:
        """Write a message, in a thread where one is given."""
        place = channel or self.dm
        content: Json = {"text": text, "client_msg_id": str(uuid.uuid4()), **more}
        if root := _root(thread):
            content["thread_ts"] = root
        message = self.world.post(place, self.user, content)
        event = {**message.now, "event_ts": message.ts}
        if place.direct:
            await self.server.message_event(place, event)
        else:
            await self._said_in_channel(place, event)
        self.server.news()
        return self._seen(message)

    async def _said_in_channel(self, place: Channel, event: Json) -> None:
        """In a channel a mention brings two events, if the app asked for both."""
        await self.server.message_event(place, event)
        named = f"<@{self.world.bot.id}>" in event["text"]
        if named and self.world.bot.id in place.members:
            await self.server.event({**event, "type": "app_mention", "channel": place.id})

    async def mentions(self, text: str, channel: Channel, *, thread: Seen | str = "") -> Seen:
        """Write to the app in a channel, by its name."""
        return await self.writes(f"<@{self.world.bot.id}> {text}", thread=thread, channel=channel)

    async def attaches(
        self, name: str, data: bytes, text: str = "", *, thread: Seen | str = ""
    ) -> Seen:
        """Send a file, with words where given."""
        file = File(self.world.new_id("F"), name, self.id, len(data), data, complete=True)
        self.world.files[file.id] = file
        shown = {**self.world.file_json(file), "title": name}
        return await self.writes(
            text, thread=thread, subtype="file_share", upload=True, files=[shown]
        )

    async def edits(self, message: Seen, text: str) -> Seen:
        """Change what they wrote."""
        found = self._message(message)
        before = found.now
        self.world.rewrite(found, {"text": text}, self.id)
        await self.server.message_event(
            self.world.channels[found.channel], changed(self.world, found, before)
        )
        return self._seen(found)

    async def deletes(self, message: Seen) -> None:
        """Delete what they wrote."""
        found = self._message(message)
        found.deleted = True
        await self.server.message_event(self.world.channels[found.channel], gone(self.world, found))

    async def types_command(self, line: str, *, channel: Channel | None = None) -> Delivery:
        """Type a slash command; an answer that comes with the acknowledgement is seen."""
        place = channel or self.dm
        command, _, text = line.partition(" ")
        response = self.world.response(place.id, self.id)
        payload = {
            "channel_id": place.id,
            "channel_name": place.name,
            "user_id": self.id,
            "user_name": self.user.name,
            "command": command,
            "text": text.strip(),
            "response_url": f"{self.world.url}/response/{response.id}",
            "trigger_id": self.world.trigger(self.id).id,
        }

        def answered(answer: Json) -> None:
            if (answer.get("text") or answer.get("blocks")) and not self._refused(answer):
                self.server.say(place.id, self.id, answer)

        return await self.server.command(
            payload, on_answer=answered, on_trouble=self.warnings.append
        )

    # --- using what is there ---------------------------------------------------------------------

    async def taps(
        self,
        message: Seen,
        button: str,
        *,
        confirm: bool = True,
        choose: str = "",
        channel: Channel | None = None,
    ) -> Delivery | None:
        """Use a button (or a menu: `choose` an option) of a message as it was seen.

        A confirm dialog is answered with yes, or with no (`confirm=False`: nothing is sent).
        `channel` pretends that the message stands elsewhere, as a copied one would.
        """
        control = message.control(button)
        if control.confirm:
            self.asked.append(control.confirm["text"]["text"])
            if not confirm:
                return None
        place = channel or self.world.channels[message.channel]
        response = self.world.response(place.id, self.id, message.ts)
        payload = {
            **self._about(place, message),
            "response_url": f"{self.world.url}/response/{response.id}",
            "actions": [self._action(control.element, control.block_id, choose)],
            "state": {"values": {}},
        }
        return await self.server.interaction(self._act(payload), on_trouble=self.warnings.append)

    async def taps_home(self, button: str, *, confirm: bool = True) -> Delivery | None:
        """Use a button of the home tab."""
        home = self.world.homes[self.id]
        control = self.home().control(button)
        if control.confirm:
            self.asked.append(control.confirm["text"]["text"])
            if not confirm:
                return None
        payload = {
            "container": {"type": "view", "view_id": home.id},
            "view": home.public(self.world.ids()),
            "actions": [self._action(control.element, control.block_id, "")],
        }
        return await self.server.interaction(self._act(payload), on_trouble=self.warnings.append)

    async def submits(self, values: dict[str, Any] | None = None) -> Delivery:
        """Fill in the fields of the topmost modal, by their labels, and send it."""
        view = self._open_view()
        state = {"values": self._filled(view, dict(values or {}))}
        shown = {**view.public(self.world.ids()), "state": state}
        payload = {
            "type": "view_submission",
            "user": self._me(),
            "trigger_id": self.world.trigger(self.id, view.id).id,
            "view": shown,
            "response_urls": [],
        }
        return await self.server.interaction(
            payload,
            on_answer=lambda answer: self._submitted(view, answer),
            on_trouble=self.warnings.append,
        )

    async def closes(self) -> Delivery | None:
        """Close the topmost modal; the app hears of it only if it asked to."""
        view = self._open_view()
        view.open = False
        if not view.content.get("notify_on_close"):
            return None
        payload = {"type": "view_closed", "user": self._me(), "is_cleared": False}
        return await self.server.interaction({**payload, "view": view.public(self.world.ids())})

    async def opens_home(self) -> Delivery:
        """Open the app's home tab."""
        return await self._opens("home")

    async def opens_messages(self) -> Delivery:
        """Open the app's messages tab."""
        return await self._opens("messages")

    async def _opens(self, tab: str) -> Delivery:
        event: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self.dm.id,
            "tab": tab,
            "event_ts": self.world.ts(),
        }
        if tab == "home" and self.id in self.world.homes:
            event["view"] = self.world.homes[self.id].public(self.world.ids())
        return await self.server.event(event)

    # --- seeing ----------------------------------------------------------------------------------

    def sees(self, channel: Channel | None = None, *, thread: Seen | str = "") -> list[Seen]:
        """The messages as they stand now, oldest first; only one thread's where given."""
        place, root = channel or self.dm, _root(thread)
        if self.id not in place.members:
            raise AssertionError(f"{self.user.name} is not in {place.name}")
        return [
            self._seen(each)
            for each in place.messages
            if not each.deleted
            and each.ephemeral_for in {"", self.id}
            and (not root or root in {each.ts, each.now.get("thread_ts")})
        ]

    def reads(self, channel: Channel | None = None) -> list[Seen]:
        """What others wrote: the messages that are not their own."""
        return [each for each in self.sees(channel) if each.raw["user"] != self.id]

    def now(self, message: Seen) -> Seen:
        """A message that was seen earlier, as it stands now."""
        return self._seen(self._message(message))

    async def sees_soon(
        self, words: str, *, channel: Channel | None = None, seconds: float = 10.0
    ) -> Seen:
        """Wait until somebody else's message holds these words; the newest that does."""

        def newest() -> Seen | None:
            found = [each for each in self.reads(channel) if words in each.text]
            return found[-1] if found else None

        found = await self.server.until(newest, seconds, f"{words!r}")
        assert found is not None
        return found

    def home(self) -> Seen:
        """The home tab, as it was published last."""
        if self.id not in self.world.homes:
            raise AssertionError(f"no home tab was published for {self.user.name}")
        return Seen(self.world.homes[self.id].content)

    @property
    def modal(self) -> Seen | None:
        """The topmost modal on their screen, if one is open."""
        views = self.world.modals(self.id)
        return Seen(views[-1].content) if views else None

    # --- the parts -------------------------------------------------------------------------------

    def _me(self) -> Json:
        return {
            "id": self.id,
            "username": self.user.name,
            "name": self.user.name,
            "team_id": self.world.team,
        }

    def _act(self, payload: Json) -> Json:
        trigger = self.world.trigger(self.id, str(payload.get("view", {}).get("id", "")))
        return {
            "type": "block_actions",
            "user": self._me(),
            "trigger_id": trigger.id,
            **payload,
        }

    def _about(self, place: Channel, message: Seen) -> Json:
        threaded = {"thread_ts": message.raw["thread_ts"]} if "thread_ts" in message.raw else {}
        return {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": place.id,
                "is_ephemeral": message.private,
                **threaded,
            },
            "channel": {"id": place.id, "name": place.name},
            **({} if message.private else {"message": message.raw}),
        }

    def _action(self, element: Json, block_id: str, choose: str) -> Json:
        kept = {k: v for k, v in element.items() if k in {"type", "action_id", "text", "value"}}
        action = {**kept, "block_id": block_id, "action_ts": self.world.ts()}
        if choose:
            options = element.get("options", [])
            action["selected_option"] = next(o for o in options if o["text"]["text"] == choose)
        return action

    def _open_view(self) -> View:
        views = self.world.modals(self.id)
        if not views:
            raise AssertionError("no modal is open")
        return views[-1]

    def _filled(self, view: View, values: dict[str, Any]) -> Json:
        """The state of the form, as Slack's own client lets it be sent."""
        state: Json = {}
        for block in view.content["blocks"]:
            if block["type"] != "input":
                continue
            element, label = block["element"], block["label"]["text"]
            name = element["action_id"]
            key = next((k for k in (label, block["block_id"], name) if k in values), None)
            value = values.pop(key) if key else _preset(element)
            state[block["block_id"]] = {name: _entered(element, value, block)}
        assert not values, (
            f"the form has no {list(values)}; it has {list(Seen(view.content).fields)}"
        )
        return state

    def _submitted(self, view: View, answer: Json) -> None:
        action = answer.get("response_action", "")
        if self._refused(answer):
            return
        if action == "errors":
            self.warnings += [str(text) for text in answer["errors"].values()]
        elif action == "update":
            view.content, view.hash = self.world.named_view(answer["view"]), self.world.new_hash()
        elif action == "push":
            self.world.show(self.id, answer["view"], view)
        elif action == "clear":
            for each in self.world.modals(self.id):
                each.open = False
        else:
            view.open = False

    def _refused(self, answer: Json) -> bool:
        faults = self.server.check_answer(answer)
        self.warnings += ["Something went wrong."] if faults else []
        return bool(faults)

    def _message(self, seen: Seen) -> Message:
        found = self.world.channels[seen.channel].find(seen.ts)
        if found is None:
            raise AssertionError("that message is gone")
        return found

    def _seen(self, message: Message) -> Seen:
        author = self.world.users[message.now["user"]]
        return Seen(message.now, message.channel, author.name, bool(message.ephemeral_for))


def _root(thread: Seen | str) -> str:
    """The ts under which a reply to this message goes."""
    return (thread.thread or thread.ts) if isinstance(thread, Seen) else thread


def _preset(element: Json) -> Any:
    """What stands in a field before anybody touches it."""
    found = [v for k, v in element.items() if k.startswith("initial_")]
    return found[0] if found else None


def _entered(element: Json, value: Any, block: Json) -> Json:
    """One field of a form; what Slack's client would not let through is an error of the test."""
    label, kind = block["label"]["text"], element["type"]
    assert value or block.get("optional"), f"{label!r} has to be filled in"
    if kind in _TYPED:
        return {"type": kind, "value": _typed(element, value, label)}
    if kind in {"datepicker", "timepicker"}:
        return {"type": kind, f"selected_{kind.removesuffix('picker')}": value}
    options = {o["text"]["text"]: o for o in element.get("options", [])}
    if kind in {"checkboxes", "multi_static_select"}:
        chosen = [options[each] if isinstance(each, str) else each for each in value or ()]
        return {"type": kind, "selected_options": chosen}
    return {"type": kind, "selected_option": options[value] if isinstance(value, str) else value}


def _typed(element: Json, value: Any, label: str) -> str | None:
    text = None if value is None else str(value)
    most, least = element.get("max_length", 3000), element.get("min_length", 0)
    assert text is None or least <= len(text) <= most, f"{label!r}: {least} to {most} signs"
    number = element["type"] != "number_input" or re.fullmatch(r"-?\d+(\.\d+)?", text or "0")
    assert number, f"{label!r} takes a number"
    return text
