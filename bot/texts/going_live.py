"""What people read about watching, going live, and the numbers that go on."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

WATCH_NOW: Final = "Watching: I plan, draft and ask, and nothing leaves, whatever is approved."
WATCH_HINT: Final = "`go-live` shows what going live would mean."
WATCH_ALREADY: Final = "I am watching already, since {since}. Nothing leaves."
LIVE_NEVER_WATCHED: Final = (
    "Live: this company never watched, so what you approve leaves. `watch` begins to."
)
LIVE_ALREADY: Final = "Live since {since}: what you approve leaves. `watch` goes back to watching."
LIVE_HEAD: Final = "Going live means that what you approve leaves."
LIVE_FINDING: Final = "  {health}: {what}"
LIVE_REMEDY: Final = "    {remedy}"
LIVE_WAITING: Final = "  {cards} for your decision; each leaves only when you approve it."
LIVE_HELD: Final = "  {held} while watching; asked again, none leaves by itself."
LIVE_FIRST: Final = "  The first real mail goes to you first, to {operator}; then you decide."
LIVE_FILES: Final = "  Mail is written to files here until COO_SMTP is set."
LIVE_NUMBER: Final = "  The next {book} gets {next}{after}."
LIVE_AFTER: Final = ", after your {last}"
LIVE_CONFIRM: Final = "`go-live confirm` goes live."
LIVE_BROKEN: Final = Trouble(
    "Not live: mail cannot leave yet. {what}", "{remedy} `coo doctor` looks again."
)
LIVE_NOW: Final = "Live. What you approve from now on leaves."
LIVE_ASKED: Final = "{held} while I watched: each is asked again on a new card."
LIVE_TYPE: Final = Trouble(
    "`go-live {said}` is nothing I know.", "`go-live` shows what it means, `go-live confirm` does."
)
INIT_WATCHES: Final = (
    "COO_SMTP is set, so mail would really leave: I watch first. `coo go-live` ends that."
)
MODE_WATCHING: Final = "WATCHING since {since}: nothing leaves before `go-live`."
APPROVED_WATCHING: Final = (
    "Watching: it does not leave now. After `go-live` its card is asked again."
)

NUMBERS_LINE: Final = "The next {book} gets {next}{after}.{first}"
NUMBERS_FIRST: Final = " I show it to you before I give it."
NUMBERS_HINT: Final = "`numbers invoice RE-2026-0042` goes on after your own last number."
NUMBERS_DONE: Final = "The {book} after your {last} gets {next}. Its card shows the number, once."
NUMBERS_WHICH: Final = Trouble(
    "`numbers {said}` names no book and number.",
    "`numbers invoice RE-2026-0042`, or `numbers credit CN-2026-0007`: your own last number.",
)
NUMBERS_FUTURE: Final = Trouble(
    "{number} is of {year}, and that year has not begun.",
    "Say the last number of the present year. Nothing was changed.",
)
NUMBERS_TWICE: Final = Trouble(
    "After {number} a number would be given twice: {highest} exists.",
    "Say your last number, or a later one. Nothing was changed.",
)
NUMBERS_GAP: Final = Trouble(
    "{number} would leave a gap: the last number given is {highest}.",
    "Numbers go on without gaps once Coo has given one. Nothing was changed.",
)
