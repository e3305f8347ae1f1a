"""What Coo says of its own accord, and around the prompt."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

# --- notices --------------------------------------------------------------------------------------

CARD_NUMBER: Final = "Card {number}"
CARD_UNKNOWN: Final = "That card"
SAY_WITHDRAWN: Final = "Question {number} answered itself: {why}"
SAY_APPROVED: Final = "approved by {who}"
SAY_REJECTED: Final = "rejected by {who}"
SAY_DID_IT: Final = "done by hand, says {who}"
SAY_REFUSED: Final = "{card}: the tap{who} did not count, {why}"
SAY_REMINDER_GONE: Final = "Reminder withdrawn: {why} {ago}. ({card})"
SAY_LEAVES: Final = "{card}: leaves at {when}. `hold {number}` stops it."
SAY_POSTPONED: Final = "{card}: put off until {until}"
SAY_SUPERSEDED: Final = "{card} no longer counts: {why}"
SAY_EXPIRED: Final = "{card} expired undecided. It is paused, not refused; nothing was done."
SAY_DONE: Final = "{action} is done; its receipt was erased."
SAY_WITHHELD: Final = "Held back: {action}. {why}"
SAY_CLEARED: Final = "Works again: {what} {how}"
SAY_STUCK: Final = "Case {case} is stuck: {subscriber} could not go on after {tries}."
SAY_STUCK_RETRY: Final = "The other cases go on. `retry {case}` tries again."
SAY_UNSTUCK: Final = "Case {case} goes on again."
SAY_OPENED: Final = "New {kind}, case {case}"
SAY_CLOSED: Final = "Case {case} is closed: {outcome}"
SAY_MATCHED: Final = "{amount} is booked on invoice {invoice}."
SAY_UNROUTED: Final = "A {what} fits no case: {why}"
MAIL_FROM: Final = "mail from {who}{about}"
PAYMENT_FROM: Final = "payment of {amount} from {who}"
SAY_UNREADABLE: Final = "{source} could not be read: {cause}"
SAY_FELL_BACK: Final = "{part} goes on by {used}, since no model gave anything usable."
SAY_POLICY: Final = "Rules refused, {where}: {reason}"
SAY_POLICY_KEPT: Final = "Mend that line; until then {kept} stays in force."
SAY_STOPPED: Final = "Stopped: {what}, by {who}. `resume` lifts it."
SAY_ANCHORED: Final = (
    "Anchor of {day}, over {seq} facts. Keep this line outside of the data folder; "
    "`verify LINE` finds out later whether anything was taken away:"
)
SAY_MANY: Final = "{number} new cards wait for you: `inbox` lists them."
SAY_AGAIN: Final = "Still broken, seen {number} times: {what}"

# --- console --------------------------------------------------------------------------------------

CUT: Final = "… {number} more characters: `{show}`"
CHOOSE: Final = "{title}: what shall become of it?"
CHOOSE_NOTHING: Final = "Nothing now"
TOOLBAR: Final = "help: what you can say · Ctrl-D: leave"
TOOLBAR_WAITS: Final = "waiting: {numbers} · Enter: choose · help · Ctrl-D: leave"
EDIT_ONE: Final = "Enter: go on · Ctrl-C: leave it"
EDIT_MANY: Final = "Esc, then Enter: go on · Ctrl-C: leave it"
LEFT: Final = "Left as it was."
STILL_WORKING: Final = "Still at work; what comes of it is told here."
CONSOLE_BROKEN: Final = Trouble(
    "Coo itself stumbled over this: {what}.",
    "Nothing more was done. Try again; if it stays, `coo doctor` and then `failures`.",
)
NEWS_BROKEN: Final = Trouble(
    "News cannot be read now: {what}.", "It is tried again; `status` shows how things stand."
)
SAY_WATCHING: Final = "Watching from now on, by {who}: I draft and ask, and nothing leaves."
SAY_LIVE: Final = "Live from now on, by {who}: what you approve leaves."
