"""Calls of Slack's Web API: each did it, or raises what the chat port knows.

Nothing is repeated here. A call whose answer was lost may have been carried out, so only the
outbox decides what becomes of it. No error ever holds more than the method's own error code.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackObjectFormationError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import texts
from bot.chat.port import ChatTrouble, Lost, RateLimited, Refused, Unreachable
from bot.chat_settings import SlackSettings

TIMEOUT_S: Final = 15
"""How long one call may take before its outcome counts as unknown."""
SOON_S: Final = 2.0
"""When to try again what certainly was not taken."""
_TOO_MANY, _INTERNAL, _UNAVAILABLE = 429, 500, 503

_TOKEN: Final = frozenset(
    {
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
_GONE: Final = frozenset(
    {
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
_DOUBTFUL: Final = frozenset(["fatal_error", "internal_error", "request_timeout"])
_BUSY: Final = frozenset(
    ["ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable"]
)
_log = logging.getLogger(__name__)


class SlackRefused(Refused):
    """Slack will not do this; `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(texts.SLACK_REFUSED.format(code=code))
        self.code = code


def client_of(settings: SlackSettings, *, timeout: int = TIMEOUT_S) -> AsyncWebClient:
    """The client for every call. Without retry handlers: a repeated post would be a second one."""
    return AsyncWebClient(
        token=settings.bot_token.reveal(),
        base_url=f"{settings.api}/",
        timeout=timeout,
        retry_handlers=[],
        logger=_log,
    )


async def asked(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """What Slack answered. Raises `ChatTrouble` for everything else."""
    return (await answered(call))[0]


async def answered(
    call: Awaitable[AsyncSlackResponse],
) -> tuple[dict[str, Any], dict[str, str]]:
    """The same with its headers, whose names are in lower case."""
    try:
        response = await call
    except SlackApiError as error:
        raise _refusal(error) from None
    except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
        raise RateLimited(SOON_S, texts.SLACK_NO_CONNECTION) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Lost(texts.SLACK_LOST.format(what=type(error).__name__)) from None
    except (SlackObjectFormationError, SlackRequestError) as error:
        raise Refused(texts.SLACK_UNFIT.format(what=type(error).__name__)) from None
    data = response.data if isinstance(response.data, dict) else {}
    return data, {str(name).lower(): str(value) for name, value in response.headers.items()}


def app_id_of(told: dict[str, Any], settings: SlackSettings) -> str:
    """The app's id, as `auth.test` says or as part of an app-level token: `xapp-1-A0123-…`."""
    parts = settings.app_token.reveal().split("-") if settings.app_token else []
    named = parts[2] if len(parts) > 3 and parts[2].startswith("A") else ""  # noqa: PLR2004  # see above
    return str(told.get("app_id") or named)


def _refusal(error: SlackApiError) -> ChatTrouble:
    status, code = _status(error), _code(error)
    if status in {_TOO_MANY, _UNAVAILABLE} or code in _BUSY:
        return RateLimited(_retry_after(error))
    if code in _DOUBTFUL or status >= _INTERNAL:
        return Lost(texts.SLACK_LOST.format(what=code or f"HTTP {status}"))
    if code == "missing_scope":
        return Unreachable(*texts.SLACK_SCOPE.put(scope=_needed(error)))
    if code in _TOKEN:
        return Unreachable(*texts.SLACK_TOKEN.put(code=code))
    if code in _GONE:
        return Unreachable(*texts.SLACK_GONE.put(code=code))
    return SlackRefused(code or f"HTTP {status}")


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    found = data.get("error") if isinstance(data, dict) else ""
    return found if isinstance(found, str) else ""


def _needed(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("needed", "?")) if isinstance(data, dict) else "?"


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0))


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(float(headers.get("Retry-After", SOON_S)), 0.1)
    except ValueError:
        return SOON_S
