"""The routes, one noun a file. A route parses, calls the stores, a service or the launcher, and answers."""

from g4qc_core.api.routes import (
    backtest_fields,
    backtests,
    comparisons,
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
    result_tables,
    results,
    revisions,
    strategies,
    worth,
)

# A fixed path comes before one with a parameter in the same place.
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
    comparisons.router,
    result_tables.router,
    backtests.router,
    monthly_returns.router,
    worth.router,
    revisions.router,
    pacing.router,
    partitions.router,
    login.router,
    health.router,
)
ROOT_ROUTERS = (health.root, reports.router)
