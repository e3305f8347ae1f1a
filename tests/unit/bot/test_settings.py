from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.embedder_settings import HostedEmbedding, embedding_named
from bot.settings import VARIABLES, Secret, Settings, is_local, nearest_variable
from connectors.mail.server import Security
from connectors.prices import Price
from ledger.domain.errors import SettingsInvalid

ROOT = Path(__file__).parents[3]


def test_with_an_empty_environment_nothing_leaves_the_machine() -> None:
    settings = Settings.from_env({})
    assert settings.model is None
    assert settings.data == Path("coo-data")


def test_a_key_alone_does_not_switch_a_model_on() -> None:
    settings = Settings.from_env({"OPENAI_API_KEY": "sk-1"})
    assert settings.model is None
    assert settings.key_without_model


def test_naming_a_model_switches_it_on_with_its_fallback() -> None:
    settings = Settings.from_env(
        {
            "COO_MODEL": "big",
            "COO_MODEL_BASE_URL": "http://localhost:11434/v1/",
            "COO_MODEL_DEADLINE_S": "2.5",
        }
    )
    assert settings.model is not None
    assert settings.model.cheap == "big"
    assert settings.model.base_url == "http://localhost:11434/v1"
    assert settings.model.host == "localhost:11434"
    assert settings.model.local
    assert settings.model.deadline_s == 2.5


def test_a_secret_is_never_shown() -> None:
    settings = Settings.from_env({"COO_MODEL": "m", "OPENAI_API_KEY": "sk-very-secret"})
    assert settings.model is not None
    assert settings.model.key is not None
    assert settings.model.key.reveal() == "sk-very-secret"
    for shown in (repr(settings), str(settings.model.key), f"{settings.model}"):
        assert "very-secret" not in shown


def test_secrets_compare_by_value_and_only_with_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_the_prices_of_models_are_read_in_dollars_for_a_million_tokens() -> None:
    settings = Settings.from_env({"COO_MODEL": "m", "COO_MODEL_PRICES": "m=1.25/10, tiny = 0/0.5"})
    assert settings.model is not None
    assert settings.model.prices == {"m": Price(1_250_000, 10_000_000), "tiny": Price(0, 500_000)}


@pytest.mark.parametrize("value", ["m", "m=1", "m=1/x", "=1/2", "m=-1/2", "m=1/2/3", "m=1e9/1"])
def test_a_price_that_is_none_names_the_part_and_the_remedy(value: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_env({"COO_MODEL_PRICES": f"ok=1/2, {value}"})
    assert repr(value) in caught.value.cause
    assert "gpt-5-mini=0.25/2" in caught.value.remedy


@pytest.mark.parametrize("name", ["COO_MODEL", "COO_MODEL_CHEAP"])
def test_a_model_may_not_be_named_like_work_that_no_model_did(name: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env({"COO_MODEL": "m", name: "Playbook"})
    assert name in refused.value.cause


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "inf", "601"])
def test_a_deadline_that_is_no_time_names_variable_value_and_remedy(value: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_env({"COO_MODEL_DEADLINE_S": value})
    assert "COO_MODEL_DEADLINE_S" in caught.value.cause
    assert repr(value) in caught.value.cause
    assert "30" in caught.value.remedy


@pytest.mark.parametrize(
    "value", ["localhost:11434", "ftp://x", "http://", "http://[::1", "http://x:y"]
)
def test_an_address_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingsInvalid, match="COO_MODEL_BASE_URL"):
        Settings.from_env({"COO_MODEL_BASE_URL": value})


def test_a_password_in_the_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_env({"COO_MODEL_BASE_URL": "https://me:hunter2@models.example/v1"})
    assert "hunter2" not in str(caught.value)


def test_plain_http_is_only_for_machines_close_by() -> None:
    with pytest.raises(SettingsInvalid, match="in the clear"):
        Settings.from_env({"COO_MODEL_BASE_URL": "http://models.example/v1"})


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.7", True),
        ("ollama", True),
        ("printer.local", True),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("::ffff:10.0.0.7", True),
        ("models.example", False),
    ],
)
def test_only_private_hosts_count_as_local(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_a_typing_slip_in_a_variable_is_noticed_and_the_nearest_named() -> None:
    settings = Settings.from_env({"COO_MODLE": "big"})
    assert settings.unknown == ("COO_MODLE",)
    assert nearest_variable("COO_MODLE") == "COO_MODEL"


def test_every_setting_is_documented_and_nothing_else() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([A-Z_]+)` \|", page, flags=re.MULTILINE)
    assert documented == [each.name for each in VARIABLES]
    for each in VARIABLES:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{each.name}` |"))
        assert each.default in row
        assert each.meaning in row


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        path.relative_to(ROOT)
        for room in ("bot", "graph", "memory", "ledger", "connectors", "policies")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"os\.environ|getenv", path.read_text(encoding="utf-8"))
    ]
    assert readers == [Path("bot/settings.py")]


