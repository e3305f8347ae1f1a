"""Anchors: lines kept elsewhere show what a chain alone cannot, that its end is gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.anchors import FILE_NAME, AnchorForeign, AnchorUnreadable, anchors_from
from ledger.domain.events import HeadAnchored


def cut(folder: Path, facts: int) -> None:
    """Take the last facts away, as somebody would who knows the ledger well."""
    with closing(sqlite3.connect(folder / "ledger.db")) as file:
        file.execute("DROP TRIGGER facts_refuse_delete")
        file.execute("DELETE FROM facts WHERE seq > (SELECT max(seq) FROM facts) - ?", (facts,))
        file.execute(
            "UPDATE chain_heads SET (seq, hash) = "
            "(SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1)"
        )
        file.execute("DELETE FROM view_state")
        file.execute("DELETE FROM cursors")
        file.commit()


def replaced(anchor: str, place: int, word: str) -> str:
    parts = anchor.split()
    parts[place] = word
    return " ".join(parts)


async def test_an_anchor_kept_elsewhere_finds_the_cut_that_a_plain_check_cannot(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await business.offered()
        line = await business.office.anchor()
        assert "nothing was cut off" in await business.says(f"verify {line}")
    cut(founder.folder, 3)
    async with founder.business() as business:
        plain = await business.office.verify()
        assert plain.broken == ""
        said = await business.says(f"verify {line}")
        assert "The end of the chain was cut off" in said
        assert "3 facts are missing" in said


async def test_an_anchor_finds_a_history_that_was_written_anew(founder: Any) -> None:
    async with founder.business() as business:
        await business.offered()
        line = await business.office.anchor()
    cut(founder.folder, 3)
    async with founder.business() as business:
        await business.mail("And another thing.")
        await business.mail("And yet another thing.")
        report = await business.office.verify(line)
        assert "another history" in report.broken


async def test_each_day_with_news_has_one_anchor_that_the_operator_receives(
    business: Any,
) -> None:
    await business.offered()
    assert await business.works.anchoring.look() is None, "the first day is not over"
    business.clock.forward(days=1)
    await business.works.anchoring.look()
    business.clock.forward(hours=2)
    await business.mail("A question about the offer.")
    await business.works.anchoring.look()
    (told,) = await business.facts(HeadAnchored)
    kept = (business.app.folder.root / FILE_NAME).read_text()
    assert kept == f"{told.line}\n"
    assert f"over {told.seq} facts" in await business.hears()
    business.clock.forward(days=1)
    await business.works.anchoring.look()
    assert len(await business.facts(HeadAnchored)) == 2
    assert (await business.office.verify(str(business.app.folder.anchors))).anchors == 2


async def test_a_quiet_day_needs_no_anchor(business: Any) -> None:
    await business.offered()
    for _ in range(3):
        business.clock.forward(days=1)
        await business.works.anchoring.look()
    assert len(await business.facts(HeadAnchored)) == 1


async def test_an_anchor_lost_between_ledger_and_file_is_written_at_the_next_start(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await business.offered()
        business.clock.forward(days=1)
        await business.works.anchoring.look()
        (told,) = await business.facts(HeadAnchored)
        business.app.folder.anchors.write_text(told.line[:50])
    async with founder.business() as business:
        await business.works.anchoring.look()
        assert business.app.folder.anchors.read_text().splitlines() == [told.line[:50], told.line]


async def test_a_mistyped_or_foreign_anchor_is_told_apart_from_a_broken_chain(
    business: Any,
) -> None:
    await business.offered()
    line = await business.office.anchor()
    for wrong, why in (
        (replaced(line, 4, "1"), "mistyped or changed"),
        (replaced(line, 2, "other-firm"), "'other-firm'"),
        (replaced(line, 6, "0" * 16), "signed with another key"),
        (replaced(line, 7, "abc$"), "mistyped"),
        (replaced(line, 5, "12"), "64 hexadecimal digits"),
        (replaced(line, 1, "9"), "does not know"),
        (line[:90], "cut short"),
        (f"{line} x", "longer than it should be"),
        ("no-such-file.txt", "neither an anchor nor a file"),
    ):
        with pytest.raises((AnchorForeign, AnchorUnreadable), match=r".+") as found:
            await business.office.verify(wrong)
        assert why in found.value.cause, wrong
        assert found.value.remedy
    assert (await business.office.verify()).broken == ""


async def test_an_anchor_that_a_terminal_broke_into_lines_is_read_all_the_same(
    business: Any,
) -> None:
    await business.offered()
    line = await business.office.anchor()
    assert anchors_from(line.replace(" ", "\n  ")) == anchors_from(line)


async def test_a_file_names_the_line_that_is_wrong(business: Any, tmp_path: Path) -> None:
    await business.offered()
    file = tmp_path / "kept.txt"
    file.write_text(f"# from my notebook\n{await business.office.anchor()}\nhello\n")
    with pytest.raises(AnchorUnreadable, match="line 3"):
        await business.office.verify(str(file))
