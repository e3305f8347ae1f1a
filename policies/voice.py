"""Whether a mail sounds like the company: forbidden words, form of address, length. Pure.

`voice` in company.yaml is free text. Code obeys three things in it: words in quotation marks after
"no", "never" or "without" (and their like in German and French), "brief", and "du" or "tu".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.domain.lessons import lessons_of
from ledger.domain.precedents import Change
from policies.said_before import Mailed, SaidBefore

LONGEST_BRIEF: Final = 1_200
"""Signs of plain sentences that a brief mail may have."""

_FORBIDDEN: Final = re.compile(
    r"\b(?:no|not|never|avoid|without|kein\w*|nie|niemals|ohne|sans|jamais|pas de)\b((?:[\s,]|or|"
    r"and|oder|und|ou|et)*[\"'“„«][^\"'”“»]+[\"'”“»])+",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"'“„«]\s*([^\"'”“»]+?)\s*[\"'”“»]")
_BRIEF: Final = re.compile(r"\b(?:brief|short|concise|kurz|knapp|bref|concis)\b", re.IGNORECASE)
_FAMILIAR: Final = {
    "de": re.compile(r"\b(?:du|dir|dich|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:tu|toi)\b", re.IGNORECASE),
}
_FORMAL: Final = {
    "de": re.compile(r"\b(?:Ihnen|Ihr|Ihre[mnrs]?)\b"),
    "fr": re.compile(r"\b(?:vous|votre|vos)\b", re.IGNORECASE),
}
_MARKS: Final = {
    "de": re.compile(r"\b(?:und|wir|ist|für|nicht|das|mit|bitte)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:et|nous|est|pour|pas|le|les|avec|notre)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:and|we|is|for|not|the|with|please|you)\b", re.IGNORECASE),
}


def off_voice(voice: str, body: str, said: SaidBefore) -> Iterator[str]:
    """What does not sound like the company, in words with where that is known from."""
    for word in forbidden(voice):
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", body, re.IGNORECASE):
            yield f"“{word}”, which your voice in company.yaml rules out"
    yield from _address(voice, body, said)
    length = len(prose(body))
    if _BRIEF.search(voice) and length > LONGEST_BRIEF:
        yield f"{length} signs of text, and your voice is brief"
    for lesson in lessons_of(said.drafts):
        if lesson.change is Change.LEFT_OUT and lesson.text in body:
            yield f"“{lesson.text[:40]}…”, which you took out of {len(lesson.actions)} drafts"


def forbidden(voice: str) -> tuple[str, ...]:
    """`friendly, never “ASAP” or “cheap”` rules out both words."""
    found = (word for hit in _FORBIDDEN.finditer(voice) for word in _QUOTED.findall(hit[0]))
    return tuple(dict.fromkeys(found))


def prose(body: str) -> str:
    """The body without its lines of figures."""
    return "\n".join(line for line in body.splitlines() if not re.search(r"\d", line)).strip()


def language_in(body: str, otherwise: str) -> str:
    """en, de or fr by common words."""
    counts = {code: len(mark.findall(body)) for code, mark in _MARKS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else otherwise


def _address(voice: str, body: str, said: SaidBefore) -> Iterator[str]:
    language = language_in(body, said.language)
    if language not in _FAMILIAR:
        return
    familiar, formal = _FAMILIAR[language].search(body), _FORMAL[language].search(body)
    wanted, source = _wanted(voice, language, said)
    if familiar and formal:
        yield f"“{familiar[0]}” beside “{formal[0]}”: two forms of address in one mail"
    elif familiar and wanted == "formal":
        yield f"“{familiar[0]}”: {source}"
    elif formal and wanted == "familiar":
        yield f"“{formal[0]}”: {source}"


def _wanted(voice: str, language: str, said: SaidBefore) -> tuple[str, str]:
    """The form of address that is due, and why: what was said, what was used, else the voice."""
    if said.address:
        kind = "formal" if said.address == "Sie" else "familiar"
        return kind, f"they want to be addressed as {said.address}"
    for mail in reversed(said.mails):
        kind = _used(mail, language)
        if kind:
            return kind, f"the mail of {mail.on} is {kind}"
    familiar = re.search(r"\b(?:du|tu|per du|duzen|tutoyer)\b", voice, re.IGNORECASE)
    kind = "familiar" if familiar else "formal"
    return kind, f"your voice is {kind} with customers"


def _used(mail: Mailed, language: str) -> str:
    familiar = bool(_FAMILIAR[language].search(mail.body))
    formal = bool(_FORMAL[language].search(mail.body))
    return "" if familiar == formal else "familiar" if familiar else "formal"
