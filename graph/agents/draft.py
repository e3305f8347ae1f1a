"""The drafter without a model: a mail from templates, with every amount rendered by code.

A model may only change the sentences around the figures (`agents.draft_model`); the figures of
every mail are the block that is rendered here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from graph.agents.plaintext import plain
from graph.agents.plan_words import plan_words
from graph.agents.reminder_texts import words_after_silence
from graph.agents.texts import Texts, texts_in
from graph.amounts import amount_words, day_words, percent_words
from graph.briefs import Brief, Drafted, Due, Quote, Reversed
from ledger.domain.forms import FIRST_NAME, Form, form_in, form_meant
from ledger.domain.precedents import Change
from ledger.domain.values import OPERATOR, PLAYBOOK, Line, Money

OFFERS = frozenset({"first", "agreed", "counter", "revised"})
"""Purposes of a mail that carries an offer."""

FIRST_NAMED = frozenset({"du", "tu", FIRST_NAME})
"""Forms of address with the first name."""

_QUOTING = frozenset({"answer", "correction", "withdrawal"})
"""Purposes of a mail around the operator's own words."""

_REPLY = re.compile(r"^\s*(?:re|aw|antw|tr|wg|fwd?)\s*:\s*", re.IGNORECASE)
_LONGEST_SUBJECT = 150


class Prose(Struct, frozen=True, kw_only=True):
    """The sentences before and after the figures."""

    opening: str
    closing: str


def draft(brief: Brief) -> Drafted:
    """The mail from templates, or the operator's own text where there is one."""
    if brief.body:
        return Drafted(step=brief.step, subject=subject_of(brief), body=brief.body, by=OPERATOR)
    by = OPERATOR if brief.said else PLAYBOOK
    return Drafted(
        step=brief.step, subject=subject_of(brief), body=assembled(brief, prose_of(brief)), by=by
    )


def assembled(brief: Brief, prose: Prose) -> str:
    """Greeting, opening, figures, closing, signature."""
    prose = worded(brief, prose)
    parts = (_greeting(brief), prose.opening, *block_of(brief), prose.closing, _signature(brief))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def prose_of(brief: Brief) -> Prose:
    """The template's sentences, in the wanted tone."""
    texts = texts_of(brief)
    silent = words_after_silence(brief.purpose, brief.language, form_of(brief))
    first, last = silent or (texts.opening[brief.purpose], texts.closing[brief.purpose])
    opening = first.format(number=brief.number)
    warm = brief.tone == "friendly" and brief.purpose != "decline"
    closing = [last, texts.warm if warm else ""]
    if brief.tone == "brief":
        closing = closing[:1] if brief.purpose in OFFERS | {"invoice", "credit"} else []
    again = f"{texts.again} " if brief.met_before and brief.tone != "brief" else ""
    if again:
        opening = again + opening[:1].upper() + opening[1:]
    return Prose(
        opening=_cased(brief, opening), closing="\n\n".join(part for part in closing if part)
    )


def texts_of(brief: Brief) -> Texts:
    """The words of a language, in the form of address that was asked for."""
    return texts_in(brief.language, form_meant(brief.address))


def form_of(brief: Brief) -> Form:
    """The form of address that all of this mail keeps to."""
    return form_meant(brief.address) or Form.FORMAL


def worded(brief: Brief, prose: Prose) -> Prose:
    """The sentences with what the operator adds and leaves out again and again."""
    gone = _learned(brief, Change.LEFT_OUT)
    return Prose(
        opening=_changed(prose.opening, gone, _learned(brief, Change.OPENING)),
        closing=_changed(prose.closing, gone, _learned(brief, Change.CLOSING)),
    )


def _changed(text: str, gone: tuple[str, ...], more: tuple[str, ...]) -> str:
    for sentence in gone:
        text = " ".join(text.split(sentence)).strip() if sentence in text else text
    added = [sentence for sentence in more if sentence not in text]
    return "\n\n".join(part for part in (text, " ".join(added)) if part)


def _learned(brief: Brief, change: Change) -> tuple[str, ...]:
    """Habits of that kind; a sentence in the other form of address is none for this mail."""
    found = (one.text for one in brief.learned if one.change is change)
    return tuple(text for text in found if form_in(text, brief.language) in {None, form_of(brief)})


def block_of(brief: Brief) -> Iterator[str]:
    """The figures, the operator's words or the list that this mail is about."""
    if brief.quote is not None:
        yield from quote_block(brief.quote, brief)
    elif brief.due is not None:
        yield "\n".join(filter(None, (_bill(brief.due, brief), brief.tax_note)))
    elif brief.reversed is not None:
        yield "\n".join(filter(None, (_credit_note(brief.reversed, brief), brief.tax_note)))
    elif brief.purpose in _QUOTING:
        yield brief.said
    elif brief.purpose == "prices":
        pairs = zip(brief.titles, brief.prices, strict=True)
        yield "\n".join(
            f"- {title}: {amount_words(price, brief.language)}" for title, price in pairs
        )
    elif brief.purpose == "clarify":
        yield "\n".join(f"- {title}" for title in brief.titles)


