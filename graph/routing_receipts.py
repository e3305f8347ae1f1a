"""A receipt that the operator forwards is for the books: it is no lead, and nobody is answered."""

from __future__ import annotations

from typing import Final

from graph.bookkeeping.receipts import looks_like_receipt
from graph.desk import Desk, unrouted
from ledger.domain.documents import Document
from ledger.domain.events import DocumentReceived, MailReceived
from ledger.domain.facts import Draft, Fact
from ledger.domain.messages import Outcome

_WHY: Final = "You forwarded a receipt: it goes into the books."
_REMEDY: Final = "`books` shows it; what is unclear about it is asked."


async def receipt_for_the_books(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    """Where it went: to no case; [] for any other mail. Whose sender is in doubt makes no receipt,
    as the bookkeeper sees it too."""
    if not desk.operator or mail.sender.casefold() != desk.operator.casefold():
        return []
    if mail.authentication.startswith("fail"):
        return []
    for document in await desk.views.find(Document, f"of:{fact.id}"):
        found = await desk.fact(document.fact)
        if found is not None and isinstance(found.event, DocumentReceived):
            text = "\n".join(page.text for page in found.event.text)
            if looks_like_receipt(text):
                return [unrouted(fact, "mail", _WHY, _REMEDY, outcome=Outcome.NO_ACTION)]
    return []
