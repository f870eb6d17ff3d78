"""The stages of each kind of work: the runs of an extraction, a backtest or a decision, from command line or API.

Every function returns a plan and launches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from g4qc_core.bars.quarantine.decisions import Preview
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.sentences import counted, listing
from g4qc_core.services.month_keys import key_of, months_between
from g4qc_core.services.quarantine.review import Chosen, rebuilds, sessions_of
from g4qc_core.services.research.study import StudySpec
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.named_jobs import (
    BACKTEST_ASSETS,
    BAR_ASSETS,
    CHAIN_ASSETS,
    IMPORT_ASSETS,
    ROLL_ASSETS,
    SEARCH_ASSETS,
    assets_after_decision,
    in_graph_order,
)
from g4qc_pipelines.run_tags import spelled_range
from g4qc_pipelines.stages.checks import check_extraction
from g4qc_pipelines.stages.job_plan import JobPlan, RunStage, WorkKind

_RAW = BAR_ASSETS[0]


def chain(symbol: str) -> RunStage:
    """Return the stage that requests the contracts of an instrument."""
    return RunStage(CHAIN_ASSETS, symbol)


def bars(symbol: str, first: date, last: date, contracts: Sequence[str] = (), order: str = "newest") -> RunStage:
    """Return the stage that fetches bars, validates them and derives every timeframe.

    Args:
        symbol: the instrument.
        first: trade date of the first session.
        last: trade date of the last session.
        contracts: contract months like 202512; empty: the months that the roll rule needs.
        order: bars to fetch first, `newest` or `oldest`.
    """
    months = [key_of(symbol, month) for month in months_between(first, last)]
    config = {"contracts": list(contracts), "first": f"{first}", "last": f"{last}", "order": order}
    return RunStage(BAR_ASSETS, months[0], months[-1], {_RAW: config})


def rolls(symbol: str) -> RunStage:
    """Return the stage that makes the roll calendar of an instrument from its stored bars."""
    return RunStage(ROLL_ASSETS, symbol)


def imports(number: int, months: Mapping[str, Sequence[date]], about: str) -> JobPlan:
    """Return the plan of an import: the bars of its files and what follows from them, then the roll calendars.

    Args:
        number: of the recorded import.
        months: first days of the months of trade dates in the files, ascending, by instrument.
        about: the files, in words.
    """
    config = {IMPORT_ASSETS[0]: {"import_id": number}}
    stages = []
    for symbol, own in months.items():
        ends = [(key_of(symbol, run[0]), key_of(symbol, run[-1])) for run in _runs(own)]
        stages += [RunStage(IMPORT_ASSETS, first, last, config) for first, last in ends]
        stages.append(rolls(symbol))
    return JobPlan(WorkKind.IMPORT, about, stages)


def _runs(months: Sequence[date]) -> list[list[date]]:
    """Return the runs of months without a month between them."""
    found: list[list[date]] = []
    for month in months:
        if found and months_between(found[-1][-1], month)[1:] == [month]:
            found[-1].append(month)
        else:
            found.append([month])
    return found


def refetch(symbol: str, contract: str, day: date) -> RunStage:
    """Return the stage that requests one session of a contract again, without the later steps.

    Args:
        symbol: the instrument.
        contract: contract month.
        day: trade date of the session.
    """
    config = {"contracts": [contract], "first": f"{day}", "last": f"{day}"}
    return RunStage([_RAW], key_of(symbol, day), config={_RAW: config}, label=f"{symbol} {contract}, {day}")


def extraction(
    instrument: Instrument, first: date, last: date, contracts: Sequence[str] = (), order: str = "newest"
) -> JobPlan:
    """Return the plan of an extraction: the chain, the bars of the window, the roll calendar.

    The chain is requested each time, because contracts may have been listed since, or have become readable. An
    instrument without contract months has a roll calendar without rolls, which the daily update makes too.

    Args:
        instrument: the instrument.
        first: trade date of the first session.
        last: trade date of the last session.
        contracts: contract months like 202512; empty: the months that the roll rule needs.
        order: bars to fetch first, `newest` or `oldest`.

    Raises:
        UsageError: the window has no session that the graph can have, or a contract has none within it.
    """
    check_extraction(instrument, first, last, contracts)
    symbol = instrument.symbol
    stages = [chain(symbol), bars(symbol, first, last, contracts, order), rolls(symbol)]
    return JobPlan(WorkKind.EXTRACT, " ".join([symbol, *contracts, f"{first} to {last}"]), stages)


def backtest(name: str, confirm: bool = False) -> JobPlan:
    """Return the plan of a backtest and its report.

    Args:
        name: name of the spec.
        confirm: run it by the reference engine too.
    """
    config = {BACKTEST_ASSETS[0]: {"confirm": True}} if confirm else {}
    return JobPlan(WorkKind.BACKTEST, name, [RunStage(BACKTEST_ASSETS, name, config=config)], backtest=name)


def search(spec: SearchSpec) -> JobPlan:
    """Return the plan of a search; its run is given the whole spec.

    Args:
        spec: the search.
    """
    config = {SEARCH_ASSETS[0]: {"spec": json.dumps(spec.to_dict(), sort_keys=True)}}
    return JobPlan(WorkKind.SEARCH, spec.name, [RunStage(SEARCH_ASSETS, spec.name, config=config)])


def study(kind: str, spec: StudySpec) -> JobPlan:
    """Return the plan of a study; its run is given the whole spec.

    Args:
        kind: name of its kind, which is also that of its asset and of its partitions.
        spec: the study.
    """
    config = {kind: {"spec": json.dumps(spec.to_dict(), sort_keys=True)}}
    return JobPlan(WorkKind.STUDY, spec.name, [RunStage([kind], spec.name, config=config)])


def materialization(assets: Sequence[str], first: str | None = None, last: str | None = None) -> JobPlan:
    """Return the plan of a selection of assets by hand, which is one run of Dagster's job without a name.

    Args:
        assets: names in any order.
        first: partition key; None for assets without partitions.
        last: last key of a range; None for `first` alone.
    """
    assets = in_graph_order(assets)
    about = " ".join(filter(None, (*assets, spelled_range(first, last))))
    return JobPlan(WorkKind.MATERIALIZE, about, [RunStage(assets, first, last, named=False)])


def validation(symbol: str, months: Sequence[date], about: str) -> JobPlan:
    """Return the plan that validates months again and makes what follows from them, without a gateway.

    Args:
        symbol: the instrument.
        months: first days of months of trade dates; at least one.
        about: why, in words.
    """
    keys = [key_of(symbol, month) for month in months]
    stages = [RunStage(assets_after_decision(timeframes=True), key, label=key) for key in keys]
    return JobPlan(WorkKind.MATERIALIZE, about, [*stages, rolls(symbol)])


def decision(chosen: Sequence[Chosen], found: Preview, stores: Stores, bar: str | None = None) -> JobPlan:
    """Return the plan of a decision about bars in quarantine; call it before the decision is recorded.

    Each session to refetch has a stage, then each month that depends on the decision.

    Args:
        chosen: the bars.
        found: preview of the decision.
        stores: the stores.
        bar: name of the bar, if the decision is about one.
    """
    sessions = sessions_of(chosen) if found.decision is Decision.REFETCH else []
    stages = [refetch(*session) for session in sessions]
    stages += [
        RunStage(assets_after_decision(one.timeframes), one.month, label=one.month)
        for one in rebuilds(chosen, found.decision, stores)
    ]
    subject = bar or f"{counted(found.bars, 'bar')} of {listing(found.months)}"
    return JobPlan(WorkKind.DECIDE, f"{found.decision} {subject}", stages, content=found.seen)
