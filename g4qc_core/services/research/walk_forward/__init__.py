"""Walk-forward analyses on stored bars: planned, run, stored, checked and reported; `walk_forward_kind` is the port."""
