"""What a Weaviate server keeps: collections, tenants, objects, aliases. Rules as in 1.38.

Written from the server's behaviour, with auto-schema off: an object is checked against the schema,
a tenant must be there before it is used, an alias is one name for one collection.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

CLASS_NAME = re.compile(r"[A-Z][_0-9A-Za-z]{0,254}")
PROPERTY_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,230}")
TENANT_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
RESERVED = {"id", "_id", "_additional", "vector"}
EARLIEST, LATEST = datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 4, 11, tzinfo=UTC)


class Refusal(Exception):
    """The server says no, with an HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class Object:
    """One object, as it was last put: `put_at` is in milliseconds, and new with each put."""

    uuid: str
    properties: dict[str, Any]
    vectors: dict[str, list[float]]
    put_at: int = field(default_factory=lambda: time.time_ns() // 1_000_000)


@dataclass
class Collection:
    """A collection with its tenants; `schema` is what a client reads back."""

    schema: dict[str, Any]
    tenants: dict[str, dict[str, Object]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.schema["class"])

    def property(self, name: str) -> dict[str, Any]:
        for each in self.schema["properties"]:
            if each["name"] == name:
                return dict(each)
        raise Refusal(422, f"no such prop with name {name!r} found in class {self.name!r}")

    def tenant(self, name: str) -> dict[str, Object]:
        if not name:
            raise Refusal(422, f"class {self.name} has multi-tenancy enabled, but no tenant given")
        if name not in self.tenants:
            raise Refusal(422, f'tenant not found: "{name}"')
        return self.tenants[name]


@dataclass
class State:
    """All of it. Survives a stop of the server, as a disk does."""

    collections: dict[str, Collection] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def collection(self, name: str) -> Collection:
        """By its name or through an alias."""
        found = self.collections.get(self.aliases.get(name, name))
        if found is None:
            raise Refusal(404, f"could not find class {name} in schema")
        return found

    def create(self, given: dict[str, Any]) -> Collection:
        name = str(given["class"])
        if not CLASS_NAME.fullmatch(name):
            raise Refusal(422, f"{name!r} is not a valid class name")
        if name in self.collections or name in self.aliases:
            raise Refusal(422, f"class name {name} already exists")
        made = Collection(_with_defaults(given))
        for each in made.schema["properties"]:
            if each["name"] in RESERVED or not PROPERTY_NAME.fullmatch(each["name"]):
                raise Refusal(422, f"{each['name']!r} is not a valid property name")
        self.collections[name] = made
        return made

    def point(self, alias: str, target: str, *, new: bool) -> None:
        """Create an alias, or let it point elsewhere in one step."""
        if not new and alias not in self.aliases:
            raise Refusal(404, f"alias {alias} not found")
        if new and (alias in self.aliases or alias in self.collections):
            raise Refusal(422, f"alias {alias} already exists")
        if not CLASS_NAME.fullmatch(alias):
            raise Refusal(422, f"{alias!r} is not a valid alias name")
        if target not in self.collections:
            raise Refusal(422, f"class {target} does not exist")
        self.aliases[alias] = target


def checked(collection: Collection, one: Object) -> None:
    """Refuse an object that the schema does not allow."""
    for name, value in one.properties.items():
        _check_value(collection.property(name), value)
    for name, vector in one.vectors.items():
        config = collection.schema.get("vectorConfig") or {}
        if name not in config:
            raise Refusal(422, f"collection {collection.name} does not have vector {name!r}")
        for other in _vectors(collection, name):
            if len(other) != len(vector):
                raise Refusal(
                    422,
                    f"vector lengths don't match: new node has a vector with length {len(vector)}. "
                    f"Existing nodes have vectors with length {len(other)}",
                )
            break


def moment(text: str) -> datetime:
    """A date as the server reads it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(422, f"invalid date {text!r}: not RFC 3339") from None
    if found.tzinfo is None:
        raise Refusal(422, f"invalid date {text!r}: no time zone")
    if not EARLIEST <= found <= LATEST:
        raise Refusal(422, f"date {text!r} does not fit into nanoseconds")
    return found


def _vectors(collection: Collection, name: str) -> Any:
    for objects in collection.tenants.values():
        for each in objects.values():
            if name in each.vectors:
                yield each.vectors[name]


def _check_value(prop: dict[str, Any], value: Any) -> None:
    kind = prop["dataType"][0]
    fits = {
        "text": lambda: isinstance(value, str),
        "text[]": lambda: isinstance(value, list) and all(isinstance(v, str) for v in value),
        "boolean": lambda: isinstance(value, bool),
        "int": lambda: isinstance(value, float | int) and float(value).is_integer(),
        "number": lambda: isinstance(value, float | int),
        "date": lambda: isinstance(value, str) and bool(moment(value)),
        "blob": lambda: isinstance(value, str) and _is_base64(value),
    }[kind]
    if not fits():
        raise Refusal(422, f"invalid {kind} property {prop['name']!r}: got {value!r:.80}")


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


def _with_defaults(given: dict[str, Any]) -> dict[str, Any]:
    """The schema as the server gives it back."""
    properties = [_property(each) for each in given.get("properties") or []]
    inverted = {
        "bm25": {"b": 0.75, "k1": 1.2},
        "cleanupIntervalSeconds": 60,
        "stopwords": {"additions": None, "preset": "en", "removals": None},
        "usingBlockMaxWAND": True,
        "indexNullState": False,
        "indexPropertyLength": False,
        "indexTimestamps": False,
        **(given.get("invertedIndexConfig") or {}),
    }
    tenancy = {
        "enabled": False,
        "autoTenantCreation": False,
        "autoTenantActivation": False,
        **(given.get("multiTenancyConfig") or {}),
    }
    vectors = {name: _vector(each) for name, each in (given.get("vectorConfig") or {}).items()}
    return {
        **given,
        "properties": properties,
        "invertedIndexConfig": inverted,
        "multiTenancyConfig": tenancy,
        "replicationConfig": {
            "factor": 1,
            "asyncEnabled": False,
            "deletionStrategy": "NoAutomatedResolution",
        },
        "shardingConfig": {},
        "vectorConfig": vectors,
    }


def _property(given: dict[str, Any]) -> dict[str, Any]:
    text = given["dataType"][0] in {"text", "text[]"}
    blob = given["dataType"][0] == "blob"
    defaults = {
        "indexFilterable": not blob,
        "indexSearchable": text,
        "indexRangeFilters": False,
        "tokenization": "word" if text else None,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return {**defaults, **kept}


def _vector(given: dict[str, Any]) -> dict[str, Any]:
    config = {
        "distance": "cosine",
        "ef": -1,
        "efConstruction": 128,
        "maxConnections": 32,
        "cleanupIntervalSeconds": 300,
        "dynamicEfFactor": 8,
        "dynamicEfMax": 500,
        "dynamicEfMin": 100,
        "filterStrategy": "acorn",
        "flatSearchCutoff": 40000,
        "skip": False,
        "vectorCacheMaxObjects": 1000000000000,
        **(given.get("vectorIndexConfig") or {}),
    }
    return {**given, "vectorIndexType": "hnsw", "vectorIndexConfig": config}
