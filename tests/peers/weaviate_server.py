"""A Weaviate server in the test's own loop: REST and gRPC for the real client.

What it keeps is in `weaviate_state`, how it searches in `weaviate_searching`; here is what goes
over the wire, and what can go wrong: `stop` and `start` (what was kept stays), `hold` (no call is
answered until `release`), `refuse` (single objects of a batch), `key` (who may do anything).
"""

from __future__ import annotations

import asyncio
import struct
import uuid
from collections.abc import Callable
from typing import Any

import grpc
from aiohttp import web
from weaviate.proto.v1 import (
    aggregate_pb2,
    base_pb2,
    batch_delete_pb2,
    batch_pb2,
    health_weaviate_pb2,
    properties_pb2,
    search_get_pb2,
    tenants_pb2,
    weaviate_pb2_grpc,
)
from weaviate_searching import LEG, MOST, by_likeness, by_words, fused, matching, moment
from weaviate_state import TENANT_NAME, Collection, Object, Refusal, State, checked

LARGEST_MESSAGE = 104_858_000
DEFAULT_LIMIT = 10


class WeaviateServer:
    """One server. `url` and `grpc` are where it listens; `asked` counts the calls by name."""

    def __init__(self, *, version: str = "1.38.0", key: str = "") -> None:
        self.state = State()
        self.version, self.key = version, key
        self.refuse: Callable[[dict[str, Any]], str] = lambda _: ""
        self.asked: list[str] = []
        self._news = asyncio.Condition()
        self._ports = (0, 0)
        self._open = asyncio.Event()
        self._open.set()
        self._web: web.AppRunner | None = None
        self._grpc: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def grpc(self) -> str:
        return f"127.0.0.1:{self._ports[1]}"

    async def start(self) -> None:
        """Listen: on free ports first, then on the same ones again."""
        app = web.Application(client_max_size=LARGEST_MESSAGE, middlewares=[self._gate])
        app.add_routes(_Rest(self).routes())
        self._web = web.AppRunner(app, shutdown_timeout=0.1)
        await self._web.setup()
        site = web.TCPSite(self._web, "127.0.0.1", self._ports[0])
        await site.start()
        sizes = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
        self._grpc = grpc.aio.server(options=[(each, LARGEST_MESSAGE) for each in sizes])
        weaviate_pb2_grpc.add_WeaviateServicer_to_server(_Grpc(self), self._grpc)
        self._grpc.add_generic_rpc_handlers((_health(self),))
        port = self._grpc.add_insecure_port(f"127.0.0.1:{self._ports[1]}")
        await self._grpc.start()
        self._ports = (self._web.addresses[0][1], port)

    async def stop(self) -> None:
        """Be gone; what was kept stays."""
        self.release()
        if self._grpc is not None:
            await self._grpc.stop(None)
        if self._web is not None:
            await self._web.cleanup()
        self._grpc = self._web = None

    def hold(self) -> None:
        """Take calls and answer none."""
        self._open.clear()

    def release(self) -> None:
        """Answer again, also what waits."""
        self._open.set()

    async def passed(self, name: str) -> None:
        """Count a call, and keep it where calls are held."""
        self.asked.append(name)
        async with self._news:
            self._news.notify_all()
        await self._open.wait()

    async def until(self, name: str) -> None:
        """Wait until such a call came in."""
        async with self._news:
            await self._news.wait_for(lambda: name in self.asked)

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        await self.passed(f"{request.method} {request.path}")
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return _said(401, "unauthorized: invalid api key")
        try:
            return await handler(request)
        except Refusal as refusal:
            return _said(refusal.status, refusal.message)


def _said(status: int, message: str) -> web.Response:
    return web.json_response({"error": [{"message": message}]}, status=status)


