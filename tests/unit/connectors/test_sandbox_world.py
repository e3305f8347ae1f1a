"""The sandbox's world: it outlives the process, and does twice what it is told twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.base import Capability, Order
from connectors.sandbox import BlobsInMemory, EffectsInFile, Sandbox
from ledger.domain.commands import SendReply
from ledger.domain.verdicts import Succeeded

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ORDER = Order(
    key="act-1",
    n=1,
    case="lead-1",
    person="p-1",
    command=SendReply(
        to="ada@example.com", contact="con-1", subject="Re: x", body="Hello", purpose="answer"
    ),
)


class Clock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None: ...


def world(path: Path) -> Sandbox:
    happened = EffectsInFile(path)
    return Sandbox(clock=Clock(), blobs=BlobsInMemory(), happened=happened)


async def test_what_happened_is_there_for_the_next_process(tmp_path: Path) -> None:
    await world(tmp_path / "world").mail.execute(ORDER)
    later = world(tmp_path / "world")
    assert [effect.order for effect in later.effects] == [ORDER]
    assert isinstance(await later.mail.look_up(ORDER), Succeeded)


async def test_a_provider_without_keys_sends_twice_what_it_is_told_twice(tmp_path: Path) -> None:
    for times, name in ((2, "readable_mail"), (2, "keyless_mail"), (1, "mail")):
        here = tmp_path / name
        for _ in range(2):
            await getattr(world(here), name).execute(ORDER)
        assert len(world(here).effects) == times, name


async def test_a_provider_that_can_be_read_back_tells_what_it_sent(tmp_path: Path) -> None:
    mail = world(tmp_path / "world").readable_mail
    assert mail.capability is Capability.READ_BACK
    assert await mail.look_up(ORDER) is None
    await mail.execute(ORDER)
    assert isinstance(await mail.look_up(ORDER), Succeeded)
