"""Every strategy that a name can mean: G4QC's own, those of the user's folder and of packages, and `module:Class`.

The folder is that of the setting G4QC_STRATEGIES. Who runs the server chose it, so that its strategies are offered on
every surface; `module:Class` is for the command line and the backtests file only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from g4qc_core.backtest.strategies import STRATEGIES, Strategy
from g4qc_core.backtest.strategy_files import Offer, code_hash, kinds_of, offers_of_folder, offers_of_packages
from g4qc_core.backtest.user_strategies import (
    Found,
    check_parameters,
    is_external,
    load_class,
    own_parameters,
    own_strategy,
    source_of,
    user_module,
)
from g4qc_core.code_versions import code_version
from g4qc_core.errors import UsageError, unknown
from g4qc_core.strategy_folder import strategy_folder

Origin = Literal["g4qc", "folder", "package", "module"]

_HINT = "Your own strategies are files in the folder G4QC_STRATEGIES, or named like 'package.module:Name'."


@dataclass(frozen=True)
class KnownStrategy:
    """A strategy by its name.

    Attributes:
        name: as a spec writes it.
        found: the class; for `module:name` also a strategy with its parameters.
        origin: `g4qc`, the user's `folder`, an installed `package`, or a `module` named in the spec.
        version: of its code: the declared one of G4QC's strategies, or a hash of the user's file as it was loaded.
        source: file or entry point of the user's own; empty for G4QC's.
    """

    name: str
    found: Found
    origin: Origin
    version: str
    source: str = ""

    @property
    def kind(self) -> type:
        """The class."""
        return self.found if isinstance(self.found, type) else type(self.found)

    @property
    def of_library(self) -> bool:
        """True for a class of backtesting.py, which places orders itself."""
        return not issubclass(self.kind, Strategy)

    @property
    def summary(self) -> str:
        """One sentence: the class's own summary, or the first line of its docstring; empty without either."""
        text = getattr(self.kind, "summary", "")
        if isinstance(text, str) and text:
            return text
        return (vars(self.kind).get("__doc__") or "").strip().partition("\n")[0]

    def own_parameters(self) -> dict[str, Any]:
        """Return the parameters that have a default, with it."""
        return own_parameters(self.found)

    def with_parameters(self, parameters: Mapping[str, Any]) -> Strategy | None:
        """Return the strategy of G4QC's kind with these parameters; None for a class of backtesting.py.

        Raises:
            UsageError: unknown parameter, or a value out of its range.
        """
        made = own_strategy(self.found, parameters)
        if made is None:
            check_parameters(self.kind, parameters)
        return made

    def all_parameters(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, JSON-safe and in one form; those that are not given have their defaults.

        Raises:
            UsageError: unknown parameter, or a value out of its range.
        """
        made = self.with_parameters(parameters)
        return check_parameters(self.kind, parameters) if made is None else made.model_dump(mode="json")


def known_strategies() -> dict[str, KnownStrategy]:
    """Return the strategies of G4QC, of the user's folder and of installed packages, by name, in this order.

    Files that cannot be loaded are left out; `broken_strategies` names them.
    """
    return _collected()[0]


def broken_strategies() -> dict[str, str]:
    """Return why files and entry points offer no strategy, one sentence each, by the name that they would have."""
    return _collected()[1]


def find_strategy(name: str) -> KnownStrategy:
    """Return the strategy of this name, which may be `module:Class`.

    Raises:
        UsageError: no such strategy; the text offers the nearest one, or says why its file cannot be loaded.
    """
    if name in STRATEGIES:
        return _shipped(name, STRATEGIES[name])
    if is_external(name):
        named = load_class(name)
        return KnownStrategy(name, named, "module", _hash_of(named if isinstance(named, type) else type(named)), name)
    found, broken = _collected()
    if name in found:
        return found[name]
    if name in broken:
        raise UsageError(broken[name])
    raise unknown("strategy", name, found, " ".join([_HINT, *broken.values()]))


def may_be_known(name: str) -> bool:
    """Return whether a spec may name this strategy: it is known, checked when it runs, or its file is broken now."""
    return name in STRATEGIES or is_external(name) or any(name in names for names in _collected())


def _collected() -> tuple[dict[str, KnownStrategy], dict[str, str]]:
    found = {name: _shipped(name, kind) for name, kind in STRATEGIES.items()}
    broken: dict[str, str] = {}
    offers: list[tuple[Origin, Offer]] = [("folder", offer) for offer in offers_of_folder(strategy_folder())]
    offers += [("package", offer) for offer in offers_of_packages()]
    for origin, offer in offers:
        if offer.problem:
            broken[offer.name] = offer.problem
        for name, kind in offer.found.items():
            if name in found:
                other = found[name].source or "G4QC"
                broken[offer.name] = f"The strategy {name} of {offer.source} has the name of one of {other}: rename it."
            else:
                found[name] = KnownStrategy(name, kind, origin, offer.version or _hash_of(kind), offer.source)
    return found, broken


def _shipped(name: str, kind: type[Strategy]) -> KnownStrategy:
    return KnownStrategy(name, kind, "g4qc", code_version("strategies"))


def _hash_of(kind: type) -> str:
    """Return a hash of the file that defines the class."""
    return code_hash(source_of(kind))


def strategies_in_file(path: Path) -> list[str]:
    """Return the names of the strategies in a file, which may lie anywhere; its folder is searched for imports then.

    Raises:
        UsageError: no such file, it cannot be loaded, it offers no strategy, or its name cannot be that of a module.
    """
    path = path.resolve()
    if not path.is_file():
        raise UsageError(f"There is no file {path}: give the file of a strategy, or a name of `g4qc strategies list`.")
    found, broken = _collected()
    names = [name for name, one in found.items() if one.source and Path(one.source).resolve() == path]
    if names:
        return names
    folder = strategy_folder()
    if folder is not None and folder.resolve() == path.parent and path.stem in broken:
        raise UsageError(broken[path.stem])
    if not path.stem.isidentifier():
        raise UsageError(f"{path.name} cannot be imported by its name: write letters, digits and _, after a letter.")
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    module = user_module(path.stem)
    if Path(getattr(module, "__file__", None) or "").resolve() != path:
        raise UsageError(f"{path.stem} is the name of another module, {module!r}: rename the file {path}.")
    kinds = list(kinds_of(module))
    if not kinds:
        raise UsageError(
            f"The file {path} defines no strategy: define a class of g4qc_core.backtest.strategies.Strategy or of "
            "backtesting.Strategy."
        )
    return [f"{path.stem}:{kind.__name__}" for kind in kinds]
