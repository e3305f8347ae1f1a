"""Words in the form that an index keeps: lower case, accents folded, English endings cut off."""

from __future__ import annotations

from typing import Final

import tantivy

from memory.words import plain, words_of

LONGEST_WORD: Final = 80
"""Signs; a longer word is no word, and is not found."""


def analyzer() -> tantivy.TextAnalyzer:
    """What makes stems of a text. Not to be shared between threads."""
    made = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in (
        tantivy.Filter.remove_long(LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        made = made.filter(each)
    return made.build()


def stems_of(text: str) -> list[str]:
    """The stems of the words that are worth looking for, each once."""
    cutting = analyzer()
    stems = (stem for word in words_of(text) for stem in cutting.analyze(word))
    return list(dict.fromkeys(stems))


def stemmed(text: str) -> str:
    """A text as an index keeps it: its stems, with a space between them."""
    return " ".join(analyzer().analyze(plain(text)))
