"""Rule files: what is refused at load, and with which line."""

import pytest

from ledger.domain.errors import PolicyInvalid
from policies.attention import Urgency
from policies.rulebook import Effect, Reader, RuleFile

READER = Reader()


def read(text: str):
    return READER.sheet(RuleFile("mine.yaml", text.encode()))


def refusal(text: str) -> PolicyInvalid:
    with pytest.raises(PolicyInvalid) as caught:
        read(text)
    assert caught.value.file == "mine.yaml"
    return caught.value


def rule(**changes: str) -> str:
    keys = {
        "id": "big",
        "effect": "ask",
        "on": "[SendProposal]",
        "when": "amount_minor > 5",
        "reason": "'{amount} is much.'",
    } | changes
    body = "\n    ".join(f"{key}: {value}" for key, value in keys.items() if value)
    return f'version: "1"\nrules:\n  - {body}\n'


def test_a_good_file_gives_its_rules_in_order():
    sheet = read(rule(note="why I want this"))
    assert sheet.version == "1"
    assert [(r.id, r.effect, r.on, r.line) for r in sheet.rules] == [
        ("big", Effect.ASK, ("SendProposal",), 3)
    ]


def test_a_rule_may_mark_what_it_asks_about_as_urgent():
    assert [r.urgency for r in read(rule(urgency="urgent")).rules] == [Urgency.URGENT]
    assert [r.urgency for r in read(rule()).rules] == [Urgency.NORMAL]


def test_a_file_with_nothing_but_comments_holds_no_rules():
    assert read("# nothing yet\n").rules == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (rule(when="amonut_minor > 5"), 6, "undeclared reference to 'amonut_minor'"),
        (rule(when="amount_minor > 'x'"), 6, "no matching overload"),
        (rule(when="amount_minor > 5.0"), 6, "no matching overload"),
        (rule(when="amount_minor >"), 6, "Syntax error"),
        (rule(when="amount_minor"), 6, "of type INT"),
        (rule(when="dyn(first_contact)"), 6, "of type DYN"),
        (rule(effect="forbid"), 4, "'forbid' is not one of: allow, ask, deny"),
        (rule(urgency="very"), 8, "'very' is not one of: normal, urgent"),
        (rule(urgency="urgent", effect="deny"), 8, "a meaning only where the effect is ask"),
        (rule(on="[SendPropsal]"), 5, "perhaps 'SendProposal' was meant"),
        (rule(on="[]"), 5, "'on' names no command"),
        (rule(on=""), 3, "'on' is missing"),
        (rule(whenn="true"), 8, "'whenn' is not a key here, perhaps 'when' was meant"),
        (rule(reason="'{amuont} is much'"), 7, "the reason names 'amuont'"),
        (rule(reason="'{to.__class__}'"), 7, "must be a plain name"),
        (rule(reason="'{to!r}'"), 7, "must be a plain name"),
        (rule(reason="'open { brace'"), 7, "in the reason"),
        (rule(reason=""), 3, "'reason' is missing"),
        (rule(id="Big Rule"), 3, "small letters"),
        (rule(when="[a, list]"), 6, "here belongs a text"),
        ('version: "1"\nrules: none\n', 2, "here belongs a list"),
        ('version: "a b"\nrules: []\n', 1, "`version`"),
        ("rules: []\n", 1, "'version' is missing"),
        ('version: "1"\nversion: "2"\nrules: []\n', 2, "given twice"),
        ('version: "1"\nrules:\n\t- x\n', 3, "not YAML"),
        ("- just a list\n", 1, "here belong keys"),
        ('version: "1"\nrules: [&a [*b]]\n', 2, "not YAML"),
        ('version: "1"\nrules: []\n---\nversion: "1"\n', 3, "not YAML"),
        ('version: "1\x07"\nrules: []\n', 1, "not allowed in YAML"),
        ('version: "1"\nabout: models\nrules: []\n', 2, "not one of: commands, model"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_reason(text, line, words):
    error = refusal(text)
    assert words in error.reason
    assert error.line == line


def test_a_wrong_name_deep_inside_a_block_is_found_on_its_own_line():
    text = rule(when="|\n      first_contact\n      && amonut_minor > 5")
    assert refusal(text).line == 8


def test_rules_about_the_model_see_other_names_and_no_commands():
    text = 'version: "1"\nabout: model\nrules:\n  - id: x\n    effect: deny\n'
    good = read(text + "    when: contact == 'con-1'\n    reason: Not this one.\n")
    assert good.rules[0].on == ()
    bad = text + "    when: amount_minor > 5\n    reason: x\n"
    assert "undeclared reference" in refusal(bad).reason
    assert (
        "'on' has no meaning"
        in refusal(text + "    on: '*'\n    when: 'true'\n    reason: x\n").reason
    )


def test_an_id_used_in_two_files_is_refused_and_both_places_are_named():
    files = [RuleFile("a.yaml", rule().encode()), RuleFile("b.yaml", rule().encode())]
    with pytest.raises(PolicyInvalid) as caught:
        READER.sheets(files)
    assert (caught.value.file, caught.value.line) == ("b.yaml", 3)
    assert "a.yaml:3" in caught.value.reason


def test_bytes_that_are_no_text_are_refused_with_their_line():
    with pytest.raises(PolicyInvalid) as caught:
        READER.sheet(RuleFile("mine.yaml", b'version: "1"\nrules: \xff\n'))
    assert (caught.value.line, caught.value.reason) == (2, "the file is not UTF-8 text")


def test_a_file_nested_without_end_is_refused_not_a_crash():
    assert refusal("[" * 2_000).line >= 1
