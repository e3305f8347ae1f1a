"""The embedder of a company: bundled, hosted or none; what it may see, and what it may cost."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.embedder_settings import BUNDLED, EmbedderEndpoint, HostedEmbedding, embedding_named
from ledger.domain.entities import Case
from ledger.domain.identity import ids_of
from ledger.domain.verdicts import Allow
from memory.embedder import bundled
from memory.embeddings import EmbeddingCache, MayEmbed
from memory.episodes import Episode, MemoryQuery
from memory.tally import Tally
from policies.model_gate import may_model_see

if TYPE_CHECKING:
    from bot.opening import App
    from connectors.embeddings import HostedEmbedder

EMBEDDINGS: Final = "embeddings.db"
"""Where vectors are kept that were computed once, beside the memory."""

_log = logging.getLogger(__name__)


def open_embedder(app: App, spec: str, memory: Path, tally: Tally) -> EmbeddingCache | None:
    """The embedder that `spec` names, with its cache beside `memory`; None: words must do.

    Blocking: it opens a file. Raises `SettingsInvalid` where there is no such embedder.
    """
    cache = memory.with_name(EMBEDDINGS)
    model, at = embedding_named(spec), app.settings.embedding
    if model is not None and at is not None:
        hosted = _hosted(app, model, at)
        return EmbeddingCache(
            hosted, cache, may_embed=_permission(app, at), on_close=hosted.close, tally=tally
        )
    if spec != BUNDLED:
        return None
    found = bundled()
    if found is None:
        _log.warning("onnxruntime is not installed: episodes are found by their words only.")
    return EmbeddingCache(found, cache, tally=tally) if found else None


def _hosted(app: App, model: HostedEmbedding, at: EmbedderEndpoint) -> HostedEmbedder:
    # The client library takes most of a second to load; the bundled embedder never needs it.
    from connectors.embeddings import (  # noqa: PLC0415
        HostedEmbedder,
        HostedModel,
        OpenAIEmbeddings,
        Purse,
    )
    from connectors.prices import FREE, PriceList  # noqa: PLC0415
    from connectors.rests import Rests  # noqa: PLC0415
    from ledger.journal import Journal  # noqa: PLC0415

    prices = PriceList(local=at.local, own=at.prices)
    purse = Purse(
        Journal(app.ledger, app.company),
        model.name,
        app.clock,
        new_name=lambda: f"embed-{app.chance(8).hex()}",
    )
    return HostedEmbedder(
        OpenAIEmbeddings(base_url=at.base_url, api_key=at.key.reveal() if at.key else ""),
        HostedModel(name=model.name, dimensions=model.dimensions, shorten=model.shorten),
        prices=prices,
        purse=None if prices.price(model.name) == FREE else purse,
        rests=Rests(app.clock),
        deadline=at.deadline_s,
    )


def _permission(app: App, at: EmbedderEndpoint) -> MayEmbed:
    """Whether a text may go there: by the same rules as for any model (docs/policies.md)."""

    async def permitted(asked: Episode | MemoryQuery) -> bool:
        shown = asked.quotes or asked if isinstance(asked, MemoryQuery) else asked
        if isinstance(shown, MemoryQuery):
            return await allowed("", shown.contacts)
        case = await app.views.get(Case, shown.case)
        return await allowed(case.kind if case else "", (shown.contact,) if shown.contact else ())

    async def allowed(case_kind: str, contacts: tuple[str, ...]) -> bool:
        """Of all who are concerned: one who may not be shown keeps the text here."""
        return all([await allows(case_kind, one) for one in contacts or ("",)])

    async def allows(case_kind: str, contact: str) -> bool:
        verdict = may_model_see(
            app.policies,
            case_kind=case_kind,
            contact=contact,
            contact_ids=await ids_of(app.views, contact) if contact else (),
            scope=app.company.model_may_see,
            endpoint_is_local=at.local,
        )
        return isinstance(verdict, Allow)

    return permitted
