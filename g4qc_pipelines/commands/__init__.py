"""The body of each command, after parsing: it calls the graph or a service, and prints."""
