"""The code a banking app scans to fill in a SEPA transfer (EPC069-12, "GiroCode")."""

from __future__ import annotations

from typing import Final

from ledger.domain.amounts import major
from ledger.domain.company import Bank
from ledger.domain.events import InvoiceIssued

MOST_CENTS: Final = 99_999_999_999
MOST_NAME: Final = 70


def transfer_code(invoice: InvoiceIssued, bank: Bank) -> str:
    """The text of the QR code; empty where the format cannot carry the transfer.

    The format knows euros only, 0.01 to 999,999,999.99, and needs an IBAN and a holder.
    """
    euros = invoice.total.currency == "EUR" and 0 < invoice.total.minor <= MOST_CENTS
    if not (euros and bank.iban and bank.holder):
        return ""
    return "\n".join(
        (
            *("BCD", "002", "1", "SCT"),
            bank.bic,
            bank.holder[:MOST_NAME],
            "".join(bank.iban.split()),
            f"EUR{major(invoice.total):.2f}",
            "",
            "",
            invoice.number,
        )
    )
