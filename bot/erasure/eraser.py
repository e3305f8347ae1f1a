"""The eraser: a subscriber that destroys a person's keys and every copy of what they sealed.

Each step may be done again, and none of it is told before all of it is done: after a crash in
the middle the order is delivered again, and the rest is done. Copies that others hold while they
are at work (a thread of the planner, an episode) go with `CaseErased`, which reaches each of them
in order, after whatever they were doing.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bot import texts
from bot.erasure.kept_documents import (
    RETENTION,
    Document,
    documents_of,
    end_of,
    keep,
    kept_fact,
    remove,
    restore,
)
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Alarm,
    Case,
    Contact,
    Failure,
    Question,
)
from ledger.domain.errors import BlobMissing, KeyConflict, UnknownFact
from ledger.domain.events import (
    AlarmRang,
    AlarmSet,
    ApprovalSuperseded,
    CaseClosed,
    CaseErased,
    DocumentKept,
    ErasureOrdered,
    Event,
    FailureCleared,
    PersonErased,
    QuestionWithdrawn,
    RetentionEnded,
    Told,
)
from ledger.domain.events.erasure import ERASER
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, short_id
from ledger.domain.identity import Identity, identity
from ledger.domain.pairing import Role
from ledger.domain.speakers import role_now
from ledger.domain.values import DESK
from ledger.erasure import keep_tombstones, mails_of, tombstones
from memory.embeddings import forget_texts
from memory.local.generations import EMBEDDINGS

if TYPE_CHECKING:
    from bot.opening import App

_OPEN: Final = frozenset(
    {
        ActionStatus.PROPOSED,
        ActionStatus.ASKING,
        ActionStatus.ALLOWED,
        ActionStatus.WITHHELD,
        ActionStatus.FAILED,
        ActionStatus.EXPIRED,
    }
)
"""Actions that could still run, or be wanted again."""

_ENDS: Final = "keep-"


class Threads(Protocol):
    """Where the planner keeps the threads of cases."""

    async def erase(self, threads: Sequence[str]) -> None:
        """Forget whole threads, and leave nothing of them on disk."""
        ...


class Episodes(Protocol):
    """Where memory keeps episodes."""

    async def forget(self, person: str) -> int:
        """Remove every episode of a person."""
        ...


class Eraser:
    """Implements `Subscriber`, on the desk."""

    def __init__(self, app: App, threads: Threads, episodes: Episodes) -> None:
        self._app = app
        self._threads = threads
        self._episodes = episodes

    @property
    def name(self) -> str:
        return ERASER

    def wants(self, fact: Fact) -> bool:
        """An order to erase, and the end of a retention."""
        if fact.case != DESK:
            return False
        match fact.event:
            case ErasureOrdered():
                return True
            case AlarmRang(alarm=alarm):
                return alarm.startswith(_ENDS)
            case _:
                return False

    async def handle(self, delivery: Delivery) -> Reaction:
        """Erase, then say so."""
        match delivery.fact.event:
            case ErasureOrdered() as order if not await self._may(order):
                refused = Told(topic="role", text=texts.ERASE_NOT_ALLOWED)
                return Reaction(drafts=(_says(DESK, refused),))
            case ErasureOrdered() as order:
                return Reaction(drafts=tuple(await self._erased(order)))
            case AlarmRang() as rang:
                return Reaction(drafts=tuple(await self._ended(rang)))
            case _:
                return Reaction()

    async def _may(self, order: ErasureOrdered) -> bool:
        """Whether a chat's order is an owner's at this moment; the machine's always is."""
        if not order.by:
            return True
        role = await role_now(self._app.views, order.by, order.channel)
        return role is not None and role.may(Role.OWNER)

    # --- erasing ----------------------------------------------------------------------------------

    async def _erased(self, order: ErasureOrdered) -> list[Draft]:
        app = self._app
        cases = await self._cases(order)
        kept, mails = await self._set_apart(order)
        await asyncio.to_thread(
            keep_tombstones, app.folder.root, order.persons, app.clock.now().date()
        )
        await asyncio.to_thread(app.keys.forget, *order.persons)
        documents = await app.blobs.erase(order.persons)
        await asyncio.to_thread(_unlink, mails)
        await asyncio.to_thread(_empty, app.folder.pictures)
        await asyncio.to_thread(_take_back, app.folder.exports, [case.number for case in cases])
        await app.ledger.refold()
        await self._threads.erase([f"{app.company.id}/{case.id}" for case in cases])
        embedded = app.folder.memory.with_name(EMBEDDINGS)
        for person in order.persons:
            await self._episodes.forget(person)
            await forget_texts(embedded, (), person)  # whatever memory is searched with now
        done = PersonErased(
            erasure=order.erasure,
            persons=order.persons,
            contacts=order.contacts,
            mails=len(mails),
            documents=documents,
            kept=tuple(each.number for each in kept),
        )
        ended = [draft for case in cases for draft in await self._end_case(order, case)]
        return [_says(DESK, done), *_retentions(kept), *ended]

    async def _set_apart(self, order: ErasureOrdered) -> tuple[list[DocumentKept], Sequence[Path]]:
        """Keep what the law keeps, remove what it does not; which mails are to go."""
        app = self._app
        years, today = app.company.retention_years, app.clock.now().date()
        found = await asyncio.to_thread(
            documents_of, app.folder.invoices, app.keys, order.contacts, order.persons
        )
        kept: list[DocumentKept] = []
        for document in found:
            if document.kept_until(years) < today:
                await asyncio.to_thread(remove, app.folder.invoices, _names(document))
            else:
                kept.append(await keep(document, years, app.blobs, app.keys))
        maildirs = app.folder.root / "mail"
        return kept, await asyncio.to_thread(mails_of, maildirs, app.keys, order.persons)

    async def _cases(self, order: ErasureOrdered) -> Sequence[Case]:
        views = self._app.views
        return [
            case
            for contact in order.contacts
            for case in await views.find(Case, f"contact:{contact}")
        ]

    async def _end_case(self, order: ErasureOrdered, case: Case) -> list[Draft]:
        """What waits in a case of theirs ends; whoever works on it drops what they know."""
        views = self._app.views
        actions = await views.all(Action, case=case.id)
        questions = await views.all(Question, case=case.id)
        failures = await views.all(Failure, case=case.id)
        ends: list[Event] = [
            *(_superseded(each) for each in actions if each.status in _OPEN),
            *(
                QuestionWithdrawn(question=each.id, why=texts.ERASED_ENDS)
                for each in questions
                if each.status == "open"
            ),
            *(
                FailureCleared(failure=each.id, how=texts.ERASED_ENDS)
                for each in failures
                if not each.cleared
            ),
            *([] if case.closed else [CaseClosed(outcome="erased")]),
            CaseErased(erasure=order.erasure, persons=order.persons),
        ]
        return [_says(case.id, event) for event in ends]

    # --- what was kept ----------------------------------------------------------------------------

    async def _ended(self, rang: AlarmRang) -> list[Draft]:
        """The law keeps a document no longer."""
        alarm = await self._app.views.get(Alarm, rang.alarm)
        kept = await self._kept(alarm) if alarm else None
        if kept is None:
            return []
        app = self._app
        await asyncio.to_thread(
            keep_tombstones, app.folder.root, [kept.key], app.clock.now().date()
        )
        await asyncio.to_thread(app.keys.forget, kept.key)
        await app.blobs.erase([kept.key])
        files = await asyncio.to_thread(remove, app.folder.invoices, kept.files)
        ended = RetentionEnded(document=kept.document, number=kept.number, files=files)
        return [_says(DESK, ended)]

    async def _kept(self, alarm: Alarm) -> DocumentKept | None:
        if not alarm.purpose.startswith(RETENTION):
            return None
        try:
            fact = await self._app.ledger.fact(kept_fact(alarm.purpose.removeprefix(RETENTION)))
        except UnknownFact:
            return None
        return fact.event if isinstance(fact.event, DocumentKept) else None

    # --- at a start -------------------------------------------------------------------------------

    async def set_right(self) -> None:
        """At a start: who came back with an older backup goes again, lost kept files come back."""
        await self._erase_again()
        for alarm in await self._app.views.find(Alarm, "waiting"):
            kept = await self._kept(alarm)
            if kept is not None:
                await self._restored(kept)

    async def _restored(self, kept: DocumentKept) -> None:
        try:
            await restore(self._app.folder.invoices, kept, self._app.blobs)
        except BlobMissing:
            return  # the store is incomplete; `doctor` and the facts say what there should be

    async def _erase_again(self) -> None:
        app = self._app
        rest: list[str] = []
        for person in sorted(await asyncio.to_thread(tombstones, app.folder.root)):
            contacts = await app.views.find(Contact, f"person:{person}")
            for contact in contacts:
                if not contact.erased:
                    whole = await identity(app.views, contact.id) or Identity((contact,))
                    await order_erasure(app, whole.ids, whole.persons, by="coo", channel="start")
            if not contacts and not app.keys.is_forgotten(person):
                rest.append(person)
        if rest:
            await order_erasure(app, (), rest, by="coo", channel="start")


