"""A case run again, as it would have been: under other rules, and never with an effect."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.entities import Contact

RULES = 'version: "9"\nrules:\n'
RULE = """  - id: {id}
    effect: {effect}
    on: [{on}]
    when: {when}
    reason: "Because."
"""


def written(file: Path, name: str, effect: str, on: str, when: str = "hour >= 0") -> Path:
    file.write_text(RULES + RULE.format(id=name, effect=effect, on=on, when=when))
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "draft.yaml"


async def test_a_replay_is_identical_and_says_over_how_much(business: Any) -> None:
    await business.invoiced()
    said = await business.says("replay 1")
    assert "is identical: " in said
    assert "deliveries over" in said


async def test_deliveries_of_an_erased_person_replay_as_erased(business: Any) -> None:
    await business.invoiced()
    business.app.keys.forget((await business.app.views.all(Contact))[0].persons[0])
    said = await business.says("replay 1")
    assert "was erased with the person" in said or "were erased with the person" in said
    assert "differs" not in said


async def test_rules_that_decide_alike_make_no_difference(business: Any, file: Path) -> None:
    await business.invoiced()
    written(file, "never", "ask", "SendReply")
    said = await business.says(f"replay 1 --policy {file}")
    assert "No difference" in said
    assert "Nothing was done and nothing recorded." in said


async def test_the_first_other_verdict_is_named_and_what_follows_is_counterfactual(
    business: Any, file: Path
) -> None:
    await business.invoiced()
    written(file, "no-invoices", "deny", '"*"', 'command != "SendProposal"')
    said = await business.says(f"replay 1 --policy {file}")
    first, _, rest = said.partition(" – counterfactual")
    assert "First difference in delivery" in first
    assert "then: Issue an invoice: allowed (invoice-for-accepted-proposal)" in first
    assert "instead: Issue an invoice: denied" in first
    assert "Send an invoice" not in first
    assert "instead: Send an invoice: denied" in rest


async def test_a_case_that_would_have_been_stricter_shows_the_card_it_would_have_shown(
    business: Any, file: Path
) -> None:
    await business.invoiced()
    written(file, "ask-me", "ask", "IssueInvoice")
    said = await business.says(f"replay 1 --policy={file}")
    assert "instead: asks you: Invoice over €2,856.00" in said


async def test_a_replay_under_other_rules_never_acts_and_appends_nothing(
    business: Any, file: Path
) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    written(file, "alone", "allow", "SendProposal")
    before, sent = len(await business.all_facts()), len(business.sent())
    await business.says(f"replay 1 --policy {file}")
    await business.says("replay 1")
    assert (len(await business.all_facts()), len(business.sent())) == (before, sent)
    assert await business.only_card()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("replay 1 --model big", "No language model can be asked here"),
        ("replay 1 --polcy {file}", "is no option of replay"),
        ("replay 1 --policy nowhere.yaml", "nowhere.yaml:1: cannot be read"),
        ("replay nobody --policy {file}", "I know nothing called 'nobody'"),
    ],
)
async def test_what_is_said_wrongly_is_answered_with_what_to_say(
    business: Any, file: Path, line: str, answer: str
) -> None:
    await business.offered()
    written(file, "never", "ask", "SendReply")
    assert answer in await business.says(line.format(file=file))


async def test_code_that_tries_to_reach_the_world_stops_the_replay_and_is_named(
    business: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await business.offered()
    module = sys.modules["graph.nodes.plan"]
    allowed = module.allowed

    def calls_home(*choice: Any) -> Any:
        socket.getaddrinfo("127.0.0.1", 9)
        return allowed(*choice)

    monkeypatch.setattr(module, "allowed", calls_home)
    said = await business.says("replay 1")
    assert "differs" in said
    assert "The call 'socket.getaddrinfo' is not recorded, and a replay cannot reach the" in said
