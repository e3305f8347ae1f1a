"""Pictures at a terminal: it cannot show them, so they are laid into the data folder."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from bot import texts
from bot.channel import Attached, Reply
from bot.wording.untrusted import one_line


def kept(reply: Reply, folder: Path) -> Reply:
    """The answer with the place of each of its pictures; a newer one of the same name wins."""
    pictures = [each for each in reply.attachments if each.is_picture and each.data]
    places = tuple(texts.PICTURE_SAVED.format(path=_laid(each, folder)) for each in pictures)
    return replace(reply, lines=(*reply.lines, *places)) if places else reply


def _laid(picture: Attached, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(one_line(picture.name)).name
    path.write_bytes(picture.data)
    return path
