"""Where parameter sets are evaluated.

`set_pool` is the port, which searches and walk-forward analyses use. `worker_pool` fills it with processes of this
machine, and `research/cluster` with the workers of a Dask cluster, each of which evaluates sets in such processes.
"""
