"""Two stored results compared: their figures side by side, what they were made of, and whether they differ at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from g4qc_core.backtest.metrics import session_equity, session_returns
from g4qc_core.backtest.result_card import flat
from g4qc_core.errors import UsageError
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.stores import Stores

if TYPE_CHECKING:
    from g4qc_core.research.comparison import ReturnComparison


@dataclass(frozen=True)
class ResultComparison:
    """Two results and the difference of their session returns.

    Attributes:
        first, second: the results.
        returns: how their session returns compare.
    """

    first: BacktestRecord
    second: BacktestRecord
    returns: ReturnComparison

    @property
    def sharpe_words(self) -> tuple[str, str]:
        """The Sharpe ratio of each over the shared sessions, with its standard error: `1.20 ± 0.45`."""
        from g4qc_core.research.comparison import sharpe_words

        found = self.returns
        pairs = ((found.sharpe.first, found.first_error), (found.sharpe.second, found.second_error))
        one, other = (sharpe_words(ratio, error, found.sessions_a_year) for ratio, error in pairs)
        return one, other

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison of the returns, JSON-safe."""
        found = asdict(self.returns)
        for name in ("only_first", "only_second"):
            found[name] = [day.isoformat() for day in found[name]]
        return found | {"sharpe_in_words": list(self.sharpe_words)}


def compare_results(first: str, second: str, stores: Stores) -> ResultComparison:
    """Compare two stored results by their ids.

    Raises:
        UsageError: there is no such result, it is compared with itself, or the two share no session.
    """
    if first == second:
        raise UsageError(f"A result is not compared with itself: name another one than {first[:8]}.")
    from g4qc_core.research.comparison import compare_returns

    (one, of_one), (other, of_other) = (returns_of(each, stores) for each in (first, second))
    names = one.shown_name, other.shown_name
    if names[0] == names[1]:
        names = f"{names[0]} ({one.id[:8]})", f"{names[1]} ({other.id[:8]})"
    return ResultComparison(one, other, compare_returns(of_one, of_other, names))


def returns_of(backtest_id: str, stores: Stores) -> tuple[BacktestRecord, pd.Series]:
    """Return a stored result and its session returns by trade date.

    Raises:
        UsageError: there is no such result.
    """
    record, _, equity = stores.backtests.load(backtest_id)
    daily = session_equity(equity)
    returns = session_returns(daily, float(record.metrics["starting_cash"]))
    return record, pd.Series(returns, index=pd.DatetimeIndex(daily.index))


def differing(records: Sequence[BacktestRecord]) -> dict[str, list[Any]]:
    """Return the fields of specs and inputs in which results differ, with the values in the order of the results."""
    fields: list[Mapping[str, Any]] = [dict(flat(record.spec)) | dict(flat(record.inputs)) for record in records]
    sides = {name: [one.get(name) for one in fields] for name in dict.fromkeys(n for one in fields for n in one)}
    return {name: values for name, values in sides.items() if any(value != values[0] for value in values)}
