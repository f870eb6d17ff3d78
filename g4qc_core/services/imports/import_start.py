"""The beginning of an import: what must be right before the first bar is stored, and its record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from g4qc_core.bars.bar_source import Origin
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.errors import OriginMismatch, SettingsError, UsageError
from g4qc_core.sentences import counted
from g4qc_core.services.imports.import_plan import ImportPlan
from g4qc_core.services.imports.import_recipe import recipe_of
from g4qc_core.settings import Settings
from g4qc_core.storage.import_store import ImportDraft, ImportMonth, StoredFile
from g4qc_core.storage.server.bar_origin import claim_origin, stored_origin
from g4qc_core.storage.stores import Stores

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TAKEN = {GATEWAY, "market", "synthetic", *map(str, Origin)}
_SYNTHETIC = {Origin.SIMULATED, Origin.REPLAY}


@dataclass(frozen=True)
class BegunImport:
    """An import that is recorded.

    Attributes:
        number: of the import.
        known: True if the same content was imported before, or an import of it was interrupted.
        complete: True if nothing is left to store.
    """

    number: int
    known: bool
    complete: bool


@dataclass(frozen=True)
class ImportWish:
    """What the user says about an import beside how the files are read.

    Attributes:
        path: that the user named.
        source: name under which the bars are stored; empty: that of the profile.
        accept: accept grave doubts.
        synthetic: the files hold synthetic bars.
        by: user or key; None on the command line.
    """

    path: Path
    source: str = ""
    accept: bool = False
    synthetic: bool = False
    by: str | None = None


def begin_import(plan: ImportPlan, wish: ImportWish, settings: Settings, stores: Stores, now: datetime) -> BegunImport:
    """Record an import, or find the one of the same content that is recorded already.

    Contracts that are unknown get a description by the rules of their exchange.

    Raises:
        SettingsError: the files cannot be imported, or grave doubts were not accepted.
        UsageError: the name of the source cannot be used.
        OriginMismatch: the database holds bars of another kind of market.
    """
    if plan.refusal:
        raise SettingsError(f"{wish.path} cannot be imported: {plan.refusal}")
    source = source_name(wish.source or plan.review.request.profile.name)
    if plan.grave and not wish.accept:
        raise SettingsError(
            f"{wish.path} is not imported, because of {counted(len(plan.grave), 'grave doubt')}: "
            f"{' '.join(plan.grave)} Give the right zone or label (--zone, --label) or a profile of your own, or "
            "accept the doubts (--accept-doubts)."
        )
    _check_origin(wish, settings, stores, now)
    draft = _draft(plan, wish, source, now)
    files = [StoredFile(str(one.path.absolute()), one.size, one.sha256) for one in plan.files]
    with stores.locks.hold(f"import {source}"):
        same = stores.imports.same(draft, files)
        stores.contracts.add_estimated([one.contract for one in plan.contracts], now)
        if same is None:
            return BegunImport(stores.imports.begin(draft, files, _months(plan)), known=False, complete=False)
        if not same.complete:
            stores.imports.go_on(same.id, draft.path, files)
        return BegunImport(same.id, known=True, complete=same.complete)


def source_name(name: str) -> str:
    """Return the name of a source of files.

    Raises:
        UsageError: it is malformed, or means something else.
    """
    if name in _TAKEN:
        raise UsageError(f"'{name}' is no name for a source of files: it means bars of a gateway. Choose another one.")
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name for a source: use small letters, digits, - and _, like firstrate.")
    return name


def _check_origin(wish: ImportWish, settings: Settings, stores: Stores, now: datetime) -> None:
    """Raise OriginMismatch if synthetic and real bars would be in one database, and claim it for the files' kind."""
    held = stored_origin(stores.database)
    if wish.synthetic:
        if held is Origin.ACCOUNT:
            raise OriginMismatch(
                f"The database {stores.database.place} holds bars of a real market: synthetic bars need one of their "
                "own, with G4QC_HOME or G4QC_DATABASE_URL."
            )
        if held is None:
            claim_origin(stores.database, Origin.SIMULATED, now)
        return
    if held in _SYNTHETIC or (settings.simulated and settings.database_url is None):
        raise OriginMismatch(
            f"The database {stores.database.place} is that of synthetic bars, because no gateway is set: set "
            "G4QC_IB_HOST (the gateway need not run), or say --synthetic if the files hold synthetic bars."
        )
    if held is None:
        claim_origin(stores.database, Origin.ACCOUNT, now)


def _draft(plan: ImportPlan, wish: ImportWish, source: str, now: datetime) -> ImportDraft:
    profile, notes = plan.review.request.profile, plan.review.notes
    return ImportDraft(
        source=source,
        profile=profile.name,
        zone=profile.zone,
        label=profile.label,
        path=str(wish.path.absolute()),
        recipe=recipe_of(plan),
        rows=notes.rows,
        unreadable=notes.unreadable,
        doubts=[str(doubt) for doubt in plan.doubts],
        accepted=bool(plan.grave),
        asked_at=now,
        asked_by=wish.by,
    )


def _months(plan: ImportPlan) -> list[ImportMonth]:
    return [
        ImportMonth(one.contract.symbol, one.contract.month, month, minutes)
        for one in plan.contracts
        for month, minutes in one.months.items()
    ]
