"""Trading data and what is made of it: a library that knows nothing of Dagster."""
