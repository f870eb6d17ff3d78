"""The graph: g4qc_core's functions as Dagster assets, and the command line that drives them."""
