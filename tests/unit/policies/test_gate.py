"""The gate on real commands: what asks, what is denied, what Coo may do alone."""

import json
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from ledger.domain.commands import IssueInvoice, SendInvoice, SendProposal, SendReply, command_sha
from ledger.domain.company import (
    Bank,
    Budgets,
    Company,
    Guardrails,
    Negotiation,
    Operator,
    PriceItem,
)
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Case,
    Commitment,
    Contact,
    Invoice,
    Proposal,
)
from ledger.domain.events import (
    ActionProposed,
    ProposalAccepted,
    ProposalDrafted,
    Recalled,
    Routed,
)
from ledger.domain.folding import lookups
from ledger.domain.knowledge import Knowledge, KnowledgeKind, MoneyValue, TextValue
from ledger.domain.values import Attachment, Line, Money, Provenance, Trust, canonical, totals
from ledger.domain.verdicts import Allow, Ask, Deny
from policies.engine import Policies
from policies.gate import Gate

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
POLICIES = Policies.load()
ADA = "ada@example.com"
COMPANY = Company(
    id="acme",
    name="Acme",
    address=("Main Street 1",),
    email="hello@acme.example",
    operator=Operator(name="Olga", email="olga@acme.example"),
    bank=Bank(holder="Acme", iban="DE89 3704 0044 0532 0130 00"),
    ask_above=Money(5_000_00, "EUR"),
    guardrails=Guardrails(max_discount_bp=1_000, deadline_days=10, rounds=2),
    budgets=Budgets(mails_per_contact_per_day=3),
    prices=(
        PriceItem(
            id="site", title="Website", price=Money(1_000_00, "EUR"), floor=Money(850_00, "EUR")
        ),
        PriceItem(id="logo", title="Logo", price=Money(400_00, "EUR"), floor=Money(333_00, "EUR")),
        PriceItem(id="host", title="Hosting", price=Money(12_00, "EUR"), floor=Money(11_00, "EUR")),
        PriceItem(id="care", title="Care", price=Money(99_00, "EUR"), floor=Money(88_00, "EUR")),
    ),
)


class Clock:
    def now(self):
        return NOW


class World:
    """The views of one case, as a test sets them up."""

    def __init__(self, *entities):
        self.entities = {(type(entity), entity.id): entity for entity in entities}

    async def get(self, kind, entity_id):
        return self.entities.get((kind, entity_id))

    async def find(self, kind, key):
        assert kind in (Knowledge, Commitment), "the gate finds everything else by id only"
        known = [each for (kept, _), each in self.entities.items() if kept is kind]
        return [each for each in known if key in lookups(each)]

    async def all(self, kind, *, case=None):
        return [e for (k, _), e in self.entities.items() if k is kind and e.case == case]


def contact(**changes):
    fields = {"id": "con-1", "name": "Ada", "address": ADA, "persons": ("p1",), "mails_sent": 1}
    return Contact(**{**fields, "cases": ("lead-1",), **changes})


def case(**changes):
    fields = {"id": "lead-1", "kind": "lead", "number": 1, "opened_at": NOW, "updated_at": NOW}
    return Case(**{**fields, "version": 3, "contact": "con-1", **changes})


def line(item="site", discount=500, price=1_000_00, quantity=1):
    money = Money(price, "EUR")
    return Line(item, "Website", quantity, "piece", money, tax_bp=1_900, discount_bp=discount)


def drafted(*lines, version=2, delivery_days=10, **changes):
    lines = lines or (line(),)
    summed = totals(lines, "EUR")
    fields = {
        "proposal": "pro-1",
        "number": "P-1",
        "version": version,
        "contact": "con-1",
        "lines": lines,
        "net": summed.net,
        "total": summed.gross,
        "discount_bp": max(part.discount_bp for part in lines),
        "valid_until": date(2026, 12, 6),
        "delivery_days": delivery_days,
    }
    return ProposalDrafted(**{**fields, **changes})


def stored(event, accepted=0):
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name != "proposal"}
    status = "accepted" if accepted else "sent"
    return Proposal(
        id=event.proposal, case="lead-1", status=status, accepted_version=accepted, **fields
    )


def offer(event, **changes):
    fields = {
        "contact": "con-1",
        "to": ADA,
        "subject": "Our offer",
        "body": "Please find our offer attached.",
        "proposal": event.proposal,
        "version": event.version,
        "total": event.total,
    }
    return SendProposal(**{**fields, **changes})


