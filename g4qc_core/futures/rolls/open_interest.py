"""Open interest by session, from files of one's own: the bars of Interactive Brokers have none.

Knows the form of the files. Must not know rolls.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from g4qc_core.bars.schema import DTYPES
from g4qc_core.errors import SettingsError

_COLUMNS = ["trade_date", "contract", "open_interest"]


def load_open_interest(folder: Path | None, symbol: str) -> pd.DataFrame | None:
    """Open interest at the end of each session: trade_date (datetime64[s]), contract (text), open_interest (float64).

    Read from `SYMBOL.csv` in the folder, with a headline of these names in any order; None without folder or file.

    Raises:
        SettingsError: the folder does not exist, or the file is malformed; the text names file and line.
    """
    if folder is None:
        return None
    if not folder.is_dir():
        raise SettingsError(f"The folder of open interest {folder} does not exist: check G4QC_OPEN_INTEREST.")
    path = folder / f"{symbol}.csv"
    if not path.exists():
        return None
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise SettingsError(f"The file of open interest {path} cannot be read: {error}.") from None
    for column in _COLUMNS:
        if column not in frame:
            raise SettingsError(f"{path}, line 1: there is no column '{column}': name them {', '.join(_COLUMNS)}.")
    numbers = pd.to_numeric(frame["open_interest"], errors="coerce")
    days = pd.to_datetime(frame["trade_date"], format="%Y-%m-%d", errors="coerce")
    months = frame["contract"].str.fullmatch(r"\d{4}(0[1-9]|1[0-2])")
    for column, sound in (("trade_date", days.notna()), ("contract", months), ("open_interest", numbers >= 0)):
        if not sound.all():
            at = int((~sound).to_numpy().argmax())
            raise SettingsError(f"{path}, line {at + 2}: {column}: '{frame[column].iloc[at]}' is malformed.")
    return pd.DataFrame(
        {"trade_date": days.astype(DTYPES["trade_date"]), "contract": frame["contract"], "open_interest": numbers}
    )
