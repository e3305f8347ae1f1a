"""Anchors: the head of the chain in one signed line that the operator keeps elsewhere.

A chain alone cannot show that its end was cut off: what is left is a sound chain. A line that
names a fact and its hash, kept outside of the folder, can: the chain must still pass through it.

    coo-anchor 1 COMPANY DATE SEQ HASH KEY SIGNATURE
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct
from sqlalchemy import Connection, select

from ledger.chain import Head
from ledger.domain.errors import ChainBroken, CooError
from ledger.durable_files import sync_folder
from ledger.seal import Keys
from ledger.store import Ledger
from ledger.tables import FACTS

FILE_NAME: Final = "anchors.txt"
MARK: Final = "coo-anchor"

_VERSION: Final = "1"
_FIELDS: Final = 8
_SEED: Final = "anchor"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_KEY: Final = re.compile(r"[0-9a-f]{16}")
_MOST_BYTES: Final = 4 * 1024 * 1024
_WHOLE: Final = (
    "Give the whole line as Coo wrote it (it begins with `coo-anchor`), or the file `anchors.txt`."
)


class AnchorUnreadable(CooError):
    """A line is no anchor, or was changed since it was signed."""

    exit_code = 2


class AnchorForeign(CooError):
    """A line is a sound anchor of something else."""

    exit_code = 2


class AnchorMissed(ChainBroken):
    """The chain holds, but does not pass through a head that was anchored."""

    def __init__(self, seq: int, fact: str, reason: str, cause: str) -> None:
        super().__init__(seq, fact, reason)
        CooError.__init__(
            self,
            cause,
            "Somebody or something took facts away. Stop Coo, keep this folder as it is, and "
            "restore the last backup.",
        )


class Anchor(Struct, frozen=True):
    """A head that was written down: by `day`, `seq` facts were there, the last with this hash."""

    company: str
    day: date
    seq: int
    hash: bytes
    key: str
    signature: bytes

    @property
    def line(self) -> str:
        """The line as the operator receives it."""
        signature = base64.urlsafe_b64encode(self.signature).rstrip(b"=").decode()
        return f"{self._signed()} {signature}"

    def _signed(self) -> str:
        told = f"{self.company} {self.day.isoformat()} {self.seq} {self.hash.hex()}"
        return f"{MARK} {_VERSION} {told} {self.key}"

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is of."""
        return self._signed().encode()


class Signer:
    """Signs the heads of one company, with a key that its file of keys determines."""

    def __init__(self, keys: Keys, company: str) -> None:
        self._secret = Ed25519PrivateKey.from_private_bytes(keys.derived(f"{_SEED}:{company}"))
        self._public = self._secret.public_key()
        self._company = company
        raw = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._key = hashlib.sha256(raw).hexdigest()[:16]

    def anchor(self, head: Head, day: date) -> Anchor:
        """The signed line of a head."""
        bare = Anchor(self._company, day, head.seq, head.hash, self._key, b"")
        return Anchor(
            self._company, day, head.seq, head.hash, self._key, self._secret.sign(bare.signed)
        )

    def check(self, anchor: Anchor) -> None:
        """Raise `AnchorForeign` or `AnchorUnreadable` where we did not sign exactly this."""
        if anchor.company != self._company:
            raise AnchorForeign(
                f"This anchor is of the company {anchor.company!r}, and this is {self._company!r}.",
                "Check it against the data folder of that company.",
            )
        if anchor.key != self._key:
            raise AnchorForeign(
                f"This anchor was signed with another key ({anchor.key}, here it is {self._key}).",
                "It belongs to another data folder, or `keys.db` here is not the one it was made "
                "with. Restore that one, or check the anchor where it was made.",
            )
        try:
            self._public.verify(anchor.signature, anchor.signed)
        except InvalidSignature as error:
            raise AnchorUnreadable(
                f"The signature does not fit the anchor of {anchor.day} (fact {anchor.seq}): a "
                "sign of the line was mistyped or changed.",
                f"Nothing was compared. {_WHOLE}",
            ) from error


class Anchored(Struct, frozen=True):
    """The head that a walk came to, and the newest anchor that it passed through."""

    head: Head
    newest: Anchor | None


def read_anchors(text: str) -> tuple[Anchor, ...]:
    """The anchors in a line, or in a file with one a line. Raises `AnchorUnreadable`."""
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise AnchorUnreadable("There is no anchor in it.", _WHOLE)
    several = len(lines) > 1
    return tuple(_read(line, f" in line {number}" if several else "") for number, line in lines)


