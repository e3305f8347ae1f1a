"""The facts of ordinary business: one deal from its first mail to the money, again and again.

Every deal has the same 40 facts, with ids of its own, in the order in which Coo says them and in
the proportions of a real one (`coo demo`). Two in five carry something personal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from benchmarks.ledger.wording import ANSWER, LINES, MAIL, NET, OFFER, POLICY, SLOTS, TOTAL, WHY
from ledger.domain import events
from ledger.domain.commands import Command, IssueInvoice, SendProposal
from ledger.domain.events import Event
from ledger.domain.facts import Draft
from ledger.domain.values import DESK, Provenance, Trust
from ledger.domain.verdicts import Allow, Ask, FiredRule, Receipt

FACTS_A_DEAL: Final = 40
PERSONS: Final = 10_000
"""Customers: each has a key of its own, and many deals."""

OPENED: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

_ON_DESK: Final = (events.MailReceived, events.Tapped, events.PaymentReceived)
_WHO: Final[dict[str, Any]] = {"operator": "Nora Lindt", "channel": "console"}


def drafts(count: int, first: int = 0) -> Iterator[Draft]:
    """`count` facts of one deal after the other, from deal `first` on; the last may stay open."""
    for number in range(first, first + -(-count // FACTS_A_DEAL)):
        yield from deal(number)[:count]
        count -= FACTS_A_DEAL


def case_of(number: int) -> str:
    """The case of the `number`-th deal."""
    return f"lead-{number:08d}"


def deal(number: int) -> list[Draft]:
    """The facts of the `number`-th deal."""
    story = _Deal(number)
    said = [*story.asked(), *story.approved(), *story.accepted(), *story.billed(), *story.paid()]
    return [
        Draft(
            case=DESK if isinstance(event, _ON_DESK) else case_of(number),
            event=event,
            key=f"{by}:{number:08d}:{place}",
            by=by,
            cause=story.fact(place - 1) if place else "",
            person=f"p-{number % PERSONS:020x}",
        )
        for place, (by, event) in enumerate(said)
    ]


_Said = tuple[str, Event]


class _Deal:
    """One deal; each method is a chapter of its story."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._sha = f"{number:064x}"
        self._offer = self._id("act")
        self._bill = self._id("bil")
        self._contact = f"con-{number % PERSONS:08d}"

    def fact(self, place: int) -> str:
        """An id as facts have them."""
        return f"{self._number:012x}{'0' * 18}{place:02x}"

    def asked(self) -> list[_Said]:
        """A mail comes in; an offer is drafted and waits for a decision."""
        opened = events.CaseOpened(
            kind="lead", fact=self.fact(0), contact=self._contact, title="A new website"
        )
        return [
            ("intake", self._mail(0)),
            ("router", opened),
            ("router", self._who()),
            ("planner", self._understood(0)),
            ("planner", self._recalled()),
            ("planner", self._plan()),
            ("planner", self._proposal()),
            ("planner", self._proposed(self._offer, self._send())),
            ("planner", self._judged(self._offer, "proposal", Ask((_rule("ask"),), POLICY))),
            ("planner", self._asking()),
            ("planner", self._alarm("follow up")),
            ("planner", self._delivered(0)),
        ]

    def approved(self) -> list[_Said]:
        """A tap, and the offer leaves."""
        ids: dict[str, Any] = {"approval": self._id("apr"), "sha256": self._sha}
        return [
            ("intake", events.Tapped(verb="approve", **ids, **_WHO)),
            ("router", events.Approved(action=self._offer, tap=self.fact(12), **ids, **_WHO)),
            ("planner", self._delivered(1)),
            ("dispatcher", self._judged(self._offer, "execution", _ALLOWED)),
            ("dispatcher", self._attempt(self._offer)),
            ("dispatcher", self._done(self._offer)),
            ("planner", self._plan()),
            ("planner", self._delivered(2)),
        ]

    def accepted(self) -> list[_Said]:
        """The customer agrees by mail."""
        agreed = events.ProposalAccepted(
            proposal=self._id("pro"), version=1, fact=self.fact(20), by="customer"
        )
        return [
            ("intake", self._mail(1)),
            ("router", self._routed("mail")),
            ("planner", self._understood(20)),
            ("planner", agreed),
            ("planner", self._chosen()),
            ("planner", self._proposed(self._bill, self._issue())),
            ("planner", self._judged(self._bill, "proposal", _ALLOWED)),
            ("planner", self._delivered(3)),
        ]

    def billed(self) -> list[_Said]:
        """The invoice gets its number."""
        return [
            ("dispatcher", self._judged(self._bill, "execution", _ALLOWED)),
            ("dispatcher", self._attempt(self._bill)),
            ("dispatcher", self._invoice()),
            ("dispatcher", self._done(self._bill)),
            ("planner", self._alarm("remind")),
            ("planner", self._delivered(4)),
        ]

    def paid(self) -> list[_Said]:
        """The money comes in, and the case ends."""
        matched = events.PaymentMatched(
            payment=self._id("B"), invoice=self._id("inv"), amount=TOTAL, fact=self.fact(34)
        )
        return [
            ("intake", self._payment()),
            ("router", self._routed("payment")),
            ("planner", matched),
            ("planner", events.InvoicePaid(invoice=self._id("inv"), paid_on=OPENED.date())),
            ("planner", events.CaseClosed(outcome="won")),
            ("planner", self._delivered(5)),
        ]

    # --- single facts ---------------------------------------------------------------------------

    def _id(self, prefix: str) -> str:
        return f"{prefix}-{self._number:08d}"

    def _address(self) -> str:
        return f"ada{self._number % PERSONS}@example.com"

    def _mail(self, nth: int) -> Event:
        return events.MailReceived(
            raw_sha256=f"{self._number:063x}{nth}",
            size=2_900,
            message_id=f"m{self._number:08d}.{nth}@mail.example.com",
            sent_at=OPENED,
            sender=self._address(),
            sender_name="Ada Example",
            recipient="hello@studio-nord.example",
            subject="A new website",
            text=MAIL,
        )

    def _who(self) -> Event:
        return events.ContactCreated(
            contact=self._contact,
            language="en",
            name="Ada Example",
            address=self._address(),
            organisation="Bakery Example",
        )

    def _understood(self, place: int) -> Event:
        return events.Understood(
            fact=self.fact(place), intent="request", language="en", by="rules", slots=SLOTS
        )

    def _recalled(self) -> Event:
        seen = events.Recollection(
            self._id("epi"), "outcome", self._id("lead"), (self.fact(3),), 40, 0.71, WHY
        )
        return events.Recalled(query="website design package", episodes=(seen,))

    def _plan(self) -> Event:
        return events.PlanMade(
            goal="Send a first offer",
            planner="playbook",
            steps=(events.PlanStep("offer", "SendProposal at list price"),),
            why="The mail asks for one item of the price list and names no budget.",
            not_taken=(("ask back", "Nothing is missing for an offer"),),
        )

    def _proposal(self) -> Event:
        return events.ProposalDrafted(
            proposal=self._id("pro"),
            number=f"P-2026-{self._number:07d}",
            version=1,
            contact=self._contact,
            lines=LINES,
            net=NET,
            total=TOTAL,
            discount_bp=0,
            valid_until=date(2026, 1, 19),
            delivery_days=10,
        )

    def _send(self) -> Command:
        return SendProposal(
            contact=self._contact,
            to=self._address(),
            subject="Your offer: website design package",
            body=OFFER,
            proposal=self._id("pro"),
            version=1,
            total=TOTAL,
        )

    def _issue(self) -> Command:
        return IssueInvoice(
            contact=self._contact,
            proposal=self._id("pro"),
            version=1,
            lines=LINES,
            total=TOTAL,
            service_date=OPENED.date(),
            due_days=14,
        )

    def _proposed(self, action: str, command: Command) -> Event:
        listed = Provenance((self.fact(0),), Trust.VERIFIED, "list price")
        whom = Provenance((self.fact(2),), Trust.VERIFIED)
        return events.ActionProposed(
            action=action,
            name=type(command).__name__,
            risk=command.risk,
            sha256=self._sha,
            agent="sales",
            amount=TOTAL,
            provenance={"total": listed, "to": whom, "body": listed},
            recommendation="Approve: the price is the list price.",
            if_nothing="It stays here; the customer waits.",
            message_id=f"{action}@studio-nord.example",
            command=command,
        )

    def _judged(self, action: str, phase: str, verdict: Allow | Ask) -> Event:
        return events.VerdictGiven(
            action=action, sha256=self._sha, phase=phase, verdict=verdict, input_sha256=self._sha
        )

    def _asking(self) -> Event:
        return events.ApprovalRequested(
            approval=self._id("apr"),
            action=self._offer,
            sha256=self._sha,
            expires_at=OPENED + timedelta(days=3),
            title="Send the offer to Ada Example: 2,856.00 EUR",
        )

    def _alarm(self, purpose: str) -> Event:
        return events.AlarmSet(
            alarm=f"{self._id('alm')}-{purpose}", due=OPENED + timedelta(days=14), purpose=purpose
        )

    def _delivered(self, nth: int) -> Event:
        about = f'["contact","{self._contact}"]'
        reads = (
            events.Read("now", f"plan#{nth}", '"2026-01-05T09:00:00Z"'),
            events.Read("entity", f"plan#{nth} {about}", ANSWER % self._number),
            events.Read("find", f"recall#{nth} {about}", ANSWER % self._number),
        )
        return events.DeliveryRecorded(
            subscriber="planner",
            fact=self.fact(nth),
            produced=(self.fact(nth + 1), self.fact(nth + 2)),
            state_sha256=self._sha,
            reads=reads,
        )

    def _attempt(self, action: str) -> Event:
        return events.AttemptStarted(
            action=action,
            n=1,
            sha256=self._sha,
            connector="maildir",
            capability="keyed",
            approval=self._id("apr"),
        )

    def _done(self, action: str) -> Event:
        place = f"mail/out/new/{action}.eml"
        receipt = Receipt("maildir", f"{action}@studio-nord.example", place)
        return events.ActionSucceeded(action=action, n=1, receipt=receipt)

    def _routed(self, kind: str) -> Event:
        why = f"It names {self._offer}@studio-nord.example"
        return events.Routed(fact=self.fact(20), kind=kind, why=why, sender="same")

    def _chosen(self) -> Event:
        return events.DecisionRecorded(
            decision=self._id("dec"),
            topic="price",
            chosen="List price, 2,400.00 EUR net",
            by="planner",
            evidence=(self.fact(0), self.fact(20)),
            alternatives=(events.Alternative("5 % off", "Nobody asked for it."),),
        )

    def _invoice(self) -> Event:
        return events.InvoiceIssued(
            invoice=self._id("inv"),
            number=f"2026-{self._number + 1:07d}",
            series="2026",
            action=self._bill,
            proposal=self._id("pro"),
            version=1,
            contact=self._contact,
            lines=LINES,
            net=NET,
            total=TOTAL,
            issued_on=OPENED.date(),
            service_date=OPENED.date(),
            due_on=date(2026, 1, 19),
            ordinal=self._number + 1,
        )

    def _payment(self) -> Event:
        return events.PaymentReceived(
            payment=self._id("B"),
            amount=TOTAL,
            booked_on=OPENED.date(),
            source="payments.json",
            numbers=(f"2026-{self._number + 1:07d}",),
            payer="Ada Example",
            payer_account="DE02120300000000202051",
            reference=f"Invoice 2026-{self._number + 1:07d}",
        )


def _rule(effect: str) -> FiredRule:
    return FiredRule("offers-above-limit", effect, WHY, "policies/rules/money.yaml")


_ALLOWED: Final = Allow((_rule("allow"),), POLICY)
