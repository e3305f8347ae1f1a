"""Pictures, long answers as files, and the overview that opens a chat."""

from __future__ import annotations

from typing import Final

PAGE_OF: Final = "{document}, page {page}"
