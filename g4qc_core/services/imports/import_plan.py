"""What an import of files would take: files with their hashes, contracts with their windows, and every doubt.

Nothing is stored, and no database is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.imports.imported_contract import ImportedContract, contracts_of
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.profile_file import profile_named
from g4qc_core.sources.reading.file_digest import FileDigest
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.chosen_files import chosen_files
from g4qc_core.sources.review.cut_bars import with_months
from g4qc_core.sources.review.file_review import FileReview, ReviewRequest, pieces_of, review_files
from g4qc_core.sources.review.grave_doubt import GraveDoubt
from g4qc_core.sources.review.recognition import Recognised, recognise


@dataclass(frozen=True)
class ImportRequest:
    """What to import, and what the user says about it.

    Attributes:
        path: a file, an archive or a folder.
        profile: name of the profile; None: it is recognised.
        zone: time zone that replaces the profile's; empty: the profile's.
        label: label that replaces the profile's; empty: the profile's.
        symbol: instrument of all rows; None: by names.
        month: contract month of all rows; empty: by names.
        rolls: of continuous files; empty: they are found by the prices.
    """

    path: Path
    profile: str | None = None
    zone: str = ""
    label: str = ""
    symbol: str | None = None
    month: str = ""
    rolls: Sequence[RollOverride] = ()


@dataclass(frozen=True)
class ImportedFile:
    """A file of the disk.

    Attributes:
        path: where it is.
        size: bytes.
        sha256: of its content as it is, hex.
    """

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class ImportPlan:
    """What an import would take.

    Attributes:
        review: what was understood.
        files: of the disk.
        contracts: by instrument and month; empty if the import is refused.
        doubts: sentences, the gravest first.
        refusal: why nothing can be imported; empty if it can.
    """

    review: FileReview
    files: tuple[ImportedFile, ...]
    contracts: tuple[ImportedContract, ...]
    doubts: tuple[str, ...]
    refusal: str

    @property
    def grave(self) -> list[str]:
        """The doubts that stop an import until they are accepted."""
        return [doubt for doubt in self.doubts if isinstance(doubt, GraveDoubt)]

    def bars(self, notes: ReadNotes) -> Iterator[tuple[str, pa.Table]]:
        """Yield the bars of the files in pieces of `FILE_BARS` with the file's name, every row with its contract month.

        Args:
            notes: what cannot be read is added to them.

        Raises:
            UsageError: the import is refused.
        """
        if self.refusal:
            raise UsageError(self.refusal)
        request = self.review.request
        for source, piece in pieces_of(request, notes):
            yield str(source), with_months(piece, self.review.cuts, request.registry)


def plan_import(
    request: ImportRequest, profiles: Mapping[str, FileProfile], registry: Mapping[str, Instrument]
) -> ImportPlan:
    """Read the files once and return what an import would take.

    Raises:
        UsageError: a name is unknown, no profile fits, a file cannot be read, or it names no known instrument.
    """
    instrument = registry[request.symbol] if request.symbol is not None else None
    found_files = source_files(request.path)
    if request.profile is None:
        found = recognise(found_files, profiles, registry)
    else:
        found = Recognised(profile_named(request.profile, profiles), ())
    profile = _changed(found.profile, request)
    files, left_out = chosen_files(found_files, profile, FileSymbols(registry, profile, instrument))
    digests = {one.path: FileDigest() for one in files}
    files = [one if one.member else replace(one, digest=digests[one.path]) for one in files]
    review = review_files(
        ReviewRequest(
            files=files,
            profile=profile,
            registry=registry,
            instrument=instrument,
            month=request.month,
            rolls=request.rolls,
        )
    )
    contracts = () if review.refusal else tuple(contracts_of(review))
    late = [one for one in contracts if one.late]
    doubts = [
        *found.doubts,
        *left_out,
        *review.doubts,
        *(
            f"{counted(one.late, 'bar')} of {one.contract} begin after its last trade on "
            f"{one.contract.last_trade_at:%Y-%m-%d %H:%M} UTC, by the exchange's rule."
            for one in late
        ),
    ]
    return ImportPlan(
        review=review,
        files=tuple(ImportedFile(path, path.stat().st_size, digest.of(path)) for path, digest in digests.items()),
        contracts=contracts,
        doubts=tuple(doubts),
        refusal=review.refusal,
    )


def _changed(profile: FileProfile, request: ImportRequest) -> FileProfile:
    said = {name: value for name, value in (("zone", request.zone), ("label", request.label)) if value}
    if not said:
        return profile
    try:
        return FileProfile.model_validate({**profile.model_dump(), **said})
    except ValueError:
        raise UsageError(f"'{request.zone}' is no time zone: write one like America/New_York, UTC or UTC-05.") from None
