"""Supervision of child processes: starting them, watching them, and ending them with their parent."""
