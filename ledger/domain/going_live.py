"""Whether the company watches or acts, and how its own numbers and wording go on. Folded."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from ledger.domain.facts import short_id
from ledger.domain.precedents import Change, Lesson
from ledger.domain.verdicts import Deny

MODE: Final = "mode"
"""The id of the one `Mode` a company has; without one it is live and always was."""

WATCHING: Final = "watching"
"""Why an action is withheld that was approved while Coo watches, or before it went live."""

WATCH_RULE: Final = "watching-holds"
"""The shipped rule by which nothing leaves while the company watches."""

FIRST_MAIL: Final = "first mail"
"""Why an action is withheld that waits for the operator's word on the first real mail."""

SPECIMEN: Final = "spc"
"""What the id of the action begins with that shows the operator the first real mail."""

INVOICE_BOOK: Final = "invoice"
CREDIT_NOTE_BOOK: Final = "credit note"


class Mode(Struct, frozen=True, kw_only=True, tag="mode", gc=False):
    """Whether the company watches. `live_at`: since when it is live, None if it never went.

    `went` is the fact that made it live. `original`, `specimen` and `approval` are of the first
    real mail while it is being looked at; `looked_right` once the operator said so, for ever.
    """

    id: str
    watching: bool
    since: datetime
    by: str
    live_at: datetime | None = None
    went: str = ""
    original: str = ""
    specimen: str = ""
    approval: str = ""
    rounds: int = 0
    looked_right: bool = False


class Numbering(Struct, frozen=True, kw_only=True, tag="numbering", gc=False):
    """How a book's numbers go on, where the operator continued them or Coo went live.

    Its id is the book. `format` "" is the one of company.yaml. `last` is the operator's own last
    number, `ordinal` the bare number behind it in `series`; "" and 0 where nothing was continued.
    `confirmed` once Coo has issued the first one after it.
    """

    id: str
    format: str = ""
    last: str = ""
    series: str = ""
    ordinal: int = 0
    confirmed: bool = False


class Tone(Struct, frozen=True, kw_only=True, tag="tone", gc=False):
    """How the operator's own mails sound, in one language, which is its id. See `ToneLearned`."""

    id: str
    greeting: str
    sign_off: str
    mails: int
    greeted: int
    signed: int
    familiar: int = 0
    formal: int = 0


def only_watching(verdict: Deny) -> bool:
    """Whether nothing forbids it but that the company watches: it waits, and is asked again."""
    return {rule.rule for rule in verdict.fired if rule.effect == "deny"} == {WATCH_RULE}


def lessons_of_tone(tone: Tone) -> tuple[Lesson, ...]:
    """Their greeting and sign-off as drafts use them; "" is no habit."""
    found = ((Change.GREETING, tone.greeting), (Change.SIGN_OFF, tone.sign_off))
    return tuple(
        Lesson(change=change, text=text, language=tone.id, actions=(), numbers=())
        for change, text in found
        if text
    )


def brought_id(number: str) -> str:
    """The id of an invoice that was brought along."""
    return short_id("inv", "brought", number.upper())


def is_specimen(action: str) -> bool:
    """Whether an action (by id) shows the operator the first real mail."""
    return action.startswith(f"{SPECIMEN}-")
