"""The routes, one noun a file. Each reads stores or asks the launcher; what is longer than that stands in the core."""

from g4qc_core.api.routes import (
    backtest_fields,
    backtests,
    coverage,
    data,
    extract,
    health,
    instruments,
    jobs,
    login,
    monthly_returns,
    pacing,
    partitions,
    quarantine,
    reports,
    results,
    revisions,
    strategies,
)

# A path that names a thing stands before one that takes any name.
API_ROUTERS = (
    extract.router,
    data.router,
    jobs.router,
    instruments.router,
    coverage.router,
    quarantine.router,
    strategies.router,
    backtest_fields.router,
    results.router,
    backtests.router,
    monthly_returns.router,
    revisions.router,
    pacing.router,
    partitions.router,
    login.router,
    health.router,
)
ROOT_ROUTERS = (health.root, reports.router)
