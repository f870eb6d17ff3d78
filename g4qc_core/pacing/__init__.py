"""Pacing: how much may be asked of a gateway, and when, by all processes together.

`rules` says what a rule is, `schedule` computes with rules and a history, `port` is what a source of bars waits at, and
`memory` its implementation for one process; the one that processes share is `g4qc_core.storage.pacing_store`. The
numbers of Interactive Brokers are in `g4qc_core.ib.pacing_limits`. Must not know bars, sockets or databases.
"""
