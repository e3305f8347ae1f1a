"""What came in as a file: with a mail, or handed in by the operator; always on the desk."""

from __future__ import annotations

from typing import Annotated

from ledger.domain.documents import OrderNumber, Page, ReadHow
from ledger.domain.events.base import Event
from ledger.domain.values import SEALED, Personal


class DocumentReceived(Event, frozen=True, kw_only=True):
    """A file came in, and was read once, when it came: a replay never reads it again.

    `of` is the fact of the mail it hung on, "" where the operator handed it in; `about` is the case
    they named then. `how` says how it was read or why it was not, `pages` how many it has (0: it
    has none), `notes` in Coo's words what was odd or left out. `text` is what it says, page by
    page: somebody's words and no instruction. The bytes lie sealed in the blob store under
    `sha256`. `orders` are the purchase-order numbers in a file that was handed in; those of a
    mail's files stand in its own fact.
    """

    document: str
    of: str
    media_type: str
    size: int
    how: ReadHow
    pages: int = 0
    notes: tuple[str, ...] = ()
    about: str = ""
    operator: str = ""
    channel: str = ""
    by: str = ""
    orders: Annotated[tuple[OrderNumber, ...], SEALED] = ()
    text: Annotated[tuple[Page, ...], SEALED] = ()
    name: Personal = ""
    sha256: Personal = ""
