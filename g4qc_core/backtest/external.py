"""A spec's `module:Class`: a strategy class of the user's own, imported by name.

Knows importing and class attributes. Must not know the library that such a class extends; `engine` checks
that.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from g4qc_core.errors import UsageError, unknown
from g4qc_core.import_path import add_current_folder


def is_external(name: str) -> bool:
    """True for a strategy named like `package.module:Class`."""
    return ":" in name


def load_class(name: str) -> type:
    """The class.

    Raises:
        UsageError: no such module, or no such class in it.
    """
    module_name, _, class_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), class_name]):
        raise UsageError(f"'{name}' names no class: write it like package.module:Class.")
    add_current_folder()
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise UsageError(
            f"The strategy {name} cannot be imported: {type(error).__name__}: {error}. Its folder must be on "
            "PYTHONPATH, or the current one."
        ) from error
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        classes = [n for n, member in vars(module).items() if isinstance(member, type)]
        raise unknown("class", class_name, classes, f"Module: {module_name}.")
    return found


def own_parameters(kind: type) -> dict[str, bool | int | float | str]:
    """Return the parameters of the class with their values in the class.

    A parameter is a class attribute that is a number, a text or a truth value and does not begin with `_`.
    """
    return {
        name: value
        for base in reversed(kind.__mro__)
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
        raise unknown("parameter", name, own, f"Class: {kind.__name__}.")
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


def source_of(kind: type) -> str:
    """Source text of the file that the class stands in; its name where there is no file."""
    try:
        return inspect.getsource(inspect.getmodule(kind) or kind)
    except (OSError, TypeError):
        return f"{kind.__module__}:{kind.__qualname__}"
