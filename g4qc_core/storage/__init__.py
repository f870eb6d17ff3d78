"""Where everything is kept: PostgreSQL, embedded or not, with or without TimescaleDB."""
