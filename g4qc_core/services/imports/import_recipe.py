"""The recipe of an import: everything that decides which bars come out of its files, as one JSON document.

A run reads the files by the recipe that was recorded, so that a profile changed meanwhile changes nothing, and two
imports are the same if recipe and content are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.imports.import_plan import ImportPlan
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.reading.file_digest import content_hash
from g4qc_core.sources.reading.file_reader import file_parts
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import SourceFile, source_files
from g4qc_core.sources.review.continuous_cut import ContinuousCut, FileRoll
from g4qc_core.sources.review.cut_bars import with_months
from g4qc_core.sources.review.file_review import ReviewRequest, pieces_of
from g4qc_core.storage.import_store import StoredImport


def recipe_of(plan: ImportPlan) -> dict[str, Any]:
    """Return the recipe of a plan."""
    request = plan.review.request
    return {
        "profile": request.profile.model_dump(mode="json"),
        "instrument": None if request.instrument is None else request.instrument.symbol,
        "month": request.month,
        "cuts": {
            symbol: {"front": cut.front, "rolls": [[str(roll.day), roll.old, roll.new] for roll in cut.rolls]}
            for symbol, cut in plan.review.cuts.items()
        },
    }


class RecordedFiles:
    """The files of a recorded import, read again as they were planned.

    Args:
        stored: the import.
        registry: the instruments.

    Raises:
        SettingsError: a file is gone.
        UsageError: a file cannot be read, or an instrument is not known any more.
    """

    def __init__(self, stored: StoredImport, registry: Mapping[str, Instrument]) -> None:
        recipe = stored.recipe
        self._registry = registry
        self._month = str(recipe["month"])
        self._profile = FileProfile.model_validate(recipe["profile"])
        self._instrument = None if recipe["instrument"] is None else registry[recipe["instrument"]]
        self._cuts = {symbol: _cut(fields) for symbol, fields in recipe["cuts"].items()}
        self.hashes = {one.path: one.sha256 for one in stored.files}
        for path in self.hashes:
            if not Path(path).is_file():
                raise SettingsError(f"{path} is gone, or not on this machine: put it back, and import it again.")
        self._files = [one for one in source_files(Path(stored.path)) if str(one.path) in self.hashes]

    @property
    def facts(self) -> str:
        """How the files are read, in words."""
        profile = self._profile
        return f"read as {profile.name}: times in {profile.zone} mark the {profile.label} of the bar"

    @property
    def mixed(self) -> bool:
        """True if a file can hold bars of several instruments."""
        return bool(self._profile.contract)

    def bars(self, symbol: str) -> Iterator[tuple[SourceFile, pa.Table]]:
        """Yield the bars of the files that can hold an instrument, in pieces of `FILE_BARS` with contract months.

        Raises:
            SettingsError: a file has changed since it was planned.
        """
        files = [one for one in self._files if self._may_hold(one, symbol)]
        for path in dict.fromkeys(one.path for one in files):
            if content_hash(path) != self.hashes[str(path)]:
                raise SettingsError(f"{path} has changed since its import began: import it again.")
        request = ReviewRequest(files, self._profile, self._registry, self._instrument, self._month)
        for source, piece in pieces_of(request, ReadNotes()):
            yield source, with_months(piece, self._cuts, self._registry)

    def _may_hold(self, file: SourceFile, symbol: str) -> bool:
        if self._profile.contract:
            return True
        parts = file_parts(file, self._profile)
        target = ReviewRequest([file], self._profile, self._registry, self._instrument, self._month).target
        found = target.symbols.instrument(parts.symbol if parts else "")
        return found is not None and found.symbol == symbol


def _cut(fields: Mapping[str, Any]) -> ContinuousCut:
    rolls = [FileRoll(date.fromisoformat(day), old, new, float("nan")) for day, old, new in fields["rolls"]]
    return ContinuousCut(fields["front"], tuple(rolls))
