"""VAT ids: their form and check digits, by python-stdnum. Nothing is asked of a server."""

# The library takes a while to load, and most deliveries know of no VAT id.
# ruff: noqa: PLC0415

from __future__ import annotations

from functools import cache
from typing import Final

NORTHERN_IRELAND: Final = "XI"
"""In the Union for goods alone: a person decides."""

_GREECE: Final = {"EL": "GR"}
"""VAT ids name Greece otherwise than ISO 3166 does."""


@cache
def members() -> frozenset[str]:
    """The member states of the European Union, ISO 3166-1 alpha-2."""
    from stdnum.eu.vat import MEMBER_STATES

    return frozenset(code.upper() for code in MEMBER_STATES) - {NORTHERN_IRELAND}


def bare(vat_id: str) -> str:
    """A VAT id in capitals, without what people put between its signs."""
    return "".join(sign for sign in vat_id.upper() if sign.isalnum())


def country_of(vat_id: str) -> str:
    """The country that a VAT id of the Union names, Northern Ireland included; else ""."""
    prefix = vat_id[:2].upper()
    code = _GREECE.get(prefix, prefix)
    return code if code in members() or code == NORTHERN_IRELAND else ""


def vat_id_holds(vat_id: str, country: str = "") -> bool:
    """Whether form and check digits are right. `country` tells whose an id from elsewhere is.

    Where the library knows no VAT ids of that country, any id with a figure in it holds.
    """
    from stdnum import get_cc_module
    from stdnum.eu.vat import is_valid

    if country_of(vat_id):
        return bool(is_valid(vat_id))
    known = get_cc_module(country.lower(), "vat") if country and country not in members() else None
    if known is not None:
        return bool(known.is_valid(vat_id))
    elsewhere = bool(country) and country not in members()
    return elsewhere and any(sign.isdigit() for sign in vat_id)
