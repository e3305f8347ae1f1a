"""The manifest: everything Slack has to know of the app, so that it is made with one click."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

import yaml

from bot import texts
from bot.slack.inbound import COMMAND
from bot.slack.web import EVENTS, MOUNTED

SCOPES: Final = {
    "app_mentions:read": texts.SLACK_SCOPE_MENTIONS,
    "assistant:write": texts.SLACK_SCOPE_ASSISTANT,
    "channels:history": texts.SLACK_SCOPE_HISTORY,
    "chat:write": texts.SLACK_SCOPE_WRITE,
    "commands": texts.SLACK_SCOPE_COMMANDS,
    "files:read": texts.SLACK_SCOPE_FILES_READ,
    "files:write": texts.SLACK_SCOPE_FILES_WRITE,
    "groups:history": texts.SLACK_SCOPE_HISTORY,
    "im:history": texts.SLACK_SCOPE_DIRECT,
    "im:write": texts.SLACK_SCOPE_OPEN,
}
"""What the bot may do, and what for; docs/slack.md lists the same."""

APP_SCOPE: Final = "connections:write"
"""The one scope of the app-level token, for Socket Mode."""

LISTENS: Final = ("app_home_opened", "app_mention", "message.im")
CREATE: Final = "https://api.slack.com/apps?new_app=1&manifest_json="


def manifest(public_url: str = "") -> dict[str, Any]:
    """By Socket Mode; or over HTTP to `public_url`, where one is given."""
    address = f"{public_url}{MOUNTED}{EVENTS}" if public_url else ""
    return {
        "display_information": {
            "name": texts.SLACK_APP_NAME,
            "description": texts.SLACK_APP_DESCRIPTION,
            "background_color": texts.SLACK_APP_COLOUR,
        },
        "features": _features(address),
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_at("request_url", address), "bot_events": [*LISTENS]},
            "interactivity": {"is_enabled": True, **_at("request_url", address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }


def as_json(found: dict[str, Any]) -> str:
    """The manifest as JSON."""
    return json.dumps(found, indent=2, ensure_ascii=False)


def as_yaml(found: dict[str, Any]) -> str:
    """The manifest as YAML."""
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True).rstrip()


def as_link(found: dict[str, Any]) -> str:
    """A link that opens Slack with the manifest filled in."""
    return CREATE + quote(json.dumps(found, separators=(",", ":")), safe="")


def _features(address: str) -> dict[str, Any]:
    prompts = [{"title": title, "message": said} for title, said in texts.SLACK_PROMPTS]
    return {
        "agent_view": {
            "agent_description": texts.SLACK_APP_DESCRIPTION,
            "suggested_prompts": prompts,
        },
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": texts.SLACK_APP_NAME, "always_online": False},
        "slash_commands": [
            {
                "command": COMMAND,
                **_at("url", address),
                "description": texts.SLACK_COMMAND_DOES,
                "usage_hint": texts.SLACK_COMMAND_USAGE,
                "should_escape": True,
            }
        ],
    }


def _at(name: str, address: str) -> dict[str, str]:
    return {name: address} if address else {}
