"""The script of the month is whole, and a slip in one is named with its step."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.company.file import load_company
from bot.demo.demo import examples_folder
from bot.demo.letters import letter, with_attachments
from bot.demo.month import month_folder
from bot.demo.outside import Outside
from bot.demo.script import (
    MAILS,
    ArrivingMail,
    Delivery,
    Script,
    ScriptInvalid,
    Statement,
    read_script,
)

BERLIN = ZoneInfo("Europe/Berlin")
ANSWERED = EmailMessage()
ANSWERED["Message-ID"] = "<offer-1@kontor-seeblick.example>"
ANSWERED["Subject"] = "Angebot P-1"
ANSWERED["References"] = "<lead-1@a.example>"


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script(month_folder(examples_folder()), BERLIN)


def files(script: Script, kind: type, folder: str) -> tuple[set[str], set[str]]:
    """(the files that steps name, the files that are there)."""
    named = {step.does.file for step in script.steps if isinstance(step.does, kind)}  # type: ignore[attr-defined]  # of a kind with a file
    return named, {path.name for path in (script.folder / folder).iterdir()}


def test_the_month_has_at_least_sixty_messages_and_every_file_of_it_is_played(
    script: Script,
) -> None:
    mails, there = files(script, ArrivingMail, MAILS)
    assert mails == there
    assert len(mails) >= 60
    for kind, folder in ((Statement, "statements"), (Delivery, "stripe")):
        named, there = files(script, kind, folder)
        assert named == there


def test_everybody_in_the_month_is_invented(script: Script) -> None:
    domains = (".example", ".example>", ".test")
    for path in sorted((script.folder / MAILS).glob("*.eml")):
        head = path.read_text(encoding="utf-8").partition("\n\n")[0]
        (sender,) = [line for line in head.splitlines() if line.startswith("From:")]
        assert sender.endswith(domains), path.name


def test_the_month_has_the_kinds_of_money_and_tongues_that_a_real_one_has(script: Script) -> None:
    company = load_company(script.folder / "company.yaml")
    assert {code for item in company.prices for code in item.currencies} == {"USD"}
    kinds = {path.suffix for path in (script.folder / "statements").iterdir()}
    assert kinds == {".xml", ".sta", ".csv"}
    assert {len(item.titles) for item in company.prices} == {2}


def test_a_template_becomes_a_mail_in_its_own_charset_and_in_its_thread() -> None:
    template = (
        "From: Jörg Größe <joerg@a.example>\nContent-Type: text/plain; charset=iso-8859-1\n\n"
        "Schöne Grüße\n"
    )
    sent = datetime(2026, 9, 1, 9, 12, tzinfo=UTC)
    raw = letter("yes.eml", template, to="me@b.example", sent=sent, answers=ANSWERED)
    assert raw == letter("yes.eml", template, to="me@b.example", sent=sent, answers=ANSWERED)
    mail = message_from_bytes(raw, policy=policy.default)
    assert "Schöne Grüße".encode("iso-8859-1") in raw
    assert str(mail["From"]) == "Jörg Größe <joerg@a.example>"
    assert mail["Message-ID"] == "<yes@mail.a.example>"
    assert mail["In-Reply-To"] == "<offer-1@kontor-seeblick.example>"
    assert mail["References"] == "<lead-1@a.example> <offer-1@kontor-seeblick.example>"
    assert mail["Subject"] == "Re: Angebot P-1"
    assert mail["Date"].datetime == sent


def test_a_mail_with_a_file_attached_is_the_same_to_the_byte_each_time(tmp_path: Path) -> None:
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    plain = letter(
        "order.eml", "From: a@a.example\nSubject: Order\n\nPO 4711\n",
        to="me@b.example", sent=datetime(2026, 9, 1, tzinfo=UTC), answers=None,
    )  # fmt: skip
    raw = with_attachments(plain, [paper])
    assert raw == with_attachments(plain, [paper])
    (part,) = message_from_bytes(raw, policy=policy.default).iter_attachments()  # type: ignore[attr-defined]  # an EmailMessage by its policy
    assert part.get_filename() == "order.pdf"
    assert with_attachments(plain, []) == plain


@pytest.mark.parametrize(
    "steps",
    [
        '- {at: "1 9:12", mail: a.eml}',
        '- {at: "01 09:12"}',
        '- {at: "01 09:12", mail: a.eml, you: status}',
        '- {at: "01 09:12", mail: a.eml, answer: typo}',
        '- {at: "02 09:12", mail: a.eml}\n- {at: "01 09:12", mail: b.eml}',
    ],
    ids=["no time", "nothing happens", "two things", "unknown field", "back in time"],
)
def test_a_slip_in_a_script_is_named_with_its_step(tmp_path: Path, steps: str) -> None:
    (tmp_path / "month.yaml").write_text(f"month: 2026-09-01\nsteps:\n{steps}\n")
    with pytest.raises(ScriptInvalid, match=r"Step \d"):
        read_script(tmp_path, BERLIN)


def test_what_was_never_sent_cannot_be_answered_and_is_named(tmp_path: Path) -> None:
    outside = Outside(tmp_path / "out", tmp_path / "invoices")
    with pytest.raises(ScriptInvalid, match=r"never sent ada@a\.example"):
        outside.filled("{invoice ada@a.example}")
    with pytest.raises(ScriptInvalid, match="no placeholder"):
        outside.filled("{nonsense ada@a.example}")
