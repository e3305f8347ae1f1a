"""What Slack brings, taken in with Bolt: recorded first, acknowledged then, answered later.

Bolt would acknowledge an event before its listener ran; here it does after (`process_before_
response`), so what was acknowledged is on disk. Where recording fails nothing is acknowledged,
and Slack brings an event again; the same key makes it the same fact.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import texts
from bot.chat.inbound import ArrivalRefused
from bot.intake import Taken
from bot.slack.inbound import (
    COMMAND,
    Arrival,
    Me,
    from_command,
    from_event,
    from_form,
    from_tap,
    is_from,
)
from bot.slack.modals import FILLED_IN, left_blank
from bot.slack.moments import Moments
from ledger.domain.events import ChatReceived

ANY: Final = re.compile(".*")
_log = logging.getLogger(__name__)

Body = Mapping[str, Any]  # a payload as Slack sends it


class Records(Protocol):
    """Where everything that came in is recorded; `bot.chat.inbound.ChatDoor` is one."""

    async def take(self, received: ChatReceived, key: str) -> Taken:
        """Record it; durable when this returns."""
        ...


class Receiving:
    """The listeners of one Slack app. `me` says who Coo is here, `direct` finds a person's chat.

    `opened_home` is told who looks at App Home, `opened_chat` whose chat was opened.
    """

    def __init__(
        self,
        door: Records,
        moments: Moments,
        me: Callable[[], Me],
        direct: Callable[[str], Awaitable[str]],
        *,
        opened_home: Callable[[str], None],
        opened_chat: Callable[[str], None],
    ) -> None:
        self._door, self._moments, self._me, self._direct = door, moments, me, direct
        self._opened_home, self._opened_chat = opened_home, opened_chat

    def app(self, client: AsyncWebClient, signing_secret: str = "") -> AsyncApp:
        """A Bolt app with these listeners; requests are verified where there is a secret."""
        bare = AsyncWebClient(  # Bolt is told below whose token it is
            base_url=client.base_url, timeout=client.timeout, retry_handlers=[], logger=_log
        )
        app = AsyncApp(
            client=bare,
            authorize=self._authorized(client),
            signing_secret=signing_secret,
            request_verification_enabled=bool(signing_secret),
            process_before_response=True,
            logger=_log,
        )
        app.event(ANY)(self.event)
        app.action(ANY)(self.tap)
        app.view(FILLED_IN)(self.form)
        app.command(COMMAND)(self.command)
        return app

    async def event(self, body: dict[str, Any]) -> None:
        """Something was said, changed, deleted or opened; Bolt acknowledges when this returns."""
        if not self._ours(body):
            return
        told = body.get("event") or {}
        self._learn(told)
        if told.get("type") == "app_home_opened":
            self._looked(told)
        arrival = from_event(body, self._me())
        if arrival is not None:
            await self._take(arrival, {})

    async def tap(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button was used. What it opens has to open within three seconds: it is remembered."""
        if self._ours(body):
            on_home = not (body.get("container") or {}).get("channel_id")
            direct = await self._direct(_user(body)) if on_home else ""
            arrival = from_tap(body, self._me(), direct)
            if arrival is not None:
                await self._take(arrival, body)
        await ack()

    async def form(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form was sent; one that says nothing stays open and says so."""
        if not self._ours(body):
            await ack()
            return
        errors = left_blank(body.get("view") or {})
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        arrival = from_form(body, self._me())
        if arrival is not None:
            await self._take(arrival, body)
        await ack()

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """`/coo …`: answered in the person's own chat, and said so where it was typed elsewhere."""
        if not self._ours(body):
            await ack()
            return
        direct = await self._direct(str(body.get("user_id") or ""))
        refused = await self._take(from_command(body, self._me(), direct), body)
        elsewhere = body.get("channel_id") != direct
        await ack(refused or (texts.SLACK_ANSWER_ELSEWHERE if elsewhere else ""))

    async def _take(self, arrival: Arrival, body: Body) -> str:
        """Record it; why it was refused, or ""."""
        self._moments.remember(arrival, body)
        try:
            await self._door.take(arrival.event, arrival.key)
        except ArrivalRefused as refused:
            _log.info("Slack delivered something that is not taken: %s", refused.cause)
            return f"{refused.cause} {refused.remedy}"
        return ""

    def _ours(self, body: Body) -> bool:
        ours = is_from(body, self._me())
        if not ours:
            _log.warning("Slack delivered something of another workspace or app; it is dropped.")
        return ours

    def _looked(self, told: Body) -> None:
        user, tab = str(told.get("user") or ""), told.get("tab")
        if tab == "home":
            self._opened_home(user)
        elif tab == "messages":
            self._opened_chat(str(told.get("channel") or ""))

    def _learn(self, told: Body) -> None:
        chat, user = str(told.get("channel") or ""), str(told.get("user") or "")
        if user and chat.startswith("D"):
            self._moments.met(user, chat)

    def _authorized(self, client: AsyncWebClient) -> Callable[..., Awaitable[AuthorizeResult]]:
        """Bolt's authorisation without a call: the token is known, and so is whose it is."""

        async def authorize(**_: object) -> AuthorizeResult:
            me = self._me()
            return AuthorizeResult(
                enterprise_id=None,
                team_id=me.team,
                bot_user_id=me.user,
                bot_id=me.bot,
                bot_token=client.token,
            )

        return authorize


def _user(body: Body) -> str:
    user = body.get("user")
    return str(user.get("id") or "") if isinstance(user, dict) else ""
