"""The roll calendars of one instrument, made from what is stored, by every rule that can be applied, and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.schema import empty_frame
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.errors import UsageError, unknown
from g4qc_core.futures.chain import front_contract, front_periods
from g4qc_core.futures.rolls.open_interest import load_open_interest
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame, rule_name
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.futures.rolls.roll_overrides import RollOverride, load_overrides, overrides_of
from g4qc_core.instruments.registry import SPOT, Contract, Instrument
from g4qc_core.roll_rules import DaysBeforeExpiry, FirstNotice, OpenInterest, RollRule, Volume, parse_rule
from g4qc_core.sentences import listing
from g4qc_core.services.chains import stored_chain
from g4qc_core.services.series.continuous_series import former_rolls
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

# Ten sessions on either side of a roll, and five by which it may drift, with the longest run of holidays between them.
_AROUND = timedelta(days=32)


def make_rolls(
    instrument: Instrument, stores: Stores, settings: Settings, more: Iterable[str] = ()
) -> list[RollCalendar]:
    """Makes and stores the roll calendars of the front contract and of the one after it.

    One by each rule that can be applied: the instrument's own, which comes first, those that compare with it, those
    that were made before, and `more`. What does not expire has one calendar, without any roll.

    Raises:
        SettingsError: the file of rolls, or that of open interest, is malformed or does not fit.
        UsageError: the chain is not stored yet; or the instrument's own rule, or one of `more`, cannot be applied.
    """
    if not instrument.expires:
        return [_without_rolls(instrument, stores)]
    chain, hours = stored_chain(instrument, stores), calendar(instrument.calendar)
    overrides = [o for o in load_overrides(settings.rolls) if o.symbol == instrument.symbol]
    interest = load_open_interest(settings.open_interest, instrument.symbol)
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name)
    held = [] if reach is None else _held(instrument, *reach, stores)
    minutes = _minutes(instrument, chain, hours, overrides, stores)
    maker = RollMaker(minutes, chain, instrument, hours, held, reach, interest)
    before = stores.rolls.rules(instrument.symbol)
    made = []
    for rule in _rules(instrument, interest is not None, [*before, *more]):
        try:
            front = maker.calendar(rule, overrides_of(overrides, instrument.symbol, str(rule)))
        except UsageError:
            # What a calendar was made of before may be gone: the file of open interest, a first notice day.
            if str(rule) in before and str(rule) not in {rule_name(instrument), *more}:
                continue
            raise
        for one in (front, maker.following(front)):
            stores.rolls.replace(one)
        made.append(front)
    return made


def forget_rolls(instrument: Instrument, rule: str, stores: Stores, settings: Settings) -> None:
    """Delete the roll calendars by a rule that was once asked for: no later run makes them again by itself.

    Raises:
        UsageError: there is none by that rule, it is one that is always made, or a backtest is joined by it.
    """
    symbol, known = instrument.symbol, stores.rolls.rules(instrument.symbol)
    always = _rules(instrument, load_open_interest(settings.open_interest, symbol) is not None, [])
    if rule not in known:
        raise unknown("roll rule", rule, known)
    if rule in map(str, always):
        raise UsageError(f"The roll calendar of {symbol} by {rule} is always made: it cannot be removed.")
    specs = [(name, spec.to_dict()) for name, spec in load_specs(settings.backtests).items()]
    specs += [(one.spec_name, dict(one.spec)) for one in stores.backtests.results()]
    users = dict.fromkeys(n for n, spec in specs if (spec["instrument"], spec.get("roll")) == (symbol, rule))
    if users:
        raise UsageError(f"Backtests are joined by {rule}: {listing(list(users))}. Delete them first.")
    stores.rolls.forget(symbol, rule)


def current_rolls(instrument: Instrument, stores: Stores, settings: Settings) -> list[RollCalendar]:
    """Return `stored_rolls`, rebuilt when the file of rolls or this version's rules have changed since."""
    stored = stored_rolls(instrument, stores)
    if _as_in_file(stored, settings) and not stores.rolls.former(instrument.symbol):
        return stored
    make_rolls(instrument, stores, settings)
    return stored_rolls(instrument, stores)


def refuse_other_overrides(instrument: Instrument, stores: Stores, settings: Settings) -> None:
    """Raise UsageError when the file of rolls or this version's rules have changed since they were made."""
    if stores.rolls.former(instrument.symbol):
        raise former_rolls(instrument)
    if not _as_in_file(stored_rolls(instrument, stores), settings):
        raise UsageError(
            f"The file of rolls says otherwise than it did when the roll calendar of {instrument.symbol} was made: "
            f"materialize the asset `roll_calendar`, or run `g4qc rolls {instrument.symbol}`."
        )


def _as_in_file(stored: Iterable[RollCalendar], settings: Settings) -> bool:
    overrides = load_overrides(settings.rolls)
    return all(_by_hand(one) == _asked(one, overrides) for one in stored)


