"""Reading everything: the fold from scratch, with and without every seal, and the chain."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from benchmarks.ledger.business import drafts
from benchmarks.ledger.places import grow, ledger_in
from benchmarks.ledger.rounds import READS, taking_turns
from ledger.domain.present import Present
from ledger.store import Ledger

_COMPARED: Final = 20_000
"""Events that we and the other library replay in turns."""


async def measure(ledger: Ledger, folder: Path) -> dict[str, Any]:
    """All figures of reading `ledger`, and of the same few events here and in `eventsourcing`."""
    facts = (await ledger.head()).seq
    fold_s, sealed_s, verify_s = await taking_turns(
        partial(ledger.read, _fold(ledger)),
        partial(ledger.read, _fold_all(ledger)),
        ledger.verify,
        rounds=READS,
    )
    return {
        "replay_events_per_s": round(facts / fold_s),
        "replay_sealed_events_per_s": round(facts / sealed_s),
        **await _beside_peer(folder),
        "verify_s": round(verify_s, 3),
    }


def _fold(ledger: Ledger) -> Callable[[Connection], None]:
    """As a rebuild does it: what no fold looks at is passed over."""
    return lambda connection: Present().fold(ledger.stream_to_fold(connection))


def _fold_all(ledger: Ledger) -> Callable[[Connection], None]:
    """Every event decoded into its class, every seal opened, and folded."""
    return lambda connection: Present().fold(ledger.stream(connection))


async def _beside_peer(folder: Path) -> dict[str, Any]:
    try:
        from benchmarks.ledger.peer import Peer  # noqa: PLC0415 - it is there with `bench` only
    except ImportError as error:
        print(f"replay_vs_eventsourcing is null: {error}. Install `.[bench]`.", file=sys.stderr)
        return {"replay_vs_eventsourcing": None, "replay_sealed_vs_eventsourcing": None}
    peer = Peer(folder / "peer.db")
    peer.save(list(drafts(_COMPARED)))
    async with ledger_in(folder / "beside-peer") as ours:
        await grow(ours, _COMPARED)
        fold_s, sealed_s, peer_s = await taking_turns(
            partial(ours.read, _fold(ours)),
            partial(ours.read, _fold_all(ours)),
            partial(asyncio.to_thread, peer.replay),
            rounds=READS,
        )
    peer.close()
    return {
        "eventsourcing_events_per_s": round(_COMPARED / peer_s),
        "replay_vs_eventsourcing": round(peer_s / fold_s, 1),
        "replay_sealed_vs_eventsourcing": round(peer_s / sealed_s, 1),
    }
