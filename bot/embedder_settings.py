"""Which embedder finds episodes said in other words: read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from bot import texts
from bot.setting_values import Secret, Variable, web_address
from connectors.prices import Price
from ledger.domain.errors import SettingsInvalid

BUNDLED: Final = "bundled"
NONE: Final = "none"

EMBEDDER_VARIABLES: Final = (
    Variable(
        "COO_EMBEDDER",
        BUNDLED,
        "Finds episodes said in other words: `bundled`, `openai:MODEL:DIMENSIONS`, `none`.",
    ),
    Variable(
        "COO_EMBEDDER_BASE_URL",
        "",
        "Any OpenAI-compatible endpoint for it. Empty: the one of COO_MODEL_BASE_URL.",
    ),
)

_HOSTED: Final = re.compile(r"openai:(?P<name>[^\s:][^\s]*?)(?::(?P<size>\d{2,5}))?")
_SIZES: Final = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""How many numbers the vectors of known models have, unless asked for fewer."""
_SHORTENED: Final = "text-embedding-3-"
"""Models that are told how many numbers a vector shall have."""
_MOST: Final = 4_096


class EmbedderEndpoint(Struct, frozen=True, kw_only=True):
    """Where texts go to be embedded. `local`: this machine or a private network."""

    base_url: str
    local: bool
    deadline_s: float
    key: Secret | None = None
    prices: Mapping[str, Price] = {}

    @property
    def host(self) -> str:
        """The server's name and port."""
        return urlsplit(self.base_url).netloc


class HostedEmbedding(Struct, frozen=True, kw_only=True):
    """A model at that endpoint; `shorten`: it is told how many numbers a vector shall have."""

    name: str
    dimensions: int
    shorten: bool = False


def embedding_named(spec: str, *, at: str = "COO_EMBEDDER") -> HostedEmbedding | None:
    """The hosted model that `openai:MODEL[:DIMENSIONS]` names; None for `bundled` and `none`.

    `at` is where the words stand. Raises `SettingsInvalid` for anything else.
    """
    if spec in {BUNDLED, NONE, ""}:
        return None
    match = _HOSTED.fullmatch(spec)
    if match is None:
        raise SettingsInvalid(*texts.SETTING_NO_EMBEDDER.put(name=at, value=spec))
    name, known = match["name"], _SIZES.get(match["name"], 0)
    size = int(match["size"] or known)
    if not size:
        raise SettingsInvalid(*texts.SETTING_NO_SIZE.put(name=at, model=name))
    if size > min(known or _MOST, _MOST):
        raise SettingsInvalid(*texts.SETTING_SIZE.put(name=at, size=size, most=known or _MOST))
    shorten = name.startswith(_SHORTENED) and size != known
    return HostedEmbedding(name=name, dimensions=size, shorten=shorten)


def embedder_endpoint(
    read: Mapping[str, str], *, deadline_s: float, key: Secret | None, prices: Mapping[str, Price]
) -> EmbedderEndpoint:
    """Where a hosted embedder is reached. Raises `SettingsInvalid`."""
    name = "COO_EMBEDDER_BASE_URL" if read["COO_EMBEDDER_BASE_URL"] else "COO_MODEL_BASE_URL"
    url, local = web_address(name, read[name])
    return EmbedderEndpoint(
        base_url=url, local=local, deadline_s=deadline_s, key=key, prices=prices
    )
