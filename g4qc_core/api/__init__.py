"""The web server of people and programs. Reads the store of reports; knows nothing of Dagster."""
