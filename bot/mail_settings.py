"""The settings of the operator's mailbox and mail server. Read by `bot/settings.py` alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from bot import texts
from bot.setting_values import Secret, Variable, is_loopback
from connectors.mail.server import MailServer, Security
from ledger.domain.errors import SettingsInvalid

MAIL_VARIABLES: Final = (
    Variable("COO_SMTP", "", "Sends mail: `smtps://USER@HOST`, or `smtp://USER@HOST` (STARTTLS)."),
    Variable("COO_SMTP_PASSWORD", "", "The password for it. Never printed.", secret=True),
    Variable("COO_IMAP", "", "Reads mail: `imaps://USER@HOST`, or `imap://USER@HOST` (STARTTLS)."),
    Variable("COO_IMAP_PASSWORD", "", "The password; empty: COO_SMTP_PASSWORD.", secret=True),
    Variable("COO_IMAP_FOLDERS", "INBOX", "The folders to read, with commas; no other is opened."),
    Variable(
        "COO_IMAP_SENT",
        "",
        "The folder of what you sent yourself; empty: as the server names it; `none`: not read.",
    ),
    Variable("COO_MAIL_TRUST", "", "A file of certificates to believe beside the usual ones."),
)

_PORTS: Final = {"smtps": 465, "smtp": 587, "imaps": 993, "imap": 143}


class Mailing(Struct, frozen=True, kw_only=True):
    """How mail leaves. None of it is printed but the server's name."""

    server: MailServer
    password: Secret | None = None


class Reading(Struct, frozen=True, kw_only=True):
    """Where mail is read, and in which folders. `sent` is the folder of what the operator sent
    himself: "" for the one that the server calls so, `none` for none.
    """

    server: MailServer
    password: Secret | None = None
    folders: tuple[str, ...] = ("INBOX",)
    sent: str = ""


def mailing(read: Mapping[str, str]) -> Mailing | None:
    """None where mail stays in files. Raises `SettingsInvalid`."""
    server = _server(read, "COO_SMTP", ("smtps", "smtp"))
    return Mailing(server=server, password=_secret(read["COO_SMTP_PASSWORD"])) if server else None


def reading(read: Mapping[str, str]) -> Reading | None:
    """None where mail comes in as files. Raises `SettingsInvalid`."""
    server = _server(read, "COO_IMAP", ("imaps", "imap"))
    if server is None:
        return None
    folders = tuple(name.strip() for name in read["COO_IMAP_FOLDERS"].split(",") if name.strip())
    password = read["COO_IMAP_PASSWORD"] or read["COO_SMTP_PASSWORD"]
    if not server.user or not password:
        raise SettingsInvalid(*texts.SETTING_NO_LOGIN.put(name="COO_IMAP"))
    sent = read["COO_IMAP_SENT"].strip()
    incoming = tuple(name for name in folders if name != sent)
    return Reading(server=server, password=_secret(password), folders=incoming, sent=sent)


def _server(read: Mapping[str, str], name: str, schemes: tuple[str, str]) -> MailServer | None:
    value = read[name]
    if not value:
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme not in schemes or not host or parts.path.strip("/") or parts.query:
        raise SettingsInvalid(*texts.SETTING_NO_MAIL_SERVER.put(name=name, scheme=schemes[0]))
    if parts.password:
        raise SettingsInvalid(*texts.SETTING_URL_SECRET.put(name=name))
    user = unquote(parts.username or "")
    return MailServer(
        host=host,
        port=port,
        security=_security(parts.scheme, host),
        user=user,
        trust=_trusted(read["COO_MAIL_TRUST"]),
    )


def _security(scheme: str, host: str) -> Security:
    """Plain text never leaves this machine; there a server seldom has a certificate."""
    if scheme.endswith("s"):
        return Security.TLS
    return Security.PLAIN if is_loopback(host) else Security.STARTTLS


def _trusted(value: str) -> str:
    if value and not Path(value).expanduser().is_file():
        raise SettingsInvalid(*texts.SETTING_NO_FILE.put(name="COO_MAIL_TRUST", value=value))
    return str(Path(value).expanduser()) if value else ""


def _secret(value: str) -> Secret | None:
    return Secret(value) if value else None
