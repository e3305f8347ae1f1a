"""What came in from outside, at `bot/intake`; always on the desk.

`by` is the `ChatIdentity` that spoke; "" is the console, whose user is the owner.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from ledger.domain.company import Bank, Tax
from ledger.domain.documents import OrderNumber
from ledger.domain.events.base import Event
from ledger.domain.values import (
    SEALED,
    Attachment,
    Money,
    Personal,
)


class DeliveryReport(Struct, frozen=True, kw_only=True, gc=False):
    """What a mail server says became of a mail. `action`: failed, delayed, delivered.

    `about` are the Message-IDs of the mails that it returns, `status` its code (RFC 3463), "" where
    it names none, `said` its own words.
    """

    action: str
    about: tuple[str, ...] = ()
    status: str = ""
    said: str = ""


class MailReceived(Event, frozen=True, kw_only=True):
    """A mail came in. Its raw bytes lie sealed in the blob store under `raw_sha256`.

    Message-IDs carry no angle brackets. `text` is neutralised (no bidi or zero-width signs)
    and cut; `notes` lists what was wrong with the mail or left out, `unclear` what cannot be told
    because of it. `sent_at` is what the sender claims. `automatic` is the sign that a machine sent
    it, "" for a person, and where the operator says that it is a lead all the same: `lesson` is
    their word, `brings_back` the fact of the same message that was left unread then. `report` is
    what a delivery report says (None in facts from before it was read). `authentication` is what
    the receiving server that the operator trusts found of the sender: pass, fail and what failed,
    or none; "" where none is trusted. `orders` are the purchase-order numbers in its text and in
    its attachments, which are documents (`DocumentReceived`); () in facts from before.
    """

    raw_sha256: str
    size: int
    message_id: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    attachments: Annotated[tuple[Attachment, ...], SEALED] = ()
    notes: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    automatic: str = ""
    brings_back: str = ""
    lesson: str = ""
    authentication: str = ""
    orders: Annotated[tuple[OrderNumber, ...], SEALED] = ()
    report: Annotated[DeliveryReport | None, SEALED] = None
    sender: Personal = ""
    sender_name: Personal = ""
    recipient: Personal = ""
    subject: Personal = ""
    text: Personal = ""


class OperatorWrote(Event, frozen=True, kw_only=True):
    """The operator wrote to somebody himself: a mail of his Sent folder that Coo did not send.

    `files` are the names and kinds of what was attached. Sealed under the recipient's key.
    """

    raw_sha256: str
    size: int
    message_id: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    files: Annotated[tuple[Attachment, ...], SEALED] = ()
    recipient: Personal = ""
    subject: Personal = ""
    text: Personal = ""


class OperatorTold(Event, frozen=True, kw_only=True):
    """The operator says what he told or did himself in a case. `how`: told, wrote, called, sent."""

    case: str
    how: str
    operator: str
    channel: str
    by: str = ""
    text: Personal = ""


class MailSetAside(Event, frozen=True, kw_only=True):
    """A mail has nothing to do with the business: of it only this is kept, not even who wrote it.

    `marks` (pseudonyms) let a later word about it teach something; `where` is where it lies: the
    file in the inbox, or `imap:FOLDER/VALIDITY/NUMBER`.
    """

    raw_sha256: str
    size: int
    why: str
    marks: Annotated[tuple[str, ...], SEALED] = ()
    where: Personal = ""


class LeadTold(Event, frozen=True, kw_only=True):
    """The operator says of the message `fact` that it was a lead, or that it was none.

    What they say holds for later messages that share one of its `marks`.
    """

    fact: str
    lead: bool
    operator: str
    channel: str
    by: str = ""
    marks: Annotated[tuple[str, ...], SEALED] = ()


class MailUnreadable(Event, frozen=True, kw_only=True):
    """Something that claims to be a mail could not be read; its bytes are kept."""

    raw_sha256: str
    size: int
    remedy: str
    source: Personal = ""
    cause: Personal = ""


class PaymentReceived(Event, frozen=True, kw_only=True):
    """Money arrived (positive) or went back (negative) on the company's account.

    `payment` is the bank's or provider's own id for the entry; `numbers` are the words of the
    reference that look like document numbers. `returned`: the bank says that an earlier entry
    came back. `pays_back` is the payment that this one gives back, where a provider names it.
    `resembles` is a payment of another statement that may be this very entry: a person
    says whether it is.
    """

    payment: str
    amount: Money
    booked_on: date
    source: str
    returned: bool = False
    resembles: str = ""
    pays_back: str = ""
    numbers: tuple[str, ...] = ()
    payer: Personal = ""
    payer_account: Personal = ""
    reference: Personal = ""


class FeeCharged(Event, frozen=True, kw_only=True):
    """A provider kept so much of a payment; `transaction` is its own id for that."""

    provider: str
    payment: str
    transaction: str
    amount: Money


class PaidOut(Event, frozen=True, kw_only=True):
    """A provider paid out to the company's account, or drew from it (negative); or that failed.

    `payments` are what it consists of, `gross` less `fees` is its amount; empty where not known.
    A payout that `failed` has the opposite sign. Older facts do not say it (None): there a negative
    amount means so.
    """

    provider: str
    payout: str
    amount: Money
    on: date
    payments: tuple[str, ...] = ()
    gross: Money | None = None
    fees: Money | None = None
    failed: bool | None = None

    @property
    def came_back(self) -> bool:
        """Whether this tells that an earlier payout failed."""
        return self.amount.minor < 0 if self.failed is None else self.failed


class OperatorSaid(Event, frozen=True, kw_only=True):
    """The operator wrote something in chat. `about` is a case, an approval or a question id."""

    operator: str
    channel: str
    by: str = ""
    about: str = ""
    text: Personal = ""


class Tapped(Event, frozen=True, kw_only=True):
    """The operator used a verb of a card; the router decides whether it still counts.

    `verb`: approve, reject, edit, instruct, later, did_it. `sha256` is of the bytes the person
    saw (for edit: of the edited bytes). `edits` maps field to new text.
    """

    approval: str
    verb: str
    sha256: str
    operator: str
    channel: str
    by: str = ""
    text: Personal = ""
    edits: Annotated[dict[str, str], SEALED] = {}


class QuestionReplied(Event, frozen=True, kw_only=True):
    """The operator answered a question; `choice` is the id of an option or empty for free text."""

    question: str
    operator: str
    channel: str
    by: str = ""
    choice: str = ""
    text: Personal = ""


class StopOrdered(Event, frozen=True, kw_only=True):
    """Halt effects. `scope`: all, case or contact; `target` is empty for all."""

    scope: str
    target: str
    operator: str
    channel: str
    by: str = ""
    reason: Personal = ""


class ResumeOrdered(Event, frozen=True, kw_only=True):
    """Lift a stop of the same scope and target."""

    scope: str
    target: str
    operator: str
    channel: str
    by: str = ""


class RetryOrdered(Event, frozen=True, kw_only=True):
    """The operator wants a failed or withheld action, or a stuck case, tried again."""

    target: str
    operator: str
    channel: str
    by: str = ""


class MergeOrdered(Event, frozen=True, kw_only=True):
    """The operator says that two contacts are one; `contact` is the one to keep."""

    contact: str
    merged: str
    operator: str
    channel: str
    by: str = ""


class SplitOrdered(Event, frozen=True, kw_only=True):
    """The operator says that `contact` is somebody else than those it was merged with."""

    contact: str
    operator: str
    channel: str
    by: str = ""


class KeyTold(Event, frozen=True, kw_only=True):
    """The operator says that a contact is also known under this key.

    `kind`: mail, phone (E.164), chat (`channel:user`) or payment (account or customer id). The
    fact is sealed under the person that the key stands for. `instead`: mails to this entry go to
    that address from now on.
    """

    contact: str
    kind: str
    operator: str
    channel: str
    by: str = ""
    instead: bool = False
    key: Personal = ""


class AssignOrdered(Event, frozen=True, kw_only=True):
    """The operator says where a stray mail or payment (`fact`) belongs; "" for nowhere."""

    fact: str
    case: str
    operator: str
    channel: str
    by: str = ""


class MatchOrdered(Event, frozen=True, kw_only=True):
    """The operator says what a payment pays: these invoices, in this order, and nothing else.

    With `amount` (of one invoice) only so much of it; what is booked elsewhere then stays.
    """

    payment: str
    invoices: tuple[str, ...]
    operator: str
    channel: str
    by: str = ""
    amount: Money | None = None


class UnmatchOrdered(Event, frozen=True, kw_only=True):
    """The operator says that a payment does not pay this invoice; "" for none of them."""

    payment: str
    operator: str
    channel: str
    by: str = ""
    invoice: str = ""


class UndoOrdered(Event, frozen=True, kw_only=True):
    """The operator wants something taken back: an action, or what an invoice, a credit note, an
    offer, a payment or a closed case stands for. `target` is its id, `reason` why.
    """

    target: str
    operator: str
    channel: str
    by: str = ""
    reason: Personal = ""


class WorkReported(Event, frozen=True, kw_only=True):
    """The operator says that work of a case is done: `work` is a milestone's number, 0 the
    delivery. `on` is the day, None for the day it was said. `target` is the case.
    """

    target: str
    work: int
    operator: str
    channel: str
    by: str = ""
    on: date | None = None


class AlarmRang(Event, frozen=True, kw_only=True):
    """The clock reached an alarm that a case had set."""

    alarm: str
    case: str
    due: datetime


class ExpiriesMissed(Event, frozen=True, kw_only=True):
    """The time of these approvals ended while nobody looked: a clock jumped, or Coo did not run.

    `alarms` are those that would have rung; `since` is when the first one was due.
    """

    alarms: tuple[str, ...]
    approvals: tuple[str, ...]
    since: datetime


class ListPrice(Struct, frozen=True, gc=False):
    """What one item of the price list costs, net per unit."""

    item: str
    price: Money


class CompanyConfigured(Event, frozen=True, kw_only=True):
    """`company.yaml` was loaded or changed. `prices` is () in facts from before it was kept.

    `bank` and `tax` (None in facts from before) are what the file says; what documents may say is
    in `Particulars`. `notes_promises`: from here on commitments are recorded; false in facts from
    before, so that nothing is said of the past.
    """

    sha256: str
    name: str
    currency: str
    prices: tuple[ListPrice, ...] = ()
    bank: Annotated[Bank | None, SEALED] = None
    tax: Annotated[Tax | None, SEALED] = None
    notes_promises: bool = False


class PriceChange(Struct, frozen=True, gc=False):
    """An item costs something else now."""

    item: str
    title: str
    before: Money
    now: Money


class PricesChanged(Event, frozen=True, kw_only=True):
    """Items that stay on the price list got another price."""

    changes: tuple[PriceChange, ...]


class PolicyLoaded(Event, frozen=True, kw_only=True):
    """A set of rules is in force from now on. `policy` is `version@sha`."""

    policy: str
    rules: tuple[str, ...]


class PolicyRefused(Event, frozen=True, kw_only=True):
    """A rule file was refused; `kept` (`version@sha`) stays in force."""

    file: str
    line: int
    reason: str
    kept: str


class MailboxFollowed(Event, frozen=True, kw_only=True):
    """A folder of a mailbox is read from now on; what was in it before is left alone.

    `next` is the number that its next mail will have, as long as its numbering (`validity`) is the
    same; else mails count from the day of this fact on.
    """

    folder: str
    validity: int
    next: int
