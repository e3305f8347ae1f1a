"""Files: put below a message, and read from one."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import texts
from bot.chat.port import ChatTrouble, Lost, RateLimited, Refused, Unreachable
from bot.chat_settings import SlackSettings
from bot.slack.calls import SOON_S, TIMEOUT_S, SlackRefused, asked
from ledger.domain.events import ChatFile

_SLACK: Final = ".slack.com"
_CHUNK: Final = 64 * 1024
_OK: Final = 200


async def uploaded(
    client: AsyncWebClient, chat: str, thread: str, name: str, data: bytes, title: str
) -> str:
    """Put a file there, and return its id.

    Only the last of the three calls shows it to anybody: what goes wrong before may be done again.
    Where the answer to that one is lost, the file itself says whether it hangs in the chat.
    """
    if not data:
        raise Refused(texts.SLACK_FILE_EMPTY.format(name=name))
    try:
        place = await asked(client.files_getUploadURLExternal(filename=name, length=len(data)))
        await _sent(str(place.get("upload_url") or ""), data)
    except Lost as lost:
        raise RateLimited(SOON_S, lost.cause) from None
    file = str(place.get("file_id") or "")
    shown: list[dict[str, str | None]] = [{"id": file, "title": title or name}]
    try:
        await asked(
            client.files_completeUploadExternal(
                files=shown, channel_id=chat, thread_ts=thread or None
            )
        )
    except Lost:
        if not await _hangs(client, file, chat):
            raise
    return file


async def _sent(url: str, data: bytes) -> None:
    """The bytes, to where Slack wants them."""
    limit = aiohttp.ClientTimeout(total=TIMEOUT_S * 4)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(url, data=data) as response,
        ):
            if response.status != _OK:
                raise Lost(texts.SLACK_LOST.format(what=f"HTTP {response.status}"))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Lost(texts.SLACK_LOST.format(what=type(error).__name__)) from None


async def fetched(
    client: AsyncWebClient, settings: SlackSettings, file: ChatFile, most: int
) -> bytes:
    """The bytes of a file, at most `most`: more is `Refused`, gone is `Unreachable`."""
    try:
        info = (await asked(client.files_info(file=file.id))).get("file") or {}
    except SlackRefused:
        raise _gone(file) from None
    size = info.get("size")
    if isinstance(size, int) and size > most:
        raise Refused(texts.SLACK_FILE_TOO_LARGE.format(name=file.name, size=size, most=most))
    url = str(info.get("url_private_download") or info.get("url_private") or "")
    if not _is_slacks(url, settings):
        raise _gone(file)  # the token goes to nobody else
    return await _downloaded(url, settings, file, most, str(info.get("mimetype") or ""))


async def _downloaded(
    url: str, settings: SlackSettings, file: ChatFile, most: int, kind: str
) -> bytes:
    headers = {"Authorization": f"Bearer {settings.bot_token.reveal()}"}
    limit = aiohttp.ClientTimeout(total=TIMEOUT_S * 4)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            if response.status != _OK or _is_sign_in(response, kind):
                raise _gone(file)
            return await _read(response, file, most)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Lost(texts.SLACK_LOST.format(what=type(error).__name__)) from None


async def _read(response: aiohttp.ClientResponse, file: ChatFile, most: int) -> bytes:
    found = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        found += chunk
        if len(found) > most:
            size = f"more than {most}"
            raise Refused(texts.SLACK_FILE_TOO_LARGE.format(name=file.name, size=size, most=most))
    return bytes(found)


def _is_sign_in(response: aiohttp.ClientResponse, kind: str) -> bool:
    """Without a permission Slack shows a page to sign in, and calls that a success."""
    return response.content_type == "text/html" and kind != "text/html"


def _is_slacks(url: str, settings: SlackSettings) -> bool:
    parts, api = urlsplit(url), urlsplit(settings.api)
    if parts.netloc == api.netloc and parts.scheme == api.scheme:
        return True
    return parts.scheme == "https" and (parts.hostname or "").endswith(_SLACK)


async def _hangs(client: AsyncWebClient, file: str, chat: str) -> bool:
    try:
        info = (await asked(client.files_info(file=file))).get("file") or {}
    except ChatTrouble:
        return False
    shares = info.get("shares") or {}
    return any(chat in places for places in shares.values() if isinstance(places, dict))


def _gone(file: ChatFile) -> Unreachable:
    return Unreachable(*texts.SLACK_FILE_GONE.put(name=file.name or file.id))
