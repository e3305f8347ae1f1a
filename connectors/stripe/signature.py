"""Whether a delivery is Stripe's: signed with the endpoint's secret, and not long ago."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from ledger.domain.errors import CooError

PATIENCE: Final = timedelta(minutes=5)
"""So far the clocks may be apart; an older delivery may be somebody's copy of it."""

_REMEDY: Final = "COO_STRIPE_WEBHOOK_SECRET must be the signing secret of this very endpoint."


class NotFromStripe(CooError):
    """A delivery that nobody proves to be Stripe's, or that is no event."""


def verified(payload: bytes, header: str, secret: str, now: datetime) -> dict[str, Any]:
    """The event in a delivery. Raises `NotFromStripe`; then nothing of it counts."""
    import stripe  # noqa: PLC0415 - it takes half a second to load, and few companies use it

    try:
        # Without a tolerance, since that one reads the clock of the machine.
        stripe.WebhookSignature.verify_header(payload, header, secret)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise NotFromStripe("A delivery was not signed by Stripe.", _REMEDY) from error
    if abs(now.timestamp() - _signed_at(header)) > PATIENCE.total_seconds():
        raise NotFromStripe(
            "A delivery was signed more than five minutes from now.",
            "Stripe sends it again with a new signature. Set this machine's clock right.",
        )
    return _event(payload)


def _signed_at(header: str) -> int:
    """The time in a header that was verified."""
    return next(int(part[2:]) for part in header.split(",") if part.startswith("t="))


def _event(payload: bytes) -> dict[str, Any]:
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise NotFromStripe("A delivery of Stripe is no JSON.", _REMEDY) from error
    if not isinstance(event, dict) or event.get("object") != "event":
        raise NotFromStripe("A delivery of Stripe is no event.", _REMEDY)
    return event
