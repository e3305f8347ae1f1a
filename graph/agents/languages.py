"""Which language a text is in: one that Coo reads, or another one, which a person reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from graph.agents.words import word_set

_OURS: Final = {
    "en": word_set(
        "the and we you our for would is are to of please with your have this that it can do i be "
        "on"
    ),
    "de": word_set(
        "und wir sie fur ist mit das die der ein eine bitte ich nicht ihr ihre zu haben auf uns "
        "den "
        "von guten hallo wie auch"
    ),
    "fr": word_set(
        "et nous vous pour le la les des une est avec votre notre je de bonjour merci en du pas "
        "que "
        "au sur ce dans"
    ),
}
_OTHERS: Final = {
    "Dutch": word_set(
        "wij het een van graag kunt niet onze voor aan wat jullie heb maken nieuwe goedendag beste "
        "kunnen willen zou hoeveel kost ons een offerte ik u"
    ),
    "Spanish": word_set(
        "el los las una para por nuestra nuestro empresa necesitamos cuanto buenos buenas hola es "
        "como queremos quisieramos saludo saludos gracias y del con dias necesito puede pueden"
    ),
    "Italian": word_set(
        "il lo gli una per nostro nostra vorremmo potete buongiorno grazie saluti di che e con un "
        "abbiamo bisogno quanto costa preventivo vorrei ci sono della del"
    ),
    "Polish": word_set(
        "dzien dobry prosze potrzebujemy oraz nasz nasza jest na dla ile kosztuje pozdrawiam czy "
        "chcemy wycene i w z firmy"
    ),
    "Portuguese": word_set(
        "bom dia precisamos uma um para nossa nosso podem enviar orcamento obrigado com os as da "
        "do "
        "e de quanto custa queremos ola cumprimentos"
    ),
    "Swedish": word_set("vi och en ett vill ha kan ni oss hej med for att det ar inte tack var"),
    "Danish": word_set("vi og en et vil gerne have kan i os hej med til at det er ikke tak vores"),
    "Czech": word_set(
        "dobry den prosim potrebujeme nas nase je na pro kolik stoji dekuji a chceme"
    ),
}
_PLAIN: Final = 3
"""Common words from which on a text is plainly in a language."""
_SHARE = 0.3
"""Letters of another script from which on a text is not in a language of ours."""


def language_of(folded: str) -> str:
    """en, de or fr by its common words; "" where none of them stands out."""
    return _best(_scores(folded, _OURS))


def plainly_in(folded: str, language: str) -> bool:
    """Whether a text is in that language beyond doubt: a "merci" in an English mail is not."""
    scores = _scores(folded, _OURS)
    return _best(scores) == language and scores[language] >= _PLAIN


def foreign_language(folded: str) -> str:
    """The name of the language where it is plainly none that Coo reads; "" for one of ours."""
    letters = [sign for sign in folded if sign.isalpha()]
    strange = sum(not unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if letters and strange > _SHARE * len(letters):
        return "another script"
    ours, others = _scores(folded, _OURS), _scores(folded, _OTHERS)
    return max(others, key=lambda name: others[name]) if _wins(others, ours) else ""


def _wins(others: Mapping[str, int], ours: Mapping[str, int]) -> bool:
    best = max(others.values())
    return best > 1 and best > max(ours.values())


def _scores(folded: str, languages: Mapping[str, frozenset[str]]) -> dict[str, int]:
    words = re.findall(r"[a-z']+", folded)
    return {name: sum(word in common for word in words) for name, common in languages.items()}


def _best(scores: Mapping[str, int]) -> str:
    best = max(scores, key=lambda code: scores[code])
    ties = [code for code, score in scores.items() if score == scores[best]]
    return best if len(ties) == 1 and scores[best] else ""
