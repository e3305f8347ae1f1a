from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.checks import WebCheck
from bot.company.file import FILE_NAME
from bot.company.text import company_text, defaults
from bot.console.render import plain
from bot.doctor import Copied, Probes, Report, examine, sqlite_finding
from bot.findings import Finding, Health
from bot.office.port import PoliciesInForce, VerifyReport
from bot.settings import Settings
from ledger.domain.errors import ChainBroken


def probes(
    verify: VerifyReport | Exception | None = None,
    refused: tuple[str, ...] = (),
    holder: str = "",
    copied: Copied | None = None,
) -> Probes:
    async def looked() -> VerifyReport:
        if isinstance(verify, Exception):
            raise verify
        return verify or VerifyReport(facts=7, head="cafe" * 16)

    async def last_copy() -> Copied | None:
        return copied

    return Probes(
        verify=looked,
        policies=lambda: PoliciesInForce(policy="1@abc", rules=("a", "b"), refused=refused),
        holder=lambda: holder,
        copied=last_copy,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILE_NAME).write_text(company_text(defaults()), encoding="utf-8")
    return tmp_path


def settings(folder: Path, **environ: str) -> Settings:
    return Settings.from_env({"COO_DATA": str(folder), **environ})


def health(report: Report, about: str) -> Health:
    return next(each.health for each in report.findings if each.about == about)


def drawn(report: Report) -> str:
    return "\n".join(plain(reply) for reply in report.replies())


async def test_a_fresh_machine_lacks_things_but_nothing_is_broken(tmp_path: Path) -> None:
    report = await examine(settings(tmp_path / "none"), None)
    assert report.exit_code == 0
    assert health(report, "Data folder") is Health.ABSENT
    assert health(report, FILE_NAME) is Health.ABSENT
    assert health(report, "Model") is Health.ABSENT
    assert "coo init" in drawn(report)
    assert "Nothing. No model is used" in drawn(report)


async def test_a_set_up_folder_is_told_with_its_chain_rules_and_worker(folder: Path) -> None:
    report = await examine(settings(folder), probes(holder="coo run, process 12"))
    assert report.exit_code == 0
    shown = drawn(report)
    assert "Studio Nord, EUR, 4 things on the price list" in shown
    assert "7 facts, the chain holds, head cafecafecafecafe" in shown
    assert "2 rules, 1@abc" in shown
    assert "coo run, process 12" in shown


async def test_every_file_of_the_folder_is_listed_with_what_it_holds(folder: Path) -> None:
    shown = drawn(await examine(settings(folder), None))
    for name in ("company.yaml", "ledger.db", "keys.db", "blobs", "memory.db", "invoices", "mail"):
        assert name in shown
    assert "personal texts sealed" in shown


async def test_a_memory_that_was_made_anew_is_listed_in_place_of_the_first(folder: Path) -> None:
    (folder / "memory-6-2-words-1.db").touch()
    states = {row[0]: row[1] for row in (await examine(settings(folder), probes())).data}
    assert states["memory-6-2-words-1.db"] == "there"
    assert "memory.db" not in states

    (folder / "memory.db").touch()
    states = {row[0]: row[1] for row in (await examine(settings(folder), probes())).data}
    assert states["memory.db"] == states["memory-6-2-words-1.db"] == "there"


async def test_a_broken_company_file_fails_with_its_line(folder: Path) -> None:
    path = folder / FILE_NAME
    text = path.read_text()
    line = text[: text.index('"EUR"')].count("\n") + 1
    path.write_text(text.replace('"EUR"', '"EURO"'), encoding="utf-8")
    report = await examine(settings(folder), None)
    assert report.exit_code == 1
    assert f"company.yaml:{line}" in drawn(report)


async def test_a_broken_chain_fails_and_names_the_row(folder: Path) -> None:
    broken = VerifyReport(facts=7, head="", broken="Row 5 breaks the chain")
    report = await examine(settings(folder), probes(broken))
    assert report.exit_code == 1
    assert "Row 5 breaks the chain" in drawn(report)


