"""What other rules would have changed: counted over all commands on record, and nothing done."""

from __future__ import annotations

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


def rule(name: str, effect: str, on: str, when: str = "hour >= 0") -> str:
    return RULE.format(id=name, effect=effect, on=on, when=when)


def written(file: Path, *rules: str) -> None:
    file.write_text(RULES + "".join(rules))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "draft.yaml"


async def test_the_same_rules_change_nothing(business: Any, file: Path) -> None:
    await business.invoiced()
    written(file, rule("never", "ask", "SendReply", "hour > 24"))
    said = await business.says(f"whatif {file}")
    assert "Of 3 commands" in said
    assert (
        "3 unchanged, 0 with fewer asks, 0 with new asks, 0 newly denied, 0 not evaluable" in said
    )
    assert "nothing that you rejected" in said


async def test_each_kind_of_change_is_counted_and_opened_by_one_command(
    business: Any, file: Path
) -> None:
    await business.invoiced()
    written(
        file,
        rule("ask-invoices", "ask", "IssueInvoice"),
        rule("no-invoices", "deny", "SendInvoice"),
    )
    said = await business.says(f"whatif {file} --since 30d")
    assert "1 unchanged, 0 with fewer asks, 1 with new asks, 1 newly denied" in said
    assert f"`whatif {file} --since 30d show new-asks`" in said
    case = (await business.case()).id
    asks = await business.says(f"whatif {file} --since 30d show new-asks")
    assert "Issue an invoice" in asks
    assert "then: allowed (invoice-for-accepted-proposal)" in asks
    assert "under these rules: asked" in asks
    assert "ask-invoices" in asks
    assert f"`audit {case}`" in asks
    denied = await business.says(f"whatif {file} --since 30d show newly-denied")
    assert "denied (no-invoices)" in denied
    pointer = denied.partition("`why ")[2].partition("`")[0]
    assert "Send an invoice" in await business.says(f"why {pointer}")


async def test_what_would_have_run_against_the_operators_no_stands_first(
    business: Any, file: Path
) -> None:
    await business.offered()
    await business.mail(
        "We accept your offer, please go ahead.\n\nAda\n", answers=business.sent()[-1]
    )
    card = await business.only_card()
    await business.says(f"show {card.number}")
    await business.says(f"reject {card.number} not before the first of the month")
    written(file, rule("alone", "allow", "SendInvoice"))
    reply = await business.commands.answer(f"whatif {file}")
    assert reply.lines[0].startswith("! It would have run 1 command that you rejected")
    assert "1 with fewer asks" in reply.title
    said = await business.says(f"whatif {file} show rejected")
    assert "you rejected it: not before the first of the month" in said
    assert "under these rules: allowed (alone)" in said


async def test_a_command_without_a_recorded_input_is_counted_as_not_evaluable(
    business: Any, file: Path
) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    card = await business.only_card()
    await business.says(f"show {card.number}")
    await business.says(f"edit {card.number} subject Our offer for you")
    await business.says(f"approve {card.number}")
    written(file, rule("never", "ask", "SendReply"))
    said = await business.says(f"whatif {file}")
    assert "1 unchanged" in said
    assert "1 not evaluable" in said
    assert "no rule was asked" in await business.says(f"whatif {file} show not-evaluable")


async def test_commands_of_an_erased_person_are_not_evaluable(business: Any, file: Path) -> None:
    await business.invoiced()
    person = (await business.app.views.all(Contact))[0].persons[0]
    business.app.keys.forget(person)
    written(file, rule("never", "ask", "SendReply"))
    said = await business.says(f"whatif {file}")
    assert "Of 3 commands" in said
    assert "3 not evaluable" in said
    assert "erased" in await business.says(f"whatif {file} show not-evaluable")


async def test_only_commands_since_then_count(business: Any, file: Path) -> None:
    await business.offered()
    business.clock.forward(days=40)
    written(file, rule("never", "ask", "SendReply"))
    assert "No command was proposed since" in await business.says(f"whatif {file}")
    assert "Of 1 command" in await business.says(f"whatif {file} --since 60d")
    assert "Of 1 command since the beginning" in await business.says(f"whatif {file} --since all")


async def test_it_never_acts_and_appends_nothing(business: Any, file: Path) -> None:
    await business.mail("Hello, we would like your website design package. Ada")
    written(file, rule("alone", "allow", "SendProposal"), rule("no", "deny", "SendReply"))
    before, sent = len(await business.all_facts()), len(business.sent())
    policy = business.office.policies.policy
    for line in (
        f"whatif {file}",
        f"whatif {file} show fewer-asks",
        f"whatif {file} show rejected",
    ):
        await business.says(line)
    assert (len(await business.all_facts()), len(business.sent())) == (before, sent)
    assert business.office.policies.policy == policy
    assert await business.only_card()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("whatif {file} --since soon", "no span of time"),
        ("whatif {file} show everything", "There is no group 'everything'"),
        ("whatif {file} {file}", "cannot be read as a file, a span and a group"),
        ('whatif "{file}', "cannot be read as a file, a span and a group"),
        ("whatif {file} --since", "no span of time"),
        ("whatif", "FILE is a file of rules"),
    ],
)
async def test_what_is_said_wrongly_is_answered_with_what_to_say(
    business: Any, file: Path, line: str, answer: str
) -> None:
    written(file, rule("never", "ask", "SendReply"))
    assert answer in await business.says(line.format(file=file))


async def test_a_bad_rule_file_is_answered_with_line_and_reason(business: Any, file: Path) -> None:
    written(file, rule("typo", "ask", "SendReply", "amount_mino > 1"))
    said = await business.says(f"whatif {file}")
    assert "draft.yaml:6: undeclared reference to 'amount_mino'" in said
    assert "No such file" in await business.says("whatif nowhere.yaml")
