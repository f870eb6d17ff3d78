"""A client without a server: bars, backtests and their results as frames, straight from the database.

    >>> import g4qc_core as g4
    >>> bars = g4.local().bars("ES", "1h", "2026-10-01")  # doctest: +SKIP

Its methods have the names, arguments and frames of `client.G4QC`, so that a notebook runs with either. Searches and
studies run in this process. Starting and watching jobs, which needs the graph, does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any, Self

import pandas as pd

from g4qc_core.backtest.metrics import DEFINITIONS, session_table
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.client_frames import ResultsCompared, bars_frame, compared_of, lines_frame, metrics_frame, results_frame
from g4qc_core.errors import NotFound, UsageError, unknown
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.local_studies import LocalStudies
from g4qc_core.services.backtests.known_specs import keep_spec, own_name
from g4qc_core.services.backtests.preflight import check_runnable
from g4qc_core.services.backtests.result_comparison import compare_results, differing
from g4qc_core.services.backtests.result_documents import document_of, summary_of
from g4qc_core.services.backtests.shown_results import shown_results
from g4qc_core.services.backtests.spec_lines import LineReader
from g4qc_core.services.backtests.spec_run import run_spec
from g4qc_core.services.research.worth import confidences
from g4qc_core.services.series.bar_table import TableRequest, bar_table
from g4qc_core.services.window_ends import Moment, parse_moment, window_of
from g4qc_core.settings import Settings, load_settings
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.result_choice import ResultChoice
from g4qc_core.storage.result_stores.result_labels import LabelChange
from g4qc_core.storage.stores import open_stores
from g4qc_core.studies_client import StudiesClient
from g4qc_core.timeframes import timeframe as timeframe_of


class LocalClient(StudiesClient):
    """Client of the database that the settings name; the embedded one is started if need be.

    Use it as a context manager, or call `close`.

        >>> with LocalClient() as g4qc:  # doctest: +SKIP
        ...     result = g4qc.run("sma_cross", "ES", "1h", {"fast": 10, "slow": 40})
        ...     equity = g4qc.equity(result)

    Args:
        settings: where the database and the home are; None: as the environment says.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._registry = load_registry(self._settings.own_instruments)
        self._open = ExitStack()
        self._stores = self._open.enter_context(open_stores(self._settings))
        self._lines = LineReader(self._registry, lambda: self._stores)

    @property
    def _studies(self) -> LocalStudies:
        return LocalStudies(self._settings, self._registry, self._stores)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._open.close()

    def bars(
        self,
        symbol: str,
        timeframe: str = "1min",
        start: Moment | str | None = None,
        end: Moment | str | None = None,
        contract: str | None = None,
        adjustment: str = "none",
        limit: int | None = None,
        newest_first: bool = False,
        rule: str | None = None,
    ) -> pd.DataFrame:
        """Return bars of the continuous series, or of one contract; arguments and frame are those of `G4QC.bars`.

        Raises:
            NotFound: there is no such instrument or contract.
            BarsIncomplete: the timeframe was not derived from all stored minutes of the window.

        Warns:
            MissingSessions: requested sessions have no bars.
        """
        if adjustment not in list(Adjustment):
            raise unknown("adjustment", adjustment, map(str, Adjustment))
        request = TableRequest(
            timeframe=timeframe_of(timeframe),
            start=parse_moment(_text(start)),
            end=parse_moment(_text(end)),
            contract=contract,
            adjustment=Adjustment(adjustment),
            rule=rule,
            limit=limit,
            newest_first=newest_first,
        )
        table, known = bar_table(self._stores, self._instrument(symbol), request, datetime.now(UTC))
        return bars_frame(table, known.words() if known.missing else None, stacklevel=2)

    def indicators(
        self,
        strategy: str,
        instrument: str,
        timeframe: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        start: Moment | str | None = None,
        end: Moment | str | None = None,
        limit: int = 5000,
        **more: Any,
    ) -> pd.DataFrame:
        """Return the lines by which a strategy decides; arguments and frame are those of `G4QC.indicators`."""
        fields = {
            "strategy": strategy,
            "instrument": instrument,
            "timeframe": timeframe,
            "parameters": parameters or {},
        }
        window = window_of(self._instrument(instrument), parse_moment(_text(start)), parse_moment(_text(end)))
        return lines_frame(self._lines.read(BacktestSpec.asked(fields | more), window, limit).to_dict())

    def run(
        self, strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Run a backtest in this process, store its result, and return the id of it.

        Args:
            strategy: name of a strategy, or of your own like `module:Name`.
            instrument: symbol of the instrument.
            timeframe: length of a bar.
            parameters: parameters of the strategy; defaults for all others.
            more: any other field of a spec, like `cash`, `roll` or `first`.

        Raises:
            UsageError: a field, strategy or parameter is unknown or malformed.
            BacktestRefused: too few bars, no margin for an order, or ruin.
        """
        fields = {"strategy": strategy, "instrument": instrument, "timeframe": timeframe, **more}
        given = {name: value for name, value in fields.items() if value is not None}
        spec = BacktestSpec.asked({**given, "parameters": dict(parameters or {})})
        where = (self._settings, self._registry, self._stores.backtests)
        spec = own_name(spec, *where)
        check_runnable(spec, self._settings, self._registry, self._stores)
        result = run_spec(spec, self._registry, self._stores, None)
        keep_spec(spec, "the client in a notebook", *where)
        return result.id

    def backtests(self, **query: Any) -> pd.DataFrame:
        """Return results with their metrics, one row each, newest first.

        Args:
            query: `name` of a spec, `strategy`, `instrument`, `tag` (one, or a list: all of them), `made_before`
                (datetime with its zone), `limit` and `offset`.
        """
        fields = ("name", "strategy", "instrument", "tag", "made_before", "limit", "offset")
        for name in query:
            if name not in fields:
                raise unknown("filter", name, fields)
        tags = query.get("tag") or ()
        choice = ResultChoice(
            spec=query.get("name"),
            strategy=query.get("strategy"),
            instrument=query.get("instrument"),
            tags=(tags,) if isinstance(tags, str) else tuple(tags),
            made_before=query.get("made_before"),
        )
        first = int(query.get("offset", 0))
        found = choice.found(self._stores.backtests)[first : first + int(query.get("limit", 100))]
        return results_frame(self._summaries(found))

    def result(self, result: str) -> dict[str, Any]:
        """Return a result as a document: spec, inputs, card, metrics and notes."""
        record = self._record(result)
        return self._summaries([record])[0] | document_of(record)

    def _summaries(self, records: Sequence[BacktestRecord]) -> list[dict[str, Any]]:
        left = confidences(records, self._stores)
        shown = set(shown_results({one.spec_name for one in records}, self._settings, self._stores).values())
        return [_json(summary_of(one, one.id in shown, left[one.id])) for one in records]

    def metrics(self, result: str) -> pd.DataFrame:
        """Return the figures of a result by name: value (NaN where not meaningful), unit, group and formula."""
        return metrics_frame(self._record(result).metrics, [one.to_dict() for one in DEFINITIONS.values()])

    def trades(self, result: str) -> pd.DataFrame:
        """Return the trades of a result, by entry; money in the instrument's currency, times in UTC."""
        return self._loaded(result)[1]

    def equity(self, result: str, by: str = "session") -> pd.DataFrame:
        """Return the equity of a result.

        Args:
            result: its id.
            by: `session`: trade_date, equity, return and drawdown at the end of each session; `bar`: timestamp,
                trade_date, position, equity and drawdown at the close of each bar.
        """
        if by not in ("session", "bar"):
            raise unknown("kind of row", by, ("session", "bar"))
        record, _, equity = self._loaded(result)
        return equity if by == "bar" else session_table(equity, float(record.metrics["starting_cash"]))

    def compare(self, first: str, second: str) -> ResultsCompared:
        """Compare two results by their ids: the difference with its interval, the errors, and a verdict in words.

        Raises:
            UsageError: it is the same result, or the two have no session in common.
        """
        records = [self._record(one) for one in (first, second)]
        return compared_of(differing(records), compare_results(first, second, self._stores).to_dict())

    def label(self, result: str, **changes: Any) -> dict[str, Any]:
        """Change `title`, `note`, `tags`, `add_tags` or `remove_tags` of a result, and return it."""
        fields = ("title", "note", "tags", "add_tags", "remove_tags")
        for name in changes:
            if name not in fields:
                raise unknown("label", name, fields)
        change = LabelChange(
            title=changes.get("title"),
            titled="title" in changes,
            note=changes.get("note"),
            noted="note" in changes,
            tags=changes.get("tags"),
            added=changes.get("add_tags") or (),
            removed=changes.get("remove_tags") or (),
        )
        self._stores.labels.change([self._record(result).id], change)
        return self.result(result)

    def _instrument(self, symbol: str) -> Instrument:
        try:
            return self._registry[symbol]
        except UsageError as error:
            raise NotFound(str(error)) from None

    def _record(self, result: str) -> BacktestRecord:
        found = self._stores.backtests.find(result)
        if found is None:
            raise self._stores.deleted.missing(result)
        return found

    def _loaded(self, result: str) -> tuple[BacktestRecord, pd.DataFrame, pd.DataFrame]:
        return self._stores.backtests.load(self._record(result).id)


def local(settings: Settings | None = None) -> LocalClient:
    """Return a client that needs no server, of the database that the settings name.

    Args:
        settings: where the database and the home are; None: as the environment says.
    """
    return LocalClient(settings)


def _json(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as the API sends it."""
    made: datetime = document["created_at"]
    return document | {"created_at": made.astimezone(UTC).isoformat().replace("+00:00", "Z")}


def _text(moment: Moment | str | None) -> str | None:
    return moment.isoformat() if isinstance(moment, date) else moment
