"""Data that lasts: backups of both databases and of one's own files, restores, checks, and the move to another server.

What travels is found in `g4qc_core.storage.transfer`; where it lies is a `FileStore`. Which backups there are, and
which may go, is said here.
"""
