"""Processes that run what Dagster launches: how each starts, how its end is noticed, and what is said about it.

`launcher` and `storage` are named in dagster.yaml and loaded by every process of the instance, so that they import
little. `code_server` is the process that starts the workers. Must not know what a run does.
"""
