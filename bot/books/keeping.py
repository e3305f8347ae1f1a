"""Builds the bookkeeper for an open folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.bookkeeping.keeper import Bookkeeper

if TYPE_CHECKING:
    from bot.opening import App


def bookkeeper_of(app: App) -> Bookkeeper:
    """The subscriber that records receipts and finds what paid them."""
    return Bookkeeper(app.views, app.ledger, app.company)
