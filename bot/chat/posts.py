"""Builds what posts need from an open folder: the notifier, the outbox, the buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat.buttons import Buttons
from bot.chat.notifier import Notifier, paired_since
from bot.chat.outbox import PACE_S, Outbox, Timing
from bot.chat.port import Adapter
from bot.chat.requests import Requests
from bot.chat.subjects import Renderer, Subjects
from bot.opening import App
from ledger.posting import Posting

_NONCES: Final = "nonces of posts"


def requests_of(app: App) -> Requests:
    """How posts are asked for in this company."""
    return Requests(app.keys.derived(_NONCES))


async def notifier_of(app: App) -> Notifier:
    """The subscriber that tells everybody who is paired."""
    return Notifier(app.views, requests_of(app), since=await paired_since(app.views))


def subjects_of(app: App, others: Mapping[str, Renderer] | None = None) -> Subjects:
    """What posts show. `others`: subjects that are rendered elsewhere, by their kind."""
    zone = ZoneInfo(app.company.time_zone) if app.company.time_zone else None
    return Subjects(app.views, app.ledger, app.clock, zone=zone, others=others)


def outbox_of(
    app: App,
    adapters: Iterable[Adapter],
    subjects: Subjects,
    *,
    timing: Timing | None = None,
    pace: float = PACE_S,
) -> Outbox:
    """The outbox of the chats that these adapters reach."""
    return Outbox(
        app.ledger,
        app.views,
        app.blobs,
        adapters,
        subjects,
        app.clock,
        policy=lambda: app.policies.policy,
        timing=timing,
        failpoints=app.failpoints,
        pace=pace,
    )


def buttons_of(app: App, subjects: Subjects) -> Buttons:
    """What taps mean."""
    return Buttons(app.views, subjects, Posting(app.ledger))
