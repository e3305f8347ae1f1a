"""What a rule sees is documented, or the build fails."""

import re
from pathlib import Path

from policies.engine import Policies
from policies.inputs import COMMANDS, GateInput, ModelInput, names_of
from policies.rulebook import About
from policies.wording import SHARES, SPOKEN

DOC = (Path(__file__).parents[3] / "docs" / "policies.md").read_text()
COMMANDS_PART, MODEL_PART = DOC.split("## What may be shown to a language model")


def rows(text):
    return re.findall(r"^\| `(\w+)` \| \S", text, flags=re.MULTILINE)


def test_every_name_a_rule_sees_is_documented_once_and_no_other():
    assert sorted(rows(COMMANDS_PART)) == sorted(names_of(GateInput))
    assert sorted(rows(MODEL_PART)) == sorted(names_of(ModelInput))


def test_every_command_and_every_placeholder_in_words_is_documented():
    assert all(f"`{name}`" in DOC for name in COMMANDS)
    assert all(f"`{{{word}}}`" in DOC for word in (*SPOKEN, *SHARES))


def test_the_rule_in_the_documentation_works(tmp_path):
    block = DOC.split("    version:")[1].split("\n\n")[0]
    (tmp_path / "mine.yaml").write_text("    version:" + block)
    rules = Policies.load(None, tmp_path).rules
    assert [r.id for r in rules if r.file == "mine.yaml"] == [
        "small-invoices-go-out",
        "reverse-it-soon",
    ]
    assert rules[-1].about is About.COMMANDS


def test_every_shipped_reason_is_a_sentence():
    for rule in Policies.load().rules:
        assert rule.reason.endswith("."), rule.id
        assert rule.reason[0].isupper() or rule.reason[0] == "{", rule.id
