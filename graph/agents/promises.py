"""Promises in a text: who writes it says what they will do. Three languages, by rules.

A promise is only what the writer says of themselves, for the future, without a condition. What
they ask for, what somebody else should do, what they would have done and what they will not do is
none. Where no day is named, or the words leave several, there is none: nothing is guessed. The
text is untrusted: a promise found in it is a fact about its writer and instructs nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from graph.agents import promise_words as words
from graph.agents.days import Named, days_in
from graph.agents.deadlines import MONTHS
from graph.agents.plaintext import LONGEST, plain
from graph.agents.quoting import new_text

MOST: Final = 8
"""Promises taken from one text."""

SHORTEST: Final = 8
LONGEST_QUOTE: Final = 300
LONGEST_WHAT: Final = 120
"""Signs of a promise that are kept."""

PAYMENT: Final = "payment"
DELIVERY: Final = "delivery"
OTHER: Final = "other"


class Promised(Struct, frozen=True, kw_only=True):
    """What somebody says they will do. `due` is None where no single day is named."""

    what: str
    quote: str
    due: date | None
    kind: str


_ABBREVIATION = re.compile(r"\b(?:z\.b|d\.h|u\.a|nr|no|dr|mr|mrs|ms|ca|bzw|inkl|st|approx|etc)\.$")
_ENDS = re.compile(r"[.!?]+(?=\s|$)|\n[ \t]*(?=\n|[-*•–] |\d{1,2}[.)] )")
_SOFT_BREAK = re.compile(r"\s+")
_CLAUSE = re.compile(
    r";| - |, (?:and|but|so|und|aber|et|mais) | (?:and|und|et) (?=(?:i|we|ich|wir|je|j'|nous|"
    r"you|sie|vous|please|bitte|merci|could|can|konnten|pourriez)\b)"
)


def promises_in(text: str, said_on: date, sender_name: str = "") -> tuple[Promised, ...]:
    """What the sender of a mail promises in their own new words; `said_on` is the mail's day.

    Quoted history, signatures and circulars promise nothing.
    """
    if words.BULK.search(plain(text[:LONGEST])):
        return ()
    body = new_text(text[:LONGEST], sender_name)
    found = {(one.what, one.due): one for one in _promises(body, said_on)}
    return tuple(found.values())[:MOST]


def pointed_at(sentence: str, text: str, said_on: date) -> Promised | None:
    """The promise in a sentence that somebody else (a model) points at; None where it is none.

    It must stand in the mail word for word; a question or a condition promises nothing, whoever
    says so. The day is read here.
    """
    bare = " ".join(sentence.split())
    folded = plain(bare)
    if len(bare) < SHORTEST or bare not in " ".join(new_text(text[:LONGEST]).split()):
        return None
    if bare.endswith("?") or words.CONDITION.search(folded):
        return None
    named = {one.day for one in days_in(folded, said_on)}
    return Promised(
        what=bare.strip(_EDGE)[:LONGEST_WHAT],
        quote=bare[:LONGEST_QUOTE],
        due=next(iter(named)) if len(named) == 1 else None,
        kind=kind_of(folded),
    )


def _promises(body: str, said_on: date) -> Iterator[Promised]:
    for sentence in sentences_of(body):
        for clause in _clauses(sentence):
            found = _promise(clause, sentence, said_on)
            if found is not None:
                yield found


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text, wrapped lines joined. "30.11. and" and "z. B. so" go on."""
    found, start = [], 0
    for hit in _ENDS.finditer(text):
        if hit[0].startswith(".") and _goes_on(text, hit.start(), hit.end()):
            continue
        found.append(text[start : hit.end()])
        start = hit.end()
    found.append(text[start:])
    joined = (_SOFT_BREAK.sub(" ", one).strip() for one in found)
    return tuple(one for one in joined if one)


def _goes_on(text: str, at: int, end: int) -> bool:
    before, after = plain(text[: at + 1]), text[end:].lstrip(" \t")
    if _ABBREVIATION.search(before[-12:]):
        return True
    if not before[-2:-1].isdigit() or after.startswith("\n") or not after:
        return False
    word = re.match(r"\w+", plain(after))
    return not after[0].isupper() or (word is not None and word[0] in MONTHS)


