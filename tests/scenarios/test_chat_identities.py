"""Who may speak in chat: paired by a code, as far as the role reaches, until revoked."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec
import pytest

from bot.channel import Verb
from bot.chat.inbound import ChatDoor
from bot.commands import Commands, Session, words
from bot.commands.rights import needed
from bot.console.render import plain
from bot.office.access import NotAllowed, NotPaired
from bot.office.live import LiveOffice
from bot.work.hosting import Stepping
from ledger.domain.entities import Approval, ApprovalStatus, Contact, Stop
from ledger.domain.events import (
    Approved,
    AttemptStarted,
    ChatKind,
    ChatPaired,
    ChatReceived,
    PairingOffered,
    PersonErased,
    ResumeOrdered,
    StopOrdered,
    StrangerRefused,
    TapRefused,
    Told,
)
from ledger.domain.pairing import ChatIdentity, Role, code_in, code_of
from ledger.domain.speakers import paired
from ledger.replay import refold

_NUMBERS = itertools.count(1)


@dataclass
class Phone:
    """Somebody's chat with Coo."""

    business: Any
    channel: str = "telegram"
    user: str = "4711"
    sent: int = field(default=0)

    async def writes(
        self, text: str, *, direct: bool = True, kind: ChatKind = ChatKind.MESSAGE
    ) -> Any:
        """A message reaches Coo, and the desk reacts; what the desk said of it, or None."""
        app = self.business.app
        received = ChatReceived(
            channel=self.channel,
            chat=f"dm-{self.user}",
            message=str(next(_NUMBERS)),
            user=self.user,
            kind=kind,
            direct=direct,
            text=text,
            user_name=f"User {self.user}",
            button="n0nce:approve" if kind is ChatKind.TAP else "",
        )
        door = ChatDoor(app.intake, app.ledger, app.keys)
        taken = await door.take(received, f"{self.channel}:{received.message}")
        await self.business.settle()
        facts = await self.business.all_facts()
        return next((f.event for f in facts if f.cause == taken.fact.id), None)

    async def identity(self) -> ChatIdentity:
        found = await paired(self.business.app.views, self.channel, self.user)
        assert found is not None
        return found

    async def office(self) -> LiveOffice:
        """What stands behind this chat as long as it is paired."""
        who = await self.identity()
        return LiveOffice(
            self.business.app,
            Stepping(self.business.works),
            operator=who.operator,
            channel=self.channel,
            by=who.id,
        )

    async def says(self, line: str) -> str:
        """A command in this chat; the answer."""
        reply = await Commands(await self.office(), Session()).answer(line)
        await self.business.settle()
        return " ".join(plain(reply).split())

    async def pairs(self, role: str = "owner", name: str = "Nora Lindt") -> ChatIdentity:
        """The console shows a code, and it is typed here."""
        code = code_shown(await self.business.says(f"pair {role} {name}"))
        await self.writes(f"pair {code}")
        return await self.identity()


def code_shown(answer: str) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", answer)
    assert found is not None, answer
    return found[0]


@pytest.fixture
def phone(business: Any) -> Phone:
    return Phone(business)


@pytest.fixture
def laptop(business: Any) -> Phone:
    return Phone(business, channel="slack", user="U1")


async def card_of(business: Any) -> Approval:
    await business.mail("Hello, we would like your website design package. An offer, please?\n")
    card: Approval = await business.only_card()
    return card


async def tap(office: LiveOffice, card: Approval, verb: Verb = Verb.APPROVE) -> None:
    await office.tap(card.id, verb, card.sha256)


async def status(business: Any, card: Approval) -> ApprovalStatus:
    found = await business.app.views.get(Approval, card.id)
    assert found is not None
    return ApprovalStatus(found.status)


# --- pairing -------------------------------------------------------------------------------------


async def test_a_chat_is_paired_by_the_code_that_the_console_shows(
    business: Any, phone: Phone
) -> None:
    answer = await business.says("pair")
    assert "becomes Nora Lindt, owner" in answer
    assert "It counts once, until 09:10" in answer
    said = await phone.writes(f"pair {code_shown(answer)}")
    assert isinstance(said, ChatPaired)
    identity = await phone.identity()
    assert (identity.operator, identity.role) == ("Nora Lindt", Role.OWNER)
    assert "Nora Lindt is paired on telegram as owner" in await business.hears()
    assert identity.id in await business.says("devices")


@pytest.mark.parametrize(
    "typed", ["/coo pair {}", "/pair {}", "/start {}", "PAIR  {}.", "pair {} "]
)
async def test_a_code_counts_however_it_is_typed(business: Any, phone: Phone, typed: str) -> None:
    code = code_shown(await business.says("pair approver Bea"))
    said = await phone.writes(typed.format(code.lower().replace("-", " ")))
    assert isinstance(said, ChatPaired)
    assert (await phone.identity()).role is Role.APPROVER
    assert (await phone.identity()).operator == "Bea"


