"""Where episodes are kept, as the environment says it."""

from __future__ import annotations

import pytest
from weaviate_memory import running

from bot.findings import Health
from bot.settings import Settings
from bot.weaviate_settings import WeaviateSettings
from bot.work.weaviate import WeaviateCheck
from ledger.domain.errors import SettingsInvalid


def settings(**given):
    return Settings.from_env({f"COO_WEAVIATE_{name}": value for name, value in given.items()})


def test_without_a_server_the_data_folder_keeps_the_episodes():
    assert settings().weaviate is None


def test_a_server_is_read_with_its_ports_and_its_key_shows_nowhere():
    read = settings(URL="http://weaviate:8080/", GRPC="weaviate:50051", KEY="sesame").weaviate
    assert (read.url, read.grpc, read.local) == ("http://weaviate:8080", "weaviate:50051", True)
    assert read.key.reveal() == "sesame"
    assert "sesame" not in repr(read)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"URL": "weaviate:8080"}, "COO_WEAVIATE_URL"),
        ({"URL": "http://weaviate.example.com:8080"}, "COO_WEAVIATE_URL"),
        ({"URL": "https://weaviate.example.com", "GRPC": "50051"}, "no HOST:PORT"),
        ({"GRPC": "localhost:50051"}, "COO_WEAVIATE_URL is not"),
        ({"KEY": "sesame"}, "COO_WEAVIATE_URL is not"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_variables_name(given, said):
    with pytest.raises(SettingsInvalid) as refused:
        settings(**given)
    assert said in f"{refused.value.cause} {refused.value.remedy}"
    assert "sesame" not in str(refused.value)


async def test_the_doctor_says_whether_the_server_can_be_used():
    async with running() as server:
        at = WeaviateSettings(url=server.url, grpc=server.grpc, local=True)
        (fine,) = await WeaviateCheck(at, "acme").look()
        await server.stop()
        (gone,) = await WeaviateCheck(at, "acme").look()
    async with running(version="1.30.1") as old:
        at = WeaviateSettings(url=old.url, grpc=old.grpc, local=True)
        (older,) = await WeaviateCheck(at, "acme").look()
    assert (fine.health, gone.health, older.health) == (Health.OK, Health.BROKEN, Health.BROKEN)
    assert "does not answer" in gone.what
    assert "version 1.30.1; Coo needs 1.38 or newer" in older.what
