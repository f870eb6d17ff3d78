"""The database server: the embedded one, connections, session locks, and the origin of a database."""
