"""However chats are paired, lowered, revoked and tapped in: only who may at that moment decides.

The model knows of identities only what was ordered, and foretells what becomes of each tap.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from machine import MEMORY
from rehearsal import Rehearsal

from bot.channel import Verb
from bot.chat.inbound import ChatDoor
from bot.office.access import NotAllowed, NotPaired, Offered
from bot.office.live import LiveOffice
from bot.work.worker import Looking
from ledger.domain.entities import Approval
from ledger.domain.events import (
    Approved,
    AttemptStarted,
    ChatKind,
    ChatPaired,
    ChatReceived,
    Tapped,
    TapRefused,
)
from ledger.domain.pairing import WRONG_CODES_AN_HOUR, Role
from ledger.domain.values import DESK
from ledger.replay import refold

T = TypeVar("T")

USERS = [("telegram", "1"), ("telegram", "2"), ("slack", "1")]
ANY = st.integers(0, 7)
ROLES = st.sampled_from(list(Role))
CONSOLE = ""


@dataclass
class Known:
    """An identity as the model has it."""

    role: Role
    user: tuple[str, str]
    active: bool = True


@dataclass
class Code:
    """A code that was shown. `by` is the identity that showed it."""

    offered: Offered
    by: str
    used: bool = False


@dataclass
class Model:
    """Who may do what, by the orders alone."""

    identities: dict[str, Known] = field(default_factory=dict)
    codes: list[Code] = field(default_factory=list)
    queue: list[tuple[Any, ...]] = field(default_factory=list)
    guesses: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)

    def role(self, by: str) -> Role | None:
        if by == CONSOLE:
            return Role.OWNER
        known = self.identities.get(by)
        return known.role if known and known.active else None

    def owns(self, by: str) -> bool:
        return self.role(by) is Role.OWNER

    def paired(self, user: tuple[str, str]) -> bool:
        return any(each.active and each.user == user for each in self.identities.values())

    def settles(self, now: datetime, made: list[str]) -> None:
        """What was queued is decided, in order and with what holds now. `made`: new identities."""
        for step, *rest in self.queue:
            if step == "tap":
                self._tap(*rest)
            else:
                self._types(*rest, now=now, made=made)
        self.queue.clear()

    def _tap(self, fact: str, by: str, approval: str) -> None:
        role = self.role(by)
        counts = role is not None and role.may(Role.APPROVER) and approval not in self.decided
        self.answers[fact] = counts
        if counts:
            self.decided[approval] = fact

    def _types(
        self, code: Code | None, user: tuple[str, str], *, now: datetime, made: list[str]
    ) -> None:
        if self.paired(user):
            return
        recent = [at for at in self.guesses.get(user, []) if now - at < timedelta(hours=1)]
        if len(recent) >= WRONG_CODES_AN_HOUR:
            return
        good = code is not None and not code.used and now < code.offered.expires_at
        if code is None or not good or not self.owns(code.by):
            self.guesses.setdefault(user, []).append(now)
            return
        code.used = True
        self.identities[made.pop(0)] = Known(role=code.offered.role, user=user)


class AnyAccess(RuleBasedStateMachine):
    """One history of who may speak."""

    def __init__(self) -> None:
        super().__init__()
        place = MEMORY if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="any-access-", dir=place))
        self.runner = asyncio.Runner()
        self.model = Model()
        self.numbers = 0
        self.known = 0
        self.company: Rehearsal

    def run(self, doing: Awaitable[T]) -> T:
        async def done() -> T:
            return await doing

        return self.runner.run(done())

    @initialize(roles=st.tuples(ROLES, ROLES, ROLES))
    def begins(self, roles: tuple[Role, ...]) -> None:
        """A company with cards that wait, and three people who are paired."""
        self.company = Rehearsal(self.folder / "company")
        self.run(self.company.begin())
        for customer in range(3):
            self.run(self.company.lead(customer))
            self.run(self.company.settle())
        for user, role in zip(USERS, roles, strict=True):
            self.shows_a_code(0, role)
            self.types_a_code(0, user, right=True)
        self.settles()

    def office(self, by: str) -> LiveOffice:
        known = self.model.identities.get(by)
        channel = known.user[0] if known else "console"
        app = self.company.app
        return LiveOffice(app, Looking(app), operator="Nora Lindt", channel=channel, by=by)

    def somebody(self, which: int) -> str:
        names = [CONSOLE, *self.model.identities]
        return names[which % len(names)]

    # --- what people do --------------------------------------------------------------------------

    @rule(which=ANY, role=ROLES)
    def shows_a_code(self, which: int, role: Role) -> None:
        by = self.somebody(which)
        if not self.model.owns(by):
            with pytest.raises(NotAllowed):
                self.run(self.office(by).pair(role, "Nora Lindt"))
            return
        self.model.codes.append(Code(self.run(self.office(by).pair(role, "Nora Lindt")), by))

    @rule(which=ANY, user=st.sampled_from(USERS), right=st.sampled_from([True, True, True, False]))
    def types_a_code(self, which: int, user: tuple[str, str], right: bool) -> None:
        codes = self.model.codes
        code = codes[-1 - which % len(codes)] if codes and right else None
        self.numbers += 1
        received = ChatReceived(
            channel=user[0],
            chat=f"dm-{user[1]}",
            message=str(self.numbers),
            user=user[1],
            kind=ChatKind.MESSAGE,
            direct=True,
            text=f"pair {code.offered.code if code else '0000-0000'}",
        )
        app = self.company.app
        door = ChatDoor(app.intake, app.ledger, app.keys)
        self.run(door.take(received, f"{user[0]}:{self.numbers}"))
        self.model.queue.append(("types", code, user))

    @rule(which=ANY, whom=ANY)
    def revokes(self, which: int, whom: int) -> None:
        by, target = self.somebody(which), self.somebody(whom)
        if target == CONSOLE:
            return
        known = self.model.identities[target]
        if not known.active or not (self.model.owns(by) or by == target):
            with contextlib.suppress(NotAllowed, NotPaired):
                self.run(self.office(by).revoke(target))
            return
        self.run(self.office(by).revoke(target))
        known.active = False

    @rule(which=ANY, whom=ANY, role=ROLES)
    def changes_a_role(self, which: int, whom: int, role: Role) -> None:
        by, target = self.somebody(which), self.somebody(whom)
        if target == CONSOLE:
            return
        known = self.model.identities[target]
        if not known.active or not self.model.owns(by):
            with pytest.raises((NotAllowed, NotPaired)):
                self.run(self.office(by).set_role(target, role))
            return
        self.run(self.office(by).set_role(target, role))
        known.role = role

    @rule(which=ANY, card=ANY)
    def taps(self, which: int, card: int) -> None:
        cards = self.run(self.company.all(Approval))
        approval = cards[card % len(cards)]
        by = list(self.model.identities)[which % len(self.model.identities)]
        fact = self.run(self.office(by).tap(approval.id, Verb.APPROVE, approval.sha256))
        self.model.queue.append(("tap", fact, by, approval.id))

    @rule(whom=st.integers(1, 7), card=ANY)
    def a_phone_is_stolen(self, whom: int, card: int) -> None:
        """Its taps are under way, and more come, while the console revokes it."""
        target = 1 + (whom - 1) % len(self.model.identities)
        self.taps(target - 1, card)
        self.revokes(0, target)
        self.taps(target - 1, card)
        self.settles()

    @rule(channel=st.sampled_from(["telegram", "slack", "phone"]), card=ANY)
    def taps_without_being_anybody(self, channel: str, card: int) -> None:
        cards, app = self.run(self.company.all(Approval)), self.company.app
        approval = cards[card % len(cards)]
        forged = LiveOffice(app, Looking(app), operator="Nora Lindt", channel=channel)
        fact = self.run(forged.tap(approval.id, Verb.APPROVE, approval.sha256))
        self.model.queue.append(("tap", fact, "nobody", approval.id))

    @rule(minutes=st.sampled_from([1, 4, 10, 61]))
    def time_passes(self, minutes: int) -> None:
        self.company.clock.moment += timedelta(minutes=minutes)

    @rule()
    def settles(self) -> None:
        self.run(self.company.settle())
        facts = self.run(self.company.facts())
        paired = [f.event.identity for f in facts if isinstance(f.event, ChatPaired)]
        made = paired[self.known :]
        self.known = len(paired)
        self.model.settles(self.company.clock.now(), made)
        assert made == [], "somebody was paired whom the model does not know"

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def every_tap_is_answered_as_foretold(self) -> None:
        if not self.model.answers:
            return
        facts = self.run(self.company.facts())
        approved = {f.event.tap for f in facts if isinstance(f.event, Approved)}
        refused = {f.event.tap for f in facts if isinstance(f.event, TapRefused)}
        foretold = {fact for fact, counts in self.model.answers.items() if counts}
        assert approved == foretold
        assert refused == self.model.answers.keys() - foretold

    def teardown(self) -> None:
        try:
            if hasattr(self, "company"):
                self.ends_well()
        finally:
            if hasattr(self, "company"):
                self.run(self.company.end())
            self.runner.close()
            shutil.rmtree(self.folder)

    def ends_well(self) -> None:
        self.settles()
        self.every_tap_is_answered_as_foretold()
        facts = self.run(self.company.facts())
        taps = {f.id: f.event for f in facts if isinstance(f.event, Tapped)}
        attempts = [f for f in facts if isinstance(f.event, AttemptStarted)]
        assert len(attempts) <= len(self.model.decided)
        assert all(f.case == DESK for f in facts if isinstance(f.event, Tapped | ChatReceived))
        assert all(taps[tap].by for tap in self.model.decided.values())
        assert self.run(refold(self.company.app.ledger)).identical


FEW = settings(
    max_examples=6,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(
    FEW,
    max_examples=60,
    stateful_step_count=50,
    phases=[Phase.generate, Phase.shrink],
    print_blob=True,
)


def test_only_who_is_paired_and_may_decide_at_that_moment_approves_anything() -> None:
    run_state_machine_as_test(AnyAccess, settings=FEW)


@pytest.mark.slow
def test_in_many_long_histories_only_who_may_decide_at_that_moment_approves() -> None:
    run_state_machine_as_test(AnyAccess, settings=MANY)
