"""Whatever Coo says in Slack, Slack takes it, and nobody is notified or led away by it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_blocks import BLOCK_TEXT, faults_of_message, faults_of_view, text_of_blocks
from slack_seen import Seen

from bot.channel import Button, Card, CardKind, Reply, Row, Table, Verb
from bot.chat.forms import Form, FormField
from bot.slack.blocks import VIEW, sheet
from bot.slack.modals import Opened, form_view

HOSTILE = [
    "",
    "<!channel> pay now",
    "<@U123> <https://evil.example|your bank>",
    "*bold* _it_ ~no~ `code`",
    "&lt;!here&gt;",
    "\u202eabc\u200b\u2066",
    "x" * 4000,
    "&" * 3000,
    "<" * 200,
    "```\nfence\n```",
    "line\nline\n\nline",
    "😀" * 160,
    "https://evil.example/a?b=c",
]
texts = st.sampled_from(HOSTILE) | st.text(max_size=40)
short = texts.map(lambda text: text[:300])
"""Titles, labels and hints are Coo's words around one name; nobody's name is longer."""
buttons = st.builds(
    Button,
    label=short.filter(str.strip),
    typed=st.just("approve 3"),
    verb=st.sampled_from([*Verb, None]),
)
cards = st.builds(
    Card,
    kind=st.sampled_from(CardKind),
    about=st.just("apr-1"),
    title=short,
    number=st.integers(0, 999),
    rows=st.lists(
        st.builds(Row, short, st.lists(texts, max_size=4).map(tuple), st.booleans()), max_size=30
    ).map(tuple),
    excerpt=texts,
    cut=st.integers(0, 10_000),
    buttons=st.lists(buttons, max_size=30).map(tuple),
    footer=short,
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 25))
    row = st.lists(texts, min_size=width, max_size=width).map(tuple)
    return Table(draw(row), tuple(draw(st.lists(row, max_size=120))))


replies = st.builds(
    Reply,
    title=short,
    lines=st.lists(texts, max_size=60).map(tuple),
    table=st.none() | tables(),
    cards=st.lists(cards, max_size=6).map(tuple),
    hints=st.lists(short, max_size=8).map(tuple),
)


def ids_for(reply: Reply) -> list[list[str]]:
    return [[f"nonce:{n}" for n in range(len(card.buttons))] for card in reply.cards]


@settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(replies)
def test_every_answer_is_taken_by_slack_and_mentions_nobody(reply: Reply) -> None:
    made = sheet(reply, ids_for(reply))
    blocks: list[Any] = list(made.blocks)
    assert faults_of_message(blocks) == []
    assert text_of_blocks(blocks) <= BLOCK_TEXT
    assert len(made.text) <= 4000
    seen = Seen({"type": "message", "text": made.text, "blocks": blocks})
    assert (seen.mentions, seen.links) == ([], [])


@settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(replies)
def test_every_overview_is_taken_by_slack_as_a_home_tab(reply: Reply) -> None:
    made = sheet(reply, ids_for(reply), VIEW)
    assert faults_of_view({"type": "home", "blocks": list(made.blocks)}) == []


fields = st.lists(
    st.builds(
        FormField,
        name=st.sampled_from(["subject", "text", "amount"]),
        label=short.filter(str.strip),
        text=texts,
        long=st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda field: field.name,
).map(tuple)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(texts.filter(str.strip), fields)
def test_every_form_is_taken_by_slack(title: str, wanted: tuple[FormField, ...]) -> None:
    form = Form(title=title, button="n:0", fields=wanted, submit="Send")
    view = form_view(form, Opened(button="n:0", chat="D1", message="1.0", thread=""))
    assert faults_of_view(view) == []
