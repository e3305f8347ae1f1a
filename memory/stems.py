"""Words in the form that an index keeps: lower case, accents folded, endings cut off.

Which language a line is in is not asked: the endings of English, French and German are cut off
each word in turn, of what is kept and of what is asked alike.
"""

from __future__ import annotations

import threading
from typing import Final

import tantivy

from memory.words import plain, words_of

_LANGUAGES: Final = ("english", "french", "german")

LONGEST_WORD: Final = 80
"""Signs; a longer word is no word, and is not found."""


def analyzer() -> tantivy.TextAnalyzer:
    """What makes stems of a text. Not to be shared between threads."""
    made = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in (
        tantivy.Filter.remove_long(LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        *(tantivy.Filter.stemmer(each) for each in _LANGUAGES),
    ):
        made = made.filter(each)
    return made.build()


def stems_of(text: str) -> list[str]:
    """The stems of the words that are worth looking for, each once."""
    stems = (stem for word in words_of(text) for stem in _cut(word))
    return list(dict.fromkeys(stems))


def stemmed(text: str) -> str:
    """A text as an index keeps it: its stems, with a space between them."""
    return " ".join(_cut(plain(text)))


def match_expression(text: str) -> str:
    """An FTS5 query that finds any of the text's stems; "" where none is worth looking for.

    Every stem is quoted and holds only letters and digits, so nothing in a text can act as an
    operator, a column filter or a quote.
    """
    return " OR ".join(f'"{stem}"' for stem in stems_of(text))


_own = threading.local()


def _cut(text: str) -> list[str]:
    """Every thread has an analyzer of its own."""
    if not hasattr(_own, "analyzer"):
        _own.analyzer = analyzer()
    return list(_own.analyzer.analyze(text))
