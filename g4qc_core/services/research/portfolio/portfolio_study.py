"""One run of a portfolio: from stored bars to a stored study with its frames, as a generator of how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from g4qc_core.code_versions import study_code_version
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.portfolio_outcome import account_of, outcome_frames, outcome_summary
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.services.research.portfolio.portfolio_bars import PortfolioBars, read_portfolio
from g4qc_core.services.research.portfolio.portfolio_plan import PortfolioPlan, plan_portfolio
from g4qc_core.services.research.recorded_run import RecordedRun
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores

KIND = "portfolio"

# Beside the instruments: weights, account, tables.
_OTHER_STEPS = 3


class PortfolioStudy(RecordedRun):
    """One run of a portfolio; `events` runs it.

    Attributes:
        plan: the portfolio with its backtests.
    """

    def __init__(
        self, spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores, run_id: str | None = None
    ) -> None:
        """Find the backtests of a portfolio and read their bars.

        Args:
            spec: the portfolio.
            settings: name the files of specs.
            registry: the instruments.
            stores: of bars and studies.
            run_id: of the run in Dagster; None: there is none.

        Raises:
            G4qcError: as `plan_portfolio` and `read_portfolio`.
        """
        self.plan: PortfolioPlan = plan_portfolio(spec, settings, registry, stores)
        self._registry = registry
        self._read: PortfolioBars = read_portfolio(self.plan, registry, stores)
        record = StudyRecord(
            id=self.plan.study_id(self._read.version),
            kind=KIND,
            name=spec.name,
            spec=spec.to_dict(),
            data_version=self._read.version,
            code=study_code_version(KIND),
            state="running",
            started_at=datetime.now(UTC),
            run_id=run_id,
        )
        super().__init__(record, self.plan.words, stores)

    def steps(self) -> Iterator[StudyProgress]:
        """Trade the portfolio and store what came out.

        Raises:
            UsageError: the user's own strategy failed.
            BacktestRefused: too few bars or sessions, no margin, ruin, or a capital that buys nothing.
        """
        planned, spec = len(self.plan.symbols) + _OTHER_STEPS, self.plan.spec
        symbols = {one: self._registry[one] for one in self.plan.symbols}
        traded: PortfolioTraded | None = None
        for done, event in enumerate(trade_portfolio(spec, self._read.part_bars(self.plan), symbols, self._read.rates)):
            if isinstance(event, str):
                stage = f"forecasts of {event}" if event in symbols else event
                yield StudyProgress(stage, done, planned, seconds=self.seconds)
            else:
                traded = event
        assert traded is not None
        yield StudyProgress("tables", planned - 1, planned, seconds=self.seconds)
        account = account_of(traded)
        frames = outcome_frames(traded, account)
        self.complete(outcome_summary(traded, account, frames), frames)
        yield StudyProgress("tables", planned, planned, seconds=self.seconds)


def portfolio_version(spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores) -> str:
    """Return the fingerprint of the bars that a portfolio reads, as they are stored now.

    Raises:
        G4qcError: as `plan_portfolio` and `read_portfolio`.
    """
    return read_portfolio(plan_portfolio(spec, settings, registry, stores), registry, stores).version
