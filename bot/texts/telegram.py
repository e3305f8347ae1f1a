"""Telegram: what its messages add to the words of cards and answers, and what may be wrong."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

TELEGRAM_EMPTY: Final = "There is nothing to show."
TELEGRAM_FILE: Final = "answer.txt"
TELEGRAM_CUT: Final = "This is the beginning. All of it is in the file above."
TELEGRAM_MORE: Final = "There is more: `show` it in a message of its own."
TELEGRAM_REPLY: Final = "Reply to this message."
TELEGRAM_NEW_TEXT: Final = "The new text"
TELEGRAM_REPEATED: Final = "(possibly repeated)"
TELEGRAM_NO_FILE: Final = "A file could not be attached: {name}. {cause}"
TELEGRAM_FORWARDED: Final = "Forwarded from {who}: {text}"
TELEGRAM_SOMEBODY: Final = "somebody"
TELEGRAM_UNREAD: Final = "a {what}, which Coo cannot read"
TELEGRAM_OVERVIEW: Final = "How things stand, and what waits for you."

TELEGRAM_BLOCKED: Final = Trouble(
    "Telegram does not deliver to this chat: {what}.",
    "Open the chat with the bot in Telegram, choose Start (or Unblock), and say something there.",
)
TELEGRAM_NO_CHAT: Final = Trouble(
    "Telegram knows no such chat, or the bot may not write in it: {what}.",
    "Write to the bot from that chat once, then pair it again.",
)
TELEGRAM_TOKEN: Final = Trouble(
    "Telegram refuses the token of the bot: it is wrong, or was revoked.",
    "Take the token that @BotFather shows under /mybots → API Token into COO_TELEGRAM_TOKEN, "
    "and start Coo again.",
)
TELEGRAM_MOVED: Final = Trouble(
    "This group has become another one in Telegram.",
    "Write to the bot in the group once, then pair it again.",
)
TELEGRAM_REFUSED: Final = "Telegram will not have this message: {what}."
TELEGRAM_AWAY: Final = "Telegram cannot be reached, so nothing was sent."
TELEGRAM_BUSY: Final = "All connections to Telegram are in use, so nothing was sent."
TELEGRAM_SILENT: Final = "Telegram's answer was lost ({what})."
TELEGRAM_LARGE: Final = Trouble(
    "{name!r} has {size} MB; Telegram takes {most} MB.", "Read it in the console."
)
TELEGRAM_TWO_POLLS: Final = Trouble(
    "Another process reads this bot's messages with the same token (409).",
    "Stop that process, or give it a bot of its own. Coo tries again in {seconds} s.",
)
TELEGRAM_WEBHOOK_SECRET: Final = Trouble(
    "COO_PUBLIC_URL is set, but COO_TELEGRAM_SECRET is not: anybody could send messages to Coo.",
    "Set COO_TELEGRAM_SECRET to 16 to 256 letters, digits, `_` or `-`, "
    "or unset COO_PUBLIC_URL to let Coo ask Telegram for messages.",
)
TELEGRAM_FOREIGN: Final = Trouble(
    "Somebody who does not know the secret called the webhook of Telegram.",
    "Nothing was recorded. Telegram itself always sends the secret.",
)
TELEGRAM_BAD_UPDATE: Final = Trouble(
    "Telegram sent something that nobody can read.", "Nothing was recorded of it."
)
TELEGRAM_GONE_FILE: Final = Trouble(
    "Telegram does not hand out this file: {what}.",
    "Files of up to 20 MB can be fetched; send it again, smaller, or put it in with `coo ingest`.",
)
TELEGRAM_WELL: Final = "Telegram can be heard again."
TELEGRAM_NOT_KEPT: Final = Trouble(
    "What came from Telegram could not be recorded: {what}.",
    "Telegram keeps it, and Coo asks again.",
)
TELEGRAM_NOT_TAKING: Final = Trouble(
    "Coo takes nothing from Telegram at this moment.", "Telegram calls again by itself."
)

TELEGRAM_NO_ANSWER: Final = Trouble(
    "Telegram cannot be reached from here now.",
    "Check the network, a proxy, and COO_TELEGRAM_API; then ask `coo doctor` again.",
)
TELEGRAM_ABSENT: Final = Trouble(
    "No bot is set up.",
    "@BotFather in Telegram gives a token for COO_TELEGRAM_TOKEN; docs/chat.md shows how.",
)
TELEGRAM_BOT: Final = "{name} (@{username}); {reads}"
TELEGRAM_READS_ADDRESSED: Final = "in groups it sees what is addressed to it"
TELEGRAM_READS_ALL: Final = "in groups it sees everything, and answers what is addressed to it"
TELEGRAM_POLLS: Final = "Coo asks for messages; nothing has to be reachable from outside"
TELEGRAM_CALLS: Final = "Telegram calls {url}"
TELEGRAM_OTHER_WEBHOOK: Final = Trouble(
    "A webhook at {host} gets this bot's messages, as long as `coo run` has not taken it away.",
    "Start `coo run`, or set COO_PUBLIC_URL and COO_TELEGRAM_SECRET if that is Coo.",
)
TELEGRAM_NO_WEBHOOK: Final = Trouble("Telegram does not call {url} yet.", "`coo run` tells it to.")
TELEGRAM_WEBHOOK_FAILS: Final = Trouble(
    "Telegram could not call {url}: {what}.",
    "Check that COO_PUBLIC_URL reaches this machine by https, and that `coo run` is running.",
)
TELEGRAM_SHORT_SECRET: Final = Trouble(
    "COO_TELEGRAM_SECRET has less than {least} signs.",
    "Take a longer one: `openssl rand -hex 32` gives one.",
)
TELEGRAM_PENDING: Final = Trouble(
    "{number} messages wait at Telegram.", "`coo run` takes them, oldest first."
)
