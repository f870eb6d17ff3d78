"""The REST API and the web pages. Work is started through a port, so nothing here imports Dagster."""
