"""The door from outside: what comes in becomes a fact on the desk, once, before anything reacts.

The key of each fact derives from what came in, so the same mail, file, tap or alarm a second
time is the same fact, and the caller is told so.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bot.documents.arriving import Handed, Reader, document_received, orders_of
from bot.sorting import Sorting, aside
from connectors.documents.apart import ReadsApart
from connectors.documents.reading import Reading
from connectors.mail.authentication import NONE
from connectors.mail.contents import AttachmentBytes
from connectors.mail.mbox import is_mbox, read_mbox
from connectors.mail.parse import (
    ParsedMail,
    mail_received,
    mail_unreadable,
    operator_wrote,
    read_mail,
)
from connectors.mail.text import one_line
from connectors.payments.detect import payment_kind, read_payments
from ledger.domain.company import Receiving
from ledger.domain.entities import Alarm, Payment
from ledger.domain.errors import InputUnreadable, KeyConflict
from ledger.domain.events import (
    AlarmRang,
    CompanyConfigured,
    Event,
    ExpiriesMissed,
    MailReceived,
    MailSetAside,
    PaymentReceived,
    PolicyLoaded,
    PolicyRefused,
    PriceChange,
    PricesChanged,
)
from ledger.domain.facts import Appended, Draft, Fact, short_id
from ledger.domain.messages import QUIET
from ledger.domain.order_numbers import order_numbers_on
from ledger.domain.reading import Blobs
from ledger.domain.same_entry import STATEMENTS, Likeness, likeness, moved_key
from ledger.domain.values import DESK, canonical
from ledger.seal import Keys, PersonForgotten
from ledger.store import Ledger, Tx
from ledger.views import ReadViews, at

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that is read at once; only an mbox may be larger."""

_MAIL_SUFFIXES = frozenset({".eml", ".mbox", ".mbx"})
_PAYMENT_SUFFIXES = frozenset({".json", ".xml", ".csv", ".sta", ".mt940", ".940", ".swi"})
_ROW = re.compile(rb"[;,\t][^\r\n]*[;,\t]")
"""At least three cells in a row."""

_FOREIGN = re.compile(rb"%PDF|PK\x03\x04|\xd0\xcf\x11\xe0")
"""Kinds of files that the reader of payments knows by name."""

_BROUGHT_BACK = "You said that it was a lead."

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")


class Taken(Struct, frozen=True, kw_only=True):
    """What intake did with one thing. `new` is False where it was a fact already."""

    what: str
    fact: Fact
    new: bool


