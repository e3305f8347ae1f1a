"""Which models this process may ask: those of the configured endpoint, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.work.world import Models, NoModel

if TYPE_CHECKING:
    from bot.opening import App


@asynccontextmanager
async def models_of(app: App) -> AsyncIterator[Models]:
    """The models this process may ask: the configured endpoint, or none."""
    endpoint = app.settings.model
    if endpoint is None:
        yield NoModel()
        return
    # The client library takes most of a second to load; a company without a model never needs it.
    from bot.work.live_models import live_models  # noqa: PLC0415

    async with live_models(app, endpoint) as models:
        yield models
