"""Where episodes are kept if not in the data folder: a Weaviate server, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from bot.setting_values import Secret, Variable, web_address
from ledger.domain.errors import SettingsInvalid

WEAVIATE_VARIABLES: Final = (
    Variable("COO_WEAVIATE_URL", "", "Weaviate keeps the episodes: `http://HOST:8080`."),
    Variable("COO_WEAVIATE_GRPC", "", "`HOST:PORT` of its gRPC. Empty: port 50051 of that host."),
    Variable("COO_WEAVIATE_KEY", "", "Its API key. Never printed.", secret=True),
)

_PLACE: Final = re.compile(r"[^\s:/]+:\d{1,5}")


class WeaviateSettings(Struct, frozen=True, kw_only=True):
    """A server: its REST address, `HOST:PORT` of its gRPC ("" for the usual one), its key.

    `local`: this machine or a private network.
    """

    url: str
    local: bool
    grpc: str = ""
    key: Secret | None = None

    @property
    def host(self) -> str:
        """The server's name and port."""
        return urlsplit(self.url).netloc


def weaviate_settings(read: Mapping[str, str]) -> WeaviateSettings | None:
    """What the variables say; None where the data folder keeps the episodes.

    Raises `SettingsInvalid`, naming the variable.
    """
    url, grpc, key = (read[each.name] for each in WEAVIATE_VARIABLES)
    if not url:
        _refuse_alone("COO_WEAVIATE_GRPC", grpc)
        _refuse_alone("COO_WEAVIATE_KEY", key)
        return None
    address, local = web_address("COO_WEAVIATE_URL", url)
    if grpc and not _PLACE.fullmatch(grpc):
        raise SettingsInvalid(
            f"COO_WEAVIATE_GRPC is {grpc!r}; that is no HOST:PORT.",
            "Set COO_WEAVIATE_GRPC to something like `localhost:50051`, or unset it.",
        )
    secret = Secret(key) if key else None
    return WeaviateSettings(url=address, local=local, grpc=grpc, key=secret)


def _refuse_alone(name: str, value: str) -> None:
    if value:
        raise SettingsInvalid(
            f"{name} is set, but COO_WEAVIATE_URL is not.",
            f"Set COO_WEAVIATE_URL, or unset {name}.",
        )
