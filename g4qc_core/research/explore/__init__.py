"""Exploration: one parameter set at a time, answered at once by processes that keep the bars of a few specs.

`explore_pool` holds the processes, `explore_process` is what one of them does, `explored_set` what it answers. Reading
bars and counting trials do not belong here.
"""
