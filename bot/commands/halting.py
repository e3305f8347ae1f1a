"""Commands that stop, resume and retry."""

from __future__ import annotations

from collections.abc import Sequence

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Missing, Several, Things, offered, pick
from bot.commands.words import Halt
from bot.office.port import Office
from bot.wording.standing import stop_name
from bot.wording.untrusted import one_line
from ledger.domain.entities import Action, ActionStatus, Case, Contact, Failure, Stop
from ledger.domain.folding_copies import COPY


class Halting:
    """Stop, resume, retry. A bare stop looks nothing up: it must work when all else fails."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def stop(self, intent: Halt) -> Reply:
        """Halt every effect, or those of one case or contact."""
        if not intent.thing:
            await self._office.stop("all", "", intent.reason)
            return Reply(lines=(texts.STOPPED_ALL,))
        found = await self._target(intent.thing)
        if not isinstance(found, Candidate):
            answer = unclear(found, intent.thing)
            lines = (texts.NOT_STOPPED, *answer.lines)
            return Reply(lines=lines, hints=(texts.STOP_ALL_HINT,), trouble=True)
        scope, target = _scope(found.thing), found.thing.id
        await self._office.stop(scope, target, intent.reason)
        return Reply(lines=(texts.STOPPED_ONE.format(label=found.label, target=target),))

    async def resume(self, said: str) -> Reply:
        """Lift the stop of everything, or of one case or contact."""
        active = await self._office.views.find(Stop, "active")
        if active and all(each.scope == COPY for each in active):
            return Reply(lines=(await self._still(active[0]),), trouble=True)
        wanted = await self._wanted(said, active)
        if isinstance(wanted, Reply):
            return wanted
        fact = await self._office.resume(wanted.scope, wanted.target)
        label = await stop_name(self._office.views, wanted)
        title = texts.RESUMED_ONE.format(label=label) if wanted.target else texts.RESUMED_ALL
        reply = await recorded(self._office, title, fact)
        still = [await self._still(each) for each in active if each.id != wanted.id]
        return Reply(lines=(*reply.lines, *still), waits_for=fact)

    async def _still(self, stop: Stop) -> str:
        """A stop that stays in force after another was lifted."""
        if stop.scope == COPY:
            return texts.STILL_COPY.format(why=one_line(stop.reason))
        which = f" {stop.target}" if stop.target else ""
        what = await stop_name(self._office.views, stop)
        return texts.STILL_STOPPED.format(what=what, which=which)

    async def retry(self, said: str) -> Reply:
        """Try again what failed, was held back, or is stuck."""
        found = pick(await self._retryable(), said) if said else Several(())
        if not said:
            candidates = await self._retryable()
            found = candidates[0] if len(candidates) == 1 else offered(candidates)
        if isinstance(found, Missing) or (isinstance(found, Several) and not found.labels):
            return trouble(texts.NOTHING_BROKEN_TO_RETRY, said=one_line(said, 60))
        if isinstance(found, Several):
            return unclear(found, said)
        fact = await self._office.retry(found.thing)
        return await recorded(self._office, texts.RETRIED.format(what=found.label), fact)

    async def _target(self, said: str) -> Candidate[Case] | Candidate[Contact] | Several | Missing:
        """A contact wins over their case where the name fits both: it is the wider stop."""
        contact = await self._things.contact(said)
        if not isinstance(contact, Missing):
            return contact
        return await self._things.case(said)

    async def _wanted(self, said: str, active: Sequence[Stop]) -> Stop | Reply:
        if not said:
            whole = next((each for each in active if each.scope == "all"), None)
            return whole or _listed(active)
        direct = next(
            (each for each in active if said in {each.target, each.id} and each.scope != COPY), None
        )
        if direct:
            return direct
        found = await self._target(said)
        if not isinstance(found, Candidate):
            return unclear(found, said)
        target = found.thing.id
        covering = (each for each in active if target == each.target or target in each.covers)
        named = next(covering, None)
        return named or trouble(texts.NOT_IN_FORCE)

    async def _retryable(self) -> list[Candidate[str]]:
        """Broken things and actions held back, each under its id; a card's number works too."""
        found = {
            each.id: Candidate(
                each.id,
                (each.id, each.case),
                (each.what,),
                f"{one_line(each.what, 60)} ({each.id})",
            )
            for each in await self._office.views.find(Failure, "broken")
        }
        for status in (ActionStatus.WITHHELD, ActionStatus.FAILED, ActionStatus.UNKNOWN):
            for action in await self._office.views.find(Action, f"status:{status}"):
                found[action.id] = await self._action(action)
        return list(found.values())

    async def _action(self, action: Action) -> Candidate[str]:
        card = await self._things.approval(action.approval) if action.approval else Missing("")
        number = (str(card.thing.number),) if isinstance(card, Candidate) else ()
        names = card.names if isinstance(card, Candidate) else ()
        words = texts.COMMAND_WORDS.get(action.name, action.name)
        label = f"{words}, {action.status.value} ({action.id})"
        return Candidate(action.id, (*number, action.id, action.case), (*names, words), label)


def _scope(thing: Case | Contact) -> str:
    return "case" if isinstance(thing, Case) else "contact"


def _listed(active: Sequence[Stop]) -> Reply:
    if not active:
        return trouble(texts.NOT_IN_FORCE)
    named = [each for each in active if each.scope != COPY]
    return trouble(texts.WHICH, tuple(f"  resume {each.target}" for each in named))
