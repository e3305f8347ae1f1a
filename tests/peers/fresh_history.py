"""Random business histories, what memory may tell of them, and a judge that says where it errs.

The model is plain: it keeps what was done in a list, and finds out what a price was by folding
the facts up to then anew. It knows nothing of how memory judges.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from present_ledger import PresentLedger

from ledger.domain.entities import Contact
from ledger.domain.events import (
    CaseOpened,
    ContactCreated,
    ContactsMerged,
    ContactSplit,
    KnowledgeCorrected,
    KnowledgeForgotten,
    KnowledgeStated,
    MailReceived,
    PersonErased,
    PriceChange,
    PricesChanged,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    Understood,
)
from ledger.domain.identity import identity_in
from ledger.domain.knowledge import Knowledge, KnowledgeKind, MoneyValue, TextValue, holding
from ledger.domain.present import Present
from ledger.domain.values import DESK, Line, Money, totals
from memory.projector import Teller
from memory.recall import recall
from memory.standing import Witness

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
CONTACTS = ("con-a", "con-b", "con-c")
ITEMS = ("site", "logo")
LISTED = {"site": 1_000_00, "logo": 500_00}
PRICES = (700_00, 800_00, 900_00)

_contact, _item = st.sampled_from(CONTACTS), st.sampled_from(ITEMS)
_price, _pick = st.sampled_from(PRICES), st.integers(0, 5)
_begin = st.sampled_from([None, None, -20, 5, 20])
_length = st.sampled_from([None, None, 10, 30])
_subject = st.sampled_from(["contact", "item"])

STEPS = st.one_of(
    st.tuples(st.just("offer"), _contact, _item, st.sampled_from([10, 40, 400])),
    st.tuples(st.just("offer"), _contact, _item, st.just(400)),
    st.tuples(st.just("again"), _pick, st.sampled_from([10, 40])),
    st.tuples(st.just("accept"), _pick),
    st.tuples(st.just("decline"), _pick),
    st.tuples(st.just("remember"), _subject, _contact, _item, _price, _begin, _length),
    st.tuples(st.just("correct"), _pick, _price),
    st.tuples(st.just("forget"), _pick),
    st.tuples(st.just("list"), _item, _price),
    st.tuples(st.just("wish"), _contact, _length),
    st.tuples(st.just("wish over"), _pick),
    st.tuples(st.just("erase"), _contact),
    st.tuples(st.just("merge"), _contact, _contact),
    st.tuples(st.just("split"), _contact),
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 45])),
    st.tuples(st.just("tell")),
)
HISTORIES = st.tuples(st.lists(STEPS, min_size=6, max_size=28), st.sampled_from([0, 0, 1, 3, 8]))
"""What happens, and of how many facts in the end memory never heard."""


class History:
    """A company's facts, what the model noted of them, and a store that is told now and then."""

    def __init__(self, store):
        self.ledger, self.store = PresentLedger(), store
        self.now = START
        self.offers, self.wishes, self.statements = [], [], []
        self.told = 0
        for contact in CONTACTS:
            event = ContactCreated(contact=contact, name=contact.upper(), address=f"{contact}@x.io")
            self._say(event, DESK, contact)

    async def happens(self, what):
        steps, behind = what
        for name, *given in steps:
            self.now += timedelta(minutes=1)
            await getattr(self, f"_{name.replace(' ', '_')}")(*given)
        await self._tell(behind)

    # --- what happens ----------------------------------------------------------------------------

    async def _offer(self, contact, item, days):
        case = f"lead-{len(self.offers) + len(self.wishes)}"
        if not self._gone(contact):
            self._say(CaseOpened(kind="lead", fact="desk", contact=contact), case, contact)
            self._drafted({"case": case, "contact": contact, "item": item, "versions": []}, days)

    async def _again(self, pick, days):
        offer = self._open(pick)
        if offer:
            self._drafted(offer, days)

    async def _accept(self, pick):
        offer = self._open(pick)
        if offer:
            version = len(offer["versions"])
            event = ProposalAccepted(
                proposal=f"pro-{offer['case']}", version=version, fact=self._mail(offer), by="x"
            )
            offer["accepted"] = (version, self._say(event, offer["case"], offer["contact"]))

    async def _decline(self, pick):
        offer = self._open(pick)
        if offer:
            version = len(offer["versions"])
            event = ProposalDeclined(
                proposal=f"pro-{offer['case']}", version=version, fact=self._mail(offer)
            )
            self._say(event, offer["case"], offer["contact"])
            offer["declined"] = True

    async def _remember(self, about, contact, item, price, begin, length):
        subject = contact if about == "contact" else item
        start = None if begin is None else self.now + timedelta(days=begin)
        self._state(
            KnowledgeKind.PRICE,
            subject,
            f"price:{item}",
            MoneyValue(Money(price, "EUR")),
            start=start,
            length=length,
        )

    async def _correct(self, pick, price):
        prices = [one for one in self.statements if one[1].startswith("price:")]
        if prices:
            name, topic, subject = prices[pick % len(prices)]
            new = f"k{len(self.statements)}"
            value = MoneyValue(Money(price, "EUR"))
            event = KnowledgeCorrected(
                knowledge=new, replaces=name, value=value, operator="O", channel="c"
            )
            self.statements.append((new, topic, subject))
            self._say(event, DESK, subject)

    async def _forget(self, pick):
        if self.statements:
            name, _, subject = self.statements[pick % len(self.statements)]
            self._say(KnowledgeForgotten(knowledge=name, operator="O", channel="c"), DESK, subject)

    async def _list(self, item, price):
        before, now = Money(self._listed(item, self._facts), "EUR"), Money(price, "EUR")
        change = PriceChange(item=item, title=item, before=before, now=now)
        self._say(PricesChanged(changes=(change,)), DESK, "")

    async def _wish(self, contact, length):
        """Somebody writes how they want things done, and the operator has it remembered."""
        if self._gone(contact):
            return
        number = len(self.offers) + len(self.wishes)
        case, word = f"lead-{number}", f"wish{number}"
        mail = MailReceived(
            raw_sha256="0", size=1, message_id=word, sender="x", subject=word, text="website logo"
        )
        desk = self._say(mail, DESK, contact)
        self._say(CaseOpened(kind="lead", fact=desk.id, contact=contact), case, contact)
        event = Understood(fact=desk.id, intent="new_request", language="en", by="x")
        heard = self._say(event, case, contact)
        name = self._state(
            KnowledgeKind.PREFERENCE,
            contact,
            f"preference:{word}",
            TextValue(),
            sources=(desk.id,),
            text=word,
            length=length,
        )
        self.wishes.append({"contact": contact, "fact": heard, "knowledge": name})

    async def _wish_over(self, pick):
        if self.wishes:
            wish = self.wishes[pick % len(self.wishes)]
            event = KnowledgeForgotten(knowledge=wish["knowledge"], operator="O", channel="c")
            self._say(event, DESK, wish["contact"])

    async def _erase(self, contact):
        """The keys go; whether the store was told is another matter."""
        entries = identity_in(self.ledger.present, contact).records
        self.ledger.forgotten |= {person for entry in entries for person in entry.persons}
        gone = tuple(entry.id for entry in entries)
        persons = tuple(person for entry in entries for person in entry.persons)
        self._say(PersonErased(erasure="e", persons=persons, contacts=gone), DESK, "")

    async def _merge(self, one, other):
        if one != other and not self._gone(one) and not self._gone(other):
            event = ContactsMerged(contact=one, merged=other, operator="O", channel="c")
            self._say(event, DESK, "")

    async def _split(self, contact):
        event = ContactSplit(contact="", parted=contact, operator="O", channel="c")
        self._say(event, DESK, "")

    async def _wait(self, days):
        self.now += timedelta(days=days)

    async def _tell(self, behind=0):
        """Memory catches up. It tells of the erased too: a copy that never heard of it would."""
        teller = Teller(self.ledger, self.ledger)
        until = max(len(self._facts) - behind, self.told)
        for fact in self._facts[self.told : until]:
            await self.store.write(await teller.episodes(fact))
        self.told = until

    # --- what the model knows --------------------------------------------------------------------

    @property
    def _facts(self):
        return self.ledger.facts

    def _say(self, event, case, person):
        self.now += timedelta(minutes=1)
        return self.ledger.say(event, at=self.now, case=case, person=person)

    def _state(self, kind, subject, topic, value, *, start=None, length=None, **more):
        name = f"k{len(self.statements)}"
        begin = start or self.now
        event = KnowledgeStated(
            knowledge=name,
            kind=kind,
            subject=subject,
            topic=topic,
            value=value,
            operator="O",
            channel="c",
            valid_from=start,
            **more,
            valid_to=None if length is None else begin + timedelta(days=length),
        )
        self.statements.append((name, topic, subject))
        self._say(event, DESK, subject)
        return name

    def _drafted(self, offer, days):
        """A new version, at what the item costs this contact now."""
        item, case = offer["item"], offer["case"]
        minor = self._cost(self._ids(offer["contact"]), item, self._facts, self.now)
        line = Line(item, f"the {item}", 1, "piece", Money(minor, "EUR"), 0)
        sums, until = totals((line,), "EUR"), (self.now + timedelta(days=days)).date()
        event = ProposalDrafted(
            proposal=f"pro-{case}",
            number=case,
            version=len(offer["versions"]) + 1,
            contact=offer["contact"],
            lines=(line,),
            net=sums.net,
            total=sums.gross,
            discount_bp=0,
            valid_until=until,
            delivery_days=5,
        )
        fact = self._say(event, case, offer["contact"])
        offer["versions"].append({"fact": fact, "minor": minor, "until": until})
        if offer not in self.offers:
            self.offers.append(offer)

    def _open(self, pick):
        still = [one for one in self.offers if "accepted" not in one and "declined" not in one]
        alive = [one for one in still if not self._gone(one["contact"])]
        return alive[pick % len(alive)] if alive else None

    def _mail(self, offer):
        mail = MailReceived(raw_sha256="0", size=1, message_id="m", sender="x", subject="", text="")
        return self._say(mail, DESK, offer["contact"]).id

    def _gone(self, contact):
        return self.ledger.present.get(Contact, contact).erased

    def _ids(self, contact):
        return identity_in(self.ledger.present, contact).ids

    def _listed(self, item, facts):
        known = [
            change.now.minor
            for fact in facts
            if isinstance(fact.event, PricesChanged)
            for change in fact.event.changes
            if change.item == item
        ]
        return known[-1] if known else LISTED[item]

    def _cost(self, contacts, item, facts, moment):
        """What an item cost these contacts at a moment, by the facts until then."""
        then = Present()
        then.fold(facts)
        for subjects in (contacts, (item,)):
            stated = [
                one for who in subjects for one in then.find(Knowledge, f"about:{who}:price:{item}")
            ]
            held = holding(stated, moment)
            if held is not None:
                return held.value.amount.minor
        return self._listed(item, facts)

    def _changed(self, offer, version):
        """Whether the price that a version rests on is another one by now."""
        ids, item, fact = self._ids(offer["contact"]), offer["item"], version["fact"]
        then = self._cost(ids, item, self._facts[: fact.seq], fact.at)
        now = self._cost(ids, item, self._facts, self.now)
        return then != now and now != version["minor"]

    def _untouched(self, offer, version):
        """Whether nobody said anything of prices or persons since, and it costs what it did."""
        later = (fact.event for fact in self._facts[version["fact"].seq :])
        said = (KnowledgeStated, KnowledgeCorrected, KnowledgeForgotten, PricesChanged)
        if any(isinstance(event, (*said, ContactsMerged, ContactSplit)) for event in later):
            return False
        now = self._cost(self._ids(offer["contact"]), offer["item"], self._facts, self.now)
        return now == version["minor"]

    def _current(self, offer):
        newest = offer["versions"][-1]
        over = newest["until"] < self.now.date()
        return not (over or "declined" in offer or self._gone(offer["contact"]))

    # --- what memory must and must not tell ------------------------------------------------------

    async def faults(self, limit):
        """Where what memory tells a plan is wrong; [] where all is well."""
        found = []
        for contact in CONTACTS:
            for item in ITEMS:
                found += await self._asked(contact, item, limit)
        return found

    async def _asked(self, contact, item, limit):
        got = await recall(
            self.store,
            Witness(self.ledger, self.ledger.erased),
            text=f"new request {item}",
            now=self.now,
            contacts=self._ids(contact),
            items=(item,),
            limit=limit,
        )
        told = {one.facts[0]: one.text for one in got.episodes}
        wrong = [*self._wrongly_told(told), *self._wishes_told(told, contact)]
        missing = self._missing(told, item) if len(told) < limit else []
        return [*wrong, *missing]

    def _wrongly_told(self, told):
        for offer in self.offers:
            *earlier, newest = offer["versions"]
            if any(version["fact"].id in told for version in earlier):
                yield "a superseded version"
            if newest["fact"].id in told:
                if not self._current(offer):
                    yield "an offer that is over, declined or of somebody erased"
                elif self._changed(offer, newest):
                    yield "an offer with a superseded price"
            version, fact = offer.get("accepted", (0, None))
            if fact is not None and fact.id in told:
                yield from self._deal_told(offer, offer["versions"][version - 1], told[fact.id])

    def _deal_told(self, offer, version, text):
        if self._gone(offer["contact"]):
            yield "a deal of somebody erased"
        if f"{version['minor'] // 100}.00" in text and self._changed(offer, version):
            yield "a superseded price in a deal"

    def _wishes_told(self, told, contact):
        for wish in self.wishes:
            if wish["fact"].id in told:
                known = self.ledger.present.get(Knowledge, wish["knowledge"])
                if not known.holds(self.now):
                    yield "a closed preference"
                if self._gone(wish["contact"]):
                    yield "what somebody erased wrote"
                if wish["contact"] not in self._ids(contact):
                    yield "what somebody else wrote"

    def _missing(self, told, item):
        """What is current, concerns the item and was told to memory, and yet did not come."""
        for offer in self.offers:
            newest = offer["versions"][-1]
            known = newest["fact"].seq <= self.told and offer["item"] == item
            current = self._current(offer) and self._untouched(offer, newest)
            if known and current and newest["fact"].id not in told:
                yield "a current offer is missing"
