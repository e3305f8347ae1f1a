"""A mail against what its reader was told before: three kinds of findings, each with its source."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.commands import SendProposal, SendReply
from ledger.domain.entities import Commitment, OfferedTerms, Proposal
from ledger.domain.events import US
from ledger.domain.values import Line, Money, totals
from policies.circumstances import Offer
from policies.consistency import Finding, Kind, findings
from policies.said_before import HeldPrice, Mailed, SaidBefore
from policies.stated import About, stated
from policies.voice import forbidden

TODAY = date(2026, 11, 30)
EARLIER = date(2026, 11, 24)
COMPANY = defaults()


def lines(item: str = "website", *, off: int = 0, quantity: int = 1) -> tuple[Line, ...]:
    found = COMPANY.item(item)
    assert found is not None
    return (Line(item, found.title, quantity, found.unit, found.price, 1_900, off),)


def an_offer(number: int, of: tuple[Line, ...], **fields: Any) -> Proposal:
    sums, version = totals(of, "EUR"), fields.pop("version", 1)
    terms = OfferedTerms(
        version=version, lines=of, net=sums.net, total=sums.gross, discount_bp=of[0].discount_bp,
        delivery_days=21, valid_until=date(2026, 12, 8), on=EARLIER,
    )  # fmt: skip
    start = Proposal(
        id=f"pro-{number}", case=f"lead-{number}", number=f"P-0000000{number}", version=version,
        contact="con-1", lines=of, net=sums.net, total=sums.gross,
        discount_bp=of[0].discount_bp, valid_until=date(2026, 12, 8), delivery_days=21,
        versions=(terms,), sent_versions=(version,), status="sent",
    )  # fmt: skip
    if fields.pop("accepted", False):
        return replace(start, status="accepted", accepted_version=version, accepted_on=EARLIER)
    return replace(start, **fields)


def reply(body: str) -> SendReply:
    return SendReply(contact="con-1", to="a@x.example", subject="Re", body=body, purpose="answer")


def proposing(body: str, of: tuple[Line, ...], version: int = 1) -> tuple[SendProposal, Offer]:
    total = totals(of, "EUR").gross
    mail = SendProposal(
        contact="con-1", to="a@x.example", subject="Offer", body=body, proposal="pro-9",
        version=version, total=total,
    )  # fmt: skip
    offer = Offer(
        contact="con-1", version=version, lines=of, total=total, discount_bp=of[0].discount_bp,
        delivery_days=21, accepted_version=0,
    )  # fmt: skip
    return mail, offer


def said(**fields: Any) -> SaidBefore:
    return SaidBefore(**{"case": "lead-1", "today": TODAY, **fields})


def mailed(body: str) -> Mailed:
    return Mailed(action="act-1", case="lead-1", name="SendReply", body=body, on=EARLIER)


def found(mail: Any, before: SaidBefore, offer: Offer | None = None) -> list[tuple[Kind, str]]:
    every: tuple[Finding, ...] = findings(COMPANY, mail, offer, before)
    return [(each.kind, each.words) for each in every]


def test_a_first_mail_to_somebody_repeats_and_contradicts_nothing() -> None:
    assert found(reply("Hello Ada,\n\nthank you for your message."), said()) == []


def test_the_same_text_and_the_same_question_are_not_sent_twice() -> None:
    body = "Hello,\n\nwhich of our services do you need?\n\nNora"
    again = found(reply(body), said(mails=(mailed(body),)))
    assert again == [(Kind.REPETITION, "the same text left on 2026-11-24")]
    other = reply("Good morning,\n\nwhich of our services do you need?\n\nNora Lindt")
    [(kind, words)] = found(other, said(mails=(mailed(body),)))
    assert (kind, words) == (
        Kind.REPETITION,
        "“which of our services do you need?” was asked on 2026-11-24",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "We look forward to working with you.",
        "Wir freuen uns auf die Zusammenarbeit.",
        "Au plaisir de travailler ensemble bientôt.",
    ],
)
def test_a_sentence_that_was_pasted_twice_is_found(sentence: str) -> None:
    [(kind, words)] = found(reply(f"Hello,\n\n{sentence}\n\n{sentence}\n\nNora"), said())
    assert kind is Kind.REPETITION
    assert "stands in it twice" in words


def test_an_offer_that_still_stands_is_not_made_once_more() -> None:
    mail, offer = proposing("Hello,\n\nhere it is.", lines())
    before = said(offers=(an_offer(2, lines()),))
    assert (
        Kind.REPETITION,
        "P-00000002 of 2026-11-24 offers the same and still stands",
    ) in found(mail, before, offer)
    assert found(mail, said(offers=(an_offer(2, lines(), status="declined"),)), offer) == []


def test_another_price_than_they_accepted_is_a_contradiction_with_its_source() -> None:
    mail, offer = proposing("Hello,\n\nhere it is.", lines())
    before = said(offers=(an_offer(2, lines(off=500), accepted=True),))
    assert found(mail, before, offer) == [
        (
            Kind.CONTRADICTION,
            "€2,400.00 for website, €2,280.00 accepted in P-00000002 of 2026-11-24",
        )
    ]
    counter, lower = proposing("Hello,\n\nhere it is.", lines(), version=2)
    assert found(counter, before, lower) == []
    assert found(mail, said(offers=before.offers, reversed=("pro-2",)), offer) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("We deliver within 14 days.", "“14 days” to deliver, 21 days in P-00000001 of 2026-11-24"),
        ("Wir liefern in 2 Wochen.", "“2 Wochen” to deliver, 21 days in P-00000001 of 2026-11-24"),
        ("Livraison sous 14 jours.", "“14 jours” to deliver, 21 days in P-00000001 of 2026-11-24"),
        (
            "The offer is valid until 31 December 2026.",
            "valid until “31 December 2026”, 2026-12-08 in P-00000001 of 2026-11-24",
        ),
        (
            "Das Angebot gilt bis zum 31. Dezember 2026.",
            "valid until “31. Dezember 2026”, 2026-12-08 in P-00000001 of 2026-11-24",
        ),
        ("Payment within 30 days is fine.", "“30 days” to pay, 14 days are due by your terms"),
        ("Zahlbar innerhalb von 30 Tagen.", "“30 Tagen” to pay, 14 days are due by your terms"),
        ("It is as in our offer P-0000000X.", "P-0000000X is no offer of theirs"),
    ],
)
def test_another_term_day_or_number_than_in_the_offer_is_a_contradiction(
    body: str, words: str
) -> None:
    assert found(reply(body), said(offers=(an_offer(1, lines()),))) == [(Kind.CONTRADICTION, words)]


@pytest.mark.parametrize(
    "body",
    [
        "We deliver within 21 days.",
        "Wir liefern innerhalb von 3 Wochen.",
        "L'offre est valable jusqu'au 8 décembre 2026.",
        "Payable within 14 days.",
        "Our offer P-00000001 stands as we sent it.",
        "We met 3 days ago.",
    ],
)
def test_what_says_the_same_as_the_offer_contradicts_nothing(body: str) -> None:
    assert found(reply(body), said(offers=(an_offer(1, lines()),))) == []


def test_an_edited_offer_whose_words_promise_another_delivery_is_found() -> None:
    mail, offer = proposing("Hello,\n\nwe deliver within 5 days.", lines())
    assert found(mail, said(), offer) == [
        (Kind.CONTRADICTION, "“5 days” to deliver, 21 days in the offer itself")
    ]


def test_the_list_price_of_what_they_have_at_another_price_is_found() -> None:
    item = COMPANY.item("website")
    assert item is not None
    price = HeldPrice(
        item=item, listed=item.price, held=Money(200_000, "EUR"), number="k3", on=EARLIER
    )
    body = "- Webdesign-Paket: 2.400,00 €"
    assert found(reply(body), said(prices=(price,))) == [
        (Kind.CONTRADICTION, "€2,400.00 for website, €2,000.00 holds (k3 of 2026-11-24)")
    ]


def test_another_day_than_was_promised_is_found() -> None:
    promise = Commitment(
        id="com-1", case="lead-1", number=1, promised_by=US, to="con-1", contact="con-1",
        kind="other", source="f-1", said_on=EARLIER, made_at=datetime(2026, 11, 24, tzinfo=UTC),
        due=date(2026, 12, 1), what="send the first drafts of the logo",
    )  # fmt: skip
    body = "You get the first drafts of the logo on 7 December 2026."
    assert found(reply(body), said(promises=(promise,))) == [
        (Kind.CONTRADICTION, "“7 December 2026”, but 2026-12-01 was promised on 2026-11-24")
    ]
    assert found(reply(body.replace("7", "1")), said(promises=(promise,))) == []


@pytest.mark.parametrize(
    ("body", "before", "words"),
    [
        ("Hallo, kannst du uns bitte schreiben?", "", "“du”: your voice is formal with customers"),
        (
            "Hallo, wir schicken dir das bitte.",
            "Guten Tag, wir danken Ihnen und Ihrer Firma.",
            "“dir”: the mail of 2026-11-24 is formal",
        ),
        (
            "Bonjour, nous pensons à toi et à l'offre.",
            "Bonjour, merci pour votre message.",
            "“toi”: the mail of 2026-11-24 is formal",
        ),
        (
            "Guten Tag, wir danken Ihnen und dir.",
            "",
            "“dir” beside “Ihnen”: two forms of address in one mail",
        ),
    ],
)
def test_the_form_of_address_stays_what_it_was(body: str, before: str, words: str) -> None:
    mails = (mailed(before),) if before else ()
    assert found(reply(body), said(mails=mails)) == [(Kind.VOICE, words)]


def test_words_that_the_voice_rules_out_and_too_many_of_them_are_found() -> None:
    voice = "friendly, brief, never “ASAP” or “cheap”"
    strict = replace(COMPANY, voice=voice)
    assert forbidden(voice) == ("ASAP", "cheap")
    body = "We send it asap. " + " ".join(f"Word {chr(97 + n % 26) * 9}" for n in range(120))
    words = [each.words for each in findings(strict, reply(body), None, said())]
    assert words[0] == "“ASAP”, which your voice in company.yaml rules out"
    assert words[1].endswith("signs of text, and your voice is brief")


def test_dates_and_days_are_read_in_three_languages() -> None:
    text = "Valable jusqu'au 8 décembre 2026\nLieferung bis 01.12.2026, zahlbar in 10 Tagen"
    assert [(each.about, each.day, each.days) for each in stated(text)] == [
        (About.VALIDITY, date(2026, 12, 8), 0),
        (About.DELIVERY, date(2026, 12, 1), 0),
        (About.PAYMENT, None, 10),
    ]
