"""What stands on the first real mail and on its card."""

from __future__ import annotations

from typing import Final

SPECIMEN_SUBJECT: Final = "[First real mail, to you first] {subject}"
SPECIMEN_TITLE: Final = "First real mail, see the copy in your mailbox: does it look right? {title}"
