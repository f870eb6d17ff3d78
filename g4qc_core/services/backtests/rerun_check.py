"""A stored result run again: whether every number comes out the same, and which input changed if not.

Nothing is stored: the rerun is no trial and no new result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import flat, text_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.stores import Stores

_ABSENT = "not recorded"
# Fields of the inputs that only repeat what the bars, named by their data version, contain.
_OF_THE_BARS = ("bars_fingerprint", "window")


@dataclass(frozen=True)
class ChangedInput:
    """An input that is not what it was.

    Attributes:
        key: where it stands among the inputs, like `parameters.fast`.
        before, after: its value in the stored result and now, as text.
        words: one sentence that names both.
    """

    key: str
    before: str
    after: str
    words: str


@dataclass(frozen=True)
class Rerun:
    """What a rerun of a stored result gave.

    Attributes:
        id: of the stored result.
        new_id: of the rerun; empty if it could not be run.
        different: what is not equal bit by bit, one sentence each; none if everything is.
        changed: the inputs that changed since.
        refused: why it cannot be run any longer; empty if it can.
    """

    id: str
    new_id: str
    different: tuple[str, ...]
    changed: tuple[ChangedInput, ...]
    refused: str = ""

    @property
    def equal(self) -> bool:
        """True if trades, equity and figures are the same, bit by bit."""
        return not self.different and not self.refused

    @property
    def verdict(self) -> str:
        """Return in one or two sentences whether the result came out again, and why not."""
        short = self.id[:8]
        if self.refused:
            return f"The result {short} cannot be run again. {self.refused}"
        if self.equal:
            beside = f" Changed since, without effect: {listing([one.key for one in self.changed])}."
            return f"The result {short} came out again, bit by bit.{beside if self.changed else ''}"
        if not self.changed:
            return (
                f"The result {short} differs although no input changed: the strategy is not deterministic, or this is "
                "a defect of G4QC. Report it with the spec."
            )
        return f"The result {short} came out differently, because its inputs changed."

    def to_dict(self) -> dict[str, Any]:
        """Return the values for programs."""
        changed = [{"input": one.key, "before": one.before, "after": one.after} for one in self.changed]
        return {
            "id": self.id,
            "new_id": self.new_id or None,
            "equal": self.equal,
            "verdict": self.verdict,
            "different": list(self.different),
            "changed": changed,
            "refused": self.refused or None,
        }


def rerun(backtest_id: str, registry: Registry, stores: Stores) -> Rerun:
    """Run the spec of a stored result on the bars as they are stored now, by the engine that made it, and compare.

    Raises:
        UsageError: there is no such result.
    """
    record, trades, equity = stores.backtests.load(backtest_id)
    try:
        spec = BacktestSpec.from_dict(record.spec)
        after = run_on(spec, read_bars(spec, registry, stores), registry[spec.instrument], engine_of(record.inputs))
    except G4qcError as error:
        return Rerun(record.id, "", (), (), str(error))
    return compared(record, trades, equity, after)


def engine_of(inputs: Mapping[str, Any]) -> str | None:
    """Return the name of the engine that made a result; None if there is no such engine any longer."""
    from g4qc_core.backtest.engines.engine_registry import ENGINES

    name = str(inputs.get("engine", "")).split(" ")[0]
    return name if name in ENGINES else None


def compared(record: BacktestRecord, trades: pd.DataFrame, equity: pd.DataFrame, after: BacktestResult) -> Rerun:
    """Compare a stored result, with its trades and equity, with a run of its spec."""
    different = [
        *_frames("trade", trades, after.trades),
        *_frames("bar", equity, after.equity),
        *_figures(record.metrics, after.metrics),
    ]
    return Rerun(record.id, after.id, tuple(different), tuple(_changes(record, after)))


def _frames(noun: str, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say where two frames of a result differ first."""
    if len(before) != len(after):
        return [f"{counted(len(before), noun)} then, {len(after):,} now."]
    for name in before.columns:
        old, new = before[name].to_numpy(), after[name].to_numpy()
        unequal = pd.Series(old) != pd.Series(new)
        unequal &= ~(pd.isna(old) & pd.isna(new))
        if unequal.any():
            at = int(unequal.to_numpy().argmax())
            return [
                f"{counted(int(unequal.sum()), noun)} with another {name}, first number {at + 1}: {old[at]} then, "
                f"{new[at]} now."
            ]
    return []


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [*before, *(name for name in after if name not in before)]
    return [
        f"{name}: {before.get(name, _ABSENT)} then, {after.get(name, _ABSENT)} now."
        for name in names
        if before.get(name, _ABSENT) != after.get(name, _ABSENT)
    ]


def _changes(record: BacktestRecord, after: BacktestResult) -> list[ChangedInput]:
    before, now = (dict(flat(_opened(inputs))) for inputs in (record.inputs, after.inputs))
    keys = [*before, *(key for key in now if key not in before)]
    changed = [key for key in keys if text_of(before.get(key, _ABSENT)) != text_of(now.get(key, _ABSENT))]
    if "data_version" in changed:
        changed = [key for key in changed if key.split(".")[0] not in _OF_THE_BARS]
    given = record.spec.get("parameters", {})
    found = []
    for key in changed:
        old, new = (text_of(values.get(key, _ABSENT)) for values in (before, now))
        found.append(ChangedInput(key, old, new, f"{_what(key, given)}: {old} then, {new} now."))
    return found


def _opened(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs with the code versions, which are one text, by package."""
    code = dict(inputs.get("code", {}))
    versions = str(code.pop("backtest", ""))
    pairs = [one.rpartition(" ") for one in versions.split(", ") if one]
    return {**inputs, "code": {**code, "version": {name: number for name, _, number in pairs}}}


def _what(key: str, given: Mapping[str, Any]) -> str:
    """Name an input in words, so that a reader knows what changed."""
    room, _, rest = key.partition(".")
    if key == "data_version":
        return "The stored bars were restated, extracted further or joined otherwise; their fingerprint"
    if key == "made_with.sources":
        return "The hash of the sources"
    if key.startswith("code.version."):
        return f"The code version of {rest.partition('.')[2]}"
    if key == "code.strategy":
        return "The code of the strategy"
    if key == "code.g4qc":
        return "The installed G4QC"
    if room == "parameters":
        return f"The {'parameter' if rest in given else 'default of the parameter'} {rest}"
    if room == "made_with":
        return f"The version of {rest}"
    if room == "costs":
        return f"The costs, {rest}"
    return f"The input {key.replace('_', ' ')}"
