"""A simulated Interactive Brokers gateway: the real wire protocol over TCP.

It serves a synthetic market or replays recorded bars. The encoder follows the layout of the protocol and imports
neither a client library nor `g4qc_core.ib`: a client can only be tested against code that it does not share.
"""
