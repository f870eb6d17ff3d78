"""The names of the kinds of studies and where their spec models are, for commands whose options are made from them.

Nothing heavy is imported here: `study_kinds` has all the rest of a kind.
"""

from __future__ import annotations

from importlib import import_module

from pydantic import BaseModel

KIND_NAMES = ("walk_forward", "monte_carlo", "portfolio")
"""The kinds of studies of the graph and the command line, in the order in which menus and lists show them."""

MODELS: dict[str, str] = {
    "walk_forward": "g4qc_core.research.walk_forward.walk_forward_spec:WalkForwardSpec",
    "monte_carlo": "g4qc_core.research.monte_carlo.monte_carlo_spec:MonteCarloSpec",
    "portfolio": "g4qc_core.research.portfolio.portfolio_spec:PortfolioSpec",
}
"""The model of each kind's spec as `module:Class`; importing the module loads nothing heavy.

A kind that is added to `STUDY_KINDS` is added here too, and its command then has an option for each field.
"""


def study_model(kind: str) -> type[BaseModel] | None:
    """Return the model of a kind's spec; None for a kind that this version does not have yet."""
    if kind not in MODELS:
        return None
    module, _, name = MODELS[kind].partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    return model
