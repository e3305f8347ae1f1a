from __future__ import annotations

from typing import Any

import pytest

from bot.chat.forms import Form, FormField
from bot.slack.inbound import (
    Me,
    from_command,
    from_event,
    from_form,
    from_tap,
    is_from,
    plain_words,
)
from bot.slack.modals import Opened, filled_in, form_view, left_blank
from ledger.domain.events import ChatKind

ME = Me(team="T1", user="UCOO", bot="BCOO", app="A1")


def event(**fields: Any) -> dict[str, Any]:
    said = {"type": "message", "channel": "D1", "user": "U1", "ts": "1700000000.000100"}
    return {"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": {**said, **fields}}


def test_a_direct_message_is_what_its_author_wrote() -> None:
    got = from_event(event(text="approve 3 &amp; go &lt;on&gt;"), ME)
    assert got is not None
    assert (got.event.kind, got.event.direct) == (ChatKind.MESSAGE, True)
    assert got.event.text == "approve 3 & go <on>"
    assert (got.event.chat, got.event.message, got.event.thread) == ("D1", "1700000000.000100", "")
    assert got.event.sent is not None
    assert got.event.sent.year == 2023


def test_a_mention_that_also_comes_as_a_message_is_one_thing() -> None:
    told = {"channel": "C1", "text": "<@UCOO> status", "thread_ts": "1699.1"}
    mention = from_event(event(**told, type="app_mention"), ME)
    message = from_event(event(**told, channel_type="channel"), ME)
    assert mention == message
    assert mention is not None
    assert (mention.event.text, mention.event.direct) == ("status", False)
    assert mention.event.thread == "1699.1"


def test_the_same_message_delivered_again_has_the_same_key() -> None:
    first, again = from_event(event(text="hi"), ME), from_event(event(text="hi"), ME)
    assert first == again


def test_talk_in_a_channel_that_does_not_mention_coo_is_not_heard() -> None:
    assert from_event(event(channel="C1", text="lunch?"), ME) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "UCOO"},
        {"bot_id": "BCOO"},
        {"bot_id": "BOTHER", "user": "U7"},
        {"bot_profile": {"id": "B9"}},
        {"user": "USLACKBOT"},
        {"user": ""},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"type": "reaction_added"},
    ],
)
def test_coo_itself_other_bots_and_slacks_own_notices_are_ignored(fields: dict[str, Any]) -> None:
    assert from_event(event(text="hi", **fields), ME) is None


def test_files_on_a_message_are_told_by_id_name_kind_and_size() -> None:
    file = {"id": "F1", "name": "lead.pdf", "mimetype": "application/pdf", "size": 12}
    got = from_event(event(subtype="file_share", text="", files=[file, "junk"]), ME)
    assert got is not None
    (hung,) = got.event.files
    assert (hung.id, hung.name, hung.media_type, hung.size) == (
        "F1",
        "lead.pdf",
        "application/pdf",
        12,
    )


def changed(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return event(subtype="message_changed", message=now, previous_message=before)


def test_a_message_changed_by_its_author_is_an_edit_of_that_message() -> None:
    now = {"user": "U1", "ts": "1.1", "text": "new", "edited": {"user": "U1", "ts": "2.0"}}
    got = from_event(changed(now, {"user": "U1", "ts": "1.1", "text": "old"}), ME)
    assert got is not None
    assert (got.event.kind, got.event.message, got.event.text) == (ChatKind.EDITED, "1.1", "new")
    assert got.key.endswith("edited:D1:1.1:2.0")


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"user": "U1", "ts": "1.1", "text": "a"}, {"text": "a"}),  # a preview of a link came
        ({"user": "UCOO", "ts": "1.1", "text": "b", "edited": {"ts": "2"}}, {"text": "a"}),
        ({"user": "U1", "bot_id": "B9", "ts": "1.1", "text": "b", "edited": {"ts": "2"}}, {}),
        ({"user": "U1", "ts": "1.1", "text": "a", "edited": {"ts": "2"}}, {"text": "a"}),
    ],
)
def test_previews_and_the_edits_of_bots_are_no_edits_of_a_person(
    now: dict[str, Any], before: dict[str, Any]
) -> None:
    assert from_event(changed(now, before), ME) is None


