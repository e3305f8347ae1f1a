"""Whether a drafted mail says only what it may: known amounts, the exact total, nobody's address.

Model-written sentences are checked more strictly than whole mails: they may hold no figure that
the brief does not have, no address, no link, and no promise.
"""

from __future__ import annotations

import re

from graph.agents.draft import OFFERS, Prose, form_of, money_in
from graph.agents.languages import language_of
from graph.agents.numbers import amounts_in, percentages_in
from graph.agents.plaintext import plain
from graph.amounts import amount_words
from graph.briefs import Brief
from ledger.domain.forms import PRONOUNS, Form, familiar_in, formal_in

LONGEST_PROSE = 900
"""Signs of the sentences a model writes before or after the figures."""

_ADDRESS = re.compile(
    r"\S@\S|https?:|www\.|\b[\w-]+\.(?:com|net|org|io|de|fr|eu|co|ch|at|uk|info|biz)\b",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){8,}", re.IGNORECASE)
_FIGURES = re.compile(r"\d+(?:[.,'’ ]\d+)*")
_MONEY = re.compile(r"[€$£%]|\b(?:eur|euros?|usd|dollars?|pounds?|chf|percent|prozent|pour cent)\b")
_PROMISES = re.compile(
    r"\b(?:free of charge|for free|guarantee\w*|refund\w*|bonus|gift|unlimited|forever|"
    r"money back|penalt\w*|promis\w*|no (?:extra )?(?:cost|charge)s?|complimentary|on the house|"
    r"at our expense|today|tonight|tomorrow|overnight|next (?:day|week|month)|"
    r"(?:by|on|until) (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"discount\w*|rebate|half price|kostenlos\w*|gratis|garantie\w*|geschenk\w*|rabatt\w*|"
    r"nachlass\w*|erstatt\w*|"
    r"versprech\w*|versproch\w*|zusag\w*|zugesagt|aufpreis\w*|uber nacht|heute|morgen|"
    r"(?:nachste\w*|kommende\w*) (?:woche|tag|monat)\w*|"
    r"promet\w*|sans frais|offert\w*|aujourd'hui|demain|la semaine prochaine|"
    r"unbegrenzt|gratuit\w*|garanti\w*|rembours\w*|cadeau\w*|remise\w*|rabais|illimite\w*|"
    r"hundred|thousand|"
    r"hundert|tausend|mille|iban|bank account|bankverbindung|compte bancaire)\b"
)


def check_prose(brief: Brief, prose: Prose) -> None:
    """Raises `ValueError` with the reason, in words for the model, where a sentence may not go."""
    for name, text in (("opening", prose.opening), ("closing", prose.closing)):
        reason = _wrong(brief, text)
        if reason:
            raise ValueError(f"`{name}` {reason}")
    if not prose.opening.strip():
        raise ValueError("`opening` is empty")
    written = language_of(plain(f"{prose.opening}\n{prose.closing}"))
    if written and written != brief.language:
        raise ValueError(f"it is written in {written!r}, not in {brief.language.value!r}")
    _keeps_form(brief, f"{prose.opening}\n{prose.closing}")


def _keeps_form(brief: Brief, text: str) -> None:
    """Nobody is called `du` and `Sie` in one mail."""
    formal = form_of(brief) is Form.FORMAL
    other = (familiar_in if formal else formal_in)(text, brief.language)
    if other:
        wanted = PRONOUNS[brief.language][form_of(brief)]
        raise ValueError(f"it says {other!r}, and they are addressed as {wanted!r}")


def wrong_with(brief: Brief, subject: str, body: str) -> str:
    """Why a whole mail may not leave as it is; "" where it may. Not for the operator's own text."""
    text = f"{subject}\n{body}"
    known = {(money.minor, money.currency) for money in money_in(brief)}
    foreign = [
        slot.evidence
        for slot in amounts_in(body)
        if slot.currency and (slot.minor, slot.currency) not in known
    ]
    total = _total(brief)
    if foreign:
        return f"it names {foreign[0]}, which is no amount of this deal"
    if total and total not in body:
        return f"it does not name the total {total}"
    shares = _shares(brief)
    odd = [part.evidence for part in percentages_in(body) if part.basis_points not in shares]
    if odd:
        return f"it names {odd[0]}, which is no rate of this deal"
    if _ADDRESS.search(_without(brief, text)) or _ACCOUNT.search(_without(brief, body)):
        return "it holds an address, a link or an account"
    return ""


def _wrong(brief: Brief, text: str) -> str:
    folded = plain(text)
    if len(text) > LONGEST_PROSE:
        return f"is longer than {LONGEST_PROSE} signs"
    if any(not sign.isprintable() and sign != "\n" for sign in text):
        return "holds invisible signs"
    if _ADDRESS.search(text) or _ACCOUNT.search(text):
        return "must hold no address, link or account"
    if _MONEY.search(folded):
        return "must name no amounts or percentages; they are added below it"
    promise = _PROMISES.search(folded)
    if promise:
        return f"must promise nothing ({promise[0]!r})"
    strange = [hit[0] for hit in _FIGURES.finditer(text) if hit[0] not in _allowed(brief)]
    return f"holds {strange[0]!r}, a figure that is not in the brief" if strange else ""


def _allowed(brief: Brief) -> frozenset[str]:
    quote = brief.quote
    if quote is None:
        return frozenset()
    counts = {str(line.quantity) for line in quote.lines}
    return frozenset({*counts, str(quote.delivery_days)})


def _total(brief: Brief) -> str:
    """The exact total as this mail has to write it; "" for a mail without one."""
    if brief.purpose in OFFERS and brief.quote is not None:
        return amount_words(brief.quote.sums.gross, brief.language)
    document = brief.due or brief.reversed
    return amount_words(document.total, brief.language) if document is not None else ""


def _shares(brief: Brief) -> frozenset[int]:
    lines = brief.quote.lines if brief.quote else ()
    plan = brief.quote.plan if brief.quote else None
    parts = plan.parts if plan else ()
    shares = {share for line in lines for share in (line.discount_bp, line.tax_bp)}
    return frozenset(shares | {part.share_bp for part in parts})


def _without(brief: Brief, text: str) -> str:
    """The text without what is ours by right: titles, names, numbers and the thread's subject."""
    own = (brief.thread, brief.company, brief.signer, brief.name, brief.number, *brief.titles)
    lines = brief.quote.lines if brief.quote else ()
    documents = (brief.quote, brief.due, brief.reversed)
    numbers = [document.number for document in documents if document is not None]
    numbers += [brief.reversed.invoice] if brief.reversed is not None else []
    for part in (*own, *(line.description for line in lines), *numbers):
        text = text.replace(part, " ") if part else text
    return text
