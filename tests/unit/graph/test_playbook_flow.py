"""From the first mail to the paid invoice, over the real nodes and without a model."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from graph.deal import Deal, Stage
from graph.state import as_json
from ledger.domain.commands import IssueInvoice, SendInvoice, SendProposal, SendReply
from ledger.domain.company import Guardrails, Negotiation
from ledger.domain.events import (
    ActionFailed,
    ActionUnknown,
    ActionWithheld,
    AlarmRang,
    AlarmSet,
    ApprovalExpired,
    ApprovalSuperseded,
    CaseClosed,
    CaseReopened,
    DecisionRecorded,
    DoneByOperator,
    InvoicePaid,
    PaymentMatched,
    PlanMade,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    QuestionWithdrawn,
    Recalled,
    Recollection,
    Routed,
    TapRefused,
    Told,
    Understood,
)
from ledger.domain.preconditions import (
    InvoiceNotIssued,
    InvoiceUnpaid,
    NoFactSince,
    ProposalIsAccepted,
    ProposalOpen,
)
from ledger.domain.values import Trust


async def test_a_lead_becomes_a_paid_invoice(bench):
    await bench.mail("We need a new website and two workshop days.")
    offer = bench.action()
    assert isinstance(offer.command, SendProposal)
    assert offer.amount.minor == offer.command.total.minor == 571_200
    await bench.approve(offer)
    assert bench.deal.stage is Stage.OFFERED
    await bench.mail("Yes, please go ahead.")
    assert bench.said(ProposalAccepted)[0].version == 1
    issue = bench.action()
    assert isinstance(issue.command, IssueInvoice)
    await bench.approve(issue)
    send = bench.action()
    assert isinstance(send.command, SendInvoice)
    assert [part.media_type for part in send.command.attachments] == ["application/pdf"]
    await bench.approve(send)
    await bench.paid(571_200)
    kinds = [type(event) for event in bench.out]
    assert kinds == [PlanMade, PaymentMatched, InvoicePaid, DecisionRecorded, CaseClosed, Told]
    assert bench.deal.closed == "paid"


async def test_each_command_names_what_must_still_hold(bench):
    await bench.mail("We need a logo.")
    offer = bench.action().command
    assert offer.preconditions == (ProposalOpen(offer.proposal, 1), NoFactSince("lead-00000001", 2))
    await bench.approve(bench.action())
    await bench.mail("We accept.")
    issue = bench.action().command
    assert issue.preconditions == (
        ProposalIsAccepted(offer.proposal, 1),
        InvoiceNotIssued(offer.proposal),
    )
    await bench.approve(bench.action())
    assert bench.action().command.preconditions == (InvoiceUnpaid("inv-1"),)


async def test_mails_go_on_the_customers_thread(bench):
    await bench.mail("We need a logo.")
    first = bench.action()
    assert first.command.in_reply_to == "m0@example.com"
    await bench.approve(first)
    await bench.mail("10 % off please?")
    second = bench.action().command
    assert second.in_reply_to == "m1@example.com"
    assert second.references == ("m0@example.com", first.message_id, "m1@example.com")


async def test_every_argument_says_where_it_came_from(bench):
    await bench.mail("We need a logo.")
    action = bench.action()
    assert {"to", "contact", "total", "lines", "body", "subject"} <= set(action.provenance)
    assert all(part.sources for part in action.provenance.values())
    assert "con-ada" in action.provenance["to"].note
    assert action.recommendation
    assert action.if_nothing


async def test_an_action_has_the_same_id_when_a_delivery_is_repeated(make_bench):
    one, two = make_bench(), make_bench()
    await one.mail("We need a logo.")
    await two.mail("We need a logo.")
    assert msgspec.json.encode(one.state["out"]) == msgspec.json.encode(two.state["out"])
    assert one.state["deal"] == two.state["deal"]


async def test_a_price_within_the_guardrails_is_agreed_exactly(an_offer):
    bench = await an_offer()
    await bench.mail("Could you do it for 2,199.99 EUR?")
    command = bench.action().command
    drafted = bench.said(ProposalDrafted)[0]
    assert (drafted.version, drafted.net.minor) == (2, 219_999)
    assert command.total == drafted.total
    assert bench.action().provenance["total"].trust is Trust.UNTRUSTED


async def test_a_gross_price_is_met_including_tax(an_offer):
    bench = await an_offer()
    await bench.mail("Could you do it for 2,618 EUR including VAT?")
    assert bench.said(ProposalDrafted)[0].total.minor == 261_800


async def test_below_the_guardrails_the_best_price_is_offered_once_and_then_asked(an_offer):
    bench = await an_offer()
    await bench.mail("Could you do it for 2,100 EUR?")
    drafted = bench.said(ProposalDrafted)[0]
    assert (drafted.net.minor, drafted.discount_bp) == (216_000, 1_000)
    assert "2,100" not in bench.action().command.body
    await bench.approve(bench.action())
    await bench.mail("2,100 EUR or we have to think again, could you do that?")
    question = bench.question()
    assert bench.actions() == []
    assert question.options[0].id == "terms:discount:1250"
    assert {"hold", "decline", "reply"} <= {option.id for option in question.options}


async def test_the_operator_may_grant_what_the_guardrails_do_not(an_offer):
    bench = await an_offer(company=None)
    await bench.mail("Could you do it for 2,100 EUR within 7 days?")
    assert "earliest you allow is 10" in bench.question().text
    choice = next(o.id for o in bench.question().options if o.id.endswith(":7"))
    await bench.answer(choice)
    drafted = bench.said(ProposalDrafted)[0]
    assert (drafted.net.minor, drafted.delivery_days) == (210_000, 7)
    assert bench.action().provenance["total"].trust is Trust.OPERATOR


async def test_below_the_floor_nobody_is_offered_the_price(an_offer):
    bench = await an_offer()
    await bench.mail("Could you do it for 1,500 EUR within 7 days?")
    assert not any("1500" in option.id for option in bench.question().options)


async def test_with_negotiation_ask_every_counter_offer_is_asked(make_bench, company):
    strict = msgspec.structs.replace(company, guardrails=Guardrails(negotiation=Negotiation.ASK))
    bench = make_bench(company=strict)
    await bench.mail("We need a website.")
    await bench.approve(bench.action())
    await bench.mail("Could you do it for 2,300 EUR?")
    assert bench.actions() == []
    assert bench.question().options[0].id == "terms:net:230000"


@pytest.mark.parametrize(
    "text",
    [
        "Could you do it for 2,500 EUR?",
        "Could you do it for 2,100 USD?",
        "Could you do it cheaper?",
        "Could you do 2,100 EUR or 2,200 EUR?",
        "Could you do 2,400 EUR and add a logo?",
    ],
)
async def test_an_unclear_counter_offer_is_asked_about(an_offer, text):
    bench = await an_offer()
    await bench.mail(text)
    assert bench.actions() == []
    assert bench.question().options


async def test_holding_the_price_sends_an_answer_without_amounts(an_offer):
    bench = await an_offer()
    await bench.mail("Could you do it cheaper?")
    await bench.answer("hold")
    command = bench.action().command
    assert isinstance(command, SendReply)
    assert "€" not in command.body


async def test_a_yes_with_a_condition_is_asked_about(an_offer):
    bench = await an_offer()
    await bench.mail("Yes, if you deliver next week.")
    assert bench.actions() == []
    assert "condition" in bench.question().text
    await bench.answer("accept:1")
    accepted = bench.said(ProposalAccepted)[0]
    assert (accepted.version, accepted.by) == (1, "operator")
    assert isinstance(bench.action().command, IssueInvoice)


async def test_a_yes_outside_the_thread_is_asked_about(an_offer):
    bench = await an_offer()
    await bench.mail("We accept.", in_reply_to="")
    assert bench.said(ProposalAccepted) == []
    assert "answers none of ours" in bench.question().text


async def test_a_yes_that_quotes_our_number_is_in_the_thread(an_offer):
    bench = await an_offer()
    await bench.mail(f"We accept offer {bench.deal.number}.", in_reply_to="")
    assert bench.said(ProposalAccepted)


async def test_a_yes_to_an_older_version_is_asked_about(an_offer):
    bench = await an_offer()
    first = bench.deal.offers[0].message_id
    await bench.mail("10 % off please?")
    await bench.approve(bench.action())
    await bench.mail("We accept.", in_reply_to=first)
    assert bench.said(ProposalAccepted) == []
    assert "older version" in bench.question().text


async def test_a_yes_while_a_newer_version_waits_is_asked_about(an_offer):
    bench = await an_offer()
    bench.world.allow = True
    await bench.mail("10 % off please?")
    await bench.mail("We accept.")
    assert bench.said(ProposalAccepted) == []
    assert "newer version" in bench.question().text


async def test_a_yes_after_the_offer_ran_out_is_asked_about(an_offer):
    bench = await an_offer()
    bench.world.time += timedelta(days=20)
    await bench.mail("We accept.")
    assert "valid until" in bench.question().text


async def test_a_stranger_in_the_thread_accepts_nothing(an_offer):
    bench = await an_offer()
    await bench.mail("We accept.", sender="other")
    assert bench.actions() == []
    assert {option.id for option in bench.question().options} == {"same-person", "other-person"}
    await bench.answer("other-person")
    assert bench.said(ProposalAccepted) == []


async def test_the_operator_may_vouch_for_a_stranger(an_offer):
    bench = await an_offer()
    await bench.mail("We accept.", sender="other")
    await bench.answer("same-person")
    assert bench.said(ProposalAccepted)
    assert bench.action().command.contact == "con-ada"


async def test_a_no_closes_the_case(an_offer):
    bench = await an_offer()
    await bench.mail("No thanks, we went with another provider.")
    assert bench.said(ProposalDeclined)
    assert bench.said(CaseClosed)[0].outcome == "declined"
    assert bench.said(DecisionRecorded)


async def test_a_new_mail_withdraws_the_card_and_the_question_before_it(bench):
    await bench.mail("We need a website.")
    waiting = bench.action()
    await bench.mail("Sorry, make that a logo.")
    assert bench.said(ApprovalSuperseded)[0].action == waiting.action
    asked = bench.question()
    await bench.mail("Hello? Anybody there?")
    assert [event.question for event in bench.said(QuestionWithdrawn)] == [asked.question]


async def test_a_short_deadline_is_asked_about_before_anything_is_promised(bench):
    await bench.mail("We need a website within 5 days.")
    assert bench.actions() == []
    assert "The earliest you let me promise is 10 days" in bench.question().text
    await bench.answer(bench.question().options[0].id)
    assert bench.said(ProposalDrafted)[0].delivery_days == 10


async def test_an_unknown_wish_is_asked_about_and_the_answer_is_acted_on(bench):
    await bench.mail("We would like a workshop.")
    assert [option.id for option in bench.question().options][:2] == [
        "offer:workshop=1",
        "offer:workshop=2",
    ]
    await bench.answer("offer:workshop=2")
    assert bench.said(ProposalDrafted)[0].net.minor == 240_000


async def test_the_operator_may_answer_in_words(bench):
    await bench.mail("We would like a workshop.")
    await bench.answer(text="offer 3 workshop days with 5 % off")
    drafted = bench.said(ProposalDrafted)[0]
    assert (drafted.net.minor, drafted.discount_bp) == (342_000, 500)


async def test_the_customer_is_asked_when_the_operator_says_so(bench):
    await bench.mail("We need something nice.")
    await bench.answer("ask-customer")
    command = bench.action().command
    assert (command.purpose, command.to) == ("clarify", "ada@example.com")
    assert "Logo design" in command.body


async def test_a_question_is_answered_in_the_operators_words(an_offer):
    bench = await an_offer()
    await bench.mail("Do you also work on weekends?")
    await bench.answer(text="Yes, but only in spring.")
    command = bench.action().command
    assert "Yes, but only in spring." in command.body
    assert bench.action().provenance["body"].trust is Trust.OPERATOR


async def test_a_price_question_is_answered_from_the_list(an_offer):
    bench = await an_offer()
    await bench.mail("How is the logo priced?")
    command = bench.action().command
    assert (command.purpose, "€650.00" in command.body) == ("prices", True)


@pytest.mark.parametrize(
    ("minor", "currency", "doubt", "first"),
    [
        (285_599, "EUR", "too little", "match"),
        (285_601, "EUR", "too much", "match"),
        (285_600, "USD", "the invoice is in EUR", "leave"),
        (-285_600, "EUR", "money that went back", "leave"),
    ],
)
async def test_a_payment_that_does_not_fit_is_asked_about(a_bill, minor, currency, doubt, first):
    bench = await a_bill()
    await bench.paid(minor, currency)
    assert bench.said(PaymentMatched) == []
    assert doubt in bench.question().text
    assert bench.question().options[0].id.split(":")[0] == first


async def test_a_part_payment_is_booked_when_the_operator_says_so(a_bill):
    bench = await a_bill()
    await bench.paid(100_000)
    await bench.answer(bench.question().options[0].id)
    assert bench.said(PaymentMatched)[0].amount.minor == 100_000
    assert bench.said(InvoicePaid) == []
    await bench.paid(185_600, payment="pay-2")
    assert bench.said(InvoicePaid)
    assert bench.deal.closed == "paid"


async def test_a_second_payment_reopens_the_case_and_is_asked_about(a_bill):
    bench = await a_bill()
    await bench.paid(285_600)
    await bench.paid(285_600, payment="pay-2")
    assert bench.said(CaseReopened)
    assert bench.said(PaymentMatched) == []
    assert "already paid" in bench.question().text


async def test_the_same_payment_twice_is_booked_once(a_bill):
    bench = await a_bill()
    await bench.paid(285_600)
    await bench.paid(285_600)
    assert bench.said(PaymentMatched) == []
    assert bench.questions() == []


async def test_a_payment_without_an_invoice_is_asked_about(an_offer):
    bench = await an_offer()
    await bench.paid(285_600)
    assert "no invoice has been issued" in bench.question().text


async def test_a_thank_you_after_the_invoice_bothers_nobody(a_bill):
    bench = await a_bill()
    await bench.mail("Perfect, thanks!")
    assert (bench.questions(), bench.actions()) == ([], [])


async def test_haggling_after_the_yes_is_for_a_person(a_bill):
    bench = await a_bill()
    await bench.mail("Could we still get 10 % off?")
    assert bench.actions() == []
    assert "deal was made" in bench.question().text


async def test_a_failed_step_is_told_with_its_remedy_and_not_tried_again(bench):
    await bench.mail("We need a logo.")
    action = bench.action()
    failed = ActionFailed(
        action=action.action, n=1, cause="The mailbox is full.", remedy="Empty it."
    )
    await bench.deliver(failed)
    assert bench.actions() == []
    assert "Empty it." in bench.question().text
    assert f"retry {action.action}" in bench.question().text
    await bench.say("again", action=action.action)
    assert bench.actions() == []
    await bench.done(action.action)
    assert bench.said(QuestionWithdrawn)
    assert bench.deal.stage is Stage.OFFERED


async def test_an_unknown_outcome_is_never_tried_again_blindly(bench):
    await bench.mail("We need a logo.")
    action = bench.action()
    unknown = ActionUnknown(
        action=action.action, n=1, cause="It timed out.", look_at="the sent folder"
    )
    await bench.deliver(unknown)
    assert bench.actions() == []
    assert "the sent folder" in bench.question().text
    await bench.deliver(unknown)
    assert bench.questions() == []
    await bench.say("again", action=action.action)
    assert bench.actions() == []
    await bench.answer(f"happened:{action.action}")
    assert bench.deal.stage is Stage.OFFERED


async def test_a_stopped_step_waits_for_its_resume(bench):
    await bench.mail("We need a logo.")
    action = bench.action()
    stopped = ActionWithheld(
        action=action.action, why="stopped", detail="You said stop.", remedy="Say resume."
    )
    await bench.deliver(stopped)
    assert (bench.actions(), bench.questions()) == ([], [])
    await bench.done(action.action)
    assert bench.deal.stage is Stage.OFFERED


async def test_what_the_operator_did_by_hand_is_not_done_again(bench):
    await bench.mail("We need a logo.")
    action = bench.action()
    await bench.deliver(
        DoneByOperator(
            approval="a", action=action.action, operator="nora", channel="console", tap="t"
        )
    )
    assert bench.actions() == []
    assert bench.deal.stage is Stage.OFFERED
    await bench.mail("We accept.")
    assert bench.said(ProposalAccepted)


async def test_when_the_world_moved_the_step_is_proposed_afresh(bench):
    await bench.mail("We need a logo.")
    old = bench.action()
    await bench.deliver(ApprovalSuperseded(approval="apr", action=old.action, why="a fact came in"))
    new = bench.action()
    assert new.command.body == old.command.body
    assert new.command.preconditions[1].version > old.command.preconditions[1].version


async def test_a_tap_on_an_expired_card_brings_a_fresh_one(bench):
    await bench.mail("We need a logo.")
    action, approval = bench.action(), bench.deal.doing[-1].approval
    await bench.deliver(ApprovalExpired(approval=approval, action=action.action))
    assert bench.actions() == []
    await bench.deliver(
        TapRefused(tap="t", approval=approval, operator="nora", channel="console", why="too late")
    )
    assert bench.action().replaces == action.action


async def test_an_offer_that_ran_out_is_asked_about_once_it_is_time(an_offer):
    bench = await an_offer()
    alarm = bench.said(AlarmSet)[0]
    rang = bench.on_desk(AlarmRang(alarm=alarm.alarm, case="lead-00000001", due=alarm.due))
    await bench.deliver(Routed(fact=rang.id, kind="alarm", why="it is due"), rang)
    assert "ran out" in bench.question().text
    await bench.answer("renew")
    assert bench.said(ProposalDrafted)[0].version == 2


async def test_an_overdue_invoice_is_asked_about(a_bill):
    bench = await a_bill()
    alarm = bench.said(AlarmSet)[0]
    rang = bench.on_desk(AlarmRang(alarm=alarm.alarm, case="lead-00000001", due=alarm.due))
    await bench.deliver(Routed(fact=rang.id, kind="alarm", why="it is due"), rang)
    assert "not paid" in bench.question().text


async def test_a_similar_deal_is_recalled_with_its_age_and_shown_to_the_operator_only(bench):
    bench.world.recalled = (
        Recollection(
            episode="e1",
            kind="proposal",
            case="lead-other",
            facts=("f1",),
            age_days=12,
            score=1.0,
            text="Website for Bob at 2,160 EUR, accepted",
        ),
    )
    await bench.mail("We need a website.")
    assert bench.said(Recalled)[0].episodes
    assert "12 days ago" in bench.action().recommendation
    assert "Bob" not in bench.action().command.body
    assert bench.said(ProposalDrafted)[0].net.minor == 240_000


async def test_an_old_customer_is_greeted_as_one(bench):
    own = Recollection(
        episode="e1",
        kind="outcome",
        case="lead-old",
        facts=("f",),
        age_days=90,
        score=1.0,
        text="paid",
    )
    bench.world.recalled = (own,)
    bench.world.contact = msgspec.structs.replace(
        bench.world.contact, cases=("lead-old", "lead-00000001")
    )
    await bench.mail("We need a website.")
    assert "good to hear from you again" in bench.action().command.body


async def test_understanding_is_a_fact_with_its_doubts(bench):
    await bench.mail("We would like a workshop.")
    understood = bench.said(Understood)[0]
    assert (understood.intent, understood.by) == ("new_request", "playbook")
    assert understood.unsure == ("quantity of workshop",)


async def test_the_deal_in_the_state_is_plain_json(bench):
    await bench.mail("We need a website.")
    stored = msgspec.json.encode(bench.state["deal"])
    assert msgspec.json.encode(as_json(msgspec.json.decode(stored, type=Deal))) == stored


async def test_a_step_that_is_proposed_again_is_not_trusted_any_more_than_before(an_offer):
    bench = await an_offer()
    await bench.mail("10 % off please?")
    old = bench.action()
    assert old.provenance["total"].trust is Trust.UNTRUSTED
    await bench.deliver(ApprovalSuperseded(approval="apr", action=old.action, why="a fact came in"))
    assert bench.action().provenance["total"] == old.provenance["total"]


async def test_an_unknown_end_keeps_the_next_step_from_being_done_twice(an_offer):
    bench = await an_offer()
    await bench.mail("We accept.")
    await bench.approve(bench.action())
    send = bench.action()
    await bench.deliver(
        ActionUnknown(action=send.action, n=1, cause="It timed out.", look_at="the sent folder")
    )
    await bench.deliver(ApprovalSuperseded(approval="apr", action="act-other", why="moved"))
    assert bench.actions() == []
