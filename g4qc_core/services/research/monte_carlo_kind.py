"""The kind of study `monte_carlo`: how its specs are found, its checks and key figures, its report and pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.monte_carlo.monte_carlo_spec import MonteCarloSpec
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.monte_carlo_run import MONTE_CARLO, MonteCarloRun
from g4qc_core.services.research.monte_carlo_source import (
    find_source,
    simulated_result,
    source_version,
    spec_of_source,
)
from g4qc_core.services.research.study import StudyCheck, StudyCost, StudyKind, report_of_study
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

_TABLES = {
    "fan": "Equity after each step: quantiles over the paths of a simulation, and the real path.",
    "distributions": "Final equity, drawdowns and times under water of each simulation: mean, quantiles, real value "
    "and its rank.",
    "ruin": "Risk of ruin of each simulation, with its interval.",
    "capital": "Risk of ruin by starting capital, and the capital for each asked risk.",
    "scenarios": "Each run of the strategy under other costs, parameters, skipped trades or delayed fills.",
    "histograms": "Bins of each distribution.",
    "paths": "The first paths of each simulation.",
}
_CHANGES = {
    "costs": "other costs",
    "parameters": "other parameters",
    "skips": "skipped trades",
    "delays": "delayed fills",
}
_CHECKS = {
    "risk_of_ruin": "The risk of ruin of the paths is within its bound.",
    "expected_drawdown": "The drawdown to expect is within its bound.",
    "real_drawdown": "The real drawdown was not smaller than that of almost all paths.",
    "margin_calls": "Runs under other circumstances rarely end in a margin call.",
}


def _known(_: Settings, __: Registry, stores: Stores) -> list[str]:
    return list(dict.fromkeys(one.name for one in stores.studies.all(MONTE_CARLO)))


def _find(name: str, settings: Settings, registry: Registry, stores: Stores) -> MonteCarloSpec:
    for one in stores.studies.all(MONTE_CARLO):
        if one.name == name:
            return MonteCarloSpec.from_dict(one.spec)
    raise unknown("Monte Carlo simulation", name, _known(settings, registry, stores))


def _from_words(
    word: str, fields: Mapping[str, Any], settings: Settings, registry: Registry, stores: Stores
) -> MonteCarloSpec:
    """Return a simulation that ran, with other fields if some are given; or the one of a result or backtest."""
    if word in _known(settings, registry, stores):
        known = _find(word, settings, registry, stores)
        return known.replaced(fields) if fields else known
    values = {"result": word, **fields}
    spec = MonteCarloSpec.asked(values if "name" in fields else {**values, "name": _name(word, fields)})
    find_source(spec, settings, registry, stores)
    return spec


def _name(word: str, fields: Mapping[str, Any]) -> Any:
    """Return a name that can be read for a simulation without further fields; None: it is named by its content."""
    given = {name for name, value in fields.items() if value is not None}
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", word).lstrip("._-")
    return None if given - {"workers"} or not plain else f"{plain[:80]}-monte-carlo"


def _version(spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores) -> str:
    return source_version(find_source(spec, settings, registry, stores), registry, stores)


def _reads(spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores) -> Sequence[BacktestSpec]:
    return [spec_of_source(find_source(spec, settings, registry, stores))]


def _cost(spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores) -> StudyCost:
    """Return the sets of other parameters; other runs are no choice that somebody could make.

    Raises:
        UsageError: there is a result, and too little in it.
    """
    source = find_source(spec, settings, registry, stores)
    if isinstance(source, BacktestRecord):
        simulated_result(source, settings, registry, stores, None)
    backtest = spec_of_source(source)
    changed = spec.simulations is None or "parameters" in spec.simulations
    return StudyCost("", spec.runs if changed else 0, (backtest.strategy,) if changed else ())


def _checked(record: StudyRecord) -> Sequence[StudyCheck]:
    spec, summary = MonteCarloSpec.from_dict(record.spec), record.summary or {}
    main: Mapping[str, Any] = summary.get("main") or {}
    return [
        _ruin_check(main.get("risk"), spec.most_ruin),
        _drawdown_check(main, spec),
        _rank_check(main, spec),
        _calls_check(summary.get("scenarios") or {}, spec),
    ]


def _ruin_check(risk: Mapping[str, Any] | None, most: float) -> StudyCheck:
    if risk is None:
        return StudyCheck("risk_of_ruin", True, "No paths were simulated, so that there is no risk to judge.", {})
    words = (
        f"{risk['risk']:.2%} of the paths were ruined ({risk['low']:.2%} to {risk['high']:.2%}), and {most:g} % are "
        "allowed."
    )
    return StudyCheck("risk_of_ruin", risk["risk"] * 100 <= most, words, dict(risk))


def _drawdown_check(main: Mapping[str, Any], spec: MonteCarloSpec) -> StudyCheck:
    if not main:
        return StudyCheck("expected_drawdown", True, "No paths were simulated, so that no drawdown is expected.", {})
    expected = abs(main["expected_drawdown"])
    words = f"A drawdown of {expected:.2%} is to be expected, and {spec.most_drawdown:g} % are allowed."
    figures = {name: main[name] for name in ("expected_drawdown", "bad_drawdown", "real_drawdown")}
    return StudyCheck("expected_drawdown", expected * 100 <= spec.most_drawdown, words, figures)


def _rank_check(main: Mapping[str, Any], spec: MonteCarloSpec) -> StudyCheck:
    if not main:
        return StudyCheck("real_drawdown", True, "No paths were simulated, so that the real one has no rank.", {})
    rank = main["drawdown_rank"]
    words = (
        f"{rank:.2%} of the paths had a smaller drawdown than the real one, and {spec.least_rank:g} % are needed: "
        "below it the history was lucky."
    )
    return StudyCheck("real_drawdown", rank * 100 >= spec.least_rank, words, {"rank": rank})


def _calls_check(scenarios: Mapping[str, Any], spec: MonteCarloSpec) -> StudyCheck:
    risks = {name: one["risk"] for name, one in scenarios.items() if one["risk"] is not None}
    if not risks:
        return StudyCheck("margin_calls", True, "No runs were simulated, so that there is no margin call.", {})
    worst = max(risks, key=lambda name: float(risks[name]["risk"]))
    risk = float(risks[worst]["risk"])
    words = (
        f"{risk:.2%} of the runs with {_CHANGES[worst]} ended in a margin call, and {spec.most_ruin:g} % are allowed."
    )
    figures = {name: one["risk"] for name, one in risks.items()}
    return StudyCheck("margin_calls", risk * 100 <= spec.most_ruin, words, figures)


_PERCENTS = frozenset(
    (
        *("drawdown to expect", "drawdown, one path in twenty", "real drawdown", "paths with a smaller one"),
        *("risk of ruin", "paths that end in a loss"),
    )
)


def _key_figures(record: StudyRecord) -> Mapping[str, Any]:
    summary = record.summary or {}
    main: Mapping[str, Any] = summary.get("main") or {}
    found = {
        "drawdown to expect": main.get("expected_drawdown"),
        "drawdown, one path in twenty": main.get("bad_drawdown"),
        "real drawdown": main.get("real_drawdown"),
        "paths with a smaller one": main.get("drawdown_rank"),
        "risk of ruin": (main.get("risk") or {}).get("risk"),
        "paths that end in a loss": main.get("loss"),
        "block of sessions": summary.get("block_length"),
    }
    capital = summary.get("capital") or {}
    found |= {f"capital for a risk of {risk} %": value for risk, value in capital.items()}
    calls = [one["risk"]["ruined"] for one in (summary.get("scenarios") or {}).values() if one["risk"] is not None]
    return {**found, "margin calls": sum(calls)} if calls else found


def _page(record: StudyRecord, registry: Registry, stores: Stores) -> Any:
    from g4qc_core.research.monte_carlo.report.monte_carlo_page import MonteCarloPage

    if record.state != "done" or not record.summary:
        raise UsageError(
            f"The simulation {record.name} has not ended, so that there is nothing to report: run it first."
        )
    summary = record.summary
    result = summary["result"]
    names = ("fan", "distributions", "histograms", "ruin", "capital", "scenarios")
    symbol = str(result["instrument"])
    return MonteCarloPage(
        name=record.name,
        market=" · ".join(str(result[name]) for name in ("strategy", "instrument", "timeframe")),
        currency=registry[symbol].currency if symbol in registry else "",
        summary=summary,
        frames={name: stores.studies.frame(record.id, name) for name in names},
        inputs={
            "id": record.id,
            "simulation": dict(record.spec),
            "result": dict(result),
            "generator": summary["generator"],
            "numpy": summary["numpy"],
            "block length": summary["block_length"],
            "code": record.code,
        },
        notes=list(summary.get("notes") or ()),
    )


def _publish(record: StudyRecord, settings: Settings, registry: Registry, stores: Stores) -> ReportFile:
    from g4qc_core.research.monte_carlo.report.monte_carlo_page import render_monte_carlo

    note = origin_note(stored_origin(stores.database))
    page = _page(record, registry, stores)
    text = render_monte_carlo(page, origin_note=note, language=settings.report_language)
    return report_of_study(record, settings).write(text)


def _pictures(record: StudyRecord, stores: Stores) -> Mapping[str, bytes]:
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.research.monte_carlo.report.monte_carlo_body import main_of
    from g4qc_core.research.monte_carlo.report.monte_carlo_picture import capital_png, drawdown_png, fan_png

    page = _page(record, load_registry(), stores)
    found = {}
    if main_of(page):
        found = {"Equity of the paths": fan_png(page), "Largest drawdown": drawdown_png(page)}
    if len(page.frames["capital"]):
        found["Risk of ruin by capital"] = capital_png(page)
    return found


MONTE_CARLO_KIND = StudyKind(
    name=MONTE_CARLO,
    title="Monte Carlo simulation",
    model=MonteCarloSpec,
    tables=_TABLES,
    checks=_CHECKS,
    entries=lambda settings, registry: [],
    known=_known,
    find=_find,
    from_words=_from_words,
    prepare=MonteCarloRun,
    data_version=_version,
    reads=_reads,
    checked=_checked,
    key_figures=_key_figures,
    pictures=_pictures,
    publish=_publish,
    percents=_PERCENTS,
    cost=_cost,
)
"""The kind `monte_carlo`."""
