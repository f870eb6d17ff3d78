"""Notes of a result: its assumptions and approximations, one sentence each, for the reader of the report."""

from __future__ import annotations

from g4qc_core.backtest.account.account import Account
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.run_inputs import margin_in_words
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.price_text import price_text
from g4qc_core.sentences import counted


def notes_of_run(spec: BacktestSpec, traded: PricedBars, account: Account) -> list[str]:
    """Return the notes that do not depend on the engine."""
    notes = [
        "Orders are decided on the close of a bar and filled at the open of the next one, whole and at that price."
    ]
    if traded.start:
        notes.append(
            f"{counted(traded.start, 'bar')} before {traded.frame['trade_date'].iloc[traded.start]:%Y-%m-%d} only "
            "warmed the strategy and the sizing up; they are not in the result."
        )
    notes += _roll_notes(spec, traded)
    if traded.lift:
        lift = price_text(traded.instrument, float(traded.points(traded.lift)))
        notes.append(
            f"Linked prices fall to zero or below, so the library saw all of them higher by {lift} points; "
            "profits are the same, but the library's percentages of prices are not to be relied on."
        )
    if (account.trades["exit_reason"] == "end").any():
        notes.append(
            "Positions open at the end were closed at the close of the last bar, marked 'end' among the trades."
        )
    notes.append(f"Margin: {margin_in_words(spec, traded.instrument)}; there are no margin calls between orders.")
    return notes


def _roll_notes(spec: BacktestSpec, traded: PricedBars) -> list[str]:
    notes = _old_contract_notes(spec, traded)
    rolls, stale = (at[at > traded.start] for at in (traded.rolls, traded.stale))
    if len(rolls):
        then = "opened again in the new one at its own open, both sides paid"
        if spec.on_roll == "close":
            then = "not opened again until the strategy wants another one"
        changes = "once" if len(rolls) == 1 else counted(len(rolls), "time")
        notes.append(
            f"The contract changes {changes}; a position is closed in the old contract at its own price at that "
            f"instant, and {then}. Profits, costs and margin are computed from the contracts' own prices, signals from "
            "the adjusted series."
        )
    if len(stale):
        days = [f"{day:%Y-%m-%d}" for day in traded.frame["trade_date"].iloc[stale]]
        notes.append(
            f"At {len(days)} of the changes the old contract has no bar at that instant, so that it is left at its "
            f"last close: {', '.join(days)}."
        )
    if spec.adjustment == "none" and traded.frame["contract"].nunique() > 1:
        notes.append("Prices are not adjusted: the strategy saw the gap at each roll as a move of the price.")
    return notes


def _old_contract_notes(spec: BacktestSpec, traded: PricedBars) -> list[str]:
    in_old = int((traded.contracts != traded.frame["contract"].to_numpy()).sum())
    if spec.on_roll != "hold" or not in_old:
        return []
    return [
        f"In {counted(in_old, 'bar')} after rolls a position was held in the old contract, while the strategy saw the "
        "new one: it stays there until the strategy wants another position, at the latest until the open of the "
        "contract's last session or of the tenth session from the roll on."
    ]