def anchors_from(said: str) -> tuple[Anchor, ...]:
    """The anchors of a line, or of the file of that name. Raises `AnchorUnreadable`."""
    if said.count(MARK) == 1:
        return read_anchors(" ".join(said.split()))  # a terminal may have broken it into lines
    if MARK in said:
        return read_anchors(said)
    path = Path(said).expanduser()
    try:
        with path.open("rb") as file:
            return read_anchors(file.read(_MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        shown = said if len(said) <= 60 else f"{said[:60]}…"  # noqa: PLR2004  # a screen's width
        raise AnchorUnreadable(
            f"{shown!r} is neither an anchor nor a file that can be read.", _WHOLE
        ) from error


async def check_anchors(ledger: Ledger, keys: Keys, anchors: Sequence[Anchor]) -> Anchored:
    """Walk the whole chain, and find every anchored head in it.

    Raises `ChainBroken` where the chain does not hold, is shorter than it was, or became another;
    `AnchorForeign` and `AnchorUnreadable` before anything is compared.
    """
    signer = Signer(keys, ledger.company)
    for anchor in anchors:
        signer.check(anchor)
    head = await ledger.verify()
    await ledger.read(lambda connection: _compare(connection, ledger.company, head, anchors))
    return Anchored(head, max(anchors, key=lambda each: each.seq, default=None))


def keep_line(folder: Path, anchor: Anchor) -> Path:
    """Add a line to `anchors.txt`, durably; the same line twice is there once."""
    path = folder / FILE_NAME
    known = path.read_text("utf-8").splitlines() if path.exists() else []
    if anchor.line in known:
        return path
    with path.open("a", encoding="utf-8") as file:
        # A crash may have left the last line without its end.
        cut = path.stat().st_size and not path.read_bytes().endswith(b"\n")
        file.write(f"{chr(10) if cut else ''}{anchor.line}\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    return path


def _read(line: str, where: str) -> Anchor:
    parts = line.split()
    if parts[0] != MARK:
        raise AnchorUnreadable(f"There is something else than an anchor{where}.", _WHOLE)
    if len(parts) > 1 and parts[1] != _VERSION:
        raise AnchorUnreadable(
            f"The anchor{where} is of kind {parts[1]!r}, which this version does not know.",
            "Check it with the version of Coo that wrote it, or a newer one.",
        )
    if len(parts) != _FIELDS:
        problem = "cut short" if len(parts) < _FIELDS else "longer than it should be"
        raise AnchorUnreadable(f"The anchor{where} is {problem}.", _WHOLE)
    try:
        return _anchor(parts)
    except (ValueError, binascii.Error) as error:
        raise AnchorUnreadable(f"The anchor{where} is mistyped: {error}.", _WHOLE) from error


def _anchor(parts: list[str]) -> Anchor:
    _, _, company, day, seq, digest, key, signature = parts
    if not seq.isascii() or not seq.isdigit():
        raise ValueError(f"{seq!r} is no number of a fact")
    if not _HASH.fullmatch(digest):
        raise ValueError("its hash does not have 64 hexadecimal digits")
    if not _KEY.fullmatch(key):
        raise ValueError("the name of its key does not have 16 hexadecimal digits")
    padded = signature + "=" * (-len(signature) % 4)
    return Anchor(
        company,
        date.fromisoformat(day),
        int(seq),
        bytes.fromhex(digest),
        key,
        base64.b64decode(padded, altchars=b"-_", validate=True),
    )


def _compare(connection: Connection, company: str, head: Head, anchors: Sequence[Anchor]) -> None:
    row = FACTS.c
    for anchor in sorted(anchors, key=lambda each: each.seq):
        query = select(row.fact_id, row.hash).where(row.company == company, row.seq == anchor.seq)
        found = connection.execute(query).first()
        if found is None and anchor.seq > head.seq:
            raise _cut(anchor, head)
        if anchor.seq and (found is None or bytes(found[1]) != anchor.hash):
            fact = "" if found is None else str(found[0])
            raise _other(anchor, fact)


def _cut(anchor: Anchor, head: Head) -> AnchorMissed:
    gone = anchor.seq - head.seq
    missing = "1 fact is missing" if gone == 1 else f"{gone} facts are missing"
    there = f"on {anchor.day} there were {anchor.seq} facts, and here are {head.seq}"
    return AnchorMissed(
        head.seq + 1, "", "cut tail", f"The end of the chain was cut off: {there}. {missing}."
    )


def _other(anchor: Anchor, fact: str) -> AnchorMissed:
    cause = (
        f"This is another history: on {anchor.day} fact {anchor.seq} was not the one that is here. "
        "The chain was written anew from there, or from somewhere before."
    )
    return AnchorMissed(anchor.seq, fact, "another history", cause)