async def order_erasure(
    app: App,
    contacts: Sequence[str],
    persons: Sequence[str],
    *,
    by: str,
    channel: str,
    identity: str = "",
) -> Fact:
    """Record the order. Asked for twice before it is carried out, it is one order."""
    erasure = short_id("era", *contacts, *persons)
    event = ErasureOrdered(
        erasure=erasure,
        contacts=tuple(contacts),
        persons=tuple(persons),
        operator=by,
        channel=channel,
        by=identity,
    )
    try:
        return (await app.intake.once(event, f"erase:{erasure}")).fact
    except KeyConflict as ordered:  # by somebody else, or in another channel
        return await app.ledger.fact(ordered.existing)


def _superseded(action: Action) -> ApprovalSuperseded:
    return ApprovalSuperseded(approval=action.approval, action=action.id, why=texts.ERASED_ENDS)


def _retentions(kept: Sequence[DocumentKept]) -> Iterator[Draft]:
    """What is kept, each with the alarm that ends it."""
    for each in kept:
        yield _says(DESK, each, key=f"kept:{each.document}", name=kept_fact(each.document))
        alarm = f"{_ENDS}{each.document}"
        purpose = f"{RETENTION}{each.document}"
        yield _says(DESK, AlarmSet(alarm=alarm, due=end_of(each), purpose=purpose), key=alarm)


def _names(document: Document) -> list[str]:
    return [path.name for path in document.files]


def _empty(folder: Path) -> None:
    """Pictures show names, and whose they are is not on record; all of them can be drawn again."""
    if folder.is_dir():
        _unlink(list(folder.iterdir()))


def _take_back(exports: Path, cases: Sequence[int]) -> None:
    """Evidence of their cases, and books, which name every customer: made again, without them."""
    for number in cases:
        shutil.rmtree(exports / f"evidence-{number}", ignore_errors=True)
    _unlink(list(exports.glob("books-*.zip")))


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _says(case: str, event: Event, *, key: str = "", name: str = "") -> Draft:
    return Draft(case=case, event=event, key=key, by=ERASER, id=name)
