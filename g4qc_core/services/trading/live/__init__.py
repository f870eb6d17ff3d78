"""Live bars, and the series that is decided upon: stored sessions, then live minutes."""
