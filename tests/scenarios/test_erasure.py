"""Erasing a person: nothing of them is left on disk but what the law keeps, and only so long."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.copies.copying import backed_up, restored
from bot.settings import Secret
from ledger.domain.entities import Action, Case, Contact, Invoice
from ledger.domain.events import (
    CaseStuck,
    DocumentKept,
    ErasureOrdered,
    PersonErased,
    RetentionEnded,
)
from ledger.erasure import FILE_NAME, TombstonesUnreadable, apply_tombstones, tombstones
from ledger.replay import refold

ADA = "Ada Lovelace-Quetzal <ada@wombat-mail.example>"
WORDS = (b"lovelace", b"quetzal", b"wombat", b"xylophone")
LEAD = (
    "Hello Nora,\n\nwe would like your website design package, for our xylophones. Could you send "
    "us an offer?\n\nAda Quetzal\n"
)
YES = "We accept your offer, please go ahead.\n\nAda Quetzal\n"


async def offered(business: Any) -> Any:
    await business.mail(LEAD, sender=ADA, subject="A website for xylophones")
    for question in await business.questions():
        await business.office.answer(question.id, question.options[0].id)
        await business.settle()
    await business.approves()
    return business.sent()[-1]


async def invoiced(business: Any) -> Any:
    offer = await offered(business)
    await business.mail(YES, sender=ADA, answers=offer)
    await business.approves()
    return business.sent()[-1]


async def paid(business: Any) -> None:
    await invoiced(business)
    await business.payment(
        b'{"id": "B-1", "amount": "2856.00", "currency": "EUR", "date": "2026-11-27", '
        b'"payer": "Ada Lovelace-Quetzal", "reference": "2026-0001 xylophone"}'
    )


async def erase(business: Any) -> None:
    (contact,) = [one for one in await business.app.views.all(Contact) if "Ada" in one.name]
    await business.says(f"erase {contact.id} confirm")


def traces(folder: Path) -> dict[str, list[str]]:
    """Which files still hold one of her words, as raw bytes, in small or capital letters."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes().lower()
            words = [word.decode() for word in WORDS if word in content]
            if words:
                found[str(path.relative_to(folder))] = words
    return found


async def test_after_an_erasure_only_what_the_law_keeps_still_names_her(founder: Any) -> None:
    async with founder.business() as business:
        inbox = business.app.folder.inbox / "cur"
        inbox.mkdir(parents=True)
        (inbox / "1.eml:2,S").write_bytes(b"From: Ada <ADA@wombat-mail.example>\r\n\r\nxylophone")
        await paid(business)
        await business.says("evidence 1")
        await business.says("export books 2026-11")
        assert len(list((founder.folder / "exports").iterdir())) == 2
        assert len(traces(founder.folder)) > 3
        await erase(business)
        assert list((founder.folder / "exports").iterdir()) == []
        assert set(traces(founder.folder)) == {"invoices/2026-0001.json"}
        assert (founder.folder / "invoices" / "2026-0001.pdf").exists()
    assert set(traces(founder.folder)) == {"invoices/2026-0001.json"}


async def test_no_fact_says_anything_of_her_any_more(business: Any) -> None:
    await paid(business)
    await business.says("stop case 1 because Quetzal complained about xylophones")
    await business.says("resume case 1")
    await erase(business)
    texts = [repr(fact.event).lower().encode() for fact in await business.all_facts()]
    assert [text for text in texts if any(word in text for word in WORDS)] == []
    assert (await business.office.verify()).broken == ""
    assert (await refold(business.app.ledger)).difference == ""


async def test_an_erasure_is_shown_before_it_is_done_and_wants_a_word_of_its_own(
    business: Any,
) -> None:
    await offered(business)
    blind = await business.says("erase ada confirm")
    assert "I do not erase on it alone" in blind
    shown = await business.says("erase ada")
    assert "Nothing has been done yet" in shown
    assert "case 1" in shown
    assert await business.facts(ErasureOrdered) == []
    assert "is being erased" in await business.says("erase ada confirm")
    (done,) = await business.facts(PersonErased)
    assert done.mails == 1
    assert "Erased: con-" in await business.hears()


