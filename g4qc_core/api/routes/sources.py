"""Sources of bars: who has which contracts, whose bars count, and the imports of files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.api_keys import Key, Scope
from g4qc_core.api.dependencies import CanRead, Context, require
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import NO_NUL, documented
from g4qc_core.api.routes.data import Symbol, instrument_of
from g4qc_core.api.routes.jobs import JobStatus, job_status
from g4qc_core.errors import NotFound
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.contracts import CONTRACT_MONTH
from g4qc_core.services.imports.import_folder import path_in_folder
from g4qc_core.services.imports.import_order import AcceptedImport, ImportOrder
from g4qc_core.services.imports.import_plan import ImportRequest
from g4qc_core.services.imports.import_start import ImportWish
from g4qc_core.storage.import_store import ImportMonth, StoredImport

router = APIRouter(tags=["coverage"], dependencies=[CanRead], responses=documented(401, 403, 404, 422, 429, 503))

_LARGEST = 2**63 - 1
Runner = Annotated[Key | None, Depends(require(Scope.RUN))]
ImportNumber = Annotated[int, Path(ge=1, le=_LARGEST, description="Number of an import")]


class SourceOfContract(BaseModel):
    """The bars of a contract that one source has."""

    contract: str
    source: str = Field(description="ib for the gateway, else the name that an import was given")
    first: datetime = Field(description="Start of the first bar, UTC")
    last: datetime = Field(description="Start of the last bar, UTC")


class OrderOfSources(BaseModel):
    """A rule of the user: the order in which sources count in a window; of two rules for one day the later one wins."""

    sources: list[str] = Field(description="By rank; others come after them by name")
    first: date | None = Field(description="First trade date; null: from the beginning")
    last: date | None = Field(description="Last trade date, included; null: without end")


class InstrumentSources(BaseModel):
    """The sources of an instrument's bars. Without a rule the gateway comes first."""

    symbol: str
    sources: list[SourceOfContract] = Field(description="By contract and source")
    rules: list[OrderOfSources] = Field(description="In the order in which they were made")


class FileOfImport(BaseModel):
    """A file as it was when it was imported."""

    path: str
    bytes: int
    sha256: str


class ImportOfFiles(BaseModel):
    """An import: what was read, how, and what was doubtful about it."""

    id: int
    source: str
    profile: str
    zone: str = Field(description="Time zone of the files' times")
    label: str = Field(description="End of the bar that a time marks: start or end")
    path: str = Field(description="File, archive or folder that was named")
    files: list[FileOfImport]
    rows: int = Field(description="Rows that became bars")
    unreadable: int = Field(description="Rows that could not be read")
    doubts: list[Spoken]
    accepted: bool = Field(description="True if grave doubts were accepted")
    asked_at: datetime
    asked_by: str | None = Field(description="User or key; null: the command line")
    complete: bool = Field(description="True if every month is stored")


class MonthOfImport(BaseModel):
    """A month of trade dates of a contract in the files, and what storing it did."""

    symbol: str
    contract: str
    month: date = Field(description="First day of the month")
    minutes: int = Field(description="Minutes with a bar")
    stored_at: datetime | None = Field(description="UTC; null: not yet")
    inserted: int
    unchanged: int
    revised: int = Field(description="Bars that were stored with other values, which are revisions now")
    withdrawn: int = Field(description="Stored bars of the source that the files lack")


class ImportDetail(ImportOfFiles):
    """An import with its months."""

    months: list[MonthOfImport]


class ImportPage(BaseModel):
    """Imports, newest first."""

    imports: list[ImportOfFiles]


