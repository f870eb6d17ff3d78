"""Strategies for tests of the sandbox: what each does wrong depends on its parameter."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from g4qc_core.backtest.strategies import Strategy


class Misbehaving(Strategy):
    """Do at 3, 5, 7 ... what no strategy should do, and trade at the others."""

    kind: int = Field(0, ge=0, le=100)

    @property
    def bars_needed(self) -> int:
        return 2

    def targets(self, bars: pd.DataFrame, *args: object, **inputs: object) -> np.ndarray:
        n = len(bars)
        if self.kind == 3:
            raise ValueError("no such luck")
        if self.kind == 5:
            return np.full(n, np.nan)
        if self.kind == 7:
            return np.zeros(3, np.int64)
        if self.kind == 9:
            while True:
                time.sleep(0.01)
        if self.kind == 11:
            return np.ones(n, np.int64) * int(np.ones(1 << 30).sum())
        if self.kind == 13:
            os._exit(17)
        if self.kind == 15:
            sys.stdout.write("noise" * 1000)
        if self.kind == 17:
            raise SystemExit(1)
        return ((np.arange(n) // (self.kind + 2)) % 2).astype(np.int64)


HOARD: list[np.ndarray] = []


class Hoarding(Strategy):
    """Keep 40 MB a set for ever."""

    kind: int = Field(0, ge=0, le=100)

    @property
    def bars_needed(self) -> int:
        return 2

    def targets(self, bars: pd.DataFrame, *args: object, **inputs: object) -> np.ndarray:
        HOARD.append(np.ones(5_000_000))
        return ((np.arange(len(bars)) // (self.kind + 2)) % 2).astype(np.int64)


class Waiting(Strategy):
    """Say in a folder that a set has begun, and wait there for the file `go`."""

    kind: int = Field(0, ge=0, le=100)
    folder: str = ""

    @property
    def bars_needed(self) -> int:
        return 2

    def targets(self, bars: pd.DataFrame, *args: object, **inputs: object) -> np.ndarray:
        folder = Path(self.folder)
        (folder / f"begun-{self.kind}-{os.getpid()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.05)
        return ((np.arange(len(bars)) // (self.kind + 2)) % 2).astype(np.int64)
