"""`coo doctor`: what is configured, what is missing and how to get it, and where data goes."""

from __future__ import annotations

import platform
import sqlite3
import stat
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot import texts
from bot.channel import Reply, Table
from bot.company.file import FILE_NAME, load_company
from bot.embedder_settings import embedding_named
from bot.findings import Check, Finding, Health
from bot.folder import Folder
from bot.leaving import leaves, may_reach
from bot.office.port import PoliciesInForce, VerifyReport
from bot.settings import HOSTED_MODELS, ModelEndpoint, Settings, nearest_variable
from bot.wording.amounts import counted, span_words
from bot.wording.untrusted import one_line
from connectors.prices import PriceList
from ledger.domain.company import Company
from ledger.domain.errors import CooError, SettingsInvalid

DISTRIBUTION: Final = "coo-operator"
OLD: Final = timedelta(days=7)
MEMORY: Final = "memory.db"
SHARED_BITS: Final = stat.S_IRWXG | stat.S_IRWXO

SQLITE_FIXED: Final = (3, 51, 3)
SQLITE_BACKPORTS: Final = ((3, 50, 7), (3, 44, 6))
"""Versions without the WAL reset race that may lose a commit when two processes write."""


class Copied(Struct, frozen=True, kw_only=True):
    """The last backup or export: how long ago, and how many facts came since."""

    kind: str
    ago: timedelta
    since: int


async def _never_copied() -> Copied | None:
    return None


class Probes(Struct, frozen=True, kw_only=True):
    """What only the application can look at. Each may raise `CooError` or `OSError`.

    `holder` names who runs the folder's subscribers (empty: nobody); `copied` gives None where
    no backup was ever made.
    """

    verify: Callable[[], Awaitable[VerifyReport]]
    policies: Callable[[], PoliciesInForce]
    holder: Callable[[], str]
    copied: Callable[[], Awaitable[Copied | None]] = _never_copied


