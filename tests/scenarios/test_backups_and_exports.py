"""A company is copied into one file, and a whole company is made of that file again."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import tarfile
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest
import zstandard
from msgspec.structs import replace

from bot.app import open_app
from bot.copies.copying import BACKUP, backed_up, exported, imported, last_copy, note_copy, restored
from bot.settings import Secret
from ledger.archive.importing import check_only
from ledger.archive.restore import TargetTaken
from ledger.archive.stored import DocumentDamaged
from ledger.archive.tar_stream import sound_name
from ledger.archive.troubles import (
    AlreadyRuns,
    CopyDamaged,
    NotACopy,
    WithoutKeys,
    WouldOverwrite,
    WrongPassphrase,
)
from ledger.archive.workplace import workplace
from ledger.domain.errors import BlobMissing, ChainBroken, InputUnreadable
from ledger.domain.events import BackedUp, MailReceived
from ledger.replay import refold

WORDS = Secret("correct horse battery")
OTHER = Secret("another horse battery")
ENDINGS = [".jsonl", ".jsonl.gz", ".jsonl.zst"]


def rows(path: Path) -> dict[str, bytes]:
    """Every file below a folder, but what belongs to a process at work or can be made anew."""
    passing = ("ledger.db", "memory.db", "checkpoints.db", "run.lock")
    return {
        str(each.relative_to(path)): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and not each.name.startswith(passing) and "tmp" not in each.parts
    }


def beside(folder: Path) -> set[str]:
    """What lies in a test's folder besides the company."""
    return {path.name for path in folder.iterdir()} - {"company"}


async def facts_of(business: Any, folder: Path) -> list[Any]:
    settings = replace(business.app.settings, data=folder)
    async with open_app(settings, clock=business.clock) as app:
        assert (await refold(app.ledger)).identical
        assert await app.ledger.verify()
        return [fact async for fact in app.ledger.facts()]


@pytest.fixture
async def deal(lived: Any, founder: Any) -> AsyncIterator[Any]:
    """A copy of that company, at work."""
    shutil.copytree(lived.folder, founder.folder, dirs_exist_ok=True)
    founder.clock.moment = lived.clock.moment
    async with founder.business() as business:
        yield business


# --- backup and restore ---------------------------------------------------------------------------


