"""Model calls with a memory: allowed first, paid for before they leave, never made twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, assert_never

from msgspec import Struct

from connectors.endpoint import ModelFailed
from connectors.model import Completion, ModelUnavailable, Prompt
from connectors.prices import PriceList
from connectors.rests import Resting, Rests
from ledger.domain.events import ContextSeen, ModelCallRecorded
from ledger.domain.prompts import prompt_bytes, prompt_sha256
from ledger.domain.verdicts import Allow, Verdict
from ledger.journal import AlreadyAnswered, Call, Journal, OverBudget, Reserved

CHEAP: Final = "cheap"


class Asked(Protocol):
    """A question of the planner; `graph.ports.ModelRequest` is one. `tier` is main or cheap."""

    @property
    def cause(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def system(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def schema_name(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    @property
    def case(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def max_tokens(self) -> int: ...
    @property
    def context(self) -> ContextSeen | None: ...


class Answered(Struct, frozen=True, kw_only=True):
    """The model's text (JSON by schema, not yet validated) and what it cost."""

    text: str
    model: str
    microusd: int


class Provider(Protocol):
    """Whoever answers prompts; `connectors.model.OpenAIModel` does."""

    async def complete(self, prompt: Prompt) -> Completion:
        """Raises `ModelFailed`."""
        ...


MaySee = Callable[[Asked], Awaitable[Verdict]]
"""Whether the text of a question may go to this model; only `Allow` lets it through."""


class Tiers(Struct, frozen=True, kw_only=True):
    """The names of the models at this endpoint. `cheap` is the one to fall back to."""

    main: str
    cheap: str

    def model(self, tier: str) -> str:
        """The model of a tier; every tier but cheap is main."""
        return self.cheap if tier == CHEAP else self.main

    def has(self, tier: str) -> bool:
        """Whether this tier is a model of its own: the same model twice is no fallback."""
        return tier != CHEAP or self.cheap != self.main


class JournaledModels:
    """Answers questions and keeps the answers. `deadline` is in seconds, of one call."""

    def __init__(
        self,
        *,
        journal: Journal,
        provider: Provider,
        tiers: Tiers,
        prices: PriceList,
        may_see: MaySee,
        deadline: float,
        rests: Rests,
    ) -> None:
        self._journal = journal
        self._provider = provider
        self._tiers = tiers
        self._prices = prices
        self._may_see = may_see
        self._deadline = deadline
        self._rests = rests

    async def ask(self, call_id: str, asked: Asked) -> Answered:
        """The answer to the call of this id: the recorded one, or a new one that is recorded.

        Raises `ModelUnavailable`.
        """
        known = await self._journal.answer(call_id)
        if known is not None:
            return _answered(known)
        if not self._tiers.has(asked.tier):
            raise ModelUnavailable("unconfigured", "There is no cheaper model.")
        call = self._call(call_id, asked)
        await self._permitted(call, asked)
        await self._rested(call)
        reserved = await self._journal.reserve(call)
        match reserved:
            case AlreadyAnswered(answer):
                return _answered(answer)
            case OverBudget():
                raise await self._refused(call, "budget", _spent_up(reserved))
            case Reserved():
                return await self._called(reserved, asked)
            case _:
                assert_never(reserved)

    async def _permitted(self, call: Call, asked: Asked) -> None:
        verdict = await self._may_see(asked)
        if not isinstance(verdict, Allow):
            reasons = "; ".join(f"{rule.reason} ({rule.rule})" for rule in verdict.fired)
            raise await self._refused(call, "policy", reasons or "No rule allows it.")

    async def _rested(self, call: Call) -> None:
        resting = self._rests.of(call.model)
        if resting is not None:
            raise await self._refused(call, _reason(resting.failed), _still(resting))

    async def _refused(self, call: Call, reason: str, cause: str) -> ModelUnavailable:
        await self._journal.refuse(call, reason=reason, cause=cause)
        return ModelUnavailable(reason, cause)

    async def _called(self, reserved: Reserved, asked: Asked) -> Answered:
        call = reserved.call
        try:
            done = await self._provider.complete(self._prompt(call.model, asked))
        except ModelFailed as failed:
            self._rests.after(call.model, failed)
            await self._journal.fail(
                reserved,
                reason=_reason(failed),
                cause=failed.cause,
                microusd=self._cost_of_failure(call, failed),
            )
            raise ModelUnavailable(_reason(failed), failed.cause) from failed
        recorded = await self._journal.record(
            reserved,
            answer=done.text,
            microusd=self._prices.cost(call.model, done.prompt_tokens, done.answer_tokens),
            prompt_tokens=done.prompt_tokens,
            answer_tokens=done.answer_tokens,
            milliseconds=done.milliseconds,
        )
        return _answered(recorded)

    def _call(self, call_id: str, asked: Asked) -> Call:
        model = self._tiers.model(asked.tier)
        shown = prompt_bytes(asked.system, asked.user, asked.schema)
        return Call(
            call=call_id,
            model=model,
            part=asked.part,
            microusd=self._prices.estimate(model, len(shown), asked.max_tokens),
            prompt_sha256=prompt_sha256(asked.system, asked.user, asked.schema),
            case=asked.case,
            person=asked.person,
            cause=asked.cause,
            context=asked.context,
        )

    def _prompt(self, model: str, asked: Asked) -> Prompt:
        return Prompt(
            model=model,
            system=asked.system,
            user=asked.user,
            schema_name=asked.schema_name,
            schema=asked.schema,
            max_tokens=asked.max_tokens,
            timeout=self._deadline,
        )

    def _cost_of_failure(self, call: Call, failed: ModelFailed) -> int:
        """What did not come in time was written all the same, and is paid for."""
        if failed.reason == "deadline":
            return call.microusd
        return self._prices.cost(call.model, failed.prompt_tokens, failed.answer_tokens)


def _answered(recorded: ModelCallRecorded) -> Answered:
    return Answered(text=recorded.answer, model=recorded.model, microusd=recorded.microusd)


def _reason(failed: ModelFailed) -> str:
    """In the planner's words: whether it was late or went wrong; the cause says the rest."""
    return "deadline" if failed.reason == "deadline" else "error"


def _still(resting: Resting) -> str:
    again = f"{resting.until:%H:%M:%S} UTC"
    return f"It was not asked, since a moment ago: {resting.failed.cause} Again after {again}."


def _spent_up(over: OverBudget) -> str:
    limit, used = over.limit / 1_000_000, over.used / 1_000_000
    return f"The model budget of {limit:.2f} USD a {over.scope} is used up ({used:.2f} spent)."
