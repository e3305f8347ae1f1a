"""Every template in every language and form: one form of address a text, nothing untranslated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from connectors.invoices.texts import texts_in as paper_texts_in
from graph.agents.texts import texts_in
from ledger.domain.company import Language
from ledger.domain.forms import Form, familiar_in, form_in, form_meant, formal_in

WRITTEN: Final = [(language, form) for language in Language for form in Form]
PLACE: Final = re.compile(r"\{\w+\}")
IMPERATIVES: Final = re.compile(
    r"\b(?:sag|nenne|antworte|betrachte|entschuldige|überweise|dis|réponds|indique|règle)\b"
)
"""Familiar without a pronoun."""
MARKS: Final = {
    "en": re.compile(
        r"\b(?:the|your|you|thank|offer|invoice|please|is|and|of|for)\b", re.IGNORECASE
    ),
    "de": re.compile(r"\b(?:der|die|das|und|Sie|bitte|Ihre|ist|nicht|für|von)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:le|la|les|et|vous|nous|merci|votre|est|pas|pour|du)\b", re.IGNORECASE),
}
NEUTRAL: Final = {"USt", "TVA", "VAT", "Version", "version", "PDF", "Bank", "Date"}


def walked(thing: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence of a set of words, with where it stands."""
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from walked(value, f"{path}.{key}")
    elif isinstance(thing, list | tuple):
        for at, value in enumerate(thing):
            yield from walked(value, f"{path}[{at}]")
    elif isinstance(thing, msgspec.Struct):
        for name in thing.__struct_fields__:
            yield from walked(getattr(thing, name), f"{path}.{name}")


def texts(language: Language, form: Form) -> dict[str, str]:
    """All there is to say: in mails, and on invoices and credit notes."""
    return {
        **dict(walked(texts_in(language, form), "mail")),
        **dict(walked(paper_texts_in(language, form), "paper")),
    }


@pytest.mark.parametrize(("language", "form"), WRITTEN)
def test_no_template_mixes_two_forms_of_address(language: Language, form: Form) -> None:
    other = formal_in if form is Form.FAMILIAR else familiar_in
    found = texts(language, form).items()
    mixed = {path: other(text, language) for path, text in found if other(text, language)}
    if form is Form.FORMAL:
        mixed |= {path: text for path, text in found if IMPERATIVES.search(text)}
    assert mixed == {}


@pytest.mark.parametrize(("language", "form"), WRITTEN)
def test_every_template_is_there_in_its_own_language_with_the_same_places(
    language: Language, form: Form
) -> None:
    here, english = texts(language, form), texts(Language.ENGLISH, Form.FORMAL)
    assert set(here) == set(english)
    places = {path: set(PLACE.findall(text)) for path, text in here.items()}
    assert places == {path: set(PLACE.findall(text)) for path, text in english.items()}
    assert [path for path, text in here.items() if not text.strip()] == []
    if language is Language.ENGLISH:
        return
    untranslated = [
        path
        for path, text in here.items()
        if text == english[path] and set(re.findall(r"[^\W\d_]{3,}", PLACE.sub("", text))) - NEUTRAL
    ]
    assert [path for path in untranslated if not path.endswith(".locale")] == []
    foreign = {
        path: text
        for path, text in here.items()
        if len(MARKS["en"].findall(PLACE.sub("", text)))
        > len(MARKS[language.value].findall(PLACE.sub("", text)))
    }
    assert foreign == {}


@pytest.mark.parametrize("language", [Language.GERMAN, Language.FRENCH])
def test_whoever_is_addressed_at_all_is_addressed_in_both_forms(language: Language) -> None:
    formal, familiar = texts(language, Form.FORMAL), texts(language, Form.FAMILIAR)
    addressed = {path for path, text in formal.items() if form_in(text, language) is Form.FORMAL}
    assert len(addressed) > 12
    assert {path for path in addressed if familiar[path] == formal[path]} == set()
    said = {path for path, text in familiar.items() if form_in(text, language) is Form.FAMILIAR}
    assert len(said) > 12
    assert all(formal[path] != familiar[path] for path in said)


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("Könntest du mir dein Angebot schicken?", "de", Form.FAMILIAR),
        ("Können Sie mir Ihr Angebot schicken?", "de", Form.FORMAL),
        ("Wie besprochen. Sie hebt die Rechnung auf, 12 EUR.", "de", None),
        ("Bitte schicken Sie es dir selbst.", "de", None),
        ("Peux-tu m'envoyer ton devis ? Je t'attends.", "fr", Form.FAMILIAR),
        ("Pourriez-vous m'envoyer votre devis ?", "fr", Form.FORMAL),
        ("Veuillez nous répondre.", "fr", Form.FORMAL),
        ("Le prix du logo est assez haut chez nous.", "fr", None),
        ("Could you send me the offer?", "en", None),
    ],
)
def test_the_form_of_address_is_read_from_pronouns_and_never_guessed(
    text: str, language: str, form: Form | None
) -> None:
    assert form_in(text, language) is form


def test_du_and_tu_are_one_form_and_another_word_is_none() -> None:
    assert [form_meant(word) for word in ("Du", "tu", "SIE", "vous")] == [
        Form.FAMILIAR, Form.FAMILIAR, Form.FORMAL, Form.FORMAL,
    ]  # fmt: skip
    assert form_meant("first name") is None


MODULES: Final = [
    import_module(f"{room}.{path.stem}")
    for room in ("graph.agents", "connectors.invoices")
    for path in sorted(Path(*room.split(".")).glob("*texts.py"))
]
"""Every module that is named for the texts it holds: a new one is walked over as well."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_whatever_holds_texts_keeps_the_form_and_the_language_it_is_named_for(module: Any) -> None:
    named = {
        name: re.fullmatch(r"_?(GERMAN|FRENCH)(_FAMILIAR)?", name, re.IGNORECASE)
        for name in vars(module)
        if name.isupper()
    }
    found = {name: hit for name, hit in named.items() if hit}
    assert found
    for name, hit in found.items():
        language = hit[1][:2].lower().replace("ge", "de")
        other = formal_in if hit[2] else familiar_in
        words = list(walked(getattr(module, name), name))
        assert words
        assert {path: other(text, language) for path, text in words if other(text, language)} == {}