@pytest.mark.parametrize(
    "error", [ChainBroken(5, "f5", "its hash differs"), OSError("disk I/O error")]
)
async def test_what_cannot_be_read_is_broken_with_a_remedy(folder: Path, error: Exception) -> None:
    report = await examine(settings(folder), probes(error))
    finding = next(each for each in report.findings if each.about == "Ledger")
    assert finding.health is Health.BROKEN
    assert finding.remedy


@pytest.mark.parametrize(
    ("copied", "expected", "words"),
    [
        (None, Health.ABSENT, "No backup was ever made."),
        (Copied(kind="backup", ago=timedelta(hours=3), since=12), Health.OK, "12 facts since"),
        (Copied(kind="backup", ago=timedelta(days=9), since=1), Health.ADVICE, "9 days ago"),
        (Copied(kind="backup", ago=timedelta(days=9), since=0), Health.OK, "9 days ago"),
    ],
)
async def test_the_last_backup_is_told_and_missed_when_it_is_old(
    folder: Path, copied: Copied | None, expected: Health, words: str
) -> None:
    report = await examine(settings(folder), probes(copied=copied))
    assert health(report, "Backup") is expected
    assert words in drawn(report)
    assert report.exit_code == 0


async def test_refused_rules_are_broken_and_named(folder: Path) -> None:
    report = await examine(settings(folder), probes(refused=("own.yaml:3: no such name",)))
    assert report.exit_code == 1
    assert "own.yaml:3: no such name" in drawn(report)


async def test_a_folder_that_is_a_file_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("")
    assert (await examine(settings(path), None)).exit_code == 1


async def test_a_model_is_told_with_its_host_and_never_with_its_key(folder: Path) -> None:
    report = await examine(settings(folder, COO_MODEL="big", OPENAI_API_KEY="sk-very-secret"), None)
    shown = drawn(report)
    assert "very-secret" not in shown
    assert "key set" in shown
    assert "To api.openai.com, for the model big" in shown


async def test_a_hosted_model_without_a_key_is_pointed_out(folder: Path) -> None:
    report = await examine(settings(folder, COO_MODEL="big"), None)
    assert health(report, "Model") is Health.ADVICE
    assert "set OPENAI_API_KEY" in drawn(report)
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("environ", "advised"),
    [
        ({"COO_MODEL": "gpt-99"}, True),
        ({"COO_MODEL": "gpt-5", "COO_MODEL_CHEAP": "gpt-99"}, True),
        ({"COO_MODEL": "gpt-99", "COO_MODEL_PRICES": "gpt-99=1/8"}, False),
        ({"COO_MODEL": "gpt-99", "COO_MODEL_BASE_URL": "http://ollama:11434/v1"}, False),
        ({"COO_MODEL": "gpt-5"}, False),
    ],
)
async def test_a_model_without_a_known_price_is_pointed_out(
    folder: Path, environ: dict[str, str], advised: bool
) -> None:
    report = await examine(settings(folder, OPENAI_API_KEY="sk-1", **environ), None)
    told = " ".join(drawn(report).split())
    assert ("COO_MODEL_PRICES, such as gpt-99=0.25/2" in told) is advised


async def test_a_model_that_may_see_nothing_gets_nothing(folder: Path) -> None:
    path = folder / FILE_NAME
    text = path.read_text().replace('model_may_see: "any"', 'model_may_see: "local"')
    path.write_text(text, encoding="utf-8")
    far = drawn(await examine(settings(folder, COO_MODEL="m", OPENAI_API_KEY="k"), None))
    assert "model_may_see: local" in far
    assert "Nothing. No model is used" in far
    near = settings(folder, COO_MODEL="m", COO_MODEL_BASE_URL="http://localhost:1/v1")
    assert "To localhost:1 (this machine" in drawn(await examine(near, None))


async def test_slips_in_the_environment_are_pointed_out(folder: Path) -> None:
    shown = drawn(await examine(settings(folder, COO_MODLE="x", OPENAI_API_KEY="k"), None))
    assert "Did you mean COO_MODEL?" in shown
    assert "no model is named" in shown