def _by_hand(made: RollCalendar) -> set[tuple[date, str, str]]:
    rolls = made.rolls[made.rolls["source"] == "override"]
    whole = zip(rolls["date"], rolls["from_contract"], rolls["to_contract"], strict=True)
    return {(day.date(), old, new) for day, old, new in whole}


def _asked(made: RollCalendar, overrides: Sequence[RollOverride]) -> set[tuple[date, str, str]]:
    """Those of the file that the calendar would have: between contracts that it has, and due by its bars."""
    if made.bars_to is None:
        return set()
    left, entered = {made.front, *made.rolls["from_contract"]}, set(made.rolls["to_contract"])
    own = overrides_of(overrides, made.symbol, made.rule)
    return {(o.day, o.old, o.new) for o in own if o.day <= made.bars_to and (o.old in left or o.new in entered)}


def stored_rolls(instrument: Instrument, stores: Stores) -> list[RollCalendar]:
    """The roll calendars of the front contract as they were made last, the one by the instrument's own rule first."""
    rules = stores.rolls.rules(instrument.symbol)
    found = [stores.rolls.load(instrument.symbol, rule) for rule in sorted(rules, key=rule_name(instrument).__ne__)]
    return [one for one in found if one is not None]


def _without_rolls(instrument: Instrument, stores: Stores) -> RollCalendar:
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name) or (None, None)
    made = RollCalendar(instrument.symbol, rule_name(instrument), 0, roll_frame([]), SPOT, *reach)
    stores.rolls.replace(made)
    return made


def _rules(instrument: Instrument, interest: bool, others: Iterable[str]) -> list[RollRule]:
    """The instrument's own rule, then every other that says something of it, each once."""
    rules = [parse_rule(rule_name(instrument)), Volume(), DaysBeforeExpiry(instrument.roll_days_before_expiry)]
    rules += [FirstNotice()] if instrument.first_notice else []
    rules += [OpenInterest()] if interest else []
    rules += [parse_rule(text) for text in others]
    return list(dict.fromkeys(rules))


def _minutes(
    instrument: Instrument,
    chain: Sequence[Contract],
    hours: SessionCalendar,
    overrides: Sequence[RollOverride],
    stores: Stores,
) -> pd.DataFrame:
    """The stored minutes within fifteen sessions of every date on which a roll may be."""
    days = {period.end for period in front_periods(chain, instrument, hours)}
    days |= {period.contract.last_trade_date for period in front_periods(chain, instrument, hours)}
    days |= {override.day for override in overrides}
    parts = []
    for first, last in _joined(sorted(days)):
        around = hours.sessions(first, last)
        if around:
            parts.append(stores.bars.bars(instrument.symbol, ONE_MINUTE.name, around[0].open, around[-1].close))
    return pd.concat(parts, ignore_index=True) if parts else empty_frame(BAR_COLUMNS)


def _joined(days: Sequence[date]) -> list[tuple[date, date]]:
    """Windows around ascending days, those that touch made one."""
    windows: list[tuple[date, date]] = []
    for day in days:
        first, last = day - _AROUND, day + _AROUND
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], last)
        else:
            windows.append((first, last))
    return windows


def _held(instrument: Instrument, first: date, last: date, stores: Stores) -> list[str]:
    """Contracts (months) with a validated minute."""
    quality = stores.bars.quality(instrument.symbol, first, last)
    return [str(month) for month in quality.loc[quality["traded"] > 0, "contract"].unique()]


def span(made: RollCalendar, instrument: Instrument) -> list[Session]:
    """The sessions from the first bar that the calendar was made from to the last."""
    if made.bars_from is None or made.bars_to is None:
        return []
    return calendar(instrument.calendar).sessions(made.bars_from, made.bars_to)


def in_chain(instrument: Instrument, chain: Sequence[Contract]) -> Callable[[date], bool]:
    """Whether the chain has a front contract on a trade date; between contracts far apart it has none."""
    periods = front_periods(chain, instrument, calendar(instrument.calendar))
    return lambda day: front_contract(periods, day) is not None


def unusual_rolls(made: RollCalendar | None, series: pd.DataFrame) -> list[str]:
    """The rolls within a series that are not where the rule puts them, in sentences.

    Args:
        series: at least trade_date, ascending.
    """
    if made is None or series.empty:
        return []
    first, last = series["trade_date"].iloc[[0, -1]]
    rolls = made.rolls[(made.rolls["date"] > first) & (made.rolls["date"] <= last)]
    by_hand = rolls["source"] == "override"
    told = rolls.assign(how=np.where(by_hand, "set by hand", ""))[by_hand | (rolls["note"] != "")]
    return [
        f"The roll from {roll.from_contract} to {roll.to_contract} on {roll.date:%Y-%m-%d}: "
        f"{'; '.join(filter(None, (roll.how, roll.note)))}."
        for roll in told.itertuples()
    ]


def unmeasured(made: RollCalendar) -> pd.DataFrame:
    """Rolls without a gap that a series over the stored bars would cross."""
    rolls = made.rolls
    if made.bars_from is None:
        return rolls.iloc[:0]
    return rolls[rolls["gap"].isna() & (rolls["date"] > pd.Timestamp(made.bars_from))]
