"""What may be odd about a mail such that nobody can be sure what it says, or who says it.

Each is a note, in Coo's words, with what cannot be told because of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

TWO_VERSIONS: Final = "the HTML version shows numbers that the plain version lacks"
CUT: Final = "text longer than Coo reads, cut; all of it is in the raw mail"
UNFINISHED: Final = "the mail ends before its last part is closed"
TNEF: Final = "Outlook's winmail.dat is kept, its contents are not read"
ENCRYPTED: Final = "encrypted; Coo cannot read it"
SEALED: Final = "signed or encrypted as a whole; Coo cannot read it"
SEVERAL_SENDERS: Final = "several senders named, the first one taken"

_UNTOLD: Final = {
    TWO_VERSIONS: "which of the mail's two versions counts, they name different numbers",
    CUT: "what stands in the part of the mail that was too long to read",
    UNFINISHED: "what is missing at the end of the mail",
    TNEF: "what stands in its winmail.dat",
    ENCRYPTED: "what the encrypted part says",
    SEALED: "what the encrypted part says",
    SEVERAL_SENDERS: "which of several senders wrote it",
}


def unclear(notes: Iterable[str]) -> tuple[str, ...]:
    """What cannot be told about a mail with these notes."""
    return tuple(dict.fromkeys(_UNTOLD[note] for note in notes if note in _UNTOLD))
