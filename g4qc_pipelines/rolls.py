"""The roll calendar of one instrument, made from what is stored, and stored."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.futures.chain import front_periods
from g4qc_core.futures.rolls import roll_calendar, rule_name
from g4qc_core.instruments import Instrument
from g4qc_core.sessions import calendar
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.chains import stored_chain
from g4qc_pipelines.resources import Stores

# Ten sessions on either side of a roll, with the longest run of holidays between them.
_AROUND = timedelta(days=25)


def make_rolls(instrument: Instrument, stores: Stores) -> pd.DataFrame:
    """Makes the roll calendar from the stored minutes around each date that the rule gives, and stores it."""
    chain = stored_chain(instrument, stores)
    sessions = calendar(instrument.calendar)
    nearby = []
    for period in front_periods(chain, instrument, sessions):
        around = sessions.sessions(period.end - _AROUND, period.end + _AROUND)
        nearby.append(stores.bars.bars(instrument.symbol, ONE_MINUTE.name, around[0].open, around[-1].close))
    bars = pd.concat(nearby, ignore_index=True).drop_duplicates(["contract", "timestamp"])
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name)
    # What lies between the rolls is not read, and yet decides which of them a series crosses.
    held, last = ((), None) if reach is None else (_held(instrument, *reach, stores), reach[1])
    rolls = roll_calendar(bars, chain, instrument, sessions, held, last)
    stores.rolls.replace(instrument.symbol, rule_name(instrument), rolls, fingerprint(rolls))
    return rolls


def _held(instrument: Instrument, first: date, last: date, stores: Stores) -> list[str]:
    """Contracts (months) with a validated minute."""
    quality = stores.bars.quality(instrument.symbol, first, last)
    return [str(month) for month in quality.loc[quality["traded"] > 0, "contract"].unique()]


def unmeasured(symbol: str, rolls: pd.DataFrame, stores: Stores) -> pd.DataFrame:
    """Rolls without a gap that a series over the stored bars would cross."""
    reach = stores.bars.reach(symbol, ONE_MINUTE.name)
    if reach is None:
        return rolls.iloc[:0]
    return rolls[rolls["gap"].isna() & (rolls["date"] > pd.Timestamp(reach[0]))]
