"""What `coo prove` says."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

PROVE_START: Final = (
    "A throw-away company takes a lead to a paid invoice, and its process kills itself at every "
    "crash point. Seed {seed}."
)
PROVE_THROUGH: Final = "{through} of {of} crash points and plays"
PROVE_POINTS: Final = "Crash points"
PROVE_PLAYS: Final = "Bad days"
PROVE_FOUND: Final = "What is wrong"
PROVE_COLUMNS: Final = ("Moment", "Points", "Killed", "Doubled", "Lost", "Parked")
PROVE_PLAY_COLUMNS: Final = ("Play", "What was seen", "")
PROVE_TOTAL: Final = "all"
PROVE_OK: Final = "ok"
PROVE_WRONG: Final = "WRONG"
PROVE_COUNTS: Final = (
    "{points} crash points tried ({flow} in one flow), {deaths} kills; duplicated effects "
    "{doubled}, lost cases {lost}."
)
PROVE_PARKED: Final = "Unknown outcomes parked: {parked}, resolved: {resolved}."
PROVE_WAY: Final = "{times} times: {how}."
PROVE_SAME: Final = "Books, chain and read tables are those of the calm run. Calm run: {head}"
PROVE_TIME: Final = "{seconds} s. `coo prove --seed {seed}` does the same again."
PROVE_KEPT: Final = "The folders of what went wrong are in {folder}."
PROVE_IN_CHAT: Final = "The same with another order and other ids: `prove --seed 2`."
PROVE_NO_NUMBER: Final = Trouble(
    "{what!r} is no seed; nothing was proved.", "Type `prove`, or `prove --seed 7`."
)
PROVE_SILENT: Final = Trouble(
    "The prove ended without a result: {why}.", "Run `coo prove` at the command line."
)