class Intake:
    """Records what comes from outside. Every process may have one; it never reacts."""

    def __init__(
        self,
        ledger: Ledger,
        blobs: Blobs,
        keys: Keys,
        receiving: Receiving | None = None,
        reader: Reader | None = None,
    ) -> None:
        """`receiving`: whose word about the senders of mail counts; None: nobody's. `reader` reads
        what hangs on a mail; None: one in a process of its own."""
        self._ledger = ledger
        self._reader = reader or ReadsApart()
        self._blobs = blobs
        self._keys = keys
        self._receiving = receiving or Receiving()
        self._sorting = Sorting(ReadViews(ledger), keys.person)

    async def file(self, path: Path) -> list[Taken]:
        """Take a file in, by its content: mail or payments (JSON, CAMT.053, MT940, CSV).

        Raises `InputUnreadable` naming the file, what is wrong and what to do; what came
        before the bad part of an mbox stays taken.
        """
        head = await asyncio.to_thread(_head, path)
        if is_mbox(head) and path.suffix.lower() != ".eml":
            return [await self.mail(raw, path.name) for raw in read_mbox(path)]
        raw = await asyncio.to_thread(_whole, path)
        if _looks_like_mail(path, raw):
            return [await self.mail(raw, path.name)]
        _refuse_unknown(path, raw)
        return await self.payments(path.name, raw)

    async def mail(self, raw: bytes, source: str) -> Taken:
        """Take one mail in. One that cannot be read is kept too, as `MailUnreadable`.

        Of one that has nothing to do with the business only a hash is kept, as `MailSetAside`;
        `source` says where it lies.
        """
        try:
            mail = await asyncio.to_thread(self._parsed, raw)
        except InputUnreadable as error:
            await self._blobs.put(raw)
            return await self._record(
                mail_unreadable(raw, source, error), f"mail:{_digest(raw)}", what="mail"
            )
        try:
            return await self._mail(raw, mail, source)
        except PersonForgotten:
            # Erased in this moment: they are somebody new now.
            return await self._mail(raw, mail, source)

    async def own_mail(self, raw: bytes) -> Taken | None:
        """Take a mail of the operator's own in; None for one that has nothing to do with the
        business, and for what Coo sent itself: of those nothing is kept.

        Only what lies where nobody but the operator can put it may come this way: what he says
        counts. Raises `InputUnreadable`.
        """
        mail = await asyncio.to_thread(self._parsed, raw)
        key = f"own-mail:{mail.raw_sha256}"
        known = await self._ledger.by_key(key)
        if known is not None:
            return Taken(what="mail", fact=known, new=False)
        if mail.automatic or not await self._sorting.concerns(mail):
            return None
        try:
            return await self._own_mail(raw, mail, key)
        except PersonForgotten:
            return await self._own_mail(raw, mail, key)

    async def _own_mail(self, raw: bytes, mail: ParsedMail, key: str) -> Taken:
        person = self._keys.person(mail.recipient) if mail.recipient else ""
        await self._blobs.put(raw, person=person)
        return await self._record(operator_wrote(mail), key, what="mail", person=person)

    async def lead(self, raw: bytes, message: str) -> Taken:
        """Take in what was left unread: the operator says of `message` (a fact) that it is a lead.

        Raises `InputUnreadable`.
        """
        mail = await asyncio.to_thread(self._parsed, raw)
        event = replace(
            mail_received(mail), automatic="", brings_back=message, lesson=_BROUGHT_BACK
        )
        return await self._read(raw, mail, event, f"mail:{mail.raw_sha256}:lead")

    def _parsed(self, raw: bytes) -> ParsedMail:
        """The mail, and what is known of its sender; that nothing is counts only where it should.

        Raises `InputUnreadable`.
        """
        mail = read_mail(raw, server=self._receiving.authserv_id)
        silent = mail.authentication == NONE and not self._receiving.ask_unauthenticated
        return replace(mail, authentication="") if silent else mail

    async def _mail(self, raw: bytes, mail: ParsedMail, source: str) -> Taken:
        key = f"mail:{mail.raw_sha256}"
        known = await self._ledger.by_key(key)
        if known is not None and (known.erased or isinstance(known.event, MailSetAside)):
            # Its bytes once more must not bring back what was erased, or was never kept.
            return Taken(what="mail", fact=known, new=False)
        event = mail_received(mail)
        if known is None:
            found = await self._sorting.sort(mail)
            if found.aside:
                return await self._record(aside(mail, found, source), key, what="mail")
            if found.wanted and mail.automatic.startswith(QUIET):
                event = replace(event, automatic="", lesson=found.lesson)
        return await self._read(raw, mail, event, key)

    async def _read(self, raw: bytes, mail: ParsedMail, event: MailReceived, key: str) -> Taken:
        person = self._keys.person(mail.sender) if mail.sender else ""
        await self._keep(raw, mail, person)
        known = await self._ledger.by_key(key)
        if known is not None:
            # The same bytes, perhaps read otherwise by an earlier version: that reading stands.
            return Taken(what="mail", fact=known, new=False)
        read = await self._reader.read(mail.attachments)
        files = tuple(zip(mail.attachments, read, strict=True))
        event = replace(event, orders=orders_of(mail, files))
        draft = Draft(case=DESK, event=event, key=key, by="intake", person=person)
        try:
            return await self._ledger.transact(lambda tx: _with_documents(tx, draft, files))
        except KeyConflict as conflict:  # another process was faster
            return Taken(what="mail", fact=await self._ledger.fact(conflict.existing), new=False)

    async def document(self, path: Path, handed: Handed) -> Taken:
        """Take in a file that the operator hands in for a case, whatever kind it is.

        Raises `InputUnreadable` where it cannot be read from the disk.
        """
        raw = await asyncio.to_thread(_whole, path)
        file = AttachmentBytes(one_line(handed.name or path.name), _media_type(path), raw)
        key = f"document:{handed.case}:{_digest(raw)}"
        await self._blobs.put(raw, person=handed.person)
        known = await self._ledger.by_key(key)
        if known is not None:
            return Taken(what="document", fact=known, new=False)
        [found] = await self._reader.read([file])
        event = document_received(short_id("doc", key), file, found)
        orders = order_numbers_on(file.name, found.text, paged=bool(found.pages))
        event = replace(
            event,
            about=handed.case,
            operator=handed.operator,
            channel=handed.channel,
            by=handed.by,
            orders=orders,
        )
        try:
            return await self._record(event, key, what="document", person=handed.person)
        except KeyConflict as conflict:  # another process was faster
            return Taken(
                what="document", fact=await self._ledger.fact(conflict.existing), new=False
            )

    async def payments(self, name: str, raw: bytes) -> list[Taken]:
        """Take a statement or a list of payments in, each entry once.

        An entry that another kind of statement brought already is that payment; where it only
        looks like it, a person is asked. Raises `InputUnreadable` where an entry was taken in
        before with another amount or day; all other entries are taken.
        """
        events = await asyncio.to_thread(read_payments, name, raw)
        taken: list[Taken] = []
        differing = []
        for event in events:
            try:
                taken.append(await self._payment(event, {one.fact.id for one in taken}))
            except KeyConflict:
                differing.append(event.payment)
        if differing:
            raise _differs(name, differing, len(taken))
        return taken

    async def payment(self, event: PaymentReceived) -> Taken:
        """Take in a payment that a provider told of; told again in other words it is the same.

        Raises `KeyConflict` where it was another amount or day before.
        """
        return await self._payment(event, ())

    async def alarm(self, alarm: Alarm) -> Taken:
        """Record that an alarm's time has come."""
        event = AlarmRang(alarm=alarm.id, case=alarm.case, due=alarm.due)
        return await self._record(event, f"rang:{alarm.id}", what="alarm")

    async def missed(self, alarms: Sequence[Alarm], approvals: Sequence[str]) -> Taken:
        """Record that these alarms' time, the end of these approvals, passed unseen."""
        event = ExpiriesMissed(
            alarms=tuple(alarm.id for alarm in alarms),
            approvals=tuple(approvals),
            since=min(alarm.due for alarm in alarms),
        )
        return await self._record(event, f"missed:{_digest(canonical(event))}", what="alarms")

    async def once(self, event: Event, key: str, *, person: str = "", cause: str = "") -> Taken:
        """Record something under a key that the caller knows to be unique.

        `person` (a pseudonym) is whose key seals it; without one it is the company's. `cause` is
        the fact that it follows from.
        """
        what = type(event).__name__
        return await self._record(event, key, what=what, person=person, cause=cause)

    async def configured(
        self,
        event: CompanyConfigured | PolicyLoaded | PolicyRefused,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        """Record how the company is set up now, unless that was the last thing said of it.

        A changed price is a fact of its own, for the desk; `titles` name the items.
        """
        await self._ledger.transact(lambda tx: _configured(tx, event, titles or {}))

    async def _payment(self, event: PaymentReceived, paired: Collection[str]) -> Taken:
        """`paired`: the facts that entries of this very file stand for already."""
        payer = event.payer_account or event.payer
        person = self._keys.person(f"payer:{payer}") if payer else ""
        draft = Draft(
            case=DESK, event=event, key=f"payment:{event.payment}", by="intake", person=person
        )
        try:
            fact, new = await self._ledger.transact(lambda tx: _entered(tx, draft, event, paired))
            return Taken(what="payment", fact=fact, new=new)
        except KeyConflict as conflict:
            known = await self._ledger.fact(conflict.existing)
            if not _same_entry(known.event, event):
                raise
            return Taken(what="payment", fact=known, new=False)

    async def _keep(self, raw: bytes, mail: ParsedMail, person: str) -> None:
        for data in (raw, *(attachment.data for attachment in mail.attachments)):
            await self._blobs.put(data, person=person)

    async def _record(
        self, event: Event, key: str, *, what: str, person: str = "", cause: str = ""
    ) -> Taken:
        draft = Draft(case=DESK, event=event, key=key, by="intake", person=person, cause=cause)
        appended: Appended = await self._ledger.append([draft])
        return Taken(what=what, fact=appended.facts[0], new=appended.new > 0)


def _differs(name: str, payments: list[str], others: int) -> InputUnreadable:
    shown = ", ".join(repr(each) for each in payments[:5])
    more = f" and {len(payments) - 5} more" if len(payments) > 5 else ""  # noqa: PLR2004  # as shown
    return InputUnreadable(
        f"{name!r} has {shown}{more} with another amount or day than when it was taken in before.",
        f"Compare both files with your bank statement; what was recorded first stays. "
        f"Its other entries ({others}) are taken in.",
    )


def _same_entry(known: Event, event: PaymentReceived) -> bool:
    """The same entry of the account in another file: a statement names less or more of it."""
    if not isinstance(known, PaymentReceived):
        return False
    return (known.amount, known.booked_on) == (event.amount, event.booked_on)


def _with_documents(
    tx: Tx, draft: Draft, files: Sequence[tuple[AttachmentBytes, Reading]]
) -> Taken:
    """The mail and what hung on it: all of it, or none."""
    appended = tx.append([draft])
    mail = appended.facts[0]
    if appended.new:
        tx.append([_document(mail, n, file, found) for n, (file, found) in enumerate(files)])
    return Taken(what="mail", fact=mail, new=appended.new > 0)


def _document(mail: Fact, n: int, file: AttachmentBytes, found: Reading) -> Draft:
    event = document_received(short_id("doc", mail.key, n), file, found)
    return Draft(
        case=DESK,
        event=replace(event, of=mail.id),
        key=f"{mail.key}:document:{n}",
        by="intake",
        cause=mail.id,
        person=mail.person,
    )


def _entered(
    tx: Tx, draft: Draft, event: PaymentReceived, paired: Collection[str]
) -> tuple[Fact, bool]:
    """The payment's fact and whether it is new. Looked up and recorded in one transaction, so
    that two statements that come in side by side find each other."""
    if tx.by_key(draft.key) is None:
        for known in _elsewhere(tx, event):
            if known.fact in paired:
                continue
            match likeness(known.reference, event.reference):
                case Likeness.SAME:
                    return tx.fact(known.fact), False
                case Likeness.PERHAPS:
                    draft = replace(draft, event=replace(event, resembles=known.id))
                    break
                case Likeness.OTHER:
                    pass
    appended = tx.append([draft])
    return appended.facts[0], appended.new > 0


def _elsewhere(tx: Tx, event: PaymentReceived) -> list[Payment]:
    """Payments of this amount and day that another kind of statement brought; alike ones first."""
    key = moved_key(event.amount, event.booked_on)
    found = at(tx.connection, tx.company).find(Payment, key)
    kinds = STATEMENTS - {event.source} if event.source in STATEMENTS else frozenset()
    other = [one for one in found if one.source in kinds]
    same = {one.id: likeness(one.reference, event.reference) is Likeness.SAME for one in other}
    return sorted(other, key=lambda one: (not same[one.id], one.id))


def _configured(tx: Tx, event: Event, titles: Mapping[str, str]) -> None:
    """Settings are numbered by kind, so that a change back to an earlier state is told too."""
    kind = "company" if isinstance(event, CompanyConfigured) else "rules"
    n, last = 1, None
    while (known := tx.by_key(f"{kind}:{n}")) is not None:
        last, n = known.event, n + 1
    if last == event:
        return
    said = [Draft(case=DESK, event=event, key=f"{kind}:{n}", by="intake")]
    changes = _repriced(last, event, titles)
    if changes:
        changed = PricesChanged(changes=changes)
        said.append(Draft(case=DESK, event=changed, key=f"prices:{n}", by="intake"))
    tx.append(said)


def _repriced(last: Event | None, now: Event, titles: Mapping[str, str]) -> tuple[PriceChange, ...]:
    """What costs something else than before; an item that is new or gone is no change."""
    if not isinstance(last, CompanyConfigured) or not isinstance(now, CompanyConfigured):
        return ()
    before = {one.item: one.price for one in last.prices}
    return tuple(
        PriceChange(one.item, titles.get(one.item, one.item), before[one.item], one.price)
        for one in now.prices
        if before.get(one.item, one.price) != one.price
    )


def _media_type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _head(path: Path) -> bytes:
    return _read(path, 4_096)


def _whole(path: Path) -> bytes:
    """The bytes of a file. Raises `InputUnreadable` where it is too large or cannot be read."""
    raw = _read(path, LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise InputUnreadable(
            f"{path.name!r} is larger than {LARGEST_FILE // 1024 // 1024} MB.",
            "Split it, or hand in the mails one by one; nothing of it was taken.",
        )
    return raw


def _read(path: Path, most: int) -> bytes:
    if path.is_dir():
        raise InputUnreadable(
            f"{str(path)!r} is a folder; nothing of it was taken.",
            f"Name the files in it, for instance `coo ingest {path}/*`.",
        )
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise InputUnreadable(
            f"{str(path)!r} cannot be read: {error.strerror or error}.",
            "Check the name and that you may read it; nothing was taken.",
        ) from error


def _looks_like_mail(path: Path, raw: bytes) -> bool:
    """By its name, else by a header line at its start."""
    if path.suffix.lower() in _MAIL_SUFFIXES:
        return True
    return path.suffix.lower() not in _PAYMENT_SUFFIXES and bool(_HEADER.match(raw.lstrip()))


def _refuse_unknown(path: Path, raw: bytes) -> None:
    """Raises `InputUnreadable` for what does not even begin like a list of payments."""
    named = path.suffix.lower() in _PAYMENT_SUFFIXES
    if named or not raw.strip() or payment_kind(raw) != "csv":
        return
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if _FOREIGN.match(raw) or (_ROW.search(raw[:10_000]) and (wide or b"\0" not in raw[:10_000])):
        return
    raise InputUnreadable(
        f"{path.name!r} is neither a mail nor a list of payments; nothing of it was taken.",
        "Hand in mail as .eml or mbox, and payments as JSON, CAMT.053 (XML), MT940 or CSV.",
    )


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
