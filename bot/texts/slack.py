"""Slack: forms, App Home, set-up and what goes wrong with it."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

SLACK_CUT: Final = "… {number} more characters do not fit here."
SLACK_ROWS_CUT: Final = "… and {number} more rows."
SLACK_CARDS_CUT: Final = "… and {number} more cards: `inbox` lists them."
SLACK_NEWS: Final = "Coo has something for you"

SLACK_SURE: Final = "Really?"
SLACK_SURE_WHY: Final = "{label}: this cannot be taken back."
SLACK_SURE_YES: Final = "Yes, do it"
SLACK_SURE_NO: Final = "Not yet"

SLACK_FORM_EDIT: Final = "Edit"
SLACK_FORM_PREVIEW: Final = "Exactly this leaves"
SLACK_FORM_REJECT: Final = "Reject"
SLACK_FORM_TELL: Final = "Tell me how"
SLACK_FORM_LATER: Final = "Later"
SLACK_FORM_ASK: Final = "Coo asks"
SLACK_FORM_SHOW: Final = "Show the preview"
SLACK_FORM_SEND: Final = "Send exactly this"
SLACK_FORM_DONE: Final = "Done"
SLACK_FORM_LEAVE: Final = "Leave it"
SLACK_FORM_PART: Final = "{field} ({place} of {parts})"
SLACK_FORM_CHANGE: Final = "Change something above, or leave it."
SLACK_FORM_SAY_SOMETHING: Final = "Write a word or two."
SLACK_FORM_TOO_LONG: Final = Trouble(
    "This text is too long for a form in Slack.",
    "Say what should change with Tell me how, or edit it in the console: `edit {number}`.",
)
SLACK_LATER_QUESTION: Final = "When shall I bring it again?"
SLACK_LATER_OTHER: Final = "Or in your own words"
SLACK_LATER_CHOICES: Final = (
    ("1 hour", "In an hour"),
    ("3 hours", "In three hours"),
    ("tomorrow", "Tomorrow morning"),
    ("48 hours", "In two days"),
)
SLACK_REASON: Final = "Why not? Coo learns from it."
SLACK_HOW: Final = "How should it be? For instance: friendlier, 5 % off."
