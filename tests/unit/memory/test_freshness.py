"""What becomes of a hit by what the ledger says now: dropped with a reason, or kept with a note."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from ledger.domain.entities import Action, ActionStatus, Case, Contact, Invoice, Proposal
from ledger.domain.knowledge import (
    COMPANY,
    Knowledge,
    KnowledgeKind,
    KnowledgeStatus,
    ListPrice,
    MoneyValue,
    PercentValue,
    TextValue,
)
from ledger.domain.values import Line, Money
from memory.claims import without_amounts
from memory.episodes import Episode, Hit, Recall
from memory.freshness import Note, Reason, judged
from memory.recall import recall
from memory.standing import Standing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THEN = NOW - timedelta(days=10)
EUR = Money(1_000_00, "EUR")
LINE = Line("site", "Website", 1, "piece", EUR, 0)

OFFER = Episode(
    id="e1",
    kind="proposal",
    case="lead-1",
    at=THEN,
    text="Proposal P-7 over 1000.00 EUR.",
    facts=("f1",),
    person="p1",
    contact="con-1",
    topics=("proposal:pro-1", "price:site", "discount"),
    values=("1", "1000.00 EUR", "0 bp"),
)
DEAL = replace(OFFER, kind="negotiation")

PROPOSAL = Proposal(
    id="pro-1",
    case="lead-1",
    number="P-7",
    version=1,
    contact="con-1",
    lines=(LINE,),
    net=EUR,
    total=EUR,
    discount_bp=0,
    valid_until=date(2026, 12, 1),
    delivery_days=5,
    status="accepted",
    accepted_version=1,
    sent_versions=(1,),
)
CASE = Case(
    id="lead-1",
    kind="lead",
    number=1,
    opened_at=THEN,
    updated_at=THEN,
    version=3,
    contact="con-1",
    outcome="paid",
    closed=True,
)
ADA = Contact(id="con-1", name="Ada", address="ada@example.com", persons=("p1",))

STANDING = Standing(
    recorded=frozenset({"f1"}),
    cases={"lead-1": CASE},
    somebody={"con-1": (ADA,)},
    proposals={"pro-1": PROPOSAL},
)


def price(minor, *, subject="site", on=1, **changes):
    fields = {
        "status": KnowledgeStatus.STANDING,
        "valid_from": THEN + timedelta(days=on),
        "recorded_at": THEN + timedelta(days=on),
        "kind": KnowledgeKind.PRICE,
        "topic": "price:site",
        "value": MoneyValue(Money(minor, "EUR")),
    }
    known = {**fields, **changes}
    return Knowledge(id=f"k{minor}", number=1, subject=subject, order=1, fact="fk", **known)


def stated(*known):
    under = {}
    for one in known:
        under.setdefault(f"about:{one.subject}:{one.topic}", []).append(one)
    return {"about": under}


def became(episode, history=False, **changes):
    """The reason it was dropped for, or its notes."""
    found = judged(
        [Hit(episode=episode, score=1.0)], replace(STANDING, **changes), NOW, history=history
    )
    return found.dropped[0].reason if found.dropped else set(found.held[0].notes)


def proposal(**changes):
    return {"proposals": {"pro-1": replace(PROPOSAL, **changes)}}


def test_what_the_ledger_confirms_is_kept_as_it_is():
    assert became(OFFER) == became(DEAL) == set()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"forgotten": frozenset({"p1"})}, Reason.ERASED),
        ({"somebody": {"con-1": (replace(ADA, erased=True),)}}, Reason.ERASED),
        ({"recorded": frozenset()}, Reason.UNKNOWN),
        ({"cases": {}}, Reason.UNKNOWN),
        ({"proposals": {}}, Reason.UNKNOWN),
        ({"cases": {"lead-1": replace(CASE, contact="con-2")}}, Reason.NOT_THEIRS),
        (proposal(version=2), Reason.SUPERSEDED),
        (proposal(status="declined"), Reason.DECLINED),
        (proposal(valid_until=date(2026, 11, 21)), Reason.EXPIRED),
        (stated(price(900_00)), Reason.OUTDATED),
        (
            {"prices": {"site": ListPrice(id="site", price=Money(1, "EUR"), since=NOW)}},
            Reason.OUTDATED,
        ),
    ],
)
def test_an_offer_that_no_longer_holds_is_dropped(changes, reason):
    assert became(OFFER, **changes) is reason


def test_on_its_last_day_an_offer_holds():
    assert became(OFFER, **proposal(valid_until=NOW.date())) == set()


@pytest.mark.parametrize(
    "changes",
    [
        stated(price(1_000_00)),
        stated(price(900_00, on=-5)),
        stated(price(900_00, on=30)),
        stated(price(900_00), price(1_000_00, subject="con-1")),
        {"prices": {"site": ListPrice(id="site", price=EUR, since=NOW)}},
        {
            "prices": {
                "site": ListPrice(id="site", price=Money(1, "EUR"), since=THEN - timedelta(days=1))
            }
        },
    ],
)
def test_a_price_that_did_not_change_since_the_offer_is_none_against_it(changes):
    assert became(OFFER, **changes) == set()


def test_a_price_that_was_forgotten_since_counts_no_more():
    ended = price(1_000_00, on=-5, ended_at=NOW, status=KnowledgeStatus.FORGOTTEN)
    assert became(OFFER, **stated(replace(ended, valid_to=NOW))) is Reason.OUTDATED


def test_a_deal_stays_without_the_price_that_no_longer_counts():
    hit = Hit(episode=DEAL, score=1.0)
    (held,) = judged([hit], replace(STANDING, **stated(price(900_00))), NOW).held
    assert held.notes == (Note.OUTDATED,)
    assert "1000.00" not in held.hit.episode.text


@pytest.mark.parametrize(
    "sum_", ["2856.00 EUR", "€2,856.00", "2.856,00 €", "-5 USD", "£ 90", "$1,000,000", "7 EUR"]
)
def test_a_former_sum_is_taken_out_however_it_is_written(sum_):
    assert without_amounts(f"agreed at {sum_}.") == "agreed at (an earlier amount)."


def test_what_is_no_sum_stays():
    kept = "P-7, version 2, 10 days, discount 5 %, on 2026-11-18, 1 × Website"
    assert without_amounts(kept) == kept


def test_other_terms_are_noted():
    discount = price(1, subject=COMPANY, topic="discount", value=PercentValue(500))
    assert became(DEAL, **stated(discount)) == {Note.OTHER_TERMS}


def test_what_a_closed_statement_rests_on_is_dropped_unless_a_later_one_rests_on_it_too():
    wish = price(1, value=TextValue(), topic="preference:address", kind=KnowledgeKind.PREFERENCE)
    over = replace(wish, valid_to=NOW, status=KnowledgeStatus.FORGOTTEN)
    assert became(DEAL, resting={"f1": [over]}) is Reason.CLOSED
    assert became(DEAL, resting={"f1": [over, replace(wish, id="k2")]}) == set()
    assert became(DEAL, resting={"f1": [wish]}) == set()


def test_an_episode_with_a_preference_that_is_another_by_now_is_dropped():
    episode = replace(DEAL, topics=("preference:address",), values=("Sie",))
    wish = price(1, subject="con-1", value=TextValue(), text="du", topic="preference:address")
    assert became(episode, **stated(wish)) is Reason.CLOSED


def outcome(topic, value=""):
    return replace(OFFER, kind="outcome", topics=(topic,), values=(value,))


INVOICE = Invoice(
    id="inv-1",
    case="lead-1",
    number="1",
    proposal="pro-1",
    contact="con-1",
    lines=(LINE,),
    net=EUR,
    total=EUR,
    paid=EUR,
    issued_on=NOW.date(),
    service_date=NOW.date(),
    due_on=NOW.date(),
)


def action(name, **changes):
    fields = {"status": ActionStatus.SUCCEEDED, "command": None, "provenance": {}}
    texts = dict.fromkeys(("case", "person", "name", "sha256", "risk", "agent", "proposed_by"), "x")
    return Action(id=name, proposed_at=THEN, **texts, **{**fields, **changes})


@pytest.mark.parametrize(
    ("episode", "changes", "note"),
    [
        (OFFER, proposal(sent_versions=()), Note.UNSENT),
        (DEAL, {"invoices": {"pro-1": replace(INVOICE, credited_by="crn-1")}}, Note.CREDITED),
        (
            outcome("invoice:inv-1"),
            {"invoices": {"inv-1": replace(INVOICE, credited_by="c")}},
            Note.CREDITED,
        ),
        (
            outcome("action:act-1"),
            {"actions": {"act-1": action("act-1", undone_by="act-2"), "act-2": action("act-2")}},
            Note.UNDONE,
        ),
        (
            outcome("case:lead-1", "paid"),
            {"cases": {"lead-1": replace(CASE, closed=False)}},
            Note.REOPENED,
        ),
    ],
)
def test_what_happened_stays_with_a_note_of_what_came_after_it(episode, changes, note):
    assert became(episode, **changes) == {note}


def test_what_was_to_be_taken_back_and_was_not_bears_no_note():
    acts = {"act-1": action("act-1", undone_by="act-2")}
    acts["act-2"] = action("act-2", status=ActionStatus.REJECTED)
    assert became(outcome("action:act-1"), actions=acts) == set()
    assert became(outcome("case:lead-1", "paid")) == set()


def test_who_asks_how_things_went_hears_what_is_over_with_a_note_but_never_of_the_erased():
    assert became(OFFER, history=True, **proposal(version=2)) == {Note.SUPERSEDED}
    assert became(OFFER, history=True, **proposal(status="declined")) == {Note.DECLINED}
    assert became(OFFER, history=True, forgotten=frozenset({"p1"})) is Reason.ERASED


class Many:
    """A store in which `stale` superseded offers come before the ones that hold."""

    def __init__(self, stale, fresh):
        self.asked = []
        old = [replace(OFFER, id=f"s{n}", superseded=True) for n in range(stale)]
        self._all = [*old, *(replace(DEAL, id=f"d{n}") for n in range(fresh))]

    async def recall(self, query):
        self.asked.append(query.limit)
        return Recall(hits=tuple(Hit(episode=one, score=1.0) for one in self._all[: query.limit]))


class Still:
    """A witness to whom nothing ever changes."""

    async def of(self, _episodes):
        return STANDING


@pytest.mark.parametrize(("stale", "asked"), [(0, [15]), (12, [15, 60]), (300, [15, 60, 240, 400])])
async def test_what_is_dropped_does_not_starve_a_plan(stale, asked):
    store = Many(stale, 5)
    got = await recall(store, Still(), text="x", now=NOW)
    assert len(got.episodes) == 5
    assert store.asked == asked
    assert len(got.stale) == min(stale, 20)


async def test_a_store_that_holds_nothing_but_stale_is_not_asked_for_ever():
    store = Many(1_000, 5)
    assert (await recall(store, Still(), text="x", now=NOW)).episodes == ()
    assert store.asked[-1] == 400
