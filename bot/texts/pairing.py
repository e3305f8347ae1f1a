"""Pairing a chat by a one-time code, roles, revoking, and what strangers are told."""

from __future__ import annotations

from typing import Final

SOMEBODY: Final = "somebody"

SAY_PAIRED: Final = (
    "{who} is paired on {channel} as {role} ({id}). Was that not you? "
    "`revoke {id}` ends it at once."
)
SAY_ROLE: Final = "{id} is {role} from now on, by {who}."
SAY_REVOKED: Final = (
    "{id} is revoked, by {who}: it can do nothing, and its open cards count no more."
)
SAY_STRANGER: Final = (
    "A stranger wrote on {channel}: {who} ({why}). Nothing was done. "
    "If it is somebody of yours, `pair` shows a code for them."
)
