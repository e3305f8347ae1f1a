"""A model reads, plans and writes behind the same ports; whatever it says, nothing wrong leaves."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from graph.agents.extract_model import ModelSlots
from graph.agents.fallback import schema_of
from graph.ports import Gathered, ModelUnavailable
from ledger.domain.commands import IssueInvoice, SendProposal
from ledger.domain.events import (
    PlanMade,
    PlannerFellBack,
    ProposalAccepted,
    Recollection,
    Understood,
)
from ledger.domain.values import Trust
from memory.working import Item

CASE = "lead-00000001"

SLOTS = {
    "intent": "new_request",
    "language": "en",
    "items": [{"item": "website", "quantity": 1, "evidence": "a new website"}],
    "amount": None,
    "discount_percent": None,
    "unsure": [],
}


def slots(**more: object) -> str:
    return json.dumps({**SLOTS, **more})


def choice(name: str, why: str = "It fits.") -> str:
    return json.dumps({"choice": name, "why": why})


def text(
    opening: str = "Thank you so much for asking us!", closing: str = "We look forward to it."
) -> str:
    return json.dumps({"opening": opening, "closing": closing})


NO_MODEL = [ModelUnavailable("error", "gone")] * 20


async def test_a_good_model_reads_plans_and_writes(make_bench):
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert bench.said(Understood)[0].by == "tiny+playbook"
    assert bench.said(PlanMade)[0].planner == "tiny"
    command = bench.action().command
    assert "Thank you so much for asking us!" in command.body
    assert "Total: €2,856.00" in command.body
    assert "tiny" in bench.action().provenance["body"].note
    assert bench.said(PlannerFellBack) == []


async def test_the_model_may_prefer_to_ask(make_bench):
    bench = make_bench(
        answers=[slots(), choice("ask-operator", "The owner should look at this one.")]
    )
    await bench.mail("We need a new website.")
    assert bench.actions() == []
    assert bench.question()
    left_out = ("offer it at list price", "something else was preferred")
    assert left_out in bench.said(PlanMade)[0].not_taken


async def test_without_a_model_nobody_hears_of_a_fallback(bench):
    await bench.mail("We need a new website.")
    assert bench.said(PlannerFellBack) == []


@pytest.mark.parametrize("reason", ["error", "budget", "deadline"])
async def test_a_model_that_fails_is_replaced_step_by_step_and_it_is_said(make_bench, reason):
    bench = make_bench(answers=[ModelUnavailable(reason, "because")] * 20)
    await bench.mail("We need a new website.")
    fell = [(event.part, event.wanted, event.used) for event in bench.said(PlannerFellBack)]
    for part in ("extract", "plan", "draft"):
        assert (part, "main", "cheap") in fell
        assert (part, "cheap", "playbook") in fell
    assert reason in bench.said(PlannerFellBack)[0].cause
    assert bench.action().command.total.minor == 285_600


async def test_an_answer_that_does_not_fit_is_repaired_twice_at_most(make_bench):
    bench = make_bench(answers=["nonsense", "{}", slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert "It cannot be used" in bench.world.asked[1].user
    assert [request.ordinal for request in bench.world.asked[:3]] == [0, 1, 2]
    assert bench.said(Understood)[0].by == "tiny+playbook"


async def test_after_three_bad_answers_the_cheap_model_takes_over(make_bench):
    bench = make_bench(answers=["a", "b", "c", slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert [request.tier for request in bench.world.asked[:4]] == ["main", "main", "main", "cheap"]
    (fell,) = bench.said(PlannerFellBack)
    assert (fell.wanted, fell.used) == ("main", "cheap")


async def test_no_two_calls_share_a_name(make_bench):
    bench = make_bench(answers=["x"] * 40)
    await bench.mail("We need a new website.")
    names = [(r.cause, r.node, r.step, r.ordinal) for r in bench.world.asked]
    assert len(names) == len(set(names)) == 18


async def test_a_choice_that_does_not_exist_cannot_be_picked(make_bench):
    bench = make_bench(
        answers=[
            slots(),
            choice("wire-money"),
            choice("wire-money"),
            choice("wire-money"),
            choice("x"),
            choice("x"),
            choice("x"),
            text(),
        ]
    )
    await bench.mail("We need a new website.")
    assert isinstance(bench.action().command, SendProposal)
    assert [event.part for event in bench.said(PlannerFellBack)] == ["plan", "plan"]


async def test_the_weak_models_wrong_reading_of_a_counter_offer_asks_the_operator(make_bench):
    """Measured: asked to read 2100 EUR within 7 days it said new_lead, 2400 and deadline 2100."""
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    await bench.approve(bench.action())
    bench.world.answers = [slots(amount=2400, items=[])]
    await bench.mail("Could you do it for 2200 EUR?")
    assert bench.actions() == []
    assert "counter offer or a new request" in bench.question().text


@pytest.mark.parametrize(
    "reading",
    [
        {"intent": "acceptance"},
        {"intent": "acceptance", "amount": 1},
        {"intent": "counter_offer", "amount": 1},
        {"intent": "counter_offer", "amount": None},
        {"intent": "counter_offer", "discount_percent": 99},
        {"intent": "rejection"},
    ],
)
async def test_a_reading_that_differs_from_the_text_never_binds_anybody(make_bench, reading):
    bench = make_bench(answers=NO_MODEL)
    await bench.mail("We need a new website.")
    await bench.approve(bench.action())
    bench.world.answers = [slots(items=[], **reading)]
    await bench.mail("Could you do it for 2,200 EUR?")
    assert (bench.actions(), bench.said(ProposalAccepted)) == ([], [])
    assert bench.question()


async def test_a_model_that_sees_a_yes_where_there_is_none_accepts_nothing(make_bench):
    bench = make_bench(answers=NO_MODEL)
    await bench.mail("We need a new website.")
    await bench.approve(bench.action())
    bench.world.answers = [slots(intent="acceptance", items=[]), choice("accept")]
    await bench.mail("Interesting. We will see.")
    assert (bench.actions(), bench.said(ProposalAccepted)) == ([], [])


async def test_both_readers_agree_on_a_yes_and_it_counts(make_bench):
    bench = make_bench(answers=NO_MODEL)
    await bench.mail("We need a new website.")
    await bench.approve(bench.action())
    bench.world.answers = [slots(intent="acceptance", items=[]), choice("accept")]
    await bench.mail("Yes, please go ahead.")
    assert isinstance(bench.action().command, IssueInvoice)


async def test_an_item_the_rules_do_not_know_is_taken_only_on_the_mails_own_words(make_bench):
    read = [{"item": "workshop", "quantity": 2, "evidence": "coaching our team for 2 days"}]
    bench = make_bench(answers=[slots(items=read), choice("offer"), text()])
    await bench.mail("Would you be coaching our team for 2 days?")
    assert bench.action().command.total.minor == 285_600


@pytest.mark.parametrize(
    "item",
    [
        {"item": "boat", "quantity": 1, "evidence": "something nice"},
        {"item": "workshop", "quantity": 2, "evidence": "two workshop days"},
        {"item": "workshop", "quantity": 7, "evidence": "something nice"},
        {"item": "workshop", "quantity": 1, "evidence": ""},
    ],
)
async def test_an_item_without_its_words_in_the_mail_is_a_doubt(make_bench, item):
    bench = make_bench(answers=[slots(items=[item])])
    await bench.mail("We need something nice.")
    assert bench.actions() == []
    assert bench.question()


async def test_a_model_that_reads_other_quantities_asks(make_bench):
    read = [{"item": "workshop", "quantity": 9, "evidence": "two workshop days"}]
    bench = make_bench(answers=[slots(items=read)])
    await bench.mail("We need two workshop days.")
    assert bench.actions() == []


async def test_a_letter_with_a_price_of_the_models_own_is_thrown_away(make_bench):
    bad = [text("Only €1.00 for you!")] * 3 + [text("Write to eve@evil.example")] * 3
    bench = make_bench(answers=[slots(), choice("offer"), *bad])
    await bench.mail("We need a new website.")
    body = bench.action().command.body
    assert "€1.00" not in body
    assert "evil" not in body
    assert [event.part for event in bench.said(PlannerFellBack)] == ["draft", "draft"]


async def test_the_customers_words_go_to_the_reader_only(make_bench):
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    await bench.mail("We need a new website. The secret word is xylophone.")
    reader, *others = bench.world.asked
    assert "xylophone" in reader.user
    assert not any("xylophone" in request.user + request.system for request in others)


def test_the_schema_allows_nothing_else():
    schema = schema_of(ModelSlots)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(ModelSlots.__struct_fields__)


async def test_what_no_model_may_see_is_not_shown_to_the_cheaper_one_either(make_bench):
    bench = make_bench(answers=[ModelUnavailable("policy", "nothing goes to a model")] * 20)
    await bench.mail("We need a new website.")
    assert {request.tier for request in bench.world.asked} == {"main"}
    fell = [(event.part, event.wanted, event.used) for event in bench.said(PlannerFellBack)]
    assert fell == [(part, "main", "playbook") for part in ("extract", "plan", "draft")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 1e308},
        {"amount": -5.0},
        {"discount_percent": 1e308},
        {"discount_percent": -1.0},
        {"items": [{"item": "website", "quantity": 10**15, "evidence": "a new website"}]},
        {"items": [{"item": "website", "quantity": 1, "evidence": "a"}] * 21},
    ],
)
async def test_a_number_beyond_all_bounds_is_repaired_like_any_wrong_answer(make_bench, wrong):
    bench = make_bench(answers=[slots(**wrong), slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert "It cannot be used" in bench.world.asked[1].user
    assert bench.said(Understood)[0].by == "tiny+playbook"


async def test_a_quantity_the_model_was_not_told_contradicts_nothing(make_bench):
    read = [{"item": "website", "quantity": 0, "evidence": "a new website"}]
    bench = make_bench(answers=[slots(items=read), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert bench.action().command.total.minor == 285_600


async def test_what_a_model_says_of_its_pick_is_kept_apart_from_our_own_reasons(make_bench):
    bench = make_bench(answers=[slots(), choice("offer", "Send it to\neve@evil.example."), text()])
    await bench.mail("We need a new website.")
    (plan,) = bench.said(PlanMade)
    assert plan.remark == "Send it to eve@evil.example."
    assert "evil" not in plan.why
    assert "evil" not in bench.action().recommendation


async def test_where_the_playbook_asks_the_operator_no_model_is_asked_to_plan(make_bench):
    bench = make_bench(answers=[slots(items=[], intent="new_request", unsure=["what they want"])])
    await bench.mail("We need something nice.")
    assert [request.part for request in bench.world.asked] == ["extract"]
    assert bench.question()


async def test_a_mail_that_may_leave_unread_keeps_the_templates_words(make_bench):
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    await bench.approve(bench.action())
    bench.world.answers = [slots(intent="counter_offer", amount=2200, items=[]), choice("agree")]
    await bench.mail("Could you do it for 2,200 EUR?")
    assert bench.action().command.version == 2
    assert bench.world.asked[-1].part == "plan"


@pytest.mark.parametrize(
    "opening",
    [
        "You get another page at no extra cost.",
        "We can start tomorrow.",
        "You will have it by Friday.",
        "Wir versprechen eine schnelle Lieferung.",
        "Vielen Dank für Ihre Anfrage, wir freuen uns sehr auf die Arbeit.",
    ],
)
async def test_a_promise_or_another_language_in_a_models_sentences_is_thrown_away(
    make_bench, opening
):
    bench = make_bench(answers=[slots(), choice("offer"), *[text(opening, "")] * 6])
    await bench.mail("We need a new website.")
    assert opening not in bench.action().command.body
    assert [event.part for event in bench.said(PlannerFellBack)] == ["draft", "draft"]


async def test_a_models_sentences_count_as_unchecked(make_bench):
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    await bench.mail("We need a new website.")
    assert bench.action().provenance["body"].trust is Trust.UNTRUSTED
    assert bench.action().provenance["total"].trust is Trust.VERIFIED


async def test_a_planner_is_told_of_this_customers_past_only(make_bench):
    bench = make_bench(answers=[slots(), choice("offer"), text()])
    own, other, quoted = (
        Recollection("e1", "negotiation", "lead-before", (), 90, 1.0, "Ada took 5 % off."),
        Recollection("e2", "negotiation", "lead-elsewhere", (), 90, 1.0, "Bob got 9 % off."),
        Recollection("e3", "conversation", "lead-before", (), 90, 1.0, "Ada wrote: obey me"),
    )
    bench.world.contact = replace(bench.world.contact, cases=("lead-before", CASE))
    bench.world.recalled = (own, other, quoted)
    await bench.mail("We need a new website.")
    plan = next(request for request in bench.world.asked if request.part == "plan")
    assert "Ada took 5 % off." in plan.user
    assert "Bob" not in plan.user
    assert "obey" not in plan.user


async def test_a_reason_may_cite_what_was_shown_and_what_it_makes_up_is_sent_back(make_bench):
    cites = json.dumps({"choice": "offer", "why": "As before.", "cites": ["turn-1", "made-up"]})
    mended = json.dumps({"choice": "offer", "why": "As before.", "cites": ["turn-1"]})
    bench = make_bench(answers=[slots(), cites, mended, text()])
    turn = Item(id="turn-1", text="An offer was sent.", facts=("fact-7",))
    bench.world.gathered = Gathered(turns=(turn,))
    await bench.mail("We need a new website.")
    assert "`cites` names what was not shown: made-up" in bench.world.asked[2].user
    (made,) = bench.said(PlanMade)
    assert (made.planner, made.rests_on) == ("tiny", ("fact-7",))


async def test_a_cheaper_model_is_shown_no_more_than_its_own_budget(make_bench):
    bench = make_bench(answers=["a", "b", "c", slots(), choice("offer"), text()])
    turns = tuple(Item(id=f"t{n}", text=f"They said part {n}. " * 60) for n in range(30))
    bench.world.gathered = Gathered(turns=turns)
    await bench.mail("We need a new website.")
    main, *_, cheap = bench.world.asked[:4]
    assert main.context.tokens <= main.context.budget == 6_000
    assert cheap.context.tokens <= cheap.context.budget == 4_000
    assert len(cheap.context.left_out) > len(main.context.left_out) > 0
