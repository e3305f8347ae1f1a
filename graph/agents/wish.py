"""The operator's words: "5 % off", "use 2 days", "friendlier", or a whole text to send.

These words are trusted. Even so nothing is guessed: what no rule understands comes back in
`Wish.rest`, and Coo says what it did understand and asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from graph.agents.deadlines import deadline_in
from graph.agents.items import names_of, wants_in
from graph.agents.numbers import amounts_in, count_of, percentages_in
from graph.agents.plaintext import LONGEST, plain
from graph.agents.reading import Known
from graph.moves import Wording
from graph.slots import About, AmountSlot, Basis, Wanted
from graph.wishes import Wish
from ledger.domain.billing import PlanUnclear, plan_of

_BODY = re.compile(
    r"^\s*(?:body|text|mail|send this|write|schreib(?:e|en)?|sende|ecris)\s*:\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_SUBJECT = re.compile(
    r"^\s*(?:subject|betreff|objet)\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE
)
_LETTER = re.compile(
    r"^\s*(?:dear|hi|hello|hallo|guten tag|liebe[r]?|sehr geehrte|bonjour|madame|monsieur|cher|"
    r"chere)\b"
)
_TONES = (
    (
        "friendly",
        (
            r"friendl\w*|warmer|nicer|freundlich\w*|herzlich\w*|netter|"
            r"plus (?:amical|chaleureu\w*|sympathique)"
        ),
    ),
    ("formal", r"(?:more )?formal\w*|formell\w*|forml\w*|hoflich\w*|plus (?:formel|poli)\w*"),
    ("brief", r"short\w*|brief\w*|concise|kurzer|knapper|kurz|plus court\w*"),
)
_PER = (
    r"(?:(?:per|with|mit|say|use|write|in|auf|en|sag\w*|nimm|schreib\w*|avec) )"
    r"(?:the |der |das |le )?"
)
_ADDRESS = (
    ("du", rf"{_PER}du\b|duz\w*"),
    ("Sie", rf"{_PER}sie\b|siez\w*"),
    ("tu", rf"{_PER}tu\b|tutoy\w*|tutoie\w*"),
    ("vous", rf"{_PER}vous\b|vouvoy\w*|vouvoie\w*"),
)
_NO_DISCOUNT = re.compile(
    r"\b(?:no discount|without discount|list price|full price|kein(?:en)? rabatt|ohne rabatt|"
    r"listenpreis|sans remise|pas de remise|plein tarif)\b"
)
_DECLINE = re.compile(
    r"\b(?:decline|walk away|turn (?:it|them) down|drop (?:it|them|this)|absagen|lehne? (?:es |"
    r"das )?ab|ablehnen|refuse[rz]?|laisse tomber)\b"
)
_CLOSE = re.compile(
    r"\b(?:close (?:it|this|the case)|ignore (?:it|this|them)|spam|schliess\w*|ignorier\w*|"
    r"fermer?|classer)\b"
)
_AGAIN = re.compile(
    r"^(?:please )?(?:try|send|do|propose|ask)?(?: it| that)? ?again\b|^(?:nochmal|noch einmal|"
    r"erneut)|^(?:reessaie|encore)"
)
_ASK = re.compile(
    r"\bask (?:the customer|them|him|her)\b|\b(?:frag|frage) (?:den kunden|die kundin|sie|"
    r"nach)\b|\bdemande[rz]?[- ](?:leur|lui|au client)"
)
_DROP = re.compile(
    r"\b(?:without|remove|drop|no|leave out|skip|ohne|entferne?|streiche?|kein(?:e|en)?|sans|"
    r"enleve|retire)\s+(?:the |das |den |die |le |la )?$"
)
_COUNT = re.compile(
    r"\b(\w+)\s+(?:(?:full|whole|ganze) )?(?:days?|tage?n?|jours?|hours?|stunden?|heures?|"
    r"months?|monate?n?|mois|pieces?|stuck|of them)\b"
)
_DAYS = re.compile(
    r"\b(?:deliver\w*|ready|done|liefer\w*|fertig|livr\w*)\b.{0,30}?\b(?:in|within|binnen|"
    r"innerhalb von|sous)\s+(\d{1,3})\s+(?:days|tagen?|jours)"
)
_PLAN = re.compile(r"(?:billing|abrechnung|facturation)\s*:?\s+(.+)", re.IGNORECASE | re.DOTALL)
_LARGEST_COUNT = 31
_EXCUSE = re.compile(
    r"\b(?:please|bitte|svp|s'il te plait|make|it|them|the|a|an|use|give|offer|price|prices|"
    r"only|just|instead|of|rather|and|but|"
    r"mach\w*|es|das|den|die|der|nimm|nur|statt|und|gib|ihm|ihr|ihnen|biete|an|mit|fur|for|to|"
    r"with|at|more|bit|little|etwas|mehr|ein|eine|einen|"
    r"mets|fais|le|la|les|un|une|plus|avec|pour|et|seulement|days?|tage?n?|jours?|hours?|total|"
    r"net|gross|netto|brutto|off|discount|rabatt|"
    r"nachlass|remise|de|du|version|text|tone|ton|mail|email|write|sound|be|in|within|"
    r"deliver\w*|is|ok|okay|send|again|then|us|let's|do|change|set|too|much|so)\b"
)


def wish_in(text: str, known: Known) -> Wish:
    """What the operator wants, and what of it could not be understood."""
    text = text[:LONGEST].strip()
    body = _body(text)
    if body:
        wording = Wording(body=body, subject=_subject(text))
        return Wish(wording=wording, understood=("the text as you wrote it",), text=text)
    return _billing(text) or _short(text, plain(text), known)


def _billing(text: str) -> Wish | None:
    """`billing deposit 40% final`: how it is to be billed, and nothing else."""
    said = _PLAN.fullmatch(text)
    if said is None:
        return None
    try:
        plan = plan_of(said[1])
    except PlanUnclear:
        return Wish(rest=text, text=text)
    return Wish(plan=plan, understood=(f"to bill {plan.words}",), text=text)


def _short(text: str, folded: str, known: Known) -> Wish:
    amount, more = _amount(text)
    days = _DAYS.search(folded)
    delivery = int(days[1]) if days else _days_until(text, known)
    without = (
        folded[: days.start()] + " " * (days.end() - days.start()) + folded[days.end() :]
        if days
        else folded
    )
    lines, drop = _lines(without, known)
    wish = Wish(
        discount_bp=_discount(text, folded),
        net=amount.minor if amount and amount.basis is not Basis.GROSS else 0,
        gross=amount.minor if amount and amount.basis is Basis.GROSS else 0,
        lines=lines,
        drop=drop,
        quantity=0 if lines else _count(without),
        delivery_days=delivery,
        wording=Wording(tone=_tone(folded), address=_address(folded), subject=_subject(text)),
        decline=bool(_DECLINE.search(folded)),
        again=bool(_AGAIN.search(folded)),
        close=bool(_CLOSE.search(folded)),
        ask_customer=bool(_ASK.search(folded)),
        text=text,
    )
    return replace(wish, understood=tuple(_said(wish)), rest=_rest(text, known, competing=more))


def _body(text: str) -> str:
    """A text to send as it stands: announced, or plainly a letter of several lines."""
    announced = _BODY.match(text)
    if announced:
        return announced[1].strip()
    without = _SUBJECT.sub("", text).strip()
    several = len([line for line in without.splitlines() if line.strip()]) > 1
    return without if several and _LETTER.match(plain(without)) else ""


def _subject(text: str) -> str:
    found = _SUBJECT.search(text)
    return found[1][:200] if found else ""


def _tone(folded: str) -> str:
    return next((tone for tone, words in _TONES if re.search(rf"\b(?:{words})\b", folded)), "")


def _address(folded: str) -> str:
    """`per du`, `duzen`, `tutoyer`; "" where no form of address is named, or several."""
    found = [form for form, words in _ADDRESS if re.search(rf"\b(?:{words})", folded)]
    return found[0] if len(found) == 1 else ""


def _discount(text: str, folded: str) -> int | None:
    if _NO_DISCOUNT.search(folded):
        return 0
    told = [part.basis_points for part in percentages_in(text)]
    return told[0] if len(told) == 1 else None


def _amount(text: str) -> tuple[AmountSlot | None, bool]:
    """The one price the text names, and whether there were several that compete."""
    found = [slot for slot in amounts_in(text) if slot.about in (About.TOTAL, About.BUDGET)]
    return (found[0], False) if len(found) == 1 else (None, len(found) > 1)


def _days_until(text: str, known: Known) -> int:
    day = deadline_in(text, known.today)
    return max(0, (day - known.today).days) if day else 0


def _lines(folded: str, known: Known) -> tuple[tuple[Wanted, ...], tuple[str, ...]]:
    found = wants_in(folded, known.prices).items
    unwanted = set(_dropped(folded, known))
    lines = tuple(Wanted(slot.item, slot.quantity) for slot in found if slot.item not in unwanted)
    return lines, tuple(sorted(unwanted))


def _dropped(folded: str, known: Known) -> Iterator[str]:
    for item in known.prices:
        for name in names_of(item):
            at = folded.find(plain(name))
            if at >= 0 and _DROP.search(folded[:at]):
                yield item.id


def _count(folded: str) -> int:
    found = {count for hit in _COUNT.finditer(folded) if (count := count_of(hit[1]))}
    return next(iter(found)) if len(found) == 1 else 0


def _said(wish: Wish) -> Iterator[str]:
    if wish.discount_bp is not None:
        yield f"a discount of {wish.discount_bp / 100:g} %"
    if wish.net or wish.gross:
        yield f"a price of {(wish.net or wish.gross) / 100:,.2f} {'net' if wish.net else 'gross'}"
    yield from (f"{line.quantity or 'some'} × {line.item}" for line in wish.lines)
    yield from (f"no {item}" for item in wish.drop)
    if wish.quantity:
        yield f"a quantity of {wish.quantity}"
    if wish.delivery_days:
        yield f"delivery within {wish.delivery_days} days"
    if wish.wording.tone:
        yield f"a {wish.wording.tone} tone"
    if wish.wording.address:
        yield f"{wish.wording.address!r} as the form of address"
    if wish.wording.subject:
        yield f"the subject {wish.wording.subject!r}"
    flags = ((wish.decline, "to decline"), (wish.close, "to close"), (wish.again, "to try again"),
             (wish.ask_customer, "to ask the customer"))  # fmt: skip
    yield from (words for holds, words in flags if holds)


def _rest(text: str, known: Known, *, competing: bool) -> str:
    """The words that no rule accounts for, or "" where all are."""
    if competing:
        return text
    bare = _SUBJECT.sub(" ", text)
    amount, _ = _amount(text)
    if amount is not None:
        bare = bare.replace(amount.evidence, " ")
    for part in percentages_in(text):
        bare = bare.replace(part.evidence, " ")
    bare = plain(bare)
    for pattern in (_NO_DISCOUNT, _DECLINE, _CLOSE, _AGAIN, _ASK, _DAYS):
        bare = pattern.sub(" ", bare)
    for _, words in _TONES:
        bare = re.sub(rf"\b(?:{words})\b", " ", bare)
    if _address(bare):
        for _, words in _ADDRESS:
            bare = re.sub(rf"\b(?:{words})", " ", bare)
    bare = _EXCUSE.sub(" ", _without_items(bare, known))
    left = [word for word in re.findall(r"[^\W_]+", bare) if not _is_count(word)]
    return " ".join(left)


def _is_count(word: str) -> bool:
    count = count_of(word)
    return count is not None and count <= _LARGEST_COUNT


def _without_items(bare: str, known: Known) -> str:
    names = {plain(name) for item in known.prices for name in names_of(item)}
    for name in sorted(names, key=len, reverse=True):
        bare = re.sub(rf"\b{re.escape(name)}\w{{0,3}}\b", " ", bare)
    return re.sub(
        r"\b(?:without|remove|drop|leave out|skip|no|ohne|entferne?|streiche?|sans)\b", " ", bare
    )
