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
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise UsageError(
            f"The strategy {name} cannot be imported: {type(error).__name__}: {error}. Its folder must be on "
            "PYTHONPATH."
        ) from error
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        classes = [n for n, member in vars(module).items() if isinstance(member, type)]
        raise unknown("class", class_name, classes, f"Module: {module_name}.")
    return found


def check_parameters(kind: type, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of the class, those that are not given with the value that stands in the class.

    A parameter is a class attribute that is a number, a text or a truth value and does not begin with `_`.

    Raises:
        UsageError: a parameter that the class does not have, or of another type than the class's own.
    """
    own = {
        name: value
        for base in reversed(kind.__mro__)
        for name, value in vars(base).items()
        if not name.startswith("_") and isinstance(value, bool | int | float | str)
    }
    for name, value in parameters.items():
        if name not in own:
            raise unknown("parameter", name, own, f"Class: {kind.__name__}.")
        numbers = isinstance(own[name], float) and isinstance(value, int) and not isinstance(value, bool)
        if type(value) is not type(own[name]) and not numbers:
            wanted = type(own[name]).__name__
            raise UsageError(f"{kind.__name__}: the parameter {name} cannot be {value!r}: it must be of type {wanted}.")
    return own | dict(parameters)


def source_of(kind: type) -> str:
    """Source text of the file that the class stands in; its name where there is no file."""
    try:
        return inspect.getsource(inspect.getmodule(kind) or kind)
    except (OSError, TypeError):
        return f"{kind.__module__}:{kind.__qualname__}"
