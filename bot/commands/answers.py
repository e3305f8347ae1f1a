"""Small answers that several commands share."""

from __future__ import annotations

from bot import texts
from bot.channel import Reply
from bot.commands.things import Missing, Several
from bot.office.port import Office
from bot.texts import Trouble
from bot.wording.untrusted import one_line


def trouble(kind: Trouble, /, lines: tuple[str, ...] = (), **values: object) -> Reply:
    """An answer that says what is wrong and what to do."""
    cause, remedy = kind.put(**values)
    return Reply(lines=(cause, remedy, *lines), trouble=True)


def unclear(found: Several | Missing, said: str) -> Reply:
    """The answer where a name fits nothing or too much."""
    if isinstance(found, Missing):
        return trouble(texts.NOT_FOUND, said=one_line(said, 60))
    labels = tuple(f"  {label}" for label in found.labels)
    if not said:
        return trouble(texts.WHICH, labels)
    return trouble(texts.AMBIGUOUS, labels, said=one_line(said, 60))


async def recorded(office: Office, title: str, fact: str) -> Reply:
    """The answer to something that was written down and now takes its way."""
    lines = () if await office.worker() else (texts.NOBODY_WORKS,)
    return Reply(lines=(title, *lines), waits_for=fact)
