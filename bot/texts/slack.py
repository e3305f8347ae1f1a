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

SLACK_FORM_LEAVE: Final = "Leave it"
SLACK_FORM_PART: Final = "{field} ({place} of {parts})"
SLACK_FORM_OWN_WORDS: Final = "Or in your own words"
SLACK_FORM_SAY_SOMETHING: Final = "Write a word or two, or leave it."
SLACK_FORM_TOO_LONG: Final = Trouble(
    "This text is too long for a form in Slack.",
    "Say what should change with `tell 3 HOW` (its number), or edit it in the console.",
)
