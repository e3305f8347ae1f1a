"""How an event becomes bytes and back: the open part as JSON, the personal part sealed.

What stands in the two columns joins to the JSON of the event, so reading decodes once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from ledger.chain import StoredFact
from ledger.domain.errors import CooError, FactUnreadable, UnknownEventType
from ledger.domain.events import EVENT_TYPES, Event
from ledger.domain.facts import Fact
from ledger.domain.folding import NOT_FOLDED
from ledger.domain.present import Passed
from ledger.seal import Keys, PersonForgotten
from ledger.upcast import UPCASTERS, Upcasters

OpenForm = Callable[[Any], Any]
"""From a value to what of it may stay readable for ever."""

DROPPED: Final = b""
"""Stands where the personal part of somebody who was erased before would be."""

_PASSED: Final = frozenset(kind.__name__ for kind in NOT_FOLDED)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_encode = msgspec.json.Encoder(order="deterministic").encode


class EventInvalid(CooError):
    """An event does not fit its own class, so it could never be read back."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"An event of type {name!r} does not fit its own definition: {why}.",
            "Nothing was written. This is a mistake in the code that made it; report it.",
        )


class Plain(Struct, frozen=True, gc=False):
    """An event as JSON: its open part, and its personal part where it has one.

    `event` is what a reader will get: the event as decoded from these very bytes.
    """

    event_type: str
    event_schema: int
    payload: bytes
    personal: bytes | None
    event: Event


class Encoded(Struct, frozen=True, gc=False):
    """An event as it is stored.

    `forgotten`: it had a personal part that nobody may keep. What stands in its place (`DROPPED`)
    reads as erased, and `event` is without it.
    """

    event_type: str
    event_schema: int
    payload: bytes
    sealed: bytes | None
    event: Event
    forgotten: bool = False


class Codec:
    """Encodes and decodes the events of one company."""

    def __init__(
        self,
        company: str,
        keys: Keys,
        *,
        types: Mapping[str, type[Event]] = EVENT_TYPES,
        upcasters: Upcasters = UPCASTERS,
    ) -> None:
        self.keys = keys
        self.company = company
        self._company = company.encode()
        self._types = types
        self._upcasters = upcasters
        self._readings: dict[str, _Reading] = {}

    def encode(self, event: Event, *, key: str, person: str) -> Encoded:
        """The bytes of an event. Makes the person's key where it is needed and missing.

        Raises `EventInvalid` for an event that could not be read back.
        """
        return self.seal(self.plain(event), key=key, person=person)

    def plain(self, event: Event) -> Plain:
        """The bytes of an event before they are sealed. Raises `EventInvalid`."""
        name = type(event).__name__
        if self._types.get(name) is not type(event):
            raise UnknownEventType(name, event.schema)
        return _plain(event, _format(type(event)))

    def seal(self, plain: Plain, *, key: str, person: str) -> Encoded:
        """Seal the personal part, if there is any, under the person's key."""
        name, personal = plain.event_type, plain.personal
        if personal is None:
            return _encoded(plain, None)
        try:
            context = [self._company, name.encode(), key.encode()]
            sealed = self.keys.cipher(person).seal(personal, context)
        except PersonForgotten:
            return self._dropped(plain)
        return _encoded(plain, sealed)

    def _dropped(self, plain: Plain) -> Encoded:
        event = _format(self._types[plain.event_type]).decoder.decode(plain.payload)
        return Encoded(
            plain.event_type, plain.event_schema, plain.payload, DROPPED, event, forgotten=True
        )

    def fact(self, row: tuple[Any, ...]) -> Fact:
        """The fact of a row of the table `facts` (all columns, in their order)."""
        return self.content(row[1:-2])

    def content(self, row: tuple[Any, ...]) -> Fact:
        """The fact of a row with the columns `ledger.chain.CONTENT`. Raises `FactUnreadable`."""
        seq, fact_id, case, version, at, name, schema, key, by, cause, person, data, sealed = row
        reading = self._readings.get(name) or self._reading(name, schema)
        erased = False
        try:
            if sealed is not None:
                cipher = self.keys.opener(person)
                if cipher is None:
                    erased = True
                else:
                    context = [self._company, reading.name, key.encode()]
                    data = _joined(data, cipher.open(sealed, context))
            if schema != reading.schema:
                data = self._lifted(name, schema, data)
            event = reading.decode(data)
        except (TypeError, ValueError) as error:  # msgspec's errors are ValueErrors
            raise FactUnreadable(seq, fact_id, str(error)) from error
        return Fact(
            id=fact_id,
            seq=seq,
            company=self.company,
            case=case,
            version=version,
            at=_EPOCH + timedelta(0, 0, at),
            event=event,
            key=key,
            by=by,
            cause=cause,
            person=person,
            erased=erased,
        )

    def to_fold(self, row: tuple[Any, ...]) -> Fact | Passed:
        """The same for a fold; what no fold looks at is neither opened nor decoded."""
        if row[5] in _PASSED:
            return Passed(row[0], row[2], row[3], moment(row[4]))
        return self.content(row)

    def _reading(self, name: str, schema: int) -> _Reading:
        kind = self._types.get(name)
        if kind is None:
            raise UnknownEventType(name, schema)
        reading = _Reading(name.encode(), kind.schema, _format(kind).decoder.decode)
        self._readings[name] = reading
        return reading

    def _lifted(self, name: str, schema: int, data: bytes) -> bytes:
        old = msgspec.json.decode(data)
        to = self._types[name].schema
        return _encode(self._upcasters.lift(old, name=name, schema=schema, to=to))


