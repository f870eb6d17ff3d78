"""Asset checks: green or red in the graph, with the rows behind the verdict."""
