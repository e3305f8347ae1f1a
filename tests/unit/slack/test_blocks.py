from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError

from bot import texts
from bot.channel import Button, Card, CardKind, Reply, Row, Table, Verb
from bot.slack import blocks
from bot.slack.blocks import VIEW, fallback, note, sheet

NASTY = "<!channel> <@U1> <https://evil.example|bank> *bold* `x` :tada: & \u202egnp\u200b\u0000"


def card(**more: Any) -> Card:
    given_ = {
        "kind": CardKind.APPROVAL,
        "about": "apr-1",
        "number": 3,
        "title": "Send an offer to Ada",
        "rows": (Row("To", ("Ada <ada@byron.example>",), important=True), Row("Risk", ("! high",))),
        "excerpt": "Dear Ada",
        "buttons": (
            Button(label=texts.VERB_APPROVE, typed="approve 3", verb=Verb.APPROVE),
            Button(label=texts.VERB_EDIT, typed="edit 3", verb=Verb.EDIT),
            Button(label=texts.VERB_REJECT, typed="reject 3 WHY", verb=Verb.REJECT),
        ),
        "footer": "Approving runs exactly these bytes: abc…",
    }
    return Card(**{**given_, **more})


def ids_of(reply: Reply) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(f"nonce:{place}" for place, _ in enumerate(card.buttons)) for card in reply.cards
    )


def drawn(reply: Reply) -> tuple[dict[str, Any], ...]:
    return sheet(reply, ids_of(reply)).blocks


def walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from walk(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from walk(value)


def buttons_in(made: Any) -> list[dict[str, Any]]:
    return [each for each in walk(made) if each.get("type") == "button"]


def literal(made: Any) -> str:
    return "".join(str(e["text"]) for e in walk(made) if e.get("type") == "text")


def test_a_card_reads_title_rows_text_and_ends_in_its_buttons() -> None:
    made = drawn(Reply(cards=(card(),)))
    kinds = [each["type"] for each in made]
    assert kinds == ["header", "rich_text", "rich_text", "actions", "divider"]
    assert made[0]["text"]["text"] == "3 · Send an offer to Ada"
    assert "Ada <ada@byron.example>" in literal(made[1])
    assert "⚠ high" in literal(made[1])
    assert literal(made[2]) == "Dear Ada"


def test_of_an_important_row_the_first_line_stands_out() -> None:
    row = Row("3", ("Send an offer to Ada", "€2,856.00 gross"), important=True)
    (made,) = [each for each in drawn(Reply(cards=(card(rows=(row,)),))) if "€2" in str(each)]
    bold = [each["text"] for each in walk(made) if each.get("style", {}).get("bold")]
    assert bold == ["Send an offer to Ada"]


def test_buttons_carry_their_opaque_id_and_nothing_of_the_card() -> None:
    made = buttons_in(drawn(Reply(cards=(card(),))))
    assert [each["value"] for each in made] == ["nonce:0", "nonce:1", "nonce:2"]
    assert [each.get("style") for each in made] == ["primary", None, "danger"]
    assert all(each["action_id"].startswith(blocks.TAPPED) for each in made)


def test_a_button_without_an_id_is_said_as_what_to_type() -> None:
    made = sheet(Reply(cards=(card(),))).blocks
    assert not buttons_in(made)
    assert "approve 3  Approve" in literal(made)


def test_only_what_cannot_be_taken_back_is_asked_about_twice() -> None:
    assert not any("confirm" in each for each in buttons_in(drawn(Reply(cards=(card(),)))))
    sure = buttons_in(drawn(Reply(cards=(card(irreversible=True),))))
    assert [("confirm" in each) for each in sure] == [True, False, False]
    assert sure[0]["confirm"]["title"]["text"] == texts.SLACK_SURE


def test_fine_print_stays_behind_more() -> None:
    rows = (Row("To", ("Ada",)), Row("Checks", ("invoice unpaid",), brief=()))
    assert "Checks" not in literal(drawn(Reply(cards=(card(rows=rows),))))


def test_foreign_words_are_shown_as_the_signs_they_are() -> None:
    reply = Reply(
        title=NASTY,
        lines=(NASTY,),
        table=Table(("Name", "What"), ((NASTY, NASTY),)),
        cards=(card(title=NASTY, excerpt=NASTY, rows=(Row("Subject", (NASTY,)),), footer=NASTY),),
        hints=(NASTY,),
    )
    made = sheet(reply, ids_of(reply))
    parsed = [e["text"] for e in walk(made.blocks) if e.get("type") in {"plain_text", "mrkdwn"}]
    assert not any("<" in text or ">" in text for text in [*parsed, made.text])
    assert not any(each.get("type") == "mrkdwn" for each in walk(made.blocks))
    assert not any(each.get("emoji") for each in walk(made.blocks))
    kinds = {each.get("type") for each in walk(made.blocks)}
    assert not kinds & {"link", "user", "channel", "broadcast", "usergroup", "emoji"}
    assert "<!channel> <@U1>" in literal(made.blocks)


def test_hidden_signs_do_not_reach_the_screen() -> None:
    made = sheet(Reply(lines=(NASTY,), cards=(card(title=NASTY, excerpt=NASTY),)))
    shown = json.dumps(made.blocks, ensure_ascii=False) + made.text
    bad = {s for s in shown if s != "\n" and unicodedata.category(s) in {"Cf", "Cc", "Co", "Cs"}}
    assert not bad


def test_what_is_cut_says_how_much_is_missing_and_keeps_the_buttons() -> None:
    reply = Reply(cards=(card(excerpt="x" * 30_000),))
    made = drawn(reply)
    assert len(buttons_in(made)) == 3
    assert sum(len(e["text"]) for e in walk(made) if e.get("type") == "text") <= blocks.MOST_SIGNS
    notes = [e["elements"][0]["text"] for e in made if e["type"] == "context"]
    assert any("more characters" in text for text in notes)


def test_a_table_that_is_too_large_names_the_rows_it_leaves_out() -> None:
    rows = tuple((str(n), "x" * 40) for n in range(400))
    made = sheet(Reply(table=Table(("N", "What"), rows)))
    assert made.cut
    table = next(each for each in made.blocks if each["type"] == "table")
    assert len(table["rows"]) <= blocks.TABLE_ROWS
    left = 400 + 1 - len(table["rows"])
    assert made.blocks[-1]["elements"][0]["text"] == texts.SLACK_ROWS_CUT.format(number=left)


def test_a_view_shows_a_table_as_lines_since_slack_has_none_there() -> None:
    made = sheet(Reply(table=Table(("N", "What"), (("1", "offer"),))), (), VIEW)
    assert [each["type"] for each in made.blocks] == ["rich_text"]
    assert literal(made.blocks) == "1  offer"


def test_an_option_too_long_for_a_button_is_written_out_above_it() -> None:
    label = "Ask Ada whether she meant the whole site or only the shop, and wait for her " * 2
    choice = Button(label=label, typed="3 a", choice="a")
    reply = Reply(cards=(card(kind=CardKind.QUESTION, buttons=(choice,)),))
    made = drawn(reply)
    assert label.strip() in literal(made).strip()
    assert len(buttons_in(made)[0]["text"]["text"]) <= blocks.LABEL


def test_a_notification_says_what_it_is_about() -> None:
    assert fallback(Reply(cards=(card(),))) == "3 · Send an offer to Ada"
    assert fallback(Reply()) == texts.SLACK_NEWS


def test_a_broken_limit_is_noticed_before_anything_leaves() -> None:
    with pytest.raises(SlackObjectFormationError):
        blocks.checked([note("x")] * 51)


WORDS = st.text(alphabet=st.sampled_from("ab &<>\n`!*_~\u202e\u200b😀ß"), max_size=4000)
CARDS = st.builds(
    Card,
    kind=st.sampled_from(CardKind),
    about=st.sampled_from(["apr-1", "apr-2"]),
    title=WORDS,
    number=st.integers(0, 99),
    rows=st.lists(st.builds(Row, WORDS, st.lists(WORDS, max_size=3).map(tuple))).map(tuple),
    excerpt=WORDS,
    cut=st.integers(0, 9),
    buttons=st.lists(st.builds(Button, label=WORDS, typed=WORDS), max_size=30).map(tuple),
    footer=WORDS,
)
REPLIES = st.builds(
    Reply,
    title=WORDS,
    lines=st.lists(WORDS, max_size=8).map(tuple),
    cards=st.lists(CARDS, max_size=6).map(tuple),
    hints=st.lists(WORDS, max_size=8).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(REPLIES)
def test_no_answer_is_ever_longer_than_slack_takes(reply: Reply) -> None:
    made = sheet(reply, ids_of(reply)).blocks
    assert 1 <= len(made) <= 50
    for part in walk(made):
        match part.get("type"):
            case "header":
                assert 1 <= len(part["text"]["text"]) <= 150
            case "button":
                assert 1 <= len(part["text"]["text"]) <= 75
                assert len(part["value"]) <= 2000
            case "actions":
                assert 1 <= len(part["elements"]) <= 25
            case "rich_text":
                assert 1 <= len(literal(part)) <= 3000
                assert all(e["elements"] for e in part["elements"])
            case "text":
                assert part["text"]
            case "plain_text":
                assert part["text"]
