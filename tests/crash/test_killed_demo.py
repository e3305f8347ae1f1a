"""The demo's process is killed at random moments; the business ends the same."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.slow

KILLS = 20
IN_THE_WORK = 14
"""So many of the kills wait for a fact; the others fall into the start-up."""

SEED = 20261122
SLIP_S = 0.03
"""A kill comes up to so long after the fact it waits for: between facts and files, too."""

REPEATED = {"Tapped", "TapRefused", "VerdictGiven", "AttemptStarted", "DeliveryRecorded"}
"""What a restart may say once more: the operator taps again, a try is checked and made again."""

AMOUNT = re.compile(r"€[\d,]+\.\d\d")


class Calm(NamedTuple):
    """How the story goes undisturbed, where it lies, and how long it takes to the first fact."""

    data: Any
    summary: dict[str, Any]
    starting_s: float


class Moment(NamedTuple):
    """When to kill: once there are so many facts, then so much later."""

    facts: int
    later_s: float


class Mail(NamedTuple):
    """What makes one mail the same as another, in whatever folder it was written."""

    command: str
    to: str
    subject: str
    amounts: tuple[str, ...]
    documents: tuple[str, ...]


def mail(message: EmailMessage) -> Mail:
    body = message.get_body()
    assert body
    return Mail(
        command=str(message["X-Coo-Command"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        amounts=tuple(AMOUNT.findall(body.get_content())),
        documents=tuple(str(part.get_filename()) for part in message.iter_attachments()),
    )


def mails(data: Any) -> list[Mail]:
    return sorted(map(mail, data.sent()))


def lasting(kinds: Counter[str]) -> dict[str, int]:
    """The facts that must be there exactly as often as in a calm run."""
    return {kind: count for kind, count in kinds.items() if kind not in REPEATED}


def summary_of(coo: Any) -> dict[str, Any]:
    assert coo.ends() == 0, coo.heard
    found: dict[str, Any] = json.loads(coo.heard.strip().splitlines()[-1])
    return found


def invoice_numbers(data: Any) -> list[str]:
    issued = "SELECT json_extract(payload, '$.number') FROM facts WHERE event_type = ? ORDER BY seq"
    return [number for (number,) in data.all(issued, "InvoiceIssued")]


@pytest.fixture
def demo(processes: Any) -> Callable[[Path], Any]:
    return lambda folder: processes.coo("demo", "--auto", "--json", "--data", folder)


@pytest.fixture
def calm(demo: Callable[[Path], Any], data: Any, tmp_path: Path) -> Calm:
    """The story without a kill; one before it pays for what a machine does only once."""
    summary_of(demo(tmp_path / "first"))
    found = data(tmp_path / "calm")
    started = time.monotonic()
    coo = demo(found.path)
    coo.waits_until(found.facts)
    starting = time.monotonic() - started
    return Calm(found, summary_of(coo), starting)


def moments(calm: Calm, rng: random.Random) -> list[Moment]:
    """Twenty moments, drawn by lot: three in the very first start-up, the others on the way."""
    facts = sorted(rng.sample(range(1, calm.summary["facts"] + 1), IN_THE_WORK))
    working = [Moment(count, rng.uniform(0, SLIP_S)) for count in facts]
    starting = [Moment(0, rng.uniform(0, calm.starting_s)) for _ in range(KILLS - IN_THE_WORK)]
    first, later = starting[:3], starting[3:]
    for moment in later:
        working.insert(rng.randrange(len(working)), moment)
    return [*first, *working]


def test_a_demo_killed_at_twenty_random_moments_ends_with_one_of_everything(
    calm: Calm, demo: Callable[[Path], Any], data: Any, tmp_path: Path
) -> None:
    wild = data(tmp_path / "wild")
    for moment in moments(calm, random.Random(SEED)):
        coo = demo(wild.path)
        coo.waits_until(lambda least=moment.facts: wild.facts() >= least)
        coo.waits(moment.later_s)
        assert coo.killed(), f"the demo had ended before {moment}:\n{coo.heard}"
    summary = summary_of(demo(wild.path))

    assert summary["chain"] == "ok"
    assert summary["replay"] == "identical"
    assert summary["duplicate_effects"] == 0
    assert summary["effects"] == calm.summary["effects"]
    assert mails(wild) == mails(calm.data)
    assert wild.invoices() == calm.data.invoices()
    assert invoice_numbers(wild) == invoice_numbers(calm.data) == ["2026-0001", "2026-0002"]
    assert lasting(wild.kinds()) == lasting(calm.data.kinds())
    assert wild.one("SELECT count(*) FROM view_entity WHERE kind = 'failure'") == 0
