"""Whoever speaks in a chat and is not paired: their code counts, or they are turned away.

Everybody who is paired is passed over here; what they want is answered in `bot/chat`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from graph.desk import Desk, says
from ledger.domain.events import ChatKind, ChatPaired, ChatReceived, StrangerRefused
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.pairing import (
    EXPIRED,
    GUESSES,
    IN_A_GROUP,
    REVOKED,
    TOO_MANY,
    UNKNOWN,
    USED,
    WRONG,
    WRONG_CODES_AN_HOUR,
    PairingOffer,
    Role,
    Stranger,
    code_in,
    code_mark,
)
from ledger.domain.speakers import paired, revoked, role_now

TOLD_AN_HOUR: Final = 3
"""The operator hears of so many strangers an hour at most; all of them are recorded."""

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

_SPEAKS: Final = frozenset({ChatKind.MESSAGE, ChatKind.COMMAND, ChatKind.TAP, ChatKind.FORM})
"""What somebody expects an answer to."""


_ANSWERS: Final = {
    UNKNOWN: (
        "Hello! I work only for the people who set me up, so I cannot help you here. "
        "Nothing was done."
    ),
    REVOKED: (
        "This chat was revoked, so nothing was done. `pair` at the console shows a new code."
    ),
    WRONG: "That code is none that counts. Nothing was done. `pair` at the console shows one.",
    EXPIRED: "That code has expired; a code counts for ten minutes. `pair` shows a new one.",
    USED: "That code was used already; each counts once. `pair` shows a new one.",
    TOO_MANY: "Too many wrong codes. Wait an hour, then try again with a new one.",
    IN_A_GROUP: (
        "Say it in a direct message to me, and with a new code: others have read this one here."
    ),
}


class _Judged(NamedTuple):
    """A reason to refuse, or the offer that counts."""

    why: str = ""
    offer: PairingOffer | None = None


async def route_chat(fact: Fact, event: ChatReceived, desk: Desk) -> list[Draft]:
    """Nothing for a paired person; a pairing or a refusal for everybody else."""
    if await paired(desk.views, event.channel, event.user):
        return []
    who = desk.pseudonym(f"chat:{event.channel}:{event.user}")
    stranger = await desk.views.get(Stranger, who)
    judged = await _judged(event, stranger, desk)
    if judged.offer is not None:
        return [_paired(fact, event, judged.offer)]
    return [await _refused(fact, event, judged.why, who, stranger, desk)]


async def _judged(event: ChatReceived, stranger: Stranger | None, desk: Desk) -> _Judged:
    code = code_in(event.text) if event.kind in {ChatKind.MESSAGE, ChatKind.COMMAND} else ""
    if not code:
        known = await revoked(desk.views, event.channel, event.user)
        return _Judged(REVOKED if known else UNKNOWN)
    if not event.direct:
        return _Judged(IN_A_GROUP)
    now = desk.clock.now()
    if _guesses(stranger, now) >= WRONG_CODES_AN_HOUR:
        return _Judged(TOO_MANY)
    found = await desk.views.find(PairingOffer, f"code:{desk.pseudonym(code_mark(code))}")
    return await _of_offer(found[-1], now, desk) if found else _Judged(WRONG)


async def _of_offer(offer: PairingOffer, now: datetime, desk: Desk) -> _Judged:
    if offer.used_by:
        return _Judged(USED)
    if now >= offer.expires_at:
        return _Judged(EXPIRED)
    role = await role_now(desk.views, offer.by, offer.channel)
    if role is None or not role.may(Role.OWNER):
        return _Judged(WRONG)  # whoever showed it may pair nobody any more
    return _Judged(offer=offer)


def _guesses(stranger: Stranger | None, now: datetime) -> int:
    return sum(now - tried < _HOUR for tried in stranger.wrong_codes) if stranger else 0


def _paired(fact: Fact, event: ChatReceived, offer: PairingOffer) -> Draft:
    """`identity` is made of the code's id, so that a chat paired anew is somebody new."""
    made = ChatPaired(
        identity=short_id("chat", offer.id),
        offer=offer.id,
        channel=event.channel,
        role=offer.role,
        operator=offer.paired,
        by=offer.by,
        user=event.user,
        chat=event.chat,
        name=event.user_name,
    )
    return says(fact, made, key=f"paired:{offer.id}")


async def _refused(
    fact: Fact, event: ChatReceived, why: str, who: str, stranger: Stranger | None, desk: Desk
) -> Draft:
    now = desk.clock.now()
    made = StrangerRefused(
        stranger=who,
        channel=event.channel,
        why=why,
        text=_ANSWERS[why] if _answered(event, why, stranger, now) else "",
        told=await _told(why, stranger, now, desk),
        user=event.user,
        name=event.user_name,
    )
    return says(fact, made, person=who)


def _answered(event: ChatReceived, why: str, stranger: Stranger | None, now: datetime) -> bool:
    """One line a day; whoever tries codes hears of each, until there were too many."""
    if event.kind not in _SPEAKS:
        return False
    if why in GUESSES or stranger is None or stranger.answered_at is None:
        return True
    if why == TOO_MANY:
        return stranger.last_why != TOO_MANY
    return now - stranger.answered_at >= _DAY


async def _told(why: str, stranger: Stranger | None, now: datetime, desk: Desk) -> bool:
    """The operator hears of each stranger once a day, and of a few in an hour."""
    last = stranger.told_at if stranger else None
    if last is not None and now - last < (_HOUR if why == TOO_MANY else _DAY):
        return False
    return len(await desk.views.find(Stranger, f"told:{now:%Y-%m-%dT%H}")) < TOLD_AN_HOUR
