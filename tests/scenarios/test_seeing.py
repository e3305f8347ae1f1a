"""What a person sees of a whole company: the overview, pictures, and all that a card leaves out."""

from __future__ import annotations

import hashlib
from datetime import UTC
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.channel import CardKind, Reply
from bot.commands.picturing import month_said
from bot.console.keeping import kept
from bot.console.render import plain
from bot.home.gathering import home
from bot.home.overview import Home, Section
from bot.pictures.attaching import opened
from ledger.audit import read_trail
from ledger.domain.commands import command_sha
from ledger.domain.entities import Action
from ledger.domain.events import FailureReported

CARL = "Carl Example <carl@shop.example>"


async def answer(business: Any, line: str) -> Reply:
    reply: Reply = await business.commands.answer(line)
    await business.settle()
    return reply


async def overview(business: Any, *, decides: bool = True) -> Home:
    now = business.clock.now().astimezone(UTC)
    return await home(business.office, now, decides=decides)


def section(found: Home, heading: str) -> Section:
    return next(each for each in found.sections if each.heading == heading)


def headings(found: Home) -> list[str]:
    return [each.heading for each in found.sections]


async def broken_mail(business: Any) -> None:
    """The outbox is no folder, so an approved mail cannot leave."""
    outbox = business.app.folder.outbox
    if outbox.is_dir():
        outbox.rename(outbox.with_name("elsewhere"))
    outbox.parent.mkdir(parents=True, exist_ok=True)
    outbox.write_text("no folder")


# --- the overview --------------------------------------------------------------------------------


async def test_a_company_without_business_has_an_overview_too(business: Any) -> None:
    found = await overview(business)
    assert found.line == "Nothing waits for you."
    assert headings(found) == ["Today"]
    assert section(found, "Today").lines == ("Models: 0.00 of 5.00 USD", "Mails: 0 of 50")


async def test_a_card_that_waits_stands_on_the_overview_with_its_text_and_its_buttons(
    business: Any,
) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    found = await overview(business)
    (card,) = section(found, "Waits for you").cards
    approval = await business.only_card()
    assert found.line == "For you: 1 card."
    assert (card.kind, card.sha256) == (CardKind.APPROVAL, approval.sha256)
    assert "Total: €2,856.00" in card.excerpt
    assert [each.label for each in card.buttons][:3] == ["Approve", "Edit", "Reject"]


async def test_who_may_only_look_sees_the_same_without_buttons(business: Any) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    found = await overview(business, decides=False)
    assert [card.buttons for card in section(found, "Waits for you").cards] == [()]


async def test_more_than_three_cards_become_lines_that_open_one(business: Any) -> None:
    for number in range(5):
        await business.mail(
            "Hello, please offer the website design package.\n\nX\n",
            sender=f"Customer {number} <c{number}@shop{number}.example>",
        )
    found = section(await overview(business), "Waits for you")
    assert len(found.cards) == 3
    assert [item.buttons[0].command for item in found.items] == ["show 4", "show 5"]


async def test_what_is_open_and_goes_on_by_itself_is_at_work(business: Any) -> None:
    await business.offered()
    (item,) = section(await overview(business), "At work").items
    assert item.text == "1 · A new website (Ada Example): waiting"
    done = section(await overview(business), "Done last").items
    assert done[0].text.startswith("Offer sent, Ada Example, €2,856.00")
    assert "Mails: 1 of 50" in section(await overview(business), "Today").lines


async def test_what_failed_is_stuck_with_its_cause_and_a_button_to_try_again(business: Any) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    await broken_mail(business)
    await business.approves()
    assert await business.facts(FailureReported)
    (item,) = section(await overview(business), "Stuck").items
    assert item.buttons[0].label == "Try again"
    assert item.buttons[0].command.startswith("retry act-")


async def test_a_stop_is_the_first_thing_that_is_said(business: Any) -> None:
    await business.says("stop because I am ill")
    found = await overview(business)
    assert found.line == "A stop is in force."
    assert "STOPPED: everything" in section(found, "Stuck").lines[0]


async def test_an_unpaid_invoice_is_owed_and_later_overdue(business: Any) -> None:
    await business.invoiced()
    today = section(await overview(business), "Today").lines
    assert "Owed to you: €2,856.00 on 1 invoice" in today
    business.clock.forward(days=40)
    assert "! €2,856.00 of it is overdue" in section(await overview(business), "Today").lines


async def test_home_in_words_opens_each_card_with_one_button(business: Any) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    reply = await answer(business, "home")
    (card,) = reply.cards
    assert [each.command for each in card.buttons] == ["show 1"]
    assert not card.excerpt
    assert "Today:" in reply.lines
    # a closed card was not seen, so nothing can be approved from it
    assert "not seen" in plain(await answer(business, "approve 1")).lower()


# --- pictures ------------------------------------------------------------------------------------


