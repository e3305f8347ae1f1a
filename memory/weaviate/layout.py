"""How episodes lie on a server: names, properties, and an episode as one object. Pure.

A collection holds one generation: one layout (`VERSION`), one embedder. Its name says both, so
that vectors of two embedders can never meet. Each company is a tenant of it, and has an alias of
its own, through which it reads.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
import numpy as np
from weaviate.classes.config import (
    Configure,
    DataType,
    Property,
    StopwordsPreset,
    Tokenization,
    VectorDistances,
)

from memory.embedder import Vectors
from memory.episodes import Episode
from memory.stems import stemmed
from memory.surroundings import (
    NEAR_WEIGHT,
    OWN_WEIGHT,
    WIDE_WEIGHT,
    Surroundings,
    texts_of,
)
from memory.words import plain

VERSION: Final = 2
"""Raised when properties or texts change: episodes then go into a collection of their own."""

PREFIX: Final = "CooEpisodes"
AROUND: Final = "around"
"""The vector of an episode between its neighbours."""

EARLIEST: Final = datetime(1700, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Stand for open ends. Weaviate counts nanoseconds in 64 bits: from 1678 to 2262."""

LAST: Final = datetime(2199, 1, 1, tzinfo=UTC)
"""Nothing happens later; only what is no episode stands at `LATEST`."""

SEARCHED: Final = [
    # Counted apart and added up, a neighbour's words would come close to an episode's own.
    f"own^{1.5 * OWN_WEIGHT}",
    f"near^{NEAR_WEIGHT}",
    f"wide^{WIDE_WEIGHT}",
]
MARK: Final = "mark"
"""The kind of what is no episode."""

_NAMESPACE: Final = UUID("6f0c1b52-4d1e-5c5e-9c1d-6a8f0d8b7f11")
_UNFIT: Final = re.compile(r"[^0-9A-Za-z]+")
_TENANT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def collection_of(generation: str) -> str:
    """The collection of a generation."""
    return f"{PREFIX}_{_named(generation)}"


def alias_of(company: str) -> str:
    """The name that a company reads through."""
    return f"CooMemory_{_named(company)}"


def tenant_of(company: str) -> str:
    """The company's own part of each collection."""
    return company if _TENANT.fullmatch(company) else _named(company)


def uuid_of(episode_id: str) -> UUID:
    """The same for the same episode, always."""
    return uuid5(_NAMESPACE, f"episode:{episode_id}")


def mark_uuid(name: str) -> UUID:
    """The object that keeps a number of a tenant."""
    return uuid5(_NAMESPACE, f"mark:{name}")


def definition(name: str) -> dict[str, Any]:
    """What a collection is created with: nothing is left to the server to guess.

    What is searched by words is stemmed here, so that the server only splits at spaces. It looks
    for nothing that is null: open ends are `EARLIEST` and `LATEST`.
    """
    return {
        "name": name,
        "description": f"Episodes of Coo, layout {VERSION}; named after embedder and texts.",
        "properties": [*_names(), *_marks(), *_words(), *_kept()],
        "vector_config": Configure.Vectors.self_provided(
            name=AROUND,
            vector_index_config=Configure.VectorIndex.hnsw(
                distance_metric=VectorDistances.COSINE,
                quantizer=Configure.VectorIndex.Quantizer.none(),
            ),
        ),
        "multi_tenancy_config": Configure.multi_tenancy(
            enabled=True, auto_tenant_creation=False, auto_tenant_activation=True
        ),
        "inverted_index_config": Configure.inverted_index(
            stopwords_preset=StopwordsPreset.NONE, index_null_state=False
        ),
    }


def properties_of(around: Surroundings, *, embedded: bool = False) -> dict[str, Any]:
    """An episode as an object; unless it is embedded, it waits for its vectors."""
    own, texts = around.own, texts_of(around)
    return {
        "episode": plain(own.id),
        "kind": own.kind,
        "case": own.case,
        "person": own.person,
        "contact": own.contact,
        "who": plain(own.who),
        "items": list(own.items),
        "topics": [plain(each) for each in own.topics],
        "superseded": own.superseded,
        "embedded": embedded,
        "at": within(own.at),
        "valid_from": within(own.valid_from) if own.valid_from else EARLIEST,
        "valid_to": min(max(own.valid_to, EARLIEST), LATEST) if own.valid_to else LATEST,
        "own": stemmed(texts.own),
        "near": stemmed(texts.near),
        "wide": stemmed(texts.wide),
        "body": msgspec.json.encode(own).decode(),
    }


def mark_properties(name: str, value: str) -> dict[str, Any]:
    """An object that keeps something about a tenant. Its time keeps it out of every search."""
    return {
        "episode": name,
        "kind": MARK,
        "superseded": False,
        "embedded": True,
        "at": LATEST,
        "valid_from": LATEST,
        "valid_to": LATEST,
        "body": value,
    }


def episode_of(properties: Mapping[str, Any]) -> Episode | None:
    """The episode of an object; None where the object is none of ours or is damaged."""
    body = properties.get("body")
    try:
        return msgspec.json.decode(body, type=Episode) if isinstance(body, str) else None
    except msgspec.MsgspecError:
        return None


def within(moment: datetime) -> datetime:
    """A moment that the server can compare."""
    return min(max(moment, EARLIEST), LAST)


def packed(vectors: Vectors) -> str:
    """The sentences' vectors as a blob."""
    return base64.b64encode(vectors.astype(np.float16).tobytes()).decode()


def unpacked(blob: object, dimensions: int) -> Vectors:
    """The sentences' vectors out of a blob; none where there is none."""
    raw = base64.b64decode(blob) if isinstance(blob, str) else b""
    return np.frombuffer(raw, np.float16).astype(np.float32).reshape(-1, dimensions)


def _named(text: str) -> str:
    """Letters and digits, and never the same for two texts."""
    fit = _UNFIT.sub("_", text).strip("_")[:60]
    return f"{fit}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _names() -> list[Property]:
    """Found by the exact value only."""
    single = ("episode", "kind", "case", "person", "contact", "who")
    return [
        *(_property(each, DataType.TEXT, exact=True) for each in single),
        *(_property(each, DataType.TEXT_ARRAY, exact=True) for each in ("items", "topics")),
    ]


def _marks() -> list[Property]:
    flags = [
        Property(name=each, data_type=DataType.BOOL, index_filterable=True)
        for each in ("superseded", "embedded")
    ]
    moments = [
        Property(
            name=each, data_type=DataType.DATE, index_filterable=True, index_range_filters=True
        )
        for each in ("at", "valid_from", "valid_to")
    ]
    return [*flags, *moments]


def _words() -> list[Property]:
    return [
        Property(
            name=each,
            data_type=DataType.TEXT,
            tokenization=Tokenization.WHITESPACE,
            index_searchable=True,
            index_filterable=False,
        )
        for each in ("own", "near", "wide")
    ]


def _kept() -> list[Property]:
    """Kept and never searched."""
    return [
        _property("body", DataType.TEXT, exact=False),
        Property(name="sentences", data_type=DataType.BLOB, index_filterable=False),
    ]


def _property(name: str, kind: DataType, *, exact: bool) -> Property:
    return Property(
        name=name,
        data_type=kind,
        tokenization=Tokenization.FIELD,
        index_filterable=exact,
        index_searchable=False,
    )
