"""HTML around what a chat shows, and pictures of it through a headless Chromium."""

from __future__ import annotations

import base64
import html
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from bot.channel import Attached
from bot.telegram.marked import Marked, Style
from bot.telegram.rendering import Key, Part

PACKAGES = ("slack-blocks-to-jsx@1.1.1", "react@18.3.1", "react-dom@18.3.1")
CACHE = Path.home() / ".cache" / "coo-faces"
PHONE = 412
TALLEST = 4_000
COLOURS = 96
BACKGROUND = (255, 255, 255)

TAGS = {
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.CODE: "code",
    Style.PRE: "pre",
    Style.QUOTE: "blockquote",
}

MISSING = """{tool} is missing, so no pictures can be made.
Install it and say `make faces` again. On Debian: apt-get install {package}
"""


class ToolMissing(Exception):
    """Something outside of Python is needed to look at cards."""


def tool(*names: str, package: str) -> str:
    """Where a program is; raises `ToolMissing` with what to install."""
    found = next((path for name in names if (path := shutil.which(name))), "")
    if not found:
        raise ToolMissing(MISSING.format(tool=names[0], package=package))
    return found


def renderer() -> Path:
    """The folder with Slack's blocks as HTML; npm fills it once, outside of the checkout."""
    if not (CACHE / "node_modules" / "slack-blocks-to-jsx").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text('{"private": true}\n')
        npm = tool("npm", package="npm")
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--silent", *PACKAGES],
            cwd=CACHE,
            check=True,
        )
    return CACHE


def slack_pages(
    messages: Mapping[str, Sequence[Any]], files: Mapping[str, Sequence[Attached]]
) -> dict[str, str]:
    """Each message (its blocks) as a page; the files that hang on it stand above it."""
    node, folder = tool("node", "nodejs", package="nodejs"), renderer()
    given = [{"name": name, "blocks": list(blocks)} for name, blocks in messages.items()]
    script = Path(__file__).with_name("blocks.mjs")
    run = subprocess.run(
        [node, str(script), str(folder)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    css = (folder / "node_modules" / "slack-blocks-to-jsx" / "dist" / "style.css").read_text()
    made = json.loads(run.stdout)
    return {
        name: _page(
            css + SLACK_CSS,
            f"{_files(files.get(name, ()))}{SLACK_ROOT}{body}</div>",
        )
        for name, body in made.items()
    }


def telegram_page(files: Sequence[Attached], parts: Sequence[Part]) -> str:
    """The bubbles of an answer in a Telegram chat: files first, buttons below the last."""
    made = [_telegram_file(file) for file in files]
    for part in parts:
        made.append(f"<div class=bubble>{marked(part.text)}</div>")
        made += [_keys(row) for row in part.keyboard]
    return _page(TELEGRAM_CSS, "".join(made))


def marked(text: Marked) -> str:
    """A text with its marks, as a client draws them."""
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for mark in text.marks:
        opens.setdefault(mark.start, []).append(f"<{TAGS[mark.style]}>")
        closes.setdefault(mark.end, []).insert(0, f"</{TAGS[mark.style]}>")
    signs = (
        "".join([*closes.get(place, ()), *opens.get(place, ()), html.escape(sign)])
        for place, sign in enumerate(text.text)
    )
    return "".join([*signs, *closes.get(len(text.text), ())])


def _keys(row: Sequence[Key]) -> str:
    return (
        f"<div class=keys>{''.join(f'<span>{html.escape(key.label)}</span>' for key in row)}</div>"
    )


def _telegram_file(file: Attached) -> str:
    if file.is_picture:
        data = base64.b64encode(file.data).decode()
        return f'<div class=bubble><img src="data:{file.media_type};base64,{data}"></div>'
    return f"<div class=file>📄 <b>{html.escape(file.name)}</b></div>"


def picture(page: str, chromium: str) -> bytes:
    """The page as a PNG, as wide as a phone at twice its pixels, cut where it ends."""
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        source.write_text(page)
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-device-scale-factor=2",
                f"--window-size={PHONE},{TALLEST}",
                f"--screenshot={shot}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        return trimmed(shot.read_bytes())


def trimmed(data: bytes) -> bytes:
    """Without the empty space below, and in few colours: small enough to keep in a repository."""
    whole = Image.open(BytesIO(data)).convert("RGB")
    empty = Image.new("RGB", whole.size, whole.getpixel((0, whole.height - 1)))
    box = ImageChops.difference(whole, empty).getbbox()
    bottom = min(whole.height, (box[3] if box else 0) + 24)
    out = BytesIO()
    cut = whole.crop((0, 0, whole.width, bottom)).quantize(COLOURS, dither=Image.Dither.NONE)
    cut.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _page(css: str, body: str) -> str:
    return f"<!doctype html><meta charset=utf-8><style>{css}</style><body><main>{body}</main>"


def _files(files: Sequence[Attached]) -> str:
    return "".join(map(_file, files))


def _file(file: Attached) -> str:
    if file.is_picture:
        data = base64.b64encode(file.data).decode()
        return f'<figure><img src="data:{file.media_type};base64,{data}"></figure>'
    name = html.escape(file.name)
    return f"<div class=file><b>{name}</b><br><small>{html.escape(file.media_type)}</small></div>"


SLACK_ROOT = "<div id=slack_blocks_to_jsx data-theme=light>"
SLACK_CSS = """
body { margin: 0; background: #fff; font: 15px/1.46 Lato, "Helvetica Neue", Arial, sans-serif }
main { padding: 12px 14px; width: 384px; overflow-wrap: anywhere }
figure { margin: 0 0 10px } figure img { width: 100%; border: 1px solid #ddd; border-radius: 8px }
.file { border: 1px solid #ddd; border-radius: 8px; padding: 8px 12px; margin: 0 0 10px }
small { color: #616061 }
#slack_blocks_to_jsx blockquote { margin: 4px 0; padding-left: 10px; border-left: 4px solid #ddd }
"""

TELEGRAM_CSS = """
body { margin: 0; background: #d7e4ea; font: 16px/1.35 Roboto, "Helvetica Neue", Arial, sans-serif }
main { padding: 12px; width: 388px }
.bubble { background: #fff; border-radius: 14px; padding: 8px 12px; margin: 0 0 4px;
          white-space: pre-wrap; overflow-wrap: anywhere }
.bubble blockquote { margin: 4px 0; padding: 2px 10px; border-left: 3px solid #3390ec;
                     background: #f0f6fb; border-radius: 4px }
.bubble pre, .bubble code { font: 14px monospace; white-space: pre-wrap }
.bubble img { width: 100%; border-radius: 10px }
.keys { display: flex; gap: 4px; margin: 0 0 4px }
.keys span { flex: 1; background: #6b8fa3cc; color: #fff; border-radius: 8px; padding: 9px 4px;
             text-align: center; font-weight: 500; font-size: 14px }
.file { background: #fff; border-radius: 14px; padding: 10px 12px; margin: 0 0 4px }
small { color: #6a7881 }
"""