class Report(Struct, frozen=True, kw_only=True):
    """All findings, as an answer and as an exit code."""

    findings: tuple[Finding, ...]
    data: tuple[tuple[str, str, str, str], ...]
    leaves: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 where something is broken; what is merely absent is fine."""
        return int(any(each.health is Health.BROKEN for each in self.findings))

    def replies(self) -> tuple[Reply, Reply, Reply]:
        """Findings, the data folder file by file, and what leaves the machine."""
        rows = tuple((e.about, e.health.value, _both(e)) for e in self.findings)
        title = texts.DOCTOR_BROKEN if self.exit_code else texts.DOCTOR_FINE
        return (
            Reply(title=title, table=Table(texts.COLUMNS_DOCTOR, rows)),
            Reply(title=texts.DOCTOR_DATA, table=Table(texts.COLUMNS_DATA, self.data)),
            Reply(title=texts.DOCTOR_LEAVES, lines=self.leaves),
        )


async def examine(
    settings: Settings,
    probes: Probes | CooError | OSError | None,
    checks: Sequence[Check] = (),
) -> Report:
    """Look at everything; `checks` are of the rooms that know best how they are set up.

    Instead of `probes` comes the error where the folder could not be opened, and None where
    there is no ledger to open yet.
    """
    company = _company(settings.data)
    known = company if isinstance(company, Company) else None
    findings = [
        *_versions(),
        _folder(settings.data),
        *_keys(settings.data),
        _company_finding(settings.data, company),
        *_environment(settings),
        _model(settings.model, known),
        _embedder(settings),
        *await _inside(probes),
        *[finding for check in checks for finding in await _asked(check)],
    ]
    return Report(
        findings=tuple(findings),
        data=tuple(_files(settings.data)),
        leaves=tuple(leaves(settings, known)),
    )


async def _asked(check: Check) -> Sequence[Finding]:
    try:
        return await check.look()
    except (CooError, OSError) as error:
        return [_fell_over(check.about, error)]


def _both(finding: Finding) -> str:
    return f"{finding.what}\n{finding.remedy}" if finding.remedy else finding.what


def _versions() -> Iterator[Finding]:
    try:
        coo = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        coo = texts.DOCTOR_UNINSTALLED
    what = texts.DOCTOR_VERSIONS.format(coo=coo, python=platform.python_version())
    yield Finding(about="Coo", health=Health.OK, what=what)
    yield sqlite_finding(sqlite3.sqlite_version_info)


def sqlite_finding(version: tuple[int, ...]) -> Finding:
    """Whether this SQLite is safe where several processes write to one folder."""
    name = ".".join(map(str, version))
    ported = any(version[:2] == fixed[:2] and version >= fixed for fixed in SQLITE_BACKPORTS)
    if version >= SQLITE_FIXED or ported:
        return Finding(about="SQLite", health=Health.OK, what=name)
    what, remedy = texts.DOCTOR_SQLITE.put(version=name)
    return Finding(about="SQLite", health=Health.ADVICE, what=what, remedy=remedy)


def _folder(data: Path) -> Finding:
    about, place = "Data folder", str(data)
    if not data.exists():
        what, remedy = texts.DOCTOR_NO_FOLDER.put(path=place)
        return Finding(about=about, health=Health.ABSENT, what=what, remedy=remedy)
    if found := Folder(data).trouble:
        return Finding(about=about, health=Health.BROKEN, what=found[0], remedy=found[1])
    return Finding(about=about, health=Health.OK, what=place)


def _keys(data: Path) -> Iterator[Finding]:
    keys = data / "keys.db"
    if keys.exists() and keys.stat().st_mode & SHARED_BITS:
        what, remedy = texts.DOCTOR_KEYS_OPEN.put(path=str(keys))
        yield Finding(about="Keys", health=Health.ADVICE, what=what, remedy=remedy)


def _company(data: Path) -> Company | SettingsInvalid | None:
    path = data / FILE_NAME
    if not path.exists():
        return None
    try:
        return load_company(path)
    except SettingsInvalid as error:
        return error


def _company_finding(data: Path, company: Company | SettingsInvalid | None) -> Finding:
    about = FILE_NAME
    if company is None:
        what, remedy = texts.COMPANY_MISSING.put(path=data / FILE_NAME, folder=data)
        return Finding(about=about, health=Health.ABSENT, what=what, remedy=remedy)
    if isinstance(company, SettingsInvalid):
        what, remedy = company.cause, company.remedy
        return Finding(about=about, health=Health.BROKEN, what=what, remedy=remedy)
    what = texts.DOCTOR_COMPANY.format(
        name=company.name, currency=company.currency, items=len(company.prices)
    )
    if company.prices:
        return Finding(about=about, health=Health.OK, what=what)
    remedy = texts.DOCTOR_NO_PRICES
    return Finding(about=about, health=Health.ADVICE, what=what, remedy=remedy)


def _environment(settings: Settings) -> Iterator[Finding]:
    for name in settings.unknown:
        near = nearest_variable(name) or "docs/settings.md"
        what, remedy = texts.DOCTOR_UNKNOWN_VARIABLE.put(name=name, near=near)
        yield Finding(about="Environment", health=Health.ADVICE, what=what, remedy=remedy)
    if settings.key_without_model:
        what, remedy = texts.DOCTOR_KEY_ALONE.put()
        yield Finding(about="Environment", health=Health.ADVICE, what=what, remedy=remedy)


def _model(model: ModelEndpoint | None, company: Company | None) -> Finding:
    about = "Model"
    if model is None:
        what, remedy = texts.DOCTOR_NO_MODEL.put()
        return Finding(about=about, health=Health.ABSENT, what=what, remedy=remedy)
    what = texts.DOCTOR_MODEL.format(
        model=model.model,
        cheap=model.cheap,
        host=model.host,
        seconds=f"{model.deadline_s:g}",
        key=texts.DOCTOR_KEY_SET if model.key else texts.DOCTOR_KEY_UNSET,
    )
    remedy = _model_remedy(model, company)
    health = Health.ADVICE if remedy else Health.OK
    return Finding(about=about, health=health, what=what, remedy=remedy)


def _model_remedy(model: ModelEndpoint, company: Company | None) -> str:
    if model.base_url == HOSTED_MODELS and model.key is None:
        return texts.DOCTOR_NEEDS_KEY
    if company and not may_reach(company, model):
        return texts.DOCTOR_MAY_NOT_SEE.format(scope=company.model_may_see.value)
    prices = PriceList(local=model.local, own=model.prices)
    unknown = [name for name in (model.model, model.cheap) if not prices.knows(name)]
    if unknown:
        models = " and ".join(dict.fromkeys(unknown))
        return texts.DOCTOR_NO_PRICE.format(models=models, model=unknown[0])
    return ""


def _embedder(settings: Settings) -> Finding:
    """What finds episodes said in other words; whether it can at all is said where it is used."""
    about, model, at = "Embedder", embedding_named(settings.embedder), settings.embedding
    if model is None or at is None:
        what = texts.DOCTOR_EMBEDDER_HERE if settings.embedder else texts.DOCTOR_EMBEDDER_NONE
        return Finding(about=about, health=Health.OK, what=what)
    what = texts.DOCTOR_EMBEDDER.format(model=model.name, size=model.dimensions, host=at.host)
    if at.base_url == HOSTED_MODELS and at.key is None:
        return Finding(about=about, health=Health.ADVICE, what=what, remedy=texts.DOCTOR_NEEDS_KEY)
    if PriceList(local=at.local, own=at.prices).knows(model.name):
        return Finding(about=about, health=Health.OK, what=what)
    remedy = texts.DOCTOR_NO_PRICE.format(models=model.name, model=model.name)
    return Finding(about=about, health=Health.ADVICE, what=what, remedy=remedy)


def _nothing_inside() -> Finding:
    what, remedy = texts.DOCTOR_NO_LEDGER.put()
    return Finding(about="Ledger", health=Health.ABSENT, what=what, remedy=remedy)


async def _inside(probes: Probes | CooError | OSError | None) -> list[Finding]:
    match probes:
        case Probes():
            return [await _chain(probes), await _backup(probes), _rules(probes), _holder(probes)]
        case None:
            return [_nothing_inside()]
        case SettingsInvalid():
            return []  # the finding on company.yaml says so
        case _:
            return [_fell_over("Ledger", probes)]


async def _chain(probes: Probes) -> Finding:
    try:
        report = await probes.verify()
    except (CooError, OSError) as error:
        return _fell_over("Ledger", error)
    if report.broken:
        what, remedy = texts.DOCTOR_CHAIN_BROKEN.put(what=report.broken)
        return Finding(about="Ledger", health=Health.BROKEN, what=what, remedy=remedy)
    head = report.head[:16] or texts.DOCTOR_EMPTY
    what = texts.DOCTOR_CHAIN.format(facts=f"{report.facts:,}", head=head)
    return Finding(about="Ledger", health=Health.OK, what=what)


async def _backup(probes: Probes) -> Finding:
    try:
        last = await probes.copied()
    except (CooError, OSError) as error:
        return _fell_over("Backup", error)
    if last is None:
        what, remedy = texts.DOCTOR_NO_BACKUP.put()
        return Finding(about="Backup", health=Health.ABSENT, what=what, remedy=remedy)
    words = {"kind": last.kind, "ago": span_words(last.ago), "facts": counted(last.since, "fact")}
    what = texts.DOCTOR_BACKUP.format(**words)
    if last.ago <= OLD or not last.since:
        return Finding(about="Backup", health=Health.OK, what=what)
    return Finding(about="Backup", health=Health.ADVICE, what=what, remedy=texts.DOCTOR_OLD_BACKUP)


def _rules(probes: Probes) -> Finding:
    try:
        policies = probes.policies()
    except (CooError, OSError) as error:
        return _fell_over("Rules", error)
    what = texts.DOCTOR_RULES.format(number=len(policies.rules), policy=policies.policy)
    if not policies.refused:
        return Finding(about="Rules", health=Health.OK, what=what)
    refused = texts.DOCTOR_RULES_REFUSED.format(what="; ".join(policies.refused))
    return Finding(about="Rules", health=Health.BROKEN, what=what, remedy=refused)


def _holder(probes: Probes) -> Finding:
    try:
        holder = probes.holder()
    except (CooError, OSError) as error:
        return _fell_over("At work", error)
    if holder:
        return Finding(about="At work", health=Health.OK, what=one_line(holder))
    what, remedy = texts.DOCTOR_NOBODY.put()
    return Finding(about="At work", health=Health.ABSENT, what=what, remedy=remedy)


def _fell_over(about: str, error: CooError | OSError) -> Finding:
    if isinstance(error, CooError):
        what, remedy = error.cause, error.remedy
    else:
        what, remedy = texts.DOCTOR_FELL_OVER.put(what=error)
    return Finding(about=about, health=Health.BROKEN, what=what, remedy=remedy)


def _files(data: Path) -> Iterator[tuple[str, str, str, str]]:
    generations = sorted(each.name for each in data.glob("memory-*.db"))
    for name, (what, keep) in texts.DATA_FILES.items():
        there = (data / name).exists()
        if name == MEMORY and generations:
            # What was made anew takes its place; the first one may be gone.
            yield from ((each, texts.DOCTOR_THERE, *texts.DATA_GENERATION) for each in generations)
            if not there:
                continue
        yield name, texts.DOCTOR_THERE if there else texts.DOCTOR_NOT_YET, what, keep
