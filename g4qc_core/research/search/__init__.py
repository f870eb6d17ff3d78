"""Search over parameter sets: what a spec says, which sets are tried and in which order, and how they are evaluated.

`search_spec` is the model and `searches_file` the file of specs; `space` counts and numbers the sets, `samplers` choose
them, `goal` ranks and filters them, `research/pools` evaluates them in processes of their own, and `searcher` puts
these together. Storage does not belong here.
"""
