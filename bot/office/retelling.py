"""The office behind an answer that is made again: it looks and says, and orders nothing.

An answer may be rendered long after it was given: when its post leaves after a restart, or when a
button on it is used. Whatever it did is recorded by then; what it did not do then, a stop that
had not been ordered yet or a card that had not been seen, must not be done by reading it again.
"""

from __future__ import annotations

from typing import NoReturn

from bot import texts
from bot.copies.comparing import Differences
from bot.erasure.plan import ErasurePlan
from bot.office.access import Offered, offered_before
from bot.office.live import LiveOffice
from ledger.domain.errors import CooError
from ledger.domain.events import Event
from ledger.domain.pairing import Role


class AnsweredBefore(CooError):
    """What was said has had its answer, so it orders nothing any more."""


class RetellingOffice(LiveOffice):
    """A `LiveOffice` that raises `AnsweredBefore` instead of recording anything."""

    async def pair(self, role: Role, name: str) -> Offered:
        """The code that was made, again; never a new one."""
        unique = self._unique()
        made = await offered_before(self._app, unique)
        return made if made is not None else _refused(role, name)

    async def set_role(self, identity: str, role: Role) -> None:
        _refused(identity, role)

    async def revoke(self, identity: str) -> None:
        _refused(identity)

    async def take_over(self, differences: Differences) -> str:
        _refused(differences)

    async def erase(self, plan: ErasurePlan) -> str:
        _refused(plan)

    async def anchor(self) -> str:
        _refused()

    async def _once(self, event: Event, person: str, key: str = "") -> str:
        _refused(event, person, key)


def _refused(*_asked_for: object) -> NoReturn:
    raise AnsweredBefore(*texts.ANSWERED_BEFORE.put())
