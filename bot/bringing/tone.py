"""How the operator writes: greeting, sign-off and form of address, learnt from their own mails.

Wordings only: what names anybody but the reader, or holds a figure or an address, is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from connectors.bringing.entries import OwnMail
from ledger.domain.events import ToneLearned
from ledger.domain.forms import PRONOUNS, Form, form_in, language_in
from ledger.domain.lessons import OFTEN, general, letter_of, names_somebody

_LONGEST: Final = 60
_FIGURES: Final = re.compile(r"[\d@€$£%]|https?:|www\.", re.IGNORECASE)
_PLACE: Final = re.compile(r"\{\w+\}")


class Habit(Struct, frozen=True, kw_only=True):
    """How one reader is written to: the language, and the form of address where there is one.

    `mails` went to them, `said` of these show the form.
    """

    to: str
    language: str
    form: str
    mails: int
    said: int


class _Read(Struct, frozen=True, kw_only=True):
    mail: OwnMail
    language: str
    greeting: str
    sign_off: str
    form: Form | None


def read_tone(
    mails: Sequence[OwnMail], otherwise: str, names: Callable[[str], Iterable[str]]
) -> tuple[tuple[ToneLearned, ...], tuple[Habit, ...]]:
    """The habits of each language, and of each reader. `names`: what the address book has."""
    everybody = {word for mail in mails for word in _words((*mail.names, *names(mail.to)))}
    read = [_read(mail, otherwise, (*mail.names, *names(mail.to)), everybody) for mail in mails]
    languages = sorted({one.language for one in read})
    tones = [_tone(code, [one for one in read if one.language == code]) for code in languages]
    readers = dict.fromkeys(mail.to for mail in mails)
    habits = (_habit(to, [one for one in read if one.mail.to == to]) for to in readers)
    return tuple(tones), tuple(habits)


def _read(mail: OwnMail, otherwise: str, names: Sequence[str], everybody: set[str]) -> _Read:
    language, letter = language_in(mail.text, otherwise), letter_of(mail.text)
    greeting, bye = general(letter.greeting, names), letter.bye
    return _Read(
        mail=mail,
        language=language,
        greeting=greeting if _is_greeting(greeting, everybody) else "",
        sign_off=bye if _is_for_all(bye, everybody) else "",
        form=form_in(mail.text, language),
    )


def _is_greeting(text: str, everybody: set[str]) -> bool:
    """A short line before a comma, that calls nobody by a name we would have to keep."""
    return text.endswith((",", "!")) and _is_for_all(text, everybody) and not names_somebody(text)


def _is_for_all(text: str, everybody: set[str]) -> bool:
    words = _words((_PLACE.sub("", text),))
    return (
        bool(text) and len(text) <= _LONGEST and not _FIGURES.search(text) and not words & everybody
    )


def _words(names: Iterable[str]) -> set[str]:
    return {word.casefold() for name in names for word in re.findall(r"[^\W\d_]{2,}", name)}


def _tone(language: str, read: Sequence[_Read]) -> ToneLearned:
    greeting, greeted = _habitual(one.greeting for one in read)
    sign_off, signed = _habitual(one.sign_off for one in read)
    forms = Counter(one.form for one in read)
    return ToneLearned(
        language=language,
        greeting=greeting,
        sign_off=sign_off,
        mails=len(read),
        greeted=greeted,
        signed=signed,
        familiar=forms[Form.FAMILIAR],
        formal=forms[Form.FORMAL],
    )


def _habitual(texts: Iterable[str]) -> tuple[str, int]:
    """What is written most, where that is often enough to be a habit."""
    counted: Mapping[str, int] = Counter(text for text in texts if text)
    best = max(counted, key=lambda text: (counted[text], text), default="")
    return (best, counted[best]) if best and counted[best] >= OFTEN else ("", 0)


def _habit(to: str, read: Sequence[_Read]) -> Habit:
    """The form only where all that show one show the same."""
    language = Counter(one.language for one in read).most_common(1)[0][0]
    forms = [one.form for one in read if one.form is not None and one.language == language]
    sure = len(set(forms)) == 1 and language in PRONOUNS
    return Habit(
        to=to,
        language=language,
        form=PRONOUNS[language][forms[0]] if sure else "",
        mails=len(read),
        said=len(forms) if sure else 0,
    )
