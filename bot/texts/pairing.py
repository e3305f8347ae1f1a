"""Pairing a chat by a one-time code, roles, revoking, and what strangers are told."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

SOMEBODY: Final = "somebody"

SAY_PAIRED: Final = (
    "{who} is paired on {channel} as {role} ({id}). Was that not you? "
    "`revoke {id}` ends it at once."
)
SAY_ROLE: Final = "{id} is {role} from now on, by {who}."
SAY_REVOKED: Final = (
    "{id} is revoked, by {who}: it can do nothing, and its open cards count no more."
)
SAY_STRANGER: Final = (
    "A stranger wrote on {channel}: {who} ({why}). Nothing was done. "
    "If it is somebody of yours, `pair` shows a code for them."
)

# --- commands -------------------------------------------------------------------------------------

PAIR_CODE: Final = "One-time code: {code}. Whoever types it becomes {name}, {role}."
PAIR_WHERE: Final = (
    "In the chat that you want to pair, in a direct message to me, say `pair {code}` "
    "(in Slack also `/coo pair {code}`). It counts once, until {until}."
)
PAIR_HINT: Final = (
    "An owner configures, an approver decides, a viewer sees: `pair approver Bea`, `pair viewer`."
)
PAIR_NOBODY_WORKS: Final = "`coo run` must be running with the chat set up; nothing runs now."
PAIR_ELSEWHERE: Final = Trouble(
    "That is a code, and this place needs none.",
    "Type it in the chat that is to be paired, in a direct message to me.",
)
PAIR_IN_FRONT: Final = Trouble(
    "Others read here, and whoever types a code first is paired. No code was made.",
    "Say `pair` in a direct message to me, or at the console.",
)
PAIR_ROLE: Final = Trouble(
    "{said!r} is no role.", "Say `pair owner`, `pair approver NAME` or `pair viewer NAME`."
)
DEVICES_TITLE: Final = "Who may speak to me in chat"
DEVICES_COLUMNS: Final = ("id", "who", "role", "where", "since", "code shown by")
DEVICES_NONE: Final = (
    "No chat is paired, so nothing can be approved from one. `pair` shows a code; the console "
    "is the owner's."
)
DEVICES_HERE: Final = " (here)"
DEVICES_CONSOLE: Final = "console"
DEVICES_HINT: Final = "`revoke {id}` ends one at once; `role {id} viewer` lets it do less."
WHICH_CHAT: Final = Trouble(
    "It is not said which chat, or as what.", "Write `{usage}`; `devices` lists who is paired."
)
NOT_PAIRED: Final = Trouble("{said!r} is not paired, or no longer.", "`devices` lists who is.")
REVOKED: Final = (
    "Revoked: {label}. It can do nothing from now on, and the cards it shows count no more."
)
REVOKED_PAIRED: Final = (
    "It paired {label} with a code of its own: `revoke {id}`, if that was not you."
)
REVOKED_DECIDED: Final = (
    "In the last day it approved card {cards}; that stands. `undo {first}` takes one back."
)
REVOKED_HINT: Final = "`stop` halts every effect, if something may be under way."
ROLE_SET: Final = "{label} is {role} from now on; what it taps is judged by that."
ROLE_ALREADY: Final = Trouble("{label} is {role} already.", "`devices` lists all of them.")
ROLE_TOO_LITTLE: Final = Trouble(
    "You are {role} here, and that takes {needed}. Nothing was done.",
    "An owner can do it, or give this chat the role: `devices` lists who is what.",
)
ROLE_NONE: Final = Trouble(
    "This chat is not paired, or no longer. Nothing was done.",
    "`pair` at the console shows a code for it.",
)
ERASE_NOT_ALLOWED: Final = "Nobody was erased: that takes an owner, and who asked is none now."
NO_ROLE: Final = "nobody"

WELCOME: Final = "This chat is paired: you are {name}, {role}."
WELCOME_HINT: Final = "`inbox` shows what waits for you, `help` what you can say."
ROLE_MEANS: Final = {
    "owner": "You may see, decide and configure: stop and resume, pair and revoke, erase.",
    "approver": "You may see everything and decide on cards; an owner configures.",
    "viewer": "You may see everything; deciding takes an approver, configuring an owner.",
}
