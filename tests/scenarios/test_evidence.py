"""The folder of a case, read by somebody who has no Coo."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.domain.events import Approved, MailReceived

if TYPE_CHECKING:
    from conftest import Business


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """The script of the folder, run apart from everything here."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


async def test_an_outsider_reads_a_case_in_order_and_checks_it_without_coo(
    business: Business, tmp_path: Path
) -> None:
    await business.invoiced()
    await business.pays("2856.00", reference="2026-0001")
    told = await business.says(f"evidence 1 {tmp_path}")
    folder = tmp_path / "evidence-1"
    sealed = hashlib.sha256((folder / "files.json").read_bytes()).hexdigest()
    assert sealed in told.replace(" ", ""), told

    names = sorted(path.name for path in folder.iterdir())
    kinds = [name.partition("-")[2] for name in names if name[0].isdigit()]
    assert kinds[0] == "mail-in.txt"
    assert kinds.index("approved.txt") < kinds.index("2026-0001.pdf") < kinds.index("payment.txt")
    mails = {fact.raw_sha256 for fact in await business.facts(MailReceived)}
    raw = [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.eml")]
    assert set(raw) == mails
    decided = [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*bytes.json")]
    assert set(decided) == {event.sha256 for event in await business.facts(Approved)}
    assert "UTC" in (folder / "story.txt").read_text(encoding="utf-8")

    sound = await asyncio.to_thread(checked, folder)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    lines = (folder / "chain.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    row["columns"][9] = "somebody else"
    forged = [*lines[:3], json.dumps(row), *lines[5:]]
    (folder / "chain.jsonl").write_text("\n".join(forged) + "\n", encoding="utf-8")
    broken = await asyncio.to_thread(checked, folder)
    assert broken.returncode == 1
    assert "its content is not what its hash was made of" in broken.stdout
    assert "a fact of it is missing" in broken.stdout
    assert "chain.jsonl: was changed" in broken.stdout