def reply(**changes):
    fields = {"contact": "con-1", "to": ADA, "subject": "Your request", "purpose": "question"}
    return SendReply(**{**fields, "body": "Which of the two do you mean?", **changes})


def issue(event, **changes):
    fields = {"contact": "con-1", "proposal": event.proposal, "version": event.version}
    fields |= {"lines": event.lines, "total": event.total, "due_days": 14}
    return IssueInvoice(**{**fields, "service_date": date(2026, 11, 22), **changes})


def invoice(event):
    return Invoice(
        id="inv-1",
        case="lead-1",
        number="2026-0001",
        proposal=event.proposal,
        contact="con-1",
        lines=event.lines,
        net=event.net,
        total=event.total,
        paid=Money(0, "EUR"),
        issued_on=date(2026, 11, 22),
        service_date=date(2026, 11, 22),
        due_on=date(2026, 12, 6),
    )


def bill(event, **changes):
    fields = {"contact": "con-1", "to": ADA, "subject": "Invoice", "body": "Thank you!"}
    fields |= {"invoice": "inv-1", "number": "2026-0001", "total": event.total}
    return SendInvoice(**{**fields, **changes})


def proposed(command, **trust):
    known = dict.fromkeys(("to", "contact", "total", "lines", "body"), Trust.VERIFIED) | trust
    return ActionProposed(
        action="act-1",
        name=type(command).__name__,
        risk=command.risk.value,
        sha256=command_sha(command),
        agent="sales",
        provenance={name: Provenance(("f1",), level) for name, level in known.items()},
        command=command,
    )


async def judge(command, *entities, alongside=(), company=COMPANY, trust=None, phase="proposal"):
    entities = entities or (case(), contact())
    gate = Gate(POLICIES, World(*entities), company, Clock())
    action = proposed(command, **(trust or {}))
    return await gate.evaluate("lead-1", "p1", action, phase=phase, alongside=alongside)


async def fired(command, *entities, **given):
    verdict, _ = await judge(command, *entities, **given)
    return type(verdict), {hit.rule for hit in verdict.fired}


async def test_a_question_to_a_customer_who_was_written_to_before_goes_alone():
    assert await fired(reply()) == (Allow, {"reply-to-known-contact"})


def said(kind, topic, value, *, subject="con-1", text="", until=None):
    return Knowledge(
        id=f"kno-{topic}", number=1, kind=kind, subject=subject, topic=topic, value=value,
        valid_from=NOW, valid_to=until, stated_to=until, recorded_at=NOW, order=1, fact="f-said",
        text=text,
    )  # fmt: skip


async def test_what_you_said_never_to_do_with_a_contact_is_asked_about_and_named():
    never = said(KnowledgeKind.POLICY, "policy:1", TextValue(), text="never write on Sundays")
    verdict, _ = await judge(reply(), case(), contact(), never)
    assert isinstance(verdict, Ask)
    reasons = [hit.reason for hit in verdict.fired if hit.rule == "remembered-policy"]
    assert reasons == ["You said of this contact: never write on Sundays."]


async def test_what_you_said_of_somebody_else_asks_nothing_here():
    never = said(KnowledgeKind.POLICY, "policy:1", TextValue(), text="never", subject="con-2")
    assert await fired(reply(), case(), contact(), never) == (Allow, {"reply-to-known-contact"})


async def test_a_price_you_named_for_a_contact_counts_as_the_list_price():
    higher = said(KnowledgeKind.PRICE, "price:site", MoneyValue(Money(1_500_00, "EUR")))
    event = drafted(line(price=1_500_00, discount=0), version=2)
    _, rules = await fired(offer(event), case(), contact(), stored(event))
    assert "not-from-the-price-list" in rules
    _, rules = await fired(offer(event), case(), contact(), stored(event), higher)
    assert "not-from-the-price-list" not in rules


async def test_the_first_mail_to_a_contact_asks():
    kind, rules = await fired(reply(), case(), contact(mails_sent=0))
    assert (kind, rules) == (Ask, {"first-contact"})


async def test_a_first_offer_asks_although_nothing_speaks_against_it():
    event = drafted(version=1)
    kind, rules = await fired(offer(event), case(), contact(), stored(event))
    assert (kind, rules) == (Ask, {"default"})


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com.evil.test",
        "a@example.com",
        "Ada <ada@example.com>",
        "ada@example.com ",
        "ad\u0430@example.com",
        "",
    ],
)
async def test_an_address_that_is_not_exactly_the_contacts_is_denied(address):
    kind, rules = await fired(reply(to=address))
    assert kind is Deny
    assert "recipient-not-in-address-book" in rules


