"""One contract's bad bars hold up no other contract, and contracts far apart hold up nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.bars.quarantine.decisions import unsound_contracts
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.errors import BarsIncomplete
from g4qc_core.futures.rolls.roll_calendar import expired_fronts
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry, Volume
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.services.rolls.instrument_rolls import in_chain
from g4qc_core.services.series.continuous_series import read_contract
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe
from tests.core.bars.builders import EQUITY, ES, es_contract, good_bars, raw_bars

GOOD, BAD = es_contract("202509"), es_contract("202512")
MONTH = date(2025, 9, 1), date(2025, 9, 30)
SESSIONS = EQUITY.sessions(date(2025, 9, 8), date(2025, 9, 12))
HOUR = timeframe("1h")


def waiting(**reasons: tuple[str, int]) -> pd.DataFrame:
    rows = [(month[1:], reason) for month, (reason, count) in reasons.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["contract", "reason"])


@pytest.mark.parametrize(
    ("undecided", "good", "unsound"),
    [
        ({}, {}, {}),
        ({"c202512": ("spike", 11)}, {"202512": 1000}, {"202512": 11}),
        ({"c202512": ("spike", 10)}, {"202512": 990}, {}),
        # Few of the month, and many of one contract: the month is sound.
        ({"c202512": ("spike", 11)}, {"202509": 10_000, "202512": 100}, {}),
        ({"c202512": ("spike", 60), "c202509": ("spike", 5)}, {"202509": 1000, "202512": 100}, {"202512": 60}),
        ({"c202512": ("flat_run", 500)}, {"202512": 100}, {}),
        ({"c202512": ("off_tick", 1)}, {}, {"202512": 1}),
    ],
)
def test_of_an_unsound_month_those_contracts_are_left_out_that_are_unsound_themselves(
    undecided: dict[str, tuple[str, int]], good: dict[str, int], unsound: dict[str, int]
) -> None:
    assert unsound_contracts(waiting(**undecided), good) == unsound


def test_a_contract_with_bad_bars_leaves_the_other_its_timeframes(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    stores.contracts.merge([GOOD, BAD], datetime(2025, 1, 1, tzinfo=UTC))
    for at, contract in enumerate((GOOD, BAD)):
        for session in SESSIONS:
            bars = raw_bars(contract.month, [session], at, 0.05)[list(RAW_COLUMNS)]
            if contract is BAD:
                bars.loc[bars.index % 10 == 0, ["open", "high", "low", "close"]] += 0.1
            key = ("ES", contract.month, "1min", session.open, session.close)
            entry = LedgerEntry(*key, Outcome.DATA, session.close + timedelta(hours=1), 1, whole=True)
            stores.raw.write(contract, bars, entry)
    validate_month(ES, *MONTH, stores)
    month = derive_month(ES, *MONTH, HOUR, stores)
    assert set(month.bars["contract"]) == {"202509"}
    assert set(month.left_out) == {"202512"}
    assert month.conserved
    assert "of 202512 are in quarantine undecided, more than 1 % (check few_in_quarantine)" in month.refusal
    command = "g4qc quarantine list --instrument ES --contract 202512 --from 2025-09-01 --to 2025-09-30"
    assert f"{month.left_out['202512']} bars wait in quarantine: `{command}`." in month.refusal
    window = SESSIONS[0].trade_date, SESSIONS[-1].trade_date
    assert len(read_contract(stores, ES, HOUR, "202509", window).bars) > 50
    with pytest.raises(BarsIncomplete, match=r"The 1h bars of ES for September 2025 are left out, .*`g4qc quarantine"):
        read_contract(stores, ES, HOUR, "202512", window)

    listed = stores.quarantine.listed("ES", SESSIONS[0].open, SESSIONS[-1].close)
    stores.quarantine.decide("ES", listed, Decision.DROP, "a test", SESSIONS[-1].close)
    assert derive_month(ES, *MONTH, HOUR, stores).refusal == ""
    assert len(read_contract(stores, ES, HOUR, "202512", window).bars) > 50


@pytest.mark.parametrize("rule", [DaysBeforeExpiry(8), Volume()])
def test_contracts_far_apart_put_no_expired_contract_in_front_of_bars(rule: DaysBeforeExpiry | Volume) -> None:
    chain = [es_contract("202503"), es_contract("202603")]
    early = EQUITY.sessions(date(2025, 2, 3), date(2025, 2, 7))
    late = EQUITY.sessions(date(2026, 1, 5), date(2026, 1, 9))
    bars = pd.concat([good_bars(["202503"], early, share=0.02), good_bars(["202603"], late, share=0.02)])
    made = RollMaker(bars, chain, ES, EQUITY).calendar(rule)
    sessions = EQUITY.sessions(early[0].trade_date, late[-1].trade_date)
    # Between them the chain has a hole: only a chain that knew the contracts of the hole would have one in front.
    assert expired_fronts(made, chain, sessions, lambda day: True)
    assert expired_fronts(made, chain, sessions, in_chain(ES, chain)) == []
    # A known contract, and an expired one in front of it: the check has to find this.
    known = [*chain, es_contract("202506")]
    assert expired_fronts(made, known, sessions, in_chain(ES, known))
