"""What comes back for a mail of ours: the mail itself, a note that somebody is away, our own copy.

Nothing here is ever answered.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from graph.agents.absences import back_on
from graph.desk import Desk, routed, says
from ledger.domain.entities import Action, ActionStatus
from ledger.domain.events import AbsenceNoted, MailBounced, MailReceived
from ledger.domain.facts import Draft, Fact

BOUNCE: Final = "bounce"
"""What a report is routed as that says a mail of ours did not arrive; `MailBounced` says which."""

FAILED: Final = "failed"
_LEFT: Final = frozenset({ActionStatus.ATTEMPTED, ActionStatus.SUCCEEDED, ActionStatus.UNKNOWN})
_AWAY: Final = ("auto-submitted: auto-replied", "auto-reply:", "precedence: auto_reply")
_WORDS: Final = "the server gives no reason"


async def is_our_own(mail: MailReceived, desk: Desk) -> bool:
    """Whether Coo itself sent this very mail, so that it only came round to us again."""
    return bool(mail.message_id and await desk.views.find(Action, f"message:{mail.message_id}"))


async def came_back(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    """A mail of ours that a server could not deliver after all; [] where this tells of none."""
    report = mail.report
    if report is None or report.action != FAILED:
        return []
    action = await _returned(report.about or mail.references, desk)
    if action is None:
        return []
    cause = f"{report.status} {report.said}".strip() if report.said else report.status or _WORDS
    event = MailBounced(
        action=action.id, fact=fact.id, cause=cause, remedy=REMEDY, status=report.status
    )
    why = "It returns a mail that Coo sent."
    return [
        says(fact, event, case=action.case, person=action.person, key=f"bounced:{action.id}"),
        routed(fact, action.case, BOUNCE, why),
    ]


REMEDY: Final = (
    "Correct the address (`address NAME NEW-ADDRESS`), then let it be sent again.\n"
    "Say that you did it by hand."
)


async def _returned(ids: tuple[str, ...], desk: Desk) -> Action | None:
    for name in ids:
        for action in await desk.views.find(Action, f"message:{name}"):
            if action.status in _LEFT and not await desk.erased(action.case):
                return action
    return None


async def absence(fact: Fact, mail: MailReceived, case: str, desk: Desk) -> list[Draft]:
    """That the case's contact is away until a day that their note names; [] where it is no note."""
    if not mail.automatic.startswith(_AWAY) or await desk.sender(case, fact.person) != "same":
        return []
    day: date | None = back_on(f"{mail.subject}\n{mail.text}", fact.at.date())
    if day is None:
        return []
    return [says(fact, AbsenceNoted(fact=fact.id, back_on=day), case=case, person=fact.person)]
