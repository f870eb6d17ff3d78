"""A simulated Interactive Brokers gateway: the real wire protocol over TCP, in front of a synthetic or replayed market.

Knows the protocol from its documented layout, and never imports a client library nor `g4qc_core.ib`: what the client
reads must have been written by somebody else.
"""
