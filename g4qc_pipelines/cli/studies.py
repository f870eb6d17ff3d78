"""The commands `g4qc walk-forward`, `g4qc monte-carlo` and `g4qc portfolio`, made by one factory.

Their options are made from the models of the specs; what a kind of study does is in `services/research`.
"""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

import click

from g4qc_pipelines.cli.options import json_option
from g4qc_pipelines.cli.research_words import asked
from g4qc_pipelines.cli.study_options import StudyCommand, given_fields

_SAME = """
An empty text resets a field to its default. What ran already on the same bars is read from the store. After Ctrl-C the
same command runs again.
"""


@dataclass(frozen=True)
class _Words:
    """How a command calls what it works on.

    Attributes:
        argument: the one word that it takes.
        several: what the list holds.
        naming: what the word may name.
        text: help of the command.
        examples: a few calls.
    """

    argument: str
    several: str
    naming: str
    text: str
    examples: tuple[str, ...]


_KINDS = {
    "walk_forward": _Words(
        "SPEC",
        "walk-forward analyses",
        "walk-forward analysis, search or backtest",
        """Search a strategy again in each window of time, and run each choice on the sessions after it.

        SPEC is the name of an entry of the walk-forward file or of an analysis that ran before; or a search or a
        backtest whose parameters are searched. Options replace fields of SPEC.
        """,
        ("sma_cross-ES", "--list", "show sma_cross-ES"),
    ),
    "monte_carlo": _Words(
        "RESULT",
        "Monte Carlo simulations",
        "result, backtest or Monte Carlo simulation",
        """Simulate what else could have come of RESULT: drawdowns to expect, risk of ruin, capital needed.

        RESULT is the id of a stored result or its beginning, or the name of a backtest, or of a simulation that ran
        before. Options replace fields of the simulation.
        """,
        ("sma_cross-ES-1h", "--list", "show sma_cross-ES-1h-monte-carlo"),
    ),
    "portfolio": _Words(
        "NAME",
        "portfolios",
        "portfolio",
        """Run many strategies on many instruments in one account, in whole contracts.

        NAME is an entry of the portfolios file, or a portfolio that ran before. Options replace fields of it.
        """,
        ("trend-ES-NQ-EC", "--list", "show trend-ES-NQ-EC"),
    ),
}


def study_commands() -> list[click.Command]:
    """Return one command for each kind of study."""
    return [_command(kind, words) for kind, words in _KINDS.items()]


def _command(kind: str, words: _Words) -> click.Command:
    name = kind.replace("_", "-")
    examples = "\b\nExamples:\n" + "\n".join(f"  g4qc {name} {one}" for one in words.examples)

    @click.command(name, cls=StudyCommand, kind=kind, epilog=examples, help=f"{cleandoc(words.text)}\n{_SAME}")
    @click.argument("words", nargs=-1, metavar=f"{words.argument} | show NAME|ID")
    @click.option("--list", "listing", is_flag=True, help=f"List the {words.several} instead.")
    @json_option
    def command(**options: Any) -> None:
        _run(kind, words, options.pop("words"), options.pop("listing"), options.pop("as_json"), options)

    return command


def _run(
    kind: str, said: _Words, words: tuple[str, ...], listing: bool, as_json: bool, options: dict[str, Any]
) -> None:
    from g4qc_pipelines.cli.opening import settings_for_database

    given = given_fields(kind, options)
    what, word = asked(words, given, listing, said.several, "NAME|ID", said.naming)
    settings = settings_for_database()
    if what == "run":
        from g4qc_pipelines.commands.study_run import run_study

        run_study(settings, kind, word, given, as_json)
        return
    from g4qc_pipelines.commands.study_listing import list_studies, show_study

    if what == "show":
        show_study(settings, kind, word, as_json)
    else:
        list_studies(settings, kind, as_json)
