"""Stores of bars.

- `raw_store`: bars as received; `revision_store`: the values that restatements replaced.
- `bar_store`: validated and derived bars, quarantined bars, quality rows; `bar_reader`: the same bars as a stream.
- `quarantine_store`: decisions about quarantined bars.
- `version_store`: data versions of months.
- `coverage_store`, `presence_store`: sums and presence of bars, computed by the server.
"""
