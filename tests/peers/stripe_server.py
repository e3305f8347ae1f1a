"""A Stripe on loopback: what of its API is used here, and the webhooks it delivers, signed.

Payments, refunds, disputes and payouts move balance transactions as they do at Stripe; a list comes
in pages; a wrong key is refused; the next calls can be made to fail. Deliveries may be sent in any
order, twice, with another secret, or late.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import ClientSession, web

KEY: Final = "rk_test_synthetic_key_of_the_tests"
SECRET: Final = "whsec_synthetic_secret_of_the_tests"
PAGE: Final = 2
"""Balance transactions in a page, whatever is asked for: every list has pages."""


@dataclass
class Stripe:
    """One account. What happens in it is kept as events, to be delivered."""

    now: int
    events: list[dict[str, Any]] = field(default_factory=list)
    failing: int = 0
    calls: list[str] = field(default_factory=list)
    base: str = ""
    _transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    # --- what happens in the account -------------------------------------------------------------

    def charge(self, minor: int, *, description: str, currency: str = "eur") -> dict[str, Any]:
        """A card is charged: first without its balance transaction, then updated with it."""
        charge = self._thing("ch", "charge", minor, currency)
        charge |= {
            "status": "succeeded",
            "captured": True,
            "amount_captured": minor,
            "customer": "cus_ada",
            "description": description,
            "metadata": {},
            "billing_details": {"name": "Ada Example", "email": "ada@example.com"},
            "balance_transaction": None,
        }
        self._tell("charge.succeeded", charge)
        fee = minor * 15 // 1000 + 25
        charge = charge | {"balance_transaction": self._moved(charge, minor, fee)}
        self._tell("charge.updated", charge)
        return charge

    def refund(self, charge: dict[str, Any], minor: int) -> dict[str, Any]:
        """Money goes back to the card."""
        refund = self._thing("re", "refund", minor, charge["currency"])
        refund |= {"status": "pending", "charge": charge["id"], "metadata": {}}
        self._tell("refund.created", refund)
        transaction = self._moved(refund, -minor, 0)
        self._tell("refund.updated", refund | {"status": "succeeded",
                                               "balance_transaction": transaction})  # fmt: skip
        return refund

    def refund_fails(self, refund: dict[str, Any]) -> None:
        """The card's bank refuses a refund after all: the money is in the balance again."""
        failed = refund | {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self._moved(refund | {"id": f"{refund['id']}-back"}, refund["amount"], 0)
        self._tell("refund.failed", failed)
        self._tell("charge.refund.updated", failed)

    def dispute(self, charge: dict[str, Any]) -> dict[str, Any]:
        """The customer's bank takes the payment back."""
        dispute = self._thing("dp", "dispute", charge["amount"], charge["currency"])
        dispute |= {"charge": charge["id"], "reason": "fraudulent"}
        self._moved(dispute, -charge["amount"], 1_500)
        self._tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def payout(self) -> dict[str, Any]:
        """All that is in the balance goes to the bank."""
        waiting = [each for each in self._transactions.values() if not each["payout"]]
        payout = self._thing("po", "payout", sum(each["net"] for each in waiting), "eur")
        payout |= {"status": "paid", "arrival_date": self.now}
        for each in waiting:
            each["payout"] = payout["id"]
        self._moved(payout, -payout["amount"], 0, kind="payout", payout=payout["id"])
        self._tell("payout.paid", payout)
        return payout

    # --- deliveries ------------------------------------------------------------------------------

    def signed(
        self, event: dict[str, Any], *, secret: str = SECRET, at: int | None = None
    ) -> tuple[bytes, str]:
        """The bytes of a delivery and its Stripe-Signature."""
        raw = json.dumps(event, indent=2).encode()
        moment = self.now if at is None else at
        digest = hmac.new(secret.encode(), f"{moment}.".encode() + raw, hashlib.sha256)
        return raw, f"t={moment},v0=none,v1={digest.hexdigest()}"

    async def deliver(self, url: str, event: dict[str, Any], **how: Any) -> int:
        """Post one event as Stripe does; the status of the answer."""
        raw, header = self.signed(event, **how)
        async with (
            ClientSession() as session,
            session.post(url, data=raw, headers={"Stripe-Signature": header}) as answer,
        ):
            return answer.status

    # --- the API ---------------------------------------------------------------------------------

    async def one(self, request: web.Request) -> web.Response:
        """GET /v1/balance_transactions/{id}"""
        refused = self._refused(request)
        found = self._transactions.get(request.match_info["id"])
        if refused is not None or found is not None:
            return refused or web.json_response(found)
        error = {"message": "No such balance transaction", "type": "invalid_request_error"}
        return web.json_response({"error": error}, status=404)

    async def several(self, request: web.Request) -> web.Response:
        """GET /v1/balance_transactions?payout=…&starting_after=…"""
        refused = self._refused(request)
        if refused is not None:
            return refused
        asked = request.query
        found = [each for each in self._transactions.values() if each["payout"] == asked["payout"]]
        after = asked.get("starting_after")
        begin = next((n + 1 for n, each in enumerate(found) if each["id"] == after), 0)
        page = {
            "object": "list",
            "url": "/v1/balance_transactions",
            "data": found[begin : begin + PAGE],
            "has_more": begin + PAGE < len(found),
        }
        return web.json_response(page)

    def _refused(self, request: web.Request) -> web.Response | None:
        self.calls.append(request.path_qs)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            error = {"message": "Invalid API Key provided", "type": "invalid_request_error"}
            return web.json_response({"error": error}, status=401)
        if self.failing:
            self.failing -= 1
            error = {"message": "Something went wrong", "type": "api_error"}
            return web.json_response({"error": error}, status=500)
        return None

    # --- the books -------------------------------------------------------------------------------

    def _thing(self, prefix: str, kind: str, minor: int, currency: str) -> dict[str, Any]:
        name = f"{prefix}_{next(self._ids)}"
        base = {"id": name, "object": kind, "amount": minor, "currency": currency}
        return base | {"created": self.now}

    def _moved(
        self, thing: dict[str, Any], minor: int, fee: int, *, kind: str = "", payout: str = ""
    ) -> str:
        name = f"txn_{next(self._ids)}"
        self._transactions[name] = {
            "id": name,
            "object": "balance_transaction",
            "amount": minor,
            "fee": fee,
            "net": minor - fee,
            "currency": thing["currency"],
            "source": thing["id"],
            "type": kind or thing["object"],
            "payout": payout,
        }
        return name

    def _tell(self, kind: str, thing: dict[str, Any]) -> None:
        self.events.append(
            {
                "id": f"evt_{next(self._ids)}",
                "object": "event",
                "type": kind,
                "created": self.now,
                "data": {"object": dict(thing)},
            }
        )


@asynccontextmanager
async def stripe(now: int) -> AsyncIterator[Stripe]:
    """An account, and its API at `base`."""
    account = Stripe(now)
    app = web.Application()
    app.router.add_get("/v1/balance_transactions/{id}", account.one)
    app.router.add_get("/v1/balance_transactions", account.several)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        account.base = f"http://{host}:{port}"
        yield account
    finally:
        await runner.cleanup()