async def test_a_backup_of_a_company_at_work_is_restored_to_the_last_byte(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    before = await deal.all_facts()
    backed_up(deal.app.settings, file, WORDS, work=6)
    await restored(target, file, WORDS, clock=deal.clock)
    assert rows(target) == rows(deal.app.folder.root)
    after = await facts_of(deal, target)
    assert after[: len(before)] == before
    assert [type(fact.event).__name__ for fact in after[len(before) :]] == ["CopyRestored"]
    assert (target / "keys.db").stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0


async def test_nothing_disposable_is_in_a_backup_and_any_age_tool_opens_it(
    deal: Any, tmp_path: Path
) -> None:
    file = tmp_path / "b.coo"
    backed_up(deal.app.settings, file, WORDS, work=6)
    (tmp_path / "b.tar").write_bytes(pyrage.passphrase.decrypt(file.read_bytes(), WORDS.reveal()))
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
    assert names[0] == "coo-backup.json"
    assert names[-1] == "coo-checks.json"
    tops = {name.partition("/")[0] for name in names[1:-1]}
    assert tops == {"ledger.db", "keys.db", "company.yaml", "blobs", "invoices", "mail"}


async def test_the_passphrase_and_the_keys_stand_nowhere_in_the_open(
    deal: Any, tmp_path: Path
) -> None:
    file = tmp_path / "b.coo"
    backed_up(deal.app.settings, file, WORDS, work=6)
    data = file.read_bytes()
    for secret in (WORDS.reveal().encode(), b"SQLite format 3", b"ada@example.com"):
        assert secret not in data
    assert not (deal.app.folder.root / ".backup").exists()


async def test_a_wrong_passphrase_restores_nothing(deal: Any, tmp_path: Path) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    backed_up(deal.app.settings, file, WORDS, work=6)
    with pytest.raises(WrongPassphrase):
        await restored(target, file, OTHER)
    assert not target.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
async def test_a_cut_backup_restores_nothing(deal: Any, tmp_path: Path, share: float) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    backed_up(deal.app.settings, file, WORDS, work=6)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(CopyDamaged, match="cut or changed"):
        await restored(target, file, WORDS)
    assert beside(tmp_path) == {"b.coo"}


async def test_a_restore_never_touches_a_folder_that_holds_something(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    backed_up(deal.app.settings, file, WORDS, work=6)
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(TargetTaken):
        await restored(target, file, WORDS)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    (target / "mine.txt").unlink()
    await restored(target, file, WORDS, clock=deal.clock)  # an empty folder is nothing
    assert (target / "ledger.db").exists()


async def test_a_backup_is_not_written_over_a_file_that_is_none(deal: Any, tmp_path: Path) -> None:
    mine = tmp_path / "letter.txt"
    mine.write_text("Dear Ada")
    with pytest.raises(WouldOverwrite):
        backed_up(deal.app.settings, mine, WORDS, work=6)
    assert mine.read_text() == "Dear Ada"
    with pytest.raises(InputUnreadable):
        backed_up(deal.app.settings, tmp_path, WORDS, work=6)
    with pytest.raises(InputUnreadable, match="no folder"):
        backed_up(deal.app.settings, tmp_path / "none" / "b.coo", WORDS, work=6)


async def test_an_earlier_backup_stays_whole_where_a_later_one_fails(
    deal: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.coo"
    backed_up(deal.app.settings, file, WORDS, work=6)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.archive.whole_file.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        backed_up(deal.app.settings, file, WORDS, work=6)
    assert file.read_bytes() == before
    assert beside(tmp_path) == {"b.coo"}


async def test_a_ledger_that_does_not_hold_is_not_backed_up(deal: Any, tmp_path: Path) -> None:
    copy = tmp_path / "broken"
    shutil.copytree(deal.app.folder.root, copy, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    with closing(sqlite3.connect(deal.app.folder.root / "ledger.db")) as live:
        (copy / "ledger.db").unlink()
        with closing(sqlite3.connect(copy / "ledger.db")) as broken:
            live.backup(broken)
            broken.execute("DROP TRIGGER facts_refuse_update")
            broken.execute("UPDATE facts SET payload = '{}' WHERE seq = 5")
            broken.commit()
    with pytest.raises(ChainBroken, match="Row 5 "):
        backed_up(replace(deal.app.settings, data=copy), tmp_path / "b.coo", WORDS, work=6)
    assert not (tmp_path / "b.coo").exists()


async def test_a_document_that_was_changed_on_disk_is_named_before_anything_is_put_in_place(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    sealed = next(deal.app.folder.blobs.rglob("*.sealed"))
    sealed.write_bytes(b"\0" + sealed.read_bytes()[1:])
    backed_up(deal.app.settings, file, WORDS, work=6)
    with pytest.raises(DocumentDamaged, match=sealed.parent.name[:12]):
        await restored(target, file, WORDS)
    assert not target.exists()


async def test_who_was_erased_before_the_backup_stays_erased(deal: Any, tmp_path: Path) -> None:
    file, target = tmp_path / "b.coo", tmp_path / "again"
    deal.app.keys.forget(deal.app.keys.person("ada@example.com"))
    backed_up(deal.app.settings, file, WORDS, work=6)
    await restored(target, file, WORDS, clock=deal.clock)
    mails = [f for f in await facts_of(deal, target) if isinstance(f.event, MailReceived)]
    assert mails
    assert all(fact.erased and not fact.event.text for fact in mails)


async def test_two_backups_of_a_folder_do_not_get_in_each_others_way(
    deal: Any, tmp_path: Path
) -> None:
    root = deal.app.folder.root
    with workplace(root / ".backup", "A backup of this folder"), pytest.raises(AlreadyRuns):
        backed_up(deal.app.settings, tmp_path / "b.coo", WORDS, work=6)


async def test_what_a_killed_backup_left_is_cleared_by_the_next(deal: Any, tmp_path: Path) -> None:
    left = deal.app.folder.root / ".backup"
    left.mkdir()
    (left / "ledger.db").write_bytes(b"half a copy")
    (tmp_path / ".b.coo.part").write_bytes(b"half a file")
    backed_up(deal.app.settings, tmp_path / "b.coo", WORDS, work=6)
    assert not left.exists()
    assert not (tmp_path / ".b.coo.part").exists()


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "mail/../../x", "run.lock", "", "blobs/../../x", "memory.db"]
)
def test_a_backup_unpacks_nothing_outside_its_folder(name: str) -> None:
    tops = frozenset({"ledger.db", "mail", "blobs"})
    assert not sound_name(name, tops)
    assert sound_name("mail/out/new/a.eml", tops)


async def test_the_last_backup_is_on_record(deal: Any, tmp_path: Path) -> None:
    assert await last_copy(deal.app) is None
    for n in range(3):
        made = backed_up(deal.app.settings, tmp_path / f"{n}.coo", WORDS, work=6)
        await note_copy(deal.app, made, BACKUP)
    last = await last_copy(deal.app)
    assert last is not None
    assert isinstance(last.event, BackedUp)
    assert (last.event.facts, last.key) == (made.facts, "backup:3")


# --- export and import ----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_export_becomes_the_same_company_again(
    deal: Any, tmp_path: Path, ending: str
) -> None:
    file, target = tmp_path / f"e{ending}", tmp_path / "again"
    before = await deal.all_facts()
    await exported(deal.app, file, WORDS, readable=False, work=6)
    arrived = await imported(target, file, WORDS, clock=deal.clock)
    assert arrived.facts == len(before)
    after = await facts_of(deal, target)
    assert after[:-1] == before
    ours, theirs = rows(target), rows(deal.app.folder.root)
    assert ours == {name: data for name, data in theirs.items() if name in ours}
    assert {name for name in theirs if name.startswith("blobs")} <= ours.keys()


async def test_each_fact_is_one_line_that_any_program_reads(deal: Any, tmp_path: Path) -> None:
    file = tmp_path / "e.jsonl"
    await exported(deal.app, file, None, readable=True)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    facts = [line for line in lines if line["line"] == "fact"]
    assert [line["seq"] for line in facts] == list(range(1, len(facts) + 1))
    assert len(facts) == len(await deal.all_facts())
    mail = next(line for line in facts if line["type"] == "MailReceived")
    assert mail["personal"]["sender"] == "ada@example.com"
    assert [lines[0]["line"], lines[-1]["line"]] == ["export", "end"]


async def test_without_being_asked_an_export_shows_nobodys_texts_and_no_key(
    deal: Any, tmp_path: Path
) -> None:
    file = tmp_path / "e.jsonl"
    await exported(deal.app, file, WORDS, readable=False, work=6)
    text = file.read_text()
    assert "ada@example.com" not in text
    assert '"personal"' not in text
    assert "U1FMaXRlIGZvcm1hdCAz" not in text  # the beginning of a key file, base64


async def test_an_export_without_keys_can_be_checked_but_not_imported(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "e.jsonl", tmp_path / "again"
    await exported(deal.app, file, None, readable=False)
    assert check_only(file).facts == len(await deal.all_facts())
    with pytest.raises(WithoutKeys):
        await imported(target, file, WORDS)
    assert not target.exists()


async def test_a_changed_line_is_named_by_its_number_and_nothing_is_put_in_place(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "e.jsonl", tmp_path / "again"
    await exported(deal.app, file, WORDS, readable=False, work=6)
    whole = file.read_bytes().splitlines(keepends=True)
    changes = {
        7: lambda line: line.replace(b'"version":', b'"version":1'),
        20: lambda line: line.replace(b'"event":{', b'"event":{"more":1,'),
        31: lambda line: line.replace(b'"by":"', b'"by":"x'),
        40: lambda line: line[:-20] + b"\n",
        42: lambda _: b"",
    }
    for number, change in changes.items():
        spoilt = [change(line) if n == number else line for n, line in enumerate(whole, start=1)]
        file.write_bytes(b"".join(spoilt))
        with pytest.raises(CopyDamaged, match=f"line {number}:"):
            await imported(target, file, WORDS)
        assert not target.exists()
        assert beside(tmp_path) == {"e.jsonl"}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("share", [0.3, 0.8, 0.999])
async def test_a_cut_export_names_the_line_where_it_ends(
    deal: Any, tmp_path: Path, ending: str, share: float
) -> None:
    file, target = tmp_path / f"e{ending}", tmp_path / "again"
    await exported(deal.app, file, WORDS, readable=False, work=6)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(CopyDamaged, match=r"line \d+:"):
        await imported(target, file, WORDS)
    assert not target.exists()


async def test_a_changed_document_or_file_is_caught_by_the_end(deal: Any, tmp_path: Path) -> None:
    file = tmp_path / "e.jsonl"
    await exported(deal.app, file, WORDS, readable=False, work=6)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"Studio Nord", b"Studio Sued")
    file.write_bytes(b"".join(lines))
    with pytest.raises(CopyDamaged, match=f"line {len(lines)}: it does not fit the lines before"):
        check_only(file)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"{}\n", b'{"line":"end","lines":0}\n'])
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    for name, data in {
        "a.jsonl": content,
        "a.jsonl.gz": gzip.compress(content),
        "a.jsonl.zst": zstandard.compress(content),
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(NotACopy if content or name == "a.jsonl" else InputUnreadable):
            check_only(tmp_path / name)


async def test_a_name_that_says_no_format_is_refused(deal: Any, tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"\.jsonl"):
        await exported(deal.app, tmp_path / "e.csv", None, readable=False)


async def test_who_was_erased_stays_erased_through_export_and_import(
    deal: Any, tmp_path: Path
) -> None:
    file, target = tmp_path / "e.jsonl", tmp_path / "again"
    person = deal.app.keys.person("ada@example.com")
    mail = next(f.event for f in await deal.all_facts() if isinstance(f.event, MailReceived))
    deal.app.keys.forget(person)
    await exported(deal.app, file, WORDS, readable=True, work=6)
    assert "ada@example.com" not in file.read_text()
    await imported(target, file, WORDS, clock=deal.clock)
    settings = replace(deal.app.settings, data=target)
    async with open_app(settings, clock=deal.clock) as app:
        assert app.keys.is_forgotten(person)
        with pytest.raises(BlobMissing):
            await app.blobs.get(mail.raw_sha256)


@pytest.mark.parametrize("kind", ["backup", "export"])
async def test_who_was_erased_after_the_copy_was_made_does_not_come_back_with_it(
    deal: Any, tmp_path: Path, kind: str
) -> None:
    away, target = tmp_path / "away", tmp_path / "again"
    away.mkdir()
    person = deal.app.keys.person("ada@example.com")
    if kind == "backup":
        file = away / "b.coo"
        backed_up(deal.app.settings, file, WORDS, work=6)
    else:
        file = away / "e.jsonl"
        await exported(deal.app, file, WORDS, readable=False, work=6)
    (away / "erased.txt").write_text(f"{person} 2026-11-24\n")
    bring = restored if kind == "backup" else imported
    arrived = await bring(target, file, WORDS, clock=deal.clock)
    assert arrived.forgotten == 1
    settings = replace(deal.app.settings, data=target)
    async with open_app(settings, clock=deal.clock) as app:
        assert app.keys.is_forgotten(person)
        mails = [f async for f in app.ledger.facts() if isinstance(f.event, MailReceived)]
        assert mails
        assert all(fact.erased for fact in mails)
    assert b"ada@example.com" not in (target / "ledger.db").read_bytes()
