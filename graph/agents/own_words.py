"""What the operator told or did himself: "I told them 900 is fine", "I sent the contract".

By rules, in three languages. His words are trusted, and still nothing is guessed: several prices
are no price, and a sentence of another form is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from graph.agents.numbers import amounts_in, value_of
from graph.agents.plaintext import LONGEST, plain
from graph.agents.quoting import new_text
from graph.slots import About, AmountSlot, Basis

TOLD, WROTE, CALLED, SENT = "told", "wrote", "called", "sent"


class Deed(Struct, frozen=True):
    """What the operator says he did. `who` is the name he gives, "" for "them" and for none."""

    how: str
    who: str
    rest: str


class Stated(Struct, frozen=True, kw_only=True):
    """What was said to the customer. `minor` of 0: no price. `sent`: the kind of document."""

    minor: int = 0
    currency: str = ""
    gross: bool = False
    agreed: bool = False
    sent: str = ""


_WORD = r"[A-ZÀ-ÖØ-Þ][\w'’.&-]*"
_NAME = rf"(?P<who>(?-i:(?:{_WORD}|con-\w+)(?: (?:{_WORD}|von|van|de)){{0,3}}))"
_THEM = (
    r"(?:them|him|her|the (?:customer|client)|ihnen|ihm|ihr|dem kunden|der kundin|den kunden|"
    r"die kundin|sie|ihn|leur|lui|au client|(?:à|a) la cliente|le client|la cliente)"
)
_WHOM = rf"(?:(?:to |with |mit |à |a |an |an die |bei )?(?:{_THEM}|{_NAME}))"
_DID = {
    "told": TOLD, "informed": TOLD, "assured": TOLD, "promised": TOLD, "offered": TOLD,
    "agreed": TOLD, "confirmed": TOLD, "wrote": WROTE, "written": WROTE, "emailed": WROTE,
    "mailed": WROTE, "texted": WROTE, "answered": WROTE, "replied": WROTE, "called": CALLED,
    "phoned": CALLED, "rang": CALLED, "spoke": CALLED, "spoken": CALLED, "talked": CALLED,
    "sent": SENT,
    "gesagt": TOLD, "mitgeteilt": TOLD, "zugesagt": TOLD, "angeboten": TOLD, "bestatigt": TOLD,
    "geschrieben": WROTE, "gemailt": WROTE, "geantwortet": WROTE, "angerufen": CALLED,
    "telefoniert": CALLED, "gesprochen": CALLED, "geschickt": SENT, "gesendet": SENT,
    "verschickt": SENT, "zugeschickt": SENT,
    "dit": TOLD, "confirme": TOLD, "propose": TOLD, "ecrit": WROTE, "repondu": WROTE,
    "appele": CALLED, "telephone": CALLED, "parle": CALLED, "envoye": SENT,
}  # fmt: skip
"""The verbs, without accents, and what each of them says that was done."""


def _verbs(words: str) -> str:
    return rf"(?P<verb>{words})"


_EN = _verbs(
    "told|informed|assured|offered|agreed|confirmed|wrote|written|emailed|mailed|texted|answered|"
    "replied|called|phoned|rang|spoke|spoken|talked|sent"
)
_DE = _verbs(
    "gesagt|mitgeteilt|zugesagt|angeboten|best[äa]tigt|geschrieben|gemailt|geantwortet|angerufen|"
    "telefoniert|gesprochen|geschickt|gesendet|verschickt|zugeschickt"
)
_FR = _verbs(
    "dit|confirm[ée]|propos[ée]|[ée]crit|r[ée]pondu|appel[ée]|t[ée]l[ée]phon[ée]|parl[ée]|envoy[ée]"
)
_SOON = r"(?: have|'ve)?(?: just| already| now)?"
_ICH = r"(?:ich habe|ich hab|wir haben|hab|habe)(?: gerade| eben| schon)?"
_JE = r"(?:j'ai|j’ai|nous avons|on a|je (?:leur|lui) ai|on (?:leur|lui) a)"
_FORMS: Final = tuple(
    re.compile(words, re.IGNORECASE | re.DOTALL)
    for words in (
        rf"^(?:i|we){_SOON} {_EN}(?: {_WHOM})?(?P<rest>(?:[ ,:.].*)?)$",
        rf"^{_ICH}(?: {_WHOM})?(?P<before>(?: .+?)?) {_DE}(?P<rest>(?:[ ,:.].*)?)$",
        rf"^{_JE}{_SOON} {_FR}(?: {_WHOM})?(?P<rest>(?:[ ,:.].*)?)$",
    )
)
_TO_US: Final = re.compile(r"^(?:(?:to |with )?you|dir|euch|dich|te|vous|tu)\b", re.IGNORECASE)
_LATER_NAME: Final = re.compile(rf"\b(?:to|with|an|mit|à) {_NAME}")
_NOT_YET: Final = re.compile(
    r"\b(?:not|never|nothing|didn't|haven't|nicht|nichts|nie|kein\w*|rien|jamais|n'ai|pas encore)\b"
)
_FINE: Final = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{2})?|\d{2,7}(?:[.,]\d{1,2})?)"
    r"(?= ?(?:or|oder|ou|is|are|it is|would|ist|sei|sind|geht|gehen|passt|passen|reicht|in ordnung|"
    r"ok|okay|fine|works?|c'est|est|convient|va|ca va|suffit|net|gross|netto|brutto|ht|ttc)\b)"
    r"|^(?P<alone>\d{2,7}(?:[.,]\d{1,2})?)$"
)
_AGREED: Final = re.compile(
    r"\b(?:(?:that|it|this|price|which)(?:'s| is| are)? ?(?:is |absolutely |perfectly |all )?"
    r"(?:fine|ok|okay|works|good for us|agreed)|is (?:fine|ok|okay)|agreed|we have a deal|deal!|"
    r"i agree|we agree|i accept|we accept|einverstanden|geht (?:klar|in ordnung)|in ordnung|"
    r"passt (?:so|fur uns)?|abgemacht|ist (?:ok|okay)|d'accord|c'est bon|ca (?:nous |me )?va|"
    r"marche conclu|entendu|ca me convient)"
)
_UNLESS: Final = re.compile(
    r"\b(?:not|isn't|cannot|can't|unless|only if|provided|nicht|nur wenn|sofern|kein|pas|sauf|"
    r"seulement si|\?)"
)
_DOCUMENTS: Final = (
    ("invoice", re.compile(r"\b(?:invoice|bill|rechnung|facture)\b")),
    (
        "offer",
        re.compile(r"\b(?:offer|quote|quotation|proposal|angebot|devis|offre|proposition)\b"),
    ),
    ("contract", re.compile(r"\b(?:contract|agreement|vertrag|contrat)\w*\b")),
)
_SEPARATE: Final = re.compile(r"[_.\-]+")
_EDGE: Final = " ,.;:!"


def deed_in(text: str) -> Deed | None:
    """What a sentence of the operator says that he did himself; None where it says none.

    >>> deed_in("I told Ada 900 is fine")
    Deed(how='told', who='Ada', rest='900 is fine')
    """
    sentence = text[:LONGEST].strip()
    if "?" in sentence or "\n\n" in sentence:
        return None
    for form in _FORMS:
        hit = form.match(sentence)
        if hit is None or _NOT_YET.search(plain(sentence)):
            continue
        groups = hit.groupdict()
        before, rest = groups.get("before") or "", groups["rest"] or ""
        said = " ".join(part for part in (before.strip(_EDGE), rest.strip(_EDGE)) if part)
        if _TO_US.match(said):
            return None
        who = groups["who"] or _later(said)
        return Deed(_DID[plain(groups["verb"])], who.strip(_EDGE), said)
    return None


def stated_in(text: str, files: Iterable[str] = (), *, how: str = WROTE) -> Stated:
    """What his own words state; of a mail only what he wrote just now counts, no quoted history."""
    own = new_text(text) if how == WROTE else text
    price = _price(own[:LONGEST], spoken=how != WROTE)
    folded = plain(own[:LONGEST])
    return Stated(
        minor=price.minor if price else 0,
        currency=price.currency if price else "",
        gross=price is not None and price.basis is Basis.GROSS,
        agreed=bool(_AGREED.search(folded)) and not _UNLESS.search(folded),
        sent=_sent(folded, tuple(files), how),
    )


def _later(said: str) -> str:
    found = _LATER_NAME.search(said)
    return found["who"] if found else ""


def _price(text: str, *, spoken: bool) -> AmountSlot | None:
    """The one price that is named; None for none and for several."""
    meant = [one for one in amounts_in(text) if one.about in (About.TOTAL, About.BUDGET)]
    if spoken and not meant:
        bare = [hit["number"] or hit["alone"] for hit in _FINE.finditer(plain(text))]
        meant = [AmountSlot(int(value_of(each) * 100), "", evidence=each) for each in bare]
    told = {(one.minor, one.currency) for one in meant}
    return meant[0] if len(told) == 1 else None


def _sent(folded: str, files: tuple[str, ...], how: str) -> str:
    """What kind of document went with it: a mail's own attachments, or what he says he sent."""
    named = folded if how == SENT else " ".join(plain(_SEPARATE.sub(" ", name)) for name in files)
    if how != SENT and not files:
        return ""
    return next((kind for kind, words in _DOCUMENTS if words.search(named)), "document")
