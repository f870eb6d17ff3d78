"""What the words of a command of research ask for: to list, to show one, or to run one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from g4qc_core.errors import UsageError

Asked = Literal["list", "show", "run"]


def asked(
    words: Sequence[str], given: Mapping[str, Any], listing: bool, several: str, argument: str, naming: str
) -> tuple[Asked, str]:
    """Return what is asked for, and the word that names it; the word is empty for a list.

    Args:
        words: of the command line.
        given: options that were given, besides --list and --json.
        listing: whether --list was given.
        several: what the list holds, like `searches`.
        argument: how the help calls what is shown, like `SEARCH`.
        naming: what one word may name, like `search, backtest or strategy`.

    Raises:
        UsageError: the words are something else.
    """
    if listing:
        if words or given:
            raise UsageError(f"--list lists all {several}: give nothing else with it.")
        return "list", ""
    if len(words) == 2 and words[0] == "show" and not given:
        return "show", words[1]
    if len(words) != 1:
        raise UsageError(f"Name one {naming}; or write `show {argument}`, or --list.")
    return "run", words[0]
