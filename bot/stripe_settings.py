"""The settings of Stripe. Read by `bot/settings.py`, never from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from bot.setting_values import Secret, Variable, web_address

STRIPE_API: Final = "https://api.stripe.com"

STRIPE_VARIABLES: Final = (
    Variable(
        "COO_STRIPE_WEBHOOK_SECRET",
        "",
        "Stripe delivers to `/stripe`: the endpoint's signing secret, `whsec_…`.",
        secret=True,
    ),
    Variable(
        "COO_STRIPE_KEY",
        "",
        "Fetches what Stripe kept of each payment and payout; a restricted key that reads.",
        secret=True,
    ),
    Variable("COO_STRIPE_API", STRIPE_API, "Another address of Stripe's API."),
)


class StripeSettings(Struct, frozen=True, kw_only=True):
    """How Stripe is heard and asked. Without a key fees are not known."""

    secret: Secret
    api: str
    key: Secret | None = None


def stripe_settings(read: Mapping[str, str]) -> StripeSettings | None:
    """None where Stripe is not heard."""
    api = web_address("COO_STRIPE_API", read["COO_STRIPE_API"])[0]
    secret, key = read["COO_STRIPE_WEBHOOK_SECRET"], read["COO_STRIPE_KEY"]
    if not secret:
        return None
    return StripeSettings(secret=Secret(secret), api=api, key=Secret(key) if key else None)
