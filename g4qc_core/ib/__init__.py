"""Interactive Brokers: the only room that imports `ibapi`, and the last place where its vocabulary is heard.

`source.IbSource` is the door; request ids, durations, error codes and `ibapi` objects stay behind it.
"""
