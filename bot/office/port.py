"""What chat needs of the rest of the house: one protocol, implemented by `bot/app.py`.

Methods that record something return the id of the fact they recorded. What follows from it
(a decision, a receipt, a refusal) is again a fact and reaches the person as a notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

from msgspec import Struct

from bot.channel import Verb
from bot.copies.comparing import Differences
from bot.copies.taking_over import Standing
from bot.erasure.plan import ErasurePlan
from bot.live.readiness import Readiness, Series
from bot.office.access import Offered
from bot.rehearsal.trial import Trial
from bot.remembering.statements import Memories, Recollecting, Statement
from ledger.chain import StoredFact
from ledger.domain.company import Company
from ledger.domain.entities import Case, Contact
from ledger.domain.events import Spent
from ledger.domain.facts import Fact
from ledger.domain.pairing import Role
from ledger.domain.reading import Clock, History, Tallies, Views
from ledger.domain.values import Money
from memory.sight import Part
from memory.working import WorkingContext

if TYPE_CHECKING:  # the planner takes a second to load, and who only looks does without it
    from bot.work.memory_seen import MemorySeen
    from graph.supposing import SupposedDelivery


class Spending(Struct, frozen=True, kw_only=True):
    """An expense to be recorded: see `ExpenseRecorded`. `key` is of what must come in once."""

    spent: Spent
    source: str
    vendor: str = ""
    number: str = ""
    note: str = ""
    unclear: tuple[str, ...] = ()
    resembles: str = ""
    key: str = ""


class PoliciesInForce(Struct, frozen=True, kw_only=True):
    """The rules that decide now. `policy` is `version@sha`; `refused` says `file:line: reason`."""

    policy: str
    rules: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Divergence(Struct, frozen=True):
    """A delivery whose replay gave something else than what was recorded."""

    fact: str
    what: str


class Supposed(Struct, frozen=True, kw_only=True):
    """A case run again under other rules (`policy`) or with another `model`.

    `not_evaluable`: why verdicts could not be given, one each; `refused`: why the model did not
    answer; `microusd` is what its answers cost, now or in an earlier replay.
    """

    case: str
    deliveries: tuple[SupposedDelivery, ...]
    policy: str = ""
    model: str = ""
    not_evaluable: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    microusd: int = 0


class ReplayReport(Struct, frozen=True, kw_only=True):
    """What replaying a case showed. Identical where `divergences` is empty.

    `erased` deliveries could not be run again, since their person was erased.
    """

    case: str
    deliveries: int
    facts: int
    milliseconds: int = 0
    divergences: tuple[Divergence, ...] = ()
    erased: int = 0


class VerifyReport(Struct, frozen=True, kw_only=True):
    """Whether the chain holds. `broken` names the first bad row, empty where all is well.

    `anchors`: how many anchors it passes through, the newest of the day `anchored_on` (ISO).
    """

    facts: int
    head: str
    milliseconds: int = 0
    broken: str = ""
    remedy: str = ""
    anchors: int = 0
    anchored_on: str = ""


class PastLike(Views, Tallies, History, Protocol):
    """The state and the facts of a moment; `ledger.past.Past` is one."""

    @property
    def seq(self) -> int:
        """The number of its last fact, 0 before the first."""
        ...

    @property
    def last(self) -> datetime | None:
        """When that fact was recorded."""
        ...

    @property
    def set_back(self) -> int:
        """Facts left out though they bear an earlier time: a clock was set back."""
        ...


class Papers(Protocol):
    """Where documents lie, and where files for others are laid."""

    @property
    def exports(self) -> Path:
        """The folder for what is handed over, where none is named."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The zone of the company's days."""
        ...

    async def stored(self, case: str, facts: Sequence[str]) -> Sequence[StoredFact]:
        """The rows of a case and of these facts as they are stored, in the order of the chain."""
        ...

    async def document(self, sha256: str, name: str = "") -> bytes | None:
        """The bytes of a document; None where they are gone."""
        ...


