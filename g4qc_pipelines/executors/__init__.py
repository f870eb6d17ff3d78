"""Where the steps of a run are executed: in the run's own process, in one process each, or by workers on many machines.

The settings choose the engine; assets know nothing of it.
"""
