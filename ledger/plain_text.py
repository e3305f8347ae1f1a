"""Text that every database takes: PostgreSQL refuses NUL in text, so it is shown as a picture.

Only what the ledger orders and finds by is text: keys, cases, ids. What people wrote is in
payloads, which are bytes and kept as they came.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.domain.facts import Draft

NUL: Final = "\x00"
NUL_SHOWN: Final = "\u2400"
"""The character that depicts NUL."""


def without_nul(text: str) -> str:
    """The text with NUL shown as a picture of it."""
    return text.replace(NUL, NUL_SHOWN) if NUL in text else text


def plain_draft(draft: Draft) -> Draft:
    """The draft with such text only. The same draft always gives the same one."""
    if NUL not in f"{draft.case}{draft.key}{draft.by}{draft.cause}{draft.person}{draft.id}":
        return draft
    return replace(
        draft,
        case=without_nul(draft.case),
        key=without_nul(draft.key),
        by=without_nul(draft.by),
        cause=without_nul(draft.cause),
        person=without_nul(draft.person),
        id=without_nul(draft.id),
    )
