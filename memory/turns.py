"""The last messages of a case as a call may see them: who, when, and what was said. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from ledger.domain.commands import Command
from ledger.domain.events import (
    ActionProposed,
    ActionSucceeded,
    Instructed,
    LeftOut,
    MailReceived,
    QuestionAnswered,
    Rejected,
    Routed,
    Understood,
)
from ledger.domain.facts import Fact
from ledger.domain.values import Trust
from memory.sight import READERS_ALONE, SOMEBODY_ELSES, STAYS_HERE, Sight, Veil
from memory.working import OLDER, Item, Section

MOST_TURNS: Final = 12
"""Messages that are looked up; what is older is left out before anything is read."""

LONGEST_TURN: Final = 4_000
"""Signs of a message that are kept for a call; the rest would not fit anyway."""

_US: Final = "us"
_THEM: Final = "customer"
_OPERATOR: Final = "operator"


class Turns(Struct, frozen=True, kw_only=True):
    """What is shown, the oldest first, and what is not."""

    shown: tuple[Item, ...] = ()
    withheld: tuple[LeftOut, ...] = ()


class _ItemSlot(Struct):
    item: str = ""
    quantity: int = 0


class _Slots(Struct):
    items: tuple[_ItemSlot, ...] = ()


class _Said(Struct, frozen=True):
    who: str
    text: str
    trust: Trust
    of_other: bool = False


def speaks(fact: Fact) -> bool:
    """Whether a fact of a case is a message, or points to one on the desk."""
    match fact.event:
        case Routed(kind="mail") | ActionSucceeded():
            return True
        case Instructed(text=text) | QuestionAnswered(text=text) | Rejected(reason=text):
            return bool(text)
        case _:
            return False


def turns_of(
    facts: Sequence[Fact], desk: Mapping[str, Fact], sight: Sight, veil: Veil, *, now: str = ""
) -> Turns:
    """The messages among a case's `facts`; `desk` has the facts they point to, by id.

    `now` is the desk fact that is being handled: it is the goal, not a turn.
    """
    spoken = [fact for fact in facts if speaks(fact) and not (now and _pointed(fact) == now)]
    recent, older = spoken[-MOST_TURNS:], spoken[:-MOST_TURNS]
    shown: list[Item] = []
    withheld: list[LeftOut] = []
    if older:
        why = f"{OLDER}: {len(older)} up to this one"
        withheld.append(LeftOut(Section.TURNS.value, older[-1].id, why, facts=(older[-1].id,)))
    read = {event.fact: event for event in _all_understood(facts)}
    for fact in recent:
        said = _said(fact, facts, desk)
        if said is None:
            continue
        why = _forbidden(said, sight)
        source = _pointed(fact) or fact.id
        if why:
            withheld.append(LeftOut(Section.TURNS.value, source, why, facts=(source,)))
        if not why or (said.who == _THEM and sight.readings):
            shown.append(_item(fact, source, said, sight, veil, read.get(source)))
    return Turns(shown=tuple(shown), withheld=tuple(withheld))


def needed(facts: Sequence[Fact]) -> list[str]:
    """The desk facts behind the messages that are looked at."""
    spoken = [fact for fact in facts if speaks(fact)]
    return [pointed for fact in spoken[-MOST_TURNS - 1 :] if (pointed := _pointed(fact))]


def _said(fact: Fact, facts: Sequence[Fact], desk: Mapping[str, Fact]) -> _Said | None:
    match fact.event:
        case Routed(fact=source, sender=sender) if source in desk:
            return _arrived(desk[source], other=sender == "other")
        case Instructed(text=text) | QuestionAnswered(text=text) | Rejected(reason=text):
            return _Said(_OPERATOR, text, Trust.OPERATOR)
        case ActionSucceeded(action=action):
            text = _sent(next(_commands(facts, action), None))
            return _Said(_US, text, Trust.VERIFIED) if text else None
        case _:
            return None


def _arrived(source: Fact, *, other: bool) -> _Said | None:
    match source.event:
        case MailReceived(subject=subject, text=text, automatic="") if not source.erased:
            said = f"{subject}\n{text}" if subject else text
            return _Said(_THEM, said, Trust.UNTRUSTED, of_other=other)
        case _:
            return None


def _forbidden(said: _Said, sight: Sight) -> str:
    """Why a call may not see these words; "" where it may."""
    if said.who == _THEM:
        if said.of_other:
            return SOMEBODY_ELSES
        return "" if sight.customers_words else READERS_ALONE
    allowed = sight.operators_words if said.who == _OPERATOR else sight.our_words
    return "" if allowed else STAYS_HERE


def _item(
    fact: Fact, source: str, said: _Said, sight: Sight, veil: Veil, read: Understood | None
) -> Item:
    """A turn; of a customer's whose words may not be seen only what was read out of them."""
    words = not _forbidden(said, sight)
    text = said.text[:LONGEST_TURN] if words else _reading(read)
    return Item(
        id=source,
        text=text if sight.names else veil.over(text),
        facts=(source,),
        at=fact.at,
        who="somebody else" if said.of_other else said.who,
        trust=said.trust if words else Trust.VERIFIED,
    )


def _reading(read: Understood | None) -> str:
    if read is None:
        return "wrote a mail"
    try:
        slots = msgspec.json.decode(read.slots or "{}", type=_Slots)
    except msgspec.DecodeError:  # another extractor's; its intent is known all the same
        slots = _Slots()
    wants = ", ".join(f"{each.quantity or '?'} × {each.item}" for each in slots.items)
    return f"wrote a mail, read as {read.intent.replace('_', ' ')}{f': {wants}' if wants else ''}"


def _pointed(fact: Fact) -> str:
    return fact.event.fact if isinstance(fact.event, Routed) else ""


def _all_understood(facts: Sequence[Fact]) -> Iterator[Understood]:
    yield from (fact.event for fact in facts if isinstance(fact.event, Understood))


def _commands(facts: Sequence[Fact], action: str) -> Iterator[Command]:
    for fact in facts:
        event = fact.event
        if isinstance(event, ActionProposed) and event.action == action and event.command:
            yield event.command


def _sent(command: Command | None) -> str:
    """The mail that left; "" where it was none. Its subject is its customer's text."""
    return str(getattr(command, "body", ""))
