"""What the commands of the command line print, and how they end."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

# --- when a command ends otherwise ----------------------------------------------------------------

INTERRUPTED: Final = "Stopped by you. What was recorded stays; start again to go on."
TERMINATED: Final = "Ended from outside. What was recorded stays; start again to go on."
DISK_REFUSED: Final = Trouble(
    "{what} cannot be used: {why}.",
    "Check that it is what and where it should be, its rights, and the free space on the disk.",
)
SOMETHING_ON_DISK: Final = "A file or a device"
STUMBLED: Final = Trouble(
    "Coo itself stumbled over this: {what}.",
    "What was recorded stays. Try again; if it stays, report it with the details in {file}.",
)

# --- coo demo, coo run, coo ingest, coo verify ----------------------------------------------------

DEMO_NO_EXAMPLES: Final = Trouble(
    "The folder `examples`, which holds the demo's mails, is not here.",
    "Run the demo in a checkout (`make demo`) or in the image; all else works without it.",
)
DEMO_OWN_COMPANY: Final = Trouble(
    "{folder} is a company of your own, and the demo would issue invoices in its name.",
    "Leave --data away, or name an empty folder.",
)
DEMO_START: Final = "One lead becomes one paid invoice. Data folder: {folder}"
DEMO_HOW: Final = "Ada's mails arrive by themselves. Type `help`, or Enter on a card to choose."
DEMO_EARLIER: Final = (
    "First, quietly, a deal of {days} days ago, so that there is something to remember …"
)
DEMO_STORY: Final = "The story of {case}"
DEMO_PROOF: Final = "The proof"
DEMO_CHAIN: Final = "Chain      {chain}: {facts} facts, each sealed to the one before it"
DEMO_REPLAY: Final = "Replay     {replay}: the same facts again, with no way to reach the world"
DEMO_EFFECTS: Final = "Effects    {effects}, doubled: {doubled}"
DEMO_ARTEFACTS: Final = "Artefacts  in {folder}"
DEMO_HINT: Final = "Look around: `coo chat --data {folder}`"
OWN_LEFT: Final = "{name}: you wrote it, and it is of no open case; nothing of it was kept."
MAILBOX_FOLLOWED: Final = "Coo reads {folders} at {host}. What was there before is left alone."
SERVING: Final = "Coo serves {folder}. New mail goes into mail/inbox; Ctrl-C ends it."
NO_DATABASE: Final = Trouble(
    "A worker takes its work from PostgreSQL, and COO_DATABASE_URL is not set.",
    "On one machine `coo run` does everything. For several, docs/more-than-one-machine.md.",
)
NO_COPY_OF_DATABASE: Final = Trouble(
    "The ledger lies in PostgreSQL, not in this folder, so there is no file to copy.",
    "Use pg_dump on the database (with its schema coo_keys, or nothing personal can be read).",
)
WORKER_STARTS: Final = "A worker of {company} is at work. Ctrl-C ends it."
WORKERS: Final = "the workers"
TAKEN_NEW: Final = "{name}: {what} taken in."
TAKEN_KNOWN: Final = "{name}: {what} was taken in before, nothing new."
TAKEN_ASIDE: Final = "{name}: of no concern ({why}), so it is not kept. `no-action` lists it."
TAKEN_TIMES: Final = "{line} ({count} of these)"
TAKEN_UNREADABLE: Final = "{name}: kept, but it could not be read. {cause} {remedy}"
TAKEN_NOTHING: Final = "{name}: there is nothing in it to take in."
CHAIN_HOLDS: Final = "The chain verifies: {facts} facts, head {head}."
CHAIN_ANCHORED: Final = "It passes through {anchors}, the newest of {day}: nothing was cut off."
CHAIN_NO_ANCHOR: Final = (
    "A cut end shows only against an anchor: `verify LINE`, with a line you kept from `anchor`."
)
ANCHOR_MADE: Final = "The chain as it stands. Keep this line outside of the data folder:"
ANCHOR_KEPT: Final = "It is in `anchors.txt` too. `verify LINE` (or `verify FILE`) compares."
INIT_DONE: Final = "Wrote {path}. It is commented: open it, change what you like."
INIT_KEPT: Final = "The former file is kept as {path}."
INIT_NEXT: Final = "Next: `coo doctor --data {folder}`, then `coo chat --data {folder}`."
