"""What is said about billing in parts."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

BILLING_PLAN: Final = "{label}: billed {plan}."
BILLING_SAID: Final = "To be offered, billed {plan}: {label}"
PLAN_UNCLEAR: Final = Trouble("{why} Nothing was changed.", "`billing 3 deposit 40% final`.")
BILLING_AGREED: Final = Trouble(
    "Offer {number} is accepted, so how it is billed is agreed. Nothing was changed.",
    "`undo` its invoices, and make a new offer.",
)
WORK_DELIVERED: Final = "delivered"
WORK_MILESTONE: Final = "milestone {number} done"
WORK_NOTED: Final = "Noted, {what}: {label}"
WORK_DAY: Final = Trouble(
    "{said!r} is no day; nothing was noted.", "`delivered 3`, `delivered 3 2026-11-20`."
)
WORK_TO_COME: Final = Trouble(
    "{day} is still to come; nothing was noted.", "Say it once the work is done."
)
WORK_WHICH: Final = Trouble(
    "Several cases wait for it: {cases}. Nothing was noted.", "`delivered CASE` names the one."
)
NO_MILESTONE: Final = Trouble(
    "{said!r} is no milestone of that case, which is billed {plan}. Nothing was noted.",
    "`milestone 3 1 done`, or its name.",
)
STATUS_AWAITS: Final = "{part} waits for: {what}"
STATUS_AGAIN: Final = "{part} is not billed: its invoice was reversed, or its card was refused"
ROW_PART: Final = "Part"
PART_OF: Final = "{place} of {of}: {percent}, {trigger}"
PART_NOT_YET: Final = "the work is still to be done; expected on {day}"
PART_IN_ADVANCE: Final = "the work was still to be done"
PART_FROM: Final = "the work begins on {day}"
PART_AGAIN: Final = "billed again, after {number} reversed"
PART_LESS: Final = "less invoice {number} ({id}) of {day}: {taxes}"
PART_TAX: Final = "{net} net, {tax} tax ({rate})"
PART_WHOLE: Final = "the whole: {net} net, {gross} gross"
CHECK_PART: Final = "part {place} of offer {proposal} is not billed yet"
