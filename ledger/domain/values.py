"""Values: the smallest frozen things everything else is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from ledger.domain.errors import CurrencyMismatch

SEALED: Final = Meta(extra={"sealed": True})
"""Marks an event field as personal: `Annotated[str, SEALED] = ""`.

The store encrypts such a field under the key of the fact's person; once that key is
destroyed the field reads as its default, so every sealed field needs one.
"""


def sealed_but_for(open_form: Callable[[Any], Any]) -> Meta:
    """Marks an event field that is personal in part: `open_form(value)` stays readable for ever.

    The whole value is sealed beside it. Erased, the field reads as its open form, so it needs no
    default.
    """
    return Meta(extra={"sealed": True, "open_form": open_form})


Personal = Annotated[str, SEALED]
"""A personal text. Its default, and so its erased value, is the empty string."""

BASIS_POINTS: Final = 10_000
"""One whole in basis points: 10_000 bp = 100 %."""

DESK: Final = "desk"
"""The standing case of a company: what comes from outside enters here first."""


class Money(Struct, frozen=True, order=False, gc=False):
    """An amount in integer minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def times(self, quantity: int) -> Money:
        """The amount `quantity` times."""
        return Money(self.minor * quantity, self.currency)

    def share(self, basis_points: int) -> Money:
        """`basis_points` of the amount, rounded half away from zero to a whole minor unit."""
        return Money(rounded_share(self.minor, basis_points), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def rounded_share(minor: int, basis_points: int) -> int:
    """`minor * basis_points / 10_000`, rounded half away from zero."""
    product = minor * basis_points
    magnitude = (abs(product) + BASIS_POINTS // 2) // BASIS_POINTS
    return magnitude if product >= 0 else -magnitude


PLAYBOOK: Final = "playbook"
"""How facts name whoever planned, read or drafted where no model did."""
OPERATOR: Final = "operator"
"""How they name the person where the words are theirs. No model may bear either name."""


class Trust(StrEnum):
    """How far a value may be relied on. Ordered: `OPERATOR` > `VERIFIED` > `UNTRUSTED`."""

    OPERATOR = "operator"
    VERIFIED = "verified"
    UNTRUSTED = "untrusted"

    @property
    def rank(self) -> int:
        return (Trust.UNTRUSTED, Trust.VERIFIED, Trust.OPERATOR).index(self)


class Provenance(Struct, frozen=True, gc=False):
    """Where one value came from: the ids of the facts behind it, and how far it is trusted.

    `note` says in words what was done to get it ("list price × 2, less 5 %").
    """

    sources: tuple[str, ...]
    trust: Trust
    note: str = ""


class Risk(StrEnum):
    """What it takes to take a command back."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    IRREVERSIBLE = "irreversible"


class Attachment(Struct, frozen=True, gc=False):
    """A pre-rendered document that travels with a command; `sha256` is of its bytes (hex)."""

    name: str
    media_type: str
    size: int
    sha256: str


class Line(Struct, frozen=True, gc=False):
    """One line of a proposal or an invoice. `unit_price` is net; `tax_bp` in basis points."""

    item: str
    description: str
    quantity: int
    unit: str
    unit_price: Money
    tax_bp: int
    discount_bp: int = 0

    @property
    def net(self) -> Money:
        """Net amount of the line after its discount, rounded per line."""
        gross = self.unit_price.times(self.quantity)
        return gross - gross.share(self.discount_bp)


def reversed_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines with their quantities turned negative: their sums are exactly the opposite."""
    return tuple([msgspec.structs.replace(line, quantity=-line.quantity) for line in lines])


class TaxLine(Struct, frozen=True):
    """The tax at one rate: `base` is the net sum it applies to."""

    rate_bp: int
    base: Money
    tax: Money


class Totals(Struct, frozen=True):
    """Net, tax per rate and gross of a set of lines."""

    net: Money
    taxes: tuple[TaxLine, ...]
    gross: Money


def totals(lines: Iterable[Line], currency: str) -> Totals:
    """Sum lines; tax is rounded once per rate on the summed base.

    Raises `CurrencyMismatch` where a line is in another currency.
    """
    zero = Money(0, currency)
    bases: dict[int, Money] = {}
    for line in lines:
        bases[line.tax_bp] = bases.get(line.tax_bp, zero) + line.net
    taxes = tuple(TaxLine(rate, base, base.share(rate)) for rate, base in sorted(bases.items()))
    net = sum((part.base for part in taxes), start=zero)
    gross = sum((part.tax for part in taxes), start=net)
    return Totals(net=net, taxes=taxes, gross=gross)


_T = TypeVar("_T")


def canonical(value: Any) -> bytes:
    """The one JSON form of a value: sorted keys, no white space. Hash this, never another form."""
    return msgspec.json.encode(value, order="deterministic")


def decoded(data: bytes | str, kind: type[_T]) -> _T:
    """Read `data` (JSON) as `kind`. Raises `msgspec.ValidationError` where it does not fit."""
    return msgspec.json.decode(data, type=kind)
