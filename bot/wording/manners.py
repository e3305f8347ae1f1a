"""In which language and form somebody is written to, and where that is known from, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot import texts
from bot.office.port import Looks
from bot.wording.untrusted import one_line
from ledger.domain.applied import ADDRESS, LANGUAGE, said_of
from ledger.domain.company import Language
from ledger.domain.entities import Contact
from ledger.domain.forms import FIRST_NAME, PRONOUNS, Because, Form, addressing
from ledger.domain.knowledge import Knowledge
from ledger.domain.known import all_in_force

FORMS: Final = {
    "du": "du",
    "sie": "Sie",
    "tu": "tu",
    "vous": "vous",
    "first name": FIRST_NAME,
    "vorname": FIRST_NAME,
    "prénom": FIRST_NAME,
}
"""The forms of address by the words people type."""

TONGUES: Final = {
    **dict.fromkeys(("de", "german", "deutsch", "allemand"), "de"),
    **dict.fromkeys(("en", "english", "englisch", "anglais"), "en"),
    **dict.fromkeys(("fr", "french", "französisch", "français"), "fr"),
}
"""The languages by the words people type."""


async def manners_lines(office: Looks, contact: Contact, now: datetime) -> list[str]:
    """`Written to in German`, `Addressed as Sie: as is the custom`, and what they write."""
    held = await all_in_force(office.views, [contact.id], now)
    language = language_of(held, contact, office.company.language)
    lines = [_language_words(held, contact, language)]
    due = addressing(held, contact.forms, office.company.voice)
    if language not in PRONOUNS and due.because is not Because.SAID:
        return lines
    lines.append(texts.ADDRESSED.format(form=_form_words(held, language, due.form),
                                        why=_why(held, due.because)))  # fmt: skip
    theirs = contact.forms.theirs
    if theirs and theirs != due.form:
        lines.append(texts.THEY_ADDRESS.format(form=pronoun(language, Form(theirs))))
    return lines


def language_of(held: Sequence[Knowledge], contact: Contact, otherwise: str) -> str:
    """As the operator said, as they write, else the company's."""
    said = said_of(held, LANGUAGE)
    wanted = (said.text if said else "", contact.language)
    return next((each for each in wanted if each in set(Language)), otherwise)


def pronoun(language: str, form: Form) -> str:
    """`du`, `vous`; in a language without forms of address, the form by its name."""
    return PRONOUNS.get(language, {}).get(form, form.value)


def _language_words(held: Sequence[Knowledge], contact: Contact, language: str) -> str:
    said = said_of(held, LANGUAGE)
    if said is not None:
        why = texts.FORM_WHY["said"].format(handle=f"k{said.number}")
    else:
        why = texts.TONGUE_THEIRS if contact.language == language else texts.TONGUE_OURS
    return texts.WRITTEN_TO.format(language=texts.KNOWN_TONGUES.get(language, language), why=why)


def _form_words(held: Sequence[Knowledge], language: str, form: Form) -> str:
    said = said_of(held, ADDRESS)
    if said is not None and said.text in FORMS.values():
        return one_line(said.text, 20)
    return pronoun(language, form)


def _why(held: Sequence[Knowledge], because: Because) -> str:
    said = said_of(held, ADDRESS)
    key = Because.SAID if said is not None and said.text == FIRST_NAME else because
    return texts.FORM_WHY[key.value].format(handle=f"k{said.number}" if said else "")
