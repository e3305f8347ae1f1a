"""What may be shown to a language model."""

import pytest

from ledger.domain.company import ModelScope
from ledger.domain.verdicts import Allow, Deny
from policies.engine import Policies
from policies.model_gate import may_model_see


def ask(policies, scope, *, local, contact="con-1"):
    return may_model_see(
        policies, case_kind="lead", contact=contact, scope=scope, endpoint_is_local=local
    )


@pytest.mark.parametrize(
    ("scope", "local", "kind"),
    [
        (ModelScope.ANY, False, Allow),
        (ModelScope.ANY, True, Allow),
        (ModelScope.LOCAL, True, Allow),
        (ModelScope.LOCAL, False, Deny),
        (ModelScope.NONE, True, Deny),
        (ModelScope.NONE, False, Deny),
    ],
)
def test_the_company_decides_which_models_see_its_texts(scope, local, kind):
    verdict = ask(Policies.load(), scope, local=local)
    assert type(verdict) is kind
    assert all(hit.reason.startswith("You ") for hit in verdict.fired)


def test_one_contact_can_be_kept_away_from_every_model(tmp_path):
    (tmp_path / "model.yaml").write_text(
        'version: "1"\nabout: model\nrules:\n'
        "  - {id: not-ada, effect: deny, when: contact == 'con-1', reason: Ada asked for it.}\n"
    )
    policies = Policies.load(None, tmp_path)
    assert type(ask(policies, ModelScope.ANY, local=True)) is Deny
    assert type(ask(policies, ModelScope.ANY, local=True, contact="con-2")) is Allow
