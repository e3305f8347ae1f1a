"""What is said around a conversation in a chat: what was not taken in, and what was changed."""

from __future__ import annotations

from bot.texts.trouble import Trouble

CHAT_TOO_LARGE = Trouble(
    "What came in is {size} bytes long, more than the {most} that a message may have.",
    "Nothing of it was taken. Send a shorter message, or the content as a file.",
)
CHAT_EMPTY = Trouble(
    "What came in says nothing.",
    "Nothing was recorded. Send a text, a file, or use a button.",
)
CHAT_JUNK = Trouble(
    "What came in cannot be read: {why}.",
    "Nothing was recorded. Is something else sending to this address?",
)
CHAT_NAMELESS = Trouble(
    "What came in does not say {missing}.",
    "Nothing was recorded. Is something else sending to this address?",
)
CHAT_CUT = "{cut} characters at its end were left out"
CHAT_FEWER_FILES = "{cut} of its files were left out"
CHAT_FEWER_FIELDS = "{cut} of its fields were left out"
