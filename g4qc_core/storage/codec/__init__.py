"""Frames to and from the server: binary COPY, one transaction per write."""
