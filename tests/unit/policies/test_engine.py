"""The engine: deny beats ask, ask beats allow, nothing is allowed by accident."""

import hashlib
from pathlib import Path

import pytest

from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule
from policies.attention import Urgency
from policies.checks import situations
from policies.engine import LARGEST_FILE, Loaded, Policies, Refused, shipped_rules
from policies.inputs import values_of
from policies.rulebook import About

CALM = situations()[0]


def rules(*parts: tuple[str, str, str], version: str = "t1") -> str:
    lines = [f'version: "{version}"', "rules:" if parts else "rules: []"]
    for name, effect, when in parts:
        lines.append(f"  - id: {name}\n    effect: {effect}\n    on: '*'")
        lines.append(f"    when: |\n      {when}\n    reason: Because of {name}.")
    return "\n".join(lines) + "\n"


def engine(tmp_path: Path, *parts: tuple[str, str, str]) -> Policies:
    (tmp_path / "shipped").mkdir(exist_ok=True)
    (tmp_path / "shipped" / "a.yaml").write_text(rules(*parts))
    (tmp_path / "own").mkdir(exist_ok=True)
    return Policies.load(tmp_path / "shipped", tmp_path / "own")


def decide(policies: Policies, **changes: object):
    return policies.decide(About.COMMANDS, CALM.command, values_of(CALM) | changes)


ALLOW = ("may", "allow", "true")
ASK = ("wants", "ask", "true")
DENY = ("forbids", "deny", "true")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [([ALLOW], Allow), ([ALLOW, ASK], Ask), ([ASK, DENY, ALLOW], Deny), ([ALLOW, DENY], Deny)],
)
def test_deny_beats_ask_and_ask_beats_allow(tmp_path, parts, kind):
    verdict = decide(engine(tmp_path, *parts))
    assert type(verdict) is kind
    assert {hit.rule for hit in verdict.fired} == {name for name, _, _ in parts}


def test_where_no_rule_fires_the_default_asks_and_says_it_cannot_be_taken_back(tmp_path):
    verdict = decide(engine(tmp_path, ("never", "allow", "false")))
    assert isinstance(verdict, Ask)
    assert [hit.rule for hit in verdict.fired] == ["default"]
    assert "cannot be taken back" in verdict.fired[0].reason


def test_a_rule_that_cannot_be_evaluated_denies_and_says_so(tmp_path):
    policies = engine(tmp_path, ALLOW, ("broken", "allow", "amount_minor / version > 1"))
    verdict = decide(policies, version=0)
    assert isinstance(verdict, Deny)
    broken = next(hit for hit in verdict.fired if hit.rule == "broken")
    assert (broken.effect, "divide by zero" in broken.reason) == ("deny", True)


@pytest.mark.parametrize("wrong", [{"amount_minor": 2**70}, {"first_contact": "no"}])
def test_a_value_of_the_wrong_kind_denies(tmp_path, wrong):
    policies = engine(tmp_path, ("a", "allow", "amount_minor >= 0 && !first_contact"))
    assert isinstance(decide(policies, **wrong), Deny)


def test_a_rule_only_concerns_the_commands_it_names(tmp_path):
    policies = engine(tmp_path)
    text = rules(ALLOW).replace("'*'", "[SendInvoice]")
    (tmp_path / "own" / "mine.yaml").write_text(text)
    policies.reload()
    assert isinstance(decide(policies), Ask)
    assert isinstance(policies.decide(About.COMMANDS, "SendInvoice", values_of(CALM)), Allow)


def test_the_policy_names_its_versions_and_the_hash_of_its_bytes(tmp_path):
    engine(tmp_path, ALLOW)
    (tmp_path / "own" / "mine.yaml").write_text(rules(ASK, version="acme-2"))
    policies = Policies.load(tmp_path / "shipped", tmp_path / "own")
    data = b"".join((tmp_path / p).read_bytes() for p in ("shipped/a.yaml", "own/mine.yaml"))
    assert policies.policy == f"t1+acme-2@{hashlib.sha256(data).hexdigest()[:12]}"
    assert policies.status == Loaded(policies.policy, ("may", "wants"))
    assert decide(policies).policy == policies.policy


def test_a_bad_file_at_reload_leaves_the_last_good_rules_in_force(tmp_path):
    policies = engine(tmp_path, ALLOW)
    good = policies.policy
    (tmp_path / "own" / "mine.yaml").write_text(rules(("x", "deny", "nonsense")))
    assert policies.reload() == policies.status
    assert isinstance(policies.status, Refused)
    assert (policies.status.file, policies.status.line) == ("mine.yaml", 7)
    assert policies.status.kept == good
    assert decide(policies) == Allow(decide(policies).fired, good)
    (tmp_path / "own" / "mine.yaml").write_text(rules(("x", "deny", "true")))
    assert isinstance(policies.reload(), Loaded)
    assert isinstance(decide(policies), Deny)


