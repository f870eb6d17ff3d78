"""What each command does, once it is parsed: it calls the graph or the stores, and prints."""
