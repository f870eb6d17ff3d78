"""Research on stored bars and results: searches, and what a result is worth after all trials of its strategy."""
