"""A simulated Interactive Brokers gateway: the real wire protocol over TCP.

Behind it stands a synthetic market, or one that replays recorded bars. The encoder is written from the layout of the
protocol; it imports neither a client library nor `g4qc_core.ib`, because a client is tested only by what others wrote.
"""
