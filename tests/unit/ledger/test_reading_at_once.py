"""Many reads of one moment give what single reads give; what was known then can be told."""

from datetime import UTC, datetime, timedelta

from ledger.domain.entities import Case, Contact
from ledger.domain.events import (
    CaseOpened,
    ContactCreated,
    KnowledgeCorrected,
    KnowledgeForgotten,
    KnowledgeStated,
    PriceChange,
    PricesChanged,
)
from ledger.domain.facts import Draft, Fact
from ledger.domain.knowledge import (
    Knowledge,
    KnowledgeKind,
    ListPrice,
    MoneyValue,
    as_known,
    holding,
)
from ledger.domain.present import Present
from ledger.domain.values import DESK, Money
from ledger.places import keys_at
from ledger.store import Ledger
from ledger.views import InlineViews, ReadViews

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class StillClock:
    def now(self):
        return NOW


async def test_many_reads_at_once_give_what_single_reads_give(database):
    folder = isinstance(database, str)
    keys = keys_at(database if folder else database / "keys.db", "acme")
    ledger = await Ledger.open(
        database, company="acme", keys=keys, clock=StillClock(), projection=InlineViews()
    )
    names = [f"con-{n}" for n in range(150)]
    made = [(DESK, ContactCreated(contact=name, address=f"{name}@x.io")) for name in names]
    cases = [(f"lead-{n}", CaseOpened(kind="lead", fact="f", contact="con-1")) for n in (2, 1)]
    drafts = [
        Draft(case=case, event=event, key=str(n), by="test", person=f"p{n}")
        for n, (case, event) in enumerate([*made, *cases])
    ]
    facts = (await ledger.append(drafts)).facts
    views = ReadViews(ledger)

    found = await views.at_once(lambda seen: seen.some(Contact, [*names, "con-gone", "con-1"]))
    assert found == {name: await views.get(Contact, name) for name in names}
    under = await views.at_once(
        lambda seen: seen.under(Case, ["contact:con-1", "number:1", "contact:con-9"])
    )
    assert under == {
        "contact:con-1": await views.find(Case, "contact:con-1"),
        "number:1": await views.find(Case, "number:1"),
    }
    assert [case.id for case in under["contact:con-1"]] == ["lead-2", "lead-1"]
    ids = [fact.id for fact in facts]
    assert await views.at_once(lambda seen: seen.recorded([*ids, "0" * 32])) == frozenset(ids)
    assert await views.at_once(lambda seen: seen.some(Contact, [])) == {}
    await ledger.close()
    keys.close()


def folded(*said):
    state = Present()
    for seq, event in enumerate(said, start=1):
        at = NOW + timedelta(days=seq)
        fact = Fact(
            id=f"f{seq}", seq=seq, company="a", case=DESK, version=seq, at=at, event=event,
            key=f"k{seq}", by="t",
        )  # fmt: skip
        state.fold([fact])
    return state


def listed(item, minor):
    return PriceChange(item=item, title=item, before=Money(1, "EUR"), now=Money(minor, "EUR"))


def test_an_item_bears_the_last_price_of_the_list_and_since_when():
    state = folded(
        PricesChanged(changes=(listed("site", 2), listed("logo", 5))),
        PricesChanged(changes=(listed("site", 3),)),
    )
    assert state.get(ListPrice, "site") == ListPrice(
        id="site", price=Money(3, "EUR"), since=NOW + timedelta(days=2)
    )
    assert state.get(ListPrice, "logo").price == Money(5, "EUR")


SAID = {"operator": "Olga", "channel": "console"}


def price(minor):
    return MoneyValue(Money(minor, "EUR"))


def stated(name, minor):
    return KnowledgeStated(
        knowledge=name, kind=KnowledgeKind.PRICE, subject="site", topic="price:site",
        value=price(minor), **SAID,
    )  # fmt: skip


def test_what_was_known_at_each_moment_can_still_be_told():
    said = (
        stated("k1", 10),
        stated("k2", 20),
        KnowledgeCorrected(knowledge="k3", replaces="k2", value=price(30), **SAID),
        PricesChanged(changes=(listed("site", 35),)),
        stated("k4", 40),
        KnowledgeForgotten(knowledge="k4", **SAID),
    )
    today = folded(*said).find(Knowledge, "about:site:price:site")
    for count in range(1, len(said) + 1):
        moment = NOW + timedelta(days=count)
        then = folded(*said[:count]).find(Knowledge, "about:site:price:site")
        was, known = holding(then, moment), holding(as_known(today, moment), moment)
        assert (was and was.id) == (known and known.id), count
