"""What the steps of the graph do: stores and the gateway in, rows out. They know no asset, and no command."""
