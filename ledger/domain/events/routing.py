"""What the router says: which case a fact concerns, and what became of a tap or an answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from ledger.domain.events.base import Event
from ledger.domain.values import SEALED, Money, Personal

HAPPENED: Final = "happened:"
"""Prefix of an answer's id: `happened:<action>`, whatever Coo knows of it."""

LEAVING: Final = "leave"
"""The kind of a `Routed` that says: the moment of an approved mail has come."""


class CaseOpened(Event, frozen=True, kw_only=True):
    """A piece of business begins. `kind`: lead, request. `fact` is the desk fact behind it."""

    kind: str
    fact: str
    contact: str = ""
    title: Personal = ""


class Routed(Event, frozen=True, kw_only=True):
    """A desk fact concerns this case. `why` names the exact key that matched.

    `sender`: `same` (the case's own contact), `other` (a different address in a known thread),
    or empty where nobody sent anything. `proves`: the action whose mail it answers, where how
    that one ended was not known yet; who answers a mail has got it, and who pays by its number.
    `shared`: it concerns other cases as well, so what it brings must not be counted twice;
    `part` is what of it this case gets, where the invoices it names add up to it.
    """

    fact: str
    kind: str
    why: str
    sender: str = ""
    proves: str = ""
    shared: bool = False
    part: Money | None = None


class MailBounced(Event, frozen=True, kw_only=True):
    """A mail that had left came back: `fact` is the delivery report, `cause` its words.

    `status` is its code (RFC 3463), "" where it names none.
    """

    action: str
    fact: str
    remedy: str
    status: str = ""
    cause: Personal = ""


class AbsenceNoted(Event, frozen=True, kw_only=True):
    """The case's contact is away, says their mail program in `fact`; back on that day."""

    fact: str
    back_on: date


class OperatorActed(Event, frozen=True, kw_only=True):
    """The operator dealt with the customer himself; what he said binds what is planned later.

    `fact` is his mail or his word on the desk, `how`: wrote, told, called, sent. `price` is what he
    named, `gross` where it is with tax. `agreed`: he said yes to what they asked. `sent` is what
    kind of document he sent: offer, invoice, contract, document. `answers` is the customer's mail
    (its desk fact) that it answers, `message_id` is of his own mail; "" where there is none.
    """

    fact: str
    how: str
    why: str = ""
    answers: str = ""
    message_id: str = ""
    price: Money | None = None
    gross: bool = False
    agreed: bool = False
    sent: str = ""
    text: Personal = ""


class Unrouted(Event, frozen=True, kw_only=True):
    """A desk fact concerns no case; `why` and `remedy` say what a person can do.

    `settled`: nothing is left to place, since the same thing was taken in before. `outcome`: "no
    action" where it needs nobody, "" where a person is to look (as in facts from before).
    """

    fact: str
    kind: str
    why: str
    remedy: str
    settled: bool = False
    outcome: str = ""


class ContactCreated(Event, frozen=True, kw_only=True):
    """A new entry of the address book: one exact key, found under `person` (a pseudonym).

    `kind`: mail (then `address` holds it), or phone, chat, payment (then `key` does). `hints` are
    pseudonyms of what may give a person away under another key; see `graph.marks`.
    """

    contact: str
    language: str = ""
    name: Personal = ""
    address: Personal = ""
    organisation: Personal = ""
    kind: str = "mail"
    key: Personal = ""
    hints: Annotated[tuple[str, ...], SEALED] = ()


class ContactRecognised(Event, frozen=True, kw_only=True):
    """The sender is this known contact, by an exact key. `hints` as in `ContactCreated`."""

    contact: str
    by: str
    hints: Annotated[tuple[str, ...], SEALED] = ()


class AddressCorrected(Event, frozen=True, kw_only=True):
    """Mails to this entry of the address book go to another address, says the operator."""

    contact: str
    operator: str
    channel: str
    address: Personal = ""