def _clauses(sentence: str) -> list[str]:
    """The parts of a sentence that have a subject of their own; a condition binds all of it."""
    folded = plain(sentence)
    if sentence.endswith("?") or words.CONDITION.search(folded) or words.TOLD.search(folded):
        return []
    parts, start = [], 0
    for hit in _CLAUSE.finditer(folded):
        parts.append(sentence[start : hit.start()])
        start = hit.end()
    return [*parts, sentence[start:]]


def _promise(clause: str, sentence: str, said_on: date) -> Promised | None:
    folded = plain(clause)
    if words.NOT.search(folded) or words.UNREAL.search(folded):
        return None
    days = days_in(folded, said_on)
    hit = _form(folded, has_day=bool(days))
    if hit is None:
        return None
    named = _which(days, hit)
    return Promised(
        what=_what(clause, folded, hit, named),
        quote=sentence[:LONGEST_QUOTE],
        due=named.day if named else None,
        kind=kind_of(f"{_verb(hit)} {hit[0]}"),
    )


def _form(folded: str, *, has_day: bool) -> re.Match[str] | None:
    later = bool(words.LATER.search(folded))
    here = words.HERE.search(folded)
    for form in words.PLAIN:
        hit = form.search(folded)
        if hit and (has_day or not (words.WEAK.match(_verb(hit)) or here)):
            return hit
    for form in words.DATED:
        hit = form.search(folded)
        weak = bool(hit and words.WEAK.match(_verb(hit)))
        if hit and not here and (has_day or (later and not weak)):
            return hit
    return None


def _verb(hit: re.Match[str]) -> str:
    groups = hit.groupdict()
    return groups.get("verb") or groups.get("turned") or ""


def _which(days: tuple[Named, ...], hit: re.Match[str]) -> Named | None:
    """The day that goes with the verb: the first one after it, else one that opens the clause.

    "Monday or Tuesday" is kept by Tuesday.
    """
    after = [one for one in days if one.start >= hit.start()]
    if not after:
        return next((one for one in days if _opens(hit.string, one)), None)
    first = after[0]
    for one in after[1:]:
        if hit.string[first.end : one.start].strip(" ,") not in _BETWEEN:
            break
        first = Named(first.start, one.end, one.day)
    return first


_BETWEEN = frozenset(("or", "oder", "ou", "and", "und", "et", "-", "to", "bis", "at the latest"))
_FEW: Final = 2


def _opens(folded: str, day: Named) -> bool:
    """Whether at most two words of its part of the sentence stand before it: "Also, by Friday"."""
    return len(folded[: day.start].rpartition(",")[2].split()) <= _FEW


def kind_of(folded: str) -> str:
    """What kind of promise these folded words are: payment, delivery or other."""
    if words.PAID.search(folded):
        return PAYMENT
    return DELIVERY if words.DELIVERED.search(folded) else OTHER


_EDGE = " ,.;:!-–"


def _what(clause: str, folded: str, hit: re.Match[str], named: Named | None) -> str:
    """The thing or the deed in the writer's words, without the day and whom it is for."""
    spans = [found.span() for found in words.SMALL.finditer(folded)]
    spans += [(named.start, named.end)] if named else []
    if words.SENDING.match(_verb(hit)):
        name = "verb" if hit.groupdict().get("verb") else "turned"
        spans.append(hit.span(name))
    signs = list(clause)
    for start, end in spans:
        signs[start:end] = " " * (end - start)
    bare = "".join(signs)
    kept, whole = _trimmed(bare[hit.start() :]), words.PARTICLE.sub("", _trimmed(bare))
    if words.SENDING.match(_verb(hit)):
        kept = words.PARTICLE.sub("", kept).strip(_EDGE)
    return (kept or whole.strip(_EDGE) or _trimmed(bare))[:LONGEST_WHAT]


def _trimmed(text: str) -> str:
    return " ".join(text.split()).strip(_EDGE)