def test_a_deleted_message_names_who_wrote_it_and_keeps_nothing_of_its_words() -> None:
    before = {"user": "U1", "ts": "1.1", "text": "secret"}
    got = from_event(
        event(subtype="message_deleted", deleted_ts="1.1", previous_message=before), ME
    )
    assert got is not None
    assert (got.event.kind, got.event.message, got.event.user) == (ChatKind.DELETED, "1.1", "U1")
    assert got.event.text == ""


def test_opening_the_chat_counts_once_and_app_home_is_no_fact() -> None:
    opened = event(type="app_home_opened", tab="messages", event_ts="5.5")
    again = event(type="app_home_opened", tab="messages", event_ts="9.9")
    first, second = from_event(opened, ME), from_event(again, ME)
    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert from_event(event(type="app_home_opened", tab="home"), ME) is None


TAP = {
    "type": "block_actions",
    "trigger_id": "tr.1",
    "user": {"id": "U1", "username": "nora"},
    "container": {"type": "message", "message_ts": "7.7", "channel_id": "D1", "thread_ts": "6.6"},
    "actions": [{"action_id": "coo:0", "value": "nonce:approve", "action_ts": "8.8"}],
}


def test_a_tap_is_the_button_of_a_message_by_a_person() -> None:
    got = from_tap(TAP, ME)
    assert got is not None
    told = got.event
    assert (told.kind, told.button, told.message) == (ChatKind.TAP, "nonce:approve", "7.7")
    assert (told.chat, told.thread, told.user) == ("D1", "6.6", "U1")
    assert got == from_tap(TAP, ME)


def test_a_tap_on_app_home_belongs_to_the_persons_own_chat() -> None:
    got = from_tap({**TAP, "container": {"type": "view", "view_id": "V1"}}, ME, "D9")
    assert got is not None
    assert (got.event.chat, got.event.message, got.event.direct) == ("D9", "", True)


@pytest.mark.parametrize("actions", [[], [{"action_id": "coo:0"}], ["junk"], None])
def test_a_tap_that_carries_nothing_is_nothing(actions: Any) -> None:
    assert from_tap({**TAP, "actions": actions}, ME) is None


def test_a_command_is_answered_in_the_persons_own_chat() -> None:
    body = {"user_id": "U1", "user_name": "nora", "channel_id": "C1", "trigger_id": "t1"}
    got = from_command({**body, "text": "status ada"}, ME, "D1")
    assert (got.event.chat, got.event.direct) == ("D1", True)
    assert got.event.text == "/coo status ada"
    assert from_command(body, ME, "D1").event.text == "/coo help"


FORM = Form(
    title="Edit",
    button="nonce:edit",
    fields=(
        FormField(name="subject", label="Subject", text="Your website"),
        FormField(name="body", label="Text", text="Dear Ada", long=True),
    ),
    submit="Preview",
)
OPENED = Opened(button="nonce:edit", chat="D1", message="7.7")