async def test_keys_that_others_can_read_are_pointed_out(folder: Path) -> None:
    (folder / "keys.db").touch(mode=0o600)
    assert "chmod 600" not in drawn(await examine(settings(folder), None))
    (folder / "keys.db").chmod(0o644)
    assert "chmod 600" in drawn(await examine(settings(folder), None))


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_only_sqlite_versions_with_the_fix_are_called_fine(
    version: tuple[int, ...], safe: bool
) -> None:
    assert (sqlite_finding(version).health is Health.OK) is safe


def test_this_sqlite_is_told() -> None:
    assert sqlite3.sqlite_version in sqlite_finding(sqlite3.sqlite_version_info).what


class Room:
    about = "Slack"

    def __init__(self, found: Finding | Exception) -> None:
        self._found = found

    async def look(self) -> list[Finding]:
        if isinstance(self._found, Exception):
            raise self._found
        return [self._found]


async def test_each_chat_says_itself_how_it_is_set_up(folder: Path) -> None:
    fine = Finding(about="Slack", health=Health.OK, what="team Nord, app A1")
    report = await examine(settings(folder), None, [Room(fine)])
    assert health(report, "Slack") is Health.OK
    assert "team Nord, app A1" in drawn(report)


async def test_a_chat_whose_check_falls_over_is_broken_and_the_rest_is_told_all_the_same(
    folder: Path,
) -> None:
    report = await examine(settings(folder), None, [Room(OSError("no route"))])
    assert health(report, "Slack") is Health.BROKEN
    assert health(report, FILE_NAME) is Health.OK
    assert report.exit_code == 1


async def test_what_a_chat_shows_leaves_this_machine_and_that_is_said(folder: Path) -> None:
    alone = drawn(await examine(settings(folder), None))
    chats = {"COO_TELEGRAM_TOKEN": "1:very_secret", "COO_SLACK_BOT_TOKEN": "xoxb-very-secret"}
    told = drawn(await examine(settings(folder, **chats), None))
    assert "Nothing. No model is used" in alone
    assert "To api.telegram.org, for Telegram" in told
    assert "To slack.com, for Slack" in told
    assert "very_secret" not in told
    assert "very-secret" not in told


@pytest.mark.parametrize(
    ("environ", "well", "said"),
    [
        ({"COO_LISTEN": "8081"}, Health.OK, "listens at 127.0.0.1:8081"),
        (
            {"COO_PUBLIC_URL": "https://coo.example", "COO_TELEGRAM_TOKEN": "1:a"},
            Health.ADVICE,
            "set COO_TELEGRAM_SECRET too",
        ),
        (
            {
                "COO_PUBLIC_URL": "https://coo.example",
                "COO_TELEGRAM_TOKEN": "1:a",
                "COO_TELEGRAM_SECRET": "mine",
            },
            Health.OK,
            "for https://coo.example",
        ),
    ],
)
async def test_a_web_server_that_no_chat_uses_is_pointed_out(
    folder: Path, environ: dict[str, str], well: Health, said: str
) -> None:
    (finding,) = await WebCheck(settings(folder, **environ)).look()
    assert finding.health is well
    assert said in f"{finding.what} {finding.remedy}"


async def test_what_a_hosted_embedder_is_shown_and_lacks_is_said(folder: Path) -> None:
    near = {"COO_EMBEDDER": "openai:m:64", "COO_EMBEDDER_BASE_URL": "http://localhost:1/v1"}
    report = await examine(settings(folder, **near), probes())
    assert health(report, "Embedder") is Health.OK
    assert "m with 64 numbers a vector, at localhost:1" in drawn(report)
    assert "To localhost:1, for the embedder" in "\n".join(report.leaves)
    far = {"COO_EMBEDDER": "openai:text-embedding-3-small"}
    assert health(await examine(settings(folder, **far), probes()), "Embedder") is Health.ADVICE
    keyed = {**far, "OPENAI_API_KEY": "sk-1"}
    assert health(await examine(settings(folder, **keyed), probes()), "Embedder") is Health.OK
    dear = {**keyed, "COO_EMBEDDER": "openai:m:64"}
    report = await examine(settings(folder, **dear), probes())
    assert "COO_MODEL_PRICES" in drawn(report)
