"""What the operator wants instead, typed. Read out of the operator's words by `agents.wish`."""

from __future__ import annotations

from msgspec import Struct

from graph.moves import Wording
from graph.slots import Wanted
from ledger.domain.billing import BillingPlan


class Wish(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The operator's words, understood. `rest` is what was not; then Coo asks.

    `discount_bp` of None: nothing was said. `lines` with a quantity of 0 keep theirs.
    `drop` are items to leave out. `quantity` is a count said without an item.
    """

    discount_bp: int | None = None
    net: int = 0
    gross: int = 0
    lines: tuple[Wanted, ...] = ()
    drop: tuple[str, ...] = ()
    quantity: int = 0
    delivery_days: int = 0
    plan: BillingPlan | None = None
    wording: Wording = Wording()
    decline: bool = False
    again: bool = False
    close: bool = False
    ask_customer: bool = False
    understood: tuple[str, ...] = ()
    rest: str = ""
    text: str = ""

    @property
    def priced(self) -> bool:
        """Whether it says anything about what is offered or at which price."""
        told = self.discount_bp is not None or self.net or self.gross or self.quantity
        return bool(told or self.lines or self.drop or self.delivery_days or self.plan is not None)

    @property
    def worded(self) -> bool:
        """Whether it says how a mail should read."""
        return self.wording != Wording()