class ContactsMerged(Event, frozen=True, kw_only=True):
    """A person said that both are one: `merged` is known as `contact` from here on.

    Nothing is rewritten: every fact stays with the entry whose key it came under, so that
    `ContactSplit` gives back what was. `evidence` says in words what spoke for it; `question` is
    the one that was answered, if any.
    """

    contact: str
    merged: str
    operator: str
    channel: str
    question: str = ""
    evidence: tuple[str, ...] = ()


class ContactSplit(Event, frozen=True, kw_only=True):
    """A person took a merge back: `contact` stands by itself again, and so does `parted`."""

    contact: str
    parted: str
    operator: str
    channel: str


class ContactsKeptApart(Event, frozen=True, kw_only=True):
    """A person said that these two are not one; it is not asked again."""

    contact: str
    other: str
    operator: str
    channel: str
    question: str = ""


class StrayPlaced(Event, frozen=True, kw_only=True):
    """A person said where something that fitted no case belongs; `case` is empty for nowhere."""

    fact: str
    case: str
    operator: str
    channel: str


class PayoutArrived(Event, frozen=True, kw_only=True):
    """An entry of the company's account (`payment`, told by `fact`) is a payout of a provider.

    So it pays no invoice: what customers paid counted when the provider had it. `amount` is
    negative where the payout came back, or where the provider drew from the account.
    """

    payout: str
    payment: str
    fact: str
    amount: Money
    booked_on: date
    why: str


class PaymentsJoined(Event, frozen=True, kw_only=True):
    """A person said that this payment is the very entry that `same_as` is, of another statement."""

    payment: str
    same_as: str
    operator: str
    channel: str
    question: str = ""


class Approved(Event, frozen=True, kw_only=True):
    """A person approved exactly these bytes. Unique per approval: `decision:<approval>`."""

    approval: str
    action: str
    sha256: str
    operator: str
    channel: str
    tap: str


class Rejected(Event, frozen=True, kw_only=True):
    """A person refused it, and why."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    reason: Personal = ""


class Instructed(Event, frozen=True, kw_only=True):
    """A person said how they want it instead, or something about the case."""

    operator: str
    channel: str
    approval: str = ""
    action: str = ""
    tap: str = ""
    text: Personal = ""


class Postponed(Event, frozen=True, kw_only=True):
    """Later: the card leaves the inbox until then; nothing is decided."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str
    until: datetime


class DoneByOperator(Event, frozen=True, kw_only=True):
    """The operator did it by hand; Coo must not do it again."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str


class TapRefused(Event, frozen=True, kw_only=True):
    """A tap that does not count, and what the person is told."""

    tap: str
    approval: str
    operator: str
    channel: str
    why: str


class ApprovalSuperseded(Event, frozen=True, kw_only=True):
    """The world moved, so this approval no longer counts. `by` is what replaced it, if anything.

    `held`: the operator stopped an approved mail before it left, so the same is asked again.
    `since`: when what moved it came in, such as the payment behind a reminder that is withdrawn.
    """

    approval: str
    action: str
    why: str
    by: str = ""
    held: bool = False
    since: datetime | None = None


class HoldOrdered(Event, frozen=True, kw_only=True):
    """The operator wants an approved mail held that waits to leave; the dispatcher decides whether
    it still was here."""

    approval: str
    action: str
    operator: str
    channel: str
    tap: str


class ApprovalExpired(Event, frozen=True, kw_only=True):
    """Nobody decided in time. The action is paused, not refused."""

    approval: str
    action: str


class ApprovalProlonged(Event, frozen=True, kw_only=True):
    """The operator lets a card count longer than it was meant to."""

    approval: str
    action: str
    until: datetime


class QuestionAnswered(Event, frozen=True, kw_only=True):
    """The operator's answer to a question, in the case that asked."""

    question: str
    operator: str
    channel: str
    choice: str = ""
    text: Personal = ""

    @property
    def action(self) -> str:
        """The action of which the operator says that it happened, or ""."""
        return self.choice.removeprefix(HAPPENED) if self.choice.startswith(HAPPENED) else ""
