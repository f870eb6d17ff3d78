"""The routes, one noun a file. Each reads stores or asks the launcher; what is longer than that stands in the core."""

from g4qc_core.api.routes import data, health, instruments, reports

API_ROUTERS = (data.router, instruments.router, health.router)
ROOT_ROUTERS = (health.root, reports.router)
