from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.channel import CardKind, Reply, Verb
from bot.commands import Commands, Session
from bot.console.render import plain
from bot.office.port import Divergence, PoliciesInForce, ReplayReport
from bot.wording.slots import slot_lines
from ledger.domain import events
from ledger.domain.commands import command_sha, with_edits
from ledger.domain.entities import Action, Approval
from ledger.domain.errors import WorldUnreachable
from ledger.domain.events import Option, Tapped

Paper = Any


class Talk:
    """A conversation with an office on paper."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.commands = Commands(paper, Session(UTC))

    async def __call__(self, line: str) -> str:
        return plain(await self.commands.answer(line))

    async def reply(self, line: str) -> Reply:
        return await self.commands.answer(line)


@pytest.fixture
def talk(paper: Paper) -> Talk:
    paper.story()
    return Talk(paper)


# --- inbox and approving -------------------------------------------------------------------------


async def test_an_empty_inbox_says_so(paper: Paper) -> None:
    assert await Talk(paper)("inbox") == "Nothing waits for you."


async def test_what_the_inbox_shows_can_be_approved_as_shown(talk: Talk) -> None:
    reply = await talk.reply("inbox")
    assert [card.kind for card in reply.cards] == [CardKind.APPROVAL]
    answer = await talk("approve 1")
    tapped = talk.paper.last(Tapped)
    assert (tapped.approval, tapped.verb) == ("apr-00000001", "approve")
    assert tapped.sha256 == reply.cards[0].sha256
    assert "Your yes is recorded: Send an offer to Ada Byron" in answer


async def test_a_card_that_was_not_seen_here_is_shown_and_not_sent(talk: Talk) -> None:
    assert "Nothing was sent" in await talk("approve 1")
    assert talk.paper.count(Tapped) == 0
    await talk("approve 1")
    assert talk.paper.count(Tapped) == 1


async def test_a_card_whose_bytes_changed_since_it_was_seen_is_shown_again(talk: Talk) -> None:
    await talk("inbox")
    action = talk.paper.get(Action, "act-00000001")
    talk.paper.put(replace(action, command=with_edits(action.command, {"body": "Other"})))
    assert "You have not seen this one" in await talk("approve 1")
    assert talk.paper.count(Tapped) == 0


async def test_an_approval_says_sent_nowhere_before_there_is_a_receipt(talk: Talk) -> None:
    await talk("inbox")
    assert "Sent" not in await talk("approve 1")


async def test_a_decided_card_answers_who_and_when_and_is_not_tapped_again(talk: Talk) -> None:
    talk.paper.approve()
    talk.paper.send()
    answer = await talk("approve 1")
    assert "Card 1 is decided already: approved by nora, 12:00 (console)" in answer
    assert "receipt m2@studio-nord.example" in answer
    assert talk.paper.count(Tapped) == 0


async def test_many_cards_become_a_list(talk: Talk) -> None:
    opened = talk.paper.facts[1]
    for n in range(2, 6):
        talk.paper.offer(opened, n=n)
    reply = await talk.reply("inbox")
    assert reply.cards == ()
    assert reply.table is not None
    assert [row[0] for row in reply.table.rows] == ["1", "2", "3", "4", "5"]
    assert reply.table.rows[0][2] == "€2,856.00"


async def test_a_postponed_card_leaves_the_inbox_and_is_named_below_it(talk: Talk) -> None:
    who = {"operator": "nora", "channel": "console", "tap": "t", "action": "act-00000001"}
    until = talk.paper.clock.now() + timedelta(days=1)
    talk.paper.note(events.Postponed(approval="apr-00000001", until=until, **who))
    answer = await talk("inbox")
    assert "Nothing waits for you." in answer
    assert "Put off: 1 (23 Nov 12:00)" in answer


@pytest.mark.parametrize("said", ["1", "#1", "apr-00000001", "ada", "Byron", "your new", "bakery"])
async def test_a_card_is_found_by_number_id_name_or_subject(talk: Talk, said: str) -> None:
    assert "Send an offer to Ada Byron" in await talk(f"show {said}")


async def test_an_ambiguous_name_lists_the_candidates(talk: Talk) -> None:
    talk.paper.offer(talk.paper.facts[1], n=2)
    answer = await talk("reject ada too cheap")
    assert "'ada' could be several things." in answer
    assert "1: Send an offer to Ada Byron" in answer
    assert "2: Send an offer to Ada Byron" in answer
    assert talk.paper.count(Tapped) == 0


async def test_a_name_that_fits_nothing_says_how_to_say_it(talk: Talk) -> None:
    assert "I know nothing called 'ghost'" in await talk("approve ghost")


async def test_nothing_to_approve_says_so(paper: Paper) -> None:
    assert "Nothing waits for you." in await Talk(paper)("approve")


# --- the other verbs -----------------------------------------------------------------------------


async def test_a_rejection_without_a_reason_asks_for_it_and_does_nothing(talk: Talk) -> None:
    reply = await talk.reply("reject 1")
    assert reply.prompt is not None
    assert reply.prompt.command == "reject 1"
    assert talk.paper.count(Tapped) == 0


async def test_a_rejection_carries_its_reason(talk: Talk) -> None:
    await talk("reject 1 too cheap")
    tapped = talk.paper.last(Tapped)
    assert (tapped.verb, tapped.text) == ("reject", "too cheap")
    assert tapped.sha256 == talk.paper.get(Approval, "apr-00000001").sha256


@pytest.mark.parametrize(
    ("line", "verb", "text"),
    [
        ("tell 1 friendlier", Verb.INSTRUCT, "friendlier"),
        ("1 friendlier", Verb.INSTRUCT, "friendlier"),
        ("later 1 tomorrow", Verb.LATER, "tomorrow"),
        ("did-it 1", Verb.DID_IT, ""),
    ],
)
async def test_every_verb_can_be_typed(talk: Talk, line: str, verb: Verb, text: str) -> None:
    await talk(line)
    tapped = talk.paper.last(Tapped)
    assert (tapped.verb, tapped.text) == (verb.value, text)


async def test_an_edit_ends_in_a_preview_and_sending_from_there_approves_those_bytes(
    talk: Talk,
) -> None:
    reply = await talk.reply("edit 1 body Dear Ada,\\nshort.")
    (card,) = reply.cards
    assert card.kind is CardKind.PREVIEW
    assert talk.paper.count(Tapped) == 0
    await talk("approve 1")
    tapped = talk.paper.last(Tapped)
    command = talk.paper.get(Action, "act-00000001").command
    assert (tapped.verb, tapped.edits) == ("edit", {"body": "Dear Ada,\nshort."})
    assert tapped.sha256 == command_sha(with_edits(command, dict(tapped.edits)))


async def test_edits_of_two_fields_add_up(talk: Talk) -> None:
    await talk("edit 1 subject New")
    (card,) = (await talk.reply("edit 1 body Short.")).cards
    assert card.edits == {"subject": "New", "body": "Short."}


async def test_going_back_to_the_original_drops_the_edit(talk: Talk) -> None:
    await talk("edit 1 body Short.")
    await talk("show 1")
    await talk("approve 1")
    assert talk.paper.last(Tapped).verb == "approve"


@pytest.mark.parametrize("field", ["to x@y.example", "total 1", "attachments none"])
async def test_what_may_not_be_edited_is_refused_in_words(talk: Talk, field: str) -> None:
    answer = await talk(f"edit 1 {field}")
    assert "cannot be edited here; editable: subject, body" in answer
    assert talk.paper.count(Tapped) == 0


async def test_an_edit_without_a_field_opens_the_texts(talk: Talk) -> None:
    reply = await talk.reply("edit 1")
    assert reply.editor is not None
    assert set(reply.editor.fields) == {"subject", "body"}


async def test_a_card_of_an_erased_person_cannot_be_approved(talk: Talk) -> None:
    action = talk.paper.get(Action, "act-00000001")
    talk.paper.put(replace(action, command=None))
    assert "erased" in await talk("approve 1")
    assert "erased" in await talk("edit 1")
    assert talk.paper.count(Tapped) == 0


# --- words ---------------------------------------------------------------------------------------


async def test_free_text_is_said_to_coo(talk: Talk) -> None:
    answer = await talk("Please be brief with Ada")
    assert talk.paper.last(events.OperatorSaid).text == "Please be brief with Ada"
    assert answer == "Noted."


async def test_free_text_answers_the_only_open_question(talk: Talk) -> None:
    talk.paper.ask()
    answer = await talk("The website")
    assert talk.paper.last(events.QuestionReplied).text == "The website"
    assert "Taken as the answer to 2: The website" in answer


async def test_with_two_open_questions_a_number_says_which(talk: Talk) -> None:
    talk.paper.ask(1)
    talk.paper.ask(2)
    await talk("Hello")
    assert talk.paper.count(events.QuestionReplied) == 0
    await talk("3 The logo")
    assert talk.paper.last(events.QuestionReplied).question == "ask-00000002"


@pytest.mark.parametrize("said", ["b", "B)", "b2", "the LOGO"])
async def test_an_option_is_chosen_by_letter_id_or_label(talk: Talk, said: str) -> None:
    talk.paper.ask(options=(Option("a1", "The website"), Option("b2", "The logo")))
    await talk(f"2 {said}")
    replied = talk.paper.last(events.QuestionReplied)
    assert (replied.choice, replied.text) == ("b2", "")


async def test_an_answered_question_takes_no_second_answer(talk: Talk) -> None:
    talk.paper.ask()
    who = {"operator": "nora", "channel": "console"}
    talk.paper.note(events.QuestionAnswered(question="ask-00000001", **who, text="yes"))
    assert "Question 2 is answered already" in await talk("2 no")
    assert talk.paper.count(events.QuestionReplied) == 0


async def test_say_never_answers_a_question(talk: Talk) -> None:
    talk.paper.ask()
    await talk("say inbox is what I call my desk")
    assert talk.paper.last(events.OperatorSaid).text == "inbox is what I call my desk"


async def test_words_to_a_case_are_recorded_with_it(talk: Talk) -> None:
    talk.paper.approve()
    await talk("tell case1 hurry")
    assert talk.paper.last(events.OperatorSaid).about == "lead-00000001"


async def test_where_nobody_works_the_answer_says_how_to_change_that(talk: Talk) -> None:
    talk.paper.at_work = ""
    assert "start `coo run`" in await talk("reject 1 no")


# --- looking -------------------------------------------------------------------------------------


async def test_status_tells_what_waits_what_is_stopped_and_which_rules_are_in_force(
    talk: Talk,
) -> None:
    talk.paper.policies = PoliciesInForce(policy="2@fff", refused=("own.yaml:3: no such name",))
    await talk("stop because fire")
    answer = await talk("status")
    assert "STOPPED: everything, by nora 12:00" in answer
    assert "1 card, 0 questions" in answer
    assert "2@fff" in answer
    assert "own.yaml:3" in answer
    assert re.search(r"1 +Website for our bakery +Ada Byron +needs you", answer)


@pytest.mark.parametrize("said", ["1", "case 1", "lead-00000001", "lead", "ada", "a-1", "bakery"])
async def test_a_case_is_found_by_number_id_name_title_or_document(talk: Talk, said: str) -> None:
    answer = await talk(f"status {said}")
    assert "needs you" in answer
    assert "Offer A-1, version 1: €2,856.00, drafted" in answer


async def test_failures_tell_cause_and_remedy(talk: Talk) -> None:
    assert await talk("failures") == "Nothing is broken."
    talk.paper.note(
        events.ActionFailed(action="act-00000001", n=1, cause="Disk full.", remedy="Make room.")
    )
    answer = await talk("failures")
    assert "Disk full." in answer
    assert "Make room." in answer


async def test_replay_says_identical_or_names_the_difference(talk: Talk) -> None:
    assert "is identical: 3 deliveries over 12 facts" in await talk("replay ada")
    different = (Divergence("f007", "the plan has another step"),)
    talk.paper.report = ReplayReport(case="lead-1", deliveries=3, facts=12, divergences=different)
    answer = await talk("replay ada")
    assert "differs in 1 place" in answer
    assert "the plan has another step" in answer


async def test_help_lists_every_command_and_explains_one(talk: Talk) -> None:
    assert "stop [CASE|NAME]" in await talk("help")
    assert "bypassing the planner" in await talk("help stop")
    assert "no command 'dance'" in await talk("help dance")
    assert "Did you mean `help approve`" in await talk("help aprove")


async def test_an_unknown_word_offers_the_nearest(talk: Talk) -> None:
    assert "Did you mean `approve`" in await talk("aprove 1")
    assert "`help` lists them all" in await talk("/xyzzy")


async def test_an_empty_line_says_what_to_do(talk: Talk) -> None:
    assert "`inbox`" in await talk("")


async def test_an_error_is_answered_with_its_remedy(talk: Talk) -> None:
    async def fails(case: str) -> ReplayReport:
        raise WorldUnreachable("The clock")

    talk.paper.replay = fails
    answer = await talk("replay 1")
    assert "The clock is not recorded" in answer
    assert "divergence" in answer


# --- stop, resume, retry -------------------------------------------------------------------------


async def test_a_bare_stop_looks_nothing_up(paper: Paper) -> None:
    class Gone:
        def __getattr__(self, name: str) -> Any:
            raise OSError("the read tables are gone")

    class Blind(type(paper)):  # type: ignore[misc]  # the class comes from a fixture
        views = Gone()

    blind = Blind()
    assert "Nothing leaves any more" in await Talk(blind)("stop")
    assert blind.last(events.StopOrdered).scope == "all"


async def test_a_stop_names_a_contact_or_a_case(talk: Talk) -> None:
    await talk("stop ada because she asked")
    stop = talk.paper.last(events.StopOrdered)
    assert (stop.scope, stop.target, stop.reason) == ("contact", "con-ada00000", "she asked")
    await talk("stop lead-00000001")
    stop = talk.paper.last(events.StopOrdered)
    assert (stop.scope, stop.target) == ("case", "lead-00000001")


async def test_a_stop_of_something_unknown_stops_nothing_and_says_so(talk: Talk) -> None:
    answer = await talk("stop ghost")
    assert "Nothing was stopped." in answer
    assert "`stop` alone halts everything." in answer
    assert talk.paper.count(events.StopOrdered) == 0


async def test_resume_lifts_the_stop_of_everything_and_names_what_is_still_stopped(
    talk: Talk,
) -> None:
    await talk("stop ada")
    await talk("stop")
    answer = await talk("resume")
    assert "The stop of everything is lifted" in answer
    assert "Still stopped: everything to Ada Byron. `resume con-ada00000`" in answer
    await talk("resume ada")
    assert talk.paper.last(events.ResumeOrdered).target == "con-ada00000"
    assert "No such stop is in force." in await talk("resume")


async def test_an_approval_under_a_stop_says_that_it_is_held_back(talk: Talk) -> None:
    await talk("inbox")
    await talk("stop")
    assert "held back until `resume`" in await talk("approve 1")


@pytest.mark.parametrize("said", ["", " 1", " act-00000001", " ada", " lead-00000001"])
async def test_what_failed_is_tried_again_by_any_of_its_names(talk: Talk, said: str) -> None:
    talk.paper.note(events.ActionFailed(action="act-00000001", n=1, cause="c", remedy="r"))
    await talk(f"retry{said}")
    assert talk.paper.last(events.RetryOrdered).target == "act-00000001"


async def test_there_is_nothing_to_retry_where_nothing_is_broken(talk: Talk) -> None:
    assert "Nothing is broken or held back" in await talk("retry 1")
    assert talk.paper.count(events.RetryOrdered) == 0


# --- audit and why -------------------------------------------------------------------------------


async def test_the_audit_shows_the_chain_from_the_mail_to_the_receipt(talk: Talk) -> None:
    talk.paper.approve()
    talk.paper.send()
    answer = await talk("audit ada")
    parts = [
        "Mail came in from Ada Byron <ada@byron.example>",
        "Somebody new: Ada Byron",
        "Understood as request",
        "12 days ago: Byron paid on time",
        "Planned by playbook",
        "Offer A-1, version 1",
        "! from unchecked text: subject",
        "Rules: ask a human – first-contact: It is the first mail to them.",
        "You were asked",
        "Approved by nora (console) – exactly the bytes",
        "Try 1 left through maildir (read-back)",
        "receipt m2@studio-nord.example",
        "model: not used",
    ]
    places = [answer.index(part) for part in parts]
    assert places == sorted(places)


async def test_why_says_of_a_step_what_the_audit_leaves_out(talk: Talk) -> None:
    plan = await talk("why ada step 5")
    assert "not: Offer a discount, because nobody asked for one" in plan
    verdict = await talk("why ada step 8")
    assert "first-contact: It is the first mail to them. (asks)" in verdict
    assert "rules 1@abcdef" in verdict
    memory = await talk("why ada step 4")
    assert "12 days old: Byron paid on time" in memory


async def test_the_audit_of_a_case_takes_a_line_for_a_routine_step(talk: Talk) -> None:
    talk.paper.approve()
    talk.paper.send()
    lines = (await talk("audit ada")).splitlines()
    steps = [line for line in lines if line[:1].isdigit()]
    assert len(lines) <= 2 * len(steps)


async def test_why_explains_a_card_in_plain_words(talk: Talk) -> None:
    answer = await talk("why 1")
    assert "Because the plan was “Win the lead”" in answer
    assert "Left out of the plan: Offer a discount" in answer
    assert "Mail came in from Ada Byron" in answer


async def test_why_a_step_of_the_case_last_spoken_of(talk: Talk) -> None:
    await talk("audit ada")
    assert "step 5: Planned by playbook" in await talk("why step 5")
    assert "There is no step '99'" in await talk("why step 99")


async def test_why_not_finds_what_was_left_out(talk: Talk) -> None:
    assert "nobody asked for one" in await talk("why not discount")
    assert "nobody asked for one" in await talk("why not 1")
    assert "never considered" in await talk("why not a rebate in gold")


async def test_audit_without_any_case_says_how_to_get_one(paper: Paper) -> None:
    assert "There is no case yet." in await Talk(paper)("audit")
    assert "There is no case yet." in await Talk(paper)("why not discount")


async def test_every_answer_to_every_command_has_something_to_read(paper: Paper) -> None:
    talk = Talk(paper)
    for line in ("help", "status", "inbox", "failures", "approve", "reject", "edit", "audit"):
        assert (await talk(line)).strip()
    for line in (
        "why",
        "replay",
        "stop",
        "resume",
        "retry",
        "later",
        "tell",
        "did-it",
        "show",
        "x",
    ):
        assert (await talk(line)).strip()


def test_what_was_read_out_of_a_mail_is_told_without_its_quotes() -> None:
    slots = (
        b'{"intent":"request","items":[{"item":"website","quantity":2,"evidence":"secret"}],'
        b'"amounts":[{"minor":240000,"currency":"EUR","about":"total","evidence":"2400"}],'
        b'"price":{"minor":1},"deadline":null,"contact_name":"Ada"}'
    )
    assert list(slot_lines(slots.decode())) == [
        "items: 2 × website",
        "amounts: €2,400.00 (total)",
        "price: minor 1",
        "contact name: Ada",
    ]
    assert list(slot_lines("no json")) == ["no json"]
