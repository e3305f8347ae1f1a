"""What one conversation remembers: what the person has seen, and what they are editing."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from bot.channel import Card, CardKind
from bot.office.port import Looks
from ledger.domain.company import Company

MOST_SEEN: Final = 500


class Session:
    """A tap counts only for bytes that this person saw here; `seen` holds their sha256.

    `drafts` are edits on their way, by approval; `last` is the last card that can be reacted to;
    `said` are the facts that were recorded here: taps, answers, orders. `previewed` are the
    contacts whose erasure was shown.
    It is lost with the process: then a card is shown once more before it can be approved.
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone = zone
        self.seen: OrderedDict[str, str] = OrderedDict()
        self.drafts: dict[str, dict[str, str]] = {}
        self.last: Card | None = None
        self.last_case = ""
        self.said: set[str] = set()
        self.previewed: set[str] = set()

    def now(self, office: Looks) -> datetime:
        """The present moment on the person's own clock."""
        return office.clock.now().astimezone(self.zone)

    def shown(self, card: Card) -> None:
        """Remember what stands before the person's eyes."""
        self.last_case = card.case or self.last_case
        self.last = card if card.buttons else self.last
        if card.kind not in {CardKind.APPROVAL, CardKind.PREVIEW}:
            return
        self.seen[card.about] = card.sha256
        self.seen.move_to_end(card.about)
        while len(self.seen) > MOST_SEEN:
            self.seen.popitem(last=False)
        if card.kind is CardKind.APPROVAL:
            self.drafts.pop(card.about, None)
        else:
            self.drafts[card.about] = dict(card.edits)


def zone_of(company: Company, otherwise: tzinfo | None) -> tzinfo | None:
    """The zone in which the company's days begin and end; `otherwise` where it names none."""
    return ZoneInfo(company.time_zone) if company.time_zone else otherwise
