"""What is shown of trading, and wishes for a running trader: for commands, the API, the page and the graph alike."""