@pytest.mark.parametrize(
    ("value", "name", "dimensions", "shorten"),
    [
        ("openai:text-embedding-3-small", "text-embedding-3-small", 1536, False),
        ("openai:text-embedding-3-large:1024", "text-embedding-3-large", 1024, True),
        ("openai:nomic-embed-text:768", "nomic-embed-text", 768, False),
        ("openai:qwen3-embedding:0.6b:1024", "qwen3-embedding:0.6b", 1024, False),
    ],
)
def test_an_embedder_is_named_with_its_model_and_its_size(
    value: str, name: str, dimensions: int, shorten: bool
) -> None:
    settings = Settings.from_env({"COO_EMBEDDER": value})
    assert settings.embedder == value
    assert embedding_named(value) == HostedEmbedding(
        name=name, dimensions=dimensions, shorten=shorten
    )


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("magic", "no such embedder"),
        ("openai:", "no such embedder"),
        ("openai:two words:64", "no such embedder"),
        ("openai:nomic-embed-text", "nobody knows how many numbers"),
        ("openai:text-embedding-3-small:4000", "makes at most 1536"),
        ("openai:nomic-embed-text:9999", "makes at most 4096"),
    ],
)
def test_an_embedder_that_is_none_names_the_variable_and_the_remedy(value: str, says: str) -> None:
    with pytest.raises(SettingsInvalid, match=says) as caught:
        Settings.from_env({"COO_EMBEDDER": value})
    assert "COO_EMBEDDER" in str(caught.value)
    assert caught.value.remedy


def test_an_embedder_may_stand_elsewhere_than_the_model_and_takes_the_same_key() -> None:
    read = {"COO_EMBEDDER": "openai:m:64", "OPENAI_API_KEY": "sk-1"}
    settings = Settings.from_env({**read, "COO_EMBEDDER_BASE_URL": "http://localhost:11434/v1"})
    assert settings.embedding is not None
    assert (settings.embedding.host, settings.embedding.local) == ("localhost:11434", True)
    assert settings.embedding.key == Secret("sk-1")
    assert not settings.key_without_model
    assert not Settings.from_env(read).embedding.local  # type: ignore[union-attr]  # set with any
    assert settings.without_keys().embedding is None


def test_a_mailbox_and_a_mail_server_are_named_by_address_and_never_with_a_password() -> None:
    settings = Settings.from_env(
        {
            "COO_SMTP": "smtps://nora@studio.example@mail.example.com",
            "COO_SMTP_PASSWORD": "hush-hush",
            "COO_IMAP": "imap://nora%40studio.example@mail.example.com:1143",
            "COO_IMAP_FOLDERS": "INBOX, Requests/New ,",
        }
    )
    out, read = settings.mailing, settings.reading
    assert out is not None
    assert read is not None
    assert (str(out.server), out.server.security) == ("mail.example.com:465", Security.TLS)
    assert out.server.user == read.server.user == "nora@studio.example"
    assert (str(read.server), read.server.security) == (
        "mail.example.com:1143",
        Security.STARTTLS,
    )
    assert read.folders == ("INBOX", "Requests/New")
    assert read.password == Secret("hush-hush")
    assert "hush-hush" not in repr(settings)
    apart = settings.without_keys()
    assert (apart.mailing, apart.reading) == (None, None)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("COO_SMTP", "mail.example.com", "no address of a mail server"),
        ("COO_SMTP", "imaps://me@mail.example.com", "no address of a mail server"),
        ("COO_SMTP", "smtps://me@mail.example.com:99999", "no address of a mail server"),
        ("COO_SMTP", "smtps://me:secret@mail.example.com", "carries a user name, a password"),
        ("COO_IMAP", "imaps://mail.example.com", "names no user"),
        ("COO_IMAP", "imaps://me@mail.example.com", "there is no password"),
        ("COO_MAIL_TRUST", "/nowhere.pem", "no such file"),
    ],
)
def test_a_mail_server_that_is_none_names_the_variable_and_the_remedy(
    name: str, value: str, says: str
) -> None:
    server = {"COO_SMTP": "smtps://me@mail.example.com"}
    with pytest.raises(SettingsInvalid, match=says) as caught:
        Settings.from_env({**server, name: value})
    assert name in str(caught.value)
    assert "secret" not in caught.value.cause


def test_mail_is_sent_in_the_open_only_to_this_very_machine() -> None:
    for host, security in (
        ("localhost:1025", Security.PLAIN),
        ("127.0.0.1:1025", Security.PLAIN),
        ("192.168.1.5", Security.STARTTLS),
    ):
        mailing = Settings.from_env({"COO_SMTP": f"smtp://{host}"}).mailing
        assert mailing is not None
        assert mailing.server.security is security