async def test_the_timeline_of_a_case_is_a_picture_with_its_moments(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    reply = await answer(business, "timeline ada")
    (picture,) = reply.attachments
    assert Image.open(BytesIO(picture.data)).width == 800
    assert reply.title.startswith("The timeline of case 1, Ada Example")
    assert reply.lines[0].startswith("closed: paid · ")
    assert reply.lines[0].endswith("2 decisions of yours")
    assert (await answer(business, "timeline 1")).attachments == reply.attachments


async def test_the_moments_of_a_deal_are_told_in_order_and_once(business: Any) -> None:
    from bot.pictures.moments import moments  # noqa: PLC0415  # only this test needs it

    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    case = await business.case()
    told = [each.what for each in moments(await read_trail(business.app.ledger, case.id))]
    assert told == [
        "Ada Example wrote",
        "Offer 1 drafted: €2,856.00",
        "You were asked",
        "You approved",
        "Offer sent",
        "Ada Example wrote",
        "The offer is accepted",
        "Invoice 2026-0001 issued",
        "You were asked",
        "You approved",
        "Invoice sent",
        "€2,856.00 arrived",
        "Invoice 2026-0001 is paid",
        "Case closed",
    ]


async def test_a_timeline_of_no_case_says_what_to_do(business: Any) -> None:
    assert (await answer(business, "timeline")).trouble
    await business.offered()
    reply = await answer(business, "timeline nobody")
    assert reply.trouble
    assert not reply.attachments


async def test_the_month_counts_what_happened_in_it_and_nothing_else(business: Any) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    reply = await answer(business, "report")
    assert reply.title == "November 2026"
    assert reply.lines[0] == "Invoiced €2,856.00, paid €2,856.00, open now €0.00."
    assert reply.lines[1] == (
        "new cases 1, offers sent 1, accepted 1, invoices and credit notes 1, payments 1"
    )
    assert reply.lines[2] == "Models: cost nothing."
    before = await answer(business, "report last month")
    assert before.title == "October 2026"
    assert before.lines[0] == "Invoiced €0.00, paid €0.00, open now €0.00."


async def test_a_credit_note_takes_its_invoice_out_of_the_month(business: Any) -> None:
    await business.invoiced()
    await business.says("undo 2026-0001 wrong quantity")
    await business.approves()
    reply = await answer(business, "report")
    assert reply.lines[0].startswith("Invoiced €0.00, ")


async def test_a_month_that_has_not_begun_or_cannot_be_read_gets_an_answer(business: Any) -> None:
    assert "has not begun" in (await answer(business, "report 2027-01")).lines[0]
    assert "is no month" in (await answer(business, "report soon")).lines[0]
    assert "is no month" in (await answer(business, "report 2026-13")).lines[0]


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("", "2026-11"),
        ("this month", "2026-11"),
        ("last month", "2026-10"),
        ("2026-03", "2026-03"),
        ("october", "2026-10"),
        ("Dec", "2025-12"),
    ],
)
async def test_a_month_is_named_as_people_name_it(business: Any, said: str, month: str) -> None:
    found = month_said(said, business.clock.now())
    assert found is not None
    assert f"{found.start:%Y-%m}" == month


async def test_the_console_lays_a_picture_into_the_folder_and_says_where(business: Any) -> None:
    await business.offered()
    folder = business.app.folder.pictures
    told = kept(await answer(business, "timeline 1"), folder)
    assert f"Picture: {folder / 'timeline-1.png'}" in told.lines
    assert (folder / "timeline-1.png").read_bytes().startswith(b"\x89PNG")


async def test_pictures_of_an_erased_person_are_gone_with_them(business: Any) -> None:
    await business.offered()
    folder = business.app.folder.pictures
    kept(await answer(business, "timeline 1"), folder)
    await business.says("erase ada@example.com")
    await business.says("erase ada@example.com confirm")
    assert list(folder.iterdir()) == []


# --- more ----------------------------------------------------------------------------------------


async def test_more_tells_bytes_sources_rules_and_story_of_a_card(business: Any) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    approval = await business.only_card()
    reply = await answer(business, "more 1")
    (card,) = reply.cards
    rows = {row.label: " ".join(row.lines) for row in card.rows}
    assert card.kind is CardKind.DETAILS
    assert not card.buttons
    assert approval.sha256[:32] in rows["Bytes"]
    assert approval.sha256[32:] in rows["Bytes"]
    assert "total: verified, from step" in rows["From facts"]
    assert "rules 1@" in rows["Asks because"]
    assert "Mail came in from Ada Example" in rows["Led to it"]
    assert "You were asked" in rows["Since then"]


async def test_the_exact_bytes_of_a_card_come_as_a_file(business: Any) -> None:
    await business.mail("Hello, please offer the website design package.\n\nAda\n")
    approval = await business.only_card()
    (file,) = (await answer(business, "more 1")).attachments
    action = await business.app.views.get(Action, approval.action)
    assert action.command is not None
    assert hashlib.sha256(file.data).hexdigest() == command_sha(action.command) == approval.sha256


async def test_more_works_for_questions_actions_and_decided_cards(business: Any) -> None:
    await business.offered()
    approval_told = await answer(business, "more 1")
    assert "Approved by Nora Lindt" in plain(approval_told)
    actions = await business.app.views.all(Action)
    assert (await answer(business, f"more {actions[0].id}")).cards
    await business.mail("Hi, what could you do for our shop?\n\nCarl\n", sender=CARL)
    question = await business.only_question()
    told = await answer(business, f"more {question.number}")
    assert question.text[:30] not in told.cards[0].title
    assert "Led to it" in plain(told)


async def test_more_of_nothing_says_what_to_name(business: Any) -> None:
    assert (await answer(business, "more")).trouble
    assert (await answer(business, "more 99")).trouble


# --- documents -----------------------------------------------------------------------------------


async def test_the_card_of_an_invoice_carries_the_pages_of_the_very_pdf_that_will_leave(
    business: Any,
) -> None:
    offer = await business.offered()
    await business.mail("We accept your offer, please go ahead.\n\nAda\n", answers=offer)
    reply = await answer(business, "show 2")
    (card,) = (await opened(reply, business.app.blobs)).cards
    page, document = card.attachments
    assert Image.open(BytesIO(page.data)).width == 1_000
    await business.approves()
    (left,) = business.sent()[-1].iter_attachments()
    assert left.get_content() == document.data
