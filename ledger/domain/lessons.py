"""What the operator's changes to drafts teach about the words of the next one. Pure.

A lesson needs several mails that left with the same change. A text that only one customer got is
only for that customer, so that nothing about somebody ever gets into a mail to somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from ledger.domain.precedents import Change, Lesson

OFTEN: Final = 3
"""So many mails with the same change make a habit of it."""

MOST_SENTENCES: Final = 3
LONGEST: Final = 240

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_FIGURES = re.compile(r"\d")
_NOT_FOR_OTHERS = re.compile(r"[\d@€$£%]|https?:|www\.", re.IGNORECASE)


_FOR_ANYBODY: Final = frozenset(
    [
        "Sir",
        "Madam",
        "Sirs",
        "Mr",
        "Ms",
        "Mrs",
        "Dr",
        "Team",
        "All",
        "Everyone",
        "Customer",
        "Friends",
        "Morning",
        "Afternoon",
        "Evening",
        "Day",
        "Tag",
        "Morgen",
        "Abend",
        "Damen",
        "Herren",
        "Herr",
        "Frau",
        "Madame",
        "Monsieur",
        "Mesdames",
        "Messieurs",
    ]
)
"""Words of a greeting that are nobody's name."""


class Sent(Struct, frozen=True, kw_only=True):
    """A mail that left: as it was drafted first, and as it left. `names` are the recipient's.

    `number` is of its offer, `same` says whether it went to whom the lesson is for.
    """

    action: str
    number: str
    contact: str
    language: str
    draft: str
    text: str
    names: tuple[str, ...] = ()
    same: bool = False


class Letter(Struct, frozen=True, kw_only=True):
    """The parts of a mail around its figures. `bye` is the line above the signature."""

    greeting: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    bye: str


def letter_of(body: str) -> Letter:
    """A mail's parts. Without figures in it, all sentences are its opening."""
    parts = [part.strip() for part in body.strip().split("\n\n") if part.strip()]
    if not parts:
        return Letter(greeting="", opening=(), closing=(), bye="")
    middle = parts[1:-1]
    counted = [at for at, part in enumerate(middle) if _FIGURES.search(part)]
    first, last = (counted[0], counted[-1]) if counted else (len(middle), len(middle))
    return Letter(
        greeting=_line(parts[0].split("\n")[0]),
        opening=_sentences(middle[:first]),
        closing=_sentences(middle[last + 1 :]),
        bye=_line(parts[-1].split("\n")[0]) if len(parts) > 1 else "",
    )


def lessons_of(mails: Sequence[Sent]) -> tuple[Lesson, ...]:
    """The habits in these mails, the most similar deals' first. At most one greeting and one
    sign-off a language, and a few sentences.
    """
    learnt: dict[tuple[Change, str, str], list[Sent]] = {}
    for mail in mails:
        for change, text in _changes(mail):
            learnt.setdefault((change, text, mail.language), [])
    for (change, text, language), support in learnt.items():
        support += [one for one in mails if one.language == language and _has(one, change, text)]
    habits = [
        _lesson(change, text, language, support)
        for (change, text, language), support in learnt.items()
        if _is_habit(support) and not _greets_one(change, text, support)
    ]
    return tuple(_best(habits))


def _changes(mail: Sent) -> Iterator[tuple[Change, str]]:
    """What of the draft was changed before it left."""
    before, after = letter_of(mail.draft), letter_of(mail.text)
    if after.greeting != before.greeting:
        yield Change.GREETING, general(after.greeting, mail.names)
    if after.bye != before.bye:
        yield Change.SIGN_OFF, after.bye
    drafted = {*before.opening, *before.closing}
    kept = {*after.opening, *after.closing}
    for change, said in ((Change.OPENING, after.opening), (Change.CLOSING, after.closing)):
        yield from ((change, one) for one in said if one not in drafted and _for_others(one, mail))
    yield from ((Change.LEFT_OUT, one) for one in sorted(drafted - kept) if _for_others(one, mail))


def _has(mail: Sent, change: Change, text: str) -> bool:
    letter = letter_of(mail.text)
    match change:
        case Change.GREETING:
            return general(letter.greeting, mail.names) == text
        case Change.SIGN_OFF:
            return letter.bye == text
        case Change.OPENING:
            return text in letter.opening
        case Change.CLOSING:
            return text in letter.closing
        case Change.LEFT_OUT:
            before = letter_of(mail.draft)
            drafted = text in (*before.opening, *before.closing)
            return drafted and text not in (*letter.opening, *letter.closing)


def general(greeting: str, names: Iterable[str]) -> str:
    """The greeting with places for the name: `Hi {first},`"""
    for name in sorted(names, key=len, reverse=True):
        words = name.split()
        if words and name in greeting:
            return greeting.replace(name, "{name}")
        if words and re.search(rf"\b{re.escape(words[0])}\b", greeting):
            return re.sub(rf"\b{re.escape(words[0])}\b", "{first}", greeting)
    return greeting


def _is_habit(support: Sequence[Sent]) -> bool:
    several = len({mail.contact for mail in support}) > 1
    return len(support) >= OFTEN and (several or all(mail.same for mail in support))


def _greets_one(change: Change, text: str, support: Sequence[Sent]) -> bool:
    """Whether a greeting calls somebody by a name that we do not know them by: it is for them."""
    if change is not Change.GREETING or all(mail.same for mail in support):
        return False
    return names_somebody(text)


def names_somebody(greeting: str) -> bool:
    """Whether a greeting holds a word that may be a name, besides the places for the reader's."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", "", greeting))
    return any(word[0].isupper() and word not in _FOR_ANYBODY for word in words[1:])


def _lesson(change: Change, text: str, language: str, support: Sequence[Sent]) -> Lesson:
    return Lesson(
        change=change,
        text=text,
        language=language,
        actions=tuple(mail.action for mail in support),
        numbers=tuple(mail.number for mail in support),
    )


def _best(habits: Sequence[Lesson]) -> Iterator[Lesson]:
    """Of greetings and sign-offs the one that most mails have."""
    for change in Change:
        for language in dict.fromkeys(habit.language for habit in habits):
            found = [one for one in habits if (one.change, one.language) == (change, language)]
            found.sort(key=lambda one: -len(one.actions))
            single = change in (Change.GREETING, Change.SIGN_OFF)
            yield from found[: 1 if single else MOST_SENTENCES]


def _for_others(sentence: str, mail: Sent) -> bool:
    """Whether a sentence may be a habit: no figure, no address, and nobody's name in it."""
    words = {word.lower() for name in mail.names for word in name.split() if len(word) > 1}
    said = {word.lower() for word in re.findall(r"[^\W\d_]+", sentence)}
    return len(sentence) <= LONGEST and not _NOT_FOR_OTHERS.search(sentence) and not words & said


def _sentences(parts: Iterable[str]) -> tuple[str, ...]:
    found = (_line(hit) for part in parts for hit in _SENTENCE.findall(part))
    return tuple(one for one in found if one)


def _line(text: str) -> str:
    return " ".join(text.split())
