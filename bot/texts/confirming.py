"""Changes of bank and tax data, which a second channel confirms."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

SAY_CONFIRM: Final = (
    "A change of bank or tax data waits: {what}. Until an owner says `confirm {number}` in another "
    "channel, documents go out with what was in force. `confirm {number} no`, if it was not you."
)
SAY_CONFIRMED: Final = "The change of bank or tax data counts from now on, confirmed by {who}."
SAY_UNCHANGED: Final = (
    "The change of bank or tax data was refused by {who}; what was in force stays. "
    "If it stands in company.yaml, mend that file."
)
INBOX_CONFIRM: Final = "To confirm, {number}: {what}. `confirm {number}`, or `confirm {number} no`."
CONFIRM_NOTHING: Final = Trouble(
    "Nothing called {said!r} waits to be confirmed.", "`inbox` lists what does."
)
CONFIRMING: Final = "Noted: {number} is to count."
CONFIRM_REFUSED: Final = "Noted: {number} is not to count."
