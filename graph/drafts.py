"""What a delivery leaves behind: the planner's facts, and the record that it can be run again."""

from __future__ import annotations

import hashlib

from graph.state import CaseState, draft_of
from ledger.domain.events import DeliveryRecorded, Read
from ledger.domain.facts import Draft, Fact, derived_id, reaction_key
from ledger.domain.values import canonical

PLANNER = "planner"
"""The subscriber's name: it signs the facts and names the cursor."""


def planned(state: CaseState, cause: Fact) -> tuple[Draft, ...]:
    """The drafts in `out`, with the ids and keys that the relay would give them."""
    person = str(state.get("deal", {}).get("person", "")) or cause.person
    bare = [
        draft_of(entry, case=cause.case, by=PLANNER, cause=cause.id, person=person)
        for entry in state.get("out", [])
    ]
    return tuple(placed(draft, PLANNER, ordinal) for ordinal, draft in enumerate(bare))


def placed(draft: Draft, subscriber: str, ordinal: int) -> Draft:
    """A draft with its deterministic id, and a key where it brings none of its own."""
    return Draft(
        case=draft.case,
        event=draft.event,
        key=draft.key or reaction_key(subscriber, draft.cause, ordinal),
        by=draft.by,
        cause=draft.cause,
        person=draft.person,
        id=draft.id or derived_id(draft.cause, subscriber, ordinal),
    )


def recorded(
    state: CaseState, cause: Fact, drafts: tuple[Draft, ...], reads: tuple[Read, ...]
) -> Draft:
    """The record of a delivery, last among its facts, sealed under the same person."""
    event = DeliveryRecorded(
        subscriber=PLANNER,
        fact=cause.id,
        produced=tuple(draft.id for draft in drafts),
        state_sha256=state_sha(state),
        reads=reads,
    )
    person = str(state.get("deal", {}).get("person", "")) or cause.person
    bare = Draft(case=cause.case, event=event, key="", by=PLANNER, cause=cause.id, person=person)
    return placed(bare, PLANNER, len(drafts))


def state_sha(state: CaseState) -> str:
    """The sha256 (hex) of what a thread keeps between deliveries."""
    kept = {"case": state.get("case", ""), "deal": state.get("deal", {})}
    return hashlib.sha256(canonical(kept)).hexdigest()
