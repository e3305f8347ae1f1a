"""The subscriber `golive`: after `go-live` it asks again what was approved while Coo watched, and
shows the operator the first real mail before anybody else gets it.

It reads the present state and says under keys, so what it has said once it never says otherwise.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from bot.live.words import SPECIMEN_SUBJECT, SPECIMEN_TITLE
from graph.nodes.gate import APPROVAL_LASTS, title_of
from ledger.domain.commands import OutgoingMail, SendSpecimen, command_name, command_sha
from ledger.domain.company import Company
from ledger.domain.entities import EXPIRES, Action, ActionStatus
from ledger.domain.events import (
    ActionProposed,
    ActionSucceeded,
    ActionWithheld,
    AlarmSet,
    ApprovalExpired,
    ApprovalRequested,
    ApprovalSuperseded,
    Approved,
    Event,
    Rejected,
    SpecimenAsked,
    VerdictGiven,
    WentLive,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, message_id, short_id
from ledger.domain.going_live import (
    FIRST_MAIL,
    MODE,
    SPECIMEN,
    WATCHING,
    Mode,
    is_specimen,
)
from ledger.domain.reading import Views
from ledger.domain.values import Provenance, Trust
from policies.gate import Gate

NAME: Final = "golive"
_ENDS = (Approved, Rejected, ApprovalExpired, ApprovalSuperseded)


class Curtain:
    """Implements `Subscriber`."""

    def __init__(self, views: Views, gate: Gate, company: Company) -> None:
        self._views, self._gate, self._company = views, gate, company

    @property
    def name(self) -> str:
        return NAME

    def wants(self, fact: Fact) -> bool:
        """What goes live, what is held because of it, and what becomes of the first mail."""
        match fact.event:
            case WentLive():
                return True
            case ActionWithheld(why=why):
                return why in {WATCHING, FIRST_MAIL}
            case ActionSucceeded(action=action):
                return is_specimen(action)
            case event:
                return isinstance(event, _ENDS)

    async def handle(self, delivery: Delivery) -> Reaction:
        """The cards that are asked again, or the first mail on its way to the operator."""
        fact, mode = delivery.fact, await self._views.get(Mode, MODE)
        if mode is None or mode.live_at is None or mode.watching:
            return Reaction()
        match fact.event:
            case WentLive():
                return Reaction(drafts=await self._asked_again(WATCHING, mode, fact))
            case ActionWithheld(action=name, why=why) if why == FIRST_MAIL:
                return Reaction(drafts=await self._shown(name, mode, fact))
            case ActionWithheld(action=name):
                return Reaction(drafts=await self._one_again(name, mode, fact))
            case ActionSucceeded(action=name) if name == mode.specimen:
                return Reaction(drafts=await self._looked_at(mode, fact))
            case event if isinstance(event, _ENDS) and not mode.specimen and mode.rounds:
                return Reaction(drafts=await self._asked_again(FIRST_MAIL, mode, fact))
            case _:
                return Reaction()

    # --- asked again ------------------------------------------------------------------------------

    async def _asked_again(self, why: str, mode: Mode, fact: Fact) -> tuple[Draft, ...]:
        """A card for each action that is held for this reason; nothing leaves by itself."""
        held = await self._views.find(Action, f"status:{ActionStatus.WITHHELD}")
        since = mode.live_at or fact.at
        return tuple(
            draft
            for action in held
            if action.held == why and action.command is not None
            for draft in _card(action, _title(action), (why, mode.went, mode.rounds), since, fact)
        )

    async def _one_again(self, name: str, mode: Mode, fact: Fact) -> tuple[Draft, ...]:
        """It was decided before go-live and met the dispatcher only after it."""
        action = await self._views.get(Action, name)
        waits = action is not None and action.status is ActionStatus.WITHHELD
        if action is None or not waits or action.command is None:
            return ()
        parts = (WATCHING, mode.went, mode.rounds)
        return _card(action, _title(action), parts, mode.live_at or fact.at, fact)

    # --- the first real mail ----------------------------------------------------------------------

    async def _shown(self, name: str, mode: Mode, fact: Fact) -> tuple[Draft, ...]:
        """To the operator first; a second mail waits until they have said how the first looks."""
        action = await self._views.get(Action, name)
        if mode.specimen or mode.looked_right or action is None:
            return ()
        if action.status is not ActionStatus.WITHHELD:
            return ()
        proposed = self._specimen(action, mode.rounds)
        if proposed is None:
            return ()
        verdict, seen = await self._gate.evaluate(
            action.case, action.person, proposed, phase="proposal"
        )
        given = VerdictGiven(
            action=proposed.action,
            sha256=proposed.sha256,
            phase="proposal",
            verdict=verdict,
            input_sha256=hashlib.sha256(seen.encode()).hexdigest(),
        )
        asked = SpecimenAsked(
            action=action.id,
            specimen=proposed.action,
            approval=short_id("apr", action.id, proposed.action),
        )
        return tuple(_says(action, event, fact) for event in (asked, proposed, given))

    def _specimen(self, action: Action, rounds: int) -> ActionProposed | None:
        """The very text and documents, to the operator's own address, its subject marked."""
        mail = action.command
        if not isinstance(mail, OutgoingMail):
            return None
        command = SendSpecimen(
            contact=mail.contact,
            to=self._company.operator.email,
            subject=SPECIMEN_SUBJECT.format(subject=mail.subject),
            body=mail.body,
            of=action.id,
            attachments=mail.attachments,
        )
        name = short_id(SPECIMEN, action.id, rounds)
        known = Provenance((), Trust.OPERATOR, "the operator's own address in company.yaml")
        return ActionProposed(
            action=name,
            name=command_name(command),
            risk=command.risk.value,
            sha256=command_sha(command),
            agent=NAME,
            provenance={**action.provenance, "to": known},
            message_id=message_id(name, self._company.email.rpartition("@")[2]),
            command=command,
        )

    async def _looked_at(self, mode: Mode, fact: Fact) -> tuple[Draft, ...]:
        """It lies in the operator's mailbox: does it look right?"""
        action = await self._views.get(Action, mode.original)
        if action is None or action.status is not ActionStatus.WITHHELD or action.command is None:
            return ()
        title = SPECIMEN_TITLE.format(title=_title(action))
        return _request(action, mode.approval, title, fact.at, fact)


def _title(action: Action) -> str:
    return title_of(
        ActionProposed(
            action=action.id,
            name=action.name,
            risk=action.risk,
            sha256=action.sha256,
            agent=action.agent,
            provenance={},
            command=action.command,
        )
    )


def _card(
    action: Action, title: str, parts: tuple[str, str, int], since: datetime, fact: Fact
) -> tuple[Draft, ...]:
    """The card of the very same bytes, once for each time that the company went live."""
    return _request(action, short_id("apr", action.id, *parts), title, since, fact)


def _request(
    action: Action, approval: str, title: str, since: datetime, fact: Fact
) -> tuple[Draft, ...]:
    expires = since + APPROVAL_LASTS
    request = ApprovalRequested(
        approval=approval,
        action=action.id,
        sha256=action.sha256,
        expires_at=expires,
        title=title,
    )
    alarm = AlarmSet(alarm=short_id("alm", approval), due=expires, purpose=f"{EXPIRES}{approval}")
    return (
        _says(action, request, fact, key=f"asked:{approval}"),
        _says(action, alarm, fact, key=f"alarm:{approval}"),
    )


def _says(action: Action, event: Event, fact: Fact, *, key: str = "") -> Draft:
    return Draft(
        case=action.case, event=event, key=key, by=NAME, cause=fact.id, person=action.person
    )
