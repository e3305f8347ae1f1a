"""Memory with an embedder behind an address: a real server on loopback, a whole company around."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from embedding_server import SIZE, EmbeddingServer, embedding_server
from rich.console import Console

from bot.embedder_settings import EmbedderEndpoint
from bot.settings import Secret, Settings
from bot.work.embedders import open_embedder
from bot.work.reindexing import Wanted, reindexed
from connectors.prices import MILLION, Price
from ledger.domain.company import ModelScope
from ledger.domain.events import ModelCallRecorded, ModelCallReserved, Recalled
from ledger.domain.look import model_of_day
from ledger.reads import Reads
from memory.tally import Tally

KEY = "sk-of-the-embedder-on-loopback"
LEAD = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)


@pytest.fixture
async def vectors() -> AsyncIterator[EmbeddingServer]:
    async with embedding_server() as running:
        yield running


def _embeds_at(founder: Any, server: EmbeddingServer, *, local: bool, price: int = 0) -> None:
    """From now on the company's memory is embedded there; `price` in USD for a million tokens."""
    at = EmbedderEndpoint(
        base_url=server.base_url,
        local=local,
        deadline_s=5,
        key=Secret(KEY),
        prices={"words": Price(price * MILLION, 0)} if price else {},
    )
    spec = f"openai:words:{SIZE}"
    founder.settings = lambda model=None: Settings(
        data=founder.folder, model=model, embedder=spec, embedding=at
    )


async def _remembers(business: Any) -> None:
    """A deal is told to memory, and embedded."""
    await business.offered()
    assert await business.works.tending.catch_up() >= 0


async def _calls(business: Any) -> list[Any]:
    kinds = (ModelCallReserved, ModelCallRecorded)
    return [fact for fact in await business.all_facts() if isinstance(fact.event, kinds)]


async def test_a_server_on_this_machine_embeds_for_nothing_and_leaves_no_fact(
    founder: Any, vectors: EmbeddingServer
) -> None:
    _embeds_at(founder, vectors, local=True)
    async with founder.business() as business:
        await _remembers(business)
        assert await _calls(business) == []
    assert any("website" in text for text in vectors.texts)
    assert vectors.keys == {KEY}
    assert KEY.encode() not in _bytes_of(founder.folder)


async def test_what_a_hosted_embedder_costs_counts_in_the_budget_of_the_day(
    founder: Any, vectors: EmbeddingServer
) -> None:
    _embeds_at(founder, vectors, local=False, price=1)
    async with founder.business() as business:
        await _remembers(business)
    async with founder.business() as business:
        reserved, recorded = await _calls(business)
        assert reserved.case == recorded.case == "desk"
        assert recorded.event.microusd == recorded.event.prompt_tokens > 0
        day = model_of_day(reserved.at.date())
        spent = await business.app.ledger.transact(
            lambda tx: Reads(tx.connection, tx.company).counter(day)
        )
        assert spent == recorded.event.microusd


async def test_nothing_is_shown_to_a_hosted_embedder_where_no_model_may_see_it(
    founder: Any, vectors: EmbeddingServer
) -> None:
    founder.configure(model_may_see=ModelScope.LOCAL)
    _embeds_at(founder, vectors, local=False)
    async with founder.business() as business:
        await _remembers(business)
        assert await business.facts(Recalled), "words are searched all the same"
        assert any("your rules let no text" in e.degraded for e in await business.facts(Recalled))
    assert vectors.texts == []


async def test_one_contact_can_be_kept_from_the_embedder_by_a_rule(
    founder: Any, vectors: EmbeddingServer
) -> None:
    async with founder.business() as business:
        await business.offered()
        contact = (await business.case()).contact
    (founder.folder / "policies").mkdir(exist_ok=True)
    (founder.folder / "policies" / "mine.yaml").write_text(
        'version: "1"\nabout: model\nrules:\n  - id: not-this-one\n    effect: deny\n'
        f'    when: contact == "{contact}"\n    reason: "They want no model."\n'
    )
    _embeds_at(founder, vectors, local=False)
    async with founder.business() as business:
        next(business._count)  # the fixture numbers mails from nought again
        next(business._count)
        await business.mail(LEAD.replace("Ada", "Bob"), sender="Bob Other <bob@example.net>")
        await business.works.tending.catch_up()
        asked = await business.says("memory Ada website")
        again = Wanted(to="same", back=False, drop=False, anyway=True, share=None, rate=0.0)
        await reindexed(business.app, Console(file=StringIO()), again)
    assert "your rules let no text" in " ".join(asked.split())
    assert vectors.texts
    assert not any("Ada" in text for text in vectors.texts)


async def test_an_embedder_that_is_down_leaves_words_and_says_so(
    founder: Any, vectors: EmbeddingServer
) -> None:
    vectors.status = 503
    _embeds_at(founder, vectors, local=True)
    async with founder.business() as business:
        await business.offered()
        assert any("503" in event.degraded for event in await business.facts(Recalled))


async def test_a_company_without_the_way_to_an_embedder_searches_words(
    founder: Any, tmp_path: Path
) -> None:
    async with founder.business() as business:
        assert open_embedder(business.app, "openai:words:64", tmp_path / "m.db", Tally()) is None


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
