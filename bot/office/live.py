"""The office behind a chat: reads the ledger, and records what the operator does and says.

It works in any process. In the one that runs the subscribers what follows happens here; in
another one it is read from the ledger as the running process appends it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, overload

from bot.channel import Verb
from bot.copies.anchoring import anchor_now
from bot.copies.comparing import Differences, compared
from bot.copies.taking_over import Standing, standing, take_over
from bot.documents.arriving import Handed
from bot.erasure.eraser import order_erasure
from bot.erasure.plan import ErasurePlan, plan_erasure, plan_for_address
from bot.live.continuing import continue_numbers
from bot.live.readiness import Readiness, Series, readiness, series
from bot.office.access import Offered, Speaker, offer, revoke, set_role, too_little
from bot.office.port import (
    Divergence,
    PoliciesInForce,
    ReplayReport,
    Spending,
    Supposed,
    VerifyReport,
)
from bot.opening import App
from bot.rehearsal.trial import Trial, on_trial
from bot.remembering.statements import Memories, Recollecting, Statement
from bot.work.unread import marks_of_fact, unread_bytes
from bot.work.worker import Worker
from bot.zones import zone_of_attention
from ledger.anchors import anchors_from, check_anchors
from ledger.chain import StoredFact
from ledger.domain.company import Company
from ledger.domain.entities import Action, Approval, Case, Commitment, Contact, Question
from ledger.domain.errors import BlobMissing, ChainBroken, KeyConflict
from ledger.domain.events import (
    US,
    AssignOrdered,
    CommitmentOrdered,
    CommitmentTold,
    ConfirmOrdered,
    Event,
    ExpenseCorrected,
    ExpenseRecorded,
    ExpenseRemoved,
    KeyTold,
    KnowledgeCorrected,
    KnowledgeForgotten,
    KnowledgeStated,
    LeadTold,
    MatchOrdered,
    MergeOrdered,
    OperatorSaid,
    OperatorTold,
    QuestionReplied,
    ResumeOrdered,
    RetryOrdered,
    Spent,
    SplitOrdered,
    StopOrdered,
    Tapped,
    UndoOrdered,
    UnmatchOrdered,
    WatchBegun,
    WentLive,
    WorkReported,
)
from ledger.domain.facts import Fact, short_id
from ledger.domain.knowledge import Knowledge
from ledger.domain.pairing import Role
from ledger.domain.reading import Blobs, Clock
from ledger.domain.speakers import role_now
from ledger.domain.values import Money
from ledger.past import Past, as_of, first_moment
from ledger.store import Ledger
from ledger.stored_rows import rows_of
from ledger.views import ReadViews
from memory.sight import Part
from memory.working import WorkingContext
from policies.engine import Loaded, Policies, Refused

if TYPE_CHECKING:
    from bot.work.memory_seen import MemorySeen

_KEY_BYTES = 16
LOOK_EVERY_S = 0.1
"""How often another process's facts are looked for while somebody waits for them."""


