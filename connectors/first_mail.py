"""The first real mail goes to the operator first. Asked right before a mail leaves for real."""

from __future__ import annotations

from ledger.domain.entities import Action
from ledger.domain.folding_actions import is_mail
from ledger.domain.going_live import MODE, Mode
from ledger.domain.reading import Views

_WAITS = "This is the first real mail, so it goes to you first, to {operator}."
_REMEDY = "Look at your mailbox; a card then asks whether it looks right. Approving sends it."


class FirstMail:
    """Only where mail really leaves, and only after `go-live`."""

    def __init__(self, views: Views, operator: str) -> None:
        """`operator`: the operator's own address."""
        self._views, self._operator = views, operator

    async def waits(self, action: Action) -> tuple[str, str] | None:
        """Why this mail waits and what to do, or None where it may leave."""
        mode = await self._views.get(Mode, MODE)
        if mode is None or mode.live_at is None or mode.looked_right or not is_mail(action):
            return None
        return _WAITS.format(operator=self._operator), _REMEDY
