"""Puts the parts of the Slack channel together, from its settings."""

from __future__ import annotations

from msgspec import Struct

from bot.chat_settings import SlackSettings
from bot.slack.adapter import PING_S, SlackAdapter
from bot.slack.home import Homes
from bot.slack.receiving import Records
from bot.web.server import Door
from ledger.domain.reading import Clock


class Slack(Struct, frozen=True):
    """The adapter, and the door it needs on the web server where Slack calls Coo."""

    adapter: SlackAdapter
    door: Door | None = None


def slack(
    settings: SlackSettings,
    records: Records,
    clock: Clock,
    homes: Homes | None = None,
    *,
    ping_s: float = PING_S,
) -> Slack:
    """By HTTP where a signing secret and a public address are set, else by Socket Mode."""
    adapter = SlackAdapter(settings, records, clock, homes, ping_s=ping_s)
    return Slack(adapter, adapter.door() if settings.over_http else None)
