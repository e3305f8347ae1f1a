"""The words of `remember`, `correct`, `forget` and `memory`."""

from __future__ import annotations

from bot.texts.trouble import Trouble

KNOWN_PRICE = "{item} costs {price}"
KNOWN_DISCOUNT = "{value} discount"
KNOWN_CAP = "at most {value} discount"
KNOWN_PAYMENT = "to be paid within {value}"
KNOWN_EARLY = "early-payment discount: {value}"
KNOWN_WITHIN = "{share} within {days} days"
KNOWN_DELIVERY = "delivery takes {value}"
KNOWN_ADDRESS = "form of address: {value}"
KNOWN_LANGUAGE = "language: {value}"
KNOWN_TONGUES = {"de": "German", "en": "English", "fr": "French"}
KNOWN_BUDGET = "budget: {value}"
KNOWN_LIMIT = "limit: {value}"
KNOWN_DAYS = "{days} days"
KNOWN_YES = "yes"
KNOWN_NO = "no"
KNOWN_FROM = "from {day}"
KNOWN_UNTIL = "until {day}"
KNOWN_SOURCE = "said by {who} in {channel} on {day}"
KNOWN_CORRECTS = ", as a correction"
KNOWN_LIST = "a newer price list"
KNOWN_CORRECTED = "corrected on {day}, see {other}"
KNOWN_FORGOTTEN = "forgotten on {day}"
KNOWN_SUPERSEDED = "superseded by {other}"
KNOWN_EXPIRED = "expired"
KNOWN_AHEAD = "not yet in force"
KNOWN_GONE = "erased"
KNOWN_ERASED = "erased with its person"
KNOWN_LINE = "{handle} {what} ({source})"
KNOWN_LINE_OVER = "{handle} {what} [{over}] ({source})"

REMEMBERED_NOW = "Remembered as {handle}. {what}."
REMEMBERED_KINDS = {
    "price": "It is the price I offer, before that of company.yaml ({listed}).",
    "billing": "Invoices follow it.",
    "term": "Offers and invoices follow it.",
    "preference": "Letters follow it.",
    "policy": "Whatever goes to them asks first, and names it.",
    "finance": "",
    "note": "Kept word for word; nothing is done by it alone.",
}
REMEMBERED_COMPANY_POLICY = (
    "Kept word for word. A rule that stops or asks for everybody belongs in a file of `policies/`."
)
REMEMBERED_UNCLEAR = "I found no place for its value, so it is a note and changes no price."
REMEMBERED_NOBODY = "It names nobody I know, so it is kept for the company."
REMEMBERED_INSTEAD = "It takes the place of {handle} ({what}) from then on."
REMEMBERED_INTERRUPTS = "After that {handle} ({what}) holds again."
REMEMBERED_BEHIND = "A later word holds from {day} on: {handle} ({what})."
REMEMBERED_HINT = "`correct {handle} …` if that is wrong, `forget {handle}` to end it."
REMEMBERED_WAITS = "Card {number} waits with another price of it ({price}): {title}."
KNOWN_ALREADY = "I know that already: {line}"
CORRECTED = "Corrected: {handle} takes the place of {old}. {what} (it was: {before})."
FORGOTTEN = "From now on {handle} holds no longer. {what}."
FORGOTTEN_HINT = (
    "It stays on record (`memory … --all`). A person is erased with `erase`, not with `forget`."
)

REMEMBER_WHAT = Trouble(
    "You did not say what to remember.",
    "For example: `remember Acme pays within 14 days`, `remember logo costs 900 from March`.",
)
REMEMBER_WHO = Trouble(
    "Nobody called {name!r} is in the address book. Nothing was remembered.",
    "Say it with the name, address or id of a contact (`contact NAME` looks one up).",
)
REMEMBER_SEVERAL = Trouble(
    "It could be about any of these. Nothing was remembered.",
    "Say it again with the whole name, the address or the id:",
)
REMEMBER_WHOSE = Trouble(
    "A preference is somebody's, and it names nobody in the address book. Nothing was remembered.",
    "Say whose it is: `remember Anna prefers du`.",
)
REMEMBER_PERIOD = Trouble(
    "It would end on {end}, before it begins on {begin}. Nothing was remembered.",
    "Say the year with the dates.",
)
REMEMBER_LONG = Trouble(
    "That is longer than {most} characters. Nothing was remembered.",
    "Say the one thing that matters, or hand the text in as a mail.",
)
KNOWLEDGE_WHICH = Trouble(
    "{said!r} could mean any of these. Nothing was changed.", "Say which: `{verb} k3 …`."
)
KNOWLEDGE_NONE = Trouble(
    "Nothing that holds is remembered under {said!r}. Nothing was changed.",
    "`memory` lists what is remembered. A person is erased with `erase`, not with `forget`.",
)
KNOWLEDGE_OVER = Trouble(
    "{handle} is over: {over}. Nothing was changed.", "`memory {handle} --all`"
)
CORRECT_HOW = Trouble(
    "You did not say how it is. Nothing was changed.", "For example: `correct {handle} 950`."
)
CORRECT_OTHER = Trouble(
    "{handle} is {what}, and {said!r} says no value of that kind. Nothing was changed.",
    "Give one, or say `forget {handle}` and `remember …`.",
)
CORRECT_SAME = Trouble(
    "{handle} says that already. Nothing was changed.", "Say what should be different."
)

RECALL_TITLE = "What I know: {query}"
MEMORY_ALL = "everything that is remembered"
MEMORY_HOLDS = "In force:"
MEMORY_OLD = "No longer, or not yet, in force:"
MEMORY_NOTHING = "Nothing is remembered about it."
MEMORY_MORE_OLD = "Left out as not in force: {number}. `{again}` shows them."
MEMORY_EPISODES = "Recalled from the past:"
MEMORY_EPISODE = "{day}, {kind}{case}: {text}"
MEMORY_EPISODE_CASE = ", case {number}"
MEMORY_DEGRADED = "Memory is degraded: {what}."
MEMORY_PAYS = (
    "Paid {invoices}, on average {days} days after the date of the invoice; {late} late"
    "{worst}. Source: invoices and payments, {first} to {last}."
)
MEMORY_WORST = " (at most {days} days)"
MEMORY_OPEN = "Open: {amount} on {invoices}, of which {overdue} is overdue."
MEMORY_HISTORY = "Financial history:"
MEMORY_STALE = "Left out of what was recalled, since it no longer holds: {number}."
MEMORY_ELSEWHERE = "episodes are kept by the workers of the shared database"
MEMORY_FACTS_ONLY = "Episodes are not searched as of a moment of the past; these are the facts."
UNDO_KNOWLEDGE = Trouble(
    "What is remembered is not undone. Nothing was changed.",
    "`forget {handle}` ends it from now on; `correct {handle} …` says how it was all along.",
)
