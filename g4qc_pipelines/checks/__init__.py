"""Asset checks: green, yellow or red in the graph, with the rows that explain the state."""
