"""The application layer: everything that a gateway and the stores do together.

Assets, commands, routes and workers call the same services. A service gets its stores, clock and settings as arguments.
Assets, commands and HTTP do not belong here.
"""