async def test_the_case_of_ascii_letters_in_an_address_does_not_matter():
    assert (await fired(reply(to="Ada@Example.com")))[0] is Allow


async def test_a_look_alike_letter_that_lower_cases_to_the_same_is_another_address():
    book = contact(address="kim@example.com")
    assert (await fired(reply(to="\u212aim@example.com"), case(), book))[0] is Deny


async def test_an_erased_contact_has_no_address_to_write_to():
    assert (await fired(reply(to=""), case(), contact(address="")))[0] is Deny


async def test_an_unknown_contact_is_denied():
    assert (await fired(reply(contact="con-2")))[0] is Deny


async def test_a_contact_of_another_case_is_denied():
    other = contact(id="con-2", address="bob@example.com")
    kind, rules = await fired(
        reply(contact="con-2", to="bob@example.com"), case(), contact(), other
    )
    assert (kind, "recipient-of-another-case" in rules) == (Deny, True)


@pytest.mark.parametrize("name", ["to", "contact"])
async def test_a_recipient_from_untrusted_text_is_denied(name):
    event = drafted(version=1)
    command = reply() if name == "to" else issue(event)
    entities = (case(), contact(), stored(event, accepted=1))
    kind, rules = await fired(command, *entities, trust={name: Trust.UNTRUSTED})
    assert (kind, "recipient-from-untrusted-text" in rules) == (Deny, True)


async def test_a_recipient_nobody_accounts_for_counts_as_untrusted():
    command = reply()
    bare = msgspec.structs.replace(proposed(command), provenance={})
    gate = Gate(POLICIES, World(case(), contact()), COMPANY, Clock())
    verdict, seen = await gate.evaluate("lead-1", "p1", bare, phase="proposal")
    assert isinstance(verdict, Deny)
    assert json.loads(seen)["untrusted_arguments"] == ["to", "body"]


async def test_a_counter_offer_within_the_guardrails_goes_alone_even_if_the_customer_named_it():
    event = drafted(line(discount=1_000))
    given = {"trust": {"total": Trust.UNTRUSTED}}
    kind, rules = await fired(offer(event), case(), contact(), stored(event), **given)
    assert (kind, rules) == (Allow, {"counter-offer-within-guardrails"})


async def test_a_counter_offer_drafted_in_the_same_breath_is_judged_by_its_own_lines():
    event = drafted()
    first = stored(drafted(version=1))
    unknown = await fired(offer(event), case(), contact(), first)
    known = await fired(offer(event), case(), contact(), first, alongside=(event,))
    assert unknown == (Ask, {"lines-unknown"})
    assert known == (Allow, {"counter-offer-within-guardrails"})


async def test_a_counter_offer_may_give_its_discount_in_the_unit_price():
    event = drafted(line(discount=0, price=900_00))
    known = await fired(offer(event), case(), contact(), stored(event))
    assert known == (Allow, {"counter-offer-within-guardrails"})


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (drafted(line(discount=1_001)), "discount-above-maximum"),
        (drafted(line(discount=1_600)), "price-below-floor"),
        (drafted(line(discount=0, price=1_000_01)), "not-from-the-price-list"),
        (drafted(line(discount=0, price=899_99)), "discount-above-maximum"),
        (drafted(line(item="yacht")), "not-from-the-price-list"),
        (drafted(line(quantity=10)), "amount-above-limit"),
        (drafted(delivery_days=9), "delivery-too-early"),
        (drafted(discount_bp=2_000), "discount-above-maximum"),
        (drafted(version=4), "default"),
    ],
)
async def test_a_counter_offer_past_a_guardrail_asks_and_names_it(event, rule):
    kind, rules = await fired(offer(event), case(), contact(), stored(event))
    assert kind is Ask
    assert rule in rules


async def test_a_counter_offer_asks_where_the_operator_wants_to_be_asked():
    company = msgspec.structs.replace(COMPANY, guardrails=Guardrails(negotiation=Negotiation.ASK))
    event = drafted()
    given = {"company": company, "trust": {"total": Trust.UNTRUSTED}}
    kind, rules = await fired(offer(event), case(), contact(), stored(event), **given)
    assert (kind, rules) == (Ask, {"amount-from-untrusted-text"})


