"""What an e-invoice is made as, and what to do where it cannot be made."""

from __future__ import annotations

from typing import Final

from ledger.domain.claims import Issued
from ledger.domain.company import Company, EInvoice
from ledger.domain.errors import CooError

EINVOICE_REMEDY: Final = (
    "The number is kept. Set `e_invoice: none` in company.yaml and retry: it is then made as a "
    "plain PDF."
)


class EInvoiceInvalid(CooError):
    """What was issued cannot be said in valid XML or archival PDF."""


def form_now(issued: Issued, company: Company) -> EInvoice:
    """As it was approved, unless company.yaml says by now that none shall be made."""
    return EInvoice.NONE if company.e_invoice is EInvoice.NONE else issued.e_invoice
