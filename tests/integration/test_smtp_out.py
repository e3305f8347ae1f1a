"""Mail that really leaves, against a server that fails in every way servers do."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from smtp_server import PASSWORD, USER, SmtpServer

from bot.findings import Health
from bot.mail_settings import Mailing
from bot.settings import Secret, Settings
from bot.work.mail_check import MailCheck
from connectors.base import Order
from connectors.mail.compose import Identity
from connectors.mail.parse import read_mail
from connectors.mail.sent import sent_mails
from connectors.mail.server import MailServer, Security
from connectors.mail.smtp import SmtpOut
from connectors.sandbox import BlobsInMemory
from ledger.domain.commands import SendReply
from ledger.domain.verdicts import Failed, Outcome, Succeeded, Unknown

MAIL = SendReply(
    contact="con-1",
    to="zoe@kunde.example",
    subject="Grüße",
    body="Dear Zoë,\n.\nThank you.\n",
    purpose="thanks",
)
ORDER = Order(key="act-1", n=1, case="lead-1", person="p", command=MAIL)


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 22, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        return None


Serve = Callable[..., SmtpServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, and stops them in the end."""
    running: list[SmtpServer] = []

    def started(**how: Any) -> SmtpServer:
        running.append(SmtpServer(**how))
        return running[-1]

    yield started
    for server in running:
        server.close()


def connector(server: SmtpServer, folder: Path, password: str = PASSWORD, **how: Any) -> SmtpOut:
    given = {"security": Security.PLAIN, "timeout": 5.0, **how}
    return SmtpOut(
        MailServer(host="127.0.0.1", port=server.port, **given),
        password,
        copies=folder / "out",
        blobs=BlobsInMemory(),
        sender=Identity("Studio Nord", USER),
        clock=Clock(),
    )


async def sent(server: SmtpServer, folder: Path, **how: Any) -> Outcome:
    return await connector(server, folder, **how).execute(ORDER)


async def test_the_receipt_says_what_the_server_said_and_a_copy_is_kept(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve()
    outcome = await sent(server, tmp_path)
    assert isinstance(outcome, Succeeded)
    assert outcome.receipt.location == "127.0.0.1: 250 2.0.0 queued as 4711"
    (mail,) = server.mails
    assert (mail.sender, mail.recipients) == (USER, ["zoe@kunde.example"])
    read = read_mail(mail.raw)
    assert (read.subject, read.message_id) == ("Grüße", outcome.receipt.reference)
    assert "\n.\n" in read.text, "a line of one dot does not end the mail"
    (copy,) = sent_mails(tmp_path / "out")
    assert (copy.action, copy.message_id) == ("act-1", read.message_id)


@pytest.mark.parametrize(
    ("step", "answer", "retryable"),
    [
        ("MAIL", "451 try later", True),
        ("MAIL", "550 you may not", False),
        ("RCPT", "450 greylisted", True),
        ("RCPT", "550 no such user", False),
        ("DATA", "452 mailbox full", True),
        ("DATA", "554 looks like spam", False),
    ],
)
async def test_a_refusal_is_told_in_the_servers_words_and_nothing_was_sent(
    serve: Serve, tmp_path: Path, step: str, answer: str, retryable: bool
) -> None:
    server = serve(answers={step: answer})
    outcome = await sent(server, tmp_path)
    assert isinstance(outcome, Failed)
    assert answer in outcome.cause
    assert outcome.retryable is retryable
    assert outcome.remedy.startswith("Nothing was sent.")
    assert server.mails == []
    assert list(sent_mails(tmp_path / "out")) == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_a_line_that_breaks_before_the_text_sent_nothing(
    serve: Serve, tmp_path: Path, step: str
) -> None:
    outcome = await sent(serve(answers={step: None}), tmp_path)
    assert isinstance(outcome, Failed)
    assert outcome.retryable


async def test_a_line_that_breaks_after_the_text_leaves_it_open_and_says_where_to_look(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(answers={"DATA": None})
    outcome = await sent(server, tmp_path)
    assert isinstance(outcome, Unknown)
    assert "Sent folder" in outcome.look_at
    (mail,) = server.mails
    assert read_mail(mail.raw).message_id in outcome.look_at


async def test_a_server_that_is_not_there_is_a_failure_that_may_pass(
    serve: Serve, tmp_path: Path
) -> None:
    server = SmtpServer()
    server.close()
    outcome = await sent(server, tmp_path)
    assert isinstance(outcome, Failed)
    assert outcome.retryable
    assert "cannot be reached" in outcome.cause


async def test_a_login_is_used_and_a_wrong_one_is_told_without_the_password(
    serve: Serve, tmp_path: Path, certificate: Path
) -> None:
    server = serve(tls=_server_side(certificate), wants_login=True)
    safe = {"security": Security.TLS, "trust": str(certificate), "user": USER}
    assert isinstance(await sent(server, tmp_path, **safe), Succeeded)
    assert server.mails[0].user == USER
    outcome = await sent(server, tmp_path, password="not-the-password", **safe)
    assert isinstance(outcome, Failed)
    assert not outcome.retryable
    assert "does not accept the login" in outcome.cause
    assert "not-the-password" not in outcome.cause + outcome.remedy


async def test_a_connection_is_made_private_first_where_it_begins_in_the_open(
    serve: Serve, tmp_path: Path, certificate: Path
) -> None:
    server = serve(tls=_server_side(certificate), starttls=True)
    safe = {"security": Security.STARTTLS, "trust": str(certificate)}
    assert isinstance(await sent(server, tmp_path, **safe), Succeeded)
    plain = await sent(serve(), tmp_path, **safe)
    assert isinstance(plain, Failed), "a server that cannot do it gets nothing"


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Serve, tmp_path: Path, certificate: Path
) -> None:
    server = serve(tls=_server_side(certificate))
    outcome = await sent(server, tmp_path, security=Security.TLS)
    assert isinstance(outcome, Failed)
    assert server.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_the_doctor_logs_in_and_sends_nothing(serve: Serve, certificate: Path) -> None:
    server = serve(tls=_server_side(certificate), wants_login=True)
    at = MailServer(
        host="127.0.0.1",
        port=server.port,
        security=Security.TLS,
        user=USER,
        trust=str(certificate),
    )
    found = {}
    for word in (PASSWORD, "not-the-password"):
        mailing = Mailing(server=at, password=Secret(word))
        found[word], _ = await MailCheck(Settings(data=certificate, mailing=mailing)).look()
    assert found[PASSWORD].health is Health.OK
    assert found["not-the-password"].health is Health.BROKEN
    assert "not-the-password" not in str(found["not-the-password"])
    assert server.mails == []
