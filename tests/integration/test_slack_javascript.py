"""Slack's own JavaScript Bolt works with the Slack of the tests as it does with the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_javascript import CannotInstall, JavaScriptApp, installed, javascript_app
from slack_server import SlackServer

pytestmark = pytest.mark.slow

BUTTONS = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": name.lower(),
                "text": {"type": "plain_text", "text": name},
            }
            for name in ("Approve", "Form")
        ],
    }
]


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        return installed()
    except CannotInstall as error:
        pytest.skip(f"the JavaScript cross-check needs its client: {error}")


@pytest.fixture
async def app(packages: Path, slack: SlackServer) -> AsyncIterator[JavaScriptApp]:
    async with javascript_app(packages, slack) as running:
        yield running


async def test_the_javascript_client_hears_a_message_and_answers_in_its_thread(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    asked = await nora.writes("Good morning")
    seen = await nora.sees_soon("JavaScript heard: Good morning")
    assert seen.thread == asked.ts
    await slack.deliveries[0].acked()


async def test_the_javascript_client_answers_a_tap_and_rewrites_the_card(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    posted = await app.calls("chat.postMessage", channel=nora.id, text="A card", blocks=BUTTONS)
    card = nora.sees()[-1]
    assert posted == {"ok": True, "ts": card.ts}
    tap = await nora.taps(card, "Approve")
    assert tap is not None
    await tap.acked()
    await slack.until(lambda: nora.now(card).text == "Approved by nora")
    assert nora.now(card).buttons == []


async def test_the_javascript_client_opens_a_form_and_gets_what_was_typed(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    await app.calls("chat.postMessage", channel=nora.id, text="A card", blocks=BUTTONS)
    await nora.taps(nora.sees()[-1], "Form")
    await slack.until(lambda: nora.modal, what="the form")
    await (await nora.submits({"Amount": "2200"})).acked()
    assert await app.says() == {"submitted": "2200"}
    assert nora.modal is None


async def test_the_javascript_client_answers_a_command_and_a_home_tab(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    typed = await nora.types_command("/coo status")
    assert await typed.acked() == {"text": "Working on status"}
    await nora.sees_soon("Nothing waits for you.")
    await nora.opens_home()
    await slack.until(lambda: nora.id in slack.world.homes)
    assert nora.home().text == "Home, sweet home"


async def test_the_javascript_client_names_the_blocks_that_were_refused(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    told = await app.calls("chat.postMessage", channel=nora.id, text="A card", blocks=long)
    assert told["code"] == "slack_webapi_platform_error"
    assert told["data"]["error"] == "invalid_blocks"
    assert told["data"]["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_the_javascript_client_waits_out_a_limit_and_posts_once(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    slack.faults.limit("chat.postMessage", retry_after=1)
    assert (await app.calls("chat.postMessage", channel=nora.id, text="Hello"))["ok"]
    assert [each.text for each in nora.reads()] == ["Hello"]
    assert len(slack.calls_of("chat.postMessage")) == 2


async def test_the_javascript_client_comes_back_when_it_is_asked_to_and_when_it_is_cut_off(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    await slack.sockets.ask_to_reconnect()
    await slack.until(lambda: slack.sockets.opened == 2, 20)
    slack.sockets.drop()
    await slack.until(lambda: slack.sockets.opened == 3, 20)
    await nora.writes("Still there?")
    await nora.sees_soon("JavaScript heard: Still there?")


async def test_the_javascript_client_uploads_a_file_and_streams_an_answer(
    slack: SlackServer, app: JavaScriptApp
) -> None:
    nora = slack.person("nora")
    asked = await nora.writes("How was May?")
    await nora.sees_soon("JavaScript heard")
    place = {"thread_ts": asked.ts}
    sent = {"filename": "may.csv", "content": "a,b", "title": "May", "channel_id": nora.dm.id}
    assert (await app.asks("upload", args={**sent, **place}))["ok"]
    streamed = {"channel": nora.dm.id, **place}
    assert (await app.asks("stream", args=streamed, parts=["May was ", "good."]))["ok"]
    assert [each.text for each in nora.sees(thread=asked)][2:] == ["[file: May]", "May was good."]
