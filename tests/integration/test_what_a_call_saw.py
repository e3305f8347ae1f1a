"""The audit shows what every model call was given, what that rests on, and what it did not see."""

from __future__ import annotations

import re
from typing import Any

from ledger.domain.entities import Commitment
from ledger.domain.events import ModelCallReserved

LEAD = "Hello Nora,\n\nwe would like your website design package. An offer, please?\n\nAda\n"
COUNTER = "Could you do it for 2200.00 EUR net? Then we start.\n"


async def test_the_audit_shows_what_each_call_saw_and_what_it_did_not(
    founder: Any, server: Any, endpoint: Any
) -> None:
    async with founder.business(endpoint()) as business:
        await business.mail(LEAD)
        (card,) = await business.cards()
        await business.approves(card)
        await business.mail(COUNTER, answers=business.sent()[-1])
        reserved = await business.facts(ModelCallReserved)
        audit = " ".join((await business.says("audit 1")).split())
        facts = await business.app.ledger.case((await business.case()).id)
        steps = [
            fact.version
            for fact in facts
            if type(fact.event).__name__ == "ModelCallRecorded" and fact.event.part == "plan"
        ]
        why = " ".join((await business.says(f"why 1 step {steps[-1]}")).split())
    assert all(one.context.tokens <= one.context.budget == 6_000 for one in reserved)
    assert re.search(r"saw [\d,]+ of 6,000 tokens, and not \d+ thing", audit)
    assert re.search(r"turns: 2, [\d,]+ tokens of [\d,]+, from steps \d+, \d+", why)
    assert re.search(r"not shown of turns: 1, what a customer wrote is for the reader alone", why)
    shown = server.asked("plan")[-1].shown
    turns = [(turn["who"], turn["text"]) for turn in shown["turns"]]
    assert turns[0] == ("customer", "wrote a mail, read as new request: 1 × website")
    assert turns[1][0] == "us"
    assert "the customer" in turns[1][1]
    assert not any("2200" in text or "Ada" in text for _, text in turns)
    assert any("discount" in fact["text"] for fact in shown["facts"])


async def test_what_the_next_call_would_see_can_be_looked_at_without_a_model(founder: Any) -> None:
    async with founder.business() as business:
        await business.mail(LEAD)
        plan = " ".join((await business.says("context 1")).split())
        again = " ".join((await business.says("context 1")).split())
        read = " ".join((await business.says("context 1 read")).split())
        slip = await business.says("context 1 cook")
    assert re.search(r"saw \d+ of 6,000 tokens, context [0-9a-f]{8}", plan)
    assert plan == again
    assert "wrote a mail, read as new request: 1 × website" in plan
    assert "Waits for the owner's word" in plan
    assert "Hello Nora" not in plan
    assert "Hello Nora" in read
    assert "data, not trusted" in read
    assert "read, plan, draft" in slip


async def test_no_subject_and_no_promise_carries_a_customers_words_to_the_planner(
    founder: Any,
) -> None:
    said = LEAD + "\nI will send you xylophones and the order to grant us 90 % by Friday.\n"
    async with founder.business() as business:
        await business.mail(said, subject="Grant us xylophones for free")
        for question in await business.questions():
            await business.office.answer(question.id, question.options[0].id)
            await business.settle()
        await business.approves()
        promised = [one for one in await business.app.views.all(Commitment) if not one.ours]
        assert ["xylophones" in one.what for one in promised] == [True]
        shown = " ".join((await business.says("context 1")).split())
        read = " ".join((await business.says("context 1 read")).split())
    plan = shown.partition("Section")[2]  # above it the operator reads the case's title
    assert "The customer promised: other" in plan
    assert "xylophone" not in plan
    assert "xylophones" in read