class Looks(Protocol):
    """What commands that only look need: of the present, or of a moment of the past."""

    @property
    def views(self) -> Views: ...

    @property
    def tallies(self) -> Tallies: ...

    @property
    def history(self) -> History: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def company(self) -> Company: ...

    @property
    def policies(self) -> PoliciesInForce: ...

    async def worker(self) -> str:
        """Who runs the subscribers of this folder: `here`, another holder in words, or empty."""
        ...


class Office(Looks, Papers, Protocol):
    """Everything a chat may ask and do, for one person in one channel."""

    @property
    def operator(self) -> str:
        """Who is speaking, as facts name them (`OperatorSaid.operator`, …)."""
        ...

    @property
    def channel(self) -> str:
        """The channel's name, as facts name it (`console`)."""
        ...

    @property
    def identity(self) -> str:
        """The `ChatIdentity` that speaks, "" for whoever sits at the machine."""
        ...

    async def memory(self) -> MemorySeen:
        """Which memory is searched, how complete it is, and what is built beside it."""
        ...

    async def role(self) -> Role | None:
        """What whoever speaks may do at this moment; None where they are paired no longer."""
        ...

    async def pair(self, role: Role, name: str) -> Offered:
        """A one-time code that makes `name` of whoever types it in a chat. Owners only."""
        ...

    async def set_role(self, identity: str, role: Role) -> None:
        """Let a paired chat do more or less from now on. Owners only."""
        ...

    async def revoke(self, identity: str) -> None:
        """End a pairing at once. Owners, or oneself."""
        ...

    async def confirm(self, confirmation: str, *, agreed: bool) -> str:
        """Let a change of bank or tax data count, or not; the router decides whether that does."""
        ...

    async def tap(
        self,
        approval: str,
        verb: Verb,
        sha256: str,
        text: str = "",
        edits: Mapping[str, str] | None = None,
    ) -> str:
        """Record a tap; the router decides whether it still counts."""
        ...

    async def say(self, text: str, about: str = "") -> str:
        """Record what the operator wrote. `about`: a case, an approval, a question, or empty."""
        ...

    async def answer(self, question: str, choice: str = "", text: str = "") -> str:
        """Record the answer to a question: the id of an option, or free text."""
        ...

    async def stop(self, scope: str, target: str = "", reason: str = "") -> str:
        """Halt effects at once. `scope`: all, case or contact."""
        ...

    async def resume(self, scope: str, target: str = "") -> str:
        """Lift the stop of exactly this scope and target."""
        ...

    async def watch(self) -> str:
        """Let nothing leave from here on."""
        ...

    async def go_live(self) -> str:
        """Let leave what is approved from here on."""
        ...

    async def readiness(self) -> Readiness:
        """What going live would mean. It asks the mail servers."""
        ...

    async def series(self) -> Sequence[Series]:
        """Which number each book gives next."""
        ...

    async def continue_numbers(self, book: str, last: str) -> str:
        """A book goes on after `last`. Raises `CommandInvalid` for a gap or a number twice."""
        ...

    async def retry(self, target: str) -> str:
        """Ask for another try of an action or of a stuck case."""
        ...

    async def standing(self) -> Standing:
        """Whether this copy of the company may act."""
        ...

    async def compare(self) -> Differences:
        """What happened out there that this copy does not know of."""
        ...

    async def take_over(self, differences: Differences) -> str:
        """Let this copy act, and no other."""
        ...

    async def merge(self, kept: str, other: str) -> str:
        """Say that two contacts are one."""
        ...

    async def split(self, contact: str) -> str:
        """Say that a contact is somebody else than those it was merged with."""
        ...

    async def link(
        self, contact: str, kind: str, key: str, mark: str, *, instead: bool = False
    ) -> str:
        """Say that a contact is known under this key; `mark` is what its pseudonym is made of.

        `instead`: mails go to that address from now on.
        """
        ...

    async def lead(self, message: str, *, lead: bool) -> str:
        """Say that a message (its desk fact) was a lead, or was none; a lead is read after all.

        Raises `CooError` where it lies nowhere any more.
        """
        ...

    async def attach(self, case: str, path: Path) -> str:
        """Hand a file in for a case. Raises `InputUnreadable`."""
        ...

    async def assign(self, fact: str, case: str) -> str:
        """Say to which case a stray mail or payment belongs; "" for none."""
        ...

    async def match(self, payment: str, invoices: Sequence[str], amount: Money | None) -> str:
        """Say what a payment pays: these invoices (ids), or so much of one."""
        ...

    async def unmatch(self, payment: str, invoice: str) -> str:
        """Say that a payment does not pay this invoice; "" for none of them."""
        ...

    async def told(self, case: str, how: str, text: str) -> str:
        """Say what the operator told or did himself in a case; `how` as in `OperatorTold`."""
        ...

    def expense_id(self, key: str) -> str:
        """The id of the expense that is recorded under a key."""
        ...

    async def spend(self, spending: Spending) -> str:
        """Record an expense; its id."""
        ...

    async def correct_expense(
        self, expense: str, spent: Spent, vendor: str, unclear: tuple[str, ...]
    ) -> str:
        """Record the figures of an expense as they are instead."""
        ...

    async def remove_expense(self, expense: str, why: str) -> str:
        """Record that it was none, or is there twice."""
        ...

    async def promise(self, by: str, to: str, what: str, quote: str, due: date | None) -> str:
        """Say that something was promised; `by` and `to` as in `CommitmentTold`."""
        ...

    async def settle_promise(self, commitment: str, verb: str, due: date | None, why: str) -> str:
        """Say what became of a promise; `verb` as in `CommitmentOrdered`."""
        ...

    async def undo(self, target: str, reason: str = "") -> str:
        """Ask for the way back of an action, a document or a closed case, by id."""
        ...

    async def report_work(self, case: str, work: int, on: date | None) -> str:
        """Say that work of a case is done; `work` as in `WorkReported`."""
        ...

    async def context(self, case: Case, part: Part) -> WorkingContext:
        """What the next model call on a case would see, whether or not there is a model."""
        ...

    async def remember(self, statement: Statement) -> str:
        """Record that something holds; the id of the knowledge."""
        ...

    async def correct(self, knowledge: str, statement: Statement) -> str:
        """Record how it is instead; the id of the new knowledge."""
        ...

    async def forget(self, knowledge: str, quote: str) -> str:
        """Record that something holds no longer; the id of the fact."""
        ...

    async def recollect(self, question: Recollecting) -> Memories:
        """What the episodes hold on a question. Never raises: without a memory it is degraded."""
        ...

    async def replay(self, case: str) -> ReplayReport:
        """Run the case's deliveries again from the records. Cannot reach the world."""
        ...

    async def suppose(self, case: str, *, rules: Path | None = None, model: str = "") -> Supposed:
        """Run the case again under other rules, or with another model. Never acts.

        Nothing is recorded but what the model's calls cost.
        """
        ...

    async def verify(self, anchors: str = "") -> VerifyReport:
        """Check the chain of the whole ledger; `anchors` is an anchor, or a file of them."""
        ...

    @overload
    async def erasure(self, whom: Contact) -> ErasurePlan: ...

    @overload
    async def erasure(self, whom: str) -> ErasurePlan | None: ...

    async def erasure(self, whom: Contact | str) -> ErasurePlan | None:
        """What erasing a contact means, or an address in no address book; None: never heard of."""
        ...

    async def erase(self, plan: ErasurePlan) -> str:
        """Order it. It cannot be undone."""
        ...

    async def anchor(self) -> str:
        """The head of the chain as a signed line to keep elsewhere; it is in `anchors.txt` too."""
        ...

    async def as_of(self, moment: datetime) -> PastLike:
        """The state at a moment."""
        ...

    async def whatif(self, rules: Path, since: datetime) -> Trial:
        """What other rules would have said of every command since then. Does nothing.

        Raises `PolicyInvalid` with file, line and reason.
        """
        ...

    async def first_moment(self) -> datetime | None:
        """When the first fact was recorded, None for an empty ledger."""
        ...

    async def settle(self, seconds: float) -> bool:
        """Wait until nothing is left to react to, at most `seconds`; whether that was reached."""
        ...

    async def head(self) -> int:
        """The `seq` of the newest fact, 0 for an empty ledger."""
        ...

    async def news(self, after: int, seconds: float) -> Sequence[Fact]:
        """Facts of all cases with `seq > after`, in order; waits up to `seconds` for the first.

        Facts that another process appended are among them.
        """
        ...
