"""What `coo doctor` says of Slack, asked of a Slack on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from slack_office import settings_of
from slack_sdk.web.async_client import AsyncWebClient
from slack_server import SlackServer, slack_server

from bot.findings import Finding, Health
from bot.setting_values import Secret
from bot.slack.checking import SlackCheck
from bot.slack.manifest import manifest


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as found:
        found.install(manifest())
        yield found


def healths(findings: list[Finding]) -> list[Health]:
    return [each.health for each in findings]


async def looked(server: SlackServer, **other: object) -> list[Finding]:
    return list(await SlackCheck(replace(settings_of(server), **other)).look())


async def test_slack_takes_the_manifest(server: SlackServer) -> None:
    client = AsyncWebClient(token=server.config_token, base_url=server.api)
    assert (await client.apps_manifest_validate(manifest=manifest()))["ok"]


async def test_a_good_set_up_names_workspace_app_and_the_way_in(server: SlackServer) -> None:
    bot, way = await looked(server)
    assert healths([bot, way]) == [Health.OK, Health.OK]
    assert server.world.team in bot.what
    assert server.world.app in bot.what
    assert "Socket Mode works" in way.what


async def test_not_set_up_says_how_to(server: SlackServer) -> None:
    (found,) = await SlackCheck(None).look()
    assert found.health is Health.ABSENT
    assert "coo slack manifest" in found.remedy


async def test_a_missing_scope_is_named(server: SlackServer) -> None:
    server.scopes -= {"files:write", "commands"}
    _, scopes, _ = await looked(server)
    assert scopes.health is Health.BROKEN
    assert "commands, files:write" in scopes.what


async def test_a_revoked_token_is_told_with_what_to_do(server: SlackServer) -> None:
    server.revoke()
    (found,) = await looked(server)
    assert found.health is Health.BROKEN
    assert "COO_SLACK_BOT_TOKEN" in found.remedy
    assert server.bot_token not in found.what + found.remedy


async def test_a_wrong_app_level_token_is_told(server: SlackServer) -> None:
    *_, way = await looked(server, app_token=Secret("xapp-1-A1-wrong"))
    assert way.health is Health.BROKEN
    assert "connections:write" in way.remedy
    assert "wrong" not in way.what


async def test_no_way_in_is_broken_and_half_of_http_too(server: SlackServer) -> None:
    *_, none = await looked(server, app_token=None)
    *_, half = await looked(server, app_token=None, signing_secret=Secret("s"))
    assert healths([none, half]) == [Health.BROKEN, Health.BROKEN]
    assert "COO_PUBLIC_URL" in half.remedy


async def test_over_http_the_address_is_named(server: SlackServer) -> None:
    *_, way = await looked(
        server, app_token=None, signing_secret=Secret("s"), public_url="https://coo.example"
    )
    assert "https://coo.example/slack/events" in way.what


async def test_a_slack_that_cannot_be_reached_is_told(server: SlackServer) -> None:
    (found,) = await looked(server, api="http://127.0.0.1:9/api")
    assert found.health is Health.BROKEN
    assert found.remedy
