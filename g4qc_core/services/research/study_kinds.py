"""The kinds of studies by name."""

from __future__ import annotations

from g4qc_core.errors import unknown
from g4qc_core.services.research.monte_carlo_kind import MONTE_CARLO_KIND
from g4qc_core.services.research.portfolio.portfolio_kind import PORTFOLIO_KIND
from g4qc_core.services.research.study import StudyKind
from g4qc_core.services.research.walk_forward.walk_forward_kind import WALK_FORWARD

STUDY_KINDS: dict[str, StudyKind] = {one.name: one for one in (WALK_FORWARD, MONTE_CARLO_KIND, PORTFOLIO_KIND)}
"""Each kind by its name, in the order in which menus and lists show them."""


def study_kind(name: str) -> StudyKind:
    """Return the kind of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in STUDY_KINDS:
        raise unknown("kind of study", name, STUDY_KINDS)
    return STUDY_KINDS[name]
