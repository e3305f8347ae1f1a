"""What may be shown in a chat: every post has its verdict, recorded with the call. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from ledger.domain.verdicts import Allow, Deny, FiredRule, Verdict
from policies.rulebook import Effect

_HERE: Final = "policies/posting.py"


class PostingInput(Struct, frozen=True, kw_only=True):
    """What the question is about.

    `answer`: it answers somebody who wrote there. `paired`: that chat belongs to an operator now.
    `decides`: the role of its operator reaches to decisions. `buttons`: it has any. `closing`: it
    only takes away what was there before.
    """

    answer: bool
    paired: bool
    decides: bool
    buttons: bool
    closing: bool = False


def may_post(given: PostingInput, policy: str) -> Verdict:
    """Whether this may be shown there. `policy` is `version@sha` of the rules in force.

    A chat that belongs to nobody is only ever answered, and without buttons.
    """
    if given.buttons and not (given.paired and given.decides):
        return Deny((_NO_BUTTONS,), policy)
    if given.closing:
        return Allow((_CLOSING,), policy)
    if given.paired:
        return Allow((_PAIRED,), policy)
    return Allow((_ANSWER,), policy) if given.answer else Deny((_UNPAIRED,), policy)


def _rule(rule: str, effect: Effect, reason: str) -> FiredRule:
    return FiredRule(rule, effect.value, reason, _HERE)


_PAIRED: Final = _rule("post-paired", Effect.ALLOW, "The chat belongs to an operator.")
_ANSWER: Final = _rule("post-answer", Effect.ALLOW, "It answers who wrote there.")
_CLOSING: Final = _rule("post-closing", Effect.ALLOW, "It takes away what was shown there.")
_UNPAIRED: Final = _rule("post-unpaired", Effect.DENY, "The chat belongs to no operator.")
_NO_BUTTONS: Final = _rule(
    "post-buttons", Effect.DENY, "Only who may decide there is given buttons."
)
