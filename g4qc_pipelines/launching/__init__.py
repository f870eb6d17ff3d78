"""The API's way to start and watch runs of the graph, through Dagster's web server."""
