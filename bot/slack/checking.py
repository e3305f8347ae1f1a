"""What `coo doctor` says of Slack: tokens, permissions, workspace, app, and the way in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot import texts
from bot.chat.port import ChatTrouble, Lost
from bot.chat_settings import SlackSettings
from bot.findings import Finding, Health
from bot.slack.calls import answered, app_id_of, asked, client_of
from bot.slack.manifest import SCOPES
from bot.slack.web import EVENTS, MOUNTED
from bot.wording.untrusted import one_line

ABOUT: Final = "Slack"
PATIENCE_S: Final = 5


class SlackCheck:
    """Asks Slack who the tokens belong to. Opens no connection: `coo run` needs those."""

    about = ABOUT

    def __init__(self, settings: SlackSettings | None, *, patience_s: int = PATIENCE_S) -> None:
        self._settings, self._patience_s = settings, patience_s

    async def look(self) -> Sequence[Finding]:
        """One finding on the bot, one on its permissions, one on the way in."""
        if self._settings is None:
            return [_finding(Health.ABSENT, texts.SLACK_ABSENT.put())]
        client = client_of(self._settings, timeout=self._patience_s)
        try:
            told, headers = await answered(client.auth_test())
        except ChatTrouble as trouble:
            return [_finding(Health.BROKEN, (trouble.cause, trouble.remedy))]
        return [
            _bot(told, self._settings),
            *_permissions(headers),
            *await self._way(client, self._settings),
        ]

    async def _way(self, client: AsyncWebClient, settings: SlackSettings) -> Sequence[Finding]:
        if settings.over_http:
            what = texts.SLACK_BY_HTTP.format(url=f"{settings.public_url}{MOUNTED}{EVENTS}")
            return [Finding(about=ABOUT, health=Health.OK, what=what)]
        if settings.app_token is None:
            known = texts.SLACK_HALF_HTTP if settings.signing_secret else texts.SLACK_NO_WAY_IN
            return [_finding(Health.BROKEN, known.put())]
        try:
            await asked(client.apps_connections_open(app_token=settings.app_token.reveal()))
        except Lost as lost:
            return [_finding(Health.BROKEN, (lost.cause, texts.SLACK_LOOK_AGAIN))]
        except ChatTrouble as trouble:
            return [_finding(Health.BROKEN, texts.SLACK_APP_TOKEN.put(why=trouble.cause))]
        return [Finding(about=ABOUT, health=Health.OK, what=texts.SLACK_BY_SOCKET)]


def _bot(told: dict[str, Any], settings: SlackSettings) -> Finding:
    what = texts.SLACK_BOT.format(
        name=one_line(str(told.get("user", "?")), 60),
        team=one_line(str(told.get("team", "?")), 60),
        team_id=one_line(str(told.get("team_id", "?")), 20),
        app=app_id_of(told, settings) or "?",
    )
    ours, theirs = app_id_of({}, settings), str(told.get("app_id") or "")
    if ours and theirs and ours != theirs:
        cause, remedy = texts.SLACK_TWO_APPS.put(ours=ours, theirs=one_line(theirs, 20))
        return _finding(Health.BROKEN, (f"{what}. {cause}", remedy))
    return Finding(about=ABOUT, health=Health.OK, what=what)


def _permissions(headers: dict[str, str]) -> Iterator[Finding]:
    """Slack says in a header what a token may do; without one nothing is known."""
    said = headers.get("x-oauth-scopes")
    if said is None:
        return
    missing = sorted(set(SCOPES) - {each.strip() for each in said.split(",")})
    if missing:
        yield _finding(Health.BROKEN, texts.SLACK_MISSING_SCOPES.put(scopes=", ".join(missing)))


def _finding(health: Health, words: tuple[str, str]) -> Finding:
    return Finding(about=ABOUT, health=health, what=words[0], remedy=words[1])
