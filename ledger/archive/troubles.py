"""What can be wrong with a backup or an export, in words."""

from __future__ import annotations

from pathlib import Path

from ledger.domain.errors import CooError, InputUnreadable


class WrongPassphrase(InputUnreadable):
    """The passphrase does not open the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The passphrase does not open {path.name!r}.",
            "Nothing was changed. Try it again; without its passphrase nobody can open the file.",
        )


class NotACopy(InputUnreadable):
    """The file is something else."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path.name!r} is not {what} of Coo.",
            "Nothing was changed. Name the file that `coo backup` or `coo export` wrote.",
        )


class CopyDamaged(InputUnreadable):
    """The file was cut or changed after it was written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path.name!r} was cut or changed after it was written: {why}.",
            "Nothing was changed. Fetch the file once more, or take the backup before it.",
        )


class CopyTooNew(InputUnreadable):
    """A later version of Coo wrote the file."""

    def __init__(self, path: Path, found: int) -> None:
        super().__init__(
            f"{path.name!r} has format {found}, which this version of Coo does not know.",
            "Nothing was changed. Install the version that wrote it, or a newer one.",
        )


class WithoutKeys(InputUnreadable):
    """An export that was made without the keys."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name!r} holds, but it was exported without keys: its personal texts could "
            "never be read again.",
            "Nothing was changed. Export it with keys (no --without-keys), or restore a backup.",
        )


class TargetTaken(InputUnreadable):
    """There is something where the copy should go."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{str(path)!r} is not an empty folder, and nothing there is ever overwritten.",
            "Name a folder that does not exist yet with --data, or move that one away first.",
        )


class WouldOverwrite(InputUnreadable):
    """The file to be written is something else than an earlier copy."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{str(path)!r} exists and is nothing that Coo wrote.",
            "Nothing was written. Name another file.",
        )


class AlreadyRuns(CooError):
    """The same work is being done by another process."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is being made by another process.", "Wait until it is through.")


class SourceShrank(CooError):
    """A file became shorter while it was being copied."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} became shorter while it was being copied.",
            "Nothing was kept of this backup. Make it once more.",
        )
