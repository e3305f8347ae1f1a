"""The data folder: where things lie in it, and whether it can be worked in."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from bot import texts
from bot.company.file import FILE_NAME
from ledger.domain.errors import SettingsInvalid


class Folder(Struct, frozen=True):
    """Where things lie in a data folder; docs/architecture.md says what is disposable.

    `mail` is the mailbox, where that lies elsewhere: then other copies may share it.
    """

    root: Path
    mail: Path | None = None

    @property
    def trouble(self) -> tuple[str, str] | None:
        """Why the folder that is there cannot be worked in and what to do, or None."""
        if not self.root.exists():
            return None
        if not self.root.is_dir():
            return texts.FOLDER_IS_FILE.put(path=self.root)
        if self.mail is not None and not self.mail.is_dir():
            return texts.FOLDER_NO_MAILBOX.put(path=self.mail)
        if not os.access(self.root, os.W_OK | os.X_OK):
            return texts.FOLDER_SHUT.put(path=self.root)
        return None

    def refuse_unusable(self) -> None:
        """Raise `SettingsInvalid` where nothing can be kept here."""
        if found := self.trouble:
            raise SettingsInvalid(*found)

    @property
    def company(self) -> Path:
        return self.root / FILE_NAME

    @property
    def keys(self) -> Path:
        return self.root / "keys.db"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints.db"

    @property
    def memory(self) -> Path:
        return self.root / "memory.db"

    @property
    def mailbox(self) -> Path:
        return self.mail or self.root / "mail"

    @property
    def shared(self) -> bool:
        """Whether the mailbox lies outside, so that another copy may use it too."""
        return not self.mailbox.resolve().is_relative_to(self.root.resolve())

    @property
    def inbox(self) -> Path:
        return self.mailbox / "inbox"

    @property
    def own_mail(self) -> Path:
        """A maildir for copies of what the operator wrote himself."""
        return self.mailbox / "sent"

    @property
    def positions(self) -> Path:
        """How far each folder of an IMAP mailbox was read; it can be read again."""
        return self.root / "mailbox.json"

    @property
    def outbox(self) -> Path:
        return self.mailbox / "out"

    def turns(self, company: str) -> Path:
        """Where the copies of a company note whose turn it is."""
        return self.mailbox / "turns" / company

    @property
    def invoices(self) -> Path:
        return self.root / "invoices"

    @property
    def pictures(self) -> Path:
        """What the console drew; every picture can be drawn again."""
        return self.root / "pictures"

    @property
    def exports(self) -> Path:
        """Books and evidence that were handed over at the machine; all can be made again."""
        return self.root / "exports"

    @property
    def anchors(self) -> Path:
        return self.root / "anchors.txt"

    @property
    def tombstones(self) -> Path:
        return self.root / "erased.txt"

    @property
    def policies(self) -> Path:
        return self.root / "policies"