class LiveOffice:
    """Implements `bot.office.port.Office` for one person in one channel."""

    def __init__(
        self,
        app: App,
        hosting: Worker,
        *,
        operator: str,
        channel: str,
        by: str = "",
        cause: str = "",
        unique: str = "",
        statements: Sequence[Path] = (),
    ) -> None:
        """`by` is the `ChatIdentity` that speaks, "" for the console.

        `cause` is the fact of what came in through a chat: all that is recorded here follows from
        it, and doing it again after a crash adds nothing; so it does where `unique` names what is
        said here, of a script. `statements` are files of a bank that a comparison looks at too.
        """
        self._statements = tuple(statements)
        self._app = app
        self._hosting = hosting
        self._operator = operator
        self._channel = channel
        self._by = by
        self._cause = cause
        self._said = unique
        self._ordinals = count()

    @property
    def views(self) -> ReadViews:
        return self._app.views

    @property
    def tallies(self) -> ReadViews:
        return self._app.views

    @property
    def history(self) -> Ledger:
        return self._app.ledger

    @property
    def blobs(self) -> Blobs:
        return self._app.blobs

    @property
    def exports(self) -> Path:
        return self._app.folder.exports

    @property
    def zone(self) -> tzinfo:
        return zone_of_attention(self._app.company)

    async def stored(self, case: str, facts: Sequence[str]) -> Sequence[StoredFact]:
        return await self._app.ledger.read(
            lambda connection: rows_of(connection, self._app.ledger.company, case, facts)
        )

    async def document(self, sha256: str, name: str = "") -> bytes | None:
        """From the store; what its person's erasure took from there may lie as a file, as kept."""
        try:
            return await self._app.blobs.get(sha256)
        except BlobMissing:
            path = self._app.folder.invoices / Path(name).name if name else None
        if path is None or not await asyncio.to_thread(path.is_file):
            return None
        data = await asyncio.to_thread(path.read_bytes)
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    @property
    def clock(self) -> Clock:
        return self._app.clock

    @property
    def company(self) -> Company:
        return self._app.company

    @property
    def operator(self) -> str:
        return self._operator

    @property
    def channel(self) -> str:
        return self._channel

    @property
    def identity(self) -> str:
        return self._by

    async def memory(self) -> MemorySeen:
        # Vectors and indexes take a while to load; who asks for nothing of them does without.
        from bot.work.memory_seen import memory_seen  # noqa: PLC0415

        return await memory_seen(self._app)

    async def role(self) -> Role | None:
        return await role_now(self.views, self._by, self._channel)

    async def pair(self, role: Role, name: str) -> Offered:
        return await offer(self._app, self._speaker, role, name, unique=self._unique())

    async def set_role(self, identity: str, role: Role) -> None:
        await set_role(self._app, self._speaker, identity, role, unique=self._unique())

    async def revoke(self, identity: str) -> None:
        await revoke(self._app, self._speaker, identity)

    async def confirm(self, confirmation: str, *, agreed: bool) -> str:
        return await self._record(
            ConfirmOrdered(
                confirmation=confirmation,
                agreed=agreed,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            )
        )

    async def _as_owner(self) -> None:
        """Raise `NotAllowed` for whoever may not do what takes an owner and cannot be undone."""
        role = await self.role()
        if role is None or not role.may(Role.OWNER):
            raise too_little(role)

    @property
    def _speaker(self) -> Speaker:
        return Speaker(operator=self._operator, channel=self._channel, by=self._by)

    @property
    def policies(self) -> PoliciesInForce:
        """The rules in force, and what was refused of the files on disk."""
        policies = self._app.policies
        return PoliciesInForce(
            policy=policies.policy,
            rules=tuple(rule.id for rule in policies.rules),
            refused=_refused(policies.status),
        )

    async def tap(
        self,
        approval: str,
        verb: Verb,
        sha256: str,
        text: str = "",
        edits: Mapping[str, str] | None = None,
    ) -> str:
        return await self._record(
            Tapped(
                approval=approval,
                verb=verb.value,
                sha256=sha256,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
                text=text,
                edits=dict(edits or {}),
            ),
            about=approval if text or edits else "",
        )

    async def say(self, text: str, about: str = "") -> str:
        return await self._record(
            OperatorSaid(
                operator=self._operator, channel=self._channel, by=self._by, about=about, text=text
            ),
            about=about,
        )

    async def answer(self, question: str, choice: str = "", text: str = "") -> str:
        return await self._record(
            QuestionReplied(
                question=question,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
                choice=choice,
                text=text,
            ),
            about=question,
        )

    async def stop(self, scope: str, target: str = "", reason: str = "") -> str:
        return await self._record(
            StopOrdered(
                scope=scope,
                target=target,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
                reason=reason,
            ),
            about=target if reason else "",
        )

    async def resume(self, scope: str, target: str = "") -> str:
        return await self._record(
            ResumeOrdered(
                scope=scope,
                target=target,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            )
        )

    async def watch(self) -> str:
        begun = WatchBegun(operator=self._operator, channel=self._channel, by=self._by)
        return await self._record(begun)

    async def go_live(self) -> str:
        await self._as_owner()
        went = WentLive(operator=self._operator, channel=self._channel, by=self._by)
        return await self._record(went)

    async def readiness(self) -> Readiness:
        return await readiness(self._app)

    async def series(self) -> Sequence[Series]:
        return await series(self._app)

    async def continue_numbers(self, book: str, last: str) -> str:
        await self._as_owner()
        return await continue_numbers(self._app, self._speaker, book, last, unique=self._unique())

    async def retry(self, target: str) -> str:
        return await self._record(
            RetryOrdered(target=target, operator=self._operator, channel=self._channel, by=self._by)
        )

    async def standing(self) -> Standing:
        return await standing(self._app)

    async def compare(self) -> Differences:
        return await compared(self._app, self._statements)

    async def take_over(self, differences: Differences) -> str:
        await self._as_owner()
        return await take_over(
            self._app, differences, operator=self._operator, channel=self._channel
        )

    async def merge(self, kept: str, other: str) -> str:
        return await self._record(
            MergeOrdered(
                contact=kept,
                merged=other,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            )
        )

    async def split(self, contact: str) -> str:
        return await self._record(
            SplitOrdered(
                contact=contact, operator=self._operator, channel=self._channel, by=self._by
            )
        )

    async def link(
        self, contact: str, kind: str, key: str, mark: str, *, instead: bool = False
    ) -> str:
        told = KeyTold(
            contact=contact,
            kind=kind,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            instead=instead,
            key=key,
        )
        person = self._app.keys.person(mark)
        return await self._once(told, person)

    async def lead(self, message: str, *, lead: bool) -> str:
        fact = await self._app.ledger.fact(message)
        raw = await unread_bytes(self._app, fact) if lead else b""
        told = LeadTold(
            fact=message,
            lead=lead,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            marks=marks_of_fact(fact.event, self._app.keys.person),
        )
        said = await self._record(told)
        if lead:
            return (await self._app.intake.lead(raw, message)).fact.id
        return said

    async def attach(self, case: str, path: Path) -> str:
        handed = Handed(
            case=case,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            person=await self._person_behind(case),
        )
        taken = await self._app.intake.document(path, handed)
        return taken.fact.id

    async def assign(self, fact: str, case: str) -> str:
        return await self._record(
            AssignOrdered(
                fact=fact, case=case, operator=self._operator, channel=self._channel, by=self._by
            )
        )

    async def match(self, payment: str, invoices: Sequence[str], amount: Money | None) -> str:
        return await self._record(
            MatchOrdered(
                payment=payment,
                invoices=tuple(invoices),
                amount=amount,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            )
        )

    async def unmatch(self, payment: str, invoice: str) -> str:
        return await self._record(
            UnmatchOrdered(
                payment=payment,
                invoice=invoice,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            )
        )

    async def told(self, case: str, how: str, text: str) -> str:
        found = await self._app.views.get(Case, case)
        told = OperatorTold(
            case=case,
            how=how,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            text=text,
        )
        return await self._record(told, about=found.contact if found else "")

    def expense_id(self, key: str) -> str:
        return short_id("exp", key)

    async def spend(self, spending: Spending) -> str:
        key = spending.key or self._unique()
        recorded = ExpenseRecorded(
            expense=self.expense_id(key),
            spent=spending.spent,
            source=spending.source,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            unclear=spending.unclear,
            resembles=spending.resembles,
            vendor=spending.vendor,
            number=spending.number,
            note=spending.note,
        )
        await self._once(recorded, "", key)
        return recorded.expense

    async def correct_expense(
        self, expense: str, spent: Spent, vendor: str, unclear: tuple[str, ...]
    ) -> str:
        corrected = ExpenseCorrected(
            expense=expense,
            spent=spent,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            unclear=unclear,
            vendor=vendor,
        )
        return await self._record(corrected)

    async def remove_expense(self, expense: str, why: str) -> str:
        removed = ExpenseRemoved(
            expense=expense,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            why=why,
        )
        return await self._record(removed)

    async def promise(self, by: str, to: str, what: str, quote: str, due: date | None) -> str:
        told = CommitmentTold(
            promised_by=by,
            to=to,
            due=due,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            what=what,
            quote=quote,
        )
        return await self._record(told, about=to if by == US else by)

    async def settle_promise(self, commitment: str, verb: str, due: date | None, why: str) -> str:
        known = await self._app.views.get(Commitment, commitment)
        ordered = CommitmentOrdered(
            commitment=commitment,
            verb=verb,
            due=due,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            why=why,
        )
        return await self._record(ordered, about=known.contact if known else "")

    async def undo(self, target: str, reason: str = "") -> str:
        return await self._record(
            UndoOrdered(
                target=target,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
                reason=reason,
            ),
            about=target,
        )

    async def report_work(self, case: str, work: int, on: date | None) -> str:
        return await self._record(
            WorkReported(
                target=case,
                work=work,
                on=on,
                operator=self._operator,
                channel=self._channel,
                by=self._by,
            ),
            about=case,
        )

    async def context(self, case: Case, part: Part) -> WorkingContext:
        # The planner takes a second to load, and who only looks does without it.
        from bot.work.next_context import next_context  # noqa: PLC0415

        return await next_context(self._app, case, part)

    async def remember(self, statement: Statement) -> str:
        key = self._unique()
        knowledge = short_id("kno", key)
        event = KnowledgeStated(
            knowledge=knowledge,
            kind=statement.kind,
            subject=statement.subject,
            topic=statement.topic or f"{statement.kind.value}:{knowledge}",
            value=statement.value,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            valid_from=statement.valid_from,
            valid_to=statement.valid_to,
            text=statement.text,
            quote=statement.quote,
        )
        await self._once(event, await self._person_behind(statement.subject), key)
        return knowledge

    async def correct(self, knowledge: str, statement: Statement) -> str:
        key = self._unique()
        corrected = short_id("kno", key)
        event = KnowledgeCorrected(
            knowledge=corrected,
            replaces=knowledge,
            value=statement.value,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            valid_from=statement.valid_from,
            valid_to=statement.valid_to,
            text=statement.text,
            quote=statement.quote,
        )
        await self._once(event, await self._person_behind(statement.subject), key)
        return corrected

    async def forget(self, knowledge: str, quote: str) -> str:
        known = await self.views.get(Knowledge, knowledge)
        event = KnowledgeForgotten(
            knowledge=knowledge,
            operator=self._operator,
            channel=self._channel,
            by=self._by,
            quote=quote,
        )
        person = await self._person_behind(known.subject) if known else ""
        return await self._once(event, person)

    async def recollect(self, question: Recollecting) -> Memories:
        # Who only looks at facts does without the store and its embedder.
        from bot.work.recollecting import recollected  # noqa: PLC0415

        return await recollected(self._app, self._hosting.memory(), question)

    async def replay(self, case: str) -> ReplayReport:
        replayer = self._app.replayer
        started = time.perf_counter()
        report = await replayer.replay(case)
        facts = await self._app.ledger.case(case)
        differing = () if report.identical else (Divergence(case, report.first_difference),)
        return ReplayReport(
            case=case,
            deliveries=report.deliveries,
            facts=len(facts),
            milliseconds=_milliseconds(started),
            divergences=differing,
            erased=report.erased,
        )

    async def suppose(self, case: str, *, rules: Path | None = None, model: str = "") -> Supposed:
        # The planner takes a second to load, and what only looks at a folder does without it.
        from bot.rehearsal.replaying import supposed  # noqa: PLC0415

        return await supposed(self._app, case, rules=rules, model=model)

    async def as_of(self, moment: datetime) -> Past:
        return await as_of(self._app.ledger, moment)

    async def whatif(self, rules: Path, since: datetime) -> Trial:
        trying = await asyncio.to_thread(Policies.trying, rules, self._app.folder.policies)
        return await on_trial(self._app.ledger, trying, since)

    async def first_moment(self) -> datetime | None:
        return await first_moment(self._app.ledger)

    async def verify(self, anchors: str = "") -> VerifyReport:
        started = time.perf_counter()
        known = anchors_from(anchors) if anchors else ()
        ledger = self._app.ledger
        try:
            found = await check_anchors(ledger, self._app.keys, known)
        except ChainBroken as broken:
            return broken_report(broken)
        return VerifyReport(
            facts=found.head.seq,
            head=found.head.hash.hex(),
            milliseconds=_milliseconds(started),
            anchors=len(known),
            anchored_on=found.newest.day.isoformat() if found.newest else "",
        )

    @overload
    async def erasure(self, whom: Contact) -> ErasurePlan: ...

    @overload
    async def erasure(self, whom: str) -> ErasurePlan | None: ...

    async def erasure(self, whom: Contact | str) -> ErasurePlan | None:
        if isinstance(whom, Contact):
            return await plan_erasure(self._app, whom)
        return await plan_for_address(self._app, whom)

    async def erase(self, plan: ErasurePlan) -> str:
        await self._as_owner()
        ordered = await order_erasure(
            self._app,
            plan.contacts,
            plan.persons,
            by=self._operator,
            channel=self._channel,
            identity=self._by,
        )
        return ordered.id

    async def anchor(self) -> str:
        return (await anchor_now(self._app)).line

    async def glance(self) -> VerifyReport:
        """Only what opening the ledger has found out. For a frequent look."""
        try:
            await self._app.ledger.writable()
        except ChainBroken as broken:
            return broken_report(broken)
        head = await self._app.ledger.head()
        return VerifyReport(facts=head.seq, head=head.hash.hex())

    async def worker(self) -> str:
        return self._hosting.worker()

    async def settle(self, seconds: float) -> bool:
        return await self._hosting.settle(seconds)

    async def head(self) -> int:
        return (await self._app.ledger.head()).seq

    async def news(self, after: int, seconds: float) -> Sequence[Fact]:
        """Facts after `after`; waits up to `seconds` for the first."""
        waited = 0.0
        while not (found := [fact async for fact in self._app.ledger.facts(after)]):
            if waited >= seconds:
                return ()
            await self._app.clock.sleep(LOOK_EVERY_S)
            waited += LOOK_EVERY_S
        return found

    async def _record(self, event: Event, *, about: str = "") -> str:
        """Each tap and sentence is a fact of its own, also when it says the same again.

        Words about a case are sealed under the key of whom it is with, and erased with them.
        """
        person = await self._person_behind(about) if about else ""
        return await self._once(event, person)

    async def _once(self, event: Event, person: str, key: str = "") -> str:
        key = key or self._unique()
        if not self._cause and not self._said:
            return (await self._app.intake.once(event, key, person=person)).fact.id
        try:
            taken = await self._app.intake.once(event, key, person=person, cause=self._cause)
        except KeyConflict as said:  # before a crash, and what it is about has moved on since
            return said.existing
        return taken.fact.id

    def _unique(self) -> str:
        """The key of the next thing that is said here."""
        if said := self._cause or self._said:
            return said_key(said, next(self._ordinals))
        return f"{self._channel}:{self._app.chance(_KEY_BYTES).hex()}"

    async def _person_behind(self, about: str) -> str:
        """Whom that is, or is with, which words are about; "" where nobody is left to protect."""
        views = self._app.views
        asked = (
            await views.get(Approval, about)
            or await views.get(Question, about)
            or await views.get(Action, about)
        )
        case = await views.get(Case, asked.case if asked else about)
        contact = await views.get(Contact, case.contact if case else about)
        person = contact.persons[0] if contact and contact.persons else ""
        return "" if self._app.keys.is_forgotten(person) else person


def said_key(received: str, ordinal: int) -> str:
    """The key of the `ordinal`-th fact that a person said by what came in (a fact's id)."""
    return f"said:{received}:{ordinal}"


def broken_report(broken: ChainBroken) -> VerifyReport:
    """What to tell of a chain that does not hold."""
    return VerifyReport(facts=broken.seq, head="", broken=broken.cause, remedy=broken.remedy)


def _refused(status: Loaded | Refused) -> tuple[str, ...]:
    match status:
        case Loaded():
            return ()
        case Refused():
            return (f"{status.file}:{status.line}: {status.reason}",)


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