async def test_an_amount_past_the_guardrails_from_untrusted_text_says_so():
    event = drafted(line(discount=1_200))
    given = {"trust": {"total": Trust.UNTRUSTED}}
    _, rules = await fired(offer(event), case(), contact(), stored(event), **given)
    assert {"amount-from-untrusted-text", "discount-above-maximum"} <= rules


async def test_a_total_that_is_not_the_sum_of_its_lines_is_denied():
    event = drafted()
    command = offer(event, total=event.total + Money(1, "EUR"))
    kind, rules = await fired(command, case(), contact(), stored(event))
    assert (kind, "total-does-not-add-up" in rules) == (Deny, True)


async def test_an_invoice_for_exactly_what_was_accepted_is_issued_alone():
    event = drafted()
    given = {"trust": {"total": Trust.UNTRUSTED, "lines": Trust.UNTRUSTED}}
    kind, rules = await fired(issue(event), case(), contact(), stored(event, accepted=2), **given)
    assert (kind, rules) == (Allow, {"invoice-for-accepted-proposal"})


async def test_an_acceptance_of_the_same_breath_counts():
    event = drafted()
    accepted = ProposalAccepted(proposal="pro-1", version=2, fact="f9", by="customer")
    given = {"alongside": (accepted,)}
    assert (await fired(issue(event), case(), contact(), stored(event), **given))[0] is Allow


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 1},
        {"lines": (line(quantity=2),), "total": totals((line(quantity=2),), "EUR").gross},
        {"proposal": "pro-2"},
    ],
)
async def test_an_invoice_for_anything_but_what_was_accepted_asks(changes):
    event = drafted()
    kind, rules = await fired(issue(event, **changes), case(), contact(), stored(event, accepted=2))
    assert (kind, "invoice-for-accepted-proposal" in rules) == (Ask, False)


async def test_an_invoice_above_the_limit_asks():
    event = drafted(line(quantity=6))
    kind, rules = await fired(issue(event), case(), contact(), stored(event, accepted=2))
    assert (kind, "amount-above-limit" in rules) == (Ask, True)


async def test_sending_an_issued_invoice_asks_by_default():
    event = drafted()
    kind, rules = await fired(bill(event), case(), contact(), invoice(event))
    assert (kind, rules) == (Ask, {"default"})


@pytest.mark.parametrize(
    "changes", [{"number": "2026-0002"}, {"total": Money(1, "EUR")}, {"invoice": "x"}]
)
async def test_an_invoice_that_was_never_issued_like_that_is_not_sent(changes):
    event = drafted()
    kind, rules = await fired(bill(event, **changes), case(), contact(), invoice(event))
    assert (kind, "invoice-was-never-issued" in rules) == (Deny, True)


async def test_a_bank_account_that_is_not_ours_never_leaves():
    own = await fired(reply(body="Our account is DE89370400440532013000."))
    other = await fired(reply(body="Please pay to GB29 NWBK 6016 1331 9268 19."))
    assert own[0] is Allow
    assert (other[0], "foreign-account-in-text" in other[1]) == (Deny, True)


async def test_a_mail_address_of_a_third_party_never_leaves():
    own = await fired(reply(body="Write to hello@acme.example."))
    other = await fired(reply(subject="Fwd: x@y.example", body="Hi"))
    assert (own[0], other[0]) == (Allow, Deny)


async def test_links_to_foreign_places_ask():
    own = await fired(reply(body="See https://www.acme.example/prices"))
    other = await fired(reply(body="See https://acme.example.evil.test/x"))
    assert own[0] is Allow
    assert other == (Ask, {"foreign-link-in-text", "reply-to-known-contact"})


async def test_an_offer_made_in_passing_in_a_reply_asks():
    kind, rules = await fired(reply(body="You can have it for EUR 750, that is 25 % off."))
    assert (kind, "amount-in-text-without-backing" in rules) == (Ask, True)


async def test_a_reply_may_name_the_amounts_of_the_offer_on_the_table():
    body = "Thank you for the 1,130.50 EUR, with 19 % tax in it."
    event = drafted()
    assert (await fired(reply(body=body), case(), contact(), stored(event)))[0] is Allow
    assert (await fired(reply(body=body)))[0] is Ask


