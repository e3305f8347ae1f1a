"""A mail that goes out is one file, whatever happens; one that comes in is taken once."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from connectors.base import Capability, Order
from connectors.mail.compose import Identity, mail_bytes
from connectors.mail.inbox import MaildirIn
from connectors.mail.maildir import MaildirOut, make_maildir
from connectors.mail.parse import read_mail
from ledger.domain.commands import SendInvoice, SendReply
from ledger.domain.errors import BlobMissing, CommandInvalid
from ledger.domain.facts import message_id
from ledger.domain.values import Attachment, Money
from ledger.domain.verdicts import Failed, Succeeded, Unknown

PDF = b"%PDF-1.7 invoice"
SHA = hashlib.sha256(PDF).hexdigest()
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SENDER = Identity("Studio Nörd, Inc.", "hello@studio-nord.example")
KEY = "act-0123abcd"


class Ticking:
    """A clock that goes on by an hour at each look."""

    def __init__(self) -> None:
        self.hours = 0

    def now(self) -> datetime:
        self.hours += 1
        return NOW.replace(hour=self.hours)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class Shelf:
    """Documents in memory."""

    def __init__(self, *documents: bytes) -> None:
        self.held = {hashlib.sha256(each).hexdigest(): each for each in documents}

    async def put(self, data: bytes, *, person: str = "") -> str:
        raise AssertionError(person)

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self.held:
            raise BlobMissing(sha256)
        return self.held[sha256]


def invoice(**changes: object) -> SendInvoice:
    fields: dict[str, object] = {
        "contact": "con-1",
        "to": "ada@example.com",
        "subject": "Invoice 2026-0001 – Grüße",
        "body": "Dear Ada,\nhere is the invoice.\n\nNora\n",
        "in_reply_to": "20261118@mail.example.com",
        "references": ("a@mail.example.com", "x" * 200 + "@mail.example.com"),
        "attachments": (Attachment("Rechnung-ü.pdf", "application/pdf", len(PDF), SHA),),
        "invoice": "inv-1",
        "number": "2026-0001",
        "total": Money(261_800, "EUR"),
    }
    return SendInvoice(**{**fields, **changes})  # type: ignore[arg-type]  # fields by name


def order(command: SendInvoice | SendReply | None = None, key: str = KEY) -> Order:
    return Order(key=key, n=1, case="lead-1", person="p", command=command or invoice())


def outbox(tmp_path: Path, *documents: bytes) -> MaildirOut:
    return MaildirOut(tmp_path / "out", Shelf(*(documents or (PDF,))), SENDER, Ticking())


def files(tmp_path: Path) -> list[str]:
    return sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file())


async def test_a_mail_goes_out_whole_and_the_receipt_names_it(tmp_path: Path) -> None:
    outcome = await outbox(tmp_path).execute(order())
    path = tmp_path / "out/new" / f"{KEY}.eml"
    assert isinstance(outcome, Succeeded)
    assert outcome.receipt.provider == "maildir"
    assert outcome.receipt.reference == message_id(KEY, "studio-nord.example")
    assert outcome.receipt.location == str(path)
    assert files(tmp_path) == [f"out/new/{KEY}.eml"]
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["From"].addresses[0].display_name == "Studio Nörd, Inc."
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "Invoice 2026-0001 – Grüße")
    assert mail["X-Coo-Action"] == KEY
    assert mail["In-Reply-To"] == "<20261118@mail.example.com>"
    assert mail["Date"].datetime == NOW.replace(hour=1)
    parts = list(mail.iter_attachments())
    assert [each.get_filename() for each in parts] == ["Rechnung-ü.pdf"]
    assert parts[0].get_content() == PDF


async def test_coo_reads_back_what_it_wrote(tmp_path: Path) -> None:
    await outbox(tmp_path).execute(order())
    mail = read_mail((tmp_path / "out/new" / f"{KEY}.eml").read_bytes())
    assert (mail.sender, mail.sender_name) == (SENDER.address, SENDER.name)
    assert mail.text.splitlines() == ["Dear Ada,", "here is the invoice.", "", "Nora"]
    assert mail.references == ("a@mail.example.com", "x" * 200 + "@mail.example.com")
    assert (mail.notes, mail.automatic) == ((), "sent by Coo")


async def test_sending_twice_leaves_one_mail_that_is_never_rewritten(tmp_path: Path) -> None:
    out = outbox(tmp_path)
    first = await out.execute(order())
    before = (tmp_path / "out/new" / f"{KEY}.eml").read_bytes()
    again = await asyncio.gather(*(out.execute(order()) for _ in range(5)))
    assert set(again) == {first}
    assert files(tmp_path) == [f"out/new/{KEY}.eml"]
    assert (tmp_path / "out/new" / f"{KEY}.eml").read_bytes() == before


async def test_two_processes_that_send_at_once_leave_one_mail(tmp_path: Path) -> None:
    outcomes = await asyncio.gather(*(outbox(tmp_path).execute(order()) for _ in range(8)))
    assert len(set(outcomes)) == 1
    assert files(tmp_path) == [f"out/new/{KEY}.eml"]


async def test_a_mail_moved_on_by_a_mail_program_is_still_found(tmp_path: Path) -> None:
    out = outbox(tmp_path)
    await out.execute(order())
    moved = tmp_path / "out/cur" / f"{KEY}.eml:2,S"
    (tmp_path / "out/new" / f"{KEY}.eml").rename(moved)
    found = await out.execute(order())
    assert isinstance(found, Succeeded)
    assert found.receipt.location == str(moved)
    assert await out.look_up(order()) == found


async def test_a_crash_before_the_mail_has_its_name_leaves_nothing_to_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Path, "hardlink_to", crash)
        dying.setattr(Path, "unlink", lambda *_, **__: None)  # a killed process tidies nothing
        with pytest.raises(KeyboardInterrupt):
            outbox(tmp_path)._deliver(KEY, b"half a mail")
    assert [name.split("/")[1] for name in files(tmp_path)] == ["tmp"]
    out = outbox(tmp_path)
    assert await out.look_up(order()) is None
    assert isinstance(await out.execute(order()), Succeeded)
    assert sum("/new/" in name for name in files(tmp_path)) == 1


async def test_a_crash_after_the_mail_has_its_name_is_answered_by_its_receipt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(
            "connectors.mail.maildir.sync_folder", _raise(OSError(errno.EIO, "I/O error"))
        )
        outcome = await outbox(tmp_path).execute(order())
    assert isinstance(outcome, Unknown)
    assert outcome.look_at.endswith(f"{KEY}.eml")
    assert isinstance(await outbox(tmp_path).look_up(order()), Succeeded)


@pytest.mark.parametrize(
    ("number", "retryable", "words"),
    [
        (errno.ENOSPC, True, "disk is full"),
        (errno.EACCES, False, "may not write"),
        (errno.EIO, True, "failed"),
    ],
)
async def test_a_disk_that_refuses_is_a_failure_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, retryable: bool, words: str
) -> None:
    monkeypatch.setattr(os, "fsync", _raise(OSError(number, os.strerror(number))))
    outcome = await outbox(tmp_path).execute(order())
    assert isinstance(outcome, Failed)
    assert outcome.retryable is retryable
    assert words in outcome.cause
    assert outcome.remedy.startswith("Nothing was sent.")
    assert files(tmp_path) == []


async def test_a_file_system_without_links_works_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "hardlink_to", _raise(OSError(errno.EPERM, "no links here")))
    out = outbox(tmp_path)
    assert await out.execute(order()) == await out.execute(order())
    assert files(tmp_path) == [f"out/new/{KEY}.eml"]


async def test_a_maildir_that_cannot_be_read_is_unknown_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.mail.maildir._filed", _raise(PermissionError(13, "denied")))
    assert isinstance(await outbox(tmp_path).execute(order()), Unknown)
    with pytest.raises(ConnectionError):
        await outbox(tmp_path).look_up(order())


async def test_a_document_that_is_gone_or_another_one_stops_the_mail(tmp_path: Path) -> None:
    gone = await outbox(tmp_path, b"something else").execute(order())
    assert isinstance(gone, Failed)
    shelf = Shelf()
    shelf.held[SHA] = b"%PDF forged"
    forged = await MaildirOut(tmp_path / "out", shelf, SENDER, Ticking()).execute(order())
    assert isinstance(forged, Failed)
    assert "not the one that was approved" in forged.cause
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: eve@evil.example"},
        {"subject": "Hi\nX: y"},
        {"subject": "Hi\u2028X"},
        {"to": "ada@example.com\r\nBcc: eve@evil.example"},
        {"to": "ada@example.com, eve@evil.example"},
        {"to": "Ada <ada@example.com>"},
        {"to": "ada"},
        {"to": "ädä@example.com"},
        {"to": ""},
        {"body": "x\ud800"},
        {"attachments": (Attachment("a\r\nb.pdf", "application/pdf", 16, SHA),)},
    ],
)
async def test_nothing_in_a_command_can_add_a_header_or_a_recipient(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    outcome = await outbox(tmp_path).execute(order(invoice(**changes)))
    assert isinstance(outcome, Failed)
    assert not outcome.retryable
    assert outcome.remedy.startswith("Nothing was sent.")
    assert files(tmp_path) == []


async def test_a_strangers_message_ids_cannot_add_a_header(tmp_path: Path) -> None:
    command = invoice(
        in_reply_to="a\r\nBcc: x@y.example", references=("ok@x.example", "b> <c", "ü")
    )
    await outbox(tmp_path).execute(order(command))
    head = (tmp_path / "out/new" / f"{KEY}.eml").read_bytes().partition(b"\r\n\r\n")[0]
    assert b"Bcc" not in head
    assert b"In-Reply-To" not in head
    assert b"References: <ok@x.example>\r\n" in head


@pytest.mark.parametrize("key", ["../../etc/x", "", ".hidden", "a/b", "a\0b", "x" * 200])
async def test_a_key_that_is_no_file_name_is_refused(tmp_path: Path, key: str) -> None:
    assert isinstance(await outbox(tmp_path).execute(order(key=key)), Failed)
    assert files(tmp_path) == []


def test_the_same_order_gives_the_same_bytes() -> None:
    once, again = (mail_bytes(KEY, invoice(), {SHA: PDF}, SENDER, NOW) for _ in range(2))
    assert once == again
    assert max(map(len, once.split(b"\r\n"))) <= 998


def test_a_company_name_with_a_line_break_is_refused() -> None:
    with pytest.raises(CommandInvalid):
        mail_bytes(KEY, invoice(), {SHA: PDF}, Identity("A\nBcc: b", SENDER.address), NOW)


def test_the_outbox_is_keyed_and_takes_mails_only(tmp_path: Path) -> None:
    out = outbox(tmp_path)
    assert out.capability is Capability.KEYED
    assert out.takes(invoice())


# --- coming in ---------------------------------------------------------------------------------


def dropped(folder: Path, name: str, age: int, part: str = "new") -> None:
    path = folder / part / name
    path.write_bytes(b"From: a@b.example\n\n" + name.encode())
    os.utime(path, (age, age))


def test_mails_are_listed_oldest_first_and_half_written_ones_not_at_all(tmp_path: Path) -> None:
    inbox = MaildirIn(tmp_path)
    dropped(tmp_path, "b", 1)
    dropped(tmp_path, "a", 2)
    dropped(tmp_path, "half", 0, "tmp")
    dropped(tmp_path, ".hidden", 0)
    dropped(tmp_path, "unseen:2,", 3, "cur")
    dropped(tmp_path, "seen:2,RS", 3, "cur")
    (tmp_path / "new/folder").mkdir()
    (tmp_path / "new/link").symlink_to("/etc/hostname")
    assert [name for name, _ in inbox.messages()] == ["b", "a", "unseen"]


def test_a_mail_that_is_done_is_not_listed_again_and_is_kept(tmp_path: Path) -> None:
    inbox = MaildirIn(tmp_path)
    for _ in range(2):
        dropped(tmp_path, "a", 1)
        inbox.done("a")
        inbox.done("a")
    assert inbox.messages() == []
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["a.1:2,S", "a:2,S"]


async def test_watching_tells_each_mail_once_also_one_that_comes_later(tmp_path: Path) -> None:
    inbox, stop = MaildirIn(tmp_path), asyncio.Event()
    dropped(tmp_path, "first", 1)
    told: list[str] = []
    async with asyncio.timeout(20):
        async for name, _ in inbox.watch(stop):
            told.append(name)
            if name == "first":
                make_maildir(tmp_path)
                dropped(tmp_path, "later", 2, "tmp")
                (tmp_path / "tmp/later").rename(tmp_path / "new/later")
            else:
                stop.set()
    assert told == ["first", "later"]


def _raise(error: OSError) -> object:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


def test_the_folders_of_a_new_maildir_are_durable_before_a_mail_lies_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("ledger.durable_files.sync_folder", synced.append)
    make_maildir(tmp_path / "mail" / "out")
    assert {tmp_path, tmp_path / "mail", tmp_path / "mail" / "out"} == set(synced)
