from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import texts
from bot.commands import parse, words

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("inbox", words.Inbox()),
        ("  INBOX ", words.Inbox()),
        ("/inbox", words.Inbox()),
        ("/coo inbox", words.Inbox()),
        ("approve 3", words.Approve("3")),
        ("approve 3.", words.Approve("3")),
        ('approve "Ada Byron"', words.Approve("Ada Byron")),
        ("approve Ada Byron", words.Approve("Ada Byron")),
        ("reject 3 too cheap", words.Reject("3", "too cheap")),
        ("reject 3: too cheap", words.Reject("3", "too cheap")),
        ("reject 'Ada Byron' too cheap", words.Reject("Ada Byron", "too cheap")),
        ("reject", words.Reject()),
        ("edit 3", words.Edit("3")),
        ("edit 3 body Hello\\nthere", words.Edit("3", "body", "Hello\nthere")),
        ("edit 3 subject: New", words.Edit("3", "subject", "New")),
        ("contact ada byron", words.ShowContact("ada byron")),
        ("contact Order GmbH", words.ShowContact("Order GmbH")),
        ("contact ada byron country FR", words.Enter("ada byron", "country", "FR")),
        ("contact ada VAT id: FR 40 303", words.Enter("ada", "vat-id", "FR 40 303")),
        ("contact 'Big Business Ltd' order PO-7", words.Enter("Big Business Ltd", "order", "PO-7")),
        ("contact ada address 1 rue X, Paris", words.Enter("ada", "address", "1 rue X, Paris")),
        ("contact ada vat-id", words.Enter("ada", "vat-id")),
        ("later 3 tomorrow", words.Later("3", "tomorrow")),
        ("tell ada we start in March", words.Tell("ada", "we start in March")),
        ("did-it 3", words.DidIt("3")),
        ("show 3", words.Show("3")),
        ("3", words.Show("3")),
        ("#3", words.Show("3")),
        ("3 yes please", words.Numbered("3", "yes please")),
        ("3: yes", words.Numbered("3", "yes")),
        ("why", words.Why()),
        ("why 3?", words.Why("3")),
        ("why ada step 7", words.Why("ada", "7")),
        ("why step 7", words.Why("", "7")),
        ("why not", words.Why(negated=True)),
        ("why not discount?", words.Why("discount", negated=True)),
        ("why nothing", words.Why("nothing")),
        ("stop", words.Halt()),
        ("STOP!", words.Halt()),
        ("stop all", words.Halt()),
        ("stop everything", words.Halt()),
        ("stop now!", words.Halt()),
        ("stop ada", words.Halt("ada")),
        ("stop ada because she moved", words.Halt("ada", "she moved")),
        ("resume", words.Resume()),
        ("resume all", words.Resume()),
        ("resume ada", words.Resume("ada")),
        ("retry act-1", words.Retry("act-1")),
        ("replay 1", words.Replay("1")),
        ("audit A-1", words.Audit("A-1")),
        ("status", words.Status()),
        ("failures", words.Failures()),
        ("help Stop", words.Help("stop")),
        ("?", words.Help()),
        ("quit", words.Quit()),
        ("exit", words.Quit()),
        ("", words.Nothing()),
        ("   ", words.Nothing()),
        ("say inbox is full", words.Say("inbox is full", free=False)),
        ("Please write to Ada", words.Say("Please write to Ada")),
        ("Thanks", words.Say("Thanks")),
    ],
)
def test_a_line_means(line: str, meant: words.Intention) -> None:
    assert parse(line) == meant


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("aprove 3", "approve"),
        ("inobx", "inbox"),
        ("/failure", "failures"),
        ("stauts ada", "status"),
        ("rejekt 3 no", "reject"),
    ],
)
def test_a_slip_offers_the_nearest_command(line: str, near: str) -> None:
    intent = parse(line)
    assert isinstance(intent, words.Unknown)
    assert intent.near[0] == near


def test_a_slash_makes_a_command_even_of_what_is_none() -> None:
    assert parse("/frobnicate now") == words.Unknown("frobnicate", ())


def test_a_sentence_that_starts_like_a_command_word_is_said_and_not_taken_for_a_slip() -> None:
    assert parse("Tall people need longer beds") == words.Say("Tall people need longer beds")


@given(st.text(max_size=80))
def test_any_line_means_something(line: str) -> None:
    assert parse(line) is not None


def test_every_command_in_the_help_is_understood_and_has_a_page() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for each in texts.COMMANDS:
        assert not isinstance(parse(each.name), words.Say | words.Unknown), each.name
        assert each.name in texts.MORE_HELP
        assert f"| `{each.usage.replace('|', chr(92) + '|')}` | {each.does} |" in page
    listed = [
        line
        for line in page.splitlines()
        if line.startswith("| `") and not line.startswith("| `coo ")
    ]
    assert len(listed) == len(texts.COMMANDS)
