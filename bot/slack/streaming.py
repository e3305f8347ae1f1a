"""A text that is still being written, shown as it grows, and then put in its final form.

Slack keeps a stream open for some minutes only, and an append may get lost. So the whole text is
kept here: what Slack no longer appends is written with `chat.update`, and nothing is missing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.channel import Reply
from bot.chat.port import ChatTrouble, Lost, RateLimited
from bot.slack.blocks import sheet
from bot.slack.calls import SlackRefused, asked
from bot.slack.inert import escaped, inert

STEP: Final = 200
"""So many new signs are gathered before they are sent: appends are limited, too."""

MARKDOWN: Final = 11_000
_OVER: Final = frozenset({"message_not_in_streaming_state", "streaming_state_conflict"})
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~:/])")


class Stream:
    """One text on its way into a thread. Every `show` has all of it so far."""

    def __init__(
        self, client: AsyncWebClient, chat: str, thread: str, *, user: str, team: str
    ) -> None:
        """`user`, of workspace `team`, is whom it is written for."""
        self._client, self._chat, self._thread = client, chat, thread
        self._user, self._team = user, team
        self._text = ""
        self._sent = ""
        self._over = False
        self.ts = ""

    async def show(self, text: str) -> None:
        """Show the text as it is now; a hasty one is sent along with the next."""
        self._text = inert(text)[:MARKDOWN]
        if self._over:
            await self._rewrite()
        elif not self.ts:
            await self._start()
        elif len(self._text) - len(self._sent) >= STEP:
            await self._append()

    async def finish(self, final: dict[str, Any]) -> str:
        """Put the final content in its place; the id of the message. `final`: text, blocks, …"""
        if not self.ts:
            await self._start()
        if not self._over:
            await self._stop()
        await asked(self._client.chat_update(channel=self._chat, ts=self.ts, **final))
        return self.ts

    async def _start(self) -> None:
        answer = await asked(
            self._client.chat_startStream(
                channel=self._chat,
                thread_ts=self._thread,
                markdown_text=literal(self._text) or None,
                recipient_user_id=self._user,
                recipient_team_id=self._team,
            )
        )
        self.ts, self._sent = str(answer.get("ts", "")), self._text

    async def _append(self) -> None:
        """What is new since the last time. What is not only longer is written anew at the end."""
        new = self._text.removeprefix(self._sent)
        if not self._text.startswith(self._sent):
            return
        try:
            await asked(
                self._client.chat_appendStream(
                    channel=self._chat, ts=self.ts, markdown_text=literal(new)
                )
            )
        except SlackRefused as refused:
            if refused.code not in _OVER:
                raise
            self._over = True
            await self._rewrite()
        except RateLimited:
            return  # it is in the text still, and comes with what is shown next
        except Lost:
            pass  # appended or not: the final form has all of it
        self._sent = self._text

    async def _rewrite(self) -> None:
        """The whole text, where Slack has closed the stream."""
        made = sheet(Reply(lines=tuple(self._text.split("\n"))))
        try:
            await asked(
                self._client.chat_update(
                    channel=self._chat, ts=self.ts, text=made.text, blocks=list(made.blocks)
                )
            )
        except (RateLimited, Lost):
            return
        self._sent = self._text

    async def _stop(self) -> None:
        """Close it; one that Slack has closed already is just as good."""
        try:
            await asked(self._client.chat_stopStream(channel=self._chat, ts=self.ts))
        except ChatTrouble as trouble:
            if isinstance(trouble, SlackRefused) and trouble.code in _OVER:
                return
            raise


def literal(text: str) -> str:
    """Words in Slack's Markdown that are shown as they are: no format, no link, no mention."""
    return escaped(_MARKS.sub(r"\\\1", text))
