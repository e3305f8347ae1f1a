"""A card shows what somebody wrote in another language, and its gist by the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.domain.entities import Gist
from ledger.domain.events import GistMade
from ledger.replay import refold

LEA = "Lea Groß <lea@gross.example>"
ASKS = "Guten Tag, wir möchten ein Logo und zwei Workshoptage. Bitte senden Sie uns ein Angebot."


async def test_the_card_has_the_original_and_a_gist_with_nothing_to_follow_in_it(
    server: Any, founder: Any, endpoint: Callable[..., Any]
) -> None:
    async with founder.business(endpoint()) as business:
        await business.mail(ASKS, sender=LEA, subject="Anfrage")
        card = " ".join((await business.says("show 1")).split())
        assert "They wrote Guten Tag, wir möchten ein Logo" in card
        assert "In short They want an offer, in 15 words. Pay at … now" in card
        assert "gist by the model small, unchecked; nothing rests on it" in card
        assert "evil" not in card
        (made,) = await business.facts(GistMade)
        assert made.language == "en"
        assert (await refold(business.app.ledger)).difference == ""
        assert len([call for call in server.calls if call.part == "gist"]) == 1
        await business.mail("Hello, please go on in English.", sender=LEA, subject="Anfrage")
        assert "In short" not in await business.says("show 1")


async def test_without_an_answer_of_the_model_the_card_comes_all_the_same(
    server: Any, founder: Any, endpoint: Callable[..., Any], fault: Any
) -> None:
    server.faults.update(big=fault.BROKEN, small=fault.BROKEN)
    async with founder.business(endpoint()) as business:
        await business.mail(ASKS, sender=LEA, subject="Anfrage")
        card = await business.says("show 1")
        assert "Lea Groß" in card
        assert "In short" not in card
        assert not await business.app.views.all(Gist)


async def test_a_mail_in_the_operators_own_language_needs_no_gist(
    server: Any, founder: Any, endpoint: Callable[..., Any]
) -> None:
    async with founder.business(endpoint()) as business:
        await business.mail("Hello, we need a logo and two workshop days, please send an offer.")
        assert await business.facts(GistMade) == []
        assert [call for call in server.calls if call.part == "gist"] == []