def quote_block(quote: Quote, brief: Brief) -> Iterator[str]:
    """Lines, sums and terms of an offer: the only place where a mail gets its amounts from."""
    texts, language = texts_of(brief), brief.language
    yield texts.number.format(number=quote.number, version=quote.version)
    yield "\n".join(part for line in quote.lines for part in _line(line, texts, language))
    sums = [texts.net.format(amount=amount_words(quote.sums.net, language))]
    sums += [
        texts.tax.format(
            rate=percent_words(tax.rate_bp, language), amount=amount_words(tax.tax, language)
        )
        for tax in quote.sums.taxes
        if tax.rate_bp
    ]
    if quote.sums.net == quote.sums.gross:
        sums.append(brief.tax_note or texts.untaxed)
    sums.append(texts.total.format(amount=amount_words(quote.sums.gross, language)))
    yield "\n".join(sums)
    valid = texts.valid.format(day=day_words(quote.valid_until, language))
    paid = f"\n{plan_words(quote.plan, language)}" if quote.plan else ""
    yield f"{valid}\n{texts.delivery.format(days=quote.delivery_days)}{paid}"


def subject_of(brief: Brief) -> str:
    """The operator's subject, else the thread's, else one of our own."""
    texts = texts_of(brief)
    if brief.subject:
        return _one_line(brief.subject)
    thread = _one_line(_REPLY.sub("", brief.thread))
    if thread:
        return texts.reply.format(subject=thread)
    kinds = (("offer", brief.quote), ("invoice", brief.due), ("credit", brief.reversed))
    about = [(kind, document.number) for kind, document in kinds if document is not None]
    kind, number = about[0] if about else ("other", "")
    return texts.subjects[kind].format(number=number, company=brief.company)


def _line(line: Line, texts: Texts, language: str) -> Iterator[str]:
    full = line.unit_price.times(line.quantity)
    yield texts.each.format(
        quantity=_quantity(line, texts),
        title=line.description,
        price=amount_words(line.unit_price, language),
        net=amount_words(full, language),
    )
    if line.discount_bp:
        percent = percent_words(line.discount_bp, language)
        yield texts.less.format(percent=percent, net=amount_words(line.net, language))


def _quantity(line: Line, texts: Texts) -> str:
    """`2 hours`; only `2` where the title says the unit: nobody writes "2 days × Workshop day"."""
    one, many = texts.units.get(line.unit, ("", ""))
    unit = one if line.quantity == 1 else many
    said = bool(one) and plain(one) in plain(line.description)
    return str(line.quantity) if said else f"{line.quantity} {unit}".strip()


def _greeting(brief: Brief) -> str:
    learned = "" if brief.address else next(iter(_learned(brief, Change.GREETING)), "")
    if learned and (brief.name or "{" not in learned):
        first = brief.name.split(" ")[0]
        return learned.replace("{name}", brief.name).replace("{first}", first)
    texts = texts_of(brief)
    familiar = brief.address in FIRST_NAMED
    formal = not familiar and (
        brief.tone == "formal"
        or form_meant(brief.address) is Form.FORMAL
        or ("formal" in brief.voice.lower() and not brief.tone)
    )
    named, nobody = (texts.dear, texts.dear_nobody) if formal else (texts.hello, texts.hello_nobody)
    name = brief.name.split()[0] if familiar and brief.name else brief.name
    return named.format(name=name) if name else nobody


def _signature(brief: Brief) -> str:
    texts = texts_of(brief)
    friendly = brief.tone == "friendly" or ("friendly" in brief.voice.lower() and not brief.tone)
    bye = next(iter(_learned(brief, Change.SIGN_OFF)), "")
    bye = bye or (texts.bye_friendly if friendly else texts.bye)
    return "\n".join(part for part in (bye, brief.signer, brief.company) if part)


def _bill(due: Due, brief: Brief) -> str:
    total, day = amount_words(due.total, brief.language), day_words(due.due_on, brief.language)
    return texts_of(brief).bill.format(number=due.number, total=total, due=day)


def _credit_note(note: Reversed, brief: Brief) -> str:
    total = amount_words(note.total, brief.language)
    return texts_of(brief).credit.format(number=note.number, invoice=note.invoice, total=total)


def _cased(brief: Brief, opening: str) -> str:
    """German and French go on in lower case after the greeting, English does not."""
    english = brief.language == "en"
    return opening[:1].upper() + opening[1:] if english else opening


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST_SUBJECT]


def money_in(brief: Brief) -> frozenset[Money]:
    """Every amount that this mail may name."""
    found = set(brief.prices) | ({brief.due.total} if brief.due else set())
    if brief.reversed is not None:
        found |= {brief.reversed.total, -brief.reversed.total}
    if brief.quote is not None:
        sums = brief.quote.sums
        found |= {sums.net, sums.gross, *(tax.tax for tax in sums.taxes)}
        for line in brief.quote.lines:
            found |= {line.unit_price, line.unit_price.times(line.quantity), line.net}
    return frozenset(found)
