"""What `coo demo --scenario month` does and prints: the diary and the books, or one JSON object."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from bot import texts
from bot.channel import Reply, Table
from bot.company.file import load_company
from bot.console.render import put
from bot.console.screen import screen
from bot.demo.counting import Summary
from bot.demo.diary import Diary
from bot.demo.month import month_folder, played, prepared
from bot.folder import Folder
from bot.settings import Settings
from ledger.domain.errors import SettingsInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def play(settings: Settings, examples: Path, *, scripted: bool, as_json: bool) -> None:
    """Play the month in a folder, or go on where it was broken off."""
    if not scripted:
        raise SettingsInvalid(*texts.DEMO_MONTH_ONLY_AUTO.put())
    folder, out = Folder(settings.data), screen()
    zone = prepared(folder, month_folder(examples))
    own = replace(settings.without_keys(), mailing=None, reading=None, slack=None, telegram=None)
    if not as_json:
        company = load_company(folder.company).name
        put(out, Reply(title=texts.DEMO_MONTH_START.format(company=company, folder=folder.root)))
    diary = Diary(out, zone, quiet=as_json)
    summary = asyncio.run(played(own, examples, zone, diary))
    if as_json:
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
    else:
        tell(out, summary, folder)


def tell(out: Console, summary: Summary, folder: Folder) -> None:
    """The books and the proof, for a person."""
    rows = tuple(
        (
            name,
            one.invoiced,
            one.income,
            one.tax,
            one.paid,
            one.reduced,
            one.open,
            one.unmatched,
            one.expenses,
        )
        for name, one in summary.books.items()
    )
    put(out, Reply(title=texts.DEMO_MONTH_BOOKS, table=Table(texts.DEMO_MONTH_COLUMNS, rows)))
    lines = (
        texts.DEMO_MONTH_MESSAGES.format(
            messages=summary.messages,
            cases=summary.cases,
            needs_you=summary.needs_you,
            no_action=summary.no_action,
        ),
        texts.DEMO_MONTH_EFFECTS.format(
            outward=summary.outward_actions, doubled=summary.duplicate_effects, cards=summary.cards
        ),
        texts.DEMO_MONTH_CHAIN.format(
            chain=_word(good=summary.chain_ok),
            facts=summary.facts,
            replay=_word(good=summary.replay_identical),
            balanced=_word(good=summary.books_balanced),
        ),
    )
    hint = texts.DEMO_HINT.format(folder=folder.root)
    put(out, Reply(title=texts.DEMO_PROOF, lines=lines, hints=(hint,)))


def _word(*, good: bool) -> str:
    return texts.DEMO_MONTH_OK if good else texts.DEMO_MONTH_BROKEN
