"""What `coo doctor` says of mail: where it leaves, where it is read, and whether that goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.findings import Finding, Health
from bot.mail_settings import Mailing, Reading
from bot.setting_values import Secret
from bot.settings import Settings
from ledger.domain.errors import CooError

ABOUT: Final = "Mail"


class MailCheck:
    """Logs in and leaves; no mail is read, none is sent."""

    about = ABOUT

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def look(self) -> Sequence[Finding]:
        """One finding on the way out, one on each folder."""
        out, read = self._settings.mailing, self._settings.reading
        return [await _out(out), *(await _folders(read) if read else [_finding_files()])]


async def _out(mailing: Mailing | None) -> Finding:
    if mailing is None:
        return Finding(about=ABOUT, health=Health.ABSENT, what=texts.MAIL_OUT_FILES)
    from connectors.mail.trying import try_smtp  # noqa: PLC0415 - only where mail really leaves

    try:
        await try_smtp(mailing.server, _word(mailing.password))
    except CooError as error:
        return _broken(error)
    what = texts.MAIL_OUT.format(server=mailing.server, security=mailing.server.security.value)
    return Finding(about=ABOUT, health=Health.OK, what=what)


async def _folders(reading: Reading) -> list[Finding]:
    found = [await _folder(reading, folder) for folder in reading.folders]
    return (
        found if found[-1:] and found[-1].health is Health.BROKEN else [*found, await _own(reading)]
    )


async def _own(reading: Reading) -> Finding:
    """The folder of what the operator sends himself."""
    from bot.work.mailbox import NO_SENT, sent_folder  # noqa: PLC0415 - as below

    if reading.sent.casefold() == NO_SENT:
        return Finding(about=ABOUT, health=Health.ABSENT, what=texts.MAIL_SENT_OFF)
    try:
        folder = reading.sent or await asyncio.to_thread(sent_folder, reading)
    except CooError as error:
        return _broken(error)
    if not folder:
        return Finding(about=ABOUT, health=Health.ABSENT, what=texts.MAIL_SENT_UNKNOWN)
    return await _folder(reading, folder)


async def _folder(reading: Reading, folder: str) -> Finding:
    from connectors.mail.trying import try_imap  # noqa: PLC0415 - only where a mailbox is read

    try:
        await asyncio.to_thread(try_imap, reading.server, _word(reading.password), folder)
    except CooError as error:
        return _broken(error)
    what = texts.MAIL_IN.format(folder=folder, server=reading.server)
    return Finding(about=ABOUT, health=Health.OK, what=what)


def _finding_files() -> Finding:
    return Finding(about=ABOUT, health=Health.ABSENT, what=texts.MAIL_IN_FILES)


def _broken(error: CooError) -> Finding:
    return Finding(about=ABOUT, health=Health.BROKEN, what=error.cause, remedy=error.remedy)


def _word(secret: Secret | None) -> str:
    return secret.reveal() if secret else ""
