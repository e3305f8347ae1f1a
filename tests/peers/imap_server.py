"""A Dovecot of one's own: real IMAP on loopback, mails in a maildir that the test may write to."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from imaplib import IMAP4
from pathlib import Path

USER = "nora@studio-nord.example"
PASSWORD = "a-secret-of-the-mailbox"
MISSING = "Dovecot is not installed (Debian: apt-get install dovecot-imapd)"

_CONFIG = """
base_dir = {folder}/run
log_path = {folder}/log
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {internal_group}
ssl = no
disable_plaintext_auth = no
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
auth_mechanisms = plain
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  mailbox Gesendet {{
    special_use = \\Sent
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def installed() -> bool:
    """Whether this machine has a Dovecot."""
    return shutil.which("dovecot") is not None


@dataclass
class ImapServer:
    """A running server with one mailbox."""

    port: int = 0
    folder: Path = field(init=False)
    _process: subprocess.Popen[bytes] | None = None
    _count: int = 0

    def start(self) -> None:
        """Configure and start it."""
        self.folder = Path(tempfile.mkdtemp(prefix="coo-dovecot-"))
        self.folder.chmod(0o755)
        self.port = self.port or _free_port()
        names = _users()
        for part in ("mail", "home"):
            (self.folder / part).mkdir()
            shutil.chown(self.folder / part, names["user"], names["group"])
        config = _CONFIG.format(folder=self.folder, port=self.port, password=PASSWORD, **names)
        (self.folder / "dovecot.conf").write_text(config)
        self.up()

    def up(self) -> None:
        """Start, with the mails that are there."""
        dovecot = shutil.which("dovecot")
        assert dovecot is not None
        self._process = subprocess.Popen(
            [dovecot, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError, IMAP4.error), IMAP4("127.0.0.1", self.port, timeout=2):
                return
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def down(self) -> None:
        """Stop; every connection is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def end(self) -> None:
        """Stop and remove everything."""
        self.down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, raw: bytes, folder: str = "INBOX", *, flags: str = "") -> None:
        """A mail arrives, as a mail server delivers it: by IMAP's APPEND."""
        with IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(USER, PASSWORD)
            client.create(folder)
            answer, said = client.append(folder, flags, "", raw)  # type: ignore[arg-type]  # now
            assert answer == "OK", said

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each mail in a folder, in order."""
        with IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(USER, PASSWORD)
            client.select(folder, readonly=True)
            _, answer = client.fetch("1:*", "(FLAGS)")
            return [bytes(line).decode() for line in answer if line]

    def renumber(self, folder: str = "INBOX") -> None:
        """The folder is made anew, as after a restored backup: all numbers change."""
        box = self.folder / "mail" / ("" if folder == "INBOX" else f".{folder}")
        for path in (box / "dovecot-uidlist", *box.glob("dovecot.index*")):
            path.unlink(missing_ok=True)
        (self.folder / "mail" / "dovecot-uidvalidity").unlink(missing_ok=True)


def _users() -> dict[str, str]:
    """Whom Dovecot runs as: it serves no mailbox as root."""
    me = pwd.getpwuid(os.geteuid())
    own = grp.getgrgid(me.pw_gid).gr_name
    if me.pw_uid:
        names = {"internal": me.pw_name, "login": me.pw_name, "user": me.pw_name}
        return {**names, "internal_group": own, "group": own}
    names = {"internal": "dovecot", "login": "dovenull", "user": "mail"}
    return {**names, "internal_group": "dovecot", "group": "mail"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
