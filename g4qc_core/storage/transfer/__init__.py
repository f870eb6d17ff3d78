"""Whole databases in motion: what backups, restores and moves read and write, table by table.

Everything is found in the database's own catalogue, so that no module here names a table or a column, and Dagster's
tables travel as ours do. Rows travel by binary COPY, which no version of `pg_dump` has to fit.
"""
