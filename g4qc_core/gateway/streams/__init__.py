"""Streams of the simulated gateway: requests that are answered again and again as the gateway's clock runs."""
