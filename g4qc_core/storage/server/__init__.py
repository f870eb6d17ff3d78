"""The database server.

- `database`: connections, transactions, and the driver's errors as G4QC's errors.
- `embedded`: the PostgreSQL server that G4QC runs itself; `embedded_access`, `embedded_files` and `embedded_process`
  are its parts.
- `session_lock`, `named_locks`, `lock_wait`: advisory locks, and reports about waiting for a lock.
- `bar_origin`: keeps real, simulated and replayed bars in separate databases.
"""
