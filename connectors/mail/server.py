"""A mail server as the operator names it: where it is, how safely it is reached, and as whom."""

from __future__ import annotations

import ssl
from enum import StrEnum

from msgspec import Struct

from ledger.domain.errors import CooError


class Security(StrEnum):
    """How the connection is kept private. PLAIN is only for servers on this machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class MailServer(Struct, frozen=True, kw_only=True):
    """One server. `timeout` is in seconds, of each step. An empty `user` means no login.

    `trust` names a file of certificates that are believed beside the system's authorities.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    timeout: float = 30.0
    trust: str = ""

    def context(self) -> ssl.SSLContext:
        """What certificates are believed."""
        context = ssl.create_default_context()
        if self.trust:
            context.load_verify_locations(self.trust)
        return context

    def __str__(self) -> str:
        """Host and port, as errors name it."""
        return f"{self.host}:{self.port}"


class MailServerFailed(CooError):
    """The server could not be used. `retryable`: it may go by itself."""

    def __init__(self, cause: str, remedy: str, *, retryable: bool = False) -> None:
        super().__init__(cause, remedy)
        self.retryable = retryable
