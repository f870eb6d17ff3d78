"""Processes that execute Dagster's runs: how each starts, how its end is noticed, and how it is reported.

`launcher` and `storage` are named in dagster.yaml and loaded by every process of the instance, so they import
little. `run_coordinator` decides what passes the queue. `code_server` is the process that starts the workers.
"""
