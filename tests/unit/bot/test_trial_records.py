from __future__ import annotations

import json

import pytest

from bot.rehearsal.trial import gate_inputs
from ledger.domain.events import Read
from ledger.domain.values import canonical
from ledger.domain.verdicts import Ask

KEY = 'gate#0 ["lead-1","p-1","act-1","sha","sha"]'


def answer(**changes: object) -> str:
    decision = {"verdict": Ask((), "1@a"), "input_json": '{"command":"SendReply"}'} | changes
    return canonical({name: value for name, value in decision.items() if value}).decode()


def test_the_input_of_each_verdict_is_found_under_its_action() -> None:
    reads = [Read("gate", KEY, answer()), Read("now", 'gate#0 ""', '"2026-11-23T09:00:00Z"')]
    assert gate_inputs(reads) == {"act-1": '{"command":"SendReply"}'}


@pytest.mark.parametrize(
    "read",
    [
        Read("gate", KEY, answer(input_json=None)),
        Read("gate", KEY, "null"),
        Read("gate", "gate#0", answer()),
        Read("gate", 'gate#0 ["lead-1"]', answer()),
        Read("gate", f"gate#0 {json.dumps(7)}", answer()),
    ],
)
def test_a_record_of_another_version_gives_no_input_and_breaks_nothing(read: Read) -> None:
    assert gate_inputs([read]) == {}
