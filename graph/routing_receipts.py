"""A receipt that the operator forwards is for the books: it is no lead, and nobody is answered."""

from __future__ import annotations

from typing import Final

from graph.bookkeeping.receipts import looks_like_receipt, receipt_in_mail, unread_receipt
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
    if receipt_in_mail(mail.subject, mail.text) or await _hangs_on(fact, mail, desk):
        return [unrouted(fact, "mail", _WHY, _REMEDY, outcome=Outcome.NO_ACTION)]
    return []


async def _hangs_on(fact: Fact, mail: MailReceived, desk: Desk) -> bool:
    for document in await desk.views.find(Document, f"of:{fact.id}"):
        found = await desk.fact(document.fact)
        if found is not None and isinstance(found.event, DocumentReceived):
            text = "\n".join(page.text for page in found.event.text)
            unread = unread_receipt(found.event.how, mail.subject, mail.text)
            if unread or looks_like_receipt(text):
                return True
    return False
