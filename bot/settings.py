"""Settings: the only reader of the environment. Frozen, and passed to whoever needs them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from bot import texts
from bot.chat_settings import (
    CHAT_VARIABLES,
    Listen,
    SlackSettings,
    TelegramSettings,
    listen_at,
    public_url,
    slack_settings,
    telegram_settings,
)
from bot.embedder_settings import (
    EMBEDDER_VARIABLES,
    NONE,
    EmbedderEndpoint,
    embedder_endpoint,
    embedding_named,
)
from bot.mail_settings import MAIL_VARIABLES, Mailing, Reading, mailing, reading
from bot.setting_values import Secret, Variable, is_local, web_address
from bot.stripe_settings import STRIPE_VARIABLES, StripeSettings, stripe_settings
from bot.weaviate_settings import WEAVIATE_VARIABLES, WeaviateSettings, weaviate_settings
from connectors.prices import MILLION, Price
from ledger.domain.errors import SettingsInvalid
from ledger.domain.values import OPERATOR, PLAYBOOK
from ledger.places import on_server

__all__ = [
    "PREFIX",
    "VARIABLES",
    "ModelEndpoint",
    "Secret",
    "Settings",
    "is_local",
    "nearest_variable",
]

PREFIX: Final = "COO_"
HOSTED_MODELS: Final = "https://api.openai.com/v1"
LONGEST_DEADLINE_S: Final = 600.0


VARIABLES: Final = (
    Variable("COO_DATA", "coo-data", "The data folder: ledger, keys, company.yaml, mail."),
    Variable("COO_MAIL", "", "The mailbox: `inbox` and `out`. Empty: `mail` in the data folder."),
    Variable("COO_OPERATOR", "", "Who is speaking here. Default: the operator in company.yaml."),
    Variable(
        "COO_DATABASE_URL",
        "",
        "PostgreSQL for several machines: `postgresql+psycopg://…`. Empty: files in the folder.",
        secret=True,
    ),
    Variable("COO_MODEL", "", "The language model to use. Empty: playbooks, no model."),
    Variable("COO_MODEL_CHEAP", "", "A cheaper model to fall back to. Empty: the same one."),
    Variable("COO_MODEL_BASE_URL", HOSTED_MODELS, "Any OpenAI-compatible endpoint."),
    *EMBEDDER_VARIABLES,
    Variable("COO_MODEL_DEADLINE_S", "30", "Seconds one model call may take, then a fallback."),
    Variable("COO_MODEL_PRICES", "", "`NAME=READ/WRITTEN, …`: USD for a million tokens each."),
    Variable("OPENAI_API_KEY", "", "The key for that endpoint. Never printed.", secret=True),
    *WEAVIATE_VARIABLES,
    *MAIL_VARIABLES,
    *CHAT_VARIABLES,
    *STRIPE_VARIABLES,
)


class ModelEndpoint(Struct, frozen=True, kw_only=True):
    """Where model calls go. `local`: the host is this machine or a private network.

    `prices` are what the operator says that models cost here.
    """

    base_url: str
    model: str
    cheap: str
    deadline_s: float
    local: bool
    key: Secret | None = None
    prices: Mapping[str, Price] = {}

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


class Settings(Struct, frozen=True, kw_only=True):
    """What the environment says. `unknown`: COO_… variables nobody reads, mostly typing slips.

    `mailing` and `reading` are None where mail comes and goes as files.
    `listen` is None where no web server is wanted. `public_url` has no slash at its end.
    `embedder` is "bundled", "openai:…" (reached at `embedding`), or "" where episodes are found by
    their words only.
    """

    data: Path
    mail: Path | None = None
    database: Secret | None = None
    operator: str = ""
    model: ModelEndpoint | None = None
    key_without_model: bool = False
    embedder: str = ""
    embedding: EmbedderEndpoint | None = None
    weaviate: WeaviateSettings | None = None
    mailing: Mailing | None = None
    reading: Reading | None = None
    slack: SlackSettings | None = None
    telegram: TelegramSettings | None = None
    stripe: StripeSettings | None = None
    public_url: str = ""
    listen: Listen | None = None
    unknown: tuple[str, ...] = field(default_factory=tuple)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `environ` (default: the process's). Raises `SettingsInvalid`, naming the variable.

        An empty variable counts as unset.
        """
        given = {k: v.strip() for k, v in (os.environ if environ is None else environ).items()}
        read = {each.name: given.get(each.name) or each.default for each in VARIABLES}
        url = public_url(read)
        return cls(
            data=Path(read["COO_DATA"]).expanduser(),
            mail=Path(read["COO_MAIL"]).expanduser() if read["COO_MAIL"] else None,
            database=_database("COO_DATABASE_URL", read["COO_DATABASE_URL"]),
            operator=read["COO_OPERATOR"],
            model=_endpoint(read),
            key_without_model=bool(read["OPENAI_API_KEY"])
            and not read["COO_MODEL"]
            and embedding_named(read["COO_EMBEDDER"]) is None,
            embedder=_embedder(read["COO_EMBEDDER"]),
            embedding=_embedding(read),
            weaviate=weaviate_settings(read),
            mailing=mailing(read),
            reading=reading(read),
            slack=slack_settings(read, url),
            telegram=telegram_settings(read, url),
            stripe=stripe_settings(read),
            public_url=url,
            listen=listen_at(read, url),
            unknown=_unknown(given),
        )

    def without_keys(self) -> Settings:
        """The same without the way to any model or chat; keys are taken out of the environment."""
        for each in VARIABLES:
            if each.secret:
                os.environ.pop(each.name, None)
        return replace(
            self,
            model=None,
            key_without_model=False,
            embedding=None,
            mailing=None,
            reading=None,
            slack=None,
            telegram=None,
            stripe=None,
            listen=None,
        )


ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""How many threads numpy compares vectors with, read when it is loaded. On two busy cores a second
one gains three milliseconds at best, and waits for its core many times as long at worst."""


def one_thread() -> bool:
    """Let vectors be compared on one thread, unless whoever starts us says otherwise; whether
    this changed anything."""
    new = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(new, "1"))
    return bool(new)


def nearest_variable(name: str) -> str:
    """The known variable most like `name`, or ""."""
    near = get_close_matches(name, [each.name for each in VARIABLES], n=1)
    return near[0] if near else ""


def _unknown(given: Mapping[str, str]) -> tuple[str, ...]:
    known = {each.name for each in VARIABLES}
    return tuple(sorted(k for k in given if k.startswith(PREFIX) and k not in known))


def _database(name: str, value: str) -> Secret | None:
    """The address of a database, which mostly carries a password."""
    if not value:
        return None
    try:
        fits = on_server(value)
    except SettingsInvalid:
        fits = False
    if not fits:
        raise SettingsInvalid(*texts.SETTING_NO_DATABASE.put(name=name))
    return Secret(value)


def _embedder(value: str) -> str:
    embedding_named(value)
    return "" if value == NONE else value


def _embedding(read: Mapping[str, str]) -> EmbedderEndpoint:
    """Always read: another embedder than the configured one may be asked for by name."""
    key = read["OPENAI_API_KEY"]
    return embedder_endpoint(
        read,
        deadline_s=_seconds("COO_MODEL_DEADLINE_S", read["COO_MODEL_DEADLINE_S"]),
        key=Secret(key) if key else None,
        prices=dict(_prices("COO_MODEL_PRICES", read["COO_MODEL_PRICES"])),
    )


def _endpoint(read: Mapping[str, str]) -> ModelEndpoint | None:
    deadline = _seconds("COO_MODEL_DEADLINE_S", read["COO_MODEL_DEADLINE_S"])
    url, local = web_address("COO_MODEL_BASE_URL", read["COO_MODEL_BASE_URL"])
    prices = dict(_prices("COO_MODEL_PRICES", read["COO_MODEL_PRICES"]))
    _refuse_taken(read, "COO_MODEL", "COO_MODEL_CHEAP")
    if not read["COO_MODEL"]:
        return None
    key = read["OPENAI_API_KEY"]
    return ModelEndpoint(
        base_url=url,
        model=read["COO_MODEL"],
        cheap=read["COO_MODEL_CHEAP"] or read["COO_MODEL"],
        deadline_s=deadline,
        local=local,
        key=Secret(key) if key else None,
        prices=prices,
    )


_TAKEN: Final = frozenset({PLAYBOOK, OPERATOR})
"""How the audit names work that no model did; a model of that name could not be told apart."""


def _refuse_taken(read: Mapping[str, str], *names: str) -> None:
    for name in names:
        if read[name].casefold() in _TAKEN:
            raise SettingsInvalid(*texts.SETTING_MODEL_TAKEN.put(name=name, value=read[name]))


_PRICE: Final = re.compile(
    r"(?P<name>[^=,]+)=\s*(?P<read>\d{1,4}(?:\.\d{1,6})?)/(?P<written>\d{1,4}(?:\.\d{1,6})?)"
)


def _prices(name: str, value: str) -> Iterator[tuple[str, Price]]:
    """`big=1.25/10, small=0.25/2` as prices in micro-units of USD."""
    for part in (part.strip() for part in value.split(",") if part.strip()):
        match = _PRICE.fullmatch(part)
        if match is None:
            raise SettingsInvalid(*texts.SETTING_NO_PRICE.put(name=name, part=part))
        read, written = (int(Decimal(match[each]) * MILLION) for each in ("read", "written"))
        yield match["name"].strip(), Price(read, written)


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_DEADLINE_S:
        raise SettingsInvalid(*texts.SETTING_NOT_SECONDS.put(name=name, value=value))
    return seconds
