"""Interactive Brokers' client: the only room that imports `ibapi`.

`ib_source.IbSource` is the public entry. Request ids, durations, error codes and `ibapi` objects do not leave this
room.
"""
