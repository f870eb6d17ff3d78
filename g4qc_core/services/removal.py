"""Deletion of results with their reports and keys, and removal of unused keys of the graph.

Extracted data is never deleted. How the graph stores its keys does not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.errors import InUse, TransientError, UsageError, unknown
from g4qc_core.graph_keys import GraphKey, GraphKeys, KeyKind
from g4qc_core.instruments.registry import load_registry, read_instruments
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.shown_results import shown_results
from g4qc_core.services.backtests.spec_run import spec_report
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.research.research_keys import research_entries, stored_research
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.deleted_store import DeletedResult
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class Removal:
    """Deletes results and keys of one home."""

    settings: Settings
    stores: Stores
    keys: GraphKeys

    def delete(self, made: Mapping[str, datetime | None], by: str) -> list[DeletedResult]:
        """Delete results with their reports, and the keys of specs that have no other result and no entry of the file.

        Args:
            made: ids, each with the time at which the caller read that it was made; None: any.
            by: name of the user or key that deletes.

        Raises:
            NotFound, Gone: there is no such result, or it was deleted before.
            InUse: a run of one of the specs is under way, or a result was made again since it was read.
        """
        entries = self._entries()

        def prepare(doomed: Sequence[DeletedResult]) -> None:
            self._refuse_at_work({name for one in doomed for name in one.names})
            # A report without its result would be shown as the report of an older result.
            for one in doomed:
                self._remove_reports(one, made)

        deleted = self.stores.deleted.delete(made, datetime.now(UTC), by, prepare)
        # A key that cannot be removed now is listed as unused.
        with suppress(TransientError):
            self._forget({name for one in deleted for name in one.names} - entries)
        return deleted

    def listed(self) -> list[GraphKey]:
        """Return all keys, by kind and name."""
        at_work, counts, entries = self.keys.at_work(), self.stores.backtests.counts(), self._entries()
        specs = [self._spec(key, counts.get(key, 0), entries, at_work) for key in self.keys.known(KeyKind.BACKTEST)]
        chosen = chosen_instruments(self.settings)
        symbols = [self._symbol(key, chosen, at_work) for key in self.keys.known(KeyKind.INSTRUMENT)]
        return sorted([*specs, *symbols, *self._research(at_work)], key=lambda one: (one.kind, one.key))

    def remove(self, kind: KeyKind, names: Collection[str]) -> list[GraphKey]:
        """Remove keys, all or none, and return them; bars and results stay.

        Raises:
            UsageError: there is no such key, or something needs it.
            InUse: a run of the key is under way.
        """
        listed = {one.key: one for one in self.listed() if one.kind is kind}
        for name in names:
            if name not in listed:
                raise unknown(f"partition of the kind {kind}", name, listed)
            if listed[name].kept_by:
                raise UsageError(listed[name].kept_by)
        self._refuse_at_work(names)
        self._remove(kind, names)
        return [listed[name] for name in dict.fromkeys(names)]

    def check_idle(self, name: str) -> None:
        """Raise InUse if a run of the key is under way."""
        self._refuse_at_work([name])

    def forget(self, name: str, kind: KeyKind = KeyKind.BACKTEST) -> bool:
        """Remove the key of a spec without result, entry of the file and run; return True if it was removed."""
        if kind is KeyKind.BACKTEST:
            return name in self._forget({name} - self._entries())
        unused = [one.key for one in self._research(self.keys.at_work(), [kind]) if one.unused and one.key == name]
        self._remove(kind, unused)
        return bool(unused)

    def _forget(self, names: Collection[str]) -> list[str]:
        counts, at_work = self.stores.backtests.counts(), self.keys.at_work()
        unused = [name for name in names if not counts.get(name) and name not in at_work]
        self._remove(KeyKind.BACKTEST, unused)
        return unused

    def _remove(self, kind: KeyKind, names: Collection[str]) -> None:
        if kind is KeyKind.BACKTEST:
            for name in names:
                self.stores.backtests.forget_spec(name)
        if names:
            self.keys.remove(kind, list(names))

    def _refuse_at_work(self, names: Collection[str]) -> None:
        busy = sorted(set(names) & self.keys.at_work())
        if busy:
            raise InUse(f"A run of {busy[0]} is under way: wait until it ends, or cancel it.")

    def _remove_reports(self, doomed: DeletedResult, made: Collection[str]) -> None:
        """Remove the reports of the result: a spec has one report, of its newest result when it was written."""
        for name in doomed.names:
            shown = shown_results([name], self.settings, self.stores).get(name)
            if shown is None or shown in made:
                spec_report(self.settings, name).remove()

    def _entries(self) -> set[str]:
        return set(load_specs(self.settings.backtests))

    def _spec(self, key: str, results: int, entries: Collection[str], at_work: Collection[str]) -> GraphKey:
        holds = "" if not results else "1 result" if results == 1 else f"{results} results"
        kept_by = ""
        if key in entries:
            file = self.settings.backtests
            way = f"take it out of {file}" if file else "set G4QC_BACKTESTS to your own file without it"
            kept_by = f"{key} is an entry of the backtests file: {way}."
        elif results:
            kept_by = f"{key} has {holds}: `g4qc backtests delete --spec {key}` deletes what it has, and the key."
        return GraphKey(KeyKind.BACKTEST, key, holds, key in at_work, kept_by)

    def _symbol(self, key: str, chosen: Collection[str], at_work: Collection[str]) -> GraphKey:
        known = len(self.stores.contracts.chain(key))
        holds = "" if not known else "1 contract" if known == 1 else f"{known} contracts"
        kept_by = ""
        if key in chosen:
            file = self.settings.own_instruments
            own = not self.settings.symbols.strip() and file is not None and key in read_instruments(file)
            way = f"`g4qc instruments remove {key}` takes it out" if own else "set G4QC_SYMBOLS without it"
            kept_by = f"{key} is an instrument that the graph always has: {way}."
        return GraphKey(KeyKind.INSTRUMENT, key, holds, key in at_work, kept_by)

    def _research(self, at_work: Collection[str], kinds: Iterable[KeyKind] = KeyKind) -> list[GraphKey]:
        """Return the keys of searches and studies; what is stored of them stays without the key."""
        listed, registry = [], load_registry(self.settings.own_instruments)
        for kind in kinds:
            known = [] if kind in (KeyKind.BACKTEST, KeyKind.INSTRUMENT) else self.keys.known(kind)
            if not known:
                continue
            entries, stored = research_entries(kind, self.settings, registry), stored_research(kind, self.stores)
            for key in known:
                holds = counted(stored[key], "run") if stored.get(key) else ""
                listed.append(GraphKey(kind, key, holds, key in at_work, _of_file(key, kind, entries)))
        return listed


def _of_file(key: str, kind: KeyKind, entries: Collection[str]) -> str:
    if key not in entries:
        return ""
    return f"{key} is an entry of the {kind.replace('_', '-')} file: take it out there, or name another file."
