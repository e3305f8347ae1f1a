"""Errors. Every error Coo raises on purpose says what was wrong and what to do about it."""

from __future__ import annotations

from typing import ClassVar


class CooError(Exception):
    """Base of all errors a person may see: `cause` is what happened, `remedy` what to do."""

    cause: str
    remedy: str
    exit_code: ClassVar[int] = 1

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause} {remedy}")
        self.cause = cause
        self.remedy = remedy


class NotNow(CooError):
    """Something that is needed is away. Whoever raises it can do the same thing later.

    The relay keeps such a fact and tries again until it works: its case does not get stuck.
    """


class CurrencyMismatch(CooError):
    """Two amounts in different currencies were put together."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            f"An amount in {right!r} cannot be combined with one in {left!r}.",
            "Convert it by hand and enter the amount in the case's currency.",
        )


class KeyConflict(CooError):
    """The same idempotency key came with other content."""

    def __init__(self, key: str, existing: str) -> None:
        super().__init__(
            f"The key {key!r} already belongs to fact {existing!r} with other content.",
            "Nothing was written. Send the new content under a key of its own.",
        )
        self.key = key
        self.existing = existing


class StaleCursor(CooError):
    """Another process moved this subscriber's cursor first; its work stands, ours is dropped."""

    def __init__(self, subscriber: str, case: str, expected: int, found: int) -> None:
        super().__init__(
            f"Subscriber {subscriber!r} of case {case!r} was at {found}, not at {expected}.",
            "Nothing was written. The delivery is repeated from the new position.",
        )


class ChainBroken(CooError):
    """A stored row does not match the hash chain."""

    def __init__(self, seq: int, fact: str, reason: str) -> None:
        super().__init__(
            f"Row {seq} (fact {fact!r}) breaks the chain: {reason}.",
            "Coo writes nothing more. Restore the last backup, or ask support with this line.",
        )
        self.seq = seq
        self.fact = fact
        self.reason = reason


class FactUnreadable(CooError):
    """The stored bytes of a fact are not what was written."""

    def __init__(self, seq: int, fact: str, why: str) -> None:
        super().__init__(
            f"Row {seq} (fact {fact!r}) of the ledger cannot be read: {why}.",
            "`coo verify` names the first bad row. Restore the last backup, or ask support.",
        )


class UnknownFact(CooError):
    """No fact with that id."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"There is no fact {fact!r}.", "Look the id up with `audit CASE`.")


class UnknownEventType(CooError):
    """The ledger holds an event this version cannot read."""

    def __init__(self, name: str, schema: int) -> None:
        super().__init__(
            f"This version of Coo cannot read events of type {name!r}, schema {schema}.",
            "Install the version that wrote this ledger, or a newer one.",
        )


class FolderLocked(CooError):
    """Another process already runs the subscribers of this data folder."""

    def __init__(self, folder: str, holder: str) -> None:
        super().__init__(
            f"The data folder {folder!r} is already run by {holder}.",
            "Use that process, or stop it first; `coo chat` and `coo ingest` may run beside it.",
        )


class SettingsInvalid(CooError):
    """A setting or a configuration file cannot be used."""

    exit_code = 2


class InputUnreadable(CooError):
    """Something that came in could not be read at all."""

    exit_code = 2


class PolicyInvalid(CooError):
    """A rule file was refused; the last good rules stay in force."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(
            f"{file}:{line}: {reason}.",
            "Mend that line; until then the last good rules stay in force.",
        )
        self.file = file
        self.line = line
        self.reason = reason


class CommandInvalid(CooError):
    """A command or an edit of one does not hold together."""


class WorldUnreachable(CooError):
    """Code that may only read records tried to reach the world (a replay, a dry run)."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not recorded, and a replay cannot reach the world.",
            "This is a divergence: the code asks for something the record does not hold.",
        )


class BlobMissing(CooError):
    """A stored document is gone."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"The document {sha256[:12]!r} is not in the store.",
            "It was erased or the folder `blobs` is incomplete; restore it from a backup.",
        )