class ImportAsked(BaseModel):
    """Files to import, and what cannot be seen in them."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_NUL)] = Field(
        description="File, archive or folder below the server's folder of imports", examples=["firstrate/ES_Z25.txt"]
    )
    profile: Annotated[str, Field(max_length=60, pattern=NO_NUL)] | None = Field(
        None, description="How the files are written; null: the profiles that fit are tried"
    )
    zone: str = Field("", max_length=60, pattern=NO_NUL, description="Time zone instead of the profile's")
    label: Literal["", "start", "end"] = Field("", description="End of the bar that a time marks, instead")
    instrument: Annotated[str, Field(max_length=12)] | None = Field(
        None, description="Instrument of all rows, where names do not say it"
    )
    contract: str = Field(
        "", pattern=f"^({CONTRACT_MONTH})?$", description="Contract month of all rows, where names do not say it"
    )
    rolls: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_NUL)] | None = Field(
        None, description="File with the rolls of continuous files, in the same folder; null: by the prices"
    )
    source: str = Field("", max_length=40, pattern=NO_NUL, description="Name of the source; empty: that of the profile")
    accept_doubts: bool = Field(False, description="Import although zone, label or scale are doubtful")
    synthetic: bool = Field(False, description="The files hold synthetic bars")


class StartedImport(BaseModel):
    """An import that is recorded, and the job that stores it."""

    id: int = Field(description="Number of the import")
    known: bool = Field(description="True if the same content was imported before, or was interrupted")
    job: JobStatus | None = Field(description="The job; null if nothing is left to do")


@router.get("/sources/{symbol}")
def sources(symbol: Symbol, context: Context) -> InstrumentSources:
    """List which sources have bars of an instrument, and the order in which they count."""
    instrument = instrument_of(symbol, context)
    stores = context.stores()
    spans, rules = stores.source_bars.spans(instrument.symbol), stores.precedence.of(instrument.symbol).rules
    return InstrumentSources(
        symbol=instrument.symbol,
        sources=[
            SourceOfContract(contract=one.contract, source=one.source, first=one.first, last=one.last) for one in spans
        ],
        rules=[OrderOfSources(sources=list(one.sources), first=one.first, last=one.last) for one in rules],
    )


@router.get("/imports")
def imports(
    context: Context,
    limit: Annotated[int, Query(ge=1, le=1000, description="Largest number of imports")] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=_LARGEST, description="Only imports with smaller numbers, for the next page")
    ] = None,
    source: Annotated[
        str | None, Query(max_length=100, pattern=NO_NUL, description="Only imports under this source")
    ] = None,
) -> ImportPage:
    """List the imports of files."""
    found = context.stores().imports.page(limit, before, source=source)
    return ImportPage(imports=[ImportOfFiles(**_import(one)) for one in found])


@router.post(
    "/imports",
    status_code=202,
    responses={
        200: {"model": StartedImport, "description": "The same content is stored and validated: nothing to do"},
        **documented(409, 413),
    },
)
async def bring(asked: ImportAsked, context: Context, key: Runner, response: Response) -> StartedImport:
    """Import files of the server's folder of imports, by a job that stores them up to every timeframe.

    The files are read before the answer, a million bars a second or two; what cannot be imported is refused. The same
    content again is the same import: while its job is not over, the answer is that job.
    """
    folder = context.settings.import_folder

    def work() -> AcceptedImport:
        path = path_in_folder(folder, asked.path)
        rolls = load_overrides(path_in_folder(folder, asked.rolls)) if asked.rolls else []
        request = ImportRequest(path, asked.profile, asked.zone, asked.label, asked.instrument, asked.contract, rolls)
        wish = ImportWish(path, asked.source, asked.accept_doubts, asked.synthetic, key.name if key else "API")
        return context.launcher.bring(ImportOrder(request, wish))

    found = await context.call_launcher(work)
    job = None
    if found.job is None:
        response.status_code = 200
        response.headers["Location"] = f"/api/v1/imports/{found.number}"
    else:
        response.headers["Location"] = f"/api/v1/jobs/{found.job}"
        job = job_status(await context.call_launcher(context.launcher.job, found.job))
    return StartedImport(id=found.number, known=found.known, job=job)


@router.get("/imports/{number}")
def one_import(number: ImportNumber, context: Context) -> ImportDetail:
    """Return an import with the months of contracts that its files hold."""
    store = context.stores().imports
    found = store.get(number)
    if found is None:
        raise NotFound(f"There is no import {number}: /api/v1/imports lists them.")
    return ImportDetail(**_import(found), months=[_month(one) for one in store.months(number)])


def _import(one: StoredImport) -> dict[str, Any]:
    plain = [name for name in ImportOfFiles.model_fields if name not in ("files", "doubts")]
    files = [FileOfImport(path=file.path, bytes=file.bytes, sha256=file.sha256) for file in one.files]
    return {name: getattr(one, name) for name in plain} | {"files": files, "doubts": list(one.doubts)}


def _month(one: ImportMonth) -> MonthOfImport:
    return MonthOfImport(**{name: getattr(one, name) for name in MonthOfImport.model_fields})
