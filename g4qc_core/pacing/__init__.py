"""Pacing: when a request to a gateway may be sent, counting the requests of all processes.

`rules` defines rules and the history of requests, `schedule` applies rules to a history, `port` is the interface at
which a client waits for its turn, and `memory` implements it for one process. `g4qc_core.storage.pacing_store`
implements it for all processes of a database. Interactive Brokers' numbers are in `g4qc_core.ib.pacing_limits`. Bars,
sockets and databases do not belong here.
"""
