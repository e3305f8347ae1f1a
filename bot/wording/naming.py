"""Names for the ids in a text. What Coo says of somebody holds only their id, never a copy of them.

A fact that names a contact writes `@con-…`. Read aloud, it becomes what they are called now; of
who was erased only the id is left.
"""

from __future__ import annotations

import re
from typing import Final

from bot.wording.untrusted import one_line
from ledger.domain.events import Option
from ledger.domain.identity import Identity, identity
from ledger.domain.reading import Views

_MARKED: Final = re.compile(r"@(con-[0-9a-z]{8})\b")


async def named(views: Views, text: str) -> str:
    """The text with everybody in it by name: `Ada Example <ada@example.com> (con-…)`."""
    found = dict.fromkeys(_MARKED.findall(text))
    known = {each: await identity(views, each) for each in found}
    return _MARKED.sub(lambda hit: described(hit[1], known[hit[1]]), text)


async def named_options(views: Views, options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Answers with everybody in them by name."""
    return tuple([Option(each.id, await named(views, each.label)) for each in options])


def described(entry: str, whole: Identity | None) -> str:
    """`Ada Example <ada@example.com, ada@home.example> (con-…)`; the bare id of an unknown one."""
    if whole is None or not whole.names:
        return entry
    own = whole.under(entry)
    name = one_line(own.name or own.organisation or own.key or entry, 60)
    addresses = dict.fromkeys([own.address, *whole.addresses] if own.address else whole.addresses)
    where = f" <{one_line(', '.join(addresses), 120)}>" if addresses else ""
    return f"{name}{where} ({entry})"
