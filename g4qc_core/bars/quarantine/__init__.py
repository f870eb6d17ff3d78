"""Bars in quarantine, and the decisions about them: pure functions of frames.

- `reasons`: why a bar is in quarantine, the remedy for each reason, and the decisions there are.
- `selection`: which bars a command or a page is about.
- `decisions`: which bars await a decision, the preview of one, and when a month is unsound.

The rules that put a bar into quarantine are in `bars.validation`; the store is
`storage.bar_stores.quarantine_store`, and `services.quarantine` takes decisions.
"""
