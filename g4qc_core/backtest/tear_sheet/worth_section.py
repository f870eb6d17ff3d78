"""What the trials of a strategy leave of a result, on the tear sheet. The figures come in; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping

from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.backtest.worth_meanings import PROVEN, WORTH_MEANINGS, WORTH_SHARES

Worth = Mapping[str, float | int | None]


def beside_sharpe(worth: Worth) -> dict[str, float | int | None]:
    """Return the figures that stand beside the Sharpe ratio: what is left of it, the best by luck, and the trials."""
    left = "deflated_sharpe" if worth.get("deflated_sharpe_effective") is None else "deflated_sharpe_effective"
    return {name: worth[name] for name in (left, "sharpe_by_luck", "family_trials") if worth.get(name) is not None}


def worth_section(family: str, worth: Worth, write: SheetWriter) -> str:
    """Return the card of what the result is worth; empty where nothing is known about trials.

    Args:
        family: the strategy.
        worth: figures by name; None where undefined.
        write: writes in the languages of the page.
    """
    if not worth.get("family_trials"):
        return ""
    rows = []
    for name in WORTH_MEANINGS:
        value = worth.get(name)
        if value is None:
            continue
        title, means = write.text(f"figure.{name}", "th", "scope=row"), write.text(f"means.{name}", "td", "class=words")
        rows.append(f'<tr>{title}<td class="num">{write.value(_kind(name, value), value)}</td>{means}</tr>')
    heads = [write.head("column.figure"), write.head("column.value", "class=num"), write.head("column.means")]
    note = " ".join(_sentences(family, worth, write))
    return write.section("part.worth", write.table("part.worth", heads, rows, "defs"), note)


def _sentences(family: str, worth: Worth, write: SheetWriter) -> list[str]:
    trials, effective = worth["family_trials"] or 1, worth.get("effective_trials")
    key = "worth.only" if trials == 1 else "worth.tried" if effective is None else "worth.like"
    said = [write.text(key, family=family, trials=trials, effective=effective or trials)]
    beside = beside_sharpe(worth)
    left = next((value for name, value in beside.items() if name.startswith("deflated")), None)
    if left is not None:
        said.append(write.text("worth.left", left=("percent", left)))
        said.append(write.text("worth.strong" if left >= PROVEN else "worth.weak", usual=("percent", PROVEN)))
    return said


def _kind(name: str, value: float | int) -> str:
    return "percent" if name in WORTH_SHARES else "int" if isinstance(value, int) else "ratio"
