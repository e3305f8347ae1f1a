from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from typer.testing import CliRunner

from bot.command_line.main import cli
from bot.slack.manifest import SCOPES, as_json, as_link, as_yaml, manifest

DOCS = Path(__file__).parents[3] / "docs" / "slack.md"


def test_the_manifest_makes_an_agent_with_home_messages_and_the_command_by_socket_mode() -> None:
    made = manifest()
    features, settings = made["features"], made["settings"]
    assert {"agent_view", "app_home", "bot_user", "slash_commands"} == set(features)
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert features["slash_commands"][0]["command"] == "/coo"
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}


def test_over_http_everything_is_delivered_to_one_address() -> None:
    made = manifest("https://coo.example")
    address = "https://coo.example/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert made["features"]["slash_commands"][0]["url"] == address
    assert not made["settings"]["socket_mode_enabled"]


def test_json_yaml_and_link_say_the_same() -> None:
    made = manifest()
    linked = parse_qs(urlsplit(as_link(made)).query)["manifest_json"][0]
    assert json.loads(as_json(made)) == yaml.safe_load(as_yaml(made)) == json.loads(linked) == made


def test_every_scope_is_documented_with_what_it_is_for() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for scope, purpose in SCOPES.items():
        assert f"| `{scope}` | {purpose} |" in text


def test_the_command_prints_only_the_manifest_on_its_output() -> None:
    ran = CliRunner().invoke(cli, ["slack", "manifest"])
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == manifest()
    assert "api.slack.com/apps" in ran.stderr


def test_over_http_without_an_address_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COO_PUBLIC_URL", raising=False)
    ran = CliRunner().invoke(cli, ["slack", "manifest", "--http"])
    assert ran.exit_code == 2
    assert "COO_PUBLIC_URL" in ran.stderr
    assert ran.stdout == ""
