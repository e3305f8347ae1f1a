"""`make faces`: every kind of card and the overview as pictures, in docs/faces.

They are made of what the adapters would really send, on a phone's width, so that a person can
look at them. The pictures are for reading; no test compares their pixels.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pages import ToolMissing, picture, slack_pages, telegram_page, tool
from story import files_of, story

from bot.cards.face import faced
from bot.channel import Reply
from bot.chat.buttons import callbacks
from bot.home.overview import Home, home_reply
from bot.slack.blocks import sheet
from bot.slack.home import HomePage, home_view
from bot.telegram import rendering

FACES = Path(__file__).parents[2] / "docs" / "faces"
NONCE = "abcdefghijklmnop"
SLACK_ONLY = frozenset({"more", "preview"})
"""What looks the same in both, so that one picture of it is enough."""
PICTURES = frozenset({"timeline", "report"})
"""Answers whose picture is the answer."""


def main() -> int:
    """Make all of them, or say what is missing."""
    try:
        chromium = tool("chromium", "chromium-browser", "google-chrome", package="chromium")
        with tempfile.TemporaryDirectory() as folder:
            seen, homes = asyncio.run(story(Path(folder) / "company"))
        FACES.mkdir(parents=True, exist_ok=True)
        _drawn(seen)
        _slack(seen, homes, chromium)
        _telegram({**seen, **{name: home_reply(each) for name, each in homes.items()}}, chromium)
    except ToolMissing as missing:
        sys.stderr.write(str(missing))
        return 1
    return 0


def _drawn(seen: Mapping[str, Reply]) -> None:
    for name in PICTURES & seen.keys():
        _keep(name, seen[name].attachments[0].data)


def _slack(seen: Mapping[str, Reply], homes: Mapping[str, Home], chromium: str) -> None:
    shown = {name: reply for name, reply in seen.items() if name not in PICTURES}
    messages = {
        name: sheet(faced(reply), callbacks(NONCE, reply.cards)).blocks
        for name, reply in shown.items()
    }
    messages |= {
        name: home_view(HomePage(home=each, ids=_every(each)))["blocks"]
        for name, each in homes.items()
    }
    files = {name: files_of(reply) for name, reply in shown.items()}
    for name, page in slack_pages(messages, files).items():
        _keep(f"slack-{name}", picture(page, chromium))


def _telegram(seen: Mapping[str, Reply], chromium: str) -> None:
    for name, reply in seen.items():
        if name not in PICTURES | SLACK_ONLY:
            parts = rendering.sheet(reply, callbacks(NONCE, reply.cards)).parts
            _keep(f"telegram-{name}", picture(telegram_page(files_of(reply), parts), chromium))


def _every(home: Home) -> dict[tuple[str, str], str]:
    """An id for every button, as when each card was posted before."""
    cards = [card for section in home.sections for card in section.cards]
    items = [item for section in home.sections for item in section.items]
    of_cards = {(card.about, each.typed): NONCE for card in cards for each in card.buttons}
    return of_cards | {("", each.typed): NONCE for item in items for each in item.buttons}


def _keep(name: str, data: bytes) -> None:
    path = FACES / f"{name}.png"
    path.write_bytes(data)
    sys.stdout.write(f"{path.name}: {len(data) // 1024} kB\n")


if __name__ == "__main__":
    raise SystemExit(main())
