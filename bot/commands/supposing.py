"""Commands about what would have been otherwise: whatif."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot import texts
from bot.channel import Reply
from bot.commands.answers import trouble
from bot.commands.session import Session, zone_of
from bot.office.port import Office
from bot.rehearsal.trial import Group, Trial, Tried
from bot.wording.amounts import clock_words, counted
from bot.wording.moments import since
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.entities import Case
from ledger.domain.verdicts import Verdict
from policies.trial import NotEvaluable

SPAN: Final = "30d"
REJECTED: Final = "rejected"
MOST_SHOWN: Final = 50
_GROUPS: Final = (*Group, REJECTED)


class Asked(Struct, frozen=True, kw_only=True):
    """What a `whatif` says: a file of rules, since when, and which group to list."""

    file: str
    span: str = ""
    show: str = ""


class Supposing:
    """Runs rules over the record. Does nothing and records nothing."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session

    async def whatif(self, said: str) -> Reply:
        """What the rules in a file would have said of every command on record."""
        asked = _asked(said)
        if asked is None:
            return trouble(texts.WHATIF_UNREADABLE, said=one_line(said, 80))
        if asked.show and asked.show not in _GROUPS:
            groups = ", ".join(_GROUPS)
            return trouble(texts.WHATIF_NO_SUCH_GROUP, said=one_line(asked.show), groups=groups)
        now = self._office.clock.now().astimezone(zone_of(self._office.company, self._session.zone))
        start = since(asked.span or SPAN, now)
        trial = await self._office.whatif(_path(asked.file), start)
        if not trial.commands:
            return trouble(texts.WHATIF_NOTHING, since=_day(start))
        if asked.show:
            return await self._group(trial, asked.show, now)
        return self._counted(trial, asked, start)

    def _counted(self, trial: Trial, asked: Asked, start: datetime) -> Reply:
        count = {group: len(trial.of(group)) for group in Group}
        undenied = count[Group.NO_LONGER_DENIED]
        title = texts.WHATIF_TITLE.format(
            commands=counted(len(trial.commands), "command"),
            since=_day(start),
            unchanged=count[Group.UNCHANGED],
            fewer=count[Group.FEWER_ASKS],
            new=count[Group.NEW_ASKS],
            denied=count[Group.NEWLY_DENIED],
            undenied=texts.WHATIF_UNDENIED.format(number=undenied) if undenied else "",
            lost=count[Group.NOT_EVALUABLE],
        )
        groups = tuple(
            texts.WHATIF_GROUP.format(
                group=texts.WHATIF_GROUPS[group], number=number, open=_opens(asked, group)
            )
            for group, number in count.items()
            if number
        )
        rules = texts.WHATIF_RULES.format(
            file=one_line(asked.file), policy=trial.policy, current=self._office.policies.policy
        )
        return Reply(
            title=title,
            lines=(_prominent(trial, asked), *groups, rules),
            hints=(texts.WHATIF_HINT,),
        )

    async def _group(self, trial: Trial, group: str, now: datetime) -> Reply:
        found = trial.against_the_operator if group == REJECTED else trial.of(Group(group))
        words = texts.WHATIF_GROUPS[group]
        if not found:
            return Reply(lines=(texts.WHATIF_EMPTY_GROUP.format(group=words),))
        shown = found[-MOST_SHOWN:]
        lines = [line for each in shown for line in await self._lines(each, now)]
        more = len(found) - len(shown)
        hints = (texts.MORE_SOURCES.format(number=more),) if more else ()
        title = f"{words}: {counted(len(found), 'command')}"
        return Reply(title=title, lines=tuple(lines), hints=(*hints, texts.WHATIF_HINT))

    async def _lines(self, tried: Tried, now: datetime) -> tuple[str, ...]:
        case = await self._office.views.get(Case, tried.case)
        name = texts.COMMAND_WORDS.get(tried.name, tried.name)
        reason = one_line(tried.reason, 80)
        return (
            texts.WHATIF_COMMAND.format(
                when=clock_words(tried.at, now),
                name=name,
                amount=f", {amount_words(tried.amount)}" if tried.amount else "",
                number=case.number if case else tried.case,
                title=one_line(case.title or case.kind, 50) if case else "",
            ),
            *([texts.WHATIF_THEN.format(then=_said(tried.then))] if tried.then else []),
            *([texts.WHATIF_REJECTED_FOR.format(reason=reason)] if tried.rejected else []),
            texts.WHATIF_NOW.format(now=_said(tried.now)),
            texts.WHATIF_POINTERS.format(case=tried.case, action=tried.action),
        )


def _asked(said: str) -> Asked | None:
    """None where it is not said as `FILE [--since SPAN] [show GROUP]`."""
    try:
        parts = shlex.split(said)
    except ValueError:
        return None
    found: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(parts):
        name, given, value = parts[at].partition("=")
        key = name.lstrip("-")
        if key in {"since", "show"} and (rest or name.startswith("--")) and key not in found:
            at += not given
            found[key] = value if given else (parts[at] if at < len(parts) else "?")
        else:
            rest.append(parts[at])
        at += 1
    if len(rest) != 1 or rest[0].startswith("--"):
        return None
    return Asked(file=rest[0], span=found.get("since", ""), show=found.get("show", ""))


def _path(file: str) -> Path:
    return Path(file).expanduser()


def _prominent(trial: Trial, asked: Asked) -> str:
    against = trial.against_the_operator
    if not against:
        return texts.WHATIF_RAN_NONE
    number = counted(len(against), "command")
    return texts.WHATIF_RAN.format(commands=number, open=_opens(asked, REJECTED))


def _opens(asked: Asked, group: str) -> str:
    span = f"--since {shlex.quote(asked.span)} " if asked.span else ""
    return texts.WHATIF_OPEN.format(file=shlex.quote(asked.file), span=span, group=group)


def _said(verdict: Verdict | NotEvaluable) -> str:
    """`asked: first-contact, default`"""
    if isinstance(verdict, NotEvaluable):
        return verdict.why
    rules = ", ".join(fired.rule for fired in verdict.fired)
    return f"{texts.VERDICT_WORDS[type(verdict).__name__]} ({rules})"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}" if moment.year > 1970 else "the beginning"  # noqa: PLR2004  # `--since all`
