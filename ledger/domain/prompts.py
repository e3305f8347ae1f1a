"""How a prompt is named: two calls with the same name asked the same."""

from __future__ import annotations

import hashlib
from typing import Any

from ledger.domain.values import canonical


def prompt_bytes(system: str, user: str, schema: dict[str, Any]) -> bytes:
    """Everything that a model is shown, in one form."""
    return canonical([system, user, schema])


def prompt_sha256(system: str, user: str, schema: dict[str, Any]) -> str:
    """The sha256 (hex) under which the journal keeps a prompt; its text is nowhere kept."""
    return hashlib.sha256(prompt_bytes(system, user, schema)).hexdigest()
