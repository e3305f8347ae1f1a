"""The Slack on loopback behaves as Slack's own clients expect: over Socket Mode and the Web API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_server import SlackServer, slack_server

CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "Send the offer?"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "To *Ada* &lt;ada@example.com&gt;"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "yes",
                "value": "n0nce:approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "plain_text", "text": "This cannot be taken back."},
                },
            },
            {
                "type": "button",
                "action_id": "edit",
                "value": "n0nce:edit",
                "text": {"type": "plain_text", "text": "Edit"},
            },
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "edit",
    "title": {"type": "plain_text", "text": "Edit the offer"},
    "submit": {"type": "plain_text", "text": "Preview"},
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": {"type": "plain_text", "text": "Amount"},
            "element": {"type": "plain_text_input", "action_id": "v", "initial_value": "2400"},
        }
    ],
}


@pytest.fixture
def client(slack: Any) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api, retry_handlers=[])


@pytest.fixture
def bolt(client: AsyncWebClient) -> AsyncApp:
    """An app of Slack's own framework, without listeners yet."""
    return AsyncApp(client=client, signing_secret="unused over a socket")


@pytest.fixture
async def connected(slack: Any, bolt: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app is connected over Socket Mode."""
    handler = AsyncSocketModeHandler(bolt, slack.app_token, ping_interval=0.2)
    await handler.connect_async()
    await slack.connected()
    yield handler
    await handler.close_async()
    await asyncio.sleep(0)


@pytest.fixture
def moment() -> list[datetime]:
    return [datetime(2026, 11, 23, 9, 0, tzinfo=UTC)]


@pytest.fixture
def late(moment: list[datetime]) -> Callable[[float], None]:
    """Lets seconds pass on the peer's clock."""

    def passes(seconds: float) -> None:
        moment[0] += timedelta(seconds=seconds)

    return passes


@pytest.fixture
async def clocked(moment: list[datetime]) -> AsyncIterator[SlackServer]:
    """A Slack whose time is in the test's hand."""
    async with slack_server(lambda: moment[0]) as server:
        yield server


def refused(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


# --- talking -------------------------------------------------------------------------------------


async def test_a_message_reaches_the_app_and_its_answer_is_seen(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    @bolt.event("message")
    async def answer(event: dict[str, Any], say: Any) -> None:
        await say(f"You wrote: {event['text']}", thread_ts=event["ts"])

    nora = slack.person("nora")
    asked = await nora.writes("Good morning")
    seen = await nora.sees_soon("You wrote: Good morning")
    assert seen.thread == asked.ts
    assert seen.by == "coo"
    assert await slack.deliveries[0].acked() == {}


async def test_the_apps_own_message_comes_back_as_an_event_that_names_the_bot(
    slack: Any, client: AsyncWebClient, connected: Any
) -> None:
    await client.chat_postMessage(channel=slack.person("nora").id, text="Hello")
    event = slack.deliveries[0].payload["event"]
    assert (event["type"], event["bot_id"]) == ("message", slack.world.bot.bot_id)


async def test_an_edit_and_a_deletion_reach_the_app_with_what_stood_there_before(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    heard: list[dict[str, Any]] = []

    @bolt.event("message")
    async def hear(event: dict[str, Any]) -> None:
        heard.append(event)
        slack.news()

    nora = slack.person("nora")
    first = await nora.writes("5 % off")
    await nora.edits(first, "10 % off")
    await nora.deletes(first)
    await slack.until(lambda: len(heard) == 3)
    assert [event.get("subtype") for event in heard] == [None, "message_changed", "message_deleted"]
    assert heard[1]["previous_message"]["text"] == "5 % off"
    assert heard[1]["message"]["text"] == "10 % off"
    assert nora.sees() == []


async def test_a_mention_in_a_channel_reaches_the_app_as_a_mention(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    @bolt.event("app_mention")
    async def answer(say: Any) -> None:
        await say("Here I am")

    nora = slack.person("nora")
    office = slack.channel("office", nora)
    await nora.mentions("are you there?", office)
    await nora.sees_soon("Here I am", channel=office)


async def test_a_file_comes_with_an_address_that_opens_with_the_token_only(
    slack: Any, bolt: AsyncApp, client: AsyncWebClient
) -> None:
    seen = await slack.person("nora").attaches("brief.txt", b"ten pages")
    address = seen.raw["files"][0]["url_private"]
    with_token = await _fetched(address, slack.bot_token)
    without = await _fetched(address, "")
    assert with_token == b"ten pages"
    assert b"Sign in" in without


async def _fetched(address: str, token: str) -> bytes:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        session.get(address) as response,
    ):
        return await response.read()


async def test_an_uploaded_file_is_seen_in_the_thread_it_was_meant_for(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    root = await nora.writes("The invoice, please")
    await client.files_upload_v2(
        channel=nora.dm.id, thread_ts=root.ts, filename="I-1.pdf", content=b"%PDF", title="Invoice"
    )
    assert nora.sees(thread=root)[-1].text == "[file: Invoice]"


# --- cards ---------------------------------------------------------------------------------------


async def test_a_tap_is_acknowledged_and_the_card_is_seen_rewritten(
    slack: Any, bolt: AsyncApp, client: AsyncWebClient, connected: Any
) -> None:
    @bolt.action("yes")
    async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text="Approved by Nora", blocks=[])

    nora = slack.person("nora")
    await client.chat_postMessage(channel=nora.id, text="A card", blocks=CARD)
    card = nora.sees()[-1]
    assert card.text == "Send the offer?\nTo *Ada* <ada@example.com>"
    assert card.buttons == ["Approve", "Edit"]
    tap = await nora.taps(card, "Approve")
    assert await tap.acked() == {}
    await slack.until(lambda: nora.now(card).buttons == [])
    assert nora.now(card).text == "Approved by Nora"
    assert nora.asked == ["This cannot be taken back."]


async def test_a_person_who_says_no_to_the_confirm_dialog_sends_nothing(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    await client.chat_postMessage(channel=nora.id, text="A card", blocks=CARD)
    before = len(slack.deliveries)
    assert await nora.taps(nora.sees()[-1], "Approve", confirm=False) is None
    assert len(slack.deliveries) == before


async def test_a_form_opens_on_a_tap_and_what_is_typed_comes_back(
    slack: Any, bolt: AsyncApp, client: AsyncWebClient, connected: Any
) -> None:
    @bolt.action("edit")
    async def edit(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @bolt.view("edit")
    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        amount = view["state"]["values"]["amount"]["v"]["value"]
        if not amount.isdigit():
            await ack(response_action="errors", errors={"amount": "A whole number, please."})
            return
        title = {"type": "plain_text", "text": f"{amount} EUR"}
        await ack(response_action="update", view={**FORM, "title": title})

    nora = slack.person("nora")
    await client.chat_postMessage(channel=nora.id, text="A card", blocks=CARD)
    await nora.taps(nora.sees()[-1], "Edit")
    await slack.until(lambda: nora.modal, what="the form")
    assert nora.modal.fields == {"Amount": "2400"}
    await (await nora.submits({"Amount": "a lot"})).acked()
    assert nora.warnings == ["A whole number, please."]
    await (await nora.submits({"Amount": "2200"})).acked()
    assert nora.modal.text.startswith("2200 EUR")


async def test_a_trigger_opens_one_form_and_only_for_three_seconds(clocked: Any, late: Any) -> None:
    client = AsyncWebClient(clocked.bot_token, base_url=clocked.api)
    nora = clocked.person("nora")
    command = await nora.types_command("/coo edit 1")
    trigger = command.payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=FORM)
    with pytest.raises(SlackApiError) as again:
        await client.views_open(trigger_id=trigger, view=FORM)
    old = (await nora.types_command("/coo edit 1")).payload["trigger_id"]
    late(3.5)
    with pytest.raises(SlackApiError) as expired:
        await client.views_open(trigger_id=old, view=FORM)
    assert refused(again) == "exchanged_trigger_id"
    assert refused(expired) == "expired_trigger_id"


async def test_a_command_is_answered_to_the_one_who_typed_it_only(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    @bolt.command("/coo")
    async def answer(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack(f"Working on {command['text']}")
        await respond("Nothing waits for you.")

    nora, eve = slack.person("nora"), slack.person("eve")
    office = slack.channel("office", nora, eve)
    typed = await nora.types_command("/coo status", channel=office)
    assert await typed.acked() == {"text": "Working on status"}
    await slack.until(lambda: len(nora.sees(office)) == 2)
    read = {each.text for each in nora.sees(office)}
    assert read == {"Working on status", "Nothing waits for you."}
    assert eve.sees(office) == []


async def test_the_home_tab_shows_what_was_published_and_its_buttons_work(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    @bolt.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    @bolt.action("edit")
    async def tapped(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        done = {"type": "section", "text": {"type": "mrkdwn", "text": "Done"}}
        await client.views_publish(
            user_id=body["user"]["id"], view={"type": "home", "blocks": [done]}
        )

    nora = slack.person("nora")
    await nora.opens_home()
    await slack.until(lambda: nora.id in slack.world.homes)
    assert "Send the offer?" in nora.home().text
    await nora.taps_home("Edit")
    await slack.until(lambda: nora.home().text == "Done")


# --- what Slack refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "sparkles"}], "unsupported type: sparkles [json-pointer:/blocks/0/type]"),
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "header", "text": {"type": "plain_text", "text": ""}}],
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
            '`block_id`: "a" already exists [json-pointer:/blocks/1/block_id]',
        ),
    ],
)
async def test_blocks_that_slack_does_not_take_are_refused_with_the_place(
    slack: Any, client: AsyncWebClient, blocks: list[Any], pointer: str
) -> None:
    nora = slack.person("nora")
    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel=nora.id, text="A card", blocks=blocks)
    assert refused(error) == "invalid_blocks"
    said = error.value.response["response_metadata"]["messages"]
    assert f"[ERROR] {pointer}" in said
    assert nora.sees() == []


async def test_a_conversation_the_app_is_not_in_takes_no_message(
    slack: Any, client: AsyncWebClient
) -> None:
    closed = slack.channel("board", slack.person("nora"), bot=False)
    with pytest.raises(SlackApiError) as outside:
        await client.chat_postMessage(channel=closed.id, text="Hello")
    with pytest.raises(SlackApiError) as unknown:
        await client.chat_postMessage(channel="C404", text="Hello")
    assert (refused(outside), refused(unknown)) == ("not_in_channel", "channel_not_found")


async def test_somebody_elses_message_cannot_be_rewritten(
    slack: Any, client: AsyncWebClient
) -> None:
    theirs = await slack.person("nora").writes("Mine")
    with pytest.raises(SlackApiError) as error:
        await client.chat_update(channel=theirs.channel, ts=theirs.ts, text="Yours")
    assert refused(error) == "cant_update_message"


async def test_a_revoked_token_and_a_missing_scope_are_named(
    slack: Any, client: AsyncWebClient
) -> None:
    told = await client.auth_test()
    assert "chat:write" in told.headers["x-oauth-scopes"]
    slack.scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as missing:
        await client.chat_postMessage(channel=slack.person("nora").id, text="Hello")
    slack.revoke()
    with pytest.raises(SlackApiError) as revoked:
        await client.auth_test()
    assert (refused(missing), missing.value.response["needed"]) == ("missing_scope", "chat:write")
    assert refused(revoked) == "token_revoked"


# --- what is posted can be found again -----------------------------------------------------------


async def test_a_lost_answer_leaves_a_message_that_is_found_by_its_metadata(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    mark = {"event_type": "coo_post", "event_payload": {"post": "post-1", "n": 1}}
    slack.faults.lose("chat.postMessage")
    with pytest.raises(Exception, match="disconnected"):
        await client.chat_postMessage(channel=nora.id, text="Hello", metadata=mark)
    found = await client.conversations_history(channel=nora.dm.id, include_all_metadata=True)
    bare = await client.conversations_history(channel=nora.dm.id)
    assert [each["metadata"] for each in found["messages"]] == [mark]
    assert "metadata" not in bare["messages"][0]


async def test_a_limited_call_says_when_to_come_back(slack: Any, client: AsyncWebClient) -> None:
    slack.faults.limit("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel=slack.person("nora").id, text="Hello")
    assert (error.value.response.status_code, error.value.response.headers["Retry-After"]) == (
        429,
        "7",
    )
    assert slack.person("nora").sees() == []


async def test_who_somebody_is_can_be_asked_by_an_app_that_may_know(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora", "Nora Lindt")
    told = (await client.users_info(user=nora.id))["user"]
    assert (told["id"], told["real_name"], told["is_bot"]) == (nora.id, "Nora Lindt", False)
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY")


async def test_replies_come_back_page_by_page_in_the_order_they_were_written(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    root = await nora.writes("0")
    for n in range(1, 6):
        await nora.writes(str(n), thread=root)
    pages = [
        page["messages"]
        async for page in await client.conversations_replies(
            channel=nora.dm.id, ts=root.ts, limit=2
        )
    ]
    assert [each["text"] for page in pages for each in page] == ["0", "1", "2", "3", "4", "5"]
    assert [len(page) for page in pages] == [2, 2, 2]


# --- the socket ----------------------------------------------------------------------------------


async def test_a_client_that_is_asked_to_reconnect_hears_what_comes_after(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    @bolt.event("message")
    async def answer(say: Any) -> None:
        await say("Heard")

    await slack.sockets.ask_to_reconnect()
    await slack.until(lambda: slack.sockets.opened == 2 and len(slack.sockets.open) == 1)
    nora = slack.person("nora")
    await nora.writes("Still there?")
    await nora.sees_soon("Heard")


async def test_an_event_that_fell_into_a_cut_connection_is_brought_again(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    tries: list[str] = []

    @bolt.event("message")
    async def answer(event: dict[str, Any]) -> None:
        tries.append(event["text"])
        slack.news()

    slack.sockets.drop()
    await slack.until(lambda: not slack.sockets.open)
    nora = slack.person("nora")
    await nora.writes("Is anybody there?")
    await slack.until(lambda: tries)
    assert tries == ["Is anybody there?"]
    assert slack.sockets.opened == 2


async def test_a_tap_with_nobody_connected_fails_before_the_persons_eyes(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    await client.chat_postMessage(channel=nora.id, text="A card", blocks=CARD)
    tap = await nora.taps(nora.sees()[-1], "Edit")
    assert await tap.over() == "dispatch_failed"
    assert nora.warnings == ["dispatch_failed"]


async def test_deliveries_can_come_twice_and_in_the_wrong_order(
    slack: Any, bolt: AsyncApp, connected: Any
) -> None:
    heard: list[str] = []

    @bolt.event("message")
    async def hear(event: dict[str, Any]) -> None:
        heard.append(event["text"])
        slack.news()

    nora = slack.person("nora")
    slack.hold()
    await nora.writes("one")
    second = await nora.writes("two")
    await slack.release(backwards=True)
    await slack.until(lambda: len(heard) == 2)
    await slack.again(slack.deliveries[1])
    await slack.until(lambda: len(heard) == 3)
    assert heard == ["two", "one", "two"]
    assert second.text == "two"


# --- streams -------------------------------------------------------------------------------------


async def test_a_stream_grows_before_the_persons_eyes_and_dies_when_nothing_comes(
    clocked: Any, late: Any
) -> None:
    client = AsyncWebClient(clocked.bot_token, base_url=clocked.api)
    nora = clocked.person("nora")
    asked = await nora.writes("How was May?")
    stream = await client.chat_startStream(channel=nora.dm.id, thread_ts=asked.ts)
    place = {"channel": nora.dm.id, "ts": stream["ts"]}
    await client.chat_appendStream(**place, markdown_text="May was ")
    await client.chat_appendStream(**place, markdown_text="good.")
    assert nora.sees()[-1].text == "May was good."
    with pytest.raises(SlackApiError) as conflict:
        await client.chat_update(**place, text="May was bad.")
    late(301)
    with pytest.raises(SlackApiError) as dead:
        await client.chat_appendStream(**place, markdown_text=" Really.")
    await client.chat_update(**place, text="May was good. Really.")
    assert refused(conflict) == "streaming_state_conflict"
    assert refused(dead) == "message_not_in_streaming_state"
    assert nora.sees()[-1].text == "May was good. Really."


# --- the smaller things --------------------------------------------------------------------------


async def test_a_reaction_is_given_once_and_shows_on_the_message(
    slack: Any, client: AsyncWebClient
) -> None:
    theirs = await slack.person("nora").writes("Please look into it")
    place = {"channel": theirs.channel, "timestamp": theirs.ts, "name": "eyes"}
    await client.reactions_add(**place)
    with pytest.raises(SlackApiError) as twice:
        await client.reactions_add(**place)
    shown = await client.conversations_history(channel=theirs.channel)
    assert refused(twice) == "already_reacted"
    assert shown["messages"][0]["reactions"][0]["name"] == "eyes"


async def test_a_status_is_shown_until_the_app_writes_in_the_thread(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    asked = await nora.writes("How was May?")
    place = {"channel_id": nora.dm.id, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**place, status="is counting")
    prompts = [{"title": "Status", "message": "status"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=nora.dm.id, prompts=prompts)
    assert slack.world.statuses == {(nora.dm.id, asked.ts): "is counting"}
    assert slack.world.prompts[nora.dm.id] == prompts
    await client.chat_postMessage(channel=nora.dm.id, thread_ts=asked.ts, text="Good")
    assert slack.world.statuses == {}


async def test_a_private_message_is_seen_by_one_person_and_kept_by_nobody(
    slack: Any, client: AsyncWebClient
) -> None:
    nora, eve = slack.person("nora"), slack.person("eve")
    office = slack.channel("office", nora, eve)
    await client.chat_postEphemeral(channel=office.id, user=nora.id, text="Only you")
    assert [each.text for each in nora.sees(office)] == ["Only you"]
    assert eve.sees(office) == []
    assert (await client.conversations_history(channel=office.id))["messages"] == []


async def test_a_form_that_changed_meanwhile_is_not_overwritten(
    slack: Any, client: AsyncWebClient
) -> None:
    typed = await slack.person("nora").types_command("/coo edit 1")
    opened = await client.views_open(trigger_id=typed.payload["trigger_id"], view=FORM)
    view = opened["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=FORM)
    with pytest.raises(SlackApiError) as error:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=FORM)
    assert refused(error) == "hash_conflict"


async def test_a_form_with_a_title_too_long_is_refused_with_the_place(
    slack: Any, client: AsyncWebClient
) -> None:
    nora = slack.person("nora")
    title = {"type": "plain_text", "text": "A title that is too long for a modal"}
    typed = await nora.types_command("/coo edit 1")
    with pytest.raises(SlackApiError) as error:
        await client.views_open(
            trigger_id=typed.payload["trigger_id"], view={**FORM, "title": title}
        )
    said = error.value.response["response_metadata"]["messages"]
    assert refused(error) == "invalid_arguments"
    assert said == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    assert nora.modal is None


async def test_posts_that_follow_too_soon_in_one_conversation_are_limited(
    clocked: Any, late: Any
) -> None:
    client = AsyncWebClient(clocked.bot_token, base_url=clocked.api)
    nora, eve = clocked.person("nora"), clocked.person("eve")
    clocked.faults.pace = 1.0
    await client.chat_postMessage(channel=nora.dm.id, text="one")
    await client.chat_postMessage(channel=eve.dm.id, text="one")
    with pytest.raises(SlackApiError) as early:
        await client.chat_postMessage(channel=nora.dm.id, text="two")
    late(1.0)
    await client.chat_postMessage(channel=nora.dm.id, text="two")
    assert refused(early) == "ratelimited"
    assert [each.text for each in nora.sees()] == ["one", "two"]


async def test_a_manifest_that_asks_for_events_without_their_scopes_is_refused(
    slack: Any,
) -> None:
    client = AsyncWebClient(slack.config_token, base_url=slack.api)
    manifest: dict[str, Any] = {
        "display_information": {"name": "Coo"},
        "oauth_config": {"scopes": {"bot": ["im:history"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.im", "app_mention"]}},
    }
    with pytest.raises(SlackApiError) as error:
        await client.apps_manifest_validate(manifest=manifest)
    manifest["oauth_config"]["scopes"]["bot"].append("app_mentions:read")
    assert (await client.apps_manifest_validate(manifest=manifest))["ok"]
    assert [each["message"] for each in error.value.response["errors"]] == [
        "app_mentions:read is required by app_mention"
    ]
