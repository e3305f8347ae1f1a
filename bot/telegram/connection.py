"""The client of one bot: two ways to Telegram's server, one of which only waits for messages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct
from telegram import Bot, Update
from telegram.request import HTTPXRequest

from bot.chat_settings import TelegramSettings
from bot.telegram.discretion import be_discreet
from bot.telegram.failing import Busy, asked, busy_for

CALL_S: Final = 20.0
"""Seconds a call may take; afterwards its answer counts as lost."""

UPLOAD_S: Final = 120.0
POLL_MARGIN_S: Final = 10.0
"""Seconds that an answer may come later than the server was asked to wait."""


class Me(Struct, frozen=True):
    """Who the bot is. `reads_groups`: in groups it sees what is not for it, too."""

    id: int
    username: str
    name: str = ""
    reads_groups: bool = False


class Connection:
    """A bot's client. `me()` asks once who it is."""

    def __init__(self, settings: TelegramSettings, *, call_s: float = CALL_S) -> None:
        be_discreet()
        self._calls = _Calls(
            connection_pool_size=32,
            read_timeout=call_s,
            write_timeout=call_s,
            connect_timeout=call_s,
            pool_timeout=call_s,
            media_write_timeout=UPLOAD_S,
        )
        self._polls = _Polls(
            connection_pool_size=2, read_timeout=POLL_MARGIN_S, connect_timeout=call_s
        )
        self.bot: Final = Bot(
            settings.token.reveal(),
            base_url=f"{settings.api}/bot",
            base_file_url=f"{settings.api}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )
        self._me: Me | None = None

    async def me(self) -> Me:
        """Who the bot is. Raises `ChatTrouble`."""
        if self._me is None:
            user = await asked(self.bot.get_me())
            self._me = Me(
                user.id,
                user.username or "",
                user.full_name,
                bool(user.can_read_all_group_messages),
            )
        return self._me

    async def close(self) -> None:
        """Let go of all connections."""
        await self._calls.shutdown()
        await self._polls.shutdown()


class _Calls(HTTPXRequest):
    """The way of every call: who asks for a pause gets it, without a detour."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # as they come
        code, payload = await super().do_request(*args, **kwargs)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Busy(busy_for(payload))
        return code, payload


class _Polls(_Calls):
    """The way of `getUpdates`. One update that cannot be read must not keep back all others."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(found := answer.get("result"), list):
            answer["result"] = [_readable(each) for each in found]
        return answer


def _readable(raw: Any) -> dict[str, Any]:  # whatever JSON a server sends
    """The update, or only its number where the rest of it is not what Telegram documents."""
    try:
        Update.de_json(raw, None)
    except Exception:  # noqa: BLE001  # the library raises whatever its fields stumble over
        return {"update_id": raw["update_id"]}
    found: dict[str, Any] = raw
    return found


def update_of(payload: dict[str, Any]) -> Update | None:
    """What a webhook was sent, as an update; None where it is none."""
    if not isinstance(payload.get("update_id"), int):
        return None
    return Update.de_json(_readable(payload), None)
