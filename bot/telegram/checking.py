"""What `coo doctor` says of Telegram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from telegram import WebhookInfo

from bot import texts
from bot.chat.port import ChatTrouble, Lost, RateLimited
from bot.chat_settings import TelegramSettings
from bot.findings import Finding, Health
from bot.telegram.connection import Connection, Me
from bot.telegram.discretion import without_token
from bot.telegram.failing import asked
from bot.telegram.webhook import PATH
from bot.wording.untrusted import one_line

ABOUT: Final = "Telegram"
PATIENCE_S: Final = 5.0
SHORT_SECRET: Final = 16
MANY: Final = 100
"""Messages that wait: more than this, and nobody seems to take them."""


class TelegramCheck:
    """Asks the bot who it is and how messages reach it. Takes no message: `coo run` needs those."""

    about = ABOUT

    def __init__(
        self, settings: TelegramSettings | None, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._settings, self._patience_s = settings, patience_s

    async def look(self) -> Sequence[Finding]:
        """One finding on the bot, one on the way its messages take."""
        if self._settings is None:
            what, remedy = texts.TELEGRAM_ABSENT.put()
            return [Finding(about=ABOUT, health=Health.ABSENT, what=what, remedy=remedy)]
        connection = Connection(self._settings, call_s=self._patience_s)
        try:
            me = await connection.me()
            info = await asked(connection.bot.get_webhook_info())
        except ChatTrouble as error:
            return [_broken(error)]
        finally:
            await connection.close()
        return [_bot(me), *_way(self._settings, info)]


def _broken(error: ChatTrouble) -> Finding:
    if isinstance(error, RateLimited | Lost):
        what, remedy = texts.TELEGRAM_NO_ANSWER.put()
        return Finding(about=ABOUT, health=Health.BROKEN, what=what, remedy=remedy)
    return Finding(about=ABOUT, health=Health.BROKEN, what=error.cause, remedy=error.remedy)


def _bot(me: Me) -> Finding:
    reads = texts.TELEGRAM_READS_ALL if me.reads_groups else texts.TELEGRAM_READS_ADDRESSED
    what = texts.TELEGRAM_BOT.format(name=one_line(me.name, 60), username=me.username, reads=reads)
    return Finding(about=ABOUT, health=Health.OK, what=what)


def _way(settings: TelegramSettings, info: WebhookInfo) -> Sequence[Finding]:
    if settings.by_webhook:
        found = [*_webhook(settings, info)]
    elif info.url:
        found = [_advice(*texts.TELEGRAM_OTHER_WEBHOOK.put(host=_host(info.url)))]
    else:
        found = [Finding(about=ABOUT, health=Health.OK, what=texts.TELEGRAM_POLLS)]
    if info.pending_update_count > MANY:
        found.append(_advice(*texts.TELEGRAM_PENDING.put(number=info.pending_update_count)))
    return found


def _webhook(settings: TelegramSettings, info: WebhookInfo) -> Sequence[Finding]:
    assert settings.secret is not None  # noqa: S101 - narrows: no webhook goes without one
    wanted = settings.public_url + PATH
    if info.url != wanted:
        found = [_advice(*texts.TELEGRAM_NO_WEBHOOK.put(url=wanted))]
    elif info.last_error_message:
        said = one_line(without_token(info.last_error_message), 200)
        what, remedy = texts.TELEGRAM_WEBHOOK_FAILS.put(url=wanted, what=said)
        found = [Finding(about=ABOUT, health=Health.BROKEN, what=what, remedy=remedy)]
    else:
        what = texts.TELEGRAM_CALLS.format(url=wanted)
        found = [Finding(about=ABOUT, health=Health.OK, what=what)]
    if len(settings.secret.reveal()) < SHORT_SECRET:
        found.append(_advice(*texts.TELEGRAM_SHORT_SECRET.put(least=SHORT_SECRET)))
    return found


def _advice(what: str, remedy: str) -> Finding:
    return Finding(about=ABOUT, health=Health.ADVICE, what=what, remedy=remedy)


def _host(url: str) -> str:
    """The host alone: an address of somebody else's may carry a secret in its path."""
    return one_line(url.partition("://")[2].partition("/")[0].rpartition("@")[2], 100)