async def test_the_preview_says_what_the_law_keeps_and_until_when(business: Any) -> None:
    await invoiced(business)
    shown = await business.says("erase ada")
    assert "Kept by law until 31 Dec 2036: 2026-0001 of 23 Nov 2026" in shown
    assert "10 years after the year of issue (DE)" in shown
    assert "2026-0001 is not paid" in shown


async def test_a_company_may_say_itself_how_long_its_law_keeps_an_invoice(founder: Any) -> None:
    founder.configure(keep_years=8)
    async with founder.business() as business:
        await invoiced(business)
        assert "until 31 Dec 2034" in await business.says("erase ada")
        await erase(business)
        (kept,) = await business.facts(DocumentKept)
        assert kept.until.isoformat() == "2034-12-31"


async def test_when_the_law_keeps_the_invoice_no_longer_it_is_erased_too(founder: Any) -> None:
    async with founder.business() as business:
        await paid(business)
        await erase(business)
        business.clock.moment = datetime(2036, 12, 31, 23, tzinfo=UTC)
        await business.settle()
        assert (founder.folder / "invoices" / "2026-0001.pdf").exists()
        business.clock.moment = datetime(2037, 1, 1, 1, tzinfo=UTC)
        await business.settle()
        (ended,) = await business.facts(RetentionEnded)
        assert (ended.number, ended.files) == ("2026-0001", 2)
        assert "no longer" in await business.hears()
    assert traces(founder.folder) == {}
    assert not list((founder.folder / "invoices").iterdir())


