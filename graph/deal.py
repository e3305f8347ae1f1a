"""What a lead case knows, folded from nothing but its facts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from graph.slots import Slots, Wanted
from ledger.domain.billing import BillingPlan, InvoicePart
from ledger.domain.entities import Done, Reduction
from ledger.domain.tax import TaxKind
from ledger.domain.values import Attachment, Line, Money


class Stage(StrEnum):
    """How far the business has come."""

    NEW = "new"
    DRAFTED = "drafted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    INVOICED = "invoiced"
    BILLED = "billed"
    CLOSED = "closed"


class Progress(StrEnum):
    """How far an action has come, as the planner was told."""

    PROPOSED = "proposed"
    ASKING = "asking"
    EXPIRED = "expired"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHHELD = "withheld"
    DONE = "done"
    BY_HAND = "by hand"
    DENIED = "denied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"


PENDING = frozenset({Progress.PROPOSED, Progress.ASKING, Progress.WITHHELD})
"""An action that may still run."""

OVER = frozenset({Progress.DONE, Progress.BY_HAND})
"""An action whose effect is in the world."""


class Ordered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order number of the customer's: in which fact, where in it, in which words.

    `chosen`: the operator said that it is this one; "" for none at all.
    """

    number: str
    fact: str = ""
    where: str = ""
    words: str = ""
    chosen: bool = False


