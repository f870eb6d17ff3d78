"""Markets of the simulated gateway: synthetic or replayed bars, contracts, hours and volumes."""
