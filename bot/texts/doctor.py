"""`coo doctor`."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

COLUMNS_DOCTOR: Final = ("", "Is", "")
COLUMNS_DATA: Final = ("File", "Is", "Holds", "If lost")
DOCTOR_FINE: Final = "How Coo is set up: nothing is broken"
DOCTOR_BROKEN: Final = "How Coo is set up: something is broken"
DOCTOR_DATA: Final = "What lies in the data folder"
DOCTOR_LEAVES: Final = "What leaves this machine"
DOCTOR_VERSIONS: Final = "{coo} on Python {python}"
DOCTOR_UNINSTALLED: Final = "not installed as a package"
DOCTOR_SQLITE: Final = Trouble(
    "{version} has a rare race when several processes write to one folder.",
    "Let one process work at a time, or use a Python with SQLite 3.51.3 (or 3.50.7, 3.44.6).",
)
DOCTOR_NO_FOLDER: Final = Trouble("{path} is not there yet.", "`coo init` makes it.")
DOCTOR_KEYS_OPEN: Final = Trouble(
    "{path} can be read by other users of this machine.", "`chmod 600` it."
)
DOCTOR_COMPANY: Final = "{name}, {currency}, {items} things on the price list"
DOCTOR_NO_PRICES: Final = (
    "Add what you sell under `prices`; without it every request is asked about."
)
DOCTOR_UNKNOWN_VARIABLE: Final = Trouble(
    "{name} is set, but nobody reads it.", "Did you mean {near}? Else unset it."
)
DOCTOR_WEAVIATE: Final = (
    "{host} answers; episodes of this company: {many}, collections: {collections}"
)
DOCTOR_WEAVIATE_SLOW: Final = Trouble(
    "{host} does not answer in time.",
    "See that it runs and is not overloaded. Work goes on; memory waits in the ledger.",
)
LEAVES_WEAVIATE: Final = "To Weaviate at {host}, as COO_WEAVIATE_URL says:"
LEAVES_WEAVIATE_WHAT: Final = (
    "  all episodes in words, with names: what was said, offered, decided and paid, and vectors."
)
DOCTOR_KEY_ALONE: Final = Trouble(
    "OPENAI_API_KEY is set, but no model is named, so none is used.",
    "Set COO_MODEL to use one, or leave it.",
)
DOCTOR_NO_MODEL: Final = Trouble(
    "No model: playbooks plan and draft.", "To use one set COO_MODEL (and COO_MODEL_BASE_URL)."
)
DOCTOR_MODEL: Final = "{model}, else {cheap}, at {host}, {seconds} s a call, key {key}"
DOCTOR_KEY_SET: Final = "set"
DOCTOR_KEY_UNSET: Final = "not set"
DOCTOR_NEEDS_KEY: Final = "This endpoint needs a key: set OPENAI_API_KEY."
DOCTOR_MAY_NOT_SEE: Final = (
    "company.yaml says model_may_see: {scope}, so this model is shown nothing. Change either."
)
DOCTOR_NO_PRICE: Final = (
    "No price is known for {models}, so each call counts as one of the dearest and the budget is "
    "soon used up. Set COO_MODEL_PRICES, such as {model}=0.25/2."
)
DOCTOR_NO_LEDGER: Final = Trouble("There is no ledger yet.", "The first mail or chat makes it.")
DOCTOR_CHAIN: Final = "{facts} facts, the chain holds, head {head}"
DOCTOR_NO_BACKUP: Final = Trouble(
    "No backup was ever made.", "`coo backup FILE` makes one, also while Coo runs."
)
DOCTOR_BACKUP: Final = "last {kind} {ago} ago, {facts} since"
DOCTOR_OLD_BACKUP: Final = "Make a new one: `coo backup FILE`, kept on another machine."
DOCTOR_EMPTY: Final = "none"
DOCTOR_CHAIN_BROKEN: Final = Trouble(
    "{what}", "Coo writes nothing more. Restore the last backup of the folder."
)
DOCTOR_RULES: Final = "{number} rules, {policy}"
DOCTOR_RULES_REFUSED: Final = "Refused, the last good ones stay in force: {what}. Mend that line."
DOCTOR_NOBODY: Final = Trouble(
    "Nobody works on this folder now.", "`coo run` or `coo chat` does; the rest waits safely."
)
DOCTOR_FELL_OVER: Final = Trouble(
    "It cannot be read: {what}.", "Check the disk and the rights of the folder, then try again."
)
DOCTOR_THERE: Final = "there"
DOCTOR_NOT_YET: Final = "not yet"

DATA_FILES: Final = {
    "company.yaml": ("what you configured", "write it anew"),
    "ledger.db": ("every fact; personal texts sealed", "restore a backup"),
    "keys.db": ("the keys to personal texts", "restore a backup"),
    "blobs": ("raw mails and documents, sealed", "restore a backup"),
    "policies": ("your own rules", "shipped rules decide"),
    "mail": ("incoming and sent mails, readable", "sent ones are only kept here"),
    "invoices": ("invoices as PDF and JSON, readable", "rendered from facts"),
    "memory.db": ("what Coo remembers, readable", "rebuilt from facts"),
    "memory.json": ("which memory is searched", "`memory.db` is, filled again"),
    "embeddings.db": ("vectors computed once", "they are computed again"),
    "memory.tally": ("how often memory's caches helped", "counting begins again"),
    "checkpoints.db": ("where plans stand", "rebuilt from facts"),
    "mailbox.json": ("how far the mailbox was read", "it is read again from its first day"),
    "anchors.txt": ("the daily heads of the chain", "use the lines you received"),
    "erased.txt": ("who was erased, as pseudonyms", "keep a copy beside your backups"),
    "run.lock": ("who is at work", "nothing"),
    "chat.lock": ("who serves the chats", "nothing"),
}
DATA_GENERATION: Final = ("what Coo remembers, made anew", "rebuilt from facts")
DOCTOR_EMBEDDER: Final = "{model} with {size} numbers a vector, at {host}"
DOCTOR_EMBEDDER_HERE: Final = "bundled; memory also finds what was said in other words"
DOCTOR_EMBEDDER_NONE: Final = "none; memory finds episodes by their words only"
LEAVES_NOTHING: Final = (
    "Nothing. No model is used, mails are files in `mail/out`, and no usage is reported."
)
LEAVES_LOCAL: Final = "To {host} (this machine or your own network), for the model {model}:"
LEAVES_OUT: Final = "To {host}, for the model {model}:"
LEAVES_WHAT: Final = (
    "  the texts of mails, your price list and what memory recalls, as `model_may_see` and the "
    "rules allow."
)
LEAVES_EMBEDDER: Final = "To {host}, for the embedder:"
LEAVES_EPISODES: Final = (
    "  what Coo remembers of mails, offers and payments, and what it asks its memory, as "
    "`model_may_see` and the rules allow."
)
LEAVES_CHAT: Final = "To {host}, for {channel}:"
LEAVES_CARDS: Final = (
    "  what you see there: cards with names, amounts, texts and documents, answers, digests."
)
LEAVES_MAIL: Final = "To {server}, as mail: what you approved, to whom the card names."
LEAVES_REST: Final = "Nothing else. Mails are files in `mail/out`, and no usage is reported."
LEAVES_REST_SENT: Final = "Nothing else; no usage is reported."

MAIL_OUT: Final = "leaves through {server} ({security})"
MAIL_OUT_FILES: Final = "leaves as files in mail/out; set COO_SMTP to have it sent (docs/mail.md)"
MAIL_IN: Final = "{folder!r} is read at {server}, and nothing in it altered"
MAIL_SENT_OFF: Final = "what you send yourself is not read (COO_IMAP_SENT is none)"
MAIL_SENT_UNKNOWN: Final = (
    "what you send yourself is not read: the server names no folder for it; set COO_IMAP_SENT"
)
MAIL_IN_FILES: Final = "comes in as files in mail/inbox; set COO_IMAP to have a mailbox read"

DOCTOR_PAIRED: Final = "{chats} of {people}"
DOCTOR_NOBODY_PAIRED: Final = Trouble(
    "Nobody is paired, so Coo answers no chat and nothing can be approved there.",
    "Type `pair` in `coo chat`, and send the code it shows to the bot.",
)
DOCTOR_NO_OWNER: Final = "No owner among them: who loses a phone revokes it at this machine."
DOCTOR_WEB: Final = "listens at {place} while `coo run` does; /healthz says how it is"
DOCTOR_WEB_PUBLIC: Final = "listens at {place} for {url}; /healthz says how it is"
DOCTOR_WEB_UNUSED: Final = "No chat uses it: set {names} too, or leave COO_PUBLIC_URL out."
