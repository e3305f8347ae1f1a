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

SLACK_NO_CONNECTION: Final = "Slack cannot be reached from here."
SLACK_LOST: Final = "Slack gave no clear answer ({what})."
SLACK_UNFIT: Final = "The message does not fit into Slack ({what})."
SLACK_REFUSED: Final = "Slack refused it: {code}."
SLACK_TOKEN: Final = Trouble(
    "Slack does not accept Coo's token any more ({code}).",
    "Install the app anew, set COO_SLACK_BOT_TOKEN, and start Coo again; `coo doctor` checks it.",
)
SLACK_SCOPE: Final = Trouble(
    "Coo's Slack app lacks the permission {scope}.",
    "Paste `coo slack manifest` into the app's settings and install it anew.",
)
SLACK_GONE: Final = Trouble(
    "This Slack chat cannot be written to ({code}).",
    "Write to Coo there, or invite it into the channel; else pair another chat with `pair`.",
)
SLACK_ANSWER_ELSEWHERE: Final = "The answer is in our direct chat, where nobody else reads it."
SLACK_PROMPTS: Final = (
    ("What waits for me?", "inbox"),
    ("How do things stand?", "status"),
    ("What is broken?", "failures"),
    ("What can I say?", "help"),
)
SLACK_PROMPTS_TITLE: Final = "What shall we look at?"
SLACK_WHOLE: Final = "The whole of it"
SLACK_FILE_TOO_LARGE: Final = "{name} has {size} bytes, more than the {most} that are taken."
SLACK_FILE_GONE: Final = Trouble(
    "The file {name} is not in Slack any more, or Coo may not read it.",
    "Send it again; `coo doctor` says whether a permission is missing.",
)
SLACK_FILE_EMPTY: Final = "{name} is empty, and Slack takes no empty files."
SLACK_NOT_YET: Final = "Slack has not said yet who Coo is there."
SLACK_HOME_CUT: Final = "There is more than fits here: `inbox` and `status` show all of it."
SLACK_HOME_MORE: Final = "… and {number} more: `inbox` lists them."
SLACK_HOME_STRANGER: Final = Trouble(
    "Coo works for somebody else here",
    "If that is you: run `coo pair` where Coo runs, and say `pair CODE` here with its code.",
)

SLACK_APP_NAME: Final = "Coo"
SLACK_APP_DESCRIPTION: Final = "Runs the operations of your one-person company, and asks you first."
SLACK_APP_COLOUR: Final = "#1f3a5f"
SLACK_COMMAND_DOES: Final = "What waits, what is running, and everything else Coo can do"
SLACK_COMMAND_USAGE: Final = "inbox | status | approve 3 | help"
SLACK_SCOPE_MENTIONS: Final = "hear when somebody mentions Coo in a channel"
SLACK_SCOPE_ASSISTANT: Final = "show that Coo is at it, and offer what to ask"
SLACK_SCOPE_HISTORY: Final = "look up its own message after a lost answer, instead of posting twice"
SLACK_SCOPE_WRITE: Final = "write messages and cards, and rewrite its own"
SLACK_SCOPE_COMMANDS: Final = "be reached by `/coo`"
SLACK_SCOPE_FILES_READ: Final = "take in the files that you send it"
SLACK_SCOPE_FILES_WRITE: Final = "hang documents and pictures on its cards"
SLACK_SCOPE_DIRECT: Final = "read what you write to it, and look up its own messages there"
SLACK_SCOPE_OPEN: Final = "answer `/coo` in your direct chat with it"
SLACK_NEXT: Final = (
    "Paste it at https://api.slack.com/apps: Create New App, From a manifest.",
    "docs/slack.md goes on from there.",
)
SLACK_OPEN: Final = ("Open it, choose your workspace, create. docs/slack.md goes on from there.",)
SLACK_NO_PUBLIC_URL: Final = Trouble(
    "COO_PUBLIC_URL is not set, so Slack could not reach Coo over HTTP.",
    "Set it to where the internet reaches this machine, or leave --http out: Socket Mode needs "
    "no address.",
)
SLACK_ABSENT: Final = Trouble(
    "Not set up.", "`coo slack manifest` makes the app in three minutes; see docs/slack.md."
)
SLACK_BOT: Final = "{name} in {team} ({team_id}), app {app}"
SLACK_TWO_APPS: Final = Trouble(
    "The two tokens are of different apps: {ours} and {theirs}.",
    "Take COO_SLACK_BOT_TOKEN and COO_SLACK_APP_TOKEN from the same app.",
)
SLACK_MISSING_SCOPES: Final = Trouble(
    "The bot lacks permissions: {scopes}.",
    "Paste `coo slack manifest` into App Manifest of the app's settings, and install it anew.",
)
SLACK_NO_WAY_IN: Final = Trouble(
    "Coo can write, but hears nothing: there is no app-level token.",
    "Basic Information, App-Level Tokens: make one with connections:write, and set "
    "COO_SLACK_APP_TOKEN.",
)
SLACK_HALF_HTTP: Final = Trouble(
    "There is a signing secret, but COO_PUBLIC_URL is not set, so Slack cannot reach Coo.",
    "Set COO_PUBLIC_URL, or use Socket Mode: set COO_SLACK_APP_TOKEN.",
)
SLACK_APP_TOKEN: Final = Trouble(
    "The app-level token opens no connection. {why}",
    "Make a new one with connections:write under Basic Information, set COO_SLACK_APP_TOKEN, and "
    "see that Socket Mode is on.",
)
SLACK_BY_SOCKET: Final = "Socket Mode works: no address of this machine is needed."
SLACK_BY_HTTP: Final = "Slack delivers to {url}."
SLACK_LOOK_AGAIN: Final = "Look again in a minute; is this machine online?"
