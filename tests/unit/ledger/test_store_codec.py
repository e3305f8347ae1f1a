"""How events become bytes and back, sealed and erased."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain import StoredFact
from ledger.codec import (
    Codec,
    Encoded,
    EventInvalid,
    microseconds,
    moment,
    open_forms,
    sealed_fields,
)
from ledger.domain.errors import UnknownEventType
from ledger.domain.events import EVENT_TYPES, Event, MailReceived, Routed, Told, VerdictGiven
from ledger.domain.values import Personal
from ledger.domain.verdicts import Ask, FiredRule
from ledger.seal import Keys
from ledger.upcast import Upcasters

SOME_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    type(None): st.none(),
}


def some(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that appears in events."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in SOME_PLAIN:
        return SOME_PLAIN[kind]
    if origin is Annotated:
        return some(arguments[0])
    if origin in {Union, types.UnionType}:
        return st.one_of([some(part) for part in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(some(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(some, arguments))
    if origin is dict:
        return st.dictionaries(some(arguments[0]), some(arguments[1]), max_size=3)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return some_struct(kind)


def some_struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = msgspec.structs.fields(kind)
    return st.builds(kind, **{field.name: some(field.type) for field in fields})


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory):
    opened = Keys.open(tmp_path_factory.mktemp("keys") / "keys.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def codec(keys: Keys) -> Codec:
    return Codec("acme", keys)


def stored(encoded: Encoded, *, key: str = "k", person: str = "p-ada") -> StoredFact:
    middle = ("id", "desk", 1, 0, encoded.event_type, encoded.event_schema, key, "me", "", person)
    return StoredFact("acme", 1, *middle, encoded.payload, encoded.sealed, b"", b"")


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(data=st.data())
def test_every_event_reads_as_it_was_written(
    kind: type[Event], codec: Codec, data: st.DataObject
) -> None:
    event = data.draw(some_struct(kind))
    encoded = codec.encode(event, key="k", person="p-ada")
    fact = codec.fact(stored(encoded))
    assert fact.event == event == encoded.event
    assert not fact.erased
    assert codec.encode(fact.event, key="k", person="p-ada") == encoded


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_personal_field_has_an_empty_default_to_be_erased_to(kind: type[Event]) -> None:
    for field in msgspec.structs.fields(kind):
        if field.name in sealed_fields(kind) - open_forms(kind).keys():
            factory = field.default_factory
            default = field.default if factory is msgspec.NODEFAULT else factory()
            assert default in ("", None, (), {}), f"{kind.__name__}.{field.name}"


def test_the_personal_fields_of_a_mail_are_known() -> None:
    personal = {
        "attachments",
        "orders",
        "report",
        "sender",
        "sender_name",
        "recipient",
        "subject",
        "text",
    }
    assert sealed_fields(MailReceived) == personal


def test_personal_content_is_not_in_the_open_part(codec: Codec) -> None:
    event = Told(topic="invoice", text="Ada Lovelace owes 5 EUR")
    encoded = codec.encode(event, key="k", person="p-ada")
    assert encoded.sealed is not None
    assert b"Lovelace" not in encoded.payload + encoded.sealed
    assert msgspec.json.decode(encoded.payload) == {"type": "Told", "topic": "invoice"}


def test_a_verdict_keeps_its_rules_in_the_open_and_seals_their_reasons(
    codec: Codec, keys: Keys
) -> None:
    verdict = Ask((FiredRule("first-contact", "ask", "The first mail to ada@x.example."),), "1@a")
    event = VerdictGiven(
        action="act-1", sha256="0", phase="proposal", verdict=verdict, input_sha256="0"
    )
    encoded = codec.encode(event, key="k", person="p-eve")
    assert b"ada@" not in encoded.payload
    assert codec.fact(stored(encoded, person="p-eve")).event == event
    keys.forget("p-eve")
    erased = codec.fact(stored(encoded, person="p-eve"))
    assert erased.erased
    assert isinstance(erased.event, VerdictGiven)
    assert erased.event.verdict == Ask((FiredRule("first-contact", "ask", ""),), "1@a")


def test_the_same_event_under_another_key_or_person_is_sealed_differently(codec: Codec) -> None:
    event = Told(topic="invoice", text="five")
    base = codec.encode(event, key="k", person="p-ada").sealed
    assert codec.encode(event, key="k", person="p-ada").sealed == base
    assert codec.encode(event, key="k2", person="p-ada").sealed != base
    assert codec.encode(event, key="k", person="").sealed != base


def test_an_event_without_anything_personal_needs_no_key(codec: Codec, keys: Keys) -> None:
    routed = Routed(fact="f", kind="mail", why="number")
    assert codec.encode(routed, key="k", person="p-without").sealed is None
    assert codec.encode(Told(topic="x"), key="k", person="p-without").sealed is None
    count = "SELECT count(*) FROM person_keys WHERE person = 'p-without'"
    assert keys._store.connection.execute(count).fetchone() == (0,)


def test_an_erased_person_leaves_the_open_part(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path / "keys.db")
    codec = Codec("acme", keys)
    encoded = codec.encode(Told(topic="invoice", text="five"), key="k", person="p-ada")
    keys.forget("p-ada")
    fact = codec.fact(stored(encoded))
    assert fact.erased
    assert fact.event == Told(topic="invoice", text="")
    keys.close()


@pytest.mark.parametrize(
    "event",
    [
        Told(topic=3),  # type: ignore[arg-type]  # the mistake under test
        Told(topic="x", text=None),  # type: ignore[arg-type]  # the mistake under test
        Told(topic="lone \ud800"),
        Told(topic=object()),  # type: ignore[arg-type]  # the mistake under test
    ],
)
def test_an_event_that_could_never_be_read_back_is_refused(codec: Codec, event: Event) -> None:
    with pytest.raises(EventInvalid, match="Told"):
        codec.encode(event, key="k", person="p-ada")


def test_an_unknown_type_is_named(codec: Codec) -> None:
    row = stored(Encoded("TeaServed", 1, b'{"type":"TeaServed"}', None, Told(topic="x")))
    with pytest.raises(UnknownEventType, match="TeaServed"):
        codec.fact(row)


def test_a_newer_schema_is_refused(codec: Codec) -> None:
    row = stored(Encoded("Told", 2, b'{"type":"Told","topic":"x"}', None, Told(topic="x")))
    with pytest.raises(UnknownEventType, match="schema 2"):
        codec.fact(row)


class Greeted(Event, frozen=True, kw_only=True):
    """A made-up event in its third schema: name and tone were one field, then two."""

    schema = 3

    tone: str
    length: int
    name: Personal = ""


STEPS = Upcasters(
    {
        ("Greeted", 1): lambda old: {"type": "Greeted", "name": old.get("who", ""), "tone": "warm"},
        ("Greeted", 2): lambda old: old | {"length": len(old["tone"])},
    }
)


def test_an_old_schema_is_read_as_the_new_one(keys: Keys) -> None:
    codec = Codec("acme", keys, types={"Greeted": Greeted}, upcasters=STEPS)
    sealed = keys.cipher("p-ada").seal(b'{"who":"Ada"}', [b"acme", b"Greeted", b"k"])
    row = stored(Encoded("Greeted", 1, b'{"type":"Greeted"}', sealed, Told(topic="x")))
    assert codec.fact(row).event == Greeted(tone="warm", length=4, name="Ada")


def test_a_missing_step_is_named(keys: Keys) -> None:
    codec = Codec("acme", keys, types={"Greeted": Greeted}, upcasters=Upcasters({}))
    row = stored(Encoded("Greeted", 2, b'{"type":"Greeted","tone":"x"}', None, Told(topic="x")))
    with pytest.raises(UnknownEventType, match="schema 2"):
        codec.fact(row)


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - made aware by `timezones`
def test_a_moment_keeps_its_microseconds(at: datetime) -> None:
    assert moment(microseconds(at)) == at