async def test_the_lowest_price_given_away_asks():
    kind, rules = await fired(reply(body="We never go below 333.00 EUR."))
    assert (kind, "reveals-own-business" in rules) == (Ask, True)


async def test_the_whole_price_list_in_a_mail_asks():
    body = "Website €1,000, Logo €400, Hosting €12, Care €99"
    kind, rules = await fired(reply(body=body))
    assert (kind, "reveals-own-business" in rules) == (Ask, True)


async def test_a_mail_may_name_the_amounts_of_its_own_deal():
    event = drafted()
    net = "Website: 1.000,00 EUR, less 5 % (50,00 EUR) = 950,00 EUR"
    body = f"{net} + 19 % tax 180,50 EUR = 1.130,50 EUR"
    kind, _ = await fired(offer(event, body=body), case(), contact(), stored(event))
    assert kind is Allow


async def test_a_document_on_a_plain_reply_asks():
    paper = Attachment("prices.pdf", "application/pdf", 10, "00")
    assert (await fired(reply(attachments=(paper,))))[1] >= {"reply-with-attachment"}


async def test_a_reply_forged_from_another_address_asks_before_anything_happens():
    routed = Routed(fact="f1", kind="mail", why="thread", sender="other")
    event = drafted()
    world = (case(), contact(), stored(event, accepted=2))
    now = await fired(issue(event), *world, alongside=(routed,))
    later = await fired(issue(event), *world, trust={"sender": Trust.UNTRUSTED})
    assert (now[0], later[0]) == (Ask, Ask)
    assert "written-by-somebody-else" in now[1] & later[1]


async def test_an_incomplete_memory_only_raises_the_need_for_approval():
    lost = Recalled(query="x", degraded="the index is broken")
    assert (await fired(reply(), alongside=(lost,)))[1] >= {"memory-incomplete"}


def sent(number, hours_ago, status=ActionStatus.SUCCEEDED, command=None):
    command = command or reply(body=f"Answer {number} to what you asked.")
    return Action(
        id=f"act-{number}",
        case="lead-1",
        person="p1",
        name="SendReply",
        sha256="00",
        risk="irreversible",
        agent="sales",
        status=status,
        command=command,
        proposed_by="f1",
        proposed_at=NOW - timedelta(hours=hours_ago),
        provenance={},
    )


async def test_a_contact_who_got_many_mails_within_a_day_is_asked_about():
    many = [sent(n, hours_ago=n) for n in range(1, 4)]
    few = [*many[:2], sent(3, 25), sent(4, 1, ActionStatus.REJECTED)]
    assert (await fired(reply(), case(), contact(), *many))[1] >= {"many-mails-today"}
    assert (await fired(reply(), case(), contact(), *few))[0] is Allow


async def test_a_command_whose_bytes_changed_is_denied():
    action = msgspec.structs.replace(proposed(reply()), command=reply(body="something else"))
    gate = Gate(POLICIES, World(case(), contact()), COMPANY, Clock())
    verdict, _ = await gate.evaluate("lead-1", "p1", action, phase="execution")
    assert isinstance(verdict, Deny)
    assert "not the ones that were proposed" in verdict.fired[0].reason


async def test_a_command_whose_person_was_erased_is_denied():
    action = msgspec.structs.replace(proposed(reply()), command=None)
    gate = Gate(POLICIES, World(case(), contact()), COMPANY, Clock())
    verdict, _ = await gate.evaluate("lead-1", "p1", action, phase="execution")
    assert isinstance(verdict, Deny)
    assert "erased" in verdict.fired[0].reason


async def test_the_same_situation_gives_the_same_verdict_and_the_same_bytes():
    one, two = await judge(reply()), await judge(reply())
    assert one == two
    seen = json.loads(one[1])
    assert canonical(seen).decode() == one[1]
    assert (seen["phase"], seen["case"], seen["person"], seen["hour"]) == (
        "proposal",
        "lead-1",
        "p1",
        14,
    )


async def test_the_reasons_are_sentences_with_the_amounts_in_them():
    event = drafted(line(quantity=6, discount=2_000))
    verdict, _ = await judge(offer(event), case(), contact(), stored(event))
    reasons = {hit.rule: hit.reason for hit in verdict.fired}
    assert reasons["amount-above-limit"] == (
        "€5,712.00 is more than the €5,000.00 above which you want to be asked."
    )
    assert reasons["discount-above-maximum"].startswith("A discount of 20 % is more than the 10 %")
