"""What a delivery says, in a line an event: for comparing what was with what would have been."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import texts
from bot.wording.slots import slot_lines
from bot.wording.untrusted import one_line
from ledger.domain.amounts import amount_words
from ledger.domain.events import (
    ActionProposed,
    ApprovalRequested,
    Event,
    PlanMade,
    ProposalDrafted,
    QuestionAsked,
    Told,
    Understood,
    VerdictGiven,
)

_SHA_SIGNS = 8


def said_lines(events: Iterable[Event], names: dict[str, str]) -> list[str]:
    """One line an event. `names` says which command an action is: action → name."""
    return [_line(event, names) for event in events]


def names_of(events: Iterable[Event]) -> dict[str, str]:
    """The names of the actions that are proposed."""
    return {event.action: event.name for event in events if isinstance(event, ActionProposed)}


def _line(event: Event, names: dict[str, str]) -> str:
    match event:
        case VerdictGiven():
            verdict = texts.VERDICT_WORDS[type(event.verdict).__name__]
            rules = ", ".join(fired.rule for fired in event.verdict.fired)
            command = _command(names.get(event.action, event.action))
            return texts.SUPPOSED_VERDICT.format(command=command, verdict=verdict, rules=rules)
        case PlanMade():
            steps = "; ".join(step.what for step in event.steps)
            return texts.SUPPOSED_PLAN.format(steps=one_line(steps, 300))
        case ActionProposed():
            amount = f", {amount_words(event.amount)}" if event.amount else ""
            sha = event.sha256[:_SHA_SIGNS]
            command = _command(event.name)
            return texts.SUPPOSED_ACTION.format(command=command, amount=amount, sha=sha)
        case ApprovalRequested():
            return texts.SUPPOSED_CARD.format(title=one_line(event.title, 120))
        case QuestionAsked():
            return texts.SUPPOSED_QUESTION.format(text=one_line(event.text, 200))
        case Understood():
            return _read(event)
        case Told():
            return texts.SUPPOSED_TOLD.format(text=one_line(event.text, 200))
        case ProposalDrafted():
            detail = f" {event.number}, version {event.version}: {amount_words(event.total)}"
            return texts.SUPPOSED_OTHER.format(kind=type(event).__name__, detail=detail)
        case _:
            return texts.SUPPOSED_OTHER.format(kind=type(event).__name__, detail="")


def _read(event: Understood) -> str:
    slots = "; ".join(slot_lines(event.slots)) if event.slots else ""
    return texts.SUPPOSED_READ.format(
        intent=event.intent.replace("_", " "),
        language=event.language,
        slots=one_line(f"; {slots}", 200) if slots else "",
    )


def _command(name: str) -> str:
    return texts.COMMAND_WORDS.get(name, name)


def differing(then: Sequence[str], now: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of either that the other does not have."""
    return [line for line in then if line not in now], [line for line in now if line not in then]
