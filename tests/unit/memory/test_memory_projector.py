"""From facts to episodes: what is remembered of a deal, and that it can always be told again."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from present_ledger import PresentLedger

from ledger.domain.commands import SendProposal, command_sha
from ledger.domain.entities import Case, Contact
from ledger.domain.events import (
    ActionProposed,
    ActionSucceeded,
    Alternative,
    CaseClosed,
    CaseOpened,
    DecisionRecorded,
    Instructed,
    InvoiceIssued,
    InvoicePaid,
    MailReceived,
    ProposalAccepted,
    ProposalDrafted,
    Rejected,
    Told,
    Understood,
)
from ledger.domain.facts import Delivery, Reaction
from ledger.domain.values import Line, Money, totals
from ledger.domain.verdicts import Receipt
from memory.claims import amount
from memory.episodes import MemoryQuery
from memory.local.store import LocalStore
from memory.projector import MemoryProjector, refill
from memory.recall import SUPERSEDED, recall
from memory.standing import Witness

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = NOW - timedelta(days=30)


class Ledger(PresentLedger):
    """Facts an hour apart."""

    def say(self, event, case="lead-1", person="p1"):
        return super().say(
            event, at=START + timedelta(hours=len(self.facts) + 1), case=case, person=person
        )


class Views:
    """One contact with any number of cases."""

    contact = Contact(id="con-1", name="Ada Lovelace", address="ada@example.com", persons=("p1",))

    async def get(self, kind, entity_id):
        if kind is Contact:
            return self.contact
        fields = {
            "kind": "lead",
            "number": 1,
            "opened_at": START,
            "updated_at": START,
            "version": 1,
        }
        return Case(id=entity_id, contact="con-1", **fields)


def drafted(version, discount, case="lead-1"):
    line = Line("site", "Website", 1, "piece", Money(1_000_00, "EUR"), 1_900, discount)
    summed = totals((line,), "EUR")
    return ProposalDrafted(
        proposal=f"pro-{case}",
        number="P-7",
        version=version,
        contact="con-1",
        lines=(line,),
        net=summed.net,
        total=summed.gross,
        discount_bp=discount,
        valid_until=date(2026, 12, 6),
        delivery_days=10,
    )


def issued(case):
    offer = drafted(2, 500, case)
    return InvoiceIssued(
        invoice=f"inv-{case}",
        number="2026-0001",
        series="2026",
        action="act-2",
        proposal=offer.proposal,
        version=2,
        contact="con-1",
        lines=offer.lines,
        net=offer.net,
        total=offer.total,
        issued_on=date(2026, 11, 1),
        service_date=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
    )


def proposed(case):
    offer = drafted(2, 500, case)
    command = SendProposal(
        contact="con-1",
        to="ada@example.com",
        subject="Our offer",
        body="Hello Ada",
        proposal=offer.proposal,
        version=2,
        total=offer.total,
    )
    return ActionProposed(
        action=f"act-{case}",
        name="SendProposal",
        risk="irreversible",
        sha256=command_sha(command),
        agent="sales",
        amount=offer.total,
        command=command,
    )


def deal(ledger, case="lead-1", person="p1"):
    """A whole deal; returns its facts by the name of their event."""
    mail = MailReceived(
        raw_sha256="00",
        size=9,
        message_id="m",
        sender="ada@example.com",
        subject="A website for my bakery",
        text="Could you build it until Christmas?",
    )
    desk = ledger.say(mail, "desk", person)
    slots = '{"intent":"new_request","items":[{"item":"site","quantity":1}]}'
    events = [
        CaseOpened(kind="lead", fact=desk.id, contact="con-1"),
        Understood(fact=desk.id, intent="new_request", language="en", by="rules", slots=slots),
        drafted(1, 0, case),
        Rejected(
            approval="apr-1",
            action="act-0",
            operator="Olga",
            channel="console",
            tap="t",
            reason="too dear",
        ),
        Instructed(operator="Olga", channel="console", text="give her five percent"),
        drafted(2, 500, case),
        proposed(case),
        ActionSucceeded(action=f"act-{case}", n=1, receipt=Receipt("maildir", "mid-1")),
        ProposalAccepted(proposal=f"pro-{case}", version=2, fact=desk.id, by="rules"),
        issued(case),
        InvoicePaid(invoice=f"inv-{case}", paid_on=date(2026, 11, 18)),
        DecisionRecorded(
            decision="d1",
            topic="discount",
            chosen="5 %",
            by="Olga",
            evidence=(desk.id,),
            alternatives=(Alternative("10 %", "the margin is thin"),),
            outcome="won",
        ),
        Told(topic="x", text="nothing to remember"),
        CaseClosed(outcome="paid in full"),
    ]
    return {type(event).__name__: ledger.say(event, case, person) for event in events}


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
async def store(tmp_path):
    opened = await LocalStore.open(tmp_path / "memory.db")
    yield opened
    await opened.close()


async def project(ledger, store, facts=None):
    projector = MemoryProjector(store, ledger, Views())
    for fact in facts or ledger.facts:
        if projector.wants(fact):
            assert await projector.handle(Delivery(fact=fact)) == Reaction()


def witness(ledger):
    return Witness(ledger, ledger.erased)


async def everything(store):
    query = MemoryQuery(text="", before=NOW, contacts=("con-1",), limit=500, with_superseded=True)
    hits = (await store.recall(query)).hits
    return sorted((hit.episode for hit in hits), key=lambda episode: (episode.at, episode.id))


REMEMBERED = """
conversation: Ada Lovelace wrote (new request): A website for my bakery. Could you build it \
until Christmas?
proposal: Proposal P-7 version 1 for Ada Lovelace: 1 × Website. Net 1000.00 EUR, total \
1190.00 EUR, discount 0 %, delivery in 10 days.
decision: Olga refused an action for Ada Lovelace: too dear
decision: Olga said about Ada Lovelace: give her five percent
proposal: Proposal P-7 version 2 for Ada Lovelace: 1 × Website. Net 950.00 EUR, total \
1130.50 EUR, discount 5 %, delivery in 10 days.
outcome: Sending version 2 of the offer for Ada Lovelace was done (mid-1). It was \
about 1130.50 EUR.
negotiation: Ada Lovelace accepted proposal P-7 after 1 counter-offer: 1 × Website for \
1130.50 EUR, discount 5 %.
outcome: Ada Lovelace paid invoice 2026-0001 over 1130.50 EUR on 2026-11-18, 3 days late.
decision: Decision on discount for Ada Lovelace: 5 % (by Olga). Not 10 %, since the margin is \
thin. Outcome: won.
outcome: The case with Ada Lovelace closed: paid in full
""".strip()


async def test_a_deal_is_remembered_with_who_what_how_much_and_how_it_ended(ledger, store):
    deal(ledger)
    await project(ledger, store)
    told = "\n".join(f"{episode.kind}: {episode.text}" for episode in await everything(store))
    assert told == REMEMBERED


async def test_an_episode_names_its_facts_items_contact_person_and_time(ledger, store):
    said = deal(ledger)
    await project(ledger, store)
    first = (await everything(store))[0]
    assert first.facts == (said["Understood"].id, ledger.facts[0].id)
    assert first.at == said["Understood"].at
    assert (first.contact, first.person, first.items) == ("con-1", "p1", ("site",))


async def test_a_fact_that_is_delivered_twice_is_remembered_once(ledger, store):
    deal(ledger)
    await project(ledger, store)
    once = await everything(store)
    await project(ledger, store)
    assert await everything(store) == once
    assert await store.watermark() == ledger.facts[-1].seq


async def test_a_refilled_store_equals_one_that_was_written_along_the_way(ledger, store, tmp_path):
    for number in range(3):
        deal(ledger, f"lead-{number}")
    await project(ledger, store)
    again = await LocalStore.open(tmp_path / "again.db")
    written = await refill(again, ledger.all_facts(), ledger, Views())
    assert written == await store.count() == 30
    assert await everything(again) == await everything(store)
    assert await again.watermark() == ledger.facts[-1].seq
    query = MemoryQuery(text="bakery discount", before=NOW, limit=50)
    assert await again.recall(query) == await store.recall(query)
    await again.close()


async def test_cases_may_be_told_in_any_interleaving(ledger, store, tmp_path):
    for number in range(3):
        deal(ledger, f"lead-{number}")
    mixed = sorted(ledger.facts, key=lambda fact: (fact.version, fact.case))
    await project(ledger, store, mixed[::-1])
    other = await LocalStore.open(tmp_path / "other.db")
    await project(ledger, other)
    assert await everything(other) == await everything(store)
    await other.close()


async def test_a_store_that_was_filled_is_left_alone(ledger, store):
    deal(ledger)
    await refill(store, ledger.all_facts(), ledger, Views())

    async def unread():
        raise AssertionError("the ledger was read again")
        yield

    assert await refill(store, unread(), ledger, Views()) == 0


async def test_a_refill_that_was_cut_off_starts_again(ledger, store):
    deal(ledger)

    async def broken():
        for fact in ledger.facts[:5]:
            yield fact
        raise ConnectionError("the machine went away")

    with pytest.raises(ConnectionError):
        await refill(store, broken(), ledger, Views())
    assert await store.watermark() == 0
    assert await refill(store, ledger.all_facts(), ledger, Views()) == 10


async def test_an_empty_ledger_leaves_an_empty_memory(ledger, store):
    assert await refill(store, ledger.all_facts(), ledger, Views()) == 0
    assert await store.watermark() == 0


async def test_a_damaged_memory_is_whole_again_after_a_restart(ledger, tmp_path):
    deal(ledger)
    path = tmp_path / "memory.db"
    store = await LocalStore.open(path)
    await project(ledger, store)
    before = await everything(store)
    await store.close()
    path.write_bytes(b"\x00" * 100)
    again = await LocalStore.open(path)
    await refill(again, ledger.all_facts(), ledger, Views())
    assert await everything(again) == before
    await again.close()


async def test_an_erased_person_is_not_remembered_again(ledger, store):
    deal(ledger, "lead-1", "p1")
    deal(ledger, "lead-2", "p2")
    await project(ledger, store)
    await store.forget("p1")
    ledger.facts = [
        msgspec.structs.replace(fact, erased=True) if fact.person == "p1" else fact
        for fact in ledger.facts
    ]
    left = await everything(store)
    await project(ledger, store)
    assert await everything(store) == left
    assert {episode.person for episode in left} == {"p2"}


async def test_only_the_last_version_of_a_proposal_still_holds(ledger, store):
    deal(ledger)
    await project(ledger, store)
    offers = [e.superseded for e in await everything(store) if e.kind == "proposal"]
    assert offers == [True, False]


async def test_an_offer_runs_out_with_its_last_day_and_what_was_written_after_three_years(
    ledger, store
):
    said = deal(ledger)
    await project(ledger, store)
    ends = {episode.kind: episode.valid_to for episode in await everything(store)}
    assert ends == {
        "conversation": said["Understood"].at + timedelta(days=3 * 365),
        "proposal": datetime(2026, 12, 7, tzinfo=UTC),
        "decision": None,
        "outcome": None,
        "negotiation": None,
    }


async def test_offers_and_agreements_say_what_an_item_cost(ledger, store):
    deal(ledger)
    await project(ledger, store)
    told = {e.kind: dict(zip(e.topics, e.values, strict=True)) for e in await everything(store)}
    terms = {
        "proposal:pro-lead-1": "2",
        "price:site": "1000.00 EUR",
        "discount": "500 bp",
        "delivery-days": "10 days",
    }
    ended = {"case:lead-1": "paid in full"}
    nothing = {"conversation": {}, "decision": {"price:site": "1000.00 EUR"}}
    assert told == {"proposal": terms, "negotiation": terms, "outcome": ended, **nothing}


async def test_what_memory_does_not_want_is_passed_over(ledger, store):
    fact = ledger.say(Told(topic="x", text="y"))
    assert not MemoryProjector(store, ledger, Views()).wants(fact)


async def test_slots_of_another_extractor_and_a_missing_mail_lose_only_the_details(ledger, store):
    ledger.say(Understood(fact="gone", intent="unclear", language="", by="model", slots="[1]"))
    await project(ledger, store)
    assert [e.text for e in await everything(store)] == ["Ada Lovelace wrote (unclear)"]


async def test_a_later_lead_recalls_the_earlier_deal_with_its_age(ledger, store):
    deal(ledger, "lead-1")
    await project(ledger, store)
    asked = {"text": "How much is a website?", "contacts": ("con-1",), "items": ("site",)}
    got = await recall(store, witness(ledger), now=NOW, not_case="lead-2", **asked)
    assert got.degraded == ""
    assert any("total 1130.50 EUR" in episode.text for episode in got.episodes)
    assert {episode.age_days for episode in got.episodes} == {29}
    assert all(episode.case == "lead-1" and episode.facts for episode in got.episodes)
    assert not any(episode.text.startswith(SUPERSEDED) for episode in got.episodes)


async def test_an_earlier_version_is_marked_where_it_is_asked_for(ledger, store):
    deal(ledger)
    await project(ledger, store)
    asked = {"text": "website", "kinds": ("proposal",), "with_superseded": True}
    got = await recall(store, witness(ledger), now=NOW, **asked)
    marked = [episode.text.startswith(SUPERSEDED) for episode in got.episodes]
    assert sorted(marked) == [False, True]


async def test_an_episode_from_the_future_has_no_age_to_show(ledger, store):
    deal(ledger)
    await project(ledger, store)
    assert (await recall(store, witness(ledger), text="website", now=START)).episodes == ()


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(119050, "EUR"), "1190.50 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR"),
        (Money(500, "JPY"), "500 JPY"),
    ],
)
def test_amounts_are_written_with_their_currencys_places(money, words):
    assert amount(money) == words
