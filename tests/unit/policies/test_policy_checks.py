"""Static checks: every shipped rule can fire, and no grid point breaks an invariant."""

import pytest

from policies.checks import INVARIANTS, check, grid
from policies.engine import Policies


@pytest.fixture(scope="module")
def shipped():
    return check(Policies.load())


def test_every_shipped_rule_fires_somewhere(shipped):
    assert shipped.never_fire == ()


def test_the_shipped_rules_keep_every_invariant(shipped):
    assert shipped.violations == ()


def test_a_shipped_set_without_the_recipient_rules_breaks_the_first_invariant(tmp_path):
    (tmp_path / "a.yaml").write_text(
        'version: "1"\nrules:\n  - {id: any, effect: allow, on: "*", when: "true", reason: yes}\n'
    )
    broken = check(Policies.load(tmp_path)).violations
    assert {violation.invariant for violation in broken} == {known.name for known in INVARIANTS}
    first = next(v for v in broken if v.invariant == "an untrusted recipient is never allowed")
    assert first.given.trust_to == "untrusted"
    assert [hit.rule for hit in first.fired] == ["any"]


def test_a_rule_that_contradicts_itself_is_flagged_as_one_that_never_fires(tmp_path):
    (tmp_path / "a.yaml").write_text(
        'version: "1"\nrules:\n'
        "  - {id: dead, effect: ask, on: '*', when: first_contact && !first_contact, reason: x}\n"
        "  - {id: one, effect: deny, on: '*', when: contact == 'con-77', reason: x}\n"
        "  - {id: late, effect: ask, on: '*', when: hour > 21 && amount_minor > 1234, reason: x}\n"
    )
    assert check(Policies.load(None, tmp_path)).never_fire == ("dead",)


def test_the_grid_tries_a_limit_below_at_and_above():
    amounts = {given.amount_minor for given in grid(Policies.load().rules)}
    assert {99_999, 100_000, 100_001} <= amounts
