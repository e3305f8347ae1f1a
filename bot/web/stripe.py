"""Where Stripe delivers: nothing is believed that it did not sign, and all is taken once."""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.intake import Intake
from bot.stripe_settings import StripeSettings
from bot.web.server import Door
from connectors.payments.amounts import Unclear
from connectors.stripe.account import StripeAccount
from connectors.stripe.arrivals import arrivals, transaction_of
from connectors.stripe.signature import NotFromStripe, verified
from ledger.domain.errors import CooError, KeyConflict
from ledger.domain.events import FeeCharged, PaidOut, PaymentReceived
from ledger.domain.reading import Clock

log: Final = logging.getLogger(__name__)

PATH: Final = "/stripe"
HEADER: Final = "Stripe-Signature"


class StripeDoor:
    """Takes what Stripe posts. 200 when it is on disk; 503 has Stripe deliver again later."""

    def __init__(self, settings: StripeSettings, intake: Intake, clock: Clock) -> None:
        self._secret, self._intake, self._clock = settings.secret, intake, clock
        key = settings.key
        self._account = StripeAccount(key.reveal(), settings.api) if key else None

    @property
    def door(self) -> Door:
        """Where the web server hands over what Stripe posts."""
        return Door(path=PATH, app=self)

    async def close(self) -> None:
        """Let go of the connections to Stripe."""
        if self._account is not None:
            await self._account.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        request = Request(scope, receive)
        posted = request.method == "POST"
        answer = await self.receive(request) if posted else Response(status_code=405)
        await answer(scope, receive, send)

    async def receive(self, request: Request) -> Response:
        """One delivery: 400 and nothing recorded, where it is not Stripe's or makes no sense."""
        try:
            raw, header = await request.body(), request.headers.get(HEADER, "")
            event = verified(raw, header, self._secret.reveal(), self._clock.now())
            await self._take(event)
        except (NotFromStripe, Unclear) as refused:
            log.warning("%s %s", refused.cause, refused.remedy)
            return PlainTextResponse(refused.cause, 400)
        except ClientDisconnect:
            return Response(status_code=400)
        except (CooError, OSError) as error:
            log.warning("%s", error)
            return Response(status_code=503)
        return Response()

    async def _take(self, event: dict[str, Any]) -> None:
        """The money first, then its fee: one that cannot be fetched comes with the repeat."""
        for found in arrivals(event):
            match found:
                case PaymentReceived():
                    await self._intake.payment(found)
                case PaidOut():
                    await self._paid_out(found)
        if self._account is not None:
            payment, transaction = transaction_of(event)
            fee = await self._account.fee(payment, transaction) if transaction else None
            if fee is not None:
                await self._once(fee, f"fee:{fee.transaction}")

    async def _paid_out(self, payout: PaidOut) -> None:
        failed = ":failed" if payout.came_back else ""
        if self._account is not None and not failed:
            payout = await self._account.explained(payout)
        await self._once(payout, f"payout:{payout.payout}{failed}")

    async def _once(self, event: FeeCharged | PaidOut, key: str) -> None:
        """Told again in other words, what was recorded first stays."""
        try:
            await self._intake.once(event, key)
        except KeyConflict:
            log.info("%s is on record already.", key)
