"""Every fault of orders ends in the right position or in a locked instrument, with a sentence, over the real wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.storage.server.database import Database
from tests.core.services.trading.fault_trial import FAR_LIMIT, Trial


def script(*faults: str) -> str:
    """A fault script of entries whose fields are separated by semicolons."""
    return "\n".join("[[fault]]\n" + fault.replace("; ", "\n") for fault in faults)


REPORTS = ("open_order", "order_status", "execution", "commission")
ALL_LOST = script(*(f'do = "lost"; on = "{one}"' for one in REPORTS))
# Name, fault script, words that the log must have.
MARKET_FAULTS = {
    "an order is lost": (script('do = "lost"; on = "order"; nth = 2'), "is lost: it was sent"),
    "an order is late": (script('do = "late"; on = "order"; seconds = 0.4; nth = 2'), "is filled"),
    **{f"{one} lost": (script(f'do = "lost"; on = "{one}"'), "is filled") for one in REPORTS},
    **{f"{one} doubled": (script(f'do = "doubled"; on = "{one}"'), "is filled") for one in REPORTS},
    **{f"{one} reordered": (script(f'do = "reordered"; on = "{one}"'), "is filled") for one in REPORTS},
    **{f"{one} late": (script(f'do = "late"; on = "{one}"; seconds = 0.4'), "is filled") for one in REPORTS},
    "no report at all": (ALL_LOST, "is filled"),
    "in parts at once": (script('do = "partial_fills"; shares = 1'), "is filled"),
    "in parts over time": (script('do = "partial_fills"; shares = 1; seconds = 20'), "is filled"),
    "in parts, doubled and reordered": (
        script(
            'do = "partial_fills"; shares = 1; seconds = 20',
            'do = "doubled"; on = "execution"',
            'do = "reordered"; on = "execution"; every = 2',
            'do = "lost"; on = "order_status"; every = 2',
        ),
        "is filled",
    ),
    "rejected before it is taken": (script('do = "reject"; nth = 2'), "The broker refused"),
    "rejected after it was taken": (script('do = "reject"; moment = "after"; nth = 2'), "The broker refused"),
    "an id is taken": (script('do = "id_taken"; nth = 2'), "103: Duplicate order id"),
    "corrected": (script('do = "corrected"; ticks = 3; every = 2'), "is filled"),
    "connection lost before the order": (script('do = "close"; on = "order"; nth = 2'), "Trying again"),
    "connection lost before the status": (
        script('do = "close"; on = "order"; moment = "after"; nth = 2'),
        "Trying again",
    ),
    "filled while away": (script('do = "close"; on = "execution"; nth = 2'), "Trying again"),
    "restart at an order": (
        script('do = "restart"; on = "order"; moment = "after"; nth = 2; seconds = 0.3; busy = 1'),
        "client id",
    ),
    "restart before an order": (script('do = "restart"; on = "order"; nth = 2; seconds = 0.3; busy = 0'), "is lost"),
    "servers lost, data maintained": (
        script('do = "servers_lost"; on = "order"; moment = "after"; nth = 2; seconds = 0.4'),
        "connected to Interactive Brokers again",
    ),
    "servers lost, data lost": (
        script('do = "servers_lost"; on = "order"; moment = "after"; nth = 2; seconds = 0.4; back = 1101'),
        "connected to Interactive Brokers again",
    ),
    "servers lost before the order": (
        script('do = "servers_lost"; on = "order"; nth = 2; seconds = 0.4'),
        "connected to Interactive Brokers again",
    ),
    "servers lost for longer than an order may be silent": (
        script('do = "servers_lost"; on = "order"; nth = 2; seconds = 7'),
        "No order leaves until it is back",
    ),
    "order lost with the data of an outage": (
        script('do = "servers_lost"; on = "order"; nth = 2; seconds = 7; back = 1101'),
        "is lost",
    ),
}
# Faults after which an order turns up that was taken for lost, when the next bar has decided already.
TOO_LATE = script('do = "late"; on = "order"; seconds = 12; nth = 3')
CANCEL_FAULTS = {
    "a cancel is lost": (script('do = "lost"; on = "cancel"; nth = 1'), "is cancelled"),
    "a cancel comes too late": (script('do = "filled_instead"; nth = 1'), "is filled"),
    "a cancel is late": (script('do = "late"; on = "cancel"; seconds = 0.4'), "is cancelled"),
    "connection lost at a cancel": (script('do = "close"; on = "cancel"; nth = 1'), "Trying again"),
    "the cancelled status is lost": (script('do = "lost"; on = "order_status"; after = 1'), "is cancelled"),
}


@pytest.mark.parametrize("name", MARKET_FAULTS)
def test_market_orders(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, name: str
) -> None:
    faults, words = MARKET_FAULTS[name]
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, faults)
    with trial.stage as stage:
        stage.begin()
        trial.bars(4)
        trial.settle()
        trial.check()
        assert trial.locks == []
        assert trial.says(words)


@pytest.mark.parametrize("name", CANCEL_FAULTS)
def test_orders_that_must_be_cancelled(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, name: str
) -> None:
    faults, words = CANCEL_FAULTS[name]
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, faults, order=FAR_LIMIT)
    with trial.stage as stage:
        stage.begin()
        trial.bars(4)
        trial.reconcile()
        trial.check_ledger()
        assert trial.locks == []
        assert trial.says(words)


def test_an_order_that_turns_up_after_it_was_taken_for_lost(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, TOO_LATE)
    with trial.stage as stage:
        stage.begin()
        trial.bars(3)
        stage.wait(lambda: trial.locks, "a lock")
        trial.bars(1)
        trial.settle()
        trial.check()
        (words,) = trial.locks
        assert "for lost, and decided anew since" in words
        assert "filled" in words
        assert trial.says("ES is locked")


def test_parts_that_go_on_over_the_next_bar(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    # A contract every 1000 s: these orders end only because a later bar ends them.
    faults = script('do = "partial_fills"; shares = 1; seconds = 1000; times = 3')
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, faults)
    with trial.stage as stage:
        stage.begin()
        while len(trial.placed()) < 3:
            trial.bars(1, hurried=True)
        trial.bars(1)
        trial.settle()
        trial.check()
        assert trial.locks == []


@pytest.mark.parametrize("version", [157, 200])
def test_other_versions_of_the_protocol(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, version: int
) -> None:
    """The faults that differ most on the wire, all in one script."""
    faults = script(
        'do = "doubled"; on = "execution"; every = 2',
        'do = "lost"; on = "order_status"; every = 3',
        'do = "corrected"; nth = 2',
        'do = "partial_fills"; shares = 1; nth = 2',
        'do = "reject"; nth = 3',
        'do = "close"; on = "order"; moment = "after"; nth = 4',
    )
    trial = Trial(embedded_database, tmp_path / "home", synthetic_market, faults, version=version)
    with trial.stage as stage:
        stage.begin()
        trial.bars(6)
        trial.settle()
        trial.check()
        assert trial.locks == []
        for words in ("is filled", "The broker refused", "Trying again"):
            assert trial.says(words)
