"""How a chat is set up by the environment, and what of it is refused."""

from __future__ import annotations

import pytest

from bot.chat_settings import Listen
from bot.settings import Settings
from bot.work.talking import half_set
from ledger.domain.errors import SettingsInvalid

SLACK = {"COO_SLACK_BOT_TOKEN": "xoxb-1-very-secret", "COO_SLACK_APP_TOKEN": "xapp-1-very-secret"}
TELEGRAM = {"COO_TELEGRAM_TOKEN": "123456:ABC-very_secret"}
PUBLIC = {"COO_PUBLIC_URL": "https://coo.example/"}


def test_without_a_token_there_is_no_chat_and_no_web_server() -> None:
    settings = Settings.from_env({})
    assert (settings.slack, settings.telegram, settings.listen) == (None, None, None)


def test_slack_comes_by_socket_mode_unless_a_signing_secret_and_a_public_address_are_set() -> None:
    socket = Settings.from_env(SLACK).slack
    signed = Settings.from_env(SLACK | {"COO_SLACK_SIGNING_SECRET": "s"}).slack
    http = Settings.from_env(SLACK | PUBLIC | {"COO_SLACK_SIGNING_SECRET": "s"}).slack
    assert [each is not None and each.over_http for each in (socket, signed, http)] == [
        False,
        False,
        True,
    ]


def test_a_bot_token_alone_lets_slack_post_but_hears_nothing() -> None:
    slack = Settings.from_env({"COO_SLACK_BOT_TOKEN": "xoxb-1"}).slack
    assert slack is not None
    assert not slack.complete


def test_telegram_comes_by_webhook_only_with_a_secret() -> None:
    polled = Settings.from_env(TELEGRAM | PUBLIC).telegram
    hooked = Settings.from_env(TELEGRAM | PUBLIC | {"COO_TELEGRAM_SECRET": "mine"}).telegram
    assert polled is not None
    assert hooked is not None
    assert not polled.by_webhook
    assert hooked.by_webhook
    assert hooked.public_url == "https://coo.example"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (TELEGRAM | PUBLIC, ["COO_TELEGRAM_SECRET is not"]),
        (TELEGRAM | PUBLIC | {"COO_TELEGRAM_SECRET": "mine"}, []),
        (TELEGRAM, []),
        ({"COO_SLACK_BOT_TOKEN": "xoxb-1"}, ["hears nothing"]),
        (SLACK, []),
    ],
)
def test_a_chat_that_is_set_up_by_half_says_so_at_the_start(
    environ: dict[str, str], said: list[str]
) -> None:
    told = list(half_set(Settings.from_env(environ)))
    assert len(told) == len(said)
    assert all(part in line for part, line in zip(said, told, strict=True))


@pytest.mark.parametrize(
    ("value", "listens"),
    [
        ("8080", Listen("127.0.0.1", 8080)),
        (":0", Listen("127.0.0.1", 0)),
        ("0.0.0.0:80", Listen("0.0.0.0", 80)),  # noqa: S104 - asked for by name
        ("[::1]:9000", Listen("::1", 9000)),
    ],
)
def test_the_web_server_listens_on_this_machine_alone_unless_a_host_is_named(
    value: str, listens: Listen
) -> None:
    assert Settings.from_env({"COO_LISTEN": value}).listen == listens


def test_a_public_address_alone_starts_the_web_server_behind_it() -> None:
    assert Settings.from_env(PUBLIC).listen == Listen("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COO_SLACK_BOT_TOKEN", "xapp-hunter2"),
        ("COO_SLACK_APP_TOKEN", "xoxb-hunter2"),
        ("COO_TELEGRAM_TOKEN", "hunter2"),
        ("COO_TELEGRAM_SECRET", "hunter2!"),
        ("COO_SLACK_API", "https://me:hunter2@slack.com/api"),
        ("COO_PUBLIC_URL", "https://coo.example/?key=hunter2"),
    ],
)
def test_a_token_in_the_wrong_place_is_named_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_env({name: value})
    assert name in caught.value.cause
    assert caught.value.remedy
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["here", "localhost:", "1.2.3.4:99999", "a b:80"])
def test_a_place_to_listen_at_that_is_none_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(SettingsInvalid, match="COO_LISTEN") as caught:
        Settings.from_env({"COO_LISTEN": value})
    assert "127.0.0.1:8080" in caught.value.remedy


def test_no_setting_shows_a_token() -> None:
    settings = Settings.from_env(SLACK | TELEGRAM)
    assert "very-secret" not in repr(settings)
    assert "very_secret" not in repr(settings)


def test_a_process_that_is_to_reach_nothing_reaches_no_chat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COO_TELEGRAM_TOKEN", "123456:ABC")
    apart = Settings.from_env().without_keys()
    assert (apart.slack, apart.telegram) == (None, None)
    assert Settings.from_env().telegram is None