class _Rest:
    """Schema, tenants and aliases."""

    def __init__(self, server: WeaviateServer) -> None:
        self._server = server
        self._state = server.state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/meta", self._meta),
            web.get("/v1/.well-known/ready", self._ready),
            web.get("/v1/schema", self._all),
            web.post("/v1/schema", self._create),
            web.get("/v1/schema/{name}", self._one),
            web.delete("/v1/schema/{name}", self._delete),
            web.post("/v1/schema/{name}/tenants", self._add_tenants),
            web.delete("/v1/schema/{name}/tenants", self._remove_tenants),
            web.get("/v1/schema/{name}/tenants/{tenant}", self._tenant),
            web.get("/v1/aliases", self._aliases),
            web.post("/v1/aliases", self._alias_create),
            web.get("/v1/aliases/{alias}", self._alias),
            web.put("/v1/aliases/{alias}", self._alias_update),
            web.delete("/v1/aliases/{alias}", self._alias_delete),
        ]

    async def _meta(self, _: web.Request) -> web.Response:
        said = {"hostname": self._server.url, "modules": {}, "version": self._server.version}
        return web.json_response({**said, "grpcMaxMessageSize": LARGEST_MESSAGE})

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _all(self, _: web.Request) -> web.Response:
        classes = [each.schema for each in self._state.collections.values()]
        return web.json_response({"classes": classes})

    async def _create(self, request: web.Request) -> web.Response:
        return web.json_response(self._state.create(await request.json()).schema)

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._owned(request).schema)

    async def _delete(self, request: web.Request) -> web.Response:
        # An alias stays and dangles; the name of an alias is answered with 200, and nothing goes.
        self._state.collections.pop(request.match_info["name"], None)
        return web.Response()

    async def _add_tenants(self, request: web.Request) -> web.Response:
        collection = self._owned(request)
        for each in await request.json():
            if not TENANT_NAME.fullmatch(each["name"]):
                raise Refusal(422, f"{each['name']!r} is not a valid tenant name")
            collection.tenants.setdefault(each["name"], {})
        return web.json_response([{"name": each} for each in collection.tenants])

    async def _remove_tenants(self, request: web.Request) -> web.Response:
        collection = self._owned(request)
        for each in await request.json():
            collection.tenants.pop(each, None)
        return web.Response()

    async def _tenant(self, request: web.Request) -> web.Response:
        name = request.match_info["tenant"]
        if name not in self._owned(request).tenants:
            raise Refusal(404, f"tenant {name!r} not found")
        return web.json_response({"name": name, "activityStatus": "ACTIVE"})

    def _owned(self, request: web.Request) -> Collection:
        """What may be altered: by its own name only."""
        name = request.match_info["name"]
        if name not in self._state.collections:
            raise Refusal(404, f"class {name} not found")
        return self._state.collections[name]

    async def _aliases(self, request: web.Request) -> web.Response:
        target = request.query.get("class", "")
        found = [
            {"alias": alias, "class": name}
            for alias, name in self._state.aliases.items()
            if not target or name == target
        ]
        return web.json_response({"aliases": found})

    async def _alias_create(self, request: web.Request) -> web.Response:
        given = await request.json()
        self._state.point(given["alias"], given["class"], new=True)
        return web.json_response(given)

    async def _alias(self, request: web.Request) -> web.Response:
        alias = request.match_info["alias"]
        if alias not in self._state.aliases:
            raise Refusal(404, f"alias {alias} not found")
        return web.json_response({"alias": alias, "class": self._state.aliases[alias]})

    async def _alias_update(self, request: web.Request) -> web.Response:
        alias, given = request.match_info["alias"], await request.json()
        self._state.point(alias, given["class"], new=False)
        return web.json_response({"alias": alias, "class": given["class"]})

    async def _alias_delete(self, request: web.Request) -> web.Response:
        if self._state.aliases.pop(request.match_info["alias"], None) is None:
            raise Refusal(404, "alias not found")
        return web.Response(status=204)


