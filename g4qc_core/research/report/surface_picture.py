"""A small heat map of two parameters, for places that show no interactive charts: PNG bytes."""

from __future__ import annotations

import numpy as np

from g4qc_core.drawing import png, sheet
from g4qc_core.research.surface.pair_grids import PairGrid

_MOST_LABELS = 12


def surface_png(pair: PairGrid, title: str) -> bytes:
    """Draw the objective over two parameters; what was not tried stays white."""
    figure, (axes,) = sheet(1)
    drawn = axes.imshow(np.ma.masked_invalid(pair.values), origin="lower", aspect="auto", cmap="viridis")
    for names, set_ticks in ((pair.x.labels, axes.set_xticks), (pair.y.labels, axes.set_yticks)):
        step = max(1, -(-len(names) // _MOST_LABELS))
        set_ticks(range(0, len(names), step), [str(one) for one in names[::step]], fontsize=7)
    axes.set_xlabel(pair.x.name, fontsize=8)
    axes.set_ylabel(pair.y.name, fontsize=8)
    axes.set_title(title, fontsize=9, loc="left")
    figure.colorbar(drawn, ax=axes).ax.tick_params(labelsize=7)
    return png(figure)
