"""A yes counts by itself only where the operator's own server does not doubt who it is from."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.mail.parse import read_mail
from ledger.domain.company import Receiving
from ledger.domain.events import ProposalAccepted

SERVER = "mx.studio-nord.example"
YES = "We accept your offer, please go ahead.\n\nAda\n"
FAILED = f"{SERVER}; spf=fail smtp.mailfrom=ada@example.com; dmarc=fail header.from=example.com"


@pytest.mark.parametrize(
    ("field", "asks", "counts"),
    [
        (f"{SERVER}; dmarc=pass header.from=example.com", True, True),
        (f"{SERVER}; dkim=pass header.d=mail.example.com", True, True),
        (FAILED, False, False),
        (f"{SERVER}; spf=pass smtp.mailfrom=evil.example", True, False),
        ("mx.evil.example; dmarc=pass header.from=example.com", True, False),
        ("", True, False),
        ("", False, True),
    ],
    ids=["dmarc", "dkim", "failed", "of another domain", "another server", "asked", "not asked"],
)
async def test_an_acceptance_is_bound_to_what_the_receiving_server_found(
    founder: Any, field: str, asks: bool, counts: bool
) -> None:
    founder.configure(receiving=Receiving(authserv_id=SERVER, ask_unauthenticated=asks))
    async with founder.business() as business:
        offer = await business.offered()
        headers = {"Authentication-Results": field} if field else {}
        await business.mail(YES, answers=offer, headers=headers)
        assert bool(await business.facts(ProposalAccepted)) is counts
        if not counts:
            assert "your mail server" in (await business.only_question()).text


async def test_a_doubted_acceptance_counts_once_the_operator_says_so(founder: Any) -> None:
    founder.configure(receiving=Receiving(authserv_id=SERVER))
    async with founder.business() as business:
        offer = await business.offered()
        await business.mail(YES, answers=offer, headers={"Authentication-Results": FAILED})
        question = await business.only_question()
        assert "dmarc=fail" in question.text
        option = next(one.id for one in question.options if one.id.startswith("accept:"))
        await business.office.answer(question.id, option)
        await business.settle()
        assert len(await business.facts(ProposalAccepted)) == 1


def test_only_the_topmost_field_of_the_trusted_server_counts() -> None:
    """A sender may put a field of any name below, or garbage above."""
    text = (
        "Authentication-Results: ;;;\r\n"
        f"Authentication-Results: {SERVER}; dmarc=fail\r\n"
        f"Authentication-Results: {SERVER}; dmarc=pass\r\n"
        "From: ada@example.com\r\nSubject: x\r\n\r\nYes\r\n"
    ).encode()
    assert read_mail(text, server=SERVER).authentication == "fail: dmarc=fail"
    assert read_mail(text).authentication == ""
