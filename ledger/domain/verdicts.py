"""Verdicts of the gate and outcomes of an attempt. Classes, never strings or booleans."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.values import Attachment, Money


class FiredRule(Struct, frozen=True, gc=False):
    """One rule that applied. `effect` is allow, ask or deny; `reason` is written for people."""

    rule: str
    effect: str
    reason: str
    file: str = ""


class Allow(Struct, frozen=True, tag=True, gc=False):
    """The command may run. `policy` is `version@sha` of the rules that decided."""

    fired: tuple[FiredRule, ...]
    policy: str


class Ask(Struct, frozen=True, tag=True, gc=False):
    """A human decides."""

    fired: tuple[FiredRule, ...]
    policy: str


class Deny(Struct, frozen=True, tag=True, gc=False):
    """The command must not run, whoever approves it."""

    fired: tuple[FiredRule, ...]
    policy: str


Verdict = Allow | Ask | Deny


def without_reasons(verdict: Verdict) -> Verdict:
    """The verdict with the rules that fired, but not their reasons: those may name a person."""
    return replace(verdict, fired=tuple(replace(rule, reason="") for rule in verdict.fired))


class Receipt(Struct, frozen=True, gc=False):
    """Proof that an effect happened.

    `reference` is the provider's id (a Message-ID without brackets, an invoice number),
    `location` where a person can look, `documents` what came of it (their bytes are blobs).
    """

    provider: str
    reference: str
    location: str = ""
    documents: tuple[Attachment, ...] = ()
    cost: Money | None = None


class Succeeded(Struct, frozen=True, tag=True):
    """It happened, and here is the proof."""

    receipt: Receipt


class Failed(Struct, frozen=True, tag=True):
    """It certainly did not happen. `retryable`: the same call may work later."""

    cause: str
    remedy: str
    retryable: bool = False


class Unknown(Struct, frozen=True, tag=True):
    """Nobody knows whether it happened; `look_at` says where a person can see it."""

    cause: str
    look_at: str


Outcome = Succeeded | Failed | Unknown
