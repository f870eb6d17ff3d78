"""The routes, one noun a file. Each reads stores or asks the launcher; what is longer than that stands in the core."""

from g4qc_core.api.routes import (
    backtests,
    coverage,
    data,
    extract,
    health,
    instruments,
    jobs,
    months,
    pacing,
    partitions,
    quarantine,
    reports,
    results,
    revisions,
    session,
    spec_fields,
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
    spec_fields.router,
    results.router,
    backtests.router,
    months.router,
    revisions.router,
    pacing.router,
    partitions.router,
    session.router,
    health.router,
)
ROOT_ROUTERS = (health.root, reports.router)