async def test_no_code_stands_anywhere_in_the_folder(business: Any, phone: Phone) -> None:
    code = code_shown(await business.says("pair"))
    (offered,) = await business.facts(PairingOffered)
    assert code not in str(offered)
    assert code.replace("-", "") not in str(offered)
    await business.app.ledger.refold()
    for path in business.app.folder.root.rglob("*"):
        if path.is_file():
            assert code.encode() not in path.read_bytes(), path
    assert isinstance(await phone.writes(f"pair {code}"), ChatPaired)


async def test_a_code_that_was_used_counts_no_more(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    code = code_shown(await business.says("pair"))
    await phone.writes(f"pair {code}")
    said = await laptop.writes(f"pair {code}")
    assert isinstance(said, StrangerRefused)
    assert said.why == "used code"
    assert "used already" in said.text
    assert await paired(business.app.views, "slack", "U1") is None


async def test_a_code_that_two_type_at_once_pairs_one(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    code = code_shown(await business.says("pair"))
    door = ChatDoor(business.app.intake, business.app.ledger, business.app.keys)
    for each in (phone, laptop):
        received = ChatReceived(
            channel=each.channel, chat="c", message="1", user=each.user, kind=ChatKind.MESSAGE,
            direct=True, text=f"pair {code}",
        )  # fmt: skip
        await door.take(received, f"{each.channel}:1")
    await business.settle()
    assert len(await business.facts(ChatPaired)) == 1
    assert len(await business.facts(StrangerRefused)) == 1


async def test_a_code_counts_for_ten_minutes(business: Any, phone: Phone) -> None:
    code = code_shown(await business.says("pair"))
    business.clock.forward(minutes=10)
    said = await phone.writes(f"pair {code}")
    assert isinstance(said, StrangerRefused)
    assert said.why == "expired code"
    assert "ten minutes" in said.text


async def test_whoever_guesses_codes_is_shut_out_for_an_hour_and_the_owner_hears(
    business: Any, phone: Phone
) -> None:
    code = code_shown(await business.says("pair"))
    for n in range(5):
        said = await phone.writes(f"pair 0000-000{n}")
        assert said.why == "wrong code"
        assert "none that counts" in said.text
    assert "A stranger wrote on telegram: User 4711 (wrong code)" in await business.hears()
    said = await phone.writes(f"pair {code}")
    assert said.why == "too many codes"
    assert "Wait an hour" in said.text
    assert (await phone.writes(f"pair {code}")).text == ""
    business.clock.forward(hours=1)
    fresh = code_shown(await business.says("pair"))
    assert isinstance(await phone.writes(f"pair {fresh}"), ChatPaired)


async def test_a_code_in_a_group_pairs_nobody(business: Any, phone: Phone) -> None:
    code = code_shown(await business.says("pair"))
    said = await phone.writes(f"pair {code}", direct=False)
    assert said.why == "code in a group"
    assert "direct message" in said.text
    assert await business.facts(ChatPaired) == []


async def test_a_paired_owner_pairs_another_chat(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    first = await phone.pairs()
    code = code_shown(await phone.says("pair approver Bea"))
    said = await laptop.writes(f"pair {code}")
    assert isinstance(said, ChatPaired)
    assert said.by == first.id
    assert (await laptop.identity()).paired_by == first.id


async def test_a_code_of_a_chat_that_was_revoked_meanwhile_pairs_nobody(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    first = await phone.pairs()
    code = code_shown(await phone.says("pair owner"))
    await business.says(f"revoke {first.id}")
    said = await laptop.writes(f"pair {code}")
    assert isinstance(said, StrangerRefused)
    assert await paired(business.app.views, "slack", "U1") is None


async def test_whom_a_revoked_chat_had_paired_is_named(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    await phone.pairs()
    await laptop.writes(f"pair {code_shown(await phone.says('pair owner'))}")
    answer = await business.says(f"revoke {(await phone.identity()).id}")
    assert f"`revoke {(await laptop.identity()).id}`" in answer


async def test_a_code_typed_where_none_is_needed_says_where_to_type_it(business: Any) -> None:
    code = code_shown(await business.says("pair"))
    assert "Type it in the chat that is to be paired" in await business.says(f"pair {code}")
    assert "'king' is no role" in await business.says("pair king")


# --- strangers -----------------------------------------------------------------------------------


async def test_a_stranger_gets_one_polite_line_a_day_and_the_owner_is_told(
    business: Any, phone: Phone
) -> None:
    await business.hears()
    first = await phone.writes("approve 1")
    assert first.text.startswith("Hello! I work only for the people who set me up")
    assert "A stranger wrote on telegram: User 4711" in await business.hears()
    again = await phone.writes("approve 1")
    assert (again.text, again.told) == ("", False)
    business.clock.forward(days=1)
    assert (await phone.writes("hello?")).text


async def test_who_a_stranger_was_is_sealed_under_a_key_of_their_own(
    business: Any, phone: Phone
) -> None:
    await phone.writes("hello")
    refused = next(
        fact for fact in await business.all_facts() if isinstance(fact.event, StrangerRefused)
    )
    assert refused.event.user == "4711"
    business.app.keys.forget(refused.person)
    again = await business.app.ledger.fact(refused.id)
    assert (again.event.user, again.event.name) == ("", "")
    assert (await refold(business.app.ledger)).identical


async def test_of_many_strangers_the_owner_hears_of_a_few_an_hour(business: Any) -> None:
    for user in range(6):
        await Phone(business, user=str(user)).writes("hi")
    refused = await business.facts(StrangerRefused)
    assert len(refused) == 6
    assert sum(one.told for one in refused) == 3
    assert all(one.text for one in refused)


async def test_a_tap_by_a_stranger_is_refused_and_the_card_stays_pending(
    business: Any, phone: Phone
) -> None:
    card = await card_of(business)
    said = await phone.writes("", kind=ChatKind.TAP)
    assert isinstance(said, StrangerRefused)
    assert await status(business, card) is ApprovalStatus.PENDING
    assert await business.facts(AttemptStarted) == []


async def test_with_nobody_paired_nothing_can_be_approved_from_chat(business: Any) -> None:
    card = await card_of(business)
    forged = LiveOffice(
        business.app, Stepping(business.works), operator="Nora Lindt", channel="telegram"
    )
    await tap(forged, card)
    await business.settle()
    (refused,) = await business.facts(TapRefused)
    assert "This chat is not paired" in refused.why
    assert await business.facts(Approved) == []
    assert await status(business, card) is ApprovalStatus.PENDING


# --- roles ---------------------------------------------------------------------------------------


async def test_an_approver_decides_in_chat(business: Any, phone: Phone) -> None:
    await phone.pairs("approver", "Bea")
    card = await card_of(business)
    await tap(await phone.office(), card)
    await business.settle()
    (approved,) = await business.facts(Approved)
    assert (approved.operator, approved.channel) == ("Bea", "telegram")
    assert len(business.sent()) == 1


async def test_a_viewer_sees_and_cannot_approve(business: Any, phone: Phone) -> None:
    await phone.pairs("viewer", "Vic")
    card = await card_of(business)
    assert "Send an offer" in await phone.says("inbox")
    answer = await phone.says("approve 1")
    assert "You are viewer here, and that takes approver. Nothing was done." in answer
    await tap(await phone.office(), card)
    await business.settle()
    (refused,) = await business.facts(TapRefused)
    assert "is viewer, and this takes an approver" in refused.why
    assert await status(business, card) is ApprovalStatus.PENDING


async def test_an_approver_can_pull_the_brake_and_only_an_owner_lets_go(
    business: Any, phone: Phone
) -> None:
    await phone.pairs("approver", "Bea")
    await phone.says("stop")
    assert await business.app.views.find(Stop, "active")
    assert "takes owner" in await phone.says("resume")
    await (await phone.office()).resume("all")
    await business.settle()
    assert len(await business.facts(ResumeOrdered)) == 1
    assert await business.app.views.find(Stop, "active")
    told = [one.text for one in await business.facts(Told) if one.topic == "role"]
    assert "this takes an owner" in told[0]
    await business.says("resume")
    assert not await business.app.views.find(Stop, "active")


async def test_a_viewer_can_neither_stop_nor_pair_nor_revoke(business: Any, phone: Phone) -> None:
    mine = await phone.pairs("viewer", "Vic")
    office = await phone.office()
    for line in ("stop", "pair owner", "resume", "erase ada", "undo 1", "say hello", "revoke Vic"):
        assert "Nothing was done." in await phone.says(line), line
    await office.stop("all")
    assert len(await business.facts(StopOrdered)) == 1
    assert not await business.app.views.find(Stop, "active")
    with pytest.raises(NotAllowed):
        await office.pair(Role.OWNER, "Vic")
    with pytest.raises(NotAllowed):
        await office.set_role(mine.id, Role.OWNER)


async def test_a_role_that_is_lowered_between_card_and_tap_decides_nothing(
    business: Any, phone: Phone
) -> None:
    mine = await phone.pairs("approver", "Bea")
    card = await card_of(business)
    office = await phone.office()
    await tap(office, card)  # on its way, and not routed yet
    await business.says(f"role {mine.id} viewer")
    assert await business.facts(Approved) == []
    (refused,) = await business.facts(TapRefused)
    assert "is viewer" in refused.why
    await business.says(f"role {mine.id} approver")
    await tap(office, card)
    await business.settle()
    assert len(await business.facts(Approved)) == 1


async def test_an_owner_who_is_one_no_longer_when_it_counts_erases_nobody(
    business: Any, phone: Phone
) -> None:
    mine = await phone.pairs()
    await card_of(business)
    office = await phone.office()
    contact = (await business.app.views.all(Contact))[0]
    plan = await office.erasure(contact)
    await office.erase(plan)
    await business.says(f"role {mine.id} approver")
    assert "Nobody was erased" in await business.hears()
    assert await business.facts(PersonErased) == []
    with pytest.raises(NotAllowed):
        await office.erase(plan)


def test_every_command_takes_a_role_on_purpose() -> None:
    looks = {"Inbox", "Show", "Status", "Audit", "Why", "Books", "Devices", "Replay", "Verify"}
    decides = {"Approve", "Reject", "Edit", "Later", "DidIt", "Tell", "Say", "Halt", "Undo"}
    configures = {"Resume", "Erase", "Pair", "Revoke", "SetRole", "Confirm", "Link", "Takeover"}
    found = {kind.__name__: needed(empty(kind)) for kind in get_args(words.Intention)}
    assert {found[name] for name in looks} == {Role.VIEWER}
    assert {found[name] for name in decides} == {Role.APPROVER}
    assert {found[name] for name in configures} == {Role.OWNER}
    assert needed(words.Replay("1", model="big")) is Role.OWNER
    assert needed(words.Verify("/etc/passwd")) is Role.OWNER


def empty(kind: Any) -> words.Intention:
    """An intention with every text empty."""
    required = {
        field.name: () if field.name == "near" else ""
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    made: words.Intention = kind(**required)
    return made


# --- revoking ------------------------------------------------------------------------------------


async def test_a_stolen_phone_is_revoked_with_its_taps_in_flight(
    business: Any, phone: Phone
) -> None:
    mine = await phone.pairs()
    card = await card_of(business)
    office = await phone.office()
    await tap(office, card)
    answer = await business.says(f"revoke {mine.id}")
    assert "Revoked: Nora Lindt on telegram, owner" in answer
    await tap(office, card)
    await business.settle()
    refused = await business.facts(TapRefused)
    assert len(refused) == 2
    assert all("was revoked" in one.why for one in refused)
    assert await business.facts(Approved) == []
    assert await status(business, card) is ApprovalStatus.PENDING
    said = await phone.writes("approve 1")
    assert (said.why, "was revoked" in said.text) == ("revoked", True)
    assert "No chat is paired" in await business.says("devices")


async def test_a_chat_that_is_paired_anew_does_not_revive_what_it_tapped_before(
    business: Any, phone: Phone
) -> None:
    old = await phone.pairs()
    card = await card_of(business)
    office = await phone.office()
    await office.revoke(old.id)
    await tap(office, card)
    new = await phone.pairs()
    assert new.id != old.id
    await business.settle()
    assert await business.facts(Approved) == []
    fresh = await phone.office()
    with pytest.raises(NotPaired):
        await fresh.set_role(old.id, Role.OWNER)


async def test_what_a_revoked_chat_approved_in_the_last_day_is_named(
    business: Any, phone: Phone
) -> None:
    mine = await phone.pairs()
    card = await card_of(business)
    await tap(await phone.office(), card)
    await business.settle()
    business.clock.forward(hours=2)
    answer = await business.says(f"revoke {mine.id}")
    assert f"In the last day it approved card {card.number}; that stands." in answer


async def test_an_owner_revokes_from_another_chat(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    await phone.pairs()
    await laptop.pairs()
    assert "Revoked: Nora Lindt on telegram" in await laptop.says("revoke telegram")
    assert await paired(business.app.views, "telegram", "4711") is None


async def test_the_read_tables_of_all_this_can_be_made_again(
    business: Any, phone: Phone, laptop: Phone
) -> None:
    await phone.pairs()
    await laptop.writes("hello")
    await laptop.pairs("viewer", "Vic")
    await business.says("revoke telegram")
    assert (await refold(business.app.ledger)).identical


def test_codes_are_spread_over_all_signs_and_read_back_whatever_looks_alike() -> None:
    codes = {code_of(n.to_bytes(5)) for n in range(0, 2**40, 2**40 // 997)}
    assert len(codes) == 998
    assert code_of(bytes(5)) == "0000-0000"
    assert code_of(b"\xff" * 5) == "ZZZZ-ZZZZ"
    assert code_in("pair oil0-1abc") == "0110-1ABC"
    assert code_in("pair owner Bea") == ""
    assert code_in("7QKF-2M9X") == ""
