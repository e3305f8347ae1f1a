"""`coo backup` and `coo restore`: the data folder as one file, and back.

A copy that was restored is put in place stopped: nothing leaves it before its operator has
compared it with the world and taken over.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bot import texts
from bot.clock import SystemClock
from bot.company.file import load_company
from bot.folder import Folder
from bot.settings import Secret, Settings
from ledger.archive.age import WORK
from ledger.archive.backup import Made, back_up
from ledger.archive.export import Exporting
from ledger.archive.importing import head_of
from ledger.archive.importing import unpack as unpack_export
from ledger.archive.manifest import TOMBSTONES
from ledger.archive.restore import arriving, check, put_in_place, unpack
from ledger.archive.stored import check_documents
from ledger.domain.errors import SettingsInvalid
from ledger.domain.events import BackedUp, CopyRestored
from ledger.domain.facts import Draft, Fact
from ledger.domain.look import BACKUPS
from ledger.domain.reading import Clock
from ledger.domain.values import DESK
from ledger.erasure import apply_tombstones, read_tombstones, tombstones
from ledger.reads import Reads
from ledger.seal import Keys
from ledger.store import Head, Ledger, Tx
from ledger.views import InlineViews

if TYPE_CHECKING:
    from bot.opening import App

BACKUP: Final = "backup"
EXPORT: Final = "export"


class Arrived(Struct, frozen=True, kw_only=True):
    """A copy that was put in place. `forgotten`: how many erased persons it had still known."""

    folder: Path
    company: str
    facts: int
    head: str
    forgotten: int = 0


def backed_up(settings: Settings, path: Path, passphrase: Secret, *, work: int = WORK) -> Made:
    """Write a backup of the data folder. It may be in use meanwhile."""
    if settings.database is not None:
        raise SettingsInvalid(*texts.NO_COPY_OF_DATABASE.put())
    folder = Folder(settings.data, settings.mail)
    company = load_company(folder.company)
    return back_up(
        folder.root,
        path,
        company=company.id,
        passphrase=passphrase.reveal(),
        at=SystemClock().now(),
        work=work,
    )


async def restored(
    target: Path,
    path: Path,
    passphrase: Secret,
    *,
    erased: Path | None = None,
    clock: Clock | None = None,
) -> Arrived:
    """Check a backup whole and put it at `target`, stopped. What fails leaves `target` alone.

    `erased` is a list of tombstones: who stands there is erased from the copy as well. A list
    that lies beside the backup is found by itself.
    """
    with arriving(target, f"A copy in {target.name!r}") as folder:
        manifest = unpack(path, folder, passphrase.reveal())
        check(folder, manifest, path)
        forgotten = _erase_again(folder, erased, path, clock)
        head = Head(manifest.facts, bytes.fromhex(manifest.head))
        company = await stopped_copy(
            folder, kind=BACKUP, head=head, made_at=manifest.made_at, clock=clock
        )
        put_in_place(folder, target)
    return Arrived(
        folder=target,
        company=company,
        facts=head.seq,
        head=head.hash.hex(),
        forgotten=forgotten,
    )


def _erase_again(folder: Path, erased: Path | None, path: Path, clock: Clock | None) -> int:
    """Whoever was erased after the copy was made, as far as the lists at hand say so."""
    beside = path.parent / TOMBSTONES
    lists = [each for each in (folder / TOMBSTONES, beside) if each.exists()]
    lists += [erased] if erased is not None else []
    persons = {person for each in lists for person in _tombstones_in(each)}
    today = (clock or SystemClock()).now().date()
    return len(apply_tombstones(folder, persons, today)) if persons else 0


async def exported(
    app: App, path: Path, passphrase: Secret | None, *, readable: bool, work: int = WORK
) -> Made:
    """Write the ledger as JSON lines; `readable`: with personal texts opened beside their seals."""
    exporting = Exporting(
        app.folder.root, app.ledger, app.clock.now(), keys=app.keys if readable else None, work=work
    )
    return await exporting.written(path, passphrase.reveal() if passphrase else None)


async def imported(
    target: Path,
    path: Path,
    passphrase: Secret,
    *,
    erased: Path | None = None,
    clock: Clock | None = None,
) -> Arrived:
    """Check an export line by line and put a copy made of it at `target`, stopped."""
    with arriving(target, f"A copy in {target.name!r}") as folder:
        header = unpack_export(path, folder, passphrase.reveal())
        head = head_of(header)
        with closing(Keys.open(Folder(folder).keys)) as keys:
            check_documents(Folder(folder).blobs, keys)
        forgotten = _erase_again(folder, erased, path, clock)
        company = await stopped_copy(
            folder, kind=EXPORT, head=head, made_at=header.made_at, clock=clock
        )
        put_in_place(folder, target)
    return Arrived(
        folder=target,
        company=company,
        facts=head.seq,
        head=head.hash.hex(),
        forgotten=forgotten,
    )


def _tombstones_in(place: Path) -> Collection[str]:
    """Of a list, or of the old data folder with its file of keys."""
    return tombstones(place) if place.is_dir() else read_tombstones(place)


async def stopped_copy(
    folder: Path, *, kind: str, head: Head, made_at: datetime, clock: Clock | None
) -> str:
    """Record in a finished folder that it is a copy, which stops it; the company's name."""
    company = load_company(Folder(folder).company)
    event = CopyRestored(
        copy=f"copy-{uuid.uuid4().hex[:12]}",
        kind=kind,
        facts=head.seq,
        head=head.hash.hex(),
        made_at=made_at,
    )
    with closing(Keys.open(Folder(folder).keys)) as keys:
        ledger = await Ledger.open(
            folder,
            company=company.id,
            keys=keys,
            clock=clock or SystemClock(),
            projection=InlineViews(),
        )
        async with ledger:
            key = f"copy:{event.copy}"
            await ledger.append([Draft(case=DESK, event=event, key=key, by="intake")])
    return company.name


async def note_copy(app: App, made: Made, kind: str) -> None:
    """Record that a copy of everything was made."""
    event = BackedUp(kind=kind, facts=made.facts, head=made.head, size=made.size)
    await app.ledger.transact(lambda tx: _numbered(tx, event))


async def last_copy(app: App) -> Fact | None:
    """The newest backup or export on record."""
    n = await app.ledger.read(lambda c: Reads(c, app.ledger.company).counter(BACKUPS))
    return await app.ledger.by_key(_key(n)) if n else None


def _numbered(tx: Tx, event: BackedUp) -> None:
    n = Reads(tx.connection, tx.company).counter(BACKUPS) + 1
    tx.append([Draft(case=DESK, event=event, key=_key(n), by="intake")])


def _key(n: int) -> str:
    return f"backup:{n}"
