"""What all transactions of one ledger share, and how drafts become sheets ready to be placed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from ledger.codec import Codec, Encoded, Plain
from ledger.domain.facts import Draft, Fact
from ledger.domain.present import Passed
from ledger.outbox import NoOutbox, Outbox
from ledger.plain_text import plain_draft
from ledger.statements import Statements

T = TypeVar("T")

MakeId = Callable[[datetime], str]
"""Makes a new id that sorts by the given moment."""


class Projection(Protocol):
    """What folds facts into the read tables."""

    def apply(self, connection: Connection, company: str, facts: Sequence[Fact]) -> None:
        """Fold new facts, inside the transaction that appends them."""
        ...

    def behind(self, connection: Connection, company: str) -> bool:
        """Whether the read tables are not those of the last fact, or of an older fold."""
        ...

    def rebuild(self, connection: Connection, company: str, facts: Iterable[Fact | Passed]) -> None:
        """Make the read tables anew from all facts; whatever is in them is thrown away."""
        ...


class Sheet(Struct, frozen=True, gc=False):
    """A draft with its bytes, ready to be placed."""

    draft: Draft
    encoded: Encoded


class Books(NamedTuple):
    """What every transaction of a ledger shares."""

    company: str
    codec: Codec
    statements: Statements
    projection: Projection | None
    make_id: MakeId
    outbox: Outbox = NoOutbox()

    def sheets(self, drafts: Sequence[Draft]) -> list[Sheet]:
        """Encode one caller's drafts."""
        drafts = [plain_draft(draft) for draft in drafts]
        plain = self._plain(drafts)
        self.codec.keys.ensure(_persons(drafts, plain))
        return self._sealed(drafts, plain)

    def sheets_of_each(self, batches: Sequence[Sequence[Draft]]) -> list[list[Sheet] | Exception]:
        """Encode the drafts of several callers, each for itself, with one commit of new keys.

        Touches no table of the ledger, so it needs no transaction.
        """
        batches = [[plain_draft(draft) for draft in drafts] for drafts in batches]
        plains = [_or_error(partial(self._plain, drafts)) for drafts in batches]
        persons: set[str] = set()
        for drafts, plain in zip(batches, plains, strict=True):
            if not isinstance(plain, Exception):
                persons |= _persons(drafts, plain)
        self.codec.keys.ensure(persons)
        return [
            plain
            if isinstance(plain, Exception)
            else _or_error(partial(self._sealed, drafts, plain))
            for drafts, plain in zip(batches, plains, strict=True)
        ]

    def _plain(self, drafts: Sequence[Draft]) -> list[Plain]:
        return [self.codec.plain(draft.event) for draft in drafts]

    def _sealed(self, drafts: Sequence[Draft], plain: Sequence[Plain]) -> list[Sheet]:
        seal = self.codec.seal
        return [
            Sheet(draft, seal(one, key=draft.key, person=draft.person))
            for draft, one in zip(drafts, plain, strict=True)
        ]


def _persons(drafts: Sequence[Draft], plain: Sequence[Plain]) -> set[str]:
    """Those of whom something personal is to be kept."""
    return {d.person for d, one in zip(drafts, plain, strict=True) if one.personal is not None}


def _or_error(work: Callable[[], T]) -> T | Exception:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - it goes to the caller whose drafts these are
        return error
