"""What of a case may be shown to a language model: its own question, its own rules."""

from __future__ import annotations

from ledger.domain.company import ModelScope
from ledger.domain.verdicts import Verdict
from policies.engine import Policies
from policies.inputs import ModelInput, values_of
from policies.rulebook import About


def may_model_see(
    policies: Policies,
    *,
    case_kind: str,
    contact: str,
    contact_ids: tuple[str, ...] = (),
    scope: ModelScope,
    endpoint_is_local: bool,
) -> Verdict:
    """Whether text of this case may go to the model at hand. Only `Allow` lets it through.

    `scope` is the company's `model_may_see`; `contact` is the contact's id, "" where there is
    none yet. The model is chosen by the caller, who also knows whether it runs on this machine.
    """
    given = ModelInput(
        case_kind=case_kind,
        contact=contact,
        contact_ids=contact_ids or (contact,),
        scope=scope.value,
        endpoint_is_local=endpoint_is_local,
    )
    return policies.decide(About.MODEL, "", values_of(given))
