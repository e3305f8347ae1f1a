"""Mail that really leaves, through the operator's own SMTP server.

SMTP takes no idempotency key and cannot be asked what it took: once the text is on its way and the
answer is lost, nobody knows (`Unknown`), and the operator is asked. Everything before that moment
is certainly not sent. A copy of what the server took is filed in the outgoing maildir, as proof and
for whoever reads there what was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from connectors.base import Capability, Order
from connectors.mail.compose import Identity, mail_bytes
from connectors.mail.maildir import file_sent
from connectors.mail.server import MailServer, Security
from ledger.domain.commands import Command, Sendable
from ledger.domain.errors import CooError
from ledger.domain.facts import message_id
from ledger.domain.reading import Blobs, Clock
from ledger.domain.verdicts import Failed, Outcome, Receipt, Succeeded, Unknown

_TEMPORARY: Final = range(400, 500)
_NOTHING_SENT: Final = "Nothing was sent."


class SmtpOut:
    """Sends approved mails. `password` is asked for at each login and kept nowhere."""

    name = "smtp"
    capability = Capability.NEITHER

    def __init__(
        self,
        server: MailServer,
        password: str,
        *,
        copies: Path,
        blobs: Blobs,
        sender: Identity,
        clock: Clock,
    ) -> None:
        self._server, self._password = server, password
        self._copies, self._blobs = copies, blobs
        self._sender, self._clock = sender, clock

    def takes(self, command: Command) -> bool:
        return isinstance(command, Sendable)

    async def execute(self, order: Order) -> Outcome:
        """Send it, once. `Unknown` only where the server had the text and its answer was lost."""
        mail = order.command
        if not isinstance(mail, Sendable):
            return Failed("This is no mail.", "This is a fault in Coo; please report it.")
        try:
            documents = {
                each.sha256: await self._blobs.get(each.sha256) for each in mail.attachments
            }
            data = mail_bytes(order.key, mail, documents, self._sender, self._clock.now())
        except CooError as error:
            return Failed(error.cause, error.remedy)
        except OSError as error:
            return Failed(
                f"The mail's documents cannot be read: {error.strerror or error}.",
                f"{_NOTHING_SENT} Check the folder `blobs`, then `retry`.",
                retryable=True,
            )
        outcome = await self._sent(order.key, mail.to, data)
        if isinstance(outcome, Succeeded):
            with contextlib.suppress(OSError):  # it left all the same, and the receipt says so
                await asyncio.to_thread(file_sent, self._copies, order.key, data)
        return outcome

    async def look_up(self, order: Order) -> Succeeded | None:
        """SMTP cannot be asked; never called for a connector that says so."""
        raise ConnectionError(f"{self._server} cannot be asked about {order.key}.")

    async def _sent(self, key: str, to: str, data: bytes) -> Outcome:
        client = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.security is Security.TLS,
            start_tls=self._server.security is Security.STARTTLS,
            tls_context=self._server.context(),
            timeout=self._server.timeout,
        )
        try:
            if refused := await self._until_the_text(client, to):
                return refused
            return await self._text(client, key, data)
        finally:
            client.close()

    async def _until_the_text(self, client: SMTP, to: str) -> Failed | None:
        """Connect, log in, name sender and recipient: whatever fails here, nothing was sent."""
        try:
            await client.connect()
            if self._server.user:
                await client.login(self._server.user, self._password)
            await client.mail(self._sender.address)
            await client.rcpt(to)
        except SMTPAuthenticationError:
            return Failed(
                f"{self._server} does not accept the login as {self._server.user!r}.",
                f"{_NOTHING_SENT} Correct COO_SMTP or COO_SMTP_PASSWORD, restart, then `retry`.",
            )
        except (SMTPServerDisconnected, SMTPTimeoutError, SMTPConnectError, OSError) as error:
            return Failed(
                f"{self._server} cannot be reached: {_said(error)}",
                f"{_NOTHING_SENT} Check the network and COO_SMTP, then `retry`.",
                retryable=True,
            )
        except SMTPResponseException as error:
            return self._refused(error)
        except SMTPException as error:
            return Failed(
                f"{self._server} cannot be used: {_said(error)}",
                f"{_NOTHING_SENT} Check COO_SMTP, then `retry`.",
            )
        return None

    async def _text(self, client: SMTP, key: str, data: bytes) -> Outcome:
        """The text itself. An answer with a code is clear; anything else is not."""
        try:
            answer = await client.data(data)
        except SMTPDataError as error:
            return self._refused(error)
        except (SMTPException, OSError) as error:
            return Unknown(
                f"{self._server} had the text, and its answer was lost: {_said(error)}",
                f"Look into the mailbox's Sent folder or ask {self._server.host} whether "
                f"<{message_id(key, self._sender.domain)}> left.",
            )
        with contextlib.suppress(SMTPException, OSError):  # it is sent; parting is a courtesy
            await client.quit()
        reference = message_id(key, self._sender.domain)
        where = f"{self._server.host}: {answer.code} {_line(answer.message)}"
        return Succeeded(Receipt(provider=self.name, reference=reference, location=where))

    def _refused(self, error: SMTPResponseException) -> Failed:
        cause = f"{self._server} refused the mail: {error.code} {_line(error.message)}"
        if error.code in _TEMPORARY:
            return Failed(cause, f"{_NOTHING_SENT} It may take it later: `retry`.", retryable=True)
        return Failed(cause, f"{_NOTHING_SENT} Correct the address or the text, then `retry`.")


def _said(error: Exception) -> str:
    return _line(str(error) or type(error).__name__)


def _line(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 300 else f"{one[:300]}…"  # noqa: PLR2004 - what a card can hold
