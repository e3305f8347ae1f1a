"""What the operator of a scenario types: the handles in it are those that Coo shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bot import texts
from bot.app import App
from bot.demo.outside import Outside
from bot.demo.script import MAILS, Script, ScriptInvalid
from ledger.domain.entities import Case, Contact, Payment, Stray
from ledger.domain.events import MailReceived, MailSetAside
from ledger.domain.messages import Message

_HANDLE: Final = re.compile(r"\{(case|payment|unread|stray) ([^{}]+)\}")


async def spoken(app: App, script: Script, outside: Outside, line: str) -> str:
    """The line, its handles filled: `{case ADDRESS}`, `{payment WORDS}`, `{unread FILE}` …"""
    for found in _HANDLE.finditer(line):
        line = line.replace(found[0], await _handle(app, script, found[1], found[2]))
    return outside.filled(line)


async def _handle(app: App, script: Script, kind: str, said: str) -> str:
    match kind:
        case "case":
            found = await _cases(app, said)
        case "payment":
            found = await _payments(app, said)
        case "stray":
            found = await _strays(app, said)
        case _:
            found = await _unread(app, script, said)
    if not found:
        raise ScriptInvalid(*texts.DEMO_MONTH_NOTHING_CALLED.put(what=f"{kind} {said}"))
    return found[-1]


async def _cases(app: App, address: str) -> list[str]:
    """The numbers of somebody's cases, oldest first."""
    contacts = await app.views.all(Contact)
    theirs = {one.id for one in contacts if one.address.casefold() == address.casefold()}
    return [str(one.number) for one in await app.views.all(Case) if one.contact in theirs]


async def _payments(app: App, words: str) -> list[str]:
    """The ids of payments whose reference or payer holds these words."""
    every = await app.views.all(Payment)
    return [one.id for one in every if words in f"{one.reference} {one.payer}"]


async def _strays(app: App, words: str) -> list[str]:
    """The numbers of what fits no case, by the words of its mail's subject or its payment."""
    found = []
    for stray in await app.views.find(Stray, "open"):
        event = (await app.ledger.fact(stray.id)).event
        if words in f"{getattr(event, 'subject', '')} {getattr(event, 'reference', '')}":
            found.append(str(stray.number))
    return found


async def _unread(app: App, script: Script, file: str) -> list[str]:
    """The number of the message without action that came from a file of the script."""
    found = []
    for message in await app.views.all(Message):
        event = (await app.ledger.fact(message.id)).event
        lies = event.where if isinstance(event, MailSetAside) else ""
        named = isinstance(event, MailReceived) and Path(file).stem in event.message_id
        if message.number and (lies.endswith(f"{Path(file).stem}.eml") or named):
            found.append(str(message.number))
    return found if (script.folder / MAILS / file).is_file() else []
