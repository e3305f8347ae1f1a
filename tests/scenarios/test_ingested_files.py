"""`coo ingest FILE…`: what is wrong with a file is named, and everything else is still taken."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.command_line.main import cli
from bot.company.init import write_company
from bot.company.text import defaults
from ledger.domain.errors import CooError

MAILS = Path(__file__).parent / "mails" / "leads"
PAYMENT = (
    '{"id": "B-1", "amount": "12.50", "currency": "EUR", "date": "2026-11-22", "payer": "Ada", '
    '"reference": "for nothing in particular"}'
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_company(tmp_path / "data", defaults())
    return tmp_path / "data"


@pytest.fixture
def ingest(data: Path) -> Any:
    def run(*files: Path | str) -> Result:
        return CliRunner().invoke(cli, ["ingest", "--data", str(data), *map(str, files)])

    return run


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def an_mbox(*names: str) -> bytes:
    """An archive of mails as mail programs write it."""
    mails = [(MAILS / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n") for name in names]
    return b"".join(b"From x@y Mon Nov 23 09:02:11 2026\n" + mail + b"\n\n" for mail in mails)


def one_line(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_mail_is_taken_in_once_and_the_second_time_says_so(ingest: Any) -> None:
    mail = MAILS / "de-latin1.eml"
    first, second = ingest(mail), ingest(mail)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "de-latin1.eml: mail taken in." in first.output
    assert "New lead, case 1, Anfrage für ein Logo" in first.output
    assert "de-latin1.eml: mail was taken in before, nothing new." in second.output
    assert "New lead" not in second.output


def test_an_archive_gives_all_its_mails_and_one_line(ingest: Any, written: Any) -> None:
    result = ingest(written("box.mbox", an_mbox("fr-tu", "en-phone", "de-du")))
    assert result.exit_code == 0
    assert "box.mbox: mail taken in. (3 of these)" in result.output
    assert result.output.count("New lead") == 3


def test_mail_and_payments_may_come_in_one_call(ingest: Any, written: Any) -> None:
    csv = "Date;Amount;Currency;Payer;Reference\n2026-11-22;99,00;EUR;Bob;thanks\n"
    result = ingest(MAILS / "en-phone.eml", written("a.json", PAYMENT), written("b.csv", csv))
    assert result.exit_code == 0
    for line in ("en-phone.eml: mail", "a.json: payment", "b.csv: payment"):
        assert f"{line} taken in." in result.output


WRONG = {
    "missing.eml": (None, "'{path}' cannot be read: No such file", "Check the name"),
    "empty.eml": (b"", "empty.eml: kept, but it could not be read. The mail is empty.", ""),
    "empty.csv": (b"", "'empty.csv': The file is empty.", "mail as .eml or mbox"),
    "scan.pdf": (b"%PDF-1.7\n;;;", "'scan.pdf': This is a PDF file.", "(XML), MT940 or CSV"),
    "note.txt": (b"hello world\n", "'note.txt' is neither a mail nor a list", ".eml or mbox"),
    "noise.bin": (b"\x00\x01;,;\xff;" * 99, "'noise.bin' is neither a mail", ".eml or mbox"),
    "cut.json": (b'{"id": "1", ', "'cut.json'", "Write {"),
    "other.xml": (b"<x/>", "'other.xml': This XML file is no CAMT.053", "CAMT.053 (XML)"),
    "odd.csv": (b"a;b;c\n1;2;3\n", "'odd.csv': No headings of a bank", "Date;Amount;Currency"),
    "no-mail.eml": (b"no header\n", "no-mail.eml: kept, but it could not be read.", "as .eml"),
}  # fmt: skip


def unwrapped(text: str) -> str:
    """Without quotes and spaces: a long path is broken wherever the screen ends."""
    return text.replace("'", "").replace(" ", "")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_file_is_named_and_the_rest_is_taken(
    ingest: Any, written: Any, tmp_path: Path, name: str
) -> None:
    content, cause, remedy = WRONG[name]
    path = tmp_path / name if content is None else written(name, content)
    result = ingest(path, MAILS / "en-phone.eml")
    assert result.exit_code == 2
    assert unwrapped(cause.format(path=path)) in unwrapped(one_line(result))
    assert remedy in one_line(result)
    assert "en-phone.eml: mail taken in." in result.output
    assert "Traceback" not in result.output


def test_a_folder_is_no_file_and_the_way_to_its_files_is_shown(ingest: Any, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    result = ingest(tmp_path / "mails")
    assert result.exit_code == 2
    assert "is a folder; nothing of it was taken." in one_line(result)
    assert "mails/*" in one_line(result).replace(" ", ""), "a long path breaks anywhere"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(ingest: Any, written: Any) -> None:
    path = written("locked.eml", b"From: a@b.example\n\nhi")
    path.chmod(0)
    result = ingest(path)
    assert result.exit_code == 2
    assert "cannot be read: Permission denied" in one_line(result)


def test_a_bad_mail_in_an_archive_does_not_keep_the_others_out(ingest: Any, written: Any) -> None:
    bad = b"From x@y Mon Nov 23 09:02:11 2026\nrubbish without a header\n\n"
    result = ingest(written("box", an_mbox("fr-tu") + bad + an_mbox("en-phone")))
    assert result.exit_code == 2
    assert "box: mail taken in. (2 of these)" in result.output
    assert (
        one_line(result).count("have no header of a mail") == 2
    )  # the file's line, and the notice


def test_a_mail_saved_as_text_is_a_mail(ingest: Any, written: Any) -> None:
    raw = (MAILS / "en-phone.eml").read_bytes()
    assert "mail.txt: mail taken in." in ingest(written("mail.txt", raw)).output


def test_a_payment_with_a_known_name_and_another_amount_is_refused_and_the_rest_is_taken(
    ingest: Any, written: Any
) -> None:
    ingest(written("a.json", PAYMENT))
    other = written("b.json", PAYMENT.replace("12.50", "99.50"))
    result = ingest(other, MAILS / "en-phone.eml")
    assert result.exit_code == 2
    assert "b.json" in result.output
    assert "another amount" in one_line(result)
    assert "en-phone.eml: mail taken in." in result.output


def test_no_company_file_says_how_to_get_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["ingest", "--data", str(tmp_path), str(MAILS / "nl.eml")])
    assert isinstance(result.exception, CooError)
    assert "coo init" in result.exception.remedy
