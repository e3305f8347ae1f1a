"""Commands about the ledger itself: verify and anchor."""

from __future__ import annotations

from typing import assert_never

from bot import texts
from bot.channel import Reply
from bot.commands.words import Anchor, Verify
from bot.office.port import Office, VerifyReport
from bot.wording.amounts import counted


class Proving:
    """Shows that nothing was changed or taken away."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def answer(self, intent: Verify | Anchor) -> Reply:
        """Walk the chain, or hand its head out."""
        match intent:
            case Verify(anchors):
                return verified(await self._office.verify(anchors))
            case Anchor():
                line = await self._office.anchor()
                return Reply(lines=(texts.ANCHOR_MADE, line), hints=(texts.ANCHOR_KEPT,))
            case _:
                assert_never(intent)


def verified(report: VerifyReport) -> Reply:
    """What a check of the chain found, in words."""
    if report.broken:
        return Reply(lines=(report.broken, report.remedy), trouble=True)
    line = texts.CHAIN_HOLDS.format(facts=report.facts, head=report.head[:16])
    if not report.anchors:
        return Reply(lines=(line,), hints=(texts.CHAIN_NO_ANCHOR,))
    anchors = counted(report.anchors, "anchor")
    through = texts.CHAIN_ANCHORED.format(anchors=anchors, day=report.anchored_on)
    return Reply(lines=(line, through))
