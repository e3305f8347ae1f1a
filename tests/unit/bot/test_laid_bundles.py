"""A bundle that is laid into the folder of an earlier one."""

from __future__ import annotations

from pathlib import Path

from bot.bundle import laid


def test_a_newer_bundle_leaves_no_file_of_the_earlier_one_and_keeps_what_others_put_there(
    tmp_path: Path,
) -> None:
    laid({"files.json": b'{"mail.eml": "1", "story.txt": "2"}', "mail.eml": b"Ada"}, tmp_path)
    (tmp_path / "mine.txt").write_bytes(b"notes")
    laid({"files.json": b"{}", "story.txt": b"erased"}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"files.json", "story.txt", "mine.txt"}