class Heard(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer's last message. `fact` is the mail, `version` its place in the case's stream.

    `sender` is `same` or `other`, as the router found by exact keys. `orders` are the order numbers
    in it while nobody knows whether it counts.
    """

    fact: str
    version: int
    sender: str
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    authentication: str = ""
    orders: tuple[Ordered, ...] = ()
    slots: Slots | None = None


class Offer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of the proposal. `message_id` is of the mail that carried it, once it left.

    `withdrawn`: it was taken back, so nobody can accept it any more.
    """

    version: int
    lines: tuple[Line, ...]
    net: Money
    total: Money
    discount_bp: int
    valid_until: date
    delivery_days: int
    sent: bool = False
    message_id: str = ""
    withdrawn: bool = False
    tax: TaxKind | None = None
    plan: BillingPlan | None = None

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Quantities by item; lines that were split for the sum's sake count as one."""
        counts: dict[str, int] = {}
        for line in self.lines:
            counts[line.item] = counts.get(line.item, 0) + line.quantity
        return tuple(Wanted(item, count) for item, count in counts.items())


class Doing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An action of this case. `version` is of the proposal it sends or issues an invoice for, or
    of the one a correction takes back. `undoes` is the action it takes back.

    `unwanted`: the operator wanted it taken back before it was known to have left. `answered`: the
    operator said himself what it would have said, so it is not proposed again.
    `order` is the customer's order number that an invoice would bear. Where a deal is
    billed in parts, `part` is the one it issues an invoice for, `invoice` the one it is about.
    """

    action: str
    name: str
    progress: Progress = Progress.PROPOSED
    approval: str = ""
    version: int = 0
    purpose: str = ""
    subject: str = ""
    body: str = ""
    message_id: str = ""
    undoes: str = ""
    unwanted: bool = False
    answered: bool = False
    order: str = ""
    part: int = 0
    invoice: str = ""


class Open(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question that waits for the operator. `options` are the ids of its answers."""

    question: str
    about: str
    options: tuple[str, ...] = ()


class Credit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The credit note that reversed the invoice. `total` is negative."""

    credit_note: str
    number: str
    action: str
    total: Money
    documents: tuple[Attachment, ...] = ()
    sent: bool = False


class Booked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payment that is booked on the invoice, and how much of it."""

    payment: str
    amount: Money


class Bill(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The invoice. `documents` come from the receipt of its issue.

    The rest is of deals that are billed in parts: which `part` it is, the `action` that issued it,
    and in `booked` its payments while another of the deal's invoices is the one looked at.
    """

    invoice: str
    number: str
    version: int
    total: Money
    paid: Money
    due_on: date
    lines: tuple[Line, ...] = ()
    documents: tuple[Attachment, ...] = ()
    sent: bool = False
    credit: Credit | None = None
    order: str = ""
    reductions: tuple[Reduction, ...] = ()
    part: InvoicePart | None = None
    action: str = ""
    issued_on: date | None = None
    booked: tuple[Booked, ...] = ()
    tax: TaxKind | None = None

    @property
    def open(self) -> Money:
        """What is still owed; negative where too much came, or where it was reversed."""
        if self.credit:
            return Money(0, self.total.currency) - self.paid
        return self.total - self.paid - self.reduced

    @property
    def reduced(self) -> Money:
        """What is owed less than was billed."""
        nothing = Money(0, self.total.currency)
        return sum((each.amount for each in self.reductions), start=nothing)


class Incoming(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money that was routed to this case. `fact` is the PaymentReceived.

    `shared`: it was routed to other cases too, since it names an invoice of theirs. `part` is what
    of it this case gets; None where nobody could tell, and in facts from before there were parts.
    `returned`: the bank says that an earlier entry came back.
    """

    fact: str
    payment: str
    amount: Money
    booked_on: date
    shared: bool = False
    part: Money | None = None
    returned: bool = False
    invoice: str = ""

    @property
    def size(self) -> Money:
        """How much of it concerns this case."""
        return self.amount if self.part is None else self.part


class OwnWord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the operator told the customer himself. `fact` is his mail or his word.

    `version` is the one of the proposal that bears his price, 0 while none does; `before` the
    newest one when he said it.
    """

    fact: str
    message_id: str = ""
    price: Money | None = None
    gross: bool = False
    version: int = 0
    before: int = 0


class Waking(Struct, frozen=True, kw_only=True):
    """An alarm this case set, and what for."""

    alarm: str
    purpose: str


class Deal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a plan rests on. The recipient's address is not here: it is looked up in the
    address book, by `contact`, at the moment a mail is proposed. `away_until`: the day on which the
    contact is back, as their last absence note says. `orders` are their order numbers, `unread` the
    questions about documents that could not be read: they hold up nothing.

    A deal that is billed in parts has several invoices: `bill` is the one that the delivered fact
    is about (else the newest), `others` are the rest. `done` is the work that was reported,
    `left_out` the parts whose invoice was reversed and that nobody has asked for again.
    """

    case: str = ""
    kind: str = ""
    contact: str = ""
    person: str = ""
    opened: str = ""
    language: str = ""
    subject: str = ""
    references: tuple[str, ...] = ()
    heard: Heard | None = None
    mails: tuple[str, ...] = ()
    requested: tuple[Wanted, ...] = ()
    proposal: str = ""
    number: str = ""
    offers: tuple[Offer, ...] = ()
    accepted: int = 0
    declined: bool = False
    doing: tuple[Doing, ...] = ()
    open: tuple[Open, ...] = ()
    asked: tuple[Open, ...] = ()
    bill: Bill | None = None
    incoming: tuple[Incoming, ...] = ()
    payments: tuple[str, ...] = ()
    booked: tuple[Booked, ...] = ()
    alarms: tuple[Waking, ...] = ()
    closed: str = ""
    away_until: date | None = None
    told: tuple[OwnWord, ...] = ()
    orders: tuple[Ordered, ...] = ()
    unread: tuple[Open, ...] = ()
    others: tuple[Bill, ...] = ()
    done: tuple[Done, ...] = ()
    left_out: tuple[int, ...] = ()

    @property
    def stage(self) -> Stage:
        """How far the business has come."""
        if self.closed:
            return Stage.CLOSED
        if self.bill and not self.begun_anew:
            return Stage.BILLED if self.bill.sent else Stage.INVOICED
        if self.accepted:
            return Stage.ACCEPTED
        if self.sent_offer:
            return Stage.OFFERED
        return Stage.DRAFTED if self.offers else Stage.NEW

    @property
    def begun_anew(self) -> bool:
        """Whether there is a newer offer than the one whose invoice was reversed."""
        bill, offer = self.bill, self.offer
        return bool(bill and bill.credit and offer and offer.version > bill.version)

    @property
    def owing(self) -> Bill | None:
        """The invoice, unless a credit note has reversed it."""
        return self.bill if self.bill and not self.bill.credit else None

    @property
    def plan(self) -> BillingPlan | None:
        """In which parts the accepted offer is billed; None for all at once."""
        return self.accepted_offer.plan if self.accepted_offer else None

    @property
    def bills(self) -> tuple[Bill, ...]:
        """All invoices of the accepted offer, by part and age."""
        all_ = (*self.others, *((self.bill,) if self.bill else ()))
        mine = (one for one in all_ if one.part and one.version == self.accepted)
        return tuple(sorted(mine, key=age_of))

    @property
    def standing(self) -> dict[int, Bill]:
        """The invoice of each part that was billed and not reversed."""
        return {one.part.place: one for one in self.bills if one.part and not one.credit}

    @property
    def due_part(self) -> int:
        """The part whose trigger came and that is not billed; 0 for none. The final one bills all
        that is left, so it comes before any other."""
        plan, standing = self.plan, self.standing
        if plan is None or len(plan.parts) in standing:
            return 0
        done = [one.work for one in self.done]
        places = (len(plan.parts), *range(1, len(plan.parts)))
        due = (place for place in places if place not in standing and place not in self.left_out)
        return next((p for p in due if plan.triggered(p, accepted=True, done=done)), 0)

    @property
    def awaited(self) -> tuple[int, ...]:
        """The parts that are not billed and whose trigger has not come."""
        plan, standing = self.plan, self.standing
        if plan is None or len(plan.parts) in standing:
            return ()
        done = [one.work for one in self.done]
        places = (p for p in range(1, len(plan.parts) + 1) if p not in standing)
        return tuple(
            p
            for p in places
            if p in self.left_out or not plan.triggered(p, accepted=True, done=done)
        )

    @property
    def unfinished(self) -> bool:
        """Whether a deal in parts still has something to bill or to be paid."""
        plan, standing = self.plan, self.standing
        if plan is None:
            return False
        owed = any(one.open.minor > 0 for one in standing.values())
        return owed or len(plan.parts) not in standing

    @property
    def offer(self) -> Offer | None:
        """The newest version of the proposal, sent or not."""
        return self.offers[-1] if self.offers else None

    @property
    def sent_offer(self) -> Offer | None:
        """The newest version that left and still stands: what a customer can accept."""
        left = (offer for offer in reversed(self.offers) if offer.sent and not offer.withdrawn)
        return next(left, None)

    @property
    def accepted_offer(self) -> Offer | None:
        """The version the customer accepted."""
        return self.version(self.accepted) if self.accepted else None

    @property
    def bound(self) -> OwnWord | None:
        """The price that the operator told the customer himself, while no offer bears it."""
        newest = self.offer.version if self.offer else 0
        priced = [one for one in self.told if one.price is not None]
        last = priced[-1] if priced else None
        return last if last and not last.version and last.before == newest else None

    @property
    def rounds(self) -> int:
        """How many counter-offers have left: every version after the first that left."""
        return max(0, sum(offer.sent for offer in self.offers) - 1)

    @property
    def pending(self) -> tuple[Doing, ...]:
        """Actions that may still run, oldest first."""
        return tuple(one for one in self.doing if one.progress in PENDING)

    def version(self, number: int) -> Offer | None:
        """The offer of exactly this version."""
        return next((offer for offer in self.offers if offer.version == number), None)

    def action(self, action: str) -> Doing | None:
        """The action of exactly this id."""
        return next((one for one in self.doing if one.action == action), None)

    def newest(self, name: str) -> Doing | None:
        """The newest action of this kind."""
        return next((one for one in reversed(self.doing) if one.name == name), None)

    def meant(self, target: str) -> Doing | None:
        """The action that the operator means by an id: its own, its document's, the open case's."""
        named = self.action(target)
        if named is not None or (target == self.case and self.closed):
            return named
        bill = self.bill
        if bill is not None and target == bill.invoice:
            return self.action(bill.action) or self.newest("IssueInvoice")
        if bill is not None and bill.credit is not None and target == bill.credit.credit_note:
            return self.action(bill.credit.action) or self.newest("IssueCreditNote")
        if target == self.proposal:
            return self.newest("SendProposal")
        live = [one for one in self.doing if one.progress in PENDING | OVER and not one.undoes]
        return live[-1] if live and target == self.case else None

    def money(self, fact: str) -> Incoming | None:
        """The payment that came with this fact."""
        return next((one for one in self.incoming if one.fact == fact), None)

    def question(self, question: str) -> Open | None:
        """The question of exactly this id, open or answered."""
        return next((one for one in (*self.open, *self.asked) if one.question == question), None)


def age_of(bill: Bill) -> tuple[int, int]:
    """Orders the invoices of a deal: by part, then by how often it was billed."""
    return (bill.part.place, bill.part.again) if bill.part else (0, 0)


def about(doing: Doing, bill: Bill | None) -> bool:
    """Whether an action is about this invoice; a deal that is billed at once has no other."""
    return bill is None or doing.invoice in {"", bill.invoice}


def deal_of(data: dict[str, object] | None) -> Deal:
    """The deal behind its JSON; an empty one for none."""
    return msgspec.convert(data or {}, Deal)