def submitted(view: dict[str, Any], **texts: str) -> dict[str, Any]:
    """The view as Slack sends it back, filled in as it stood but for `texts`."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            start = element.get("initial_value") or element.get("initial_option", {}).get("value")
            said = texts.get(block["block_id"].split(":")[1], start)
            answer: dict[str, Any] = {"type": element["type"], "value": said}
            if element["type"] == "radio_buttons":
                answer = {"type": "radio_buttons", "selected_option": {"value": said}}
            values[block["block_id"]] = {element["action_id"]: answer}
    whole = {**view, "id": "V1", "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": "U1", "name": "nora"}, "view": whole}


def test_a_form_comes_back_with_the_button_that_opened_it_and_its_texts() -> None:
    got = from_form(submitted(form_view(FORM, OPENED), subject="Your site"), ME)
    assert got is not None
    assert (got.event.kind, got.event.button) == (ChatKind.FORM, "nonce:edit")
    assert got.event.fields == {"subject": "Your site", "body": "Dear Ada"}
    assert (got.event.chat, got.event.message) == ("D1", "7.7")


def test_a_form_sent_twice_is_one_thing_and_sent_with_other_words_another() -> None:
    view = form_view(FORM, OPENED)
    first, again = from_form(submitted(view), ME), from_form(submitted(view), ME)
    other = from_form(submitted(view, body="Dear Mr X"), ME)
    assert first is not None
    assert other is not None
    assert first == again
    assert first.key != other.key


@pytest.mark.parametrize(
    "text",
    ["x" * 7000, "\n".join(["line " * 20] * 100), "a\n\n" * 2500, "ä" * 2999 + "\n" + "b" * 9000],
)
def test_a_text_longer_than_one_input_comes_back_byte_for_byte(text: str) -> None:
    form = Form(
        title="Edit",
        button="n:edit",
        fields=(FormField(name="body", label="Text", text=text, long=True),),
        submit="Preview",
    )
    view = form_view(form, OPENED)
    inputs = [each["element"]["initial_value"] for each in view["blocks"]]
    assert max(map(len, inputs)) <= 3000
    assert filled_in(submitted(view)["view"]["state"]) == {"body": text}


def test_a_text_that_no_form_can_hold_is_refused_in_words() -> None:
    form = Form(
        title="Edit",
        button="n:edit",
        fields=(FormField(name="b", label="T", text="x" * 40_000),),
        submit="Go",
    )
    view = form_view(form, OPENED)
    assert "submit" not in view
    assert "too long" in str(view["blocks"])


LATER = Form(
    title="Later",
    button="nonce:later",
    fields=(
        FormField(
            name="text",
            label="When?",
            choices=(("1 hour", "In an hour"), ("tomorrow", "Tomorrow morning")),
        ),
    ),
    submit="Put it off",
)


def test_a_choice_counts_unless_one_says_it_in_own_words() -> None:
    view = form_view(LATER, OPENED)
    assert filled_in(submitted(view)["view"]["state"]) == {"text": "1 hour"}
    own = submitted(view, **{"own-text": "friday noon"})
    assert filled_in(own["view"]["state"]) == {"text": "friday noon"}


def test_a_form_left_blank_is_told_so_beside_its_input() -> None:
    view = submitted(form_view(FORM, OPENED), subject=" ", body="")["view"]
    assert list(left_blank(view)) == ["field:subject"]
    assert not left_blank(submitted(form_view(FORM, OPENED))["view"])


def test_a_form_that_is_not_ours_is_nothing() -> None:
    assert from_form({"view": {"private_metadata": "{}"}, "user": {"id": "U1"}}, ME) is None
    assert from_form({"view": {"private_metadata": "junk\ud800"}}, ME) is None


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ({"team_id": "T1", "api_app_id": "A1"}, True),
        ({"team": {"id": "T1"}, "api_app_id": "A1"}, True),
        ({"team_id": "T2", "api_app_id": "A1"}, False),
        ({"team_id": "T1", "api_app_id": "A2"}, False),
    ],
)
def test_only_this_app_in_this_workspace_is_heard(body: dict[str, Any], ours: bool) -> None:
    assert is_from(body, ME) is ours


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("<@UCOO> hi <@U2|ben>", "hi @ben"),
        ("<https://x.example|x.example> ok", "x.example ok"),
        ("<https://evil.example|bank.example>", "bank.example (https://evil.example)"),
        ("<https://x.example>", "https://x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<!here> &amp;lt;", "@here &lt;"),
        ("<#C1|general>", "#general"),
    ],
)
def test_slacks_notation_is_read_as_the_words_a_person_sees(sent: str, said: str) -> None:
    assert plain_words(sent, ME) == said


@pytest.mark.parametrize(
    "junk",
    [{}, {"event": []}, {"event": {"type": "message", "message": 3, "subtype": "message_changed"}}],
)
def test_junk_is_nothing(junk: dict[str, Any]) -> None:
    assert from_event(junk, ME) is None
