"""The files of one case: mails, documents, approvals, receipts and payments in order of time, the
story in words, and the chain that they stand in.

Nobody's keys are among them. What was erased is named as that; its hash still stands in the chain.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from bot import texts
from bot.audit.words import entry_lines
from bot.bundle import Bundle, safe
from bot.evidence.checking import CHECKER
from bot.office.port import Office
from bot.wording.naming import named
from ledger.audit import read_trail
from ledger.chain import StoredFact
from ledger.domain.amounts import amount_words
from ledger.domain.commands import MailCommand
from ledger.domain.entities import Action, Approval, Case
from ledger.domain.events import (
    ActionSucceeded,
    Approved,
    DocumentReceived,
    MailReceived,
    PaymentReceived,
    QuestionAnswered,
    Rejected,
    Routed,
)
from ledger.domain.facts import Fact
from ledger.domain.values import Attachment, canonical

GONE: Final = "Its text is gone: the person was erased. Its hash stands in chain.jsonl."


class Piece(Struct, frozen=True, kw_only=True):
    """One thing that happened, with its files by name; `about` says what it is."""

    at: datetime
    seq: int
    about: str
    files: tuple[tuple[str, bytes], ...]


async def evidence_of(office: Office, case: Case) -> Bundle:
    """All files. The same facts make the same bytes."""
    facts = list(await office.history.case(case.id))
    routed = [one.event for one in facts if isinstance(one.event, Routed)]
    sources = [await office.history.fact(one.fact) for one in routed if one.fact]
    pieces = [piece for one in sources for piece in await _came(office, one)]
    for fact in facts:
        pieces += await _happened(office, fact)
    files: dict[str, bytes] = {}
    index: list[tuple[str, str, str]] = []
    for n, piece in enumerate(sorted(pieces, key=lambda each: each.seq), start=1):
        for k, (name, data) in enumerate(piece.files, start=1):
            path = f"{n:03d}.{k}-{safe(name)}"
            files[path] = data
            index.append((moment_words(piece.at, office.zone), piece.about, path))
    files["story.txt"] = await _story(office, case)
    rows = await office.stored(case.id, [one.id for one in sources])
    files["chain.jsonl"] = b"".join(_row(row) for row in rows)
    files["case.json"] = canonical({"case": case.id, "number": case.number})
    files["verify.py"] = CHECKER.encode()
    files["README.txt"] = _readme(office, case, index, rows).encode()
    files["index.html"] = _page(case, index).encode()
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files["files.json"] = json.dumps(hashes, indent=1, sort_keys=True).encode()
    return files


async def _came(office: Office, fact: Fact) -> list[Piece]:
    match fact.event:
        case MailReceived() as event:
            return [await _mail(office, fact, event)]
        case PaymentReceived() as event:
            return [_piece(fact, "Payment", "payment.txt", _payment(fact, event, office))]
        case DocumentReceived() as event:
            data = await office.document(event.sha256)
            name = f"document-{event.name or event.document}"
            return [_piece(fact, "Document", name, data or GONE.encode())]
        case _:
            return []


async def _mail(office: Office, fact: Fact, event: MailReceived) -> Piece:
    raw = await office.document(event.raw_sha256)
    lines = [
        f"Received: {moment_words(fact.at, office.zone)}",
        f"From: {event.sender_name} <{event.sender}>",
        f"To: {event.recipient}",
        f"Subject: {event.subject}",
        f"Message-ID: {event.message_id}",
        f"In reply to: {event.in_reply_to}",
        f"What the receiving server found of the sender: {event.authentication or 'not known'}",
        f"sha256 of the bytes: {event.raw_sha256}",
        f"Recorded as fact {fact.seq}, {fact.id}",
        "",
        GONE if fact.erased else event.text,
    ]
    files = [("mail-in.txt", "\n".join(lines).encode())]
    files += [("mail-in.eml", raw)] if raw is not None else []
    for each in event.attachments:
        data = await office.document(each.sha256)
        files += [(f"attachment-{each.name}", data)] if data is not None else []
    return Piece(
        at=fact.at,
        seq=fact.seq,
        about=f"Mail of {event.sender or 'an erased person'}",
        files=tuple(files),
    )


def _payment(fact: Fact, event: PaymentReceived, office: Office) -> bytes:
    lines = [
        f"Payment {event.payment}: {amount_words(event.amount)}, booked on {event.booked_on}",
        f"Recorded: {moment_words(fact.at, office.zone)}, from a {event.source} statement",
        f"Payer: {event.payer or 'not known, or erased'}",
        f"Account: {event.payer_account}",
        f"Reference: {event.reference}",
        f"Fact {fact.seq}, {fact.id}",
    ]
    return "\n".join(lines).encode()


async def _happened(office: Office, fact: Fact) -> list[Piece]:
    match fact.event:
        case Approved() as event:
            return [await _decided(office, fact, event, "approved")]
        case Rejected() as event:
            return [await _decided(office, fact, event, "rejected")]
        case QuestionAnswered() as event:
            said = event.choice or event.text
            text = f"{event.operator} ({event.channel}) answered {event.question}: {said}"
            at = moment_words(fact.at, office.zone)
            return [_piece(fact, "Answer", "answer.txt", f"{at}\n{text}\n".encode())]
        case ActionSucceeded() as event:
            return [await _done(office, fact, event)]
        case _:
            return []


async def _decided(office: Office, fact: Fact, event: Approved | Rejected, how: str) -> Piece:
    """Who decided, when, and on which bytes: the file beside it is those bytes."""
    action = await office.views.get(Action, event.action)
    approval = await office.views.get(Approval, event.approval)
    sha = approval.sha256 if approval else ""
    lines = [
        f"{event.operator} {how} it in {event.channel}, {moment_words(fact.at, office.zone)}.",
        f"What was shown: {approval.title if approval else event.approval}",
        f"sha256 of exactly what was decided on: {sha}",
        f"Reason: {event.reason}" if isinstance(event, Rejected) else "",
        f"Fact {fact.seq}, {fact.id}; action {event.action}, approval {event.approval}",
    ]
    files = [(f"{how}.txt", "\n".join(line for line in lines if line).encode())]
    if action and action.command is not None:
        files.append((f"{how}-bytes.json", canonical(action.command)))
    return Piece(at=fact.at, seq=fact.seq, about=f"{event.operator} {how}", files=tuple(files))


async def _done(office: Office, fact: Fact, event: ActionSucceeded) -> Piece:
    """The receipt of a server or of the disk, what left, and the documents that came of it."""
    action = await office.views.get(Action, event.action)
    receipt, command = event.receipt, action.command if action else None
    lines = [
        f"{action.name if action else event.action}: done {moment_words(fact.at, office.zone)}",
        f"Receipt of {receipt.provider}: {receipt.reference}",
        f"Place: {receipt.location}" if receipt.location else "",
        f"Fact {fact.seq}, {fact.id}; action {event.action}, try {event.n}",
    ]
    files = [("receipt.txt", "\n".join(line for line in lines if line).encode())]
    attached: Sequence[Attachment] = receipt.documents
    if isinstance(command, MailCommand):
        text = f"To: {command.to}\nSubject: {command.subject}\n\n{command.body}\n"
        files.append(("mail-out.txt", text.encode()))
        attached = command.attachments
    elif command is None:
        files.append(("erased.txt", GONE.encode()))
    for each in attached:
        data = await office.document(each.sha256, each.name)
        files += [(each.name, data)] if data is not None else []
    name = action.name if action else "Action"
    return Piece(at=fact.at, seq=fact.seq, about=f"{name}, receipt", files=tuple(files))


def _piece(fact: Fact, about: str, name: str, data: bytes) -> Piece:
    return Piece(at=fact.at, seq=fact.seq, about=about, files=((name, data),))


def moment_words(moment: datetime, zone: Any) -> str:
    """`2026-11-23 10:00:05 UTC+0100 (09:00:05 UTC)`"""
    local, utc = moment.astimezone(zone), moment.astimezone(UTC)
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{local:%z} ({utc:%H:%M:%S} UTC)"


async def _story(office: Office, case: Case) -> bytes:
    """Every step of the case in words, with its exact time."""
    trail = await read_trail(office.history, case.id)
    lines = [f"Case {case.number}: {case.title or case.kind} ({case.id})", ""]
    for entry in trail.entries:
        lines.append(f"Step {entry.step}, {moment_words(entry.at, office.zone)}")
        at = entry.at.astimezone(office.zone)
        lines += [f"  {await named(office.views, each)}" for each in entry_lines(entry, at)]
    return ("\n".join(lines) + "\n").encode()


def _row(row: StoredFact) -> bytes:
    """One line of the chain: its columns as stored, and both hashes."""
    columns = [_plain(each) for each in row[:-2]]
    line = {"columns": columns, "previous": row.prev_hash.hex(), "hash": row.hash.hex()}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value


def _readme(
    office: Office, case: Case, index: Iterable[tuple[str, str, str]], rows: Sequence[StoredFact]
) -> str:
    last = rows[-1] if rows else None
    head = f"{last.seq} {last.hash.hex()}" if last else ""
    lines = [
        texts.EVIDENCE_TITLE.format(
            number=case.number, title=case.title or case.kind, company=office.company.name
        ),
        "",
        *texts.EVIDENCE_READ,
        f"The last fact in this folder: {head}",
        "",
        *(f"{when}  {path}: {about}" for when, about, path in index),
    ]
    return "\n".join(lines) + "\n"


def _page(case: Case, index: Iterable[tuple[str, str, str]]) -> str:
    title = html.escape(f"Case {case.number}: {case.title or case.kind}")
    rows = "".join(
        f'<tr><td>{html.escape(when)}</td><td>{html.escape(about)}</td><td><a href="'
        f'{html.escape(path, quote=True)}">{html.escape(path)}</a></td></tr>'
        for when, about, path in index
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font-family:sans-serif;margin:2em}td{padding:.2em 1em}</style>"
        f'<h1>{title}</h1><p><a href="README.txt">README.txt</a>, '
        f'<a href="story.txt">story.txt</a></p><table>{rows}</table></html>\n'
    )
