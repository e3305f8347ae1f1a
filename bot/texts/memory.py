"""Memory: how it stands, and moving it to another embedder."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

# --- memory status --------------------------------------------------------------------------------

MEMORY_TITLE: Final = "Memory"
MEMORY_FOUND: Final = "{store} store: {episodes}, found by {how}."
MEMORY_BY_BOTH: Final = "words and by likeness ({embedder}, {fingerprint})"
MEMORY_BY_WORDS: Final = "words only"
MEMORY_LAG: Final = "{lag} of them by words only as yet: their vectors follow."
MEMORY_FACTS: Final = "It was told up to fact {told}; the ledger stands at {head}."
MEMORY_KEPT: Final = "Of {asked} {what}, {rate} were at hand and not made again."
MEMORY_VECTORS: Final = "vectors"
MEMORY_ANSWERS: Final = "answers"
MEMORY_BUILDING: Final = (
    "Another memory is being built, with {embedder}: told {told} of {head} facts, {ready} of "
    "{episodes} ready. `coo memory reindex --to {embedder}` goes on where it was left."
)
MEMORY_BEFORE: Final = (
    "The one from before, with {embedder} ({episodes}), is kept: `coo memory reindex --rollback` "
    "goes back to it, `--drop-old` removes it."
)
MEMORY_KEPT_OFF: Final = (
    "COO_EMBEDDER=none keeps every embedder off: only words are searched, vectors stay as they are."
)
MEMORY_CONFIGURED: Final = (
    "Memory was made with {embedder}, and that counts, though COO_EMBEDDER is {configured}: "
    "`coo memory reindex --to {configured}` changes it."
)
COLUMNS_MEMORY: Final = ("collection", "episodes")

# --- coo memory reindex ---------------------------------------------------------------------------

REINDEX_BUILDS: Final = "Building memory with {embedder} beside the one that is searched."
REINDEX_SAME: Final = "Building memory anew as it is, beside the one that is searched."
REINDEX_BACK: Final = "Telling the memory from before what came since."
REINDEX_STEP: Final = "{phase}: {done} of {of}"
REINDEX_DONE: Final = "Memory is searched with {embedder} from now on."
REINDEX_KEPT: Final = (
    "The one from before, with {embedder}, is kept: `--rollback` goes back, `--drop-old` removes "
    "it, the next reindex too."
)
REINDEX_DROPPED: Final = "Removed the memory from before, with {embedder}."
REINDEX_ANYWAY: Final = "Switched all the same, as you said: {why}"
COLUMNS_COMPARED: Final = ("compared", "before", "now")
COMPARED_EPISODES: Final = "episodes"
COMPARED_MISSING: Final = "missing now"
COMPARED_NEW: Final = "new"
COMPARED_FACTS: Final = "told up to fact, of"
COMPARED_WAITING: Final = "without vectors"
COMPARED_OWN: Final = "found by its own words, of {asked}"
COMPARED_SHARED: Final = "same answers as before"
REINDEX_WHAT: Final = Trouble(
    "Say what to do with memory; nothing was done.",
    "`coo memory reindex --to bundled|none|openai:MODEL[:DIMENSIONS]|same`, or `--rollback`, or "
    "`--drop-old`.",
)
REINDEX_ONE_THING: Final = Trouble(
    "`--rollback` goes without `--to`; nothing was done.", "Say one of them, then the other."
)
REINDEX_RUNS: Final = Trouble(
    "Memory is being built by {holder}; nothing was done.",
    "Wait until it is through. `coo memory status` shows how far it is.",
)
REINDEX_SHARED: Final = Trouble(
    "Workers that share a database keep a memory each, of words only; there is nothing to build.",
    "Use `coo memory reindex` in a data folder without COO_DATABASE_URL.",
)
