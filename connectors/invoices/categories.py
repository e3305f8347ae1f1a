"""The tax categories of EN 16931 (UNTDID 5305), and which one a case of ours is."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from ledger.domain.tax import TaxCase, TaxKind


class Category(Enum):
    """Code, and the reason of the list VATEX where the standard has one."""

    STANDARD = ("S", "")
    ZERO = ("Z", "")
    EXEMPT = ("E", "")
    REVERSE_CHARGE = ("AE", "VATEX-EU-AE")
    INTRA_COMMUNITY = ("K", "VATEX-EU-IC")
    EXPORT = ("G", "VATEX-EU-G")
    OUTSIDE_SCOPE = ("O", "VATEX-EU-O")

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def reason(self) -> str:
        return self.value[1]


def category_of(case: TaxCase | None, rate_bp: int = 0) -> Category:
    """The category of what is taxed at this rate."""
    kind = case.kind if case else TaxKind.DOMESTIC
    match kind:
        case TaxKind.DOMESTIC:
            return Category.STANDARD if rate_bp else Category.ZERO
        case TaxKind.SMALL_BUSINESS:
            return Category.EXEMPT
        case TaxKind.REVERSE_CHARGE:
            return Category.REVERSE_CHARGE
        case TaxKind.INTRA_COMMUNITY:
            return Category.INTRA_COMMUNITY
        case TaxKind.EXPORT:
            return Category.EXPORT
        case TaxKind.OUTSIDE_SCOPE:
            return Category.OUTSIDE_SCOPE
        case _:
            assert_never(kind)
