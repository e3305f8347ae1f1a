"""Cards that share a list."""

from __future__ import annotations

from typing import Final

LIST_TITLE: Final = "{number} cards alike: {what}"
LIST_ROW: Final = "{number}"
LIST_APPROVE: Final = "Approve {number}"
LIST_SHOW: Final = "Open {number}"
LIST_APPROVE_ALL: Final = "Approve all {number} shown"
LIST_FOOTER: Final = "A tap on one decides only that one, as it is shown here."
LIST_CUT: Final = "… {number} more characters: open it"
LIST_UNTIL: Final = "until {when}"
