"""Stored bars as files for other tools: which contracts, what is missing, and a folder that is whole or absent."""
