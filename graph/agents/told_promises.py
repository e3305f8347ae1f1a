"""Promises the operator tells of: "I promised Anna the draft by Tuesday". By rules, no guessing.

The operator's words are trusted. What they leave open stays open: no day is no day, and a name
that is none is "".
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from msgspec import Struct

from graph.agents.days import Named, days_in
from graph.agents.plaintext import LONGEST, plain
from graph.agents.promises import LONGEST_QUOTE, OTHER, kind_of, sentences_of


class ToldPromise(Struct, frozen=True, kw_only=True):
    """Who promised what, as the operator tells it.

    `ours`: the company promised, and `who` is the other side; else `who` promised it to us. `who`
    are the words that name them, "" where none do.
    """

    ours: bool
    who: str
    what: str
    quote: str
    due: date | None
    kind: str = OTHER


_NAME = (
    r"(?P<who>(?-i:(?:[A-ZÀ-ÖØ-Þ][\w'’.&-]*|con-\w+)"
    r"(?: (?:[A-ZÀ-ÖØ-Þ][\w'’.&-]*|&|von|van|de|und Co)){0,3}))"
)
_ANYONE = r"(?:the |der |dem |den |die |le |la )?[\w'’]+"
_US = r"(?:me|us|mir|uns|nous|m')"
_SAID = rf"(?:said|says|(?:told|assured) {_US})"
_THEY = "(?:he|she|they)"
_WILL = r"(?:'d| would|'ll| will)"
_OURS = (
    rf"^(?:i|we)(?: have|'ve)? (?:also )?promised (?:to )?(?:{_NAME}|{_ANYONE}) (?P<rest>.+)$",
    rf"^(?:i|we) (?:told|assured) {_NAME} (?:that )?(?:i|we){_WILL} (?P<rest>.+)$",
    rf"^(?:ich habe|wir haben|habe?) {_NAME} (?P<rest>.+?) (?:versprochen|zugesagt)\b.*$",
    rf"^(?:ich|wir) versprach(?:en)? {_NAME},? (?P<rest>.+)$",
    rf"^(?:j'ai|nous avons|on a) promis (?P<rest>.+?) à {_NAME}(?P<more>.*)$",
    rf"^(?:j'ai|nous avons|on a) promis à {_NAME} (?P<rest>.+)$",
)
_NOBODY = r"(?!(?:i|we|you|he|she|they|it|ich|wir|er|sie|es|je|nous|vous|il|elle|on)\b)"
_THEIRS = (
    rf"^{_NOBODY}{_NAME}(?: has|'s)? promised (?:{_US} )?(?P<rest>.+)$",
    rf"^{_NOBODY}{_NAME} {_SAID} (?:that )?{_THEY}{_WILL} (?P<rest>.+)$",
    rf"^{_NOBODY}{_NAME} hat (?:{_US} )?(?P<rest>.+?) (?:versprochen|zugesagt)\b.*$",
    rf"^{_NOBODY}{_NAME} (?:verspricht|versprach)(?: {_US})?,? (?P<rest>.+)$",
    rf"^{_NOBODY}{_NAME} (?:nous a|m'a|a) promis (?P<rest>.+)$",
)
_FORMS: Final = (
    *((True, re.compile(words, re.IGNORECASE)) for words in _OURS),
    *((False, re.compile(words, re.IGNORECASE)) for words in _THEIRS),
)
_OPENING: Final = re.compile(
    r"^(?:(?:note|remember|merke?|retiens?|also|and|that|dass|que)\b[:,]?\s*)+", re.IGNORECASE
)
_NOT: Final = re.compile(
    r"\b(?:not|never|nothing|didn't|haven't|hasn't|nicht|nichts|kein\w*|nie|rien|jamais)\b"
)
_LEAD: Final = re.compile(
    r"^(?:to |that (?:he|she|they|i|we)(?:'d| would|'ll| will) |zu |de |d'|dass \w+ )",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"\s+(?:by|on|until|before|bis|am|zum|zu|pour|avant|le|at|auf)$", re.IGNORECASE
)
_EDGE: Final = " ,.;:!-–"


def promise_in(text: str, today: date) -> ToldPromise | None:
    """The promise a sentence of the operator tells of; None where it tells of none.

    >>> promise_in("I promised Anna the draft by Tuesday", date(2026, 11, 19)).who
    'Anna'
    """
    sentences = sentences_of(text[:LONGEST].strip())
    if len(sentences) != 1 or sentences[0].endswith("?"):
        return None
    sentence = _OPENING.sub("", sentences[0]).strip(_EDGE)
    if _NOT.search(plain(sentence)):
        return None
    for ours, form in _FORMS:
        hit = form.match(sentence)
        if hit is not None:
            return _told(hit, sentence, today, ours=ours)
    return None


def ordered_promise(rest: str, today: date) -> ToldPromise | None:
    """The same for `promise Anna the draft by Tuesday`; None where nothing is promised."""
    return promise_in(f"I promised {rest.strip()}", today) if rest.strip() else None


def _told(hit: re.Match[str], sentence: str, today: date, *, ours: bool) -> ToldPromise | None:
    groups = hit.groupdict()
    rest = f"{groups['rest']}{groups.get('more') or ''}".strip()
    folded = plain(rest)
    days = days_in(folded, today)
    what = _what(rest, days)
    if not what:
        return None
    return ToldPromise(
        ours=ours,
        who=(groups["who"] or "").strip(_EDGE),
        what=what,
        quote=sentence[:LONGEST_QUOTE],
        due=days[-1].day if len(days) == 1 else _only(days),
        kind=kind_of(folded),
    )


def _only(days: tuple[Named, ...]) -> date | None:
    """The day where several words name the same one."""
    named = {one.day for one in days}
    return next(iter(named)) if len(named) == 1 else None


def _what(rest: str, days: tuple[Named, ...]) -> str:
    signs = list(rest)
    for one in days:
        signs[one.start : one.end] = " " * (one.end - one.start)
    bare = _LEAD.sub("", " ".join("".join(signs).split()).strip(_EDGE))
    return _TAIL.sub("", bare).strip(_EDGE)[:120]
