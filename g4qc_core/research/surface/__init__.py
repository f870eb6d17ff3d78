"""What a search found between its parameters: pairs, local optima, edges, the neighbourhood of the best, slices.

The entry point is `surface_report.surface_of`, which takes a frame with a row for each trial. Pictures of it do not
belong here.
"""
