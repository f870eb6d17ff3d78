"""The roll calendars of one instrument, by every rule that can be applied: make, store, load, check and forget them."""

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
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, roll_frame, rule_name
from g4qc_core.futures.rolls.roll_files import RollOverride, load_open_interest, load_overrides, overrides_of
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.instruments.registry import SPOT, Contract, Instrument
from g4qc_core.roll_rules import DaysBeforeExpiry, FirstNotice, OpenInterest, RollRule, Volume, parse_rule
from g4qc_core.sentences import listing
from g4qc_core.services.chains import stored_chain
from g4qc_core.services.series.continuous_series import former_rolls
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

# Ten sessions on either side of a roll and five sessions of drift, with the longest run of holidays in between.
_AROUND = timedelta(days=32)


def make_rolls(
    instrument: Instrument, stores: Stores, settings: Settings, more: Iterable[str] = ()
) -> list[RollCalendar]:
    """Make and store the roll calendars of the front contract and of the next contract.

    There is one for each rule: the instrument's own rule, the standard rules, the rules of stored calendars, and
    `more`. An instrument that does not expire has one calendar without rolls.

    Args:
        instrument: the instrument.
        stores: the stores.
        settings: name the files of rolls and open interest.
        more: additional rules.

    Returns:
        The calendars of the front contract; the one by the instrument's own rule comes first.

    Raises:
        SettingsError: the file of rolls or of open interest is malformed, or contradicts the chain.
        UsageError: the chain is not stored yet; or the instrument's own rule, or one of `more`, cannot be applied.
    """
    made = rebuilt_rolls(instrument, stores, settings, more)
    for front, following in made:
        stores.rolls.replace(front)
        if following is not None:
            stores.rolls.replace(following)
    return [front for front, _ in made]


def rebuilt_rolls(
    instrument: Instrument, stores: Stores, settings: Settings, more: Iterable[str] = ()
) -> list[tuple[RollCalendar, RollCalendar | None]]:
    """Return the calendars that `make_rolls` makes, and store nothing: of the front contract and of the next one."""
    if not instrument.expires:
        return [(_without_rolls(instrument, stores), None)]
    overrides, interest = _given(instrument, settings)
    maker = _maker(instrument, stores, overrides, interest, stores.bars.reach(instrument.symbol, ONE_MINUTE.name))
    before = stores.rolls.rules(instrument.symbol)
    made: list[tuple[RollCalendar, RollCalendar | None]] = []
    for rule in _rules(instrument, interest is not None, [*before, *more]):
        try:
            front = maker.calendar(rule, overrides_of(overrides, instrument.symbol, str(rule)))
        except UsageError:
            # An input of an earlier calendar may be missing now: the file of open interest, a first notice day.
            if str(rule) in before and str(rule) not in {rule_name(instrument), *more}:
                continue
            raise
        made.append((front, maker.following(front)))
    return made


def rolls_ahead(
    instrument: Instrument, rule: str, stores: Stores, settings: Settings, until: date, position: int = 0
) -> RollCalendar:
    """Return a calendar by a rule, with rolls up to a trade date that has no bars yet.

    It is not stored: a trader follows it until the bars of that date are there.

    Args:
        instrument: the instrument.
        rule: text of the roll rule.
        stores: the stores.
        settings: name the files of rolls and open interest.
        until: last trade date of a roll.
        position: 0 for the front contract, 1 for the one after it.

    Raises:
        UsageError: the chain is not stored yet, or the rule cannot be applied.
        SettingsError: the file of rolls or of open interest is malformed.
    """
    overrides, interest = _given(instrument, settings)
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name) or (until, until)
    maker = _maker(instrument, stores, overrides, interest, (reach[0], max(reach[1], until)))
    front = maker.calendar(parse_rule(rule), overrides_of(overrides, instrument.symbol, rule))
    return maker.following(front) if position else front


def _given(instrument: Instrument, settings: Settings) -> tuple[list[RollOverride], pd.DataFrame | None]:
    """Return the user's rolls and the open interest of an instrument."""
    overrides = [o for o in load_overrides(settings.rolls) if o.symbol == instrument.symbol]
    return overrides, load_open_interest(settings.open_interest, instrument.symbol)


def _maker(
    instrument: Instrument,
    stores: Stores,
    overrides: Sequence[RollOverride],
    interest: pd.DataFrame | None,
    reach: tuple[date, date] | None,
) -> RollMaker:
    chain, hours = stored_chain(instrument, stores), calendar(instrument.calendar)
    traded = [] if reach is None else _traded_contracts(instrument, *reach, stores)
    minutes = _minutes(instrument, chain, hours, overrides, stores)
    return RollMaker(minutes, chain, instrument, hours, traded, reach, interest)


def forget_rolls(instrument: Instrument, rule: str, stores: Stores, settings: Settings) -> None:
    """Delete the roll calendars by a rule, so that later runs no longer make them.

    Raises:
        UsageError: there is no calendar by the rule, it is always made, or a backtest uses it.
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
    """Return `stored_rolls`, after making them again if the file of rolls or this version's rules changed."""
    stored = stored_rolls(instrument, stores)
    if _as_in_file(stored, settings) and not stores.rolls.former(instrument.symbol):
        return stored
    make_rolls(instrument, stores, settings)
    return stored_rolls(instrument, stores)


