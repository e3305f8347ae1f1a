"""Builds the keeper of promises for an open folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.zones import zone_of_attention
from graph.promising.due import Wall
from graph.promising.keeper import PromiseKeeper

if TYPE_CHECKING:
    from bot.opening import App


def keeper_of(app: App) -> PromiseKeeper:
    """The subscriber; what is due is told in the morning."""
    return PromiseKeeper(app.views, app.ledger, Wall(zone_of_attention(app.company)))
