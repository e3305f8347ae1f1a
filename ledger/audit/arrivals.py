"""What reached a case from outside, as one line: the desk fact behind a routing."""

from __future__ import annotations

from typing import Any, Final

from ledger.audit.entries import CameIn
from ledger.domain import events
from ledger.domain.events import Event
from ledger.domain.facts import Fact

_CUT: Final = 240
"""Characters of a text that a line of the trail shows."""


def arrival(source: Fact | None, base: dict[str, Any], *, routed: str, sender: str) -> CameIn:
    """`source` is the desk fact, or None where it cannot be found."""
    told = _told(source.event) if source else {"kind": "unknown"}
    came_at = source.at if source else base["at"]
    erased = base["erased"] or bool(source and source.erased)
    return CameIn(
        **{**base, "erased": erased}, came_at=came_at, routed=routed, sender=sender, **told
    )


def _told(event: Event) -> dict[str, Any]:  # noqa: C901 - one arm a kind, nothing nested
    match event:
        case events.MailReceived():
            return _mail(event)
        case events.PaymentReceived():
            booked = _short(f"booked {event.booked_on}, reference {event.reference!r}")
            paid = {"amount": event.amount, "summary": booked}
            return {"kind": "payment", "who": event.payer, **paid}
        case events.DocumentReceived():
            return _document(event)
        case events.OperatorSaid(text=text) | events.OperatorTold(text=text):
            return {"kind": "said", "who": event.operator, "summary": _short(text)}
        case events.OperatorWrote(recipient=to):
            summary = _short(f"{event.subject} – {event.text}")
            return {"kind": "own mail", "who": f"to {to}", "summary": summary}
        case events.Tapped(verb=verb, text=text):
            return {"kind": "tap", "who": event.operator, "summary": _short(f"{verb} {text}")}
        case events.QuestionReplied(choice=choice, text=text):
            told = _short(f"{choice} {text}")
            return {"kind": "answer", "who": event.operator, "summary": told}
        case events.UndoOrdered():
            asked = _short(f"undo {event.target} {event.reason}")
            return {"kind": "undo", "who": event.operator, "summary": asked}
        case events.WorkReported():
            what = f"milestone {event.work}" if event.work else "delivered"
            on = f" on {event.on}" if event.on else ""
            return {"kind": "work", "who": event.operator, "summary": f"{what}{on}"}
        case events.PricesChanged():
            named = ", ".join(change.title for change in event.changes)
            return {"kind": "prices", "summary": _short(named)}
        case events.AlarmRang():
            return {"kind": "alarm", "summary": f"due {event.due:%Y-%m-%d %H:%M} UTC"}
        case _:
            who = getattr(event, "operator", "")
            return {"kind": _kind(type(event)), "who": who, "summary": _target(event)}


def _mail(event: events.MailReceived) -> dict[str, Any]:
    lines = (event.subject, event.text)
    name = f"{event.sender_name} <{event.sender}>" if event.sender_name else event.sender
    summary = " – ".join(part for part in lines if part)
    return {"kind": "mail", "who": name, "summary": _short(summary), "notes": event.notes}


def _document(event: events.DocumentReceived) -> dict[str, Any]:
    pages = f", {event.pages} p." if event.pages else ""
    said = " ".join(page.text for page in event.text)
    summary = f"{event.name} ({event.how}{pages})" + (f" – {said}" if said else "")
    notes = tuple(event.notes)
    return {"kind": "document", "who": event.operator, "summary": _short(summary), "notes": notes}


def _kind(event: type[Event]) -> str:
    return {events.StopOrdered: "stop", events.ResumeOrdered: "resume"}.get(
        event, "retry" if event is events.RetryOrdered else event.__name__
    )


def _target(event: Event) -> str:
    parts = (getattr(event, name, "") for name in ("scope", "target", "reason"))
    return _short(" ".join(part for part in parts if part))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CUT else flat[: _CUT - 1] + "…"
