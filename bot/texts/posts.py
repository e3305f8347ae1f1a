"""What stands on posts in a chat, and what is said about chats that cannot be reached."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

POST_REVOKED: Final = "This chat is no longer paired with Coo. What stood here is closed."
POST_GONE: Final = "What stood here is over."
POST_REPEATED: Final = "(possibly repeated)"
POST_PART: Final = "({part}/{parts})"
POST_MORE: Final = "… {number} more characters: `{show}`"
POST_NOT_NEEDED: Final = "it was settled before it was shown"
POST_LEFT_CHAT: Final = "the chat is no longer paired"

MEMORY_AWAY: Final = "Memory does not answer"
MEMORY_AWAY_NOT_DONE: Final = (
    "Plans recall nothing and ask more; what is to be remembered waits in the ledger"
)
MEMORY_BACK: Final = "Memory answers again; what waited goes in now."
CHAT_DOWN: Final = "Coo cannot write to {operator} in {channel}"
CHAT_DOWN_NOT_DONE: Final = "Messages and cards for that chat"
CHAT_FALLBACK: Final = "They go to {channels} meanwhile."
CHAT_NO_FALLBACK: Final = (
    "No other chat of theirs is paired: `pair` gives one; until then look in the console."
)
CHAT_REVOKED: Final = "That chat is no longer paired."
CHAT_UP: Final = "{channel} takes messages again."
POST_REFUSED: Final = "A message could not be shown in {channel}"
POST_REFUSED_NOT_DONE: Final = "That one message; everything else goes on"

POST_UNSERVED: Final = Trouble(
    "{channel} is not configured any more, so nothing can be posted there.",
    "Set its tokens again (`coo doctor` says which), or end that pairing with `revoke`.",
)
POST_BROKEN: Final = Trouble(
    "It could not be rendered ({what}).", "Read it in the console with `inbox`; the log says more."
)

TAP_COPIED: Final = Trouble(
    "That button belongs to a message in another chat, so it does not count here.",
    "Nothing was done. Use the button where Coo posted it, or type `inbox` here.",
)
TAP_OTHERS: Final = Trouble(
    "That button was put before somebody else, so it does not count for you.",
    "Nothing was done. Type `inbox` to see what waits for you.",
)
TAP_UNKNOWN: Final = Trouble(
    "Coo does not know that button.", "Nothing was done. Type `inbox` to see what waits now."
)
TAP_OVER: Final = Trouble(
    "What that button was for has been settled meanwhile.",
    "Nothing was done. Type `inbox` to see what waits now.",
)