async def test_a_kept_invoice_that_was_lost_on_disk_comes_back_from_its_sealed_copy(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await paid(business)
        pdf = (founder.folder / "invoices" / "2026-0001.pdf").read_bytes()
        await erase(business)
    shutil.rmtree(founder.folder / "invoices")
    async with founder.business():
        assert (founder.folder / "invoices" / "2026-0001.pdf").read_bytes() == pdf
        assert (founder.folder / "invoices" / "2026-0001.json").exists()


async def test_nothing_is_erased_while_an_invoice_that_must_be_kept_is_missing(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await invoiced(business)
        (founder.folder / "invoices" / "2026-0001.json").unlink()
        assert "The law wants 2026-0001 to be kept" in await business.says("erase ada confirm")
        assert await business.facts(ErasureOrdered) == []


async def test_what_waits_for_her_ends_and_nothing_is_stuck(business: Any) -> None:
    await business.mail(LEAD, sender=ADA)
    assert len(await business.cards()) == 1
    await erase(business)
    assert await business.cards() == []
    assert (await business.case()).closed
    assert await business.facts(CaseStuck) == []
    assert await business.app.views.find(Action, "status:asking") == []
    business.clock.forward(days=30)
    await business.settle()
    assert await business.facts(CaseStuck) == []
    assert "Nothing waits for you" in await business.says("inbox")


async def test_a_payment_after_the_erasure_is_still_booked(business: Any) -> None:
    await invoiced(business)
    await erase(business)
    await business.payment(
        b'{"id": "B-1", "amount": "2856.00", "currency": "EUR", "date": "2026-11-27", '
        b'"payer": "Somebody", "reference": "2026-0001"}'
    )
    (invoice,) = await business.app.views.all(Invoice)
    assert invoice.status == "paid"
    assert await business.facts(CaseStuck) == []


async def test_who_writes_again_is_somebody_new_and_the_old_stays_erased(business: Any) -> None:
    offer = await offered(business)
    await erase(business)
    await business.mail(
        "Hello, it is me again, about the website design package.", sender=ADA, answers=offer
    )
    old, new = await business.app.views.all(Contact)
    assert (old.erased, old.name, old.address) == (True, "", "")
    assert (new.erased, new.address) == (False, "ada@wombat-mail.example")
    cases = await business.app.views.all(Case)
    assert [case.contact for case in cases] == [old.id, new.id]
    assert await business.facts(CaseStuck) == []
    await business.says("erase ada@wombat-mail.example confirm")
    assert [one.erased for one in await business.app.views.all(Contact)] == [True, True]
    assert traces(business.app.folder.root) == {}


async def test_the_same_old_mail_handed_in_again_brings_nothing_back(business: Any) -> None:
    await business.mail(LEAD, sender=ADA)
    (received,) = [fact for fact in await business.all_facts() if fact.key.startswith("mail:")][:1]
    raw = await business.app.blobs.get(received.event.raw_sha256)
    await erase(business)
    taken = await business.raw(raw)
    assert (taken.new, taken.fact.erased) == (False, True)
    assert traces(business.app.folder.root) == {}
    assert not list(business.app.folder.blobs.rglob("*.sealed"))


async def test_the_replay_of_an_erased_case_says_honestly_what_cannot_be_compared(
    business: Any,
) -> None:
    await paid(business)
    await erase(business)
    said = await business.says("replay 1")
    assert "erased" in said
    assert "differs" not in said


async def test_the_audit_of_an_erased_case_shows_that_it_was_erased(business: Any) -> None:
    await paid(business)
    await erase(business)
    said = await business.says("audit 1")
    assert "erased" in said
    assert "2026-0001" in said
    assert not any(word.decode() in said.lower() for word in WORDS)


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", ["tombstones", "keys", "blobs", "mails", "tables", "threads"])
async def test_an_erasure_that_a_crash_cut_short_is_finished_at_the_next_start(
    founder: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise Died

    places = {
        "tombstones": "bot.erasure.eraser.keep_tombstones",
        "keys": "ledger.seal.Keys.forget",
        "blobs": "ledger.blobs.erase_copies",
        "mails": "bot.erasure.eraser._unlink",
        "tables": "ledger.store.Ledger.refold",
        "threads": "graph.checkpoints.FileCheckpoints.erase",
    }
    async with founder.business() as business:
        await paid(business)
        monkeypatch.setattr(places[step], dies)
        with pytest.raises(Died):
            await erase(business)
    monkeypatch.undo()
    async with founder.business() as business:
        await business.settle()
        (done,) = await business.facts(PersonErased)
        assert done.kept == ("2026-0001",)
        assert (await refold(business.app.ledger)).difference == ""
    assert set(traces(founder.folder)) == {"invoices/2026-0001.json"}


async def test_an_older_backup_forgets_her_again_where_the_tombstones_are_given(
    founder: Any, tmp_path: Path
) -> None:
    async with founder.business() as business:
        await paid(business)
    backup = tmp_path / "backup"
    shutil.copytree(founder.folder, backup)
    async with founder.business() as business:
        await erase(business)
    listed = tombstones(founder.folder)
    assert (founder.folder / FILE_NAME).read_text().count("\n") == len(listed)
    shutil.rmtree(founder.folder)
    shutil.copytree(backup, founder.folder)
    back = apply_tombstones(founder.folder, listed, business.clock.now().date())
    assert set(back) <= listed
    assert len(back) == 2
    assert set(traces(founder.folder)) <= {"invoices/2026-0001.json"}
    async with founder.business() as business:
        await business.settle()
        (done,) = await business.facts(PersonErased)
        assert done.kept == ("2026-0001",)
        (contact,) = await business.app.views.all(Contact)
        assert contact.erased
        assert (await business.office.verify()).broken == ""
    assert set(traces(founder.folder)) == {"invoices/2026-0001.json"}


@pytest.mark.parametrize("given", ["the old folder", "the list", "the list put there later"])
async def test_a_restored_backup_of_before_the_erasure_does_not_bring_her_back(
    founder: Any, tmp_path: Path, given: str
) -> None:
    file, copy = tmp_path / "backup.coo", tmp_path / "copy"
    words = Secret("correct horse battery")
    async with founder.business() as business:
        await paid(business)
        backed_up(business.app.settings, file, words, work=6)
        await erase(business)
    listed = founder.folder / FILE_NAME
    where = {"the old folder": founder.folder, "the list": listed}.get(given)
    arrived = await restored(copy, file, words, clock=founder.clock, erased=where)
    if where is None:
        assert len(traces(copy)) > 1
        shutil.copy(listed, copy)
    else:
        assert arrived.forgotten == 2
        assert set(traces(copy)) <= {"invoices/2026-0001.json"}
    async with type(founder)(copy, founder.clock).business() as business:
        await business.settle()
        (contact,) = await business.app.views.all(Contact)
        assert contact.erased
        (done,) = await business.facts(PersonErased)
        assert done.kept == ("2026-0001",)
        assert (await business.office.verify()).broken == ""
        assert (await refold(business.app.ledger)).difference == ""
    assert set(traces(copy)) == {"invoices/2026-0001.json"}


async def test_a_list_of_tombstones_that_is_none_restores_nothing(
    founder: Any, tmp_path: Path
) -> None:
    file, copy = tmp_path / "backup.coo", tmp_path / "copy"
    words = Secret("correct horse battery")
    async with founder.business() as business:
        await business.offered()
        backed_up(business.app.settings, file, words, work=6)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("Ada Example, please\n")
    with pytest.raises(TombstonesUnreadable, match="line 1 is no pseudonym"):
        await restored(copy, file, words, clock=founder.clock, erased=wrong)
    assert not copy.exists()


async def test_somebody_in_no_address_book_is_erased_by_their_address(business: Any) -> None:
    await business.mail(
        "Out of office, xylophone.", sender=ADA, headers={"Auto-Submitted": "auto-replied"}
    )
    assert await business.app.views.all(Contact) == []
    assert "1 fact" in await business.says("erase ada@wombat-mail.example")
    await business.says("erase ada@wombat-mail.example confirm")
    assert traces(business.app.folder.root) == {}
    assert "I know nobody" in await business.says("erase bob@nowhere.example")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("erase", "Whom shall I erase?"),
        ("erase zoe", "I know nobody called 'zoe'"),
        ("erase confirm", "Whom shall I erase?"),
    ],
)
async def test_an_order_to_erase_nobody_says_what_to_name(
    business: Any, line: str, said: str
) -> None:
    await offered(business)
    assert said in await business.says(line)


def words_in(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if any(word.decode() in text.lower() for word in WORDS)]


async def test_who_was_erased_twice_is_told_apart_from_who_never_was(business: Any) -> None:
    await offered(business)
    await erase(business)
    (contact,) = await business.app.views.all(Contact)
    assert "was erased before" in await business.says(f"erase {contact.id} confirm")
    assert words_in([await business.says("status"), await business.says("status 1")]) == []


async def test_what_was_remembered_of_her_for_somebody_else_names_her_nowhere_afterwards(
    founder: Any,
) -> None:
    async with founder.business() as business:
        await paid(business)
        await business.mail(LEAD.replace("Ada Quetzal", "Bo"), sender="Bo <bo@example.org>")
        (card,) = await business.cards()
        action = await business.app.views.get(Action, card.action)
        assert "Most similar so far" in action.recommendation
        assert "Ada Lovelace-Quetzal" in await business.says(f"show {card.number}")
        await erase(business)
        shown = await business.says(f"show {card.number}")
        assert "Most similar so far" in shown
        assert "Lovelace" not in shown
    found = {
        (file, word)
        for file, words in traces(founder.folder).items()
        for word in words
        if word != "xylophone"  # Bo, too, wants it for xylophones
    }
    kept = "invoices/2026-0001.json"
    assert found == {(kept, "lovelace"), (kept, "quetzal"), (kept, "wombat")}
