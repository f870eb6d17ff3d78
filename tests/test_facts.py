"""Each fact has one place: tests that find a second one in the two packages."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from g4qc_core.bars import columns
from g4qc_core.bars.columns import CLASSES, MINUTE_COUNTS, OPEN, PRICES, VALUES
from g4qc_core.calendars.calendar_file import calendar_entries
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, calendar
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.tables import metadata
from g4qc_core.storage.tables.bar_views import views

pytestmark = pytest.mark.fast

ROOT = Path(__file__).parents[1]
# The simulated gateway shares nothing with its clients, and has its own lists.
MODULES = sorted(
    path
    for package in ("g4qc_core", "g4qc_pipelines")
    for path in (ROOT / package).rglob("*.py")
    if not {"migrations", "gateway"} & {*path.parts}
)
CONSTANTS = {name: value for name, value in vars(columns).items() if name.isupper()}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def texts(node: ast.Tuple | ast.List | ast.Set) -> list[str] | None:
    """The strings of a literal, starred constants of `bars.columns` resolved; None if it holds anything else."""
    found: list[str] = []
    for element in node.elts:
        if isinstance(element, ast.Constant) and isinstance(element.value, str):
            found.append(element.value)
        elif isinstance(element, ast.Starred) and isinstance(element.value, ast.Name) and element.value.id in CONSTANTS:
            found += CONSTANTS[element.value.id]
        else:
            return None
    return found


def test_no_two_literals_list_the_same_five_or_more_columns() -> None:
    places: dict[frozenset[str], list[str]] = defaultdict(list)
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                listed = texts(node)
                if listed is not None and len(set(listed)) >= 5:
                    places[frozenset(listed)].append(f"{name}:{node.lineno}")
    assert [found for found in places.values() if len(found) > 1] == []


def test_the_prices_of_a_bar_are_listed_once() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple | ast.List) and texts(node) is not None and set(texts(node) or []) == set(PRICES)
    ]
    assert [place for place in found if not place.startswith("g4qc_core/bars/columns.py")] == []


def test_pages_and_tables_know_the_same_classes_of_a_minute() -> None:
    script = (ROOT / "frontend/src/chart/classes.ts").read_text("utf-8")
    lists = {
        name: re.findall(r'"(\w+)"', body) for name, body in re.findall(r"export const (\w+) = \[([^\]]*)\]", script)
    }
    assert sorted(lists["CLASSES"]) == sorted(CLASSES)
    assert lists["OPEN"] == list(OPEN)
    counted = [column.name for column in metadata.tables["session_quality"].columns if not column.primary_key]
    assert counted == list(MINUTE_COUNTS)


def test_every_table_of_bars_has_the_values_of_a_bar_in_the_kinds_that_are_copied() -> None:
    kinds = {"float8": "DOUBLE", "int8": "BIGINT"}
    for name in ("raw_bars", "raw_bar_revisions", "market_data", "quarantined_bars", "quarantine_decisions"):
        table = {**metadata.tables, **views.tables}[name]
        assert {value: str(table.c[value].type).split()[0] for value in VALUES} == {
            value: kinds[kind] for value, kind in kinds_of(VALUES).items()
        }, name


def test_the_edges_of_all_dates_are_written_once() -> None:
    places = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node) in ("date(1970, 1, 1)", "date(2200, 1, 1)")
    ]
    assert {place.partition(":")[0] for place in places} == {"g4qc_core/calendars/session_calendar.py"}
    assert len(places) == 2


def test_searches_for_sessions_reach_twice_as_far_as_any_market_was_ever_closed() -> None:
    closed = []
    for name in calendar_entries():
        days = [session.trade_date for session in calendar(name).sessions(date(1990, 1, 1), date(2027, 12, 31))]
        closed.append(max(after - before for before, after in pairwise(days)))
    assert 2 * max(closed) == LONGEST_CLOSURE


def test_the_longest_closure_is_written_once() -> None:
    places = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any("CLOSURE" in ast.unparse(target) for target in node.targets)
    ]
    assert [place.partition(":")[0] for place in places] == ["g4qc_core/calendars/session_calendar.py"]
