"""What `coo demo --scenario month` prints."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

DEMO_MONTH_ONLY_AUTO: Final = Trouble(
    "The month is played by its script: its customers answer what its operator decides.",
    "Say `coo demo --scenario month --auto`; look around afterwards with `coo chat`.",
)
DEMO_MONTH_START: Final = "A month of {company}, day by day. Data folder: {folder}"
DEMO_MONTH_BOOKS: Final = "The books at the end"
DEMO_MONTH_COLUMNS: Final = (
    "Currency", "Invoiced", "Net", "Tax", "Paid", "Let go", "Open", "On no invoice", "Spent",
)  # fmt: skip
DEMO_MONTH_MESSAGES: Final = (
    "Messages   {messages} = {cases} in cases + {needs_you} for you + {no_action} without action"
)
DEMO_MONTH_EFFECTS: Final = (
    "Effects    {outward} mails sent, doubled: {doubled}; {cards} cards and questions"
)
DEMO_MONTH_CHAIN: Final = "Chain      {chain}, {facts} facts; replay {replay}; books {balanced}"
DEMO_MONTH_OK: Final = "ok"
DEMO_MONTH_BROKEN: Final = "BROKEN"
DEMO_MONTH_UNREADABLE: Final = Trouble(
    "The script {file} of the scenario cannot be read: {why}.",
    "It begins with `month:` (its first day) and lists `steps:`; docs/month.md shows them.",
)
DEMO_MONTH_STEP_UNCLEAR: Final = Trouble(
    "Step {step} of the scenario is not clear: {why}.",
    'Give it `at: "DD HH:MM"`, not before the step above, and one thing that happens.',
)
DEMO_MONTH_NOT_SENT: Final = Trouble(
    "Coo never sent {to} so much: {what} number {n}.",
    "Look at what it did instead: `coo chat` on this folder, then `status` and `inbox`.",
)
DEMO_MONTH_ANY_MAIL: Final = "mail"
DEMO_MONTH_PLACEHOLDER: Final = Trouble(
    "{what} is no placeholder of a scenario.", "docs/month.md lists the placeholders."
)
DEMO_MONTH_REFUSED: Final = Trouble(
    "{line!r} was answered: {said}", "Look around with `coo chat` on this folder."
)
DEMO_MONTH_NO_CARD: Final = Trouble(
    "No card waits for {what} to {to}.",
    "Look at what waits instead: `coo inbox` on this folder.",
)
DEMO_MONTH_NO_QUESTION: Final = Trouble(
    "No open question fits {about}.", "Look at what waits instead: `coo inbox` on this folder."
)
DEMO_MONTH_NOTHING_CALLED: Final = Trouble(
    "There is no {what}.", "Look around with `coo chat` on this folder."
)
DEMO_MONTH_AT_STEP: Final = "The month stopped at step {step} ({at})."
DEMO_MONTH_MAIL: Final = "← {sender}: {subject}"
DEMO_MONTH_OWN: Final = "› writes to {to}, without Coo"
DEMO_MONTH_FILE: Final = "← {name}"
DEMO_MONTH_TYPED: Final = "› {line}"
DEMO_MONTH_CARD: Final = "◆ {card}"
DEMO_MONTH_COO: Final = "  {line}"
