"""Promises: the list, what is due, and what a person may say about one."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

PROMISES_NONE: Final = "No promises are open."
PROMISES_NONE_WITH: Final = "No promises are open with {who}."
PROMISES_OPEN: Final = "Open promises"
PROMISES_SETTLED: Final = "Kept, broken or over"
PROMISES_MORE: Final = "… and {number} more; `promises NAME` shows theirs."
PROMISE_LINE: Final = "p{number} · {who}: {what}{due} ({source})"
PROMISE_QUOTE: Final = "     “{quote}”"
PROMISE_OURS: Final = "you to {who}"
PROMISE_THEIRS: Final = "{who} to you"
PROMISE_SOMEBODY: Final = "somebody"
PROMISE_ERASED: Final = "something that was erased"
PROMISE_DUE: Final = ", by {day}"
PROMISE_LATE: Final = ", was due {day}"
PROMISE_NO_DAY: Final = ", no day named"
PROMISE_MOVED_FROM: Final = ", first {day}"
PROMISE_STATUS: Final = {
    "kept": "kept {day}",
    "broken": "broken {day}",
    "withdrawn": "over {day}",
}
PROMISE_HOW: Final = ": {how}"

DUE_TITLE: Final = "{day}: promises"
DUE_OURS: Final = "You promised"
DUE_THEIRS: Final = "Promised to you"
DUE_BEFORE: Final = "p{number} · {who}: {what}, due {day} ({source})"
DUE_TODAY: Final = "p{number} · {who}: {what}, due today ({source})"
DUE_LATE: Final = "p{number} · {who}: {what}, was due {day} ({source})"
DUE_NOTHING_CAME: Final = "p{number} · {who} promised {what} by {day} ({source}): nothing came"
DUE_OVER: Final = "p{number} · {who}: {what} ({status})"
DUE_KEPT: Final = "p{number} kept"
DUE_BROKEN: Final = "p{number} broken"
DUE_LIST: Final = "All promises"

TOLD_NOTED: Final = "Noted as told by you, in {case}. I go on from it."
TOLD_WHICH: Final = Trouble(
    "You did something yourself, and I cannot tell in which case. Nothing was noted.",
    "Say the case: `told {nearest} {text}`.",
)
PROMISE_NOTED: Final = "Noted: {line}"
PROMISE_SETTLED: Final = {
    "kept": "Noted as kept: {what}",
    "broken": "Noted as broken: {what}",
    "withdrawn": "Noted: {what} binds nobody any more.",
    "moved": "Noted: {what} is due {day} now.",
}
PROMISE_UNREADABLE: Final = Trouble(
    "{said!r} does not say who promised what.",
    "`promise Anna the draft by Tuesday`, or whole: `promise Anna promised us the logo by Friday`.",
)
PROMISE_WHO: Final = Trouble(
    "Nobody called {who!r} is in the address book; nothing was noted.",
    "`contact NAME` shows who is; use the id (con-…) where a name fits several.",
)
PROMISE_DAY: Final = Trouble(
    "{said!r} names no single day; nothing was changed.",
    "`moved p{number} to 2026-11-30`, `… to Friday`, `… to tomorrow`.",
)
PROMISE_OVER: Final = Trouble(
    "p{number} is {status} already; nothing was changed.",
    "`promises` shows what became of it; `moved p{number} to DAY` opens it again.",
)

DIGEST_PROMISES: Final = "Promises"
DIGEST_PROMISE: Final = "p{number} · {who}: {what}{due}"
HOME_PROMISES: Final = "Promises: {open} open, {due} due today or before. `promises` lists them."
CARD_PROMISES: Final = "Promised"
