"""Whatever happens in whatever order, every history is a sound one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import AnyHistory

FEW = settings(
    max_examples=8,
    stateful_step_count=12,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(
    FEW,
    max_examples=60,
    stateful_step_count=30,
    phases=[Phase.generate, Phase.shrink],
    print_blob=True,
)


def test_any_history_does_everything_once_with_a_yes_to_it_and_loses_nothing() -> None:
    run_state_machine_as_test(AnyHistory, settings=FEW)


@pytest.mark.slow
def test_many_long_histories_do_everything_once_with_a_yes_to_it_and_lose_nothing() -> None:
    run_state_machine_as_test(AnyHistory, settings=MANY)
