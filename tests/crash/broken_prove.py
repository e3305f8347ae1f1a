"""A prove of a company with a broken part, in a process of its own; prints the report."""

from __future__ import annotations

import shutil
import sys

import msgspec

from bot.prove.prover import Wanted, proved
from connectors.claims import Attempts
from ledger.domain.claims import Claim, Claimed
from ledger.domain.commands import IssueInvoice
from ledger.domain.entities import Action
from ledger.domain.errors import CooError
from ledger.domain.events import VerdictGiven
from ledger.domain.failpoints import Moment


class Unclaimed:
    """Lets every mail leave without a word on record."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    async def claim(
        self,
        action: Action,
        *,
        n: int,
        connector: str,
        capability: str,
        cause: str,
        verdict: VerdictGiven | None = None,
    ) -> Claim:
        if not isinstance(action.command, IssueInvoice):
            return self.mail(n)
        return await self._attempts.claim(
            action,
            n=n,
            connector=connector,
            capability=capability,
            cause=cause,
            verdict=verdict,
        )

    async def moved(self, action: Action) -> str:
        return await self._attempts.moved(action)

    def mail(self, n: int) -> Claim:
        return Claimed(n=n)


class Forgetful(Unclaimed):
    """Cannot claim a mail at all, so no case ever comes to its end."""

    def mail(self, n: int) -> Claim:
        raise CooError(f"Try {n} cannot be claimed.", "This is a broken part, made for a test.")


if __name__ == "__main__":
    tamper = {"unclaimed": Unclaimed, "forgetful": Forgetful}[sys.argv[1]]
    wanted = Wanted(moments=[Moment.CALL_AFTER, Moment.CARD_AFTER], plays=(), tamper=tamper)
    done = proved(wanted, lambda *_: None)
    shutil.rmtree(done.kept)
    print(msgspec.json.encode(done.report).decode())  # noqa: T201 - see above
