"""What the operator says to a card happens once, exactly as shown, and is answered in words."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import pytest

from bot.channel import Verb
from bot.notices.configured import RuleWatch
from ledger.domain.commands import command_sha
from ledger.domain.entities import Approval, ApprovalStatus
from ledger.domain.events import (
    ActionProposed,
    Approved,
    AttemptStarted,
    DoneByOperator,
    PolicyRefused,
    Rejected,
    TapRefused,
)

LEAD = "Hello Nora,\n\nwe would like your website design package. An offer, please?\n\nAda\n"
DENY = """version: "1"
rules:
  - id: no-offers-today
    effect: deny
    on: [SendProposal]
    when: "true"
    reason: "No offers go out today."
"""


async def asked(business: Any) -> Approval:
    """A lead came; its card waits, and nobody has looked at it yet."""
    await business.mail(LEAD)
    card: Approval = await business.only_card()
    return card


async def shown(business: Any) -> Approval:
    """A lead came; its card waits and was looked at."""
    card = await asked(business)
    await business.says(f"show {card.number}")
    return card


def body(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n").strip()


def write_rule(business: Any, name: str, text: str) -> None:
    folder = business.app.folder.policies
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


async def text_of(business: Any, action: str) -> str:
    (proposed,) = [e for e in await business.facts(ActionProposed) if e.action == action]
    return str(proposed.command.body).strip()


# --- approve -------------------------------------------------------------------------------------


async def test_a_card_that_was_not_seen_is_shown_before_it_can_be_approved(business: Any) -> None:
    card = await asked(business)
    answer = await business.says(f"approve {card.number}")
    assert "You have not seen this one here yet. Nothing was sent." in answer
    assert "Send an offer to Ada Example" in answer
    assert business.sent() == []
    answer = await business.says(f"approve {card.number}")
    assert "Your yes is recorded: Offer over €2,856.00 to ada@example.com" in answer
    assert len(business.sent()) == 1
    assert "Sent to Ada Example" in await business.hears()


async def test_what_is_sent_is_what_the_card_showed(business: Any) -> None:
    card = await shown(business)
    await business.says(f"approve {card.number}")
    (mail,) = business.sent()
    assert body(mail) == await text_of(business, card.action)
    (attempt,) = await business.facts(AttemptStarted)
    assert attempt.sha256 == card.sha256


async def test_a_second_approval_is_told_when_and_by_whom_the_first_was_given(
    business: Any,
) -> None:
    card = await shown(business)
    await business.says(f"approve {card.number}")
    answer = await business.says(f"approve {card.number}")
    assert "decided already: approved by Nora Lindt, 09:05 (console). Nothing was done" in answer
    assert len(business.sent()) == 1
    assert len(await business.facts(Approved)) == 1


async def test_a_second_tap_from_an_old_screen_is_answered_in_words(business: Any) -> None:
    card = await shown(business)
    await business.approves(card)
    await business.hears()
    await business.approves(card)
    assert "already approved at 09:05 by Nora Lindt" in await business.hears()
    assert len(business.sent()) == 1


async def test_a_tap_with_other_bytes_than_the_card_has_does_not_count(business: Any) -> None:
    card = await shown(business)
    await business.office.tap(card.id, Verb.APPROVE, "0" * 64)
    await business.settle()
    assert business.sent() == []
    assert "Open the card again" in await business.hears()
    assert (await business.only_card()).id == card.id


# --- reject --------------------------------------------------------------------------------------


async def test_a_rejection_without_a_reason_asks_for_it_and_decides_nothing(
    business: Any,
) -> None:
    card = await shown(business)
    answer = await business.says(f"reject {card.number}")
    assert "Nothing was rejected yet" in answer
    assert (await business.only_card()).status is ApprovalStatus.PENDING


async def test_a_rejection_with_a_reason_sends_nothing_and_asks_what_instead(
    business: Any,
) -> None:
    card = await shown(business)
    answer = await business.says(f"reject {card.number} wrong customer")
    assert "Your no is recorded" in answer
    (rejected,) = await business.facts(Rejected)
    assert rejected.reason == "wrong customer"
    assert business.sent() == []
    assert "What should happen instead?" in await business.hears()
    answer = await business.says(f"approve {card.number}")
    assert "rejected by Nora Lindt" in answer
    assert "wrong customer" in answer
    assert business.sent() == []
    assert "You refused: Send an offer" in await business.says("why not 1")


async def test_a_question_that_a_later_wish_answers_no_longer_waits(business: Any) -> None:
    card = await shown(business)
    await business.says(f"reject {card.number} too dear")
    await business.says("tell ada 5 % off")
    assert await business.questions() == []
    assert "€2,713.20" in await business.says("inbox")


# --- edit ----------------------------------------------------------------------------------------


async def test_an_edited_text_is_previewed_exactly_and_approving_sends_those_bytes(
    business: Any,
) -> None:
    card = await shown(business)
    preview = await business.says(f"edit {card.number} body Dear Ada,\\nhere it is: €2,856.00.")
    assert "Dear Ada, here it is: €2,856.00." in preview
    assert business.sent() == []
    await business.says(f"approve {card.number}")
    (mail,) = business.sent()
    assert body(mail) == "Dear Ada,\nhere it is: €2,856.00."
    edited = (await business.facts(ActionProposed))[-1]
    (attempt,) = await business.facts(AttemptStarted)
    assert attempt.sha256 == edited.sha256 == command_sha(edited.command)
    assert edited.sha256[:16] in preview
    assert edited.sha256 != card.sha256


async def test_an_edited_text_with_a_strange_account_is_denied_though_it_was_approved(
    business: Any,
) -> None:
    card = await shown(business)
    await business.says(f"edit {card.number} body Pay to DE89 3704 0044 0532 0130 00, please.")
    await business.says(f"approve {card.number}")
    assert business.sent() == []
    assert "not yours" in await business.hears()


async def test_showing_the_card_drops_the_edit(business: Any) -> None:
    card = await shown(business)
    await business.says(f"edit {card.number} body Something else.")
    await business.says(f"show {card.number}")
    await business.says(f"approve {card.number}")
    (mail,) = business.sent()
    assert body(mail) == await text_of(business, card.action)


async def test_a_recipient_or_an_amount_cannot_be_edited(business: Any) -> None:
    card = await shown(business)
    for field in ("to", "total"):
        answer = await business.says(f"edit {card.number} {field} x@y.example")
        assert "cannot be edited here" in answer
    assert business.sent() == []


# --- tell, later, did-it -------------------------------------------------------------------------


async def test_a_discount_told_to_a_card_makes_a_new_card_and_retires_the_old(
    business: Any,
) -> None:
    old = await shown(business)
    await business.says(f"tell {old.number} 5 % off")
    new = await business.only_card()
    assert new.number != old.number
    assert "€2,713.20" in await business.hears()
    answer = await business.says(f"approve {old.number}")
    assert "no longer counts" in answer
    assert f"In this case now waits: card {new.number}" in answer
    assert business.sent() == []
    await business.says(f"approve {new.number}")
    await business.says(f"approve {new.number}")
    (mail,) = business.sent()
    assert "€2,713.20" in body(mail)


async def test_a_friendlier_tone_changes_the_words_and_not_the_figures(business: Any) -> None:
    old = await shown(business)
    await business.says(f"tell {old.number} friendlier")
    new = await business.only_card()
    before, after = await text_of(business, old.action), await text_of(business, new.action)
    assert before != after
    assert "€2,856.00" in after
    assert "once more" not in after
    assert business.sent() == []


async def test_a_tone_told_after_a_discount_does_not_speak_of_an_offer_nobody_got(
    business: Any,
) -> None:
    card = await shown(business)
    await business.says(f"tell {card.number} 5 % off")
    card = await business.only_card()
    await business.says(f"tell {card.number} friendlier")
    card = await business.only_card()
    text = await text_of(business, card.action)
    assert "€2,713.20" in text
    assert "once more" not in text


async def test_nonsense_told_to_a_card_changes_nothing_and_is_asked_about(business: Any) -> None:
    card = await shown(business)
    await business.says(f"tell {card.number} blubb wobble")
    told = await business.hears()
    assert "did not understand" in told
    assert "blubb wobble" in told
    assert (await business.only_card()).id == card.id
    assert business.sent() == []


async def test_a_question_about_a_card_goes_away_once_the_card_is_decided(business: Any) -> None:
    card = await shown(business)
    await business.says(f"tell {card.number} blubb wobble")
    await business.says(f"approve {card.number}")
    assert len(business.sent()) == 1
    assert await business.questions() == []
    assert "Nothing waits for you" in await business.says("inbox")


async def test_later_takes_the_card_out_of_the_inbox_and_decides_nothing(business: Any) -> None:
    card = await shown(business)
    answer = await business.says(f"later {card.number}")
    assert "Put off" in answer
    inbox = await business.says("inbox")
    assert "Nothing waits for you" in inbox
    assert f"Put off: {card.number} (24 Nov 09:00)" in inbox
    assert business.sent() == []
    await business.says(f"approve {card.number}")
    assert len(business.sent()) == 1


async def test_done_by_hand_sends_nothing_and_the_case_goes_on_as_if_it_were_sent(
    business: Any,
) -> None:
    card = await shown(business)
    answer = await business.says(f"did-it {card.number}")
    assert "Recorded as done by you" in answer
    assert business.sent() == []
    assert len(await business.facts(DoneByOperator)) == 1
    status = await business.says("status 1")
    assert "done by operator" in status
    assert "€2,856.00, sent" in status
    answer = await business.says(f"approve {card.number}")
    assert "done by hand by Nora Lindt" in answer
    assert business.sent() == []


# --- what makes a card out of date ---------------------------------------------------------------


async def test_an_expired_card_is_paused_and_its_tap_is_answered_with_a_fresh_one(
    business: Any,
) -> None:
    card = await shown(business)
    business.clock.forward(hours=73)
    await business.settle()
    assert await business.cards() == []
    assert "It is paused, not refused" in await business.hears()
    assert f"Paused, nobody decided in time: card {card.number}" in await business.says("inbox")
    answer = await business.says(f"approve {card.number}")
    assert "had expired, so nothing was done" in answer
    assert business.sent() == []
    fresh = await business.only_card()
    assert fresh.number != card.number
    await business.says(f"show {fresh.number}")
    await business.says(f"approve {fresh.number}")
    assert len(business.sent()) == 1
    assert "Paused" not in await business.says("inbox")


async def test_a_tap_just_after_the_hour_is_too_late_even_before_the_alarm_rang(
    business: Any,
) -> None:
    card = await shown(business)
    business.clock.forward(hours=73)
    await business.office.tap(card.id, Verb.APPROVE, card.sha256)
    await business.works.relay.run_until_idle()
    assert business.sent() == []
    assert len(await business.facts(TapRefused)) == 1
    assert "had expired" in await business.hears()
    assert (await business.only_card()).id != card.id


async def test_a_fresh_card_after_weeks_names_a_date_that_is_still_to_come(
    business: Any,
) -> None:
    card = await shown(business)
    business.clock.forward(days=30)
    await business.settle()
    await business.says(f"approve {card.number}")
    assert await business.cards() == []
    question = await business.only_question()
    assert "would have been valid until 7 December 2026" in question.text
    await business.says(f"{question.number} a")
    text = await text_of(business, (await business.only_card()).action)
    assert "7 December 2026" not in text
    assert "January 2027" in text
    assert business.sent() == []


async def test_a_card_is_out_of_date_once_the_customer_wrote_again(business: Any) -> None:
    card = await shown(business)
    await business.mail("Sorry, we meant a logo instead. An offer for a logo, please?\n")
    assert "no longer counts: The customer wrote again" in await business.hears()
    answer = await business.says(f"approve {card.number}")
    assert "no longer counts" in answer
    assert business.sent() == []
    await business.office.tap(card.id, Verb.APPROVE, card.sha256)
    await business.settle()
    assert business.sent() == []
    assert "the world moved on" in await business.hears()


async def test_a_newer_rule_that_denies_wins_over_an_approval(business: Any) -> None:
    card = await shown(business)
    watch = RuleWatch(business.app)
    write_rule(business, "90-mine.yaml", DENY)
    await watch.look()
    await business.settle()
    await business.says(f"approve {card.number}")
    assert business.sent() == []
    told = await business.hears()
    assert "No offers go out today." in told
    assert "no-offers-today" in await business.says("audit 1")
    assert "No offers go out today." in await business.says("why not 1")


async def test_a_rule_file_with_a_slip_keeps_the_last_good_rules_and_is_reported(
    business: Any,
) -> None:
    watch = RuleWatch(business.app)
    write_rule(business, "90-mine.yaml", DENY)
    await watch.look()
    good = business.app.policies.policy
    write_rule(business, "90-mine.yaml", DENY.replace('"true"', '"amount_minr > 5"'))
    await watch.look()
    await business.settle()
    (refused,) = await business.facts(PolicyRefused)
    assert (refused.file, refused.kept) == ("90-mine.yaml", good)
    told = await business.hears()
    assert "Rules refused, 90-mine.yaml:" in told
    assert "stays in force" in told
    status = await business.says("status")
    assert f"Rules in force: {good}" in status
    assert "Rules refused: 90-mine.yaml" in status
    await business.mail(LEAD)
    assert await business.cards() == []
    assert business.sent() == []


async def test_with_broken_rules_at_a_cold_start_everything_is_asked(founder: Any) -> None:
    folder = founder.folder / "policies"
    folder.mkdir(parents=True)
    (folder / "90-mine.yaml").write_text("version: 1\nrules: [", encoding="utf-8")
    async with founder.business() as business:
        offer = await business.offered()
        await business.mail("Could you do it for 2200.00 EUR net? Then we start.\n", answers=offer)
        assert len(business.sent()) == 1
        card = await business.only_card()
        assert "90-mine.yaml" in await business.says("status")
        assert "90-mine.yaml" in await business.hears()
        await business.says(f"show {card.number}")
        await business.says(f"approve {card.number}")
        assert len(business.sent()) == 2


# --- a person's words at large -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("aprove 1", "Did you mean `approve` or `prove`?"),
        ("approve 77", "I know nothing called '77' here"),
        ("status nobody", "I know nothing called 'nobody' here"),
        ("audit", "There is no case yet"),
        ("replay", "There is no case yet"),
        ("why 1", "I know nothing called '1' here"),
        ("why not a discount", "There is no case yet"),
        ("inbox", "Nothing waits for you"),
        ("failures", "Nothing is broken"),
        ("resume", "No such stop is in force"),
        ("reject", "Nothing waits for you"),
        ("", "Say `inbox`"),
        ("\x00\u202e", "Noted"),
    ],
)
async def test_on_an_empty_folder_every_line_has_an_answer(
    business: Any, line: str, says: str
) -> None:
    assert says in await business.says(line)


def looks() -> Sequence[str]:
    return ("status", "status 1", "inbox", "audit 1", "why 1", "why not 1", "replay 1", "failures")


async def test_at_every_stage_all_answers_are_words_without_ids_of_facts_or_raw_json(
    business: Any,
) -> None:
    await business.invoiced()
    stages = [[await business.says(line) for line in looks()]]
    await business.pays("2000.00", reference="Invoice 2026-0001")
    stages.append([await business.says(line) for line in looks()])
    question = await business.only_question()
    await business.says(f"{question.number} a")
    await business.pays("856.00", reference="Invoice 2026-0001", bank_id="B-2")
    stages.append([await business.says(line) for line in looks()])
    for answers in stages:
        assert "identical" in answers[6]
        for answer in answers:
            for raw in (
                '{"',
                "expire:",
                "offer-expires",
                "ask-operator",
                "None",
                "Struct",
                "match:",
            ):
                assert raw not in answer
    assert "Waits for" not in stages[-1][1]
    assert "closed: paid" in stages[-1][1]
