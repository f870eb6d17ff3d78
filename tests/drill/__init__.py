"""The drill: a cluster of processes on this machine, whose parts are killed while it works."""
