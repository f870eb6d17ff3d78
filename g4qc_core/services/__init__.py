"""The application layer: what a gateway and the stores do together.

Assets, commands, routes and workers call the same services. A service takes its stores, clock and settings as
arguments; it knows no asset, no command and no HTTP.
"""
