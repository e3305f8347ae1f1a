"""A PostgreSQL cluster of one's own: in a temporary folder, on a free port of loopback.

The server refuses to run as root, so root hands it to the user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

USER = "postgres"
"""The user of the database, and of the machine where we are root."""

MEMORY = Path("/dev/shm")  # noqa: S108 - a new folder of our own is made in it
ROOM = 4 * 1024**3
"""Bytes: a database takes 8 MB, and the log of a cluster up to 1 GB."""

MISSING = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"


def binaries() -> Path | None:
    """Where initdb and pg_ctl lie: the newest of Debian's, or on the PATH; None: nowhere."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _version(initdb: Path) -> float:
    return float(initdb.parents[1].name)


@dataclass
class PostgresServer:
    """A running cluster. `durable`: whether it waits for the disk as in production."""

    durable: bool = False
    port: int = 0
    folder: Path = field(init=False)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Make the cluster and start it."""
        where = None if self.durable else _memory()
        self.folder = Path(tempfile.mkdtemp(prefix="coo-postgres-", dir=where))
        self.port = _free_port()
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", USER, "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self._up()

    def restart(self) -> None:
        """As an administrator would: every connection is cut off."""
        self.down()
        self._up()

    def down(self) -> None:
        """Stop it; connections are cut off at once."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "fast", "stop")

    def end(self) -> None:
        """Stop it and remove everything."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"coo_{next(self._numbers)}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def _up(self) -> None:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "on" if self.durable else "off",
            "max_connections": 200,
            # A shutdown waits as long for a client that connected and said nothing.
            "authentication_timeout": 2,
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self._data, "-w", "-o", options, "-l", str(log), "start")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, name: str, *arguments: str) -> None:
        found = binaries()
        assert found is not None, MISSING
        command: Sequence[str] = (str(found / name), *arguments)
        if os.geteuid() == 0:
            command = ("runuser", "-u", USER, "--", *command)
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False) \
            if name != "pg_ctl" else _quietly(command)  # fmt: skip
        assert done.returncode == 0, f"{name} failed: {done.stdout}{done.stderr}"


def _memory() -> str | None:
    """A file system in memory with room for a cluster, so that tests do not wait for a disk."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return str(MEMORY)


def _quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The server inherits pg_ctl's outputs: a pipe would never end."""
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, said.read(), "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