def test_at_a_cold_start_with_a_bad_file_everything_asks_and_the_verdict_says_why(tmp_path):
    engine(tmp_path, ALLOW, ("limit", "deny", "amount_minor > 5"))
    (tmp_path / "own" / "mine.yaml").write_text(rules(("x", "allow", "nonsense")))
    policies = Policies.load(tmp_path / "shipped", tmp_path / "own")
    verdict = decide(policies)
    assert isinstance(policies.status, Refused)
    assert isinstance(verdict, Ask)
    assert verdict.fired[0].rule == "rules-refused"
    assert "mine.yaml:7" in verdict.fired[0].reason
    assert isinstance(decide(policies, amount_minor=6), Deny)
    (tmp_path / "own" / "mine.yaml").unlink()
    policies.reload()
    assert isinstance(decide(policies), Allow)


def test_with_even_the_shipped_rules_unreadable_everything_asks(tmp_path):
    (tmp_path / "a.yaml").write_text("rules: ][")
    policies = Policies.load(tmp_path, None)
    assert isinstance(decide(policies), Ask)
    assert policies.policy.startswith("none@")


def test_a_rule_of_the_operator_cannot_lift_a_shipped_deny(tmp_path):
    (tmp_path / "mine.yaml").write_text(rules(("let-it-go", "allow", "true")))
    policies = Policies.load(None, tmp_path)
    assert isinstance(policies.status, Loaded)
    assert isinstance(decide(policies, recipient_in_address_book=False), Deny)


def test_a_rule_of_the_operator_can_grant_what_is_otherwise_asked_about(tmp_path):
    invoice = values_of(situations()[3])
    asked = Policies.load().decide(About.COMMANDS, "SendInvoice", invoice)
    (tmp_path / "mine.yaml").write_text(rules(("small", "allow", "amount_minor <= 100000")))
    granted = Policies.load(None, tmp_path).decide(About.COMMANDS, "SendInvoice", invoice)
    assert (type(asked), type(granted)) == (Ask, Allow)


def test_a_rule_file_of_absurd_size_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_bytes(b"#" * (LARGEST_FILE + 1))
    status = Policies.load(None, tmp_path).status
    assert isinstance(status, Refused)
    assert "longer than" in status.reason


def test_a_rule_file_that_cannot_be_opened_is_refused(tmp_path):
    (tmp_path / "mine.yaml").mkdir()
    assert isinstance(Policies.load(None, tmp_path).status, Refused)


def test_files_that_are_no_rules_are_left_alone(tmp_path):
    (tmp_path / "README.md").write_text("how to")
    assert isinstance(Policies.load(None, tmp_path).status, Loaded)


def test_the_shipped_rules_come_with_the_package():
    names = sorted(entry.name for entry in shipped_rules().iterdir())
    assert "10-recipients.yaml" in names
    assert isinstance(Policies.load().status, Loaded)


def test_a_hostile_value_in_a_reason_stays_one_harmless_line(tmp_path):
    policies = engine(tmp_path)
    text = rules(ASK).replace("Because of wants.", "To {to}.")
    (tmp_path / "own" / "mine.yaml").write_text(text)
    policies.reload()
    verdict = decide(policies, to="a\u202eb\u200b\n{amount}\x00" + "x" * 500)
    reason = verdict.fired[0].reason
    assert reason.isprintable()
    assert "{amount}" in reason
    assert len(reason) < 100


def test_an_ask_is_as_urgent_as_the_most_urgent_rule_that_fired(tmp_path):
    rules = """
version: "1"
rules:
  - {id: soon, effect: ask, on: "*", when: "true", reason: "Soon.", urgency: urgent}
  - {id: whenever, effect: ask, on: "*", when: "true", reason: "Whenever."}
"""
    (tmp_path / "mine.yaml").write_text(rules)
    policies = Policies.load(None, tmp_path)
    calm, soon = FiredRule("whenever", "ask", ""), FiredRule("soon", "ask", "")
    assert policies.urgency(Ask((calm, soon), "1@a")) is Urgency.URGENT
    assert policies.urgency(Ask((calm,), "1@a")) is Urgency.NORMAL
    assert policies.urgency(Deny((soon,), "1@a")) is Urgency.NORMAL
    assert policies.urgency(None) is Urgency.NORMAL