def refuse_other_overrides(instrument: Instrument, stores: Stores, settings: Settings) -> None:
    """Raise UsageError if the file of rolls or this version's rules changed after the calendars were made."""
    if stores.rolls.former(instrument.symbol):
        raise former_rolls(instrument)
    if not _as_in_file(stored_rolls(instrument, stores), settings):
        raise UsageError(
            f"The file of rolls says otherwise than it did when the roll calendar of {instrument.symbol} was made: "
            f"materialize the asset `roll_calendar`, or run `g4qc rolls {instrument.symbol}`."
        )


def _as_in_file(stored: Iterable[RollCalendar], settings: Settings) -> bool:
    overrides = load_overrides(settings.rolls)
    return all(_by_hand(one) == _applicable(one, overrides) for one in stored)


def _by_hand(made: RollCalendar) -> set[tuple[date, str, str]]:
    rolls = made.rolls[made.rolls["source"] == "override"]
    whole = zip(rolls["date"], rolls["from_contract"], rolls["to_contract"], strict=True)
    return {(day.date(), old, new) for day, old, new in whole}


def _applicable(made: RollCalendar, overrides: Sequence[RollOverride]) -> set[tuple[date, str, str]]:
    """Return the overrides that concern the calendar's contracts and do not lie after its last bar."""
    if made.bars_to is None:
        return set()
    left, entered = {made.front, *made.rolls["from_contract"]}, set(made.rolls["to_contract"])
    own = overrides_of(overrides, made.symbol, made.rule)
    return {(o.day, o.old, o.new) for o in own if o.day <= made.bars_to and (o.old in left or o.new in entered)}


def stored_rolls(instrument: Instrument, stores: Stores) -> list[RollCalendar]:
    """Return the stored roll calendars of the front contract; the one by the instrument's own rule comes first."""
    rules = stores.rolls.rules(instrument.symbol)
    found = [stores.rolls.load(instrument.symbol, rule) for rule in sorted(rules, key=rule_name(instrument).__ne__)]
    return [one for one in found if one is not None]


def _without_rolls(instrument: Instrument, stores: Stores) -> RollCalendar:
    reach = stores.bars.reach(instrument.symbol, ONE_MINUTE.name) or (None, None)
    return RollCalendar(instrument.symbol, rule_name(instrument), 0, roll_frame([]), SPOT, *reach)


def _rules(instrument: Instrument, interest: bool, others: Iterable[str]) -> list[RollRule]:
    """Return the instrument's own rule, then the others that apply to it, without duplicates."""
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
    """Return the stored minutes within fifteen sessions of every possible roll date."""
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
    """Return windows around ascending days; windows that touch are merged."""
    windows: list[tuple[date, date]] = []
    for day in days:
        first, last = day - _AROUND, day + _AROUND
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], last)
        else:
            windows.append((first, last))
    return windows


def _traded_contracts(instrument: Instrument, first: date, last: date, stores: Stores) -> list[str]:
    """Return the contract months with a validated minute."""
    quality = stores.bars.quality(instrument.symbol, first, last)
    return [str(month) for month in quality.loc[quality["traded"] > 0, "contract"].unique()]


def span(made: RollCalendar, instrument: Instrument) -> list[Session]:
    """Return the sessions from the first to the last bar that the calendar was made from."""
    if made.bars_from is None or made.bars_to is None:
        return []
    return calendar(instrument.calendar).sessions(made.bars_from, made.bars_to)


def in_chain(instrument: Instrument, chain: Sequence[Contract]) -> Callable[[date], bool]:
    """Return a function that returns True if the chain has a front contract on a trade date.

    There is none between contracts that are far apart.
    """
    periods = front_periods(chain, instrument, calendar(instrument.calendar))
    return lambda day: front_contract(periods, day) is not None


def unusual_rolls(made: RollCalendar | None, series: pd.DataFrame) -> list[str]:
    """Return a sentence for each roll in a series that was set by hand or has a note.

    Args:
        made: the series' roll calendar; None: it has none.
        series: at least trade_date, ascending.
    """
    if made is None or series.empty:
        return []
    first, last = series["trade_date"].iloc[[0, -1]]
    rolls = made.rolls[(made.rolls["date"] > first) & (made.rolls["date"] <= last)]
    by_hand = rolls["source"] == "override"
    unusual = rolls.assign(how=np.where(by_hand, "set by hand", ""))[by_hand | (rolls["note"] != "")]
    return [
        f"The roll from {roll.from_contract} to {roll.to_contract} on {roll.date:%Y-%m-%d}: "
        f"{'; '.join(filter(None, (roll.how, roll.note)))}."
        for roll in unusual.itertuples()
    ]


def unmeasured(made: RollCalendar) -> pd.DataFrame:
    """Return the rolls without a price gap that a series over the stored bars crosses."""
    rolls = made.rolls
    if made.bars_from is None:
        return rolls.iloc[:0]
    return rolls[rolls["gap"].isna() & (rolls["date"] > pd.Timestamp(made.bars_from))]
