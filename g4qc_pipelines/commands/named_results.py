"""The result that the user means: by id or its beginning, by title, or by a spec with one result."""

from __future__ import annotations

import re

from g4qc_core.errors import UsageError, unknown
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.stores import Stores

_BEGINNING = re.compile(r"^[0-9a-f]{4,32}$")
_NAMED = 5


def named_result(words: str, stores: Stores) -> BacktestRecord:
    """Return the result of an id or its beginning, a title, or a spec with one result.

    Raises:
        UsageError: no result matches, or several do.
        Gone: it was deleted.
    """
    results = stores.backtests.results()
    found = [one for one in results if _BEGINNING.match(words) and one.id.startswith(words)]
    found = found or [one for one in results if words == one.title] or stores.backtests.results(words)
    if len(found) == 1:
        return found[0]
    if found:
        listing = ", ".join(f"{one.id[:8]} of {one.created_at:%Y-%m-%d %H:%M}" for one in found[:_NAMED])
        more = "" if len(found) <= _NAMED else f" and {len(found) - _NAMED} more"
        raise UsageError(f"{len(found)} results are called {words}: give the id of one: {listing}{more}.")
    gone = [one for one in stores.deleted.all() if words in (one.title, *one.names) or _is_of(one.id, words)]
    if gone:
        raise stores.deleted.missing(gone[0].id)
    names = dict.fromkeys(name for one in results for name in (one.title, one.spec_name) if name)
    raise unknown("result", words, names, "`g4qc backtests list` lists their ids.")


def _is_of(backtest_id: str, words: str) -> bool:
    return bool(_BEGINNING.match(words)) and backtest_id.startswith(words)
