"""The settings of the chats and of the web server. Read by `bot/settings.py`, never from here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from bot import texts
from bot.setting_values import Secret, Variable, web_address
from ledger.domain.errors import SettingsInvalid

SLACK_API: Final = "https://slack.com/api"
TELEGRAM_API: Final = "https://api.telegram.org"
LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8080

CHAT_VARIABLES: Final = (
    Variable("COO_SLACK_BOT_TOKEN", "", "Slack: the bot's token, `xoxb-…`.", secret=True),
    Variable("COO_SLACK_APP_TOKEN", "", "Slack: `xapp-…`, for Socket Mode.", secret=True),
    Variable(
        "COO_SLACK_SIGNING_SECRET",
        "",
        "Slack over HTTP instead, where COO_PUBLIC_URL is set too.",
        secret=True,
    ),
    Variable("COO_SLACK_API", SLACK_API, "Slack: another address of its Web API, for a proxy."),
    Variable("COO_TELEGRAM_TOKEN", "", "Telegram: the bot's token from @BotFather.", secret=True),
    Variable(
        "COO_TELEGRAM_SECRET",
        "",
        "Telegram by webhook: any secret of yours; COO_PUBLIC_URL must be set too.",
        secret=True,
    ),
    Variable("COO_TELEGRAM_API", TELEGRAM_API, "Telegram: another address of the Bot API."),
    Variable("COO_PUBLIC_URL", "", "Where the internet reaches this machine: `https://…`."),
    Variable("COO_LISTEN", "", "`HOST:PORT` of the web server. With COO_PUBLIC_URL: port 8080."),
)

_LISTEN: Final = re.compile(
    r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]*):)?(?P<port>\d{1,5})", re.ASCII
)
_BOT: Final = re.compile(r"xoxb-\S+")
_APP: Final = re.compile(r"xapp-\S+")
_TELEGRAM: Final = re.compile(r"\d+:[\w-]+", re.ASCII)
_TELEGRAM_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SlackSettings(Struct, frozen=True, kw_only=True):
    """How Slack is reached. `api` is the address of its Web API, without a slash at its end."""

    bot_token: Secret
    api: str
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    public_url: str = ""

    @property
    def over_http(self) -> bool:
        """Whether events come over HTTP; else by Socket Mode."""
        return self.signing_secret is not None and bool(self.public_url)

    @property
    def complete(self) -> bool:
        """Whether events can come at all."""
        return self.over_http or self.app_token is not None


class TelegramSettings(Struct, frozen=True, kw_only=True):
    """How Telegram is reached. `api` has no slash at its end and no `/bot`."""

    token: Secret
    api: str
    secret: Secret | None = None
    public_url: str = ""

    @property
    def by_webhook(self) -> bool:
        """Whether updates come by webhook, which never goes without a secret; else by polling."""
        return self.secret is not None and bool(self.public_url)

    @property
    def unbelieved(self) -> bool:
        """Whether a webhook seems to be wanted, and goes not, for want of a secret."""
        return self.secret is None and bool(self.public_url)


class Listen(Struct, frozen=True):
    """Where the web server listens. Port 0: any that is free."""

    host: str
    port: int


def public_url(read: Mapping[str, str]) -> str:
    """Where the internet reaches this machine, "" where it does not."""
    value = read["COO_PUBLIC_URL"]
    return web_address("COO_PUBLIC_URL", value)[0] if value else ""


def slack_settings(read: Mapping[str, str], url: str) -> SlackSettings | None:
    """None where there is no bot token."""
    bot = _token(read, "COO_SLACK_BOT_TOKEN", _BOT, "xoxb-…")
    app = _token(read, "COO_SLACK_APP_TOKEN", _APP, "xapp-…")
    api = web_address("COO_SLACK_API", read["COO_SLACK_API"])[0]
    signing = read["COO_SLACK_SIGNING_SECRET"]
    if bot is None:
        return None
    return SlackSettings(
        bot_token=bot,
        api=api,
        app_token=app,
        signing_secret=Secret(signing) if signing else None,
        public_url=url,
    )


def telegram_settings(read: Mapping[str, str], url: str) -> TelegramSettings | None:
    """None where there is no token."""
    token = _token(read, "COO_TELEGRAM_TOKEN", _TELEGRAM, "123456:ABC…")
    secret = _token(read, "COO_TELEGRAM_SECRET", _TELEGRAM_SECRET, "letters, digits, _ and -")
    api = web_address("COO_TELEGRAM_API", read["COO_TELEGRAM_API"])[0]
    if token is None:
        return None
    return TelegramSettings(token=token, api=api, secret=secret, public_url=url)


def listen_at(read: Mapping[str, str], url: str) -> Listen | None:
    """Where to listen; on this machine alone unless a host is named. None: no web server."""
    value = read["COO_LISTEN"]
    if not value:
        return Listen(LOOPBACK, PORT) if url else None
    match = _LISTEN.fullmatch(value)
    if match is None or int(match["port"]) > 65_535:  # noqa: PLR2004 - the highest port there is
        raise SettingsInvalid(*texts.SETTING_NO_LISTEN.put(name="COO_LISTEN", value=value))
    return Listen((match["host"] or LOOPBACK).strip("[]"), int(match["port"]))


def _token(read: Mapping[str, str], name: str, form: re.Pattern[str], looks: str) -> Secret | None:
    """A token of the right form. The error never repeats it."""
    value = read[name]
    if value and not form.fullmatch(value):
        raise SettingsInvalid(*texts.SETTING_NO_TOKEN.put(name=name, looks=looks))
    return Secret(value) if value else None
