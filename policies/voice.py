"""Whether a mail sounds like the company: forbidden words, form of address, length. Pure.

`voice` in company.yaml is free text. Code obeys three things in it: words in quotation marks after
"no", "never" or "without" (and their like in German and French), "brief", and "du" or "tu".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.domain.forms import (
    Form,
    familiar_in,
    form_in,
    form_meant,
    formal_in,
    language_in,
    voice_form,
)
from ledger.domain.lessons import lessons_of
from ledger.domain.precedents import Change
from policies.said_before import SaidBefore

LONGEST_BRIEF: Final = 1_200
"""Signs of plain sentences that a brief mail may have."""

_FORBIDDEN: Final = re.compile(
    r"\b(?:no|not|never|avoid|without|kein\w*|nie|niemals|ohne|sans|jamais|pas de)\b((?:[\s,]|or|"
    r"and|oder|und|ou|et)*[\"'“„«][^\"'”“»]+[\"'”“»])+",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"'“„«]\s*([^\"'”“»]+?)\s*[\"'”“»]")
_BRIEF: Final = re.compile(r"\b(?:brief|short|concise|kurz|knapp|bref|concis)\b", re.IGNORECASE)


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


def _address(voice: str, body: str, said: SaidBefore) -> Iterator[str]:
    language = language_in(body, said.language)
    familiar, formal = familiar_in(body, language), formal_in(body, language)
    wanted, source = _wanted(voice, language, said)
    if familiar and formal:
        yield f"“{familiar}” beside “{formal}”: two forms of address in one mail"
    elif familiar and wanted is Form.FORMAL:
        yield f"“{familiar}”: {source}"
    elif formal and wanted is Form.FAMILIAR:
        yield f"“{formal}”: {source}"


def _wanted(voice: str, language: str, said: SaidBefore) -> tuple[Form | None, str]:
    """The form of address that is due, and why: what was said, what was used, else the voice."""
    if said.address:
        return form_meant(said.address), f"they want to be addressed as {said.address}"
    for mail in reversed(said.mails):
        used = form_in(mail.body, language)
        if used:
            return used, f"the mail of {mail.on} is {used}"
    form = voice_form(voice)
    return form, f"your voice is {form} with customers"
