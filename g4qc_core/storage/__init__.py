"""Storage in PostgreSQL, embedded or the user's own, with or without TimescaleDB.

`stores.Stores` has every store of a database, one for each noun. `server` connects to a database, `migrations` keeps
its schema, `tables` describes the tables, and `codec` moves frames in and out.
"""
