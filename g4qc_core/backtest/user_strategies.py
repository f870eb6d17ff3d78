"""The user's own strategies, which a spec names as `module:name`.

The name stands for a subclass of G4QC's `Strategy`, for one such strategy with its parameters, or for a class of
backtesting.py. The library itself does not belong here: its engine checks the class.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from g4qc_core.backtest.strategies.strategy import Strategy, build, lacking_parts
from g4qc_core.backtest.user_code import failure, user_errors
from g4qc_core.errors import UsageError, unknown
from g4qc_core.import_path import add_current_folder

Found = type | Strategy
"""A class, or a strategy of G4QC's kind with its parameters."""


def is_external(name: str) -> bool:
    """Return whether the strategy is named like `package.module:Class`."""
    return ":" in name


def load_class(name: str) -> Found:
    """Import the class or strategy of this name.

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
    if lacking := lacking_parts(found):
        raise UsageError(f"The class {name} cannot run: it does not define {' and '.join(lacking)}.")
    return found


def _is_of(module: ModuleType, member: object) -> bool:
    """Return whether the member is a strategy, or a class defined in the module itself."""
    return isinstance(member, Strategy) or (isinstance(member, type) and member.__module__ == module.__name__)


def user_module(name: str) -> ModuleType:
    """Import a module of the user by its name.

    Raises:
        UsageError: there is none, or it cannot be imported; the text has the place of the error.
    """
    return _module(name, name)


def _module(name: str, module_name: str) -> ModuleType:
    add_current_folder()
    # Find files that were written after the last import from their folder.
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
    with user_errors(kind):
        strategy = build(kind, given | dict(parameters))
        if not isinstance(strategy.bars_needed, int):
            raise UsageError(f"{kind.__name__}: bars_needed is {strategy.bars_needed!r}: it must be a whole number.")
    return strategy


def own_parameters(found: Found) -> dict[str, bool | int | float | str]:
    """Return the parameters and their default values.

    Parameters of a class of backtesting.py are class attributes that are numbers, texts or truth values and do not
    begin with `_`. Parameters of G4QC's strategies are fields.
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
    """Return all parameters of the class, each converted to its type in the class (`own_parameters`).

    Raises:
        UsageError: a parameter that the class does not have, or of another type.
    """
    own = own_parameters(kind)
    return own | {name: _typed(kind, own, name, value) for name, value in parameters.items()}


def _typed(kind: type, own: Mapping[str, Any], name: str, value: Any) -> Any:
    """Convert the value to the type of the class's default: 10 and 10.0 are the same number."""
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
        actual = type(getattr(kind, name)).__name__
        return UsageError(
            f"{kind.__name__}: the attribute {name} is a {actual} in the class: give it a number, a text, or True or "
            "False there to make it a parameter."
        )
    return unknown("parameter", name, own, f"Class: {kind.__name__}.")


def source_of(kind: type) -> str:
    """Return the source of the file that defines the class; the name of the class if there is no file."""
    try:
        return inspect.getsource(sys.modules.get(kind.__module__) or kind)
    except (OSError, TypeError):
        return f"{kind.__module__}:{kind.__qualname__}"