class _Grpc(weaviate_pb2_grpc.WeaviateServicer):
    """Searching and writing."""

    def __init__(self, server: WeaviateServer) -> None:
        self._server = server

    async def Search(self, request: Any, context: Any) -> Any:  # noqa: N802 - its name on the wire
        return await self._answered("Search", context, lambda: self._search(request))

    async def BatchObjects(self, request: Any, context: Any) -> Any:  # noqa: N802 - see above
        return await self._answered("BatchObjects", context, lambda: self._batch(request))

    async def BatchDelete(self, request: Any, context: Any) -> Any:  # noqa: N802 - see above
        return await self._answered("BatchDelete", context, lambda: self._removed(request))

    async def TenantsGet(self, request: Any, context: Any) -> Any:  # noqa: N802 - see above
        return await self._answered("TenantsGet", context, lambda: self._tenants(request))

    async def Aggregate(self, request: Any, context: Any) -> Any:  # noqa: N802 - see above
        return await self._answered("Aggregate", context, lambda: self._aggregate(request))

    async def _answered(self, name: str, context: Any, answer: Callable[[], Any]) -> Any:
        await self._server.passed(name)
        given = dict(context.invocation_metadata() or ())
        if self._server.key and given.get("authorization") != f"Bearer {self._server.key}":
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "invalid api key")
        try:
            return answer()
        except Refusal as refusal:
            await context.abort(grpc.StatusCode.UNKNOWN, refusal.message)

    def _search(self, request: Any) -> Any:
        collection = self._server.state.collection(request.collection)
        objects = list(collection.tenant(request.tenant).values())
        allowed = matching(
            collection, objects, request.filters if request.HasField("filters") else None
        )
        limit = request.limit or DEFAULT_LIMIT
        if limit + request.offset > MOST:
            raise Refusal(422, "query maximum results exceeded")
        found, kind = _found(collection, objects, allowed, request, limit + request.offset)
        some = found[request.offset : request.offset + limit]
        results = [_result(collection, each, score, kind, request) for each, score in some]
        return search_get_pb2.SearchReply(took=0.0, results=results)

    def _batch(self, request: Any) -> Any:
        errors = []
        for place, each in enumerate(request.objects):
            try:
                self._put(each)
            except Refusal as refusal:
                error = batch_pb2.BatchObjectsReply.BatchError(index=place, error=refusal.message)
                errors.append(error)
        return batch_pb2.BatchObjectsReply(took=0.0, errors=errors)

    def _put(self, given: Any) -> None:
        collection = self._server.state.collection(given.collection)
        objects = collection.tenant(given.tenant)
        one = Object(str(uuid.UUID(given.uuid)), _properties(given.properties), _vectors(given))
        checked(collection, one)
        refused = self._server.refuse(one.properties)
        if refused:
            raise Refusal(422, refused)
        objects[one.uuid] = one

    def _removed(self, request: Any) -> Any:
        collection = self._server.state.collection(request.collection)
        objects = collection.tenant(request.tenant)
        gone = matching(collection, list(objects.values()), request.filters)[:MOST]
        for each in [] if request.dry_run else gone:
            del objects[each.uuid]
        return batch_delete_pb2.BatchDeleteReply(
            took=0.0, failed=0, matches=len(gone), successful=len(gone)
        )

    def _tenants(self, request: Any) -> Any:
        collection = self._server.state.collection(request.collection)
        wanted = list(request.names.values) if request.HasField("names") else collection.tenants
        status = tenants_pb2.TENANT_ACTIVITY_STATUS_ACTIVE
        found = [
            tenants_pb2.Tenant(name=each, activity_status=status)
            for each in wanted
            if each in collection.tenants
        ]
        return tenants_pb2.TenantsGetReply(took=0.0, tenants=found)

    def _aggregate(self, request: Any) -> Any:
        collection = self._server.state.collection(request.collection)
        objects = list(collection.tenant(request.tenant).values())
        wanted = request.filters if request.HasField("filters") else None
        count = len(matching(collection, objects, wanted))
        single = aggregate_pb2.AggregateReply.Single(objects_count=count)
        return aggregate_pb2.AggregateReply(took=0.0, single_result=single)


def _health(server: WeaviateServer) -> Any:
    async def check(_request: Any, _context: Any) -> Any:
        await server.passed("Health")
        serving = health_weaviate_pb2.WeaviateHealthCheckResponse.SERVING
        return health_weaviate_pb2.WeaviateHealthCheckResponse(status=serving)

    handler = grpc.unary_unary_rpc_method_handler(
        check,
        request_deserializer=health_weaviate_pb2.WeaviateHealthCheckRequest.FromString,
        response_serializer=health_weaviate_pb2.WeaviateHealthCheckResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})


# --- searching ------------------------------------------------------------------------------------


def _found(
    collection: Collection, objects: list[Object], allowed: list[Object], request: Any, most: int
) -> tuple[list[tuple[Object, float]], str]:
    """What is found, with a number: a score, a distance, or nothing that counts."""
    if request.HasField("hybrid_search"):
        return _hybrid(collection, objects, allowed, request.hybrid_search, most)[:most], "score"
    if request.HasField("bm25_search"):
        asked = request.bm25_search
        names = list(asked.properties)
        return by_words(collection, objects, allowed, asked.query, names)[:most], "score"
    if request.HasField("near_vector"):
        near = request.near_vector
        target, vector = _target(near)
        return by_likeness(allowed, target, vector)[:most], "distance"
    if request.after:
        later = sorted((each for each in allowed if each.uuid > request.after), key=_by_uuid)
        return [(each, 0.0) for each in later], ""
    return [(each, 0.0) for each in _sorted(collection, allowed, request.sort_by)], ""


