"""How a Weaviate server finds objects: filters, BM25 over several properties, cosine, fusion.

The formulas are those of the server (1.38): a word's rarity counts over all searched properties
together, the average length is the mean of the properties' means, and relative-score fusion
stretches each result set from its lowest score to its highest.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from weaviate.proto.v1 import base_pb2, base_search_pb2
from weaviate_state import Collection, Object, Refusal, moment

MOST = 10_000
"""QUERY_MAXIMUM_RESULTS."""
LEG = 100
"""QUERY_HYBRID_MAXIMUM_RESULTS: what each half of a hybrid search looks at, at least."""

_F = base_pb2.Filters
_RANGES: dict[int, Callable[[Any, Any], bool]] = {
    _F.OPERATOR_GREATER_THAN: lambda a, b: a > b,
    _F.OPERATOR_GREATER_THAN_EQUAL: lambda a, b: a >= b,
    _F.OPERATOR_LESS_THAN: lambda a, b: a < b,
    _F.OPERATOR_LESS_THAN_EQUAL: lambda a, b: a <= b,
}
_WORDS = re.compile(r"[^\W_]+")

Scored = list[tuple[Object, float]]


def tokens(text: str, tokenization: str) -> list[str]:
    """A text as the index keeps it."""
    match tokenization:
        case "word":
            return [each.lower() for each in _WORDS.findall(text)]
        case "lowercase":
            return text.lower().split()
        case "whitespace":
            return text.split()
        case "field":
            return [text.strip()] if text.strip() else []
        case other:
            raise Refusal(422, f"unknown tokenization {other!r}")


# --- filters --------------------------------------------------------------------------------------


def matching(collection: Collection, objects: Sequence[Object], wanted: Any) -> list[Object]:
    """The objects that a filter lets through; `wanted` is None or a protobuf filter."""
    if wanted is None:
        return list(objects)
    _refuse_unfit(collection, wanted)
    return [each for each in objects if _fits(collection, each, wanted)]


def _refuse_unfit(collection: Collection, wanted: Any) -> None:
    for each in wanted.filters:
        _refuse_unfit(collection, each)
    name = wanted.target.property
    if wanted.filters or name in {"_id", "id"}:
        return
    prop = collection.property(name)
    ranged = prop["indexRangeFilters"] and wanted.operator in _RANGES
    if not prop["indexFilterable"] and not ranged:
        raise Refusal(422, f"Filtering by property {name!r} requires inverted index")
    nulls = collection.schema["invertedIndexConfig"]["indexNullState"]
    if wanted.operator == _F.OPERATOR_IS_NULL and not nulls:
        raise Refusal(422, "Nullstate must be indexed to be filterable!")


def _fits(collection: Collection, one: Object, wanted: Any) -> bool:
    match wanted.operator:
        case _F.OPERATOR_AND:
            return all(_fits(collection, one, each) for each in wanted.filters)
        case _F.OPERATOR_OR:
            return any(_fits(collection, one, each) for each in wanted.filters)
        case _F.OPERATOR_NOT:
            return not any(_fits(collection, one, each) for each in wanted.filters)
        case _:
            return _value_fits(collection, one, wanted)


def _value_fits(collection: Collection, one: Object, wanted: Any) -> bool:
    name = wanted.target.property
    if name in {"_id", "id"}:
        return _has_any({one.uuid}, [{value} for value in _values(wanted)], wanted.operator)
    prop = collection.property(name)
    value = one.properties.get(name)
    kind = prop["dataType"][0]
    if wanted.operator == _F.OPERATOR_IS_NULL:
        return (value is None) == wanted.value_boolean
    if wanted.operator in _RANGES:
        if value is None:
            return False
        left, right = _comparable(kind, value), _comparable(kind, _values(wanted)[0])
        return _RANGES[wanted.operator](left, right)
    if wanted.operator == _F.OPERATOR_LIKE:
        held = _held(prop, value)
        return any(fnmatchcase(each, wanted.value_text) for each in held if isinstance(each, str))
    asked = [_held(prop, each) for each in _values(wanted)]
    return _has_any(_held(prop, value), asked, wanted.operator)


def _has_any(held: set[Any], asked: list[set[Any]], operator: int) -> bool:
    """Each of `asked` is what one wanted value became in the index; all of its tokens must be
    there for it to match."""
    found = [bool(each) and each <= held for each in asked]
    match operator:
        case _F.OPERATOR_EQUAL:
            return found[0]
        case _F.OPERATOR_NOT_EQUAL:
            return not found[0]
        case _F.OPERATOR_CONTAINS_ANY:
            return any(found)
        case _F.OPERATOR_CONTAINS_ALL:
            return all(found)
        case _F.OPERATOR_CONTAINS_NONE:
            return not any(found)
        case other:
            raise Refusal(422, f"operator {other} is not supported")


def _held(prop: dict[str, Any], value: Any) -> set[Any]:
    kind = prop["dataType"][0]
    if value is None:
        return set()
    if kind == "text":
        return set(tokens(value, prop["tokenization"]))
    if kind == "text[]":
        each_of = value if isinstance(value, list) else [value]
        return {token for each in each_of for token in tokens(each, prop["tokenization"])}
    return {_comparable(kind, value)}


def _comparable(kind: str, value: Any) -> Any:
    return moment(value) if kind == "date" else value


def _values(wanted: Any) -> list[Any]:
    which = wanted.WhichOneof("test_value")
    if which is None:
        raise Refusal(422, "a filter needs a value")
    value = getattr(wanted, which)
    return list(value.values) if which.endswith("_array") else [value]


# --- words ----------------------------------------------------------------------------------------


def by_words(
    collection: Collection,
    objects: Sequence[Object],
    allowed: Sequence[Object],
    query: str,
    properties: Sequence[str],
) -> Scored:
    """Of those allowed, the ones with any of the words, best first. Rarity counts over all."""
    config = collection.schema["invertedIndexConfig"]["bm25"]
    k1, b = float(config["k1"]), float(config["b"])
    fields = [_field(collection, each) for each in properties]
    counts = {
        name: {id(each): _counted(collection, each, name) for each in objects} for name, _ in fields
    }
    average = _average(counts) or 40.0
    scores: Counter[int] = Counter()
    for word, times in Counter(_asked(collection, fields, query)).items():
        seen = [sum(1 for c in by.values() if c[word]) for by in counts.values()]
        present = [n for n in seen if n]
        if not present:
            continue
        n = sum(present) // len(present)
        rarity = math.log(1 + (len(objects) - n + 0.5) / (n + 0.5)) * times
        for name, boost in fields:
            for each in allowed:
                held = counts[name][id(each)]
                often, length = held[word], sum(held.values())
                if often:
                    part = often / (often + k1 * (1 - b + b * length / average))
                    scores[id(each)] += rarity * part * boost  # type: ignore[assignment]
    found = [(each, float(scores[id(each)])) for each in allowed if id(each) in scores]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].uuid))


def _field(collection: Collection, given: str) -> tuple[str, float]:
    name, _, boost = given.partition("^")
    prop = collection.property(name)
    if not prop["indexSearchable"]:
        raise Refusal(422, f"Property {name} is not indexed. Please choose another property")
    return name, float(boost or 1)


def _asked(collection: Collection, fields: Sequence[tuple[str, float]], query: str) -> list[str]:
    kinds = {collection.property(name)["tokenization"] for name, _ in fields}
    return [word for kind in sorted(kinds) for word in tokens(query, kind)]


def _counted(collection: Collection, one: Object, name: str) -> Counter[str]:
    value = one.properties.get(name) or ""
    return Counter(tokens(value, collection.property(name)["tokenization"]))


def _average(counts: dict[str, dict[int, Counter[str]]]) -> float:
    means = [sum(sum(c.values()) for c in by.values()) / len(by) for by in counts.values() if by]
    return sum(means) / len(means) if means else 0.0


# --- likeness -------------------------------------------------------------------------------------


def by_likeness(allowed: Sequence[Object], name: str, asked: Sequence[float]) -> Scored:
    """The most alike first, with their cosine distance."""
    held = [each for each in allowed if name in each.vectors]
    if not held:
        return []
    matrix = np.asarray([each.vectors[name] for each in held], np.float32)
    question = np.asarray(asked, np.float32)
    if matrix.shape[1] != len(question):
        lengths = f"{matrix.shape[1]} vs {len(question)}"
        raise Refusal(422, f"vector search: vector lengths don't match: {lengths}")
    alike = _unit(matrix) @ _unit(question[None, :])[0]
    found = [(each, 1.0 - float(cosine)) for each, cosine in zip(held, alike, strict=True)]
    return sorted(found, key=lambda pair: (pair[1], pair[0].uuid))


def _unit(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


# --- both -----------------------------------------------------------------------------------------


def fused(legs: Sequence[tuple[float, Scored]], method: int) -> Scored:
    """Result sets (higher is better) put together, each with its weight."""
    put = _by_rank if method == base_search_pb2.Hybrid.FUSION_TYPE_RANKED else _by_score
    scores: dict[str, float] = {}
    objects: dict[str, Object] = {}
    for weight, found in legs:
        for each, score in put(weight, found):
            objects[each.uuid] = each
            scores[each.uuid] = scores.get(each.uuid, 0.0) + score
    return sorted(
        ((objects[uuid], score) for uuid, score in scores.items()),
        key=lambda pair: (-pair[1], pair[0].uuid),
    )


def _by_rank(weight: float, found: Scored) -> Scored:
    return [(each, weight / (place + 60)) for place, (each, _) in enumerate(found)]


def _by_score(weight: float, found: Scored) -> Scored:
    if not found:
        return []
    low, high = min(score for _, score in found), max(score for _, score in found)
    if low == high:
        return [(each, weight) for each, _ in found]
    return [(each, weight * (score - low) / (high - low)) for each, score in found]
