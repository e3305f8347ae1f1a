"""What leaves this machine as it is set up: one paragraph for each place that hears something."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot import texts
from bot.embedder_settings import embedding_named
from bot.settings import ModelEndpoint, Settings
from ledger.domain.company import Company, ModelScope


def leaves(settings: Settings, company: Company | None) -> Iterator[str]:
    """Line by line, the most telling first; that nothing leaves is said as well."""
    told = (
        *_model(settings.model, company),
        *_embedder(settings),
        *_memory(settings),
        *_chats(settings),
        *_mail(settings),
    )
    if not told:
        yield texts.LEAVES_NOTHING
        return
    yield from told
    yield texts.LEAVES_REST if settings.mailing is None else texts.LEAVES_REST_SENT


def may_reach(company: Company, model: ModelEndpoint) -> bool:
    """Whether `model_may_see` lets this endpoint see anything at all."""
    match company.model_may_see:
        case ModelScope.ANY:
            return True
        case ModelScope.LOCAL:
            return model.local
        case ModelScope.NONE:
            return False


def _model(model: ModelEndpoint | None, company: Company | None) -> Iterator[str]:
    if model is None or (company and not may_reach(company, model)):
        return
    place = texts.LEAVES_LOCAL if model.local else texts.LEAVES_OUT
    yield place.format(host=model.host, model=model.model)
    yield texts.LEAVES_WHAT


def _embedder(settings: Settings) -> Iterator[str]:
    if embedding_named(settings.embedder) is not None and settings.embedding is not None:
        yield texts.LEAVES_EMBEDDER.format(host=settings.embedding.host)
        yield texts.LEAVES_EPISODES


def _memory(settings: Settings) -> Iterator[str]:
    if settings.weaviate is not None and not settings.weaviate.local:
        yield texts.LEAVES_WEAVIATE.format(host=settings.weaviate.host)
        yield texts.LEAVES_WEAVIATE_WHAT


def _chats(settings: Settings) -> Iterator[str]:
    for channel, chat in (("Slack", settings.slack), ("Telegram", settings.telegram)):
        if chat is not None:
            yield texts.LEAVES_CHAT.format(host=urlsplit(chat.api).netloc, channel=channel)
            yield texts.LEAVES_CARDS


def _mail(settings: Settings) -> Iterator[str]:
    if settings.mailing is not None:
        yield texts.LEAVES_MAIL.format(server=settings.mailing.server)
