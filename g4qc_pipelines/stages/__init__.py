"""Jobs as lists of stages: one function for each kind of work, executed in this process or by Dagster's web server."""
