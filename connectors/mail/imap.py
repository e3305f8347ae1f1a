"""One folder of a mailbox, read and never altered: what is new in it, and waiting for more.

Blocking, and used from one thread at a time. A folder is opened read-only and its mails are fetched
with PEEK, so that none is marked as read and none moves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from msgspec import Struct

from connectors.mail.limits import Limits
from connectors.mail.server import MailServer, MailServerFailed, Security

MOST_BYTES: Final = Limits().raw + 1
"""A larger mail is cut off there, which intake notices and says."""

_GONE: Final = (OSError, IMAPClientError, EOFError)
"""What the client raises where a connection or an answer is broken."""


class Place(Struct, frozen=True):
    """How a folder numbers its mails: numbers count only together with `validity`.

    `next` is above every number in use.
    """

    validity: int
    next: int


class ImapFolder:
    """An open folder. Every method raises `MailServerFailed` where the server cannot go on."""

    def __init__(self, server: MailServer, password: str, folder: str) -> None:
        self._server, self._password, self._folder = server, password, folder
        self._client: IMAPClient | None = None

    def open(self) -> Place:
        """Connect, log in and open the folder read-only."""
        self.close()
        try:
            self._client = self._connected()
            self._logged_in(self._client)
            opened = self._client.select_folder(self._folder, readonly=True)
        except MailServerFailed:
            self.close()
            raise
        except IMAPClientError as error:
            self.close()
            raise self._no_folder(error) from error
        except _GONE as error:
            self.close()
            raise self._broken(error) from error
        return Place(int(opened[b"UIDVALIDITY"]), int(opened.get(b"UIDNEXT", 1)))

    def new(self, after: int, since: date | None) -> list[int]:
        """The numbers above `after`, of mails that came in on or after `since`, in order."""
        criteria: list[object] = ["UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", since]
        with self._asking() as client:
            # "5:*" also names the last mail where there is none above 4.
            return sorted(uid for uid in client.search(criteria) if uid > after)

    def fetch(self, uid: int) -> bytes | None:
        """The bytes of a mail, at most `MOST_BYTES`; None where it is gone meanwhile."""
        with self._asking() as client:
            answer = client.fetch([uid], [f"BODY.PEEK[]<0.{MOST_BYTES}>"])
        parts = answer.get(uid, {})
        body = next((v for k, v in parts.items() if bytes(k).startswith(b"BODY[]")), None)
        return None if body is None else bytes(body)

    @property
    def can_wait(self) -> bool:
        """Whether the server says by itself when something comes (IDLE)."""
        with self._asking() as client:
            return bool(client.has_capability("IDLE"))

    def begin_waiting(self) -> bool:
        """Ask the server to say when something comes; False where something already did.

        What came since the last look is told in the answer to whatever is said next, and would not
        be told again.
        """
        with self._asking() as client:
            _, told = client.noop()
            if any(b"EXISTS" in each or b"RECENT" in each for each in told):
                return False
            client.idle()
            return True

    def heard(self, seconds: float) -> bool:
        """Whether the server said something within so many seconds, between begin and end."""
        with self._asking() as client:
            return bool(client.idle_check(timeout=seconds))

    def end_waiting(self) -> None:
        """Be able to ask again."""
        with self._asking() as client:
            client.idle_done()

    def sent_folder(self) -> str:
        """The folder that the server itself calls the one of sent mails (RFC 6154); "" for none."""
        with self._asking() as client:
            for flags, _, name in client.list_folders():
                if any(bytes(flag).lower() == b"\\sent" for flag in flags):
                    return str(name)
        return ""

    def close(self) -> None:
        """Part from the server; never raises."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*_GONE):
                client.shutdown()

    def _connected(self) -> IMAPClient:
        server = self._server
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.security is Security.TLS,
            ssl_context=server.context() if server.security is Security.TLS else None,
            timeout=server.timeout,
        )
        if server.security is Security.STARTTLS:
            client.starttls(server.context())
        return client

    def _logged_in(self, client: IMAPClient) -> None:
        try:
            client.login(self._server.user, self._password)
        except LoginError:
            raise MailServerFailed(
                f"{self._server} does not accept the login as {self._server.user!r}.",
                "Correct COO_IMAP or COO_IMAP_PASSWORD, then restart. Mail waits there meanwhile.",
            ) from None

    @contextlib.contextmanager
    def _asking(self) -> Iterator[IMAPClient]:
        if self._client is None:
            raise self._broken(OSError("the connection is closed"))
        try:
            yield self._client
        except _GONE as error:
            self.close()
            raise self._broken(error) from error

    def _no_folder(self, error: Exception) -> MailServerFailed:
        return MailServerFailed(
            f"{self._server} has no folder {self._folder!r} that can be read: {error}",
            "Correct COO_IMAP_FOLDERS and restart. Folders are named as the server names them.",
        )

    def _broken(self, error: Exception) -> MailServerFailed:
        said = " ".join(str(error).split())[:300] or type(error).__name__
        return MailServerFailed(
            f"{self._server} cannot be read: {said}",
            "Check the network. No mail is lost: it waits there, and Coo tries again.",
            retryable=True,
        )
