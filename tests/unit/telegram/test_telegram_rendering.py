from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram_rules import keyboard_checked, text_checked

from bot import texts
from bot.channel import Button, Card, CardKind, Prompt, Reply, Row, Table, Verb
from bot.telegram.adapter import _inline
from bot.telegram.marked import LONGEST_TEXT, Marked, Style, Writing, clean, parts, units
from bot.telegram.rendering import MOST_PARTS, Part, plain, sheet, single
from bot.telegram.streaming import entities

NASTY = (
    "@victim https://evil.example/pay?x=1 evil.example tg://resolve /start #tag $EUR "
    "<b>bold</b> *bold* _x_ [a](https://b.example) ada@example.com \u202egnp\u200b\u0000 `inbox`"
)


def card(**more: Any) -> Card:
    given_ = {
        "kind": CardKind.APPROVAL,
        "about": "apr-1",
        "number": 3,
        "title": "Send an offer to Ada",
        "rows": (Row("To", ("ada@byron.example",), important=True), Row("Risk", ("! high",))),
        "excerpt": "Dear Ada",
        "buttons": (
            Button(label=texts.VERB_APPROVE, typed="approve 3", verb=Verb.APPROVE),
            Button(label=texts.VERB_EDIT, typed="edit 3", verb=Verb.EDIT),
            Button(label=texts.VERB_DID_IT, typed="did-it 3", verb=Verb.DID_IT),
        ),
    }
    return Card(**{**given_, **more})


IDS = (("n:approve", "n:edit", "n:did_it"),)


def taken(part: Part) -> dict[str, Any]:
    """The message as Telegram would keep it; raises what Telegram refuses."""
    fields: dict[str, Any] = {
        "text": part.text.text,
        "entities": [each.to_dict() for each in entities(part.text)],
    }
    if markup := _inline(part):
        fields["reply_markup"] = markup.to_dict()
    return text_checked(fields, "text") | keyboard_checked(fields)


def styled(text: Marked, style: Style) -> list[str]:
    return [text.text[mark.start : mark.end] for mark in text.marks if mark.style is style]


def test_a_card_says_what_happens_first_and_ends_in_its_buttons() -> None:
    [part] = sheet(Reply(cards=(card(),)), IDS).parts
    kept = taken(part)
    assert kept["text"].startswith(
        "🟡 3 · Send an offer to Ada\nTo: ada@byron.example\nRisk: ⚠️ high"
    )
    assert kept["text"].endswith("Dear Ada")
    rows = kept["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["Approve", "Edit"],
        ["I did it myself"],
    ]
    assert rows[0][0]["callback_data"] == "n:approve"


def test_what_would_come_alive_in_foreign_text_is_code_and_the_rest_is_as_it_was() -> None:
    [part] = sheet(Reply(cards=(card(title="Answer", excerpt=NASTY),)), IDS).parts
    code = styled(part.text, Style.CODE)
    for live in (
        "@victim",
        "https://evil.example/pay?x=1",
        "evil.example",
        "tg://resolve",
        "/start",
        "#tag",
        "$EUR",
        "ada@example.com",
    ):
        assert any(live in each for each in code), live
    assert "<b>bold</b> *bold* _x_" in part.text.text
    assert "\u202e" not in part.text.text
    assert "‹U+202E›gnp‹U+200B›‹U+0000›" in part.text.text
    taken(part)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_mention_link_hashtag_or_command_of_any_text_is_left_outside_of_code(text: str) -> None:
    writing = Writing()
    writing.put(f"@ann {text} https://x.example/{text} #a")
    marked = writing.done()
    inside = {place for mark in marked.marks for place in range(mark.start, mark.end)}
    for place, sign in enumerate(marked.text[:-1]):
        before = marked.text[place - 1] if place else " "
        alive = sign in "@#" and marked.text[place + 1].isalnum() and not before.isalnum()
        assert not alive or before == "_" or place in inside, marked.text
    assert taken(Part(text=marked))["text"] == marked.text


@given(st.text(min_size=1, max_size=6000))
@settings(max_examples=60, deadline=None)
def test_any_text_is_cut_into_messages_that_telegram_takes_and_nothing_is_lost(text: str) -> None:
    writing = Writing()
    writing.put("Title 🟡", Style.BOLD)
    writing.gap()
    writing.quote(text * 3)
    whole = writing.done()
    cut = parts(whole)
    assert all(0 < units(each.text) <= LONGEST_TEXT for each in cut)
    assert "".join("".join(each.text.split()) for each in cut) == "".join(whole.text.split())
    for each in cut:
        if each.text.strip():
            taken(Part(text=each))


def test_a_text_of_signs_that_count_twice_is_cut_by_what_telegram_counts() -> None:
    writing = Writing()
    writing.put("🟡" * 3000)
    assert [units(each.text) for each in parts(writing.done())] == [4096, 1904]


