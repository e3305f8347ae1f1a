"""The web server."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

WEB_OPEN: Final = "Listening at {place}."
WEB_TAKEN: Final = Trouble(
    "Another program listens at {place} already.",
    "Set COO_LISTEN to another port, or end that program.",
)
WEB_NOT_OURS: Final = Trouble(
    "Coo cannot listen at {place}: {why}.",
    "Set COO_LISTEN to an address of this machine, such as 127.0.0.1:8080.",
)
STRIPE_DEAF: Final = (
    "COO_STRIPE_WEBHOOK_SECRET is set, but no web server is: set COO_PUBLIC_URL or COO_LISTEN, and "
    "Stripe can deliver to `/stripe`."
)
