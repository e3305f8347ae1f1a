"""Documents: files that came with a mail or were handed in, and how far each could be read."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

ATTACHMENT: Final = "attachment"
"""What a file is routed as that hangs on a mail: it says nothing that the mail did not bring."""


class ReadHow(StrEnum):
    """How a document was read, or why it was not."""

    TEXT = "text"
    PICTURE = "picture"
    NAMED = "named only"
    NO_TEXT = "no text"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    UNKNOWN = "unknown kind"

    @property
    def asks(self) -> bool:
        """Whether only a person can tell what it says."""
        return self not in {ReadHow.TEXT, ReadHow.PICTURE, ReadHow.NAMED}


class Page(Struct, frozen=True, gc=False):
    """The text of one page, as its author wrote it: never an instruction. `number` from 1."""

    number: int
    text: str


class OrderNumber(Struct, frozen=True, gc=False):
    """A purchase-order number that somebody named, and where.

    `document` is the file's name, "" for the mail itself; `page` is 0 where there are none; `words`
    are the ones it stood in.
    """

    number: str
    words: str
    document: str = ""
    page: int = 0


class Document(Struct, frozen=True, kw_only=True, tag="document", gc=False):
    """A file as it came in: see `DocumentReceived`. `fact` is that fact, `of` the mail it hung on.

    `told` is what the operator said that it says, where it could not be read. `foreign`: it came
    from somebody else than the contact of its case.
    """

    id: str
    fact: str
    of: str
    case: str
    name: str
    media_type: str
    size: int
    sha256: str
    how: ReadHow
    pages: int
    told: str = ""
    foreign: bool = False


def cited(name: str, page: int = 0) -> str:
    """Where something stands: `contract.pdf, p. 3`."""
    return f"{name}, p. {page}" if page else name
