"""What the dispatcher says of an action: the facts that follow from how its effect went."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from connectors.checks import Held, Moved
from ledger.domain.entities import Action
from ledger.domain.events import (
    ActionFailed,
    ActionSucceeded,
    ActionUnknown,
    ActionWithheld,
    ApprovalSuperseded,
    Event,
    FailureCleared,
    FailureReported,
)
from ledger.domain.facts import Draft, Fact
from ledger.domain.verdicts import Failed, Receipt, Unknown

NAME: Final = "dispatcher"
OWNER: Final = "operator"
OUTCOMES: Final = (
    ActionSucceeded,
    ActionFailed,
    ActionUnknown,
    ActionWithheld,
    ApprovalSuperseded,
)


class Voice(Struct, frozen=True):
    """Speaks of one action, because of one fact."""

    action: Action
    cause: Fact

    def say(self, event: Event, *, key: str = "") -> Draft:
        """A draft; without a key of its own the relay derives one."""
        return Draft(
            case=self.action.case,
            event=event,
            key=key,
            by=NAME,
            cause=self.cause.id,
            person=self.action.person,
        )

    def succeeded(self, n: int, receipt: Receipt, *, was_broken: bool) -> list[Draft]:
        """The receipt; and that it works again, where a failure had been reported."""
        event = ActionSucceeded(action=self.action.id, n=n, receipt=receipt)
        done = [self.say(event, key=self._outcome(n))]
        if was_broken:
            how = f"{self.action.name} went through on try {n}."
            done.append(self.say(FailureCleared(failure=self.action.id, how=how)))
        return done

    def failed(self, n: int, failed: Failed) -> list[Draft]:
        """It certainly did not happen."""
        event = ActionFailed(action=self.action.id, n=n, cause=failed.cause, remedy=failed.remedy)
        what = f"{self.action.name} failed {_after(n)}."
        return [
            self.say(event, key=self._outcome(n)),
            self._report(what, failed.cause, failed.remedy),
        ]

    def unknown(self, n: int, unknown: Unknown) -> list[Draft]:
        """Nobody knows; a person looks."""
        event = ActionUnknown(
            action=self.action.id, n=n, cause=unknown.cause, look_at=unknown.look_at
        )
        what = f"Nobody knows whether {self.action.name} happened."
        return [
            self.say(event, key=self._outcome(n)),
            self._report(what, unknown.cause, unknown.look_at),
        ]

    def withheld(self, held: Held, *, dangling: int = 0) -> list[Draft]:
        """It waits. `dangling` is the try whose end this settles, 0 for none."""
        event = ActionWithheld(
            action=self.action.id, why=held.why, detail=held.detail, remedy=held.remedy
        )
        return [self.say(event, key=self._outcome(dangling))]

    def superseded(self, moved: Moved, *, dangling: int = 0) -> list[Draft]:
        """The approval no longer counts, because the world moved."""
        gone = self.say(
            ApprovalSuperseded(approval=self.action.approval, action=self.action.id, why=moved.why)
        )
        if not dangling:
            return [gone]
        held = Held("superseded", moved.why, "Coo looks afresh and proposes what fits now.")
        return [*self.withheld(held, dangling=dangling), gone]

    def _outcome(self, n: int) -> str:
        """One outcome a try; where none was claimed there is nothing to be unique about."""
        return f"outcome:{self.action.id}:{n}" if n else ""

    def _report(self, what: str, cause: str, remedy: str) -> Draft:
        remedies = (remedy, f"`retry {self.action.id}`", "Say that you did it by hand.")
        event = FailureReported(
            failure=self.action.id,
            what=what,
            cause=cause,
            not_done=f"{self.action.name} ({self.action.id})",
            owner=OWNER,
            remedies=tuple(dict.fromkeys(text for text in remedies if text)),
            evidence=(self.cause.id,),
        )
        return self.say(event)


def _after(n: int) -> str:
    if n == 0:
        return "before anything left"
    return "on the first try" if n == 1 else f"after {n} tries"
