"""Puts the parts of the Telegram channel together, from its settings."""

from __future__ import annotations

from msgspec import Struct

from bot.chat_settings import TelegramSettings
from bot.telegram.adapter import Door, TelegramAdapter
from bot.telegram.connection import Connection
from bot.telegram.polling import Polling
from bot.telegram.webhook import Webhook
from ledger.domain.reading import Clock


class Telegram(Struct, frozen=True):
    """The adapter, and the door it needs on the web server where Telegram calls Coo."""

    adapter: TelegramAdapter
    webhook: Webhook | None = None


def telegram(settings: TelegramSettings, door: Door, clock: Clock) -> Telegram:
    """By webhook where a public address and a secret are set, else by polling."""
    connection = Connection(settings)
    if settings.by_webhook:
        hook = Webhook(connection, settings, clock)
        return Telegram(TelegramAdapter(connection, door, hook, clock), hook)
    polling = Polling(connection, clock)
    return Telegram(TelegramAdapter(connection, door, polling, clock))
