"""Every message is a case, needs somebody, or needed nothing; a word corrects it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.work.unread import unread_bytes
from ledger.blobs import FileBlobs
from ledger.domain.entities import Case
from ledger.domain.errors import CooError
from ledger.domain.events import MailReceived, MailSetAside
from ledger.domain.messages import Message, Outcome
from ledger.replay import refold

NEWS = {"List-Id": "<news.shop.example>", "Precedence": "bulk"}
WANTED = "Hello,\n\nwe would like your website design package. Could you send us an offer?\n\nBen\n"


async def counted(business: Any) -> dict[Outcome, int]:
    every = await business.app.views.all(Message)
    return {one: sum(each.outcome is one for each in every) for one in Outcome}


def put_into_inbox(business: Any, name: str, data: bytes) -> Path:
    folder = business.app.folder.inbox / "cur"
    folder.mkdir(parents=True, exist_ok=True)
    path: Path = folder / f"{name}:2,S"
    path.write_bytes(data)
    return path


def newsletter(n: int, subject: str = "Our offers") -> bytes:
    return (
        f"From: Shop <news@shop.example>\r\nTo: hello@studio-nord.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <news-{n}@shop.example>\r\nList-Id: <news.shop.example>\r\n\r\n{WANTED}"
    ).encode()


async def test_a_newsletter_leaves_a_hash_and_a_reason_but_neither_text_nor_sender(
    business: Any,
) -> None:
    await business.hears()
    await business.raw(newsletter(1))
    (aside,) = await business.facts(MailSetAside)
    assert aside.why == "mailing list: list-id"
    assert not await business.facts(MailReceived)
    assert isinstance(business.app.blobs, FileBlobs)
    with pytest.raises(CooError):
        await business.app.blobs.get(aside.raw_sha256)
    assert await business.hears() == ""
    assert "Fits no case" not in await business.says("inbox")
    listed = await business.says("no-action")
    assert "mailing list: list-id" in listed
    assert "Messages: 1 = 0 in cases + 0 for you + 1 without action." in listed
    assert "shop.example" not in listed
    stored = b"".join(path.read_bytes() for path in business.app.folder.root.rglob("ledger.db*"))
    assert b"website design" not in stored


async def test_lead_brings_a_message_back_opens_its_case_and_teaches_the_next_one(
    business: Any,
) -> None:
    path = put_into_inbox(business, "1", newsletter(1))
    await business.raw(path.read_bytes())
    assert "was a lead" in await business.says("lead 1")
    case = await business.case()
    assert case.title == "Our offers"
    assert len(await business.cards()) == 1
    assert "You said that it was a lead" in await business.says(f"audit {case.number}")
    assert await counted(business) == {
        Outcome.CASE: 1, Outcome.NEEDS_YOU: 0, Outcome.NO_ACTION: 0, Outcome.READ_AGAIN: 1,
    }  # fmt: skip
    assert "Messages: 1 = 1 in cases" in await business.says("status")

    other = newsletter(2).replace(b"Shop <news@shop.example>", b"Eva <eva@other.example>")
    await business.raw(other)
    cases = await business.app.views.all(Case)
    assert len(cases) == 2
    assert "You said of this list that it was a lead" in await business.says(
        f"audit {cases[1].number}"
    )
    assert (await refold(business.app.ledger)).difference == ""


async def test_mail_like_a_case_that_was_no_lead_is_left_unread(business: Any) -> None:
    spam = {"sender": "Seo Pro <rank@seo.example>", "subject": "Rank first"}
    await business.mail("We bring you to rank one on every search engine!", **spam)
    case = await business.case()
    await business.says(f"no-lead {case.number}")
    await business.mail("We still bring you to rank one!", **spam)
    (aside,) = await business.facts(MailSetAside)
    assert "You said of this sender that it was no lead" in aside.why
    assert len(await business.app.views.all(Case)) == 1
    stranger = {"sender": "Seo Pro <rank2@seo.example>", "subject": "Rank first"}
    await business.mail("Hello, a website design package please.", **stranger)
    assert len(await business.app.views.all(Case)) == 2


async def test_a_message_that_lies_nowhere_any_more_stays_as_it_is_and_says_so(
    business: Any,
) -> None:
    await business.raw(newsletter(1))
    said = await business.says("lead 1")
    assert "lies nowhere any more" in said
    assert await business.app.views.all(Case) == []
    assert "no message" in await business.says("lead 9")
    (aside,) = [each for each in await business.all_facts() if isinstance(each.event, MailSetAside)]
    changed = newsletter(1).replace(b"offers", b"0ffers")
    put_into_inbox(business, "changed", changed)
    with pytest.raises(CooError):
        await unread_bytes(business.app, aside)


async def test_mail_of_a_list_from_a_known_contact_or_about_our_offer_is_kept(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("Our newsletter", subject="News", headers=NEWS)
    await business.mail("Forwarded", sender="x@l.example", answers=offer, headers=NEWS)
    assert not await business.facts(MailSetAside)
    assert (await counted(business))[Outcome.CASE] == 3


async def test_the_counts_add_up_over_all_kinds_of_mail(business: Any) -> None:
    offer = await business.offered()
    await business.raw(newsletter(1))
    await business.raw(newsletter(1))
    await business.raw(newsletter(2))
    await business.mail("Away", sender="z@z.example", headers={"Auto-Submitted": "auto-replied"})
    await business.raw(b"From: postmaster@mx.example\r\nSubject: failure\r\n\r\nNo such user\r\n")
    await business.raw(offer.as_bytes())
    await business.raw(b"no mail at all")
    counts = await counted(business)
    assert counts == {
        Outcome.CASE: 1, Outcome.NEEDS_YOU: 2, Outcome.NO_ACTION: 4, Outcome.READ_AGAIN: 0,
    }  # fmt: skip
    assert "Messages: 7 = 1 in cases + 2 for you + 4 without action." in await business.says(
        "status"
    )
    digest = await business.says("digest")
    assert "7 messages came in; 4 needed nothing" in digest
