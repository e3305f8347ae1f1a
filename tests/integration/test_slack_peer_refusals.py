"""The Slack of the tests refuses what the models of Slack's own SDK refuse, and takes the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_blocks import faults_of_message, faults_of_view
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]


def around(limit: int) -> st.SearchStrategy[str]:
    """Texts of ordinary length, and just below, at and above a limit."""
    sizes = st.sampled_from([1, 5, limit - 1, limit, limit + 1, limit + 20])
    return sizes.map(lambda size: "ä" * size)


def plain(limit: int) -> st.SearchStrategy[Json]:
    return around(limit).map(lambda text: {"type": "plain_text", "text": text})


def marked(limit: int) -> st.SearchStrategy[Json]:
    return around(limit).map(lambda text: {"type": "mrkdwn", "text": text})


def many(of: st.SearchStrategy[Any], limit: int) -> st.SearchStrategy[list[Any]]:
    sizes = st.sampled_from([1, 2, limit, limit + 1])
    return st.tuples(of, sizes).map(lambda found: [found[0]] * found[1])


def numbered(elements: list[Json]) -> list[Json]:
    """Every element with an id of its own, as Slack wants them."""
    return [{**each, "action_id": f"{n}{each['action_id']}"} for n, each in enumerate(elements)]


confirm = st.fixed_dictionaries(
    {"title": plain(100), "text": marked(300)},
    optional={
        "confirm": plain(30),
        "deny": plain(30),
        "style": st.sampled_from(["primary", "danger", "loud"]),
    },
)
button = st.fixed_dictionaries(
    {"type": st.just("button"), "text": plain(75), "action_id": around(255)},
    optional={
        "value": around(2000),
        "url": around(3000),
        "style": st.sampled_from(["primary", "danger"]),
        "confirm": confirm,
        "accessibility_label": around(75),
    },
)
option = st.fixed_dictionaries({"text": plain(55), "value": around(130)})
select = st.fixed_dictionaries(
    {
        "type": st.just("static_select"),
        "action_id": around(255),
        "placeholder": plain(150),
        "options": many(option, 100),
    }
)
overflow = st.fixed_dictionaries(
    {"type": st.just("overflow"), "action_id": around(255), "options": many(option, 5)}
)
image = st.fixed_dictionaries(
    {
        "type": st.just("image"),
        "image_url": around(2980).map(lambda rest: f"https://images.example/{rest}"),
        "alt_text": around(2000),
    }
)
field = st.fixed_dictionaries(
    {"type": st.just("plain_text_input"), "action_id": around(255)},
    optional={"placeholder": plain(150), "multiline": st.booleans()},
)
named = {"block_id": around(255)}
shapes: dict[str, st.SearchStrategy[Json]] = {
    "section": st.fixed_dictionaries(
        {"type": st.just("section"), "text": marked(3000)},
        optional={
            "fields": many(marked(1980), 10),
            "accessory": button | overflow | image,
            **named,
        },
    ),
    "header": st.fixed_dictionaries({"type": st.just("header"), "text": plain(150)}),
    "markdown": st.fixed_dictionaries({"type": st.just("markdown"), "text": around(12_000)}),
    "actions": st.fixed_dictionaries(
        {
            "type": st.just("actions"),
            "elements": many(button | select | overflow, 25).map(numbered),
        },
        optional=named,
    ),
    "context": st.fixed_dictionaries(
        {"type": st.just("context"), "elements": many(marked(1980), 10)}
    ),
    "image": image,
    "input": st.fixed_dictionaries(
        {"type": st.just("input"), "label": plain(2000), "element": field},
        optional={"hint": plain(2000)},
    ),
    "card": st.fixed_dictionaries(
        {"type": st.just("card")},
        optional={"title": marked(150), "subtitle": marked(150), "body": marked(200)},
    ),
    "alert": st.fixed_dictionaries(
        {"type": st.just("alert"), "text": marked(100)},
        optional={"level": st.sampled_from(["info", "warning", "error", "purple"])},
    ),
    "task_card": st.fixed_dictionaries(
        {
            "type": st.just("task_card"),
            "task_id": st.just("1"),
            "title": st.just("Reading"),
            "status": st.sampled_from(["pending", "complete", "lost"]),
        }
    ),
    "container": st.fixed_dictionaries(
        {
            "type": st.just("container"),
            "child_blocks": many(st.just({"type": "divider"}), 10),
        },
        optional={
            "title": plain(150),
            "subtitle": plain(150),
            "width": st.sampled_from(["narrow", "huge"]),
            "is_collapsible": st.booleans(),
            "has_header_divider": st.booleans(),
        },
    ),
}


def sdk_takes(block: Json) -> bool:
    """Whether the model of Slack's SDK can be made and written out."""
    try:
        model = Block.parse(block)
        assert model is not None
        model.to_dict()
    except SlackObjectFormationError:
        return False
    return True


@pytest.mark.parametrize("shape", shapes)
def test_a_block_is_refused_exactly_when_slacks_models_refuse_it(shape: str) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(shapes[shape])
    def compared(block: Json) -> None:
        faults = faults_of_message([block])
        assert sdk_takes(block) == (not faults), faults

    compared()


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    st.fixed_dictionaries(
        {
            "type": st.just("modal"),
            "title": plain(24),
            "submit": plain(24),
            "blocks": many(st.just({"type": "divider"}), 100),
        },
        optional={
            "close": plain(24),
            "private_metadata": around(3000),
            "callback_id": around(255),
        },
    )
)
def test_a_view_is_refused_exactly_when_slacks_models_refuse_it(view: Json) -> None:
    try:
        View(**view).to_dict()
    except SlackObjectFormationError:
        assert faults_of_view(view)
    else:
        assert faults_of_view(view) == []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "header", "text": {"type": "mrkdwn", "text": "No plain text"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
        {"type": "section", "text": "just a text"},
        {"type": "image", "alt_text": "a chart", "image_url": "http://127.0.0.1/chart.png"},
        {"type": "image", "alt_text": "a chart"},
        {"type": "actions", "elements": []},
        {"type": "divider", "colour": "red"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
        {"type": "rich_text", "elements": [{"type": "text", "text": "not in a section"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 2001}]},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "A menu"},
            "accessory": {
                "type": "overflow",
                "options": [{"text": {"type": "plain_text", "text": "x" * 76}, "value": "a"}],
            },
        },
        {"no": "type"},
        "a text",
    ],
)
def test_what_slacks_documentation_rules_out_is_refused_though_the_models_let_it_pass(
    block: Any,
) -> None:
    assert faults_of_message([block])


def test_two_buttons_of_one_row_may_not_share_an_id() -> None:
    same = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}
    faults = faults_of_message([{"type": "actions", "elements": [same, same]}])
    assert len(faults) == 1
    assert "already exists" in faults[0]