def _hybrid(
    collection: Collection, objects: list[Object], allowed: list[Object], asked: Any, most: int
) -> list[tuple[Object, float]]:
    alpha = asked.alpha_param if asked.use_alpha_param else asked.alpha
    leg = max(most, LEG)
    legs = []
    if alpha < 1 and asked.query:
        words = by_words(collection, objects, allowed, asked.query, list(asked.properties))
        legs.append((1 - alpha, words[:leg]))
    if alpha > 0:
        target, vector = _target(asked)
        near = by_likeness(allowed, target, vector)[:leg]
        legs.append((alpha, [(each, 1 - distance) for each, distance in near]))
    return fused(legs, asked.fusion_type)


def _target(asked: Any) -> tuple[str, list[float]]:
    """Which vector is compared, and with what: clients have said it in several ways."""
    names = list(asked.targets.target_vectors) or list(asked.target_vectors)
    raw = asked.vector_bytes
    for each in asked.vectors:
        raw, names = each.vector_bytes, names or [each.name]
    if asked.DESCRIPTOR.name == "NearVector":
        for each in asked.vector_for_targets:
            raw = each.vector_bytes or each.vectors[0].vector_bytes
    elif asked.HasField("near_vector"):
        return _target(asked.near_vector)
    if len(names) != 1:
        raise Refusal(422, f"one target vector is needed, got {names}")
    return names[0], list(struct.unpack(f"{len(raw) // 4}f", raw))


def _sorted(collection: Collection, allowed: list[Object], wanted: Any) -> list[Object]:
    found = sorted(allowed, key=_by_uuid)
    for each in reversed(wanted):
        name = each.path[0]
        dated = collection.property(name)["dataType"][0] == "date"

        def key(one: Object, name: str = name, dated: bool = dated) -> Any:
            value = one.properties.get(name)
            return moment(value) if dated and value else value

        found.sort(key=key, reverse=not each.ascending)
    return found


def _by_uuid(one: Object) -> str:
    return one.uuid


# --- objects on the wire --------------------------------------------------------------------------


def _properties(given: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.non_ref_properties.fields.items():
        kind = value.WhichOneof("kind")
        if kind != "null_value":
            found[name] = getattr(value, kind)
    for each in given.text_array_properties:
        found[each.prop_name] = list(each.values)
    for name in given.empty_list_props:
        found[name] = []
    return found


def _vectors(given: Any) -> dict[str, list[float]]:
    return {
        each.name: list(struct.unpack(f"{len(each.vector_bytes) // 4}f", each.vector_bytes))
        for each in given.vectors
    }


def _result(collection: Collection, one: Object, number: float, kind: str, request: Any) -> Any:
    asked = request.metadata
    metadata = search_get_pb2.MetadataResult(
        id=one.uuid,
        id_as_bytes=uuid.UUID(one.uuid).bytes,
        creation_time_unix=one.put_at,
        creation_time_unix_present=asked.creation_time_unix,
        last_update_time_unix=one.put_at,
        last_update_time_unix_present=asked.last_update_time_unix,
        score=number if kind == "score" else 0.0,
        score_present=kind == "score" and asked.score,
        distance=number if kind == "distance" else 0.0,
        distance_present=kind == "distance" and asked.distance,
        vectors=[
            base_pb2.Vectors(
                name=name,
                vector_bytes=struct.pack(f"{len(vector)}f", *vector),
                type=base_pb2.Vectors.VECTOR_TYPE_SINGLE_FP32,
            )
            for name, vector in one.vectors.items()
            if asked.vector or name in asked.vectors
        ],
    )
    wanted = request.properties
    everything = not request.HasField("properties") or wanted.return_all_nonref_properties
    every = [each["name"] for each in collection.schema["properties"]]
    names = every if everything else list(wanted.non_ref_properties)
    fields = {name: _value(collection, one, name) for name in names}
    return search_get_pb2.SearchResult(
        metadata=metadata,
        properties=search_get_pb2.PropertiesResult(
            target_collection=collection.name,
            non_ref_props=properties_pb2.Properties(fields=fields),
        ),
    )


def _value(collection: Collection, one: Object, name: str) -> Any:
    kind, value = collection.property(name)["dataType"][0], one.properties.get(name)
    make = properties_pb2.Value
    if value is None:
        return make(null_value=0)
    match kind:
        case "text":
            return make(text_value=value)
        case "text[]":
            texts = properties_pb2.TextValues(values=value)
            return make(list_value=properties_pb2.ListValue(text_values=texts))
        case "boolean":
            return make(bool_value=value)
        case "date":
            return make(date_value=value)
        case "blob":
            return make(blob_value=value)
        case "int":
            return make(int_value=int(value))
        case _:
            return make(number_value=float(value))
