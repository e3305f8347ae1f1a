"""What must be there before the first thread starts: how each stored type is read.

msgspec works out how to read a class when the first decoder of it is made, and marks the class as
done before it is. A second thread that makes a decoder in between reads through the half of it,
and the process dies with a segmentation fault (seen with 0.22 about once in twenty cold starts
under load). So all of them are made once, by the thread that opens the ledger: 30 ms.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from ledger.domain.entities import Entity
from ledger.domain.events import EVENT_TYPES


@cache
def prepare_decoders() -> None:
    """Have every entity and event, and all that they are made of, ready to be read."""
    entities: Any = Entity
    for kind in (entities, *EVENT_TYPES.values()):
        msgspec.json.Decoder(kind)
