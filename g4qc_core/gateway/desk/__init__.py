"""The order desk of the simulated gateway: between the wire and the broker. Orders are read, reports are written."""
