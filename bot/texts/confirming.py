"""Changes of bank and tax data, which a second channel confirms."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

SAY_CONFIRM: Final = (
    "A change of bank or tax data waits: {what}. Until then what was in force stays in use. An "
    "owner says `confirm {number}` in another channel (the console will do where no owner is "
    "paired in a chat), or `confirm {number} no`, if it was not you."
)
SAY_CONFIRMED: Final = "The change of bank or tax data counts from now on, confirmed by {who}."
SAY_UNCHANGED: Final = (
    "The change of bank or tax data was refused by {who}; what was in force stays. "
    "If it stands in company.yaml, mend that file."
)
INBOX_CONFIRM: Final = "To confirm, {number}: {what}. `confirm {number}`, or `confirm {number} no`."
CONFIRM_NOTHING: Final = Trouble(
    "Nothing waits to be confirmed.", "A change that does is told, and stands in `inbox`."
)
CONFIRMING: Final = "Noted: {number} is to count."
CONFIRM_REFUSED: Final = "Noted: {number} is not to count."