class _Reading(NamedTuple):
    """What it takes to read the events of one class."""

    name: bytes
    schema: int
    decode: Callable[[bytes], Event]


def _encoded(plain: Plain, sealed: bytes | None) -> Encoded:
    return Encoded(plain.event_type, plain.event_schema, plain.payload, sealed, plain.event)


def placed(row: StoredFact, event: Event, at: datetime, *, erased: bool = False) -> Fact:
    """The fact that a new row and its event make. `at` is the moment of `row.recorded_at`."""
    return Fact(
        id=row.fact_id,
        seq=row.seq,
        company=row.company,
        case=row.case_id,
        version=row.version,
        at=at,
        event=event,
        key=row.fact_key,
        by=row.said_by,
        cause=row.cause_id,
        person=row.person,
        erased=erased,
    )


def microseconds(at: datetime) -> int:
    """A moment as whole microseconds since 1970 UTC. `at` must be aware."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The moment (aware, UTC) of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def sealed_fields(kind: type[Event]) -> frozenset[str]:
    """The names of the personal fields of an event class, also of those that are so in part."""
    return frozenset(f.name for f in msgspec.structs.fields(kind) if _mark(f.type).get("sealed"))


def open_forms(kind: type[Event]) -> dict[str, OpenForm]:
    """The fields that are personal in part, each with the function that gives its open form."""
    marks = {f.name: _mark(f.type) for f in msgspec.structs.fields(kind)}
    return {name: mark["open_form"] for name, mark in marks.items() if "open_form" in mark}


def _mark(annotation: Any) -> dict[str, Any]:
    """What the domain says of a field, see `SEALED` and `sealed_but_for`."""
    if get_origin(annotation) is not Annotated:
        return {}
    metas = [meta for meta in get_args(annotation)[1:] if isinstance(meta, Meta)]
    return {key: value for meta in metas for key, value in (meta.extra or {}).items()}


class _Format(NamedTuple):
    """What it takes to write and read one class, worked out once."""

    open_values: Any
    open_part: type[Struct]
    sealed_values: Any
    sealed_part: type[Struct]
    seals: bool
    decoder: msgspec.json.Decoder[Event]


@cache
def _format(kind: type[Event]) -> _Format:
    fields = msgspec.structs.fields(kind)
    forms = open_forms(kind)
    whole = sealed_fields(kind) - forms.keys()
    open_fields = [f.name for f in fields if f.name not in whole]
    # Personal fields at their default are left out: nothing personal needs no key.
    sealed = [(f.name, Any, _default(f)) for f in fields if f.name in whole]
    return _Format(
        _open_values(open_fields, forms),
        msgspec.defstruct("Open", [(name, Any) for name in open_fields], tag=kind.__name__),
        _getter([*forms, *(name for name, _, _ in sealed)]),
        msgspec.defstruct("Sealed", [*forms, *sealed], omit_defaults=True),
        bool(forms or sealed),
        msgspec.json.Decoder(kind),
    )


def _open_values(names: list[str], forms: Mapping[str, OpenForm]) -> Any:
    """A function from an event to its open values; what is personal in part in its open form."""
    values = _getter(names)
    if not forms:
        return values
    made = [forms.get(name) for name in names]
    return lambda event: tuple(
        form(value) if form else value for form, value in zip(made, values(event), strict=True)
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return field.default


def _getter(names: list[str]) -> Any:
    """A function from an event to the tuple of these fields (`attrgetter` unpacks a single one)."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda event: tuple(getattr(event, name) for name in names)


def _plain(event: Event, form: _Format) -> Plain:
    name, schema = type(event).__name__, event.schema
    try:
        payload = _encode(form.open_part(*form.open_values(event)))
        personal = _encode(form.sealed_part(*form.sealed_values(event))) if form.seals else b"{}"
        if personal == b"{}":
            return Plain(name, schema, payload, None, form.decoder.decode(payload))
        read = form.decoder.decode(_joined(payload, personal))
    except (msgspec.ValidationError, TypeError, UnicodeError, OverflowError) as error:
        raise EventInvalid(name, str(error)) from error
    return Plain(name, schema, payload, personal, read)


def _joined(payload: bytes, personal: bytes) -> bytes:
    # Both are JSON objects; the open one is never empty, since it carries the type. A field that
    # is personal in part stands in both, and of two the decoder takes the later one: the whole.
    return payload[:-1] + b"," + personal[1:]
