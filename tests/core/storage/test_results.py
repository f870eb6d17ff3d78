"""Results that users name, tag and delete: deleted, kept and restored data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from g4qc_core.errors import Gone, InUse, NotFound, UsageError
from g4qc_core.storage.result_stores.result_labels import LabelChange, check_note, check_tags, check_title
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables import backtest_equity, backtest_names, backtest_trades
from tests.core.storage.test_stores import NOW, _equity, _record, _trades, _trial

AT = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def stores(database: Database) -> Stores:
    """The stores of a database with the results a1, of two specs, and b2."""
    stores = Stores(database)
    stores.backtests.save(_record(), _trades(), _equity(), _trial("a1"))
    stores.backtests.save(replace(_record(), spec_name="other"), _trades(), _equity(), _trial("a1"))
    stores.backtests.save(_record("b2"), _trades(), _equity(50), _trial("b2"))
    return stores


def rows(stores: Stores, backtest_id: str) -> list[int]:
    """Number of rows of the result in each table."""
    with stores.database.transaction() as connection:
        return [
            connection.scalar(select(func.count()).select_from(t).where(t.c.backtest_id == backtest_id)) or 0
            for t in (backtest_trades, backtest_equity, backtest_names)
        ]


def test_a_deleted_result_is_gone_and_stays_known_and_counted(stores: Stores) -> None:
    (deleted,) = stores.deleted.delete({"a1": NOW}, AT, "ana")
    assert (set(deleted.names), deleted.trades, deleted.bars, deleted.deleted_by) == (
        {"sma_cross_es", "other"},
        2,
        3,
        "ana",
    )
    assert rows(stores, "a1") == [0, 0, 0]
    assert rows(stores, "b2") == [2, 50, 1]
    assert [one.id for one in stores.backtests.results()] == ["b2"]
    assert stores.deleted.all() == [deleted]
    assert stores.deleted.find("a1") == stores.deleted.of_spec("other") == deleted
    assert stores.deleted.of_spec("nothing") is None
    assert [trial.fingerprint for trial in stores.backtests.trials("sma_cross")] == ["a1", "b2"]


def test_a_result_from_before_trials_were_counted_is_one_when_it_is_deleted(stores: Stores) -> None:
    stores.backtests.save(_record("c3"), _trades(), _equity())
    stores.deleted.delete({"c3": None}, AT, "ana")
    assert [trial.fingerprint for trial in stores.backtests.trials("sma_cross")] == ["a1", "b2", "c3"]


def test_a_second_deletion_an_unknown_id_and_a_newer_result_delete_nothing(stores: Stores) -> None:
    stores.deleted.delete({"a1": None}, AT, "ana")
    with pytest.raises(Gone, match=r"a1 of .*other.* was deleted on 2024-05-01 00:00 UTC by ana: `g4qc backtest "):
        stores.deleted.delete({"b2": None, "a1": None}, AT, "ben")
    with pytest.raises(NotFound, match="There is no backtest zz"):
        stores.deleted.delete({"b2": None, "zz": None}, AT, "ben")
    with pytest.raises(InUse, match="made again at 2024-02-01"):
        stores.deleted.delete({"b2": NOW - timedelta(seconds=1)}, AT, "ben")
    assert rows(stores, "b2") == [2, 50, 1]
    assert type(stores.deleted.missing("zz")) is NotFound
    assert type(stores.deleted.missing("a1")) is Gone


def test_an_error_before_the_deletion_keeps_everything(stores: Stores) -> None:
    def refuse(_: object) -> None:
        raise InUse("A run is under way.")

    with pytest.raises(InUse, match="under way"):
        stores.deleted.delete({"a1": None, "b2": None}, AT, "ana", refuse)
    assert rows(stores, "a1") == [2, 3, 2]
    assert stores.deleted.all() == []


def test_running_it_again_brings_a_deleted_result_back(stores: Stores) -> None:
    stores.deleted.delete({"a1": None}, AT, "ana")
    stores.backtests.save(_record(), _trades(), _equity(), _trial("a1"))
    assert stores.backtests.load("a1")[0] == _record()
    assert stores.deleted.find("a1") is None
    assert len(stores.backtests.trials("sma_cross")) == 2


def test_labels_survive_a_run_and_change_nothing_else(stores: Stores) -> None:
    stores.labels.change(["b2"], LabelChange(title=" Slow and steady ", titled=True, added=["Keep", "es"]))
    stores.backtests.save(_record("b2"), _trades(), _equity(50))
    named = stores.backtests.find("b2")
    assert named == replace(_record("b2"), title="Slow and steady", tags=("es", "keep"))
    assert named.shown_name == "Slow and steady"
    stores.labels.change(["a1", "b2"], LabelChange(added=["two"], removed=["KEEP", "never"]))
    assert [(one.title, one.tags) for one in stores.backtests.results("sma_cross_es")] == [
        (None, ("two",)),
        ("Slow and steady", ("es", "two")),
    ]
    stores.labels.change(["b2"], LabelChange(note=" Costs of 2025.\r\nSee the tape. ", noted=True))
    stores.backtests.save(_record("b2"), _trades(), _equity(50))
    assert stores.backtests.find("b2").note == "Costs of 2025.\nSee the tape."
    stores.labels.change(["b2"], LabelChange(title="", titled=True, tags=[], note="", noted=True))
    assert stores.backtests.find("b2") == _record("b2")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (LabelChange(added=["two words"]), "'two words' is no tag"),
        (LabelChange(added=["x" * 31]), "is no tag"),
        (LabelChange(tags=[f"t{n}" for n in range(21)]), "at most 20 tags"),
        (LabelChange(title="a\nb", titled=True), r"take U\+000A out"),
        (LabelChange(title="Gr\u00f6\u00dfe \u202e", titled=True), r"take U\+202E out"),
        (LabelChange(note="x" * 2001, noted=True), "at most 2000 characters: shorten it by 1"),
        (LabelChange(note="a\x00b", noted=True), r"take U\+0000 out"),
        (LabelChange(title="x" * 121, titled=True), "one line of at most 120 characters: shorten it by 1"),
    ],
)
def test_a_malformed_label_changes_no_result(stores: Stores, change: LabelChange, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        stores.labels.change(["a1", "b2"], change)
    with pytest.raises(NotFound):
        stores.labels.change(["a1", "zz"], LabelChange(added=["keep"]))
    assert all((one.title, one.tags, one.note) == (None, (), None) for one in stores.backtests.results())


def test_a_title_may_have_spaces_and_emoji_of_every_kind() -> None:
    assert (
        check_title("\u00a0Slow\u00a0cross \U0001f469\u200d\U0001f4bb\u3000") == "Slow cross \U0001f469\u200d\U0001f4bb"
    )
    assert check_title("\u2003") is None
    assert check_note("\u2003\n") is None


words = st.lists(st.from_regex(r"[A-Za-z0-9ñ][A-Za-z0-9._-]{0,8}", fullmatch=True), max_size=5)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=words, added=words, removed=words)
def test_tags_are_a_set_without_case(before: list[str], added: list[str], removed: list[str]) -> None:
    change = LabelChange(added=added, removed=removed)
    once = change.applied(check_tags(before))
    assert once == sorted(set(once))
    assert change.applied(once) == once
    assert not check_tags(removed) & set(once)
    assert check_tags(added) - check_tags(removed) <= set(once)