def test_a_long_text_is_cut_between_paragraphs_before_lines_before_words() -> None:
    words = ("word " * 400).strip()
    writing = Writing()
    writing.put(f"{words}\n\n{words}\nline\n{words}")
    first, second = parts(writing.done())
    assert first.text.endswith("word\nline")
    assert second.text.startswith("word word")
    writing = Writing()
    writing.put(f"{words}\n\n{words}\n\n{words}")
    assert [each.text.count("\n\n") for each in parts(writing.done())] == [1, 0]


def test_the_buttons_are_on_the_last_part_only() -> None:
    made = sheet(Reply(lines=("x" * 5000,), cards=(card(),)), IDS)
    assert [bool(part.keyboard) for part in made.parts] == [False, True]


def test_an_answer_of_many_messages_is_a_file_and_says_so() -> None:
    lines = tuple(f"line {number} {'x' * 90}" for number in range(400))
    made = sheet(Reply(lines=lines))
    assert len(made.parts) == 2
    assert "line 399" in made.whole
    assert made.parts[-1].text.text == texts.TELEGRAM_CUT
    assert len(made.whole) > MOST_PARTS * LONGEST_TEXT


def test_what_replaces_another_message_is_one_message_and_says_what_is_missing() -> None:
    part = single(Reply(lines=("x" * 9000,), cards=(card(),)), IDS)
    assert units(part.text.text) <= LONGEST_TEXT
    assert "There is more" in part.text.text
    assert part.keyboard
    taken(part)


def test_a_small_table_is_aligned_and_a_wide_one_is_written_row_by_row() -> None:
    small = Table(("No.", "What"), (("1", "Ännä"), ("12", "東京")))
    wide = Table(("Case", "State", "Since"), (("lead-1", "waits for an answer " * 3, "today"),))
    [part] = sheet(Reply(table=small)).parts
    assert styled(part.text, Style.PRE) == ["No.  What\n1    Ännä\n12   東京"]
    [part] = sheet(Reply(table=wide)).parts
    assert styled(part.text, Style.PRE)[0].startswith("lead-1\n  State: waits for an answer")
    trail = Table(("", "When", "What happened"), (("1", "19:40", "Case opened: lead " * 3),))
    [part] = sheet(Reply(table=trail)).parts
    assert styled(part.text, Style.PRE)[0].startswith("1 · 19:40\n  Case opened: lead")
    taken(part)


def test_each_of_several_cards_says_on_its_buttons_which_one_it_is() -> None:
    other = card(about="apr-2", number=4)
    made = sheet(Reply(cards=(card(), other)), (*IDS, ("m:approve", "m:edit", "m:did_it")))
    labels = [key.label for row in made.parts[-1].keyboard for key in row]
    assert labels[0] == "3 · Approve"
    assert labels[3] == "4 · Approve"


def test_a_button_without_an_id_is_something_to_type() -> None:
    [part] = sheet(Reply(cards=(card(),))).parts
    assert not part.keyboard
    assert "approve 3" in styled(part.text, Style.CODE)


def test_a_question_asks_for_words_and_says_to_reply() -> None:
    [part] = sheet(Reply(prompt=Prompt(question="Why not?", command="reject 3"))).parts
    assert part.asks == "Why not?"
    assert texts.TELEGRAM_REPLY in part.text.text


def test_what_may_be_there_already_says_so() -> None:
    [part] = sheet(Reply(lines=("Hello",)), repeated=True).parts
    assert part.text.text == f"{texts.TELEGRAM_REPEATED}\n\nHello"


def test_an_answer_without_words_still_says_something() -> None:
    [part] = sheet(Reply()).parts
    assert taken(part)["text"] == texts.TELEGRAM_EMPTY


def test_more_buttons_than_telegram_takes_are_left_to_typing() -> None:
    buttons = tuple(Button(label=f"Choice {n}", typed=f"3 {n}", choice=str(n)) for n in range(130))
    ids = (tuple(f"n:o{n}" for n in range(130)),)
    [part] = sheet(Reply(cards=(card(buttons=buttons),)), ids).parts
    assert sum(map(len, part.keyboard)) == 100
    taken(part)


def test_a_button_that_carries_too_much_is_refused_before_anything_leaves() -> None:
    with pytest.raises(ValueError, match="64"):
        sheet(Reply(cards=(card(),)), (("n" * 65, "b", "c"),))


def test_a_label_longer_than_a_button_is_written_out_above_it() -> None:
    long = Button(label="A choice " * 20, typed="3 a", choice="a")
    [part] = sheet(Reply(cards=(card(buttons=(long,)),)), (("n:o0",),)).parts
    assert part.keyboard[0][0].label.endswith("…")
    assert "A choice A choice" in part.text.text


def test_the_plain_text_holds_all_of_it() -> None:
    reply = Reply(title="Title", lines=("say `inbox`",), cards=(card(),), hints=("a hint",))
    assert plain(reply).startswith("Title\n\nsay inbox\n\n🟡 3")
    assert plain(reply).endswith("a hint")


def test_hidden_signs_are_spelt_out_and_line_feeds_stay() -> None:
    assert clean("a\r\nb\tc\u200bd\ue000") == "a\nb    c‹U+200B›d‹U+E000›"
