"""Threads never work out at the same time how a stored type is read."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import msgspec, msgspec._utils
from ledger.preparing import prepare_decoders
from ledger.domain.entities import Entity
from ledger.domain.events import EVENT_TYPES
import typing

if {prepared}:
    prepare_decoders()
asked = []
known = msgspec._utils._get_class_mro_and_typevar_mappings
msgspec._utils._get_class_mro_and_typevar_mappings = lambda kind: asked.append(kind) or known(kind)
for kind in (*typing.get_args(Entity), *EVENT_TYPES.values()):
    msgspec.json.Decoder(kind)
print(len(asked))
"""


@pytest.mark.parametrize(("prepared", "left"), [(True, False), (False, True)])
def test_once_a_ledger_is_open_no_stored_type_is_left_to_be_worked_out(
    prepared: bool, left: bool
) -> None:
    script = _SCRIPT.format(prepared=prepared)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert (int(done.stdout) > 0) is left
