"""The company's account at Stripe: what a payment cost, and what a payout consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from connectors.stripe.arrivals import SOURCE, stripe_money
from ledger.domain.errors import CooError
from ledger.domain.events import FeeCharged, PaidOut
from ledger.domain.values import Money

if TYPE_CHECKING:
    from stripe import StripeClient

DEADLINE_S: Final = 15.0
_PAGE: Final = 100


class StripeUnavailable(CooError):
    """Stripe did not answer, or refused."""


class StripeAccount:
    """Reads; nothing here moves money. `api` is another address of Stripe's API, "" for its own."""

    def __init__(self, key: str, api: str) -> None:
        self._key, self._api = key, api
        self._client: StripeClient | None = None

    async def fee(self, payment: str, transaction: str) -> FeeCharged | None:
        """What Stripe kept of a payment; None where that is nothing. Raises `StripeUnavailable`."""
        found = await self._asked(
            lambda client: client.v1.balance_transactions.retrieve_async(transaction)
        )
        amount = stripe_money(found.fee, found.currency)
        if not amount.minor:
            return None
        return FeeCharged(provider=SOURCE, payment=payment, transaction=transaction, amount=amount)

    async def explained(self, payout: PaidOut) -> PaidOut:
        """The payout with the payments it consists of. Raises `StripeUnavailable`.

        Nothing is added where the parts do not sum up to it: a payout by hand has none.
        """
        parts = await self._parts(payout.payout)
        net = sum(part.net for part in parts)
        if not parts or net != payout.amount.minor:
            return payout
        currency = payout.amount.currency
        return replace(
            payout,
            payments=tuple(str(part.source) for part in parts),
            gross=Money(sum(part.amount for part in parts), currency),
            fees=Money(sum(part.fee for part in parts), currency),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # stripe left it so
            self._client = None

    async def _parts(self, payout: str) -> list[Any]:
        """All balance transactions of a payout but the payout itself, over all pages."""

        async def pages(client: StripeClient) -> list[Any]:
            first = await client.v1.balance_transactions.list_async(
                {"payout": payout, "limit": _PAGE}
            )
            return [each async for each in first.auto_paging_iter() if each.type != "payout"]

        found: list[Any] = await self._asked(pages)
        return found

    async def _asked(self, call: Any) -> Any:
        import stripe  # noqa: PLC0415 - it takes half a second to load, and few companies use it

        try:
            return await call(self._connected())
        except stripe.StripeError as error:
            cause = " ".join((error.user_message or str(error) or type(error).__name__).split())
            raise StripeUnavailable(
                f"Stripe did not answer: {cause[:200]}",
                "Stripe delivers again by itself; check COO_STRIPE_KEY if it goes on.",
            ) from error

    def _connected(self) -> StripeClient:
        import stripe  # noqa: PLC0415 - as above

        if self._client is None:
            self._http = stripe.HTTPXClient(timeout=DEADLINE_S)
            base: Any = {"api": self._api} if self._api else {}
            self._client = stripe.StripeClient(
                self._key, http_client=self._http, base_addresses=base, max_network_retries=0
            )
        return self._client
