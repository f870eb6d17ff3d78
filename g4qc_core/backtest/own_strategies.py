"""A spec's `module:name`: a strategy of the user's own, imported by name.

It is a subclass of G4QC's `Strategy`, one such strategy with its parameters, or a class of backtesting.py. Knows
importing and class attributes. Must not know the library that a class extends; `engine` checks that.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from g4qc_core.backtest.own_code import blamed, failure
from g4qc_core.backtest.strategies.strategy import Strategy, build
from g4qc_core.errors import UsageError, unknown
from g4qc_core.import_path import add_current_folder

Found = type | Strategy
"""What a name stands for: a class, or a strategy of G4QC's kind with its parameters."""


def is_external(name: str) -> bool:
    """True for a strategy named like `package.module:Class`."""
    return ":" in name


def load_class(name: str) -> Found:
    """Return what the name stands for.

    Raises:
        UsageError: no such module, nothing of that name in it, or no strategy.
    """
    module_name, _, own_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), own_name]):
        raise UsageError(f"'{name}' names no strategy: write it like package.module:Class.")
    module = _module(name, module_name)
    found = getattr(module, own_name, None)
    if isinstance(found, Strategy):
        return found
    if not isinstance(found, type):
        if found is not None:
            raise UsageError(
                f"{name} is a {type(found).__name__}: name a class of backtesting.Strategy, or one of G4QC's Strategy "
                "(g4qc_core.backtest.strategies)."
            )
        known = [one for one, member in vars(module).items() if _is_of(module, member)]
        raise unknown(
            "class",
            own_name,
            known,
            f"Module: {module_name} ({getattr(module, '__file__', None) or 'built into Python'}).",
        )
    if inspect.isabstract(found):
        lacking = " and ".join(sorted(getattr(found, "__abstractmethods__", ())))
        raise UsageError(f"The class {name} cannot run: it does not define {lacking}.")
    return found


def _is_of(module: ModuleType, member: object) -> bool:
    """Return whether the member is a strategy, or a class that stands in the module itself."""
    return isinstance(member, Strategy) or (isinstance(member, type) and member.__module__ == module.__name__)


def _module(name: str, module_name: str) -> ModuleType:
    add_current_folder()
    # A file that was written since the last look at its folder is found too.
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if f"{module_name}.".startswith(f"{error.name}."):
            raise UsageError(
                f"The strategy {name} cannot be imported: ModuleNotFoundError: {error.msg}. Its folder must be on "
                "PYTHONPATH, or the current one."
            ) from error
        raise failure(f"The strategy {name} cannot be imported", error) from error
    except (Exception, SystemExit) as error:
        raise failure(f"The strategy {name} cannot be imported", error) from error


def own_strategy(found: Found, parameters: Mapping[str, Any]) -> Strategy | None:
    """Return the strategy of G4QC's kind with these parameters; None for a class of backtesting.py.

    Raises:
        UsageError: unknown parameter, or a value out of its range.
    """
    if isinstance(found, type) and not issubclass(found, Strategy):
        return None
    kind, given = (found, {}) if isinstance(found, type) else (type(found), found.model_dump())
    with blamed(kind):
        strategy = build(kind, given | dict(parameters))
        if not isinstance(strategy.bars_needed, int):
            raise UsageError(f"{kind.__name__}: bars_needed is {strategy.bars_needed!r}: it must be a whole number.")
    return strategy


def is_library_class(name: str) -> bool:
    """True for a class of backtesting.py, which trades the prices that it sees.

    Raises:
        UsageError: nothing of that name can be imported.
    """
    if not is_external(name):
        return False
    found = load_class(name)
    return isinstance(found, type) and not issubclass(found, Strategy)


def own_parameters(found: Found) -> dict[str, bool | int | float | str]:
    """Return the parameters with their values in the class.

    A parameter of a class of backtesting.py is a class attribute that is a number, a text or a truth value and does not
    begin with `_`; one of G4QC's strategies is a field.
    """
    if isinstance(found, Strategy):
        return found.model_dump()
    if issubclass(found, Strategy):
        return {name: info.default for name, info in found.model_fields.items() if not info.is_required()}
    return {
        name: value
        for base in reversed(found.__mro__)
        for name, value in vars(base).items()
        if not name.startswith("_") and isinstance(value, bool | int | float | str)
    }


def check_parameters(kind: type, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters of the class, each converted to the type that it has in the class; see `own_parameters`.

    Raises:
        UsageError: a parameter that the class does not have, or of another type than the class's own.
    """
    own = own_parameters(kind)
    return own | {name: _typed(kind, own, name, value) for name, value in parameters.items()}


def _typed(kind: type, own: Mapping[str, Any], name: str, value: Any) -> Any:
    """Convert the value to the type of the class's own: 10 and 10.0 are the same number."""
    if name not in own:
        raise _no_parameter(kind, own, name)
    wanted = type(own[name])
    if type(value) is wanted:
        return value
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is int and type(value) is float and value.is_integer():
        return int(value)
    raise UsageError(
        f"{kind.__name__}: the parameter {name} cannot be {value!r}: it must be of type {wanted.__name__}."
    )


def _no_parameter(kind: type, own: Mapping[str, Any], name: str) -> UsageError:
    if not name.startswith("_") and hasattr(kind, name) and not callable(getattr(kind, name)):
        held = type(getattr(kind, name)).__name__
        return UsageError(
            f"{kind.__name__}: the attribute {name} is a {held} in the class: give it a number, a text, or True or "
            "False there to make it a parameter."
        )
    return unknown("parameter", name, own, f"Class: {kind.__name__}.")


def source_of(kind: type) -> str:
    """Source text of the file that the class stands in; its name where there is no file."""
    try:
        return inspect.getsource(sys.modules.get(kind.__module__) or kind)
    except (OSError, TypeError):
        return f"{kind.__module__}:{kind.__qualname__}"
