"""Whether the mail servers can be used as they are set: logs in, and does nothing else."""

from __future__ import annotations

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException

from connectors.mail.imap import ImapFolder
from connectors.mail.server import MailServer, MailServerFailed, Security

EARLY_S = 10.0
"""How long a server may take to answer a mere look."""


async def try_smtp(server: MailServer, password: str) -> None:
    """Log in to where mail leaves. Raises `MailServerFailed`."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=server.context(),
        timeout=EARLY_S,
    )
    try:
        await client.connect()
        if server.user:
            await client.login(server.user, password)
        await client.quit()
    except SMTPAuthenticationError:
        raise MailServerFailed(
            f"{server} does not accept the login as {server.user!r}.",
            "Correct COO_SMTP or COO_SMTP_PASSWORD.",
        ) from None
    except (SMTPException, OSError) as error:
        said = " ".join(str(error).split())[:300] or type(error).__name__
        raise MailServerFailed(
            f"{server} cannot be used: {said}", "Check the network and COO_SMTP.", retryable=True
        ) from None
    finally:
        client.close()


def try_imap(server: MailServer, password: str, folder: str) -> None:
    """Open a folder read-only and leave. Blocking. Raises `MailServerFailed`."""
    box = ImapFolder(server, password, folder)
    try:
        box.open()
    finally:
        box.close()
