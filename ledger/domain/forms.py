"""Forms of address, `du` or `Sie`, `tu` or `vous`: which one a text uses, which one is due. Pure.

In business the operator goes first: a mail says `Sie` and `vous` until the operator says `du` or
`tu`, or writes so. That a customer writes `du` changes nothing by itself; it is shown on the card.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from ledger.domain.applied import ADDRESS, said_of
from ledger.domain.entities import Forms
from ledger.domain.knowledge import Knowledge


class Form(StrEnum):
    """How somebody is addressed."""

    FORMAL = "formal"
    FAMILIAR = "familiar"


class Because(StrEnum):
    """Where a form of address comes from."""

    SAID = "said"
    WRITTEN = "written"
    VOICE = "voice"
    CUSTOM = "custom"


FIRST_NAME: Final = "first name"
"""What the operator may say instead of a form: the first name in the greeting, and that alone."""

PRONOUNS: Final[dict[str, dict[Form, str]]] = {
    "de": {Form.FORMAL: "Sie", Form.FAMILIAR: "du"},
    "fr": {Form.FORMAL: "vous", Form.FAMILIAR: "tu"},
}
"""By language; one that is not here has no forms of address."""

_MEANT: Final = {
    "du": Form.FAMILIAR,
    "tu": Form.FAMILIAR,
    "sie": Form.FORMAL,
    "vous": Form.FORMAL,
}
_BEGINS: Final = r"(?:^|[.!?:…\n])[\s\"'„“»«>*-]*"
"""Before a word that begins a sentence, where German writes `Sie` for `she` and `they` as well."""

_FAMILIAR: Final = {
    "de": re.compile(r"\b(?:du|dir|dich|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:tu|toi|te|ton|ta|tes)\b|\bt['’](?=[aeiouyhàâéèêîôû])", re.IGNORECASE),
}
_FORMAL: Final = {
    "de": re.compile(rf"\b(?:Ihnen|Ihre?[mnrs]?)\b|{_BEGINS}Sie\b|(?P<sie>\bSie\b)", re.MULTILINE),
    "fr": re.compile(
        r"\b(?:vous|votre|vos)\b|\b(?:dites|faites)(?=[- ](?:nous|moi|le|la|les)\b)|"
        r"\b(?!(?:chez|assez|nez|rez|avez-vous)\b)\w{2,}ez\b",
        re.IGNORECASE,
    ),
}
_MARKS: Final = {
    "de": re.compile(r"\b(?:und|wir|ist|für|nicht|das|mit|bitte)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:et|nous|est|pour|pas|le|les|avec|notre)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:and|we|is|for|not|the|with|please|you)\b", re.IGNORECASE),
}
_VOICE: Final = re.compile(r"\b(?:du|tu|duzen|dutzen|tutoyer|tutoie|tutoiement)\b", re.IGNORECASE)


class Addressing(Struct, frozen=True, kw_only=True):
    """The form of address that is due, and where that comes from.

    `fact` is what was said or the mail that left, "" for the company's voice and for custom.
    """

    form: Form
    because: Because
    fact: str = ""


def familiar_in(text: str, language: str) -> str:
    """The first word that says `du` or `tu`; "" where there is none, or no such form."""
    found = _FAMILIAR[language].search(text) if language in _FAMILIAR else None
    return found[0] if found else ""


def formal_in(text: str, language: str) -> str:
    """The first word that says `Sie` or `vous`; a `Sie` that begins a sentence may be a `they`."""
    if language not in _FORMAL:
        return ""
    hits = _FORMAL[language].finditer(text)
    sure = (hit[0] for hit in hits if language != "de" or hit["sie"] or not hit[0].endswith("Sie"))
    return next(sure, "")


def form_in(text: str, language: str) -> Form | None:
    """The form of address a text uses; None for neither, for both, or in English."""
    familiar, formal = familiar_in(text, language), formal_in(text, language)
    if bool(familiar) == bool(formal):
        return None
    return Form.FAMILIAR if familiar else Form.FORMAL


def language_in(text: str, otherwise: str) -> str:
    """en, de or fr by common words."""
    counts = {code: len(mark.findall(text)) for code, mark in _MARKS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else otherwise


def form_meant(word: str) -> Form | None:
    """The form behind `du`, `Sie`, `tu` or `vous`, however written; None for another word."""
    return _MEANT.get(word.casefold())


def voice_form(voice: str) -> Form:
    """Familiar where the voice in company.yaml says so: `friendly, per du`."""
    said = _VOICE.findall(voice)
    french = language_in(voice, "") == "fr"
    real = [word for word in said if not (french and word.casefold() == "du")]
    return Form.FAMILIAR if real else Form.FORMAL


def addressing(held: Sequence[Knowledge], forms: Forms, voice: str) -> Addressing:
    """As the operator said; else as our last mail to them did; else as the voice says; else formal.

    `held` is what is in force for the contact, `forms` what their mails and ours used.
    """
    said = said_of(held, ADDRESS)
    meant = form_meant(said.text) if said else None
    if said is not None and meant is not None:
        return Addressing(form=meant, because=Because.SAID, fact=said.id)
    if forms.ours:
        return Addressing(form=Form(forms.ours), because=Because.WRITTEN, fact=forms.ours_in)
    if voice_form(voice) is Form.FAMILIAR:
        return Addressing(form=Form.FAMILIAR, because=Because.VOICE)
    return Addressing(form=Form.FORMAL, because=Because.CUSTOM)
