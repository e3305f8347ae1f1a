"""What settings are made of: a variable, a secret, a checked web address."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from bot import texts
from ledger.domain.errors import SettingsInvalid


class Variable(Struct, frozen=True):
    """One environment variable. docs/settings.md lists every one; a test compares."""

    name: str
    default: str
    meaning: str
    secret: bool = False


class Secret:
    """A value that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call this only where it is handed to a client."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def web_address(name: str, value: str) -> tuple[str, bool]:
    """The address, no slash at its end, and whether it is close. Raises `SettingsInvalid`."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        parts.port  # noqa: B018  # a bad port is only noticed when it is read
    except ValueError as error:
        raise SettingsInvalid(*texts.SETTING_NOT_URL.put(name=name)) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsInvalid(*texts.SETTING_NOT_URL.put(name=name))
    _refuse_credentials(name, parts)
    local = is_local(host)
    if parts.scheme == "http" and not local:
        raise SettingsInvalid(*texts.SETTING_IN_CLEAR.put(name=name, host=host))
    return value.rstrip("/"), local


def _refuse_credentials(name: str, parts: SplitResult) -> None:
    if parts.username or parts.password or parts.query:
        raise SettingsInvalid(*texts.SETTING_URL_SECRET.put(name=name))


def is_loopback(host: str) -> bool:
    """Whether a host name means this very machine. No look-up is made."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_local(host: str) -> bool:
    """Whether a host name means this machine or a private network. No look-up is made."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    # Older interpreters call every mapped address private, also that of a public host.
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_private
