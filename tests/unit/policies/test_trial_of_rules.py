from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.errors import PolicyInvalid
from ledger.domain.verdicts import Allow, Ask, Deny
from policies.checks import situations
from policies.engine import Policies
from policies.inputs import values_of
from policies.trial import NotEvaluable, tried

RULE = """version: "9"
rules:
  - id: mine
    effect: {effect}
    on: [{on}]
    when: |
      {when}
    reason: "Because."
"""


def rules(folder: Path, when: str, *, effect: str = "ask", on: str = "SendReply") -> Policies:
    file = folder / "mine.yaml"
    file.write_text(RULE.format(effect=effect, on=on, when=when))
    return Policies.trying(file)


def recorded(**changes: Any) -> str:
    """A reply that Coo may send alone, as an old record has it; None takes a value away."""
    values = values_of(situations()[0]) | changes
    return json.dumps({name: value for name, value in values.items() if value is not None})


def test_a_recorded_command_is_judged_by_the_rules_on_trial(tmp_path: Path) -> None:
    assert isinstance(tried(Policies.trying(tmp_path), recorded()), Allow)
    assert isinstance(tried(rules(tmp_path, "hour >= 0"), recorded()), Ask)
    assert isinstance(tried(rules(tmp_path, "hour >= 0", effect="deny"), recorded()), Deny)


def test_rules_about_another_command_do_not_touch_it(tmp_path: Path) -> None:
    assert isinstance(tried(rules(tmp_path, "hour >= 0", on="SendInvoice"), recorded()), Allow)


def test_a_number_that_was_not_recorded_is_never_guessed(tmp_path: Path) -> None:
    found = tried(rules(tmp_path, "attachments > 3"), recorded(attachments=None))
    assert isinstance(found, NotEvaluable)
    assert "attachments" in found.why


def test_what_no_rule_about_the_command_looks_at_may_be_missing(tmp_path: Path) -> None:
    policies = rules(tmp_path, "hour > 24")
    assert isinstance(tried(policies, recorded(max_rounds=None, discount_bp=None)), Allow)


def test_a_text_that_names_a_value_in_quotes_does_not_look_at_it(tmp_path: Path) -> None:
    policies = rules(tmp_path, 'purpose == "max_rounds"')
    assert isinstance(tried(policies, recorded(max_rounds=None)), Allow)


def test_an_unknown_truth_matters_only_where_the_verdict_turns_on_it(tmp_path: Path) -> None:
    turns = rules(tmp_path, "below_floor")
    assert isinstance(tried(turns, recorded(below_floor=None)), NotEvaluable)
    same = rules(tmp_path, "below_floor || hour >= 0")
    assert isinstance(tried(same, recorded(below_floor=None)), Ask)


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"action": "act-1"}'])
def test_an_input_that_is_gone_is_not_evaluable(tmp_path: Path, text: str) -> None:
    assert isinstance(tried(Policies.trying(tmp_path), text), NotEvaluable)


def test_an_input_of_another_type_is_not_evaluable(tmp_path: Path) -> None:
    found = tried(Policies.trying(tmp_path), recorded(hour="noon"))
    assert isinstance(found, NotEvaluable)


def test_a_file_takes_the_place_of_the_operators_file_of_its_name(tmp_path: Path) -> None:
    own, draft = tmp_path / "policies", tmp_path / "drafts"
    own.mkdir()
    draft.mkdir()
    (own / "mine.yaml").write_text(RULE.format(effect="deny", on="SendReply", when="hour >= 0"))
    (own / "other.yaml").write_text(
        RULE.replace("mine", "other").format(effect="ask", on="SendReply", when="hour >= 0")
    )
    (draft / "mine.yaml").write_text(RULE.format(effect="ask", on="SendReply", when="false"))
    assert isinstance(tried(Policies.trying(draft / "mine.yaml", own), recorded()), Ask)
    assert isinstance(tried(Policies.trying(draft, own), recorded()), Allow)


def test_a_bad_file_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        rules(tmp_path, "amount_mino > 1")
    assert (refused.value.file, refused.value.line) == ("mine.yaml", 7)
    assert "amount_mino" in refused.value.reason
    with pytest.raises(PolicyInvalid, match="cannot be read"):
        Policies.trying(tmp_path / "nowhere.yaml")
