"""The checks of a stored portfolio: concentration, margin, stale parts, sessions of the correlation, and distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.sentences import counted
from g4qc_core.services.research.study import StudyCheck
from g4qc_core.storage.result_stores.study_store import StudyRecord

CHECKS = {
    "concentration": "No instrument has more of the risk than most_concentration.",
    "margin_share": "Margin never takes more of the equity than most_margin.",
    "stale_parts": "No instrument's bars end more sessions before the newest ones than most_stale.",
    "correlation_sessions": "Correlations are estimated from at least least_sessions sessions.",
    "distance": "The tradable portfolio is no further from the ideal one than most_distance.",
}
"""Names of the checks, with a sentence on each."""


def checks_of(record: StudyRecord) -> Sequence[StudyCheck]:
    """Evaluate the checks on a portfolio that is done; their bounds are those of its spec."""
    spec, found = PortfolioSpec.from_dict(record.spec), dict(record.summary or {})
    return [
        _concentration(spec, found),
        _margin(spec, found),
        _stale(spec, found),
        _correlation(spec, found),
        _distance(spec, found),
    ]


def _concentration(spec: PortfolioSpec, found: dict[str, Any]) -> StudyCheck:
    shares = {name: share for name, share in dict(found["risk_shares"]).items() if share is not None}
    if not shares:
        return StudyCheck("concentration", True, "Nothing was held, so that there is no risk to share.", {})
    name = max(shares, key=lambda one: (shares[one], one))
    percent, single = shares[name] * 100, len(found["instruments"]) == 1
    words = f"{name} has {percent:.1f} % of the risk, and {spec.most_concentration:g} % is the bound"
    words += "; it is the only instrument." if single else "."
    figures = {"instrument": name, "percent": percent, "bound": spec.most_concentration}
    return StudyCheck("concentration", single or percent <= spec.most_concentration, words, figures)


def _margin(spec: PortfolioSpec, found: dict[str, Any]) -> StudyCheck:
    percent = float(found["portfolio"]["margin_share"]) * 100
    words = f"Margin took {percent:.1f} % of the equity at most, and {spec.most_margin:g} % is the bound."
    figures = {"percent": percent, "bound": spec.most_margin}
    return StudyCheck("margin_share", percent <= spec.most_margin, words, figures)


def _stale(spec: PortfolioSpec, found: dict[str, Any]) -> StudyCheck:
    stale = dict(found["stale"])
    if not stale:
        return StudyCheck(
            "stale_parts", True, "The bars of all instruments end with the same session.", {"sessions": 0}
        )
    name = max(stale, key=lambda one: (stale[one], one))
    words = (
        f"The bars of {name} end on {found['ends'][name]}, {counted(stale[name], 'session')} before the newest ones, "
        f"and {spec.most_stale} is the bound."
    )
    figures = {"instrument": name, "sessions": stale[name], "bound": spec.most_stale}
    return StudyCheck("stale_parts", stale[name] <= spec.most_stale, words, figures)


def _correlation(spec: PortfolioSpec, found: dict[str, Any]) -> StudyCheck:
    name, sessions = "correlation_sessions", int(found["estimated_sessions"])
    if not found["estimates"]:
        return StudyCheck(name, True, "No correlation decides positions in this portfolio.", {})
    words = (
        f"Correlations were estimated from {counted(sessions, 'session')} at most, and {spec.least_sessions} is the "
        "least."
    )
    return StudyCheck(
        name, sessions >= spec.least_sessions, words, {"sessions": sessions, "bound": spec.least_sessions}
    )


def _distance(spec: PortfolioSpec, found: dict[str, Any]) -> StudyCheck:
    if found["portfolio"]["relative_distance"] is None:
        return StudyCheck("distance", True, "The ideal portfolio held nothing, so that there is no distance.", {})
    percent = float(found["portfolio"]["relative_distance"]) * 100
    words = (
        f"The returns of the tradable account differ from those of the ideal one by {percent:.1f} % of its volatility, "
        f"and {spec.most_distance:g} % is the bound."
    )
    return StudyCheck(
        "distance", percent <= spec.most_distance, words, {"percent": percent, "bound": spec.most_distance}
    )
