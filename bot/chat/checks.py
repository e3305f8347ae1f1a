"""What `coo doctor` asks the chats: each says itself how it is set up, and who is paired."""

from __future__ import annotations

from collections.abc import Sequence

from bot import texts
from bot.findings import Check, Finding, Health
from bot.opening import App
from bot.settings import Settings
from bot.slack.checking import SlackCheck
from bot.telegram.checking import TelegramCheck
from bot.wording.amounts import counted
from ledger.domain.pairing import ChatIdentity, Role


def checks_of(settings: Settings, app: App | None) -> Sequence[Check]:
    """The checks of all chats; `app` where the folder could be opened."""
    chats: list[Check] = [SlackCheck(settings.slack), TelegramCheck(settings.telegram)]
    if app is not None and (settings.slack or settings.telegram):
        chats.append(PairedCheck(app))
    if settings.listen is not None or settings.public_url:
        chats.append(WebCheck(settings))
    return chats


class PairedCheck:
    """Whether anybody may decide in chat."""

    about = "Paired"

    def __init__(self, app: App) -> None:
        self._app = app

    async def look(self) -> Sequence[Finding]:
        """One finding: how many chats, and that an owner is among them."""
        active = await self._app.views.find(ChatIdentity, "active")
        if not active:
            what, remedy = texts.DOCTOR_NOBODY_PAIRED.put()
            return [Finding(about=self.about, health=Health.ADVICE, what=what, remedy=remedy)]
        chats = counted(len(active), "chat")
        people = counted(len({each.operator for each in active}), "person").replace(
            "persons", "people"
        )
        what = texts.DOCTOR_PAIRED.format(chats=chats, people=people)
        if any(each.role is Role.OWNER for each in active):
            return [Finding(about=self.about, health=Health.OK, what=what)]
        remedy = texts.DOCTOR_NO_OWNER
        return [Finding(about=self.about, health=Health.ADVICE, what=what, remedy=remedy)]


class WebCheck:
    """Where the web server listens, and whether anybody could get there."""

    about = "Web server"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def look(self) -> Sequence[Finding]:
        """One finding. Nothing is called: `curl URL/healthz` shows more."""
        listen, url = self._settings.listen, self._settings.public_url
        place = f"{listen.host}:{listen.port}" if listen else ""
        form = texts.DOCTOR_WEB_PUBLIC if url else texts.DOCTOR_WEB
        what = form.format(place=place, url=url)
        wants = [
            name
            for name, on in (
                ("COO_SLACK_SIGNING_SECRET", self._settings.slack),
                ("COO_TELEGRAM_SECRET", self._settings.telegram),
            )
            if on and url
        ]
        slack, telegram = self._settings.slack, self._settings.telegram
        used = (slack and slack.over_http) or (telegram and telegram.by_webhook)
        if not url or used or not wants:
            return [Finding(about=self.about, health=Health.OK, what=what)]
        remedy = texts.DOCTOR_WEB_UNUSED.format(names=" or ".join(wants))
        return [Finding(about=self.about, health=Health.ADVICE, what=what, remedy=remedy)]
