"""How the API starts runs of the graph and watches them, through Dagster's own web server."""
