"""Declared versions of the code that decides numbers: the code version of results and of assets.

Raise a version by one in the commit that makes its package compute other numbers from the same inputs. The new
fingerprint goes into `tests/core/test_code_versions.py`, whose golden tests fail without it. A refactoring, a docstring
or a faster computation of the same numbers raises no version, so that ids of results stay the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeVersion:
    """The version of one package.

    Attributes:
        number: 1 for the first; raised by one whenever the package's numbers change.
        decides: what the package computes, in words.
    """

    number: int
    decides: str


VERSIONS: dict[str, CodeVersion] = {
    "account": CodeVersion(2, "trades, costs, equity, margin, and what happens to positions at rolls"),
    "bars": CodeVersion(1, "which one-minute bars are valid, and the bars of longer timeframes"),
    "engines": CodeVersion(2, "which orders are filled, when and at which price"),
    "futures": CodeVersion(1, "roll dates, gaps, and adjusted prices"),
    "metrics": CodeVersion(2, "the figures of a result"),
    "strategies": CodeVersion(2, "signals and targets of the strategies that come with G4QC"),
}
"""Versions by package, in alphabetical order: `bars` and `futures`, and the parts of `backtest`."""

STUDIES: dict[str, CodeVersion] = {
    "monte_carlo": CodeVersion(1, "the paths and scenarios of a simulation, and their figures"),
    "portfolio": CodeVersion(2, "weights, multipliers, ideal and whole contracts, and the figures of a portfolio"),
    "walk_forward": CodeVersion(1, "windows, gaps, choices and the figures of a walk-forward analysis"),
}
"""Versions of the code of studies by kind: in the ids of studies only, so that those of results stay the same."""


def study_code_version(kind: str) -> str:
    """Return the version of a kind of study and those of all packages, as one text."""
    return f"{kind} {STUDIES[kind].number}, {code_version()}"


def code_versions(*packages: str) -> dict[str, int]:
    """Return the version numbers of these packages; of all if none is named."""
    return {name: VERSIONS[name].number for name in packages or VERSIONS}


def code_version(*packages: str) -> str:
    """Return the versions of these packages as one text, like `bars 1, futures 1`; of all if none is named."""
    return ", ".join(f"{name} {number}" for name, number in code_versions(*packages).items())
