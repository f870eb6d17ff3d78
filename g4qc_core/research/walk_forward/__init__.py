"""Walk-forward analysis: a choice on the past is run on what follows it, window after window.

`walk_forward_spec` is the model and `walk_forwards_file` the file of specs; `window_plan` cuts sessions into windows,
`window_search` chooses in one of them, `stitched_parts` joins what came after the choices, `parameter_drift` says how
they moved, and `combinatorial_paths` is combinatorial purged cross-validation. Storage does not belong here.
"""
