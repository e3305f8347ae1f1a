"""An SMTP server on loopback (aiosmtpd): keeps every mail, and fails as a test wants."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

T = TypeVar("T")

USER = "nora@studio-nord.example"
PASSWORD = "a-secret-of-the-mail-server"


@dataclass
class Delivered:
    """A mail as it came over the wire."""

    sender: str
    recipients: list[str]
    raw: bytes
    user: str = ""


@dataclass
class SmtpServer:
    """`answers` replaces the server's answer to a step: MAIL, RCPT or DATA; None hangs up."""

    tls: ssl.SSLContext | None = None
    starttls: bool = False
    wants_login: bool = False
    answers: dict[str, str | None] = field(default_factory=dict)
    mails: list[Delivered] = field(default_factory=list)
    """In the order in which they were accepted; one whose answer was lost is there as well."""

    def __post_init__(self) -> None:
        """Start at a port of its own, in a thread of its own."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._in_loop(self._listening())
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop; connections are cut off."""
        self._in_loop(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listening(self) -> asyncio.Server:
        return await self._loop.create_server(
            self._protocol,
            "127.0.0.1",
            0,
            ssl=self.tls if not self.starttls else None,
        )

    async def _ended(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        login = {"authenticator": _authenticated, "auth_required": True} if self.wants_login else {}
        with warnings.catch_warnings():
            # It cannot know that the connection is private from its first byte on.
            warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
            return self._made(login)

    def _made(self, login: dict[str, Any]) -> SMTP:
        return SMTP(
            self,
            hostname="smtp.test",
            tls_context=self.tls if self.starttls else None,
            require_starttls=self.starttls,
            auth_require_tls=self.starttls,
            loop=self._loop,
            **login,
        )

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender is named."""
        if (said := self._said(server, "MAIL")) is not None:
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient is named."""
        if (said := self._said(server, "RCPT")) is not None:
            return said
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """The text came; it is kept unless the answer refuses it."""
        said = self.answers.get("DATA", "250 2.0.0 queued as 4711")
        if said is None or said.startswith("2"):
            user = session.auth_data.login.decode() if session.auth_data else ""
            raw = bytes(envelope.original_content or b"")
            self.mails.append(Delivered(envelope.mail_from or "", envelope.rcpt_tos, raw, user))
        return said if said is not None else self._hung_up(server)

    def _said(self, server: SMTP, step: str) -> str | None:
        if step not in self.answers:
            return None
        said = self.answers[step]
        return said if said is not None else self._hung_up(server)

    def _hung_up(self, server: SMTP) -> str:
        """The connection ends without an answer."""
        assert server.transport is not None
        server.transport.abort()
        raise asyncio.CancelledError


def _authenticated(_: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
    fits = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return (
        AuthResult(success=fits, auth_data=given)
        if fits
        else AuthResult(success=False, handled=False)
    )
